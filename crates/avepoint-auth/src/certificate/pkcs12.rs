//! PKCS#12: `.pfx` and `.p12` files, as Windows, portals, key vaults and openssl write them, old and new.

use std::num::NonZeroU32;

use ::pkcs12::cms::content_info::ContentInfo;
use ::pkcs12::cms::encrypted_data::EncryptedData;
use ::pkcs12::kdf::{Pkcs12KeyType, derive_key};
use ::pkcs12::{
    CertBag, DigestInfo, PKCS_12_CERT_BAG_OID, PKCS_12_KEY_BAG_OID, PKCS_12_PKCS8_KEY_BAG_OID,
    PKCS_12_SAFE_CONTENTS_BAG_OID, PKCS_12_X509_CERT_OID,
};
use aws_lc_rs::pbkdf2;
use der::asn1::{Any, OctetString};
use der::{Decode, Encode, Sequence};
use hmac::digest::block_api::BlockSizeUser;
use hmac::digest::{Digest, FixedOutputReset};
use hmac::{KeyInit, Mac, SimpleHmac};
use pkcs8::ObjectIdentifier;
use pkcs8::pkcs5::pbes2::{Kdf, Pbkdf2Prf};
use pkcs8::spki::AlgorithmIdentifierRef;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use zeroize::Zeroizing;

use super::password::{Closed, Opener, Spelling};
use super::rsa::RsaKey;
use super::{Found, Problem};

/// How a file that cannot be read is brought into a form that can.
const CONVERT: &str = "convert it with `openssl pkcs12 -in OLD.pfx -nodes -out app.pem` (add `-legacy` for an old file), \
                       and give the PEM file";

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");

const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const SHA512_224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.5");
const SHA512_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.6");

/// The outermost structure (RFC 7292, section 4).
#[derive(Sequence)]
struct Pfx {
    version: u8,
    auth_safe: ContentInfo,
    mac: Option<MacData>,
}

/// The same as the library's, but for the size of the number: an absurd one is to be reported as such.
#[derive(Sequence)]
struct MacData {
    mac: DigestInfo,
    salt: OctetString,
    #[asn1(default = "once")]
    rounds: u64,
}

fn once() -> u64 {
    1
}

/// The parameters of a MAC whose key is derived as in PKCS#5 (RFC 9579).
#[derive(Sequence)]
struct Pbmac1<'a> {
    derivation: AlgorithmIdentifierRef<'a>,
    mac: AlgorithmIdentifierRef<'a>,
}

/// A key, a certificate or something else. Its name and other attributes do not matter here.
#[derive(Sequence)]
struct Bag {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: Any,
    attributes: Option<Any>,
}

/// Why a file gives no key.
enum Failure {
    /// The structure is not that of PKCS#12, or breaks off.
    Broken,
    /// The structure is one that hardly anyone writes.
    Unusual,
    Closed(Closed),
    /// In the words of the key's own reader.
    Key(Problem),
}

/// Reads the key and all certificates. Without a password a null and an empty one are tried, as openssl does.
pub(super) fn read(content: &[u8], password: Option<&str>) -> Result<Found, Problem> {
    let mut opener = Opener::new(password);
    bags(content, &mut opener)
        .and_then(|bags| parts(bags, &mut opener))
        .map_err(|failure| describe(&failure, content, password))
}

/// What stands in all parts of a file, after a look at its MAC if it has one.
fn bags(content: &[u8], opener: &mut Opener) -> Result<Vec<Bag>, Failure> {
    let pfx = Pfx::from_der(content)?;
    if pfx.version != 3 || pfx.auth_safe.content_type != DATA {
        return Err(Failure::Unusual);
    }
    let safes: OctetString = pfx.auth_safe.content.decode_as()?;
    if let Some(mac) = &pfx.mac {
        opener.open(|opener, password| mac.verify(safes.as_bytes(), opener, password))?;
    }
    let mut all = Vec::new();
    for safe in Vec::<ContentInfo>::from_der(safes.as_bytes())? {
        match safe.content_type {
            DATA => {
                let bags: OctetString = safe.content.decode_as()?;
                all.extend(Vec::<Bag>::from_der(bags.as_bytes())?);
            }
            ENCRYPTED_DATA => {
                let info = safe.content.decode_as::<EncryptedData>()?.enc_content_info;
                let data = info.encrypted_content.ok_or(Failure::Unusual)?;
                let read = |plain: &[u8]| Vec::<Bag>::from_der(plain).ok();
                all.extend(opener.decrypt(&info.content_enc_alg, data.as_bytes(), read)?);
            }
            _ => return Err(Failure::Unusual),
        }
    }
    Ok(all)
}

