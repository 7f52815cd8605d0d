//! Moments in time that keep the text in which they arrived.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment in time as the services write it, or the text they send in its place (`N/A`, nothing at all).
///
/// The text is kept, so that a time is the same when it is written out again. What one makes oneself is RFC 3339.
///
/// ```
/// use avepoint_core::Time;
///
/// let time: Time = serde_json::from_str("\"2026-01-31T12:00:00Z\"")?;
/// assert_eq!(time.timestamp().map(|t| t.as_second()), Some(1_769_860_800));
///
/// let none: Time = serde_json::from_str("\"N/A\"")?;
/// assert_eq!(none.timestamp(), None);
/// assert_eq!(serde_json::to_string(&none)?, "\"N/A\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Time(String);

/// A text that is no moment in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an RFC 3339 time with an offset, such as 2026-01-31T12:00:00Z")]
pub struct InvalidTime(String);

impl Time {
    /// The moment. A time without an offset is taken as UTC, which is what the services mean; a bare date is its
    /// midnight. Nothing if the text is no time at all.
    pub fn timestamp(&self) -> Option<Timestamp> {
        let text = self.0.trim();
        text.parse::<Timestamp>().ok().or_else(|| {
            let civil = text
                .parse::<jiff::civil::DateTime>()
                .ok()
                .or_else(|| Some(text.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0)))?;
            jiff::tz::Offset::UTC.to_timestamp(civil).ok()
        })
    }

    /// The text as it arrived or is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Timestamp> for Time {
    fn from(moment: Timestamp) -> Self {
        Time(moment.to_string())
    }
}

impl From<&Time> for Time {
    fn from(time: &Time) -> Self {
        time.clone()
    }
}

impl TryFrom<&str> for Time {
    type Error = InvalidTime;

    /// A time to send: RFC 3339 with an offset, or a bare date.
    fn try_from(text: &str) -> Result<Self, InvalidTime> {
        if is_date_time(text) || is_date(text) {
            Ok(Time(text.to_owned()))
        } else {
            Err(InvalidTime(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Time {
    type Error = InvalidTime;

    fn try_from(text: String) -> Result<Self, InvalidTime> {
        Time::try_from(text.as_str())
    }
}

impl std::str::FromStr for Time {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        Time::try_from(text)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is an RFC 3339 time: the parser takes more than that, such as a blank for the `T`.
pub(crate) fn is_date_time(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b'T') && !text.contains('[') && text.parse::<Timestamp>().is_ok()
}

/// Whether a text is a bare date, as 2026-01-31: the parser takes whole times too.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived(text: &str) -> Time {
        serde_json::from_value(text.into()).expect("any text is taken")
    }

    #[test]
    fn times_without_an_offset_are_utc() {
        assert_eq!(
            arrived("2026-01-31T12:00:00").timestamp(),
            arrived("2026-01-31T12:00:00Z").timestamp()
        );
        assert_eq!(
            arrived("2024-08-20T10:55:29.0000000Z").timestamp(),
            arrived("2024-08-20T12:55:29+02:00").timestamp()
        );
        assert_eq!(
            arrived("2026-01-31").timestamp(),
            arrived("2026-01-31T00:00:00Z").timestamp()
        );
    }

    #[test]
    fn what_is_sent_must_be_a_time() {
        assert!(Time::try_from("tomorrow").is_err());
        assert!(Time::try_from("2026-01-31T12:00:00").is_err());
        assert!(Time::try_from("2026-01-31T12:00:00Z").is_ok());
    }
}
