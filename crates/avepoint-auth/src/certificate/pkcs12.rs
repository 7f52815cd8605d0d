//! PKCS#12: `.pfx` and `.p12` files, as Windows, portals and openssl write them, old and new.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;

use super::rsa::RsaKey;
use super::{Found, Problem};

/// How a file that cannot be read is brought into a form that can.
const CONVERT: &str = "convert it with `openssl pkcs12 -in OLD.pfx -nodes -out app.pem` (add `-legacy` for an old file), \
                       and give the PEM file";

/// Reads the key and all certificates. No password counts as an empty one, as it does for most tools.
pub(super) fn read(content: &[u8], password: Option<&str>) -> Result<Found, Problem> {
    let archive = Pkcs12Archive::from_pkcs12(content, password.unwrap_or_default())
        .map_err(|error| told(&error, content, password))?;
    let key = match archive.keys.as_slice() {
        [only] => RsaKey::from_pkcs8(only.key.as_der())?,
        [] => return Err("holds no private key: export it again, together with its key".to_owned()),
        _ => return Err("holds several private keys: export the one of the app alone".to_owned()),
    };
    Ok(Found {
        key,
        certificates: archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect(),
    })
}

fn told(error: &Error, content: &[u8], password: Option<&str>) -> Problem {
    let wrong = match password {
        None | Some("") => "cannot be opened without a password: give the one it was exported with",
        Some(_) => {
            "cannot be opened with this password: give the one it was exported with, or export it again if it is \
                    damaged"
        }
    };
    match error {
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError => wrong.to_owned(),
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            format!("is encrypted in a way that is not known here: {CONVERT}")
        }
        Error::UnsupportedContentType | Error::UnsupportedCertificateType | Error::InvalidVersion => {
            format!("is PKCS#12 of an unusual kind: {CONVERT}")
        }
        Error::InvalidPrivateKey => "holds a private key that is broken or cut off: export it again".to_owned(),
        Error::InvalidParameters => format!("asks for more work to open it than is reasonable: {CONVERT}"),
        _ => unreadable(content),
    }
}

/// What a file is that is no PKCS#12 at all, or no longer.
fn unreadable(content: &[u8]) -> Problem {
    match content {
        // A sequence of indefinite length: BER, which the standard allows and this reader does not.
        [0x30, 0x80, ..] => format!("is PKCS#12 in the encoding BER: {CONVERT}"),
        [0x30, ..] => {
            "is broken, cut off or no PKCS#12: give a `.pfx` or `.p12` file that holds the certificate and its \
                       key, or export it again"
                .to_owned()
        }
        _ => {
            "is neither PKCS#12 (`.pfx`, `.p12`) nor PEM: export the certificate with its key as one of them".to_owned()
        }
    }
}
