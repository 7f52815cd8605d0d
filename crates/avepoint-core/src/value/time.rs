//! Moments in time that keep the text in which they arrived.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use jiff::civil::{Date, DateTime, Time as TimeOfDay, date};
use jiff::fmt::temporal::Pieces;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The beginning of what is counted. Moments are reckoned with by the calendar and not as jiff's timestamps, which end a
/// day before the year 9999 does: the time that stands for "never".
const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// A moment in time as the services write it, or the text they send in its place (`N/A`, nothing at all).
///
/// The text is kept, so that a time is the same when it is written out again; [`to_rfc3339`](Time::to_rfc3339) gives it in
/// RFC 3339 whatever it looks like. One is made of a [`SystemTime`] or of a text in RFC 3339, and gives both; with the feature
/// `jiff` also of and to `jiff::Timestamp` (0.2), with the feature `chrono` of `chrono::DateTime` and to
/// `chrono::DateTime<Utc>` (0.4).
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use avepoint_core::{Time, serde_json};
///
/// let time: Time = serde_json::from_str("\"2026-01-31T12:00:00Z\"")?;
/// assert_eq!(time.system_time(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_860_800)));
/// assert_eq!(Time::try_from(SystemTime::UNIX_EPOCH)?.as_str(), "1970-01-01T00:00:00Z");
///
/// let without_offset: Time = serde_json::from_str("\"2026-01-31T12:00:00\"")?;
/// assert_eq!(without_offset.as_str(), "2026-01-31T12:00:00");
/// assert_eq!(without_offset.to_rfc3339().as_deref(), Some("2026-01-31T12:00:00Z"));
///
/// let none: Time = serde_json::from_str("\"N/A\"")?;
/// assert_eq!(none.system_time(), None);
/// assert_eq!(serde_json::to_string(&none)?, "\"N/A\"");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Time(String);

/// What is no moment in time, or none that can be written. Its text says which.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTime(pub(super) String);

impl Time {
    /// The moment. A time without an offset is taken as UTC, which is what the services mean; a bare date is its
    /// midnight; a leap second is the one before; what is finer than a nanosecond is cut off. Nothing if the text is no
    /// time at all, or one that this machine cannot count.
    pub fn system_time(&self) -> Option<SystemTime> {
        counted(self.since_epoch()?)
    }

    /// The text as it arrived or is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment in RFC 3339, in UTC, as [`system_time`](Time::system_time) takes it. Nothing if the text is no time at all.
    pub fn to_rfc3339(&self) -> Option<String> {
        Time::written(self.since_epoch()?).ok().map(|time| time.0)
    }

    /// The moment, counted from 1970.
    fn since_epoch(&self) -> Option<SignedDuration> {
        let (there, offset) = read(self.0.trim())?;
        there.duration_since(EPOCH).checked_sub(offset.unwrap_or_default())
    }

    /// The date and the time of day in UTC.
    pub(super) fn in_utc(&self) -> Result<DateTime, InvalidTime> {
        in_utc(self.since_epoch().ok_or_else(|| InvalidTime::none(self))?)
    }

    /// A moment that is counted from 1970, as RFC 3339 writes it.
    fn written(since_epoch: SignedDuration) -> Result<Self, InvalidTime> {
        Ok(Time(format!("{}Z", in_utc(since_epoch)?)))
    }
}

/// The date and the time of day in UTC of a moment that is counted from 1970.
fn in_utc(since_epoch: SignedDuration) -> Result<DateTime, InvalidTime> {
    let there = EPOCH.checked_add(since_epoch).ok().filter(|there| there.year() >= 0);
    there.ok_or_else(InvalidTime::unwritable)
}

impl InvalidTime {
    fn unwritable() -> Self {
        InvalidTime("the time is outside the years 0 to 9999, which RFC 3339 can write".to_owned())
    }

    pub(super) fn unreadable(text: &str) -> Self {
        InvalidTime(format!(
            "`{text}` is not a time, such as 2026-01-31T12:00:00Z, nor a date"
        ))
    }

    fn none(time: &Time) -> Self {
        InvalidTime(format!("`{time}` is not a time, or not one that can be counted"))
    }
}

