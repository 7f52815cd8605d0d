//! What a password protects: how it is spelled in bytes, and how keys and bags are decrypted with it.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit};
use der::asn1::Any;
use des::{TdesEde2, TdesEde3};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2::{self, Kdf, PBES2_OID};
use pkcs8::spki::AlgorithmIdentifierOwned;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use pkcs12::pbe_params::{EncryptedPrivateKeyInfo, Pkcs12PbeParams};
use pkcs12::{
    PKCS_12_PBE_WITH_SHAAND2_KEY_TRIPLE_DES_CBC as SHA1_3DES_2,
    PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC as SHA1_3DES_3, PKCS_12_PBE_WITH_SHAAND128_BIT_RC2_CBC as SHA1_RC2_128,
    PKCS_12_PBEWITH_SHAAND40_BIT_RC2_CBC as SHA1_RC2_40,
};
use rc2::Rc2;
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::proofs::without_line_break;

/// The work that may be spent on one file, in rounds of a hash: its author chooses how much each of its parts takes. It
/// is a matter of seconds, and several times what any tool asks for by default.
const MOST_ROUNDS: u64 = 10_000_000;

/// The most memory that may be spent at once, in bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// Why something that a password protects is not open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Closed {
    /// The password is another one, or the content is damaged.
    Wrong,
    /// It is protected in a way that is not known here.
    Unknown,
    /// It asks for more work than is reasonable.
    TooMuch,
}

/// Opens the parts of one file with its password.
pub(super) struct Opener {
    /// In the order in which they are tried.
    spellings: Vec<Spelling>,
    /// The rounds that may still be spent.
    rounds: u64,
}

/// A password in bytes: PKCS#12's own schemes take UTF-16 with an end mark, all others UTF-8.
pub(super) struct Spelling {
    pub(super) utf16: Zeroizing<Vec<u8>>,
    pub(super) utf8: Zeroizing<Vec<u8>>,
}

impl Spelling {
    fn of(text: &str) -> Self {
        let marked = text.encode_utf16().chain([0]);
        Spelling {
            utf16: Zeroizing::new(marked.flat_map(u16::to_be_bytes).collect()),
            utf8: Zeroizing::new(text.as_bytes().to_vec()),
        }
    }
}

impl Opener {
    /// With every spelling that tools have used for a password, the usual one first.
    pub(super) fn new(password: Option<&str>) -> Self {
        let mut spellings = Vec::new();
        let given = password.unwrap_or_default();
        if given.is_empty() {
            // A null password has not even the end mark, by which PKCS#12 tells it from an empty one.
            spellings.push(Spelling {
                utf16: Zeroizing::default(),
                utf8: Zeroizing::default(),
            });
        }
        spellings.push(Spelling::of(given));
        if !given.is_ascii() {
            // openssl before 1.1 took each byte for a character; later ones then encrypt with the UTF-8 of those.
            let widened = Zeroizing::new(given.bytes().map(char::from).collect::<String>());
            spellings.push(Spelling::of(&widened));
            spellings.push(Spelling {
                utf8: Zeroizing::new(given.as_bytes().to_vec()),
                ..Spelling::of(&widened)
            });
        }
        if without_line_break(given) != given {
            // It may come from a file.
            spellings.push(Spelling::of(without_line_break(given)));
        }
        Opener {
            spellings,
            rounds: MOST_ROUNDS,
        }
    }

    /// Takes from the work that may be spent.
    pub(super) fn spend(&mut self, rounds: u64) -> Result<(), Closed> {
        self.rounds = self.rounds.checked_sub(rounds).ok_or(Closed::TooMuch)?;
        Ok(())
    }

    /// What comes of the first spelling that is right. It is the first one from then on.
    pub(super) fn open<T>(&mut self, attempt: impl Fn(&mut Self, &Spelling) -> Result<T, Closed>) -> Result<T, Closed> {
        let mut spellings = std::mem::take(&mut self.spellings);
        let mut outcome = Err(Closed::Wrong);
        for place in 0..spellings.len() {
            outcome = attempt(self, &spellings[place]);
            if !matches!(outcome, Err(Closed::Wrong)) {
                spellings.swap(0, place);
                break;
            }
        }
        self.spellings = spellings;
        outcome
    }

