#![doc = include_str!("../README.md")]

mod assertion;
mod cache;
mod certificate;
mod credential;
mod endpoint;
mod failure;
#[doc(hidden)]
pub mod fuzz;
mod request;
mod scopes;
mod source;
mod store;

pub use assertion::Audience;
pub use certificate::ClientCertificate;
pub use credential::CredentialBuilder;
pub use credential::certificate::ClientCertificateCredential;
pub use credential::environment::EnvironmentCredential;
pub use credential::secret::ClientSecretCredential;
pub use store::file::FileStore;
pub use store::memory::MemoryStore;
pub use store::{StoredToken, TokenKey, TokenStore};

#[doc(hidden)]
pub mod bench {
    //! What `cargo bench` measures and no caller needs.
    pub use crate::assertion::{Assertion, sign};
}
