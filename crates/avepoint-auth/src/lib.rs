#![doc = include_str!("../README.md")]

mod assertion;
mod cache;
mod certificate;
mod credential;
mod endpoint;
mod failure;
mod file;
#[doc(hidden)]
pub mod fuzz;
mod proofs;
mod request;
mod scopes;
mod signer;
mod source;
mod store;

pub use ::avepoint_core;
#[doc(no_inline)]
pub use ::avepoint_core::{BoxFuture, Transport};
pub use assertion::Audience;
pub use certificate::ClientCertificate;
pub use credential::CredentialBuilder;
pub use credential::certificate::ClientCertificateCredential;
pub use credential::environment::EnvironmentCredential;
pub use credential::secret::ClientSecretCredential;
pub use signer::{SignatureAlgorithm, Signer, SigningInput};
pub use store::file::FileStore;
pub use store::memory::MemoryStore;
pub use store::{StoredToken, TokenKey, TokenStore};

#[doc(hidden)]
pub mod bench {
    //! What `cargo bench` measures and no caller needs.
    pub use crate::assertion::{Assertion, sign};
}
