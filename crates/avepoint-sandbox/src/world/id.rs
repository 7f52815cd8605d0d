//! Ids that carry their place: which kind of row, and the way to it.
//!
//! An id is a GUID that a keyed permutation makes of the place and of bits that are zero. So any row has its id without
//! being stored, any id leads back to its row, and what is made up, or comes from another world, leads nowhere.

use strum::{FromRepr, VariantArray};

/// What a row is. A new kind goes to the end: the number of each is in its ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, FromRepr, VariantArray)]
#[repr(u8)]
pub(crate) enum Kind {
    Root,
    Customer,
    Tenant,
    User,
    Site,
    Job,
    Subscription,
    ScanProfile,
    Baseline,
    BaselineReport,
    BaselineJob,
    RiskRule,
    RiskHit,
    SiteObject,
    Group,
    Link,
    Reseller,
    License,
    Allocation,
    AuditRecord,
    StorageProfile,
    Workflow,
    SignIn,
    Agent,
    AzureIssue,
    Permission,
    Activity,
    BaselineTenant,
    AzureCost,
}

/// How deep rows stand within rows, at most.
pub(crate) const LEVELS: usize = 4;

/// How many bits an index has: some 16 million rows stand in one parent at most.
const INDEX_BITS: u32 = 24;

/// A GUID of version 4 has this many bits of its own.
const BITS: u32 = 122;

/// Where a row stands: what it is, and the index on each level that leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(super) kind: Kind,
    pub(super) path: [u32; LEVELS],
}

impl Place {
    /// Where everything stands.
    pub(crate) const ROOT: Self = Self {
        kind: Kind::Root,
        path: [0; LEVELS],
    };

    fn to_bits(self) -> u128 {
        let start = self.kind as u128;
        self.path
            .iter()
            .fold(start, |bits, index| (bits << INDEX_BITS) | u128::from(*index))
    }

    fn from_bits(mut bits: u128) -> Option<Self> {
        let mut path = [0; LEVELS];
        for index in path.iter_mut().rev() {
            *index = (bits & ((1 << INDEX_BITS) - 1)) as u32;
            bits >>= INDEX_BITS;
        }
        // The bits before are zero in an id of this world.
        let kind = Kind::from_repr(u8::try_from(bits).ok()?)?;
        Some(Self { kind, path })
    }
}

/// Makes and reads the ids of one world.
pub(super) struct Ids {
    keys: [u64; 6],
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        let mut state = seed;
        let keys = std::array::from_fn(|_| {
            state = mix(state);
            state
        });
        Self { keys }
    }

    /// The id of a place.
    pub(super) fn id(&self, place: Place) -> String {
        guid(self.permute(place.to_bits()))
    }

    /// The place of an id, in either case of letters; none if it is no id of this world.
    pub(super) fn place(&self, id: &str) -> Option<Place> {
        let is_guid = id.len() == 36
            && id.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
        if !is_guid {
            return None;
        }
        let guid = u128::from_str_radix(&id.replace('-', ""), 16).ok()?;
        if (guid >> 76) & 0xf != 0x4 || (guid >> 62) & 0b11 != 0b10 {
            return None;
        }
        let bits = ((guid >> 80) << 74) | (((guid >> 64) & 0xfff) << 62) | (guid & ((1 << 62) - 1));
        Place::from_bits(self.restore(bits))
    }

    fn permute(&self, bits: u128) -> u128 {
        let (mut left, mut right) = halves(bits);
        for key in self.keys {
            (left, right) = (right, left ^ round(right, key));
        }
        joined(left, right)
    }

    fn restore(&self, bits: u128) -> u128 {
        let (mut left, mut right) = halves(bits);
        for key in self.keys.into_iter().rev() {
            (left, right) = (right ^ round(left, key), left);
        }
        joined(left, right)
    }
}

/// The GUID of version 4 that has these bits; those beyond the 122 it has are left out.
pub(crate) fn guid(bits: u128) -> String {
    // Around the bits that say which kind of GUID it is.
    let (high, middle, low) = (
        (bits >> 74) & 0xffff_ffff_ffff,
        (bits >> 62) & 0xfff,
        bits & ((1 << 62) - 1),
    );
    let guid = (high << 80) | (0x4 << 76) | (middle << 64) | (0b10 << 62) | low;
    let digits = format!("{guid:032x}");
    let (a, b, c, d, e) = (
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    );
    format!("{a}-{b}-{c}-{d}-{e}")
}

const HALF: u32 = BITS / 2;
const MASK: u64 = (1 << HALF) - 1;

fn halves(bits: u128) -> (u64, u64) {
    ((bits >> HALF) as u64 & MASK, bits as u64 & MASK)
}

fn joined(left: u64, right: u64) -> u128 {
    (u128::from(left) << HALF) | u128::from(right)
}

fn round(half: u64, key: u64) -> u64 {
    mix(half ^ key) & MASK
}

/// One step of SplitMix64: every bit of the input decides about every bit of the output.
pub(super) fn mix(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn an_id_leads_back_to_its_place_in_its_own_world_only() {
        let (ids, others) = (Ids::new(7), Ids::new(8));
        let mut seen = HashSet::new();
        for &kind in Kind::VARIANTS {
            for path in [[0; 4], [1, 0, 0, 0], [0, 0, 0, 1], [(1 << INDEX_BITS) - 1; 4]] {
                let place = Place { kind, path };
                let id = ids.id(place);
                assert_eq!(ids.place(&id), Some(place));
                assert_eq!(ids.place(&id.to_uppercase()), Some(place));
                assert_eq!(others.place(&id), None, "{id}");
                assert!(seen.insert(id));
            }
        }
    }

    #[test]
    fn what_is_no_id_has_no_place() {
        let ids = Ids::new(7);
        let id = ids.id(Place::ROOT);
        for other in [
            "",
            "x",
            "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c",
            &id[1..],
            &id.replace('-', ""),
            &format!("{{{id}}}"),
        ] {
            assert_eq!(ids.place(other), None, "{other}");
        }
    }
}