    /// Decrypts, and gives what `read` makes of it. A wrong password may decrypt to nonsense, which `read` does not take.
    pub(super) fn decrypt<T>(
        &mut self,
        algorithm: &AlgorithmIdentifierOwned,
        data: &[u8],
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, Closed> {
        self.open(|opener, spelling| {
            let plain = opener.decrypted(algorithm, data, spelling)?;
            read(&plain).ok_or(Closed::Wrong)
        })
    }

    /// Decrypts a private key, and gives it in PKCS#8.
    pub(super) fn key(&mut self, key: &EncryptedPrivateKeyInfo) -> Result<Zeroizing<Vec<u8>>, Closed> {
        let read = |plain: &[u8]| {
            PrivateKeyInfoRef::try_from(plain)
                .is_ok()
                .then(|| plain.to_vec().into())
        };
        self.decrypt(&key.encryption_algorithm, key.encrypted_data.as_bytes(), read)
    }

    fn decrypted(
        &mut self,
        algorithm: &AlgorithmIdentifierOwned,
        data: &[u8],
        password: &Spelling,
    ) -> Result<Zeroizing<Vec<u8>>, Closed> {
        let parameters = algorithm.parameters.as_ref().ok_or(Closed::Unknown)?;
        let plain = match algorithm.oid {
            PBES2_OID => self.by_pbes2(parameters, data, &password.utf8),
            SHA1_3DES_3 => self.by_pbe::<TdesEde3>(24, parameters, data, &password.utf16),
            SHA1_3DES_2 => self.by_pbe::<TdesEde2>(16, parameters, data, &password.utf16),
            SHA1_RC2_128 => self.by_pbe::<Rc2>(16, parameters, data, &password.utf16),
            SHA1_RC2_40 => self.by_pbe::<Rc2>(5, parameters, data, &password.utf16),
            _ => Err(Closed::Unknown),
        };
        plain.map(Zeroizing::new)
    }

    /// The scheme of PKCS#5 (RFC 8018, section 6.2).
    fn by_pbes2(&mut self, parameters: &Any, data: &[u8], password: &[u8]) -> Result<Vec<u8>, Closed> {
        let scheme: pbes2::Parameters = parameters.decode_as().map_err(|_| Closed::Unknown)?;
        self.spend(match &scheme.kdf {
            Kdf::Pbkdf2(kdf) => kdf.iteration_count.into(),
            Kdf::Scrypt(kdf) => {
                let blocks = kdf.cost_parameter.checked_mul(kdf.block_size.into());
                let blocks = blocks.filter(|blocks| *blocks <= MOST_MEMORY / 128);
                // Each block is mixed in two halves, twice.
                blocks.ok_or(Closed::TooMuch)? * 4 * u64::from(kdf.parallelization)
            }
            _ => return Err(Closed::Unknown),
        })?;
        scheme.decrypt(password, data).map_err(|error| match error {
            pkcs8::pkcs5::Error::DecryptFailed => Closed::Wrong,
            _ => Closed::Unknown,
        })
    }

    /// PKCS#12's own scheme (RFC 7292, appendix C), with SHA-1 and a key of so many bytes.
    fn by_pbe<C: KeyInit + BlockCipherDecrypt>(
        &mut self,
        length: usize,
        parameters: &Any,
        data: &[u8],
        password: &[u8],
    ) -> Result<Vec<u8>, Closed> {
        let scheme: Pkcs12PbeParams = parameters.decode_as().map_err(|_| Closed::Unknown)?;
        // The key takes up to two hashes, the initialization vector one.
        self.spend(u64::try_from(scheme.iterations).map_err(|_| Closed::Unknown)? * 3)?;
        let derived = |what, length| {
            let bytes = derive_key::<Sha1>(password, scheme.salt.as_bytes(), what, scheme.iterations, length);
            Zeroizing::new(bytes)
        };
        let key = derived(Pkcs12KeyType::EncryptionKey, length);
        let vector = derived(Pkcs12KeyType::Iv, C::block_size());
        let cipher = C::new_from_slice(&key).map_err(|_| Closed::Unknown)?;
        let cipher = Decryptor::inner_iv_slice_init(cipher, &vector).map_err(|_| Closed::Unknown)?;
        cipher.decrypt_padded_vec::<Pkcs7>(data).map_err(|_| Closed::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_file_share_one_bound_of_work() {
        let mut opener = Opener::new(None);
        assert_eq!(opener.spend(MOST_ROUNDS - 1), Ok(()));
        assert_eq!(opener.spend(2), Err(Closed::TooMuch));
        assert_eq!(opener.spend(1), Ok(()));
        assert_eq!(opener.spend(u64::MAX), Err(Closed::TooMuch));
    }

    #[test]
    fn the_spelling_that_was_right_is_tried_first_from_then_on() {
        let mut opener = Opener::new(None);
        let empty = |_: &mut Opener, spelling: &Spelling| match spelling.utf16.as_slice() {
            [0, 0] => Ok(()),
            _ => Err(Closed::Wrong),
        };
        assert_eq!(opener.open(empty), Ok(()));
        assert_eq!(*opener.spellings[0].utf16, [0, 0]);
        assert_eq!(opener.spellings.len(), 2);
        assert_eq!(opener.open(|_, _| Err::<(), _>(Closed::Wrong)), Err(Closed::Wrong));
    }
}
