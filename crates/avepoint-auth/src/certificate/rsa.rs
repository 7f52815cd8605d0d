//! The private key: RSA, as RS256 needs it, and of a size that can be used.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use pkcs1::RsaPrivateKey;
use pkcs1::der::asn1::UintRef;
use pkcs1::der::{Decode, Header, SliceReader, Tag};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::Problem;

/// The sizes that are accepted, in bits: what the signing library takes, and no standard goes below.
const BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What RS256 can use, for refusals.
const NEEDED: &str = "RS256 needs an RSA key of at least 2048 bits: make one with \
                      `openssl req -x509 -newkey rsa:2048 -days 365 -keyout app.key -out app.crt`";

/// A private key that can sign. It wipes itself when it is dropped.
pub(super) struct RsaKey {
    pkcs1: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

/// What a key and its certificate have in common.
#[derive(PartialEq, Eq)]
pub(super) struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicKey {
    pub(super) fn new(modulus: &UintRef<'_>, exponent: &UintRef<'_>) -> Self {
        PublicKey {
            modulus: modulus.as_bytes().to_vec(),
            exponent: exponent.as_bytes().to_vec(),
        }
    }

    /// Refuses a size that RS256 cannot use.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let bits = bits(&self.modulus);
        if BITS.contains(&bits) {
            Ok(())
        } else {
            Err(refusal(&format!("an RSA key of {bits} bits")))
        }
    }

    /// Whether a signature is the RS256 of this key.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}

impl RsaKey {
    /// A key in PKCS#8.
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, Problem> {
        let info = PrivateKeyInfoRef::try_from(der)
            .map_err(|_| "contains a private key that is broken or cut off: export it again".to_owned())?;
        if info.algorithm.oid != RSA {
            return Err(refusal(kind_of(&info.algorithm.oid)));
        }
        Self::from_pkcs1(info.private_key.as_bytes())
    }

    /// A key in PKCS#1.
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, Problem> {
        let broken = || "contains an RSA key that is broken or cut off: export it again".to_owned();
        if has_further_primes(der) {
            return Err(refusal("an RSA key with more than two primes"));
        }
        let key = RsaPrivateKey::<UintRef<'_>>::from_der(der).map_err(|_| broken())?;
        let public = PublicKey::new(&key.modulus, &key.public_exponent);
        public.check()?;
        // The library that signs has the last word on whether the numbers belong together.
        aws_lc_rs::rsa::KeyPair::from_der(der).map_err(|_| broken())?;
        Ok(RsaKey {
            pkcs1: Zeroizing::new(der.to_vec()),
            public,
        })
    }

    pub(super) fn pkcs1(&self) -> &[u8] {
        &self.pkcs1
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// Whether a key in PKCS#1 is of the version that has more than two primes (RFC 8017 appendix A.1.2).
fn has_further_primes(der: &[u8]) -> bool {
    let version = SliceReader::new(der).and_then(|mut reader| {
        Header::decode(&mut reader)?.tag().assert_eq(Tag::Sequence)?;
        u8::decode(&mut reader)
    });
    version == Ok(1)
}

/// The refusal of a key that cannot sign.
pub(super) fn refusal(kind: &str) -> Problem {
    format!("contains {kind}, which cannot be used: {NEEDED}").into()
}

fn kind_of(oid: &ObjectIdentifier) -> &'static str {
    match *oid {
        EC => "an EC key",
        ED25519 => "an Ed25519 key",
        RSA_PSS => "a key for RSA-PSS alone",
        _ => "a key that is not RSA",
    }
}

fn bits(number: &[u8]) -> usize {
    match number.iter().position(|&byte| byte != 0) {
        Some(start) => (number.len() - start) * 8 - number[start].leading_zeros() as usize,
        None => 0,
    }
}