/// The one key and the certificates; anything else is passed over.
fn parts(mut bags: Vec<Bag>, opener: &mut Opener) -> Result<Found, Failure> {
    let mut keys: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    let mut certificates = Vec::new();
    while let Some(bag) = bags.pop() {
        match bag.kind {
            PKCS_12_KEY_BAG_OID => keys.push(Zeroizing::new(bag.value.to_der()?)),
            PKCS_12_PKCS8_KEY_BAG_OID => {
                keys.push(opener.key(&bag.value.decode_as()?)?);
            }
            PKCS_12_CERT_BAG_OID => {
                let certificate: CertBag = bag.value.decode_as()?;
                if certificate.cert_id == PKCS_12_X509_CERT_OID {
                    certificates.push(certificate.cert_value.into_bytes().into());
                }
            }
            PKCS_12_SAFE_CONTENTS_BAG_OID => bags.extend(bag.value.decode_as::<Vec<Bag>>()?),
            _ => {}
        }
    }
    let key = match keys.as_slice() {
        [only] => RsaKey::from_pkcs8(only).map_err(Failure::Key)?,
        [] => {
            return Err(Failure::Key(
                "contains no private key: export it again, together with its key".into(),
            ));
        }
        _ => {
            return Err(Failure::Key(
                "contains several private keys: export only the app's".into(),
            ));
        }
    };
    Ok(Found { key, certificates })
}

impl MacData {
    fn verify(&self, data: &[u8], opener: &mut Opener, password: &Spelling) -> Result<(), Closed> {
        match self.mac.algorithm.oid {
            PBMAC1 => self.verify_pbmac1(data, opener, password),
            SHA1 => self.verify_own::<Sha1>(data, opener, password),
            SHA224 => self.verify_own::<Sha224>(data, opener, password),
            SHA256 => self.verify_own::<Sha256>(data, opener, password),
            SHA384 => self.verify_own::<Sha384>(data, opener, password),
            SHA512 => self.verify_own::<Sha512>(data, opener, password),
            SHA512_224 => self.verify_own::<Sha512_224>(data, opener, password),
            SHA512_256 => self.verify_own::<Sha512_256>(data, opener, password),
            _ => Err(Closed::Unknown),
        }
    }

    /// With a key that is derived as PKCS#12 does.
    fn verify_own<D: Digest + FixedOutputReset + BlockSizeUser>(
        &self,
        data: &[u8],
        opener: &mut Opener,
        password: &Spelling,
    ) -> Result<(), Closed> {
        opener.spend(self.rounds)?;
        let rounds = i32::try_from(self.rounds).map_err(|_| Closed::TooMuch)?;
        let length = <D as Digest>::output_size();
        let key = derive_key::<D>(
            &password.utf16,
            self.salt.as_bytes(),
            Pkcs12KeyType::Mac,
            rounds,
            length,
        );
        self.compare::<D>(&Zeroizing::new(key), data)
    }

