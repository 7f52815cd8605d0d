//! Certificates: those by which assertions are judged, and one with its key for who has none.

use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use jiff::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::{Decode, Encode};

use super::jws::{Header, encoded};

/// A certificate that an app is registered with.
#[derive(Clone)]
pub(super) struct Registered {
    sha1: Vec<u8>,
    sha256: Vec<u8>,
    key: ParsedPublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Registered {
    /// Reads a certificate from PEM or DER.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let pem = pem::parse_many(bytes).unwrap_or_default();
        let pem = pem.iter().find(|block| block.tag() == "CERTIFICATE");
        let der = pem.map_or(bytes, pem::Pem::contents);
        let certificate = CertificateInner::<Raw>::from_der(der)
            .map_err(|_| "it is no X.509 certificate; give one as PEM or DER, without a key")?;
        let certificate = certificate.tbs_certificate();
        let key = certificate.subject_public_key_info().to_der().ok();
        let key = key.and_then(|key| ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).ok());
        let time = |since_1970| {
            Timestamp::UNIX_EPOCH
                .saturating_add(since_1970)
                .unwrap_or(Timestamp::MAX)
        };
        Ok(Self {
            sha1: digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref().to_vec(),
            sha256: digest(&SHA256, der).as_ref().to_vec(),
            key: key.ok_or("its key is no RSA key of 2048 to 8192 bits; make one of RSA")?,
            not_before: time(certificate.validity().not_before.to_unix_duration()),
            not_after: time(certificate.validity().not_after.to_unix_duration()),
        })
    }

    /// Whether a signature names this certificate: by `x5t`, `x5t#S256` or `kid`, which is the SHA-1 in hexadecimal or as
    /// in `x5t`. Each of them that is there must fit.
    pub(super) fn is_named_by(&self, header: &Header) -> bool {
        let is_kid = |kid: &str| kid.eq_ignore_ascii_case(&hexadecimal(&self.sha1)) || kid == encoded(&self.sha1);
        let names = [
            header.x5t.as_deref().map(|name| name == encoded(&self.sha1)),
            header.x5t_s256.as_deref().map(|name| name == encoded(&self.sha256)),
            header.kid.as_deref().map(is_kid),
        ];
        let mut names = names.into_iter().flatten().peekable();
        names.peek().is_some() && names.all(|fits| fits)
    }

    /// Whether its key has made a signature.
    pub(super) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(text, signature).is_ok()
    }

    pub(super) fn is_valid_at(&self, time: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&time)
    }
}

/// A certificate with its private key, made for this process alone: an app can prove with it who it is.
///
/// Its [`Debug`] form shows no key.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    /// In PKCS#8.
    key: Vec<u8>,
}

impl Certificate {
    /// The certificate of this process. Its key is RSA of 2048 bits, which takes a part of a second to make: it is made
    /// when somebody asks for it.
    pub(super) fn own() -> Result<&'static Self, rcgen::Error> {
        static OWN: OnceLock<Certificate> = OnceLock::new();
        match OWN.get() {
            Some(own) => Ok(own),
            None => Self::generate().map(|made| OWN.get_or_init(|| made)),
        }
    }

    fn generate() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "AvePoint sandbox");
        let der = params.self_signed(&key)?.der().to_vec();
        let key = key.serialize_der();
        Ok(Self { der, key })
    }

    /// The certificate, in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate, in PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        pem::encode(&pem::Pem::new("CERTIFICATE", self.der.as_slice()))
    }

    /// The private key, in PKCS#8 as PEM.
    #[must_use]
    pub fn key_pem(&self) -> String {
        pem::encode(&pem::Pem::new("PRIVATE KEY", self.key.as_slice()))
    }

    /// SHA-1 of the certificate in hexadecimal capitals, as portals show it. An assertion may name the certificate by it,
    /// as `kid`.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref())
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint())
            .finish_non_exhaustive()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
