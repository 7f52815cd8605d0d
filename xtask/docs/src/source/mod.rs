//! Where the pages come from: a checkout of the vendor's repository, and single pages that are passed.

mod checkout;
mod external;
mod git;
mod page;

pub use checkout::checkout;
pub use external::ExternalPage;
pub use git::{Revision, fetch, revision, uncommitted};
pub use page::{REPOSITORY, Source};