    fn verify_pbmac1(&self, data: &[u8], opener: &mut Opener, password: &Spelling) -> Result<(), Closed> {
        let unknown = |_| Closed::Unknown;
        let parameters = self.mac.algorithm.parameters.as_ref().ok_or(Closed::Unknown)?;
        let scheme: Pbmac1<'_> = parameters.decode_as().map_err(unknown)?;
        let Kdf::Pbkdf2(derivation) = Kdf::try_from(scheme.derivation).map_err(unknown)? else {
            return Err(Closed::Unknown);
        };
        let hash = match derivation.prf {
            Pbkdf2Prf::HmacWithSha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Pbkdf2Prf::HmacWithSha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Pbkdf2Prf::HmacWithSha384 => pbkdf2::PBKDF2_HMAC_SHA384,
            Pbkdf2Prf::HmacWithSha512 => pbkdf2::PBKDF2_HMAC_SHA512,
            _ => return Err(Closed::Unknown),
        };
        let rounds = NonZeroU32::new(derivation.iteration_count).ok_or(Closed::Unknown)?;
        // Without a length it is not settled which key is meant.
        let length = derivation.key_length.ok_or(Closed::Unknown)?;
        // Each of the hash's outputs takes all rounds; the shortest one has 20 bytes.
        opener.spend(u64::from(rounds.get()) * u64::from(length).div_ceil(20))?;
        let mut key = Zeroizing::new(vec![0; length.into()]);
        pbkdf2::derive(hash, rounds, derivation.salt.as_ref(), &password.utf8, &mut key);
        match Pbkdf2Prf::try_from(scheme.mac).map_err(unknown)? {
            Pbkdf2Prf::HmacWithSha1 => self.compare::<Sha1>(&key, data),
            Pbkdf2Prf::HmacWithSha224 => self.compare::<Sha224>(&key, data),
            Pbkdf2Prf::HmacWithSha256 => self.compare::<Sha256>(&key, data),
            Pbkdf2Prf::HmacWithSha384 => self.compare::<Sha384>(&key, data),
            Pbkdf2Prf::HmacWithSha512 => self.compare::<Sha512>(&key, data),
            _ => Err(Closed::Unknown),
        }
    }

    fn compare<D: Digest + BlockSizeUser>(&self, key: &[u8], data: &[u8]) -> Result<(), Closed> {
        let mac = SimpleHmac::<D>::new_from_slice(key).map_err(|_| Closed::Unknown)?;
        let verdict = mac.chain_update(data).verify_slice(self.mac.digest.as_bytes());
        verdict.map_err(|_| Closed::Wrong)
    }
}

impl From<Closed> for Failure {
    fn from(closed: Closed) -> Self {
        Failure::Closed(closed)
    }
}

impl From<der::Error> for Failure {
    fn from(_: der::Error) -> Self {
        Failure::Broken
    }
}

fn describe(failure: &Failure, content: &[u8], password: Option<&str>) -> Problem {
    match failure {
        Failure::Broken => unreadable(content),
        Failure::Unusual => format!("is PKCS#12 of an unusual kind: {CONVERT}").into(),
        Failure::Closed(Closed::Wrong) => {
            let tried = match password {
                None | Some("") => "without a password (a null and an empty one were tried)",
                Some(password) if !password.is_ascii() => {
                    "with this password (its characters were tried, and each byte of its UTF-8 as one)"
                }
                Some(_) => "with this password",
            };
            Problem::Password(format!(
                "cannot be opened {tried}: give the one it was exported with, or export it again if it is damaged"
            ))
        }
        Failure::Closed(Closed::Unknown) => format!("is encrypted in a way that is not known here: {CONVERT}").into(),
        Failure::Closed(Closed::TooMuch) => format!("uses too many key-derivation iterations: {CONVERT}").into(),
        Failure::Key(problem) => problem.clone(),
    }
}

/// What a file is that is no PKCS#12 at all, or no longer.
fn unreadable(content: &[u8]) -> Problem {
    match content {
        // A sequence of indefinite length: BER, which the standard allows and this reader does not.
        [0x30, 0x80, ..] => format!("is PKCS#12 in the encoding BER: {CONVERT}").into(),
        [0x30, ..] => {
            "is damaged, truncated or not PKCS#12: give a `.pfx` or `.p12` file with the certificate and its key, or \
             export it again"
                .into()
        }
        _ => "is neither PKCS#12 (`.pfx`, `.p12`) nor PEM: export the certificate with its key as one of them".into(),
    }
}