impl TryFrom<SystemTime> for Time {
    type Error = InvalidTime;

    /// A time to send, in UTC.
    fn try_from(moment: SystemTime) -> Result<Self, InvalidTime> {
        SignedDuration::system_until(SystemTime::UNIX_EPOCH, moment)
            .map_err(|_| InvalidTime::unwritable())
            .and_then(Time::written)
    }
}

/// Conversions that give a moment, or say why there is none.
macro_rules! gives {
    ($(#[$condition:meta])? $moment:ty, $convert:expr) => {
        $(#[$condition])?
        impl TryFrom<&Time> for $moment {
            type Error = InvalidTime;

            fn try_from(time: &Time) -> Result<Self, InvalidTime> {
                let convert: fn(&Time) -> Option<$moment> = $convert;
                convert(time).ok_or_else(|| InvalidTime::none(time))
            }
        }

        $(#[$condition])?
        impl TryFrom<Time> for $moment {
            type Error = InvalidTime;

            fn try_from(time: Time) -> Result<Self, InvalidTime> {
                Self::try_from(&time)
            }
        }
    };
}

gives!(SystemTime, Time::system_time);
gives!(
    #[cfg(feature = "jiff")]
    Timestamp,
    |time| Timestamp::from_duration(time.since_epoch()?).ok()
);
gives!(
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc>,
    |time| {
        let moment = time.since_epoch()?;
        // Before 1970 both parts are negative.
        let nanoseconds = chrono::TimeDelta::nanoseconds(moment.subsec_nanos().into());
        chrono::DateTime::from_timestamp(moment.as_secs(), 0)?.checked_add_signed(nanoseconds)
    }
);

#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for Time {
    type Error = InvalidTime;

    /// A time to send, in UTC.
    fn try_from(moment: Timestamp) -> Result<Self, InvalidTime> {
        Time::written(moment.as_duration())
    }
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> TryFrom<chrono::DateTime<Z>> for Time {
    type Error = InvalidTime;

    /// A time to send, in UTC. Of a leap second it is the last nanosecond before.
    fn try_from(moment: chrono::DateTime<Z>) -> Result<Self, InvalidTime> {
        let nanoseconds = moment.timestamp_subsec_nanos().min(999_999_999);
        let whole = SignedDuration::from_secs(moment.timestamp());
        Time::written(whole + SignedDuration::from_nanos(nanoseconds.into()))
    }
}

impl TryFrom<&str> for Time {
    type Error = InvalidTime;

    /// A time to send: RFC 3339, in UTC where it has no offset, or a bare date, which is its midnight.
    fn try_from(text: &str) -> Result<Self, InvalidTime> {
        match with_offset(text) {
            Some(_) => Ok(Time(text.to_owned())),
            None => Err(InvalidTime::unreadable(text)),
        }
    }
}

/// What follows for a time that is made of a `&str`: it is made of other texts and of a borrowed one of itself, and it is
/// shown as its text.
macro_rules! in_text {
    ($time:ty) => {
        impl From<&$time> for $time {
            fn from(time: &$time) -> Self {
                time.clone()
            }
        }

        impl TryFrom<String> for $time {
            type Error = InvalidTime;

            fn try_from(text: String) -> Result<Self, InvalidTime> {
                Self::try_from(text.as_str())
            }
        }

        impl TryFrom<&String> for $time {
            type Error = InvalidTime;

            fn try_from(text: &String) -> Result<Self, InvalidTime> {
                Self::try_from(text.as_str())
            }
        }

        impl std::str::FromStr for $time {
            type Err = InvalidTime;

            fn from_str(text: &str) -> Result<Self, InvalidTime> {
                Self::try_from(text)
            }
        }

        impl fmt::Display for $time {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(super) use in_text;

in_text!(Time);

// What is sent is read by its form and not by jiff's parser, which takes more than that, and which brings the text of every
// error of jiff's into every program that sends a request.

/// Whether a text is a time as the grammar of RFC 3339 has it.
pub(crate) fn is_date_time(text: &str) -> bool {
    has_form(text)
        && minute_of(text).is_some_and(|(day, minute)| {
            // A leap second ends a month, by UTC.
            !text[17..].starts_with("60") || (minute == MINUTES - 1 && day == day.last_of_month())
        })
}

/// A time as it is sent where the offset must stand: one without is in UTC, and a bare date is its midnight. Nothing if the
/// text is no time.
pub(crate) fn with_offset(text: &str) -> Option<Cow<'_, str>> {
    if is_date_time(text) {
        return Some(text.into());
    }
    let time = if is_date(text) { "T00:00:00Z" } else { "Z" };
    let whole = format!("{text}{time}");
    is_date_time(&whole).then(|| whole.into())
}

/// A time as it is sent where no offset may stand: in UTC and to the second.
pub(crate) fn without_offset(text: &str) -> Option<Cow<'_, str>> {
    let whole = with_offset(text)?;
    let (day, minute) = minute_of(&whole)?;
    // Not by jiff's formatter, for the reason above.
    let (year, month, day) = (day.year(), day.month(), day.day());
    let (hour, minute, second) = (minute / 60, minute % 60, (&whole[17..19]).min("59"));
    let local = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second}");
    Some(if local == text { text.into() } else { local.into() })
}

/// Whether a text is a bare date, as 2026-01-31.
pub(crate) fn is_date(text: &str) -> bool {
    form(text) == "0000-00-00" && day_of(text).is_some()
}

/// The minutes of a day.
const MINUTES: i32 = 24 * 60;

/// The day by UTC that a text of the right form names, and the minute of it.
fn minute_of(text: &str) -> Option<(Date, i32)> {
    let (day, time) = (day_of(text)?, time_of(text)?);
    let minutes = |time: TimeOfDay| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let zone = &text[text.len() - "+00:00".len()..];
    // The numbers of an offset are those of a time of day.
    let offset = || TimeOfDay::new(number(zone, 1)?, number(zone, 4)?, 0, 0).ok();
    let east = match zone.as_bytes()[0] {
        b'+' => minutes(offset()?),
        b'-' => -minutes(offset()?),
        _ => 0,
    };
    let minute = minutes(time) - east;
    let day = match minute.div_euclid(MINUTES) {
        0 => day,
        1 => day.tomorrow().ok()?,
        _ => day.yesterday().ok()?,
    };
    Some((day, minute.rem_euclid(MINUTES)))
}

/// The day with which a text of the right form begins.
fn day_of(text: &str) -> Option<Date> {
    Date::new(text[..4].parse().ok()?, number(text, 5)?, number(text, 8)?).ok()
}

/// The time of day that a text of the right form names; a leap second is the one before.
fn time_of(text: &str) -> Option<TimeOfDay> {
    let second = number(text, 17)?;
    let second = if second == 60 { 59 } else { second };
    TimeOfDay::new(number(text, 11)?, number(text, 14)?, second, 0).ok()
}

/// The number of two digits at a place.
fn number(text: &str, start: usize) -> Option<i8> {
    text.get(start..start + 2)?.parse().ok()
}

/// The date and time that a text names, midnight if it has no time, and its offset if it has one.
fn read(text: &str) -> Option<(DateTime, Option<SignedDuration>)> {
    let text = to_nanoseconds(text);
    let pieces = Pieces::parse(text.as_bytes()).ok()?;
    let time = pieces.time().unwrap_or(TimeOfDay::midnight());
    let offset = pieces.to_numeric_offset();
    let offset = offset.map(|offset| SignedDuration::from_secs(offset.seconds().into()));
    Some((pieces.date().to_datetime(time), offset))
}

/// Whether each character is of the kind that RFC 3339 section 5.6 wants in its place.
fn has_form(text: &str) -> bool {
    let form = form(text);
    let Some(rest) = form.strip_prefix("0000-00-00T00:00:00") else {
        return false;
    };
    let zone = match rest.strip_prefix(".0") {
        Some(digits) => digits.trim_start_matches('0'),
        None => rest,
    };
    matches!(zone, "Z" | "+00:00" | "-00:00")
}

/// A text with a zero for each digit, and its letters, whose case does not matter, as capitals.
fn form(text: &str) -> String {
    let kind = |character: char| match character {
        '0'..='9' => '0',
        other => other.to_ascii_uppercase(),
    };
    text.chars().map(kind).collect()
}

/// A moment as the machine counts it, if it can.
fn counted(since_epoch: SignedDuration) -> Option<SystemTime> {
    match Duration::try_from(since_epoch) {
        Ok(after) => SystemTime::UNIX_EPOCH.checked_add(after),
        Err(_) => SystemTime::UNIX_EPOCH.checked_sub(since_epoch.unsigned_abs()),
    }
}

/// A moment for the machine's clock. One that it cannot count, long ago, is its beginning.
pub fn system_time(moment: Timestamp) -> SystemTime {
    counted(moment.as_duration()).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The moment of a clock. One that is too far off for any calendar is the last one there is, or the first.
pub fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(if time < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// A time without what is finer than a nanosecond, which the parser takes for no time at all.
fn to_nanoseconds(text: &str) -> Cow<'_, str> {
    let Some(point) = text.find(['.', ',']) else {
        return text.into();
    };
    let digits = text[point + 1..].bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        0..=9 => text.into(),
        _ => format!("{}{}", &text[..point + 10], &text[point + 1 + digits..]).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived(text: &str) -> Time {
        serde_json::from_value(text.into()).expect("any text is taken")
    }

    /// A moment so far after 1970, or before it.
    fn moment(seconds: i64, nanoseconds: u32) -> SystemTime {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let start = match seconds {
            0.. => SystemTime::UNIX_EPOCH + whole,
            _ => SystemTime::UNIX_EPOCH - whole,
        };
        start + Duration::from_nanos(nanoseconds.into())
    }

    #[test]
    fn times_without_an_offset_are_utc() {
        let same = [
            ("2026-01-31T12:00:00", "2026-01-31T12:00:00Z"),
            ("2024-08-20T10:55:29.0000000Z", "2024-08-20T12:55:29+02:00"),
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("2026-01-31T12:00:00.1234567899999Z", "2026-01-31T12:00:00.123456789Z"),
            (
                "2026-01-31T12:00:00,1234567899999+02:00",
                "2026-01-31T10:00:00.123456789Z",
            ),
        ];
        for (one, other) in same {
            assert!(arrived(one).system_time().is_some(), "{one}");
            let written = arrived(one).to_rfc3339().expect(one);
            assert!(is_date_time(&written) && written.ends_with('Z'), "{one}: {written}");
            assert_eq!(arrived(&written).system_time(), arrived(one).system_time(), "{one}");
            assert_eq!(arrived(one).system_time(), arrived(other).system_time(), "{one}");
        }
        for none in [
            "",
            "N/A",
            "tomorrow",
            "2026-02-30",
            "1.",
            "é.12345678901",
            "10000-01-01T00:00:00Z",
        ] {
            assert_eq!(arrived(none).system_time(), None, "{none}");
            assert_eq!(arrived(none).to_rfc3339(), None, "{none}");
            let error = SystemTime::try_from(arrived(none)).expect_err(none).to_string();
            assert!(error.starts_with(&format!("`{none}` is not a time")), "{error}");
        }
    }

    #[test]
    fn what_is_sent_must_be_a_time_by_the_grammar() {
        for right in [
            "2026-01-31T12:00:00Z",
            "9999-12-31T23:59:59.9999999Z",
            "2026-01-31T12:00:00.1234567890123Z",
            "2026-01-31T12:00:00.5+23:59",
            "2026-01-31T12:00:00-00:00",
            "2026-01-31t12:00:00z",
            "2016-12-31T23:59:60Z",
            "1990-12-31T15:59:60.25-08:00",
            "2026-01-31",
            "2026-01-31T12:00:00.5",
        ] {
            assert!(Time::try_from(right).is_ok(), "{right}");
            assert!(arrived(right).system_time().is_some(), "{right}");
        }
        for wrong in [
            "",
            "tomorrow",
            "é",
            "2026-01-31Z",
            "2026-W05-6",
            "20260131",
            "2026-02-30",
            "2026-01-31 12:00:00Z",
            "2026-01-31 12:00:00",
            " 2026-01-31T12:00:00Z",
            "2026-01-31T12Z",
            "2026-01-31T12:00Z",
            "2026-01-31T120000Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00,5Z",
            "2026-01-31T12:00:00+02",
            "2026-01-31T12:00:00+0200",
            "2026-01-31T12:00:00+02:00:30",
            "2026-01-31T12:00:00+24:00",
            "2026-01-31T12:00:00+02:60",
            "2026-01-31T12:00:00Z[UTC]",
            "2026-01-31T24:00:00Z",
            "2026-02-30T12:00:00Z",
            "2026-01-31T12:00:60Z",
            "2016-12-30T23:59:60Z",
            "2016-12-31T23:59:60+01:00",
            "2016-12-31T23:59:61Z",
        ] {
            assert!(Time::try_from(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_moment_that_is_read_with_all_its_digits_can_be_sent_back() {
        let time = arrived("2026-01-31T12:00:00.1234567890123+02:00");
        assert_eq!(Time::try_from(time.as_str()), Ok(time));
    }

    /// What each conversion is held against: the moment, and how RFC 3339 writes it.
    const WRITTEN: [(i64, u32, &str); 7] = [
        (0, 0, "1970-01-01T00:00:00Z"),
        (1_769_860_800, 1, "2026-01-31T12:00:00.000000001Z"),
        (-1, 0, "1969-12-31T23:59:59Z"),
        (-1, 500_000_000, "1969-12-31T23:59:59.5Z"),
        (-62_167_219_200, 0, "0000-01-01T00:00:00Z"),
        (253_402_207_200, 999_999_999, "9999-12-30T22:00:00.999999999Z"),
        // What stands for "never".
        (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
    ];

    #[test]
    fn clocks_of_the_machine_convert_both_ways() {
        for (seconds, nanoseconds, text) in WRITTEN {
            let time = Time::try_from(moment(seconds, nanoseconds)).expect(text);
            assert_eq!(time.as_str(), text);
            assert_eq!(SystemTime::try_from(&time), Ok(moment(seconds, nanoseconds)), "{text}");
        }
        for far in [
            moment(-62_167_219_201, 0),
            moment(253_402_300_800, 0),
            moment(i64::MAX, 0),
        ] {
            let error = Time::try_from(far).expect_err("no year of RFC 3339").to_string();
            assert!(error.contains("outside the years 0 to 9999"), "{error}");
        }
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn moments_of_jiff_convert_both_ways() {
        let (never, there_are) = WRITTEN.split_last().expect("moments");
        assert!(Timestamp::try_from(arrived(never.2)).is_err(), "jiff ends before");
        for (_, _, text) in there_are {
            let there: Timestamp = text.parse().expect("a moment");
            let time = Time::try_from(there).expect(text);
            assert_eq!((time.as_str(), Timestamp::try_from(&time)), (*text, Ok(there)));
        }
        assert!(Time::try_from(Timestamp::MIN).is_err());
        assert!(Timestamp::try_from(arrived("N/A")).is_err());
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn moments_of_chrono_convert_both_ways() {
        use chrono::{DateTime, FixedOffset, Utc};

        for (_, _, text) in WRITTEN {
            let there: DateTime<Utc> = text.parse().expect("a moment");
            let time = Time::try_from(there).expect(text);
            assert_eq!((time.as_str(), DateTime::<Utc>::try_from(&time)), (text, Ok(there)));
        }
        let local: DateTime<FixedOffset> = "2026-01-31T12:00:00+02:00".parse().expect("a moment");
        assert_eq!(Time::try_from(local).expect("a time").as_str(), "2026-01-31T10:00:00Z");
        let leap: DateTime<Utc> = "2016-12-31T23:59:60.5Z".parse().expect("a leap second");
        assert_eq!(
            Time::try_from(leap).expect("a time").as_str(),
            "2016-12-31T23:59:59.999999999Z"
        );
        for far in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(Time::try_from(far).is_err());
        }
        assert!(DateTime::<Utc>::try_from(arrived("N/A")).is_err());
    }
}
