//! Which assertions were used.

use std::collections::{HashSet, VecDeque};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

/// How many are remembered: ten minutes of a hundred and more a second. Beyond that the oldest are forgotten, so that
/// memory has a bound.
const MOST: usize = 100_000;

type Digest = [u8; 32];

/// The identifiers of assertions that were used, for as long as one could be used again.
#[derive(Default)]
pub(super) struct Used {
    known: HashSet<Digest>,
    /// In the order in which they came, with the time from which on none of them holds.
    order: VecDeque<(Timestamp, Digest)>,
}

impl Used {
    /// Remembers an identifier of an app for some time, longer than any assertion holds. False if it was used before.
    pub(super) fn first_use(&mut self, app: &str, id: &str, now: Timestamp, life: SignedDuration) -> bool {
        self.forget(|(until, _), _| *until < now);
        // Of one length, however long the identifier is; the length of the first part keeps the parts apart.
        let digest = digest(&SHA256, format!("{} {app} {id}", app.len()).as_bytes());
        let digest = Digest::try_from(digest.as_ref()).unwrap_or_default();
        let is_first = self.known.insert(digest);
        if is_first {
            let until = now.saturating_add(life).unwrap_or(Timestamp::MAX);
            self.order.push_back((until, digest));
            self.forget(|_, count| count > MOST);
        }
        is_first
    }

    /// Forgets the oldest for as long as something holds of it and of how many there are.
    fn forget(&mut self, is_over: impl Fn(&(Timestamp, Digest), usize) -> bool) {
        while let Some(oldest) = self.order.front()
            && is_over(oldest, self.order.len())
        {
            self.known.remove(&oldest.1);
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: SignedDuration = SignedDuration::from_mins(10);

    #[test]
    fn an_identifier_is_new_once_for_each_app_until_its_time_is_over() {
        let (mut used, start) = (Used::default(), Timestamp::UNIX_EPOCH);
        assert!(used.first_use("app", "1", start, LIFE));
        assert!(!used.first_use("app", "1", start + LIFE, LIFE));
        assert!(used.first_use("other", "1", start, LIFE));
        assert!(used.first_use("app", "1", start + LIFE * 2, LIFE));
        assert_eq!((used.known.len(), used.order.len()), (1, 1));
    }

    #[test]
    fn memory_has_a_bound() {
        let (mut used, start) = (Used::default(), Timestamp::UNIX_EPOCH);
        for number in 0..=MOST {
            assert!(used.first_use("app", &number.to_string(), start, LIFE));
        }
        assert_eq!((used.known.len(), used.order.len()), (MOST, MOST));
        assert!(!used.first_use("app", "1", start, LIFE));
        assert!(used.first_use("app", "0", start, LIFE), "the oldest is forgotten");
    }
}
