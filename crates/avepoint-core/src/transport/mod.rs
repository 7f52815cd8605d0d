//! How requests travel, for this crate and for those that ask other servers on its behalf, such as for tokens. What is
//! public here and not in the crate's root is not for use by callers.

mod beside;
mod body;
mod repeat;
mod send;
mod settings;
mod tls;

pub(crate) use self::beside::beside;
pub use self::body::{ReadError, beginning, whole};
pub use self::repeat::{Attempts, Failure};
pub use self::send::{after, late, send};
pub use self::settings::Transport;
pub use crate::cloud::base_url;
pub use crate::retry::{http_date, is_transient};
pub use crate::value::time::{system_time, timestamp};
