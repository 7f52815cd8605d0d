//! Times as callers have them, and as they are reckoned with here.

use std::time::SystemTime;

use jiff::Timestamp;

/// A time of the machine. One that is too far off for any calendar is the last one there is, or the first.
pub(crate) fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(if time < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
