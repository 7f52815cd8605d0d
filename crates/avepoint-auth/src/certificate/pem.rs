//! PEM: certificates and a key as text, in any order, with any text around them.

use ::pem::Pem;
use der::Decode;
use pkcs12::pbe_params::EncryptedPrivateKeyInfo;
use zeroize::Zeroizing;

use super::password::{Closed, Opener};
use super::rsa::{RsaKey, refusal};
use super::{Found, Problem};

/// How a key in an old or unusual form is brought into one that can be read.
const CONVERT: &str = "convert it with `openssl pkcs8 -topk8 -v2 aes256 -in OLD.key -out app.key`";

/// What stands in a PEM text.
pub(super) struct Blocks {
    pub(super) certificates: Vec<Vec<u8>>,
    keys: Vec<Key>,
}

/// A private key as it stands in the text.
enum Key {
    Pkcs8(Zeroizing<Vec<u8>>),
    Pkcs1(Zeroizing<Vec<u8>>),
    Encrypted(Zeroizing<Vec<u8>>),
    /// One that cannot be used, and why.
    Unusable(Problem),
}

/// Whether a content is PEM.
pub(super) fn is_pem(content: &[u8]) -> bool {
    content.windows(11).any(|window| window == b"-----BEGIN ")
}

/// Finds the blocks; other text and other blocks are passed over.
pub(super) fn read(content: &[u8]) -> Result<Blocks, Problem> {
    if !is_pem(content) {
        return Err("contains no PEM block: give everything from `-----BEGIN` on".into());
    }
    let blocks = ::pem::parse_many(content).map_err(|_| {
        "contains a PEM block that is broken or cut off: copy it whole, from `BEGIN` to `END`".to_owned()
    })?;
    let mut found = Blocks {
        certificates: Vec::new(),
        keys: Vec::new(),
    };
    for block in blocks {
        match block.tag() {
            "CERTIFICATE" | "X509 CERTIFICATE" => found.certificates.push(block.into_contents()),
            tag if tag.ends_with("PRIVATE KEY") => found.keys.push(Key::of(block)),
            _ => {}
        }
    }
    if found.certificates.is_empty() && found.keys.is_empty() {
        return Err(
            "contains neither a certificate nor a private key, or a block that is cut off: give the PEM of both".into(),
        );
    }
    Ok(found)
}

impl Blocks {
    /// The one key, opened, and the certificates.
    pub(super) fn finish(mut self, password: Option<&str>) -> Result<Found, Problem> {
        let key = match (self.keys.pop(), self.keys.is_empty()) {
            (Some(key), true) => key.open(password)?,
            (None, _) => {
                return Err("contains a certificate and no private key: add the key, or name its file too".into());
            }
            (Some(_), false) => return Err("contains several private keys: keep only the app's".into()),
        };
        Ok(Found {
            key,
            certificates: self.certificates,
        })
    }
}

impl Key {
    fn of(block: Pem) -> Self {
        let old_encryption = block
            .headers()
            .get("Proc-Type")
            .is_some_and(|kind| kind.contains("ENCRYPTED"));
        let tag = block.tag().to_owned();
        let content = Zeroizing::new(block.into_contents());
        match tag.as_str() {
            _ if old_encryption => Key::Unusable(
                format!(
                    "contains a key that is encrypted in an outdated, weak way (`Proc-Type: 4,ENCRYPTED`): {CONVERT}"
                )
                .into(),
            ),
            "PRIVATE KEY" => Key::Pkcs8(content),
            "RSA PRIVATE KEY" => Key::Pkcs1(content),
            "ENCRYPTED PRIVATE KEY" => Key::Encrypted(content),
            "EC PRIVATE KEY" => Key::Unusable(refusal("an EC key")),
            "OPENSSH PRIVATE KEY" => Key::Unusable(
                "contains a key in the form of OpenSSH: convert a copy of it with `ssh-keygen -p -m PKCS8 -f COPY`"
                    .into(),
            ),
            _ => Key::Unusable(refusal("a key that is not RSA")),
        }
    }

    fn open(self, password: Option<&str>) -> Result<RsaKey, Problem> {
        match self {
            Key::Pkcs8(der) => RsaKey::from_pkcs8(&der),
            Key::Pkcs1(der) => RsaKey::from_pkcs1(&der),
            Key::Encrypted(der) => decrypted(&der, password),
            Key::Unusable(problem) => Err(problem),
        }
    }
}

fn decrypted(der: &[u8], password: Option<&str>) -> Result<RsaKey, Problem> {
    let password = password.ok_or_else(|| {
        Problem::Password("contains an encrypted key, and there is no password: give the one of the key".to_owned())
    })?;
    let unknown = || format!("contains a key that is broken, or encrypted in a way that is not known here: {CONVERT}");
    let key = EncryptedPrivateKeyInfo::from_der(der).map_err(|_| unknown())?;
    let key = Opener::new(Some(password)).key(&key).map_err(|closed| match closed {
        Closed::Wrong => {
            let text = "contains a key that cannot be opened with this password: give the one of the key, or export it \
                        again if it is damaged";
            Problem::Password(text.to_owned())
        }
        Closed::Unknown => unknown().into(),
        Closed::TooMuch => format!("has a key with too many key-derivation iterations: {CONVERT}").into(),
    })?;
    RsaKey::from_pkcs8(&key)
}
