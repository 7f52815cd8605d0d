//! Dates and times of day without an offset.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::time::{InvalidTime, Time, in_text, without_offset};

/// A date and a time of day to the second, without an offset: `2026-01-31T12:00:00`. Some operations take times so.
///
/// Which zone the services mean is not documented. A moment is written in UTC, as the services mean the times without an
/// offset that they send; what is finer than a second is cut off. A text without an offset is sent as it stands, so that one
/// who knows the zone better can say so.
///
/// One is made of whatever a [`Time`] is made of, and of a [`Time`]: of a [`SystemTime`], of a text in RFC 3339, and with
/// the features `jiff` and `chrono` of `jiff::Timestamp` (0.2) and `chrono::DateTime` (0.4).
///
/// ```
/// use std::time::SystemTime;
/// use avepoint_core::{LocalTime, Time};
///
/// assert_eq!(LocalTime::try_from(SystemTime::UNIX_EPOCH)?.as_str(), "1970-01-01T00:00:00");
/// assert_eq!(LocalTime::try_from("2026-01-31T12:00:00")?.as_str(), "2026-01-31T12:00:00");
/// assert_eq!(LocalTime::try_from("2026-01-31T12:00:00.25+02:00")?.as_str(), "2026-01-31T10:00:00");
/// assert_eq!(LocalTime::try_from(Time::try_from("2026-01-31")?)?.as_str(), "2026-01-31T00:00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct LocalTime(String);

impl LocalTime {
    /// The text as it arrived or is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&Time> for LocalTime {
    type Error = InvalidTime;

    fn try_from(time: &Time) -> Result<Self, InvalidTime> {
        Ok(LocalTime(format!("{:.0}", time.in_utc()?)))
    }
}

impl TryFrom<Time> for LocalTime {
    type Error = InvalidTime;

    fn try_from(time: Time) -> Result<Self, InvalidTime> {
        Self::try_from(&time)
    }
}

impl TryFrom<SystemTime> for LocalTime {
    type Error = InvalidTime;

    fn try_from(moment: SystemTime) -> Result<Self, InvalidTime> {
        Self::try_from(Time::try_from(moment)?)
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<jiff::Timestamp> for LocalTime {
    type Error = InvalidTime;

    fn try_from(moment: jiff::Timestamp) -> Result<Self, InvalidTime> {
        Self::try_from(Time::try_from(moment)?)
    }
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> TryFrom<chrono::DateTime<Z>> for LocalTime {
    type Error = InvalidTime;

    fn try_from(moment: chrono::DateTime<Z>) -> Result<Self, InvalidTime> {
        Self::try_from(Time::try_from(moment)?)
    }
}

impl TryFrom<&str> for LocalTime {
    type Error = InvalidTime;

    /// A time to send: one without an offset, as it stands; or what a [`Time`] is made of, in UTC.
    fn try_from(text: &str) -> Result<Self, InvalidTime> {
        match without_offset(text) {
            Some(time) => Ok(LocalTime(time.into_owned())),
            None => Err(InvalidTime::unreadable(text)),
        }
    }
}

in_text!(LocalTime);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn written(time: Result<LocalTime, InvalidTime>) -> String {
        time.expect("a time").to_string()
    }

    #[test]
    fn a_moment_is_written_in_utc_and_what_is_finer_than_a_second_is_cut_off() {
        let half = Duration::from_millis(500);
        assert_eq!(
            written(LocalTime::try_from(SystemTime::UNIX_EPOCH + half)),
            "1970-01-01T00:00:00"
        );
        assert_eq!(
            written(LocalTime::try_from(SystemTime::UNIX_EPOCH - half)),
            "1969-12-31T23:59:59"
        );
        for text in ["2026-01-31T12:00:00.999999999+02:00", "2026-01-31T10:00:00Z"] {
            assert_eq!(written(text.parse()), "2026-01-31T10:00:00");
            let time = Time::try_from(text).expect(text);
            assert_eq!(written(LocalTime::try_from(&time)), "2026-01-31T10:00:00");
        }
        let never = Time::try_from("9999-12-31T23:59:59.9999999Z").expect("a time");
        assert_eq!(written(LocalTime::try_from(never)), "9999-12-31T23:59:59");
    }

    #[test]
    fn a_time_of_an_answer_is_sent_back_where_it_is_one() {
        let arrived = |text: &str| serde_json::from_value::<Time>(text.into()).expect("any text is taken");
        assert_eq!(
            written(LocalTime::try_from(arrived("2026-01-31T12:00:00"))),
            "2026-01-31T12:00:00"
        );
        let error = LocalTime::try_from(arrived("N/A")).expect_err("no time").to_string();
        assert!(error.starts_with("`N/A` is not a time"), "{error}");
    }

    #[test]
    fn what_is_no_time_is_refused_and_how_to_write_one_is_told() {
        for wrong in [
            "",
            "tomorrow",
            "2026-01-31 12:00:00",
            "2026-02-30T12:00:00",
            "2026-01-31T12:00:60",
        ] {
            let error = LocalTime::try_from(String::from(wrong)).expect_err(wrong).to_string();
            assert!(error.contains("such as 2026-01-31T12:00:00Z"), "{error}");
        }
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn a_moment_of_jiff_becomes_one() {
        let moment: jiff::Timestamp = "2026-01-31T12:00:00.25+02:00".parse().expect("a moment");
        assert_eq!(written(LocalTime::try_from(moment)), "2026-01-31T10:00:00");
        assert!(LocalTime::try_from(jiff::Timestamp::MIN).is_err());
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn a_moment_of_chrono_becomes_one() {
        use chrono::{DateTime, FixedOffset, Utc};

        let moment: DateTime<FixedOffset> = "2026-01-31T12:00:00.25+02:00".parse().expect("a moment");
        assert_eq!(written(LocalTime::try_from(moment)), "2026-01-31T10:00:00");
        assert!(LocalTime::try_from(DateTime::<Utc>::MAX_UTC).is_err());
    }

    #[test]
    fn any_text_of_an_answer_is_kept() {
        let arrived: LocalTime = serde_json::from_value("N/A".into()).expect("any text is taken");
        assert_eq!(arrived.as_str(), "N/A");
    }
}
