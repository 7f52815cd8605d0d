//! How requests travel, for this crate and for those that ask other servers on its behalf, such as for tokens. Not for
//! use by callers.

mod beside;
mod body;
mod repeat;
mod send;

pub(crate) use self::beside::beside;
pub use self::body::{ReadError, beginning, whole};
pub use self::repeat::{Attempts, Failure};
pub use self::send::{after, late, send};
pub use crate::cloud::base_url;
pub use crate::error::{Challenge, Ids, is_page, joined};
pub use crate::hook::Watched;
pub use crate::network::HttpClient;
pub use crate::options::secrets_of;
pub use crate::retry::{http_date, is_transient};
pub use crate::value::time::{system_time, timestamp};
