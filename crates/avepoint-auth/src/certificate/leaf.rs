//! The certificate of the key, found among those of its issuers.

use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use pkcs1::RsaPublicKey;
use pkcs1::der::Decode;
use pkcs1::der::asn1::UintRef;
use x509_cert::certificate::{CertificateInner, Raw};

use super::Problem;
use super::rsa::{self, PublicKey, RsaKey};

/// What the assertion and the warnings need of a certificate.
pub(super) struct Leaf {
    /// SHA-1 in hexadecimal capitals.
    pub(super) thumbprint: String,
    /// SHA-1 in base64url.
    pub(super) x5t: String,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl Leaf {
    /// The certificate whose public key is the key's; the one that holds longest, where a key has been certified again.
    /// Certificates that cannot be read stand in nobody's way if the right one can.
    pub(super) fn of(key: &RsaKey, certificates: &[Vec<u8>]) -> Result<Self, Problem> {
        let mut broken = false;
        let mut own: Vec<Leaf> = Vec::new();
        for der in certificates {
            // Raw: whether an issuer keeps to every rule is for the service to judge.
            let Ok(certificate) = CertificateInner::<Raw>::from_der(der) else {
                broken = true;
                continue;
            };
            if public_key(&certificate).is_some_and(|public| public == *key.public()) {
                own.push(Leaf::read(der, &certificate));
            }
        }
        own.into_iter()
            .max_by_key(|leaf| leaf.not_after)
            .ok_or_else(|| match (certificates.is_empty(), broken) {
                (true, _) => "contains a key and no certificate: export both together".into(),
                (_, true) => "contains a certificate that is broken or cut off: export it again".into(),
                (_, false) => {
                    "contains a certificate and a key that do not belong together: give the key with which the \
                               certificate was made"
                        .into()
                }
            })
    }

    /// The first certificate, for a key that is kept elsewhere, and its public key.
    pub(super) fn alone(certificates: &[Vec<u8>]) -> Result<(Self, PublicKey), Problem> {
        let der = certificates
            .first()
            .ok_or("contains no certificate, or one that is cut off: give its PEM, from `BEGIN CERTIFICATE` to `END CERTIFICATE`")?;
        let certificate = CertificateInner::<Raw>::from_der(der).map_err(|_| {
            "is neither PEM nor DER, or is broken or cut off: give the certificate alone, as of `openssl pkcs12 -in \
             app.pfx -nokeys -clcerts -out app.crt`"
                .to_owned()
        })?;
        let public = public_key(&certificate).ok_or_else(|| rsa::refusal("a key that is not RSA"))?;
        public.check()?;
        Ok((Leaf::read(der, &certificate), public))
    }

    fn read(der: &[u8], certificate: &CertificateInner<Raw>) -> Self {
        let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, der);
        let validity = certificate.tbs_certificate().validity();
        Leaf {
            thumbprint: sha1.as_ref().iter().map(|byte| format!("{byte:02X}")).collect(),
            x5t: URL_SAFE_NO_PAD.encode(sha1),
            not_before: timestamp(validity.not_before.to_unix_duration()),
            not_after: timestamp(validity.not_after.to_unix_duration()),
        }
    }
}

fn public_key(certificate: &CertificateInner<Raw>) -> Option<PublicKey> {
    let bytes = certificate
        .tbs_certificate()
        .subject_public_key_info()
        .subject_public_key
        .as_bytes()?;
    let key = RsaPublicKey::<UintRef<'_>>::from_der(bytes).ok()?;
    Some(PublicKey::new(&key.modulus, &key.public_exponent))
}

/// Certificates may hold until the year 9999, which is where timestamps end.
fn timestamp(since_1970: Duration) -> Timestamp {
    Timestamp::UNIX_EPOCH
        .saturating_add(since_1970)
        .unwrap_or(Timestamp::MAX)
}
