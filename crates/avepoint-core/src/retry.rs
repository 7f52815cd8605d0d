//! When a call is sent again, and how long to wait before.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

/// The longest wait that a server can ask for: a number or a clock that is wrong must not stop a program for good.
pub(crate) const LONGEST: Duration = Duration::from_secs(3600);

/// How calls are retried.
///
/// Only what cannot do harm is repeated: a read after a failed connection, a cut response, 408, 429, 500, 502, 503 or
/// 504, also where that stands in the body of a success without entries; a write only where no byte of it has left, or after 429, which says that it was not carried out. Nothing else
/// repeats: the HTTP library is told not to.
///
/// After 429 all calls of a client and its clones wait, for as long as the service asks; then they go on one by one, at
/// the rate that the service has taken before, and faster until it refuses again. A wait for that is no attempt, but it
/// counts for the deadline.
///
/// ```
/// use std::time::Duration;
/// use avepoint_core::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_attempts(8).deadline(Duration::from_secs(600));
/// assert_eq!(RetryPolicy::none().max_attempts, 1);
/// # let _ = patient;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The largest number of attempts, including the first. Default: 5.
    pub max_attempts: u32,
    /// The wait before the second attempt; each further one doubles. Default: half a second.
    pub initial_backoff: Duration,
    /// The longest wait that the policy itself chooses. Default: 30 seconds.
    pub max_backoff: Duration,
    /// The time for the whole call: the token, all attempts with their redirections, the waits (for its turn among the
    /// calls of the client, too), and the response; of a file only its beginning. A wait that would end later is not begun, and without any time left nothing is sent.
    /// Default: 2 minutes.
    pub deadline: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_attempts: 5,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Every call is sent once; only a token that is not accepted (401) is renewed once, and the call sent again.
    pub fn none() -> Self {
        RetryPolicy {
            max_attempts: 1,
            ..RetryPolicy::default()
        }
    }

    /// The largest number of attempts, including the first. Default: 5.
    #[must_use]
    pub fn max_attempts(self, max_attempts: u32) -> Self {
        RetryPolicy { max_attempts, ..self }
    }

    /// The wait before the second attempt; each further one doubles. Default: half a second.
    #[must_use]
    pub fn initial_backoff(self, initial_backoff: Duration) -> Self {
        RetryPolicy {
            initial_backoff,
            ..self
        }
    }

    /// The longest wait that the policy itself chooses; the server may ask for a longer one. Default: 30 seconds.
    #[must_use]
    pub fn max_backoff(self, max_backoff: Duration) -> Self {
        RetryPolicy { max_backoff, ..self }
    }

    /// The time for the whole call; see the field [`deadline`](Self#structfield.deadline). Default: 2 minutes.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        RetryPolicy { deadline, ..self }
    }

    /// The wait after a failed attempt: exponential, of which at least half is kept and the rest is left to chance
    /// (`random` from 0 to 1), so that many clients do not come back at the same moment; longer if the server asks.
    /// `failed_attempts` counts from 1.
    ///
    /// ```
    /// use std::time::Duration;
    /// use avepoint_core::RetryPolicy;
    ///
    /// let policy = RetryPolicy::default();
    /// assert_eq!(policy.delay(2, 1.0, None), Duration::from_secs(1));
    /// assert_eq!(policy.delay(2, 1.0, Some(Duration::from_secs(9))), Duration::from_secs(9));
    /// ```
    #[must_use]
    pub fn delay(&self, failed_attempts: u32, random: f64, retry_after: Option<Duration>) -> Duration {
        let doublings = failed_attempts.saturating_sub(1).min(31);
        let full = self
            .initial_backoff
            .saturating_mul(1 << doublings)
            .min(self.max_backoff);
        // What no clock can count, and what is no chance at all, is the whole wait.
        let jittered = Duration::try_from_secs_f64(full.as_secs_f64() * (0.5 + random.clamp(0.0, 1.0) / 2.0));
        jittered.unwrap_or(full).max(retry_after.unwrap_or_default())
    }
}

/// Whether a failed status may pass if the same request is sent again: the one rule, for calls and for token requests.
pub fn is_transient(status: StatusCode, read_only: bool) -> bool {
    match status {
        // Says that the request was not carried out.
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::INTERNAL_SERVER_ERROR
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => read_only,
        _ => false,
    }
}

/// The wait that the server asks for: seconds or an HTTP date, as in RFC 9110 section 10.2.3. A date in the past is no
/// wait, and a wait of more than an hour is one of an hour: a number or a clock that is wrong must not stop a program for
/// good. What is neither is not looked at.
///
/// ```
/// use std::time::Duration;
/// use avepoint_core::http::{HeaderMap, HeaderValue};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("retry-after", HeaderValue::from_static("7"));
/// let now = std::time::SystemTime::now();
/// assert_eq!(avepoint_core::parse_retry_after(&headers, now), Some(Duration::from_secs(7)));
/// ```
#[must_use]
pub fn parse_retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // What no number holds is longer than any wait.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        http_date(text)?.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(LONGEST))
}

/// The time that a header names, in any of the forms of RFC 9110 section 5.6.7, or with an offset, as mail has it.
pub fn http_date(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    if let Ok(date) = httpdate::parse_http_date(text) {
        return Some(date);
    }
    let (there, offset) = text.split_at_checked(text.len().checked_sub("+0000".len())?)?;
    let there = httpdate::parse_http_date(&format!("{there}GMT")).ok()?;
    let (sign, digits) = offset.split_at_checked(1)?;
    let digits: u64 = digits.parse().ok()?;
    let east = Duration::from_secs((digits / 100 * 60 + digits % 100) * 60);
    match sign {
        "+" => there.checked_sub(east),
        "-" => there.checked_add(east),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = RetryPolicy {
            initial_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(5),
            ..RetryPolicy::default()
        };
        let waits: Vec<_> = (1..=5).map(|n| policy.delay(n, 1.0, None).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 5, 5]);
        assert_eq!(policy.delay(3, 0.0, None), Duration::from_secs(2));
        assert_eq!(policy.delay(u32::MAX, 1.0, None), Duration::from_secs(5));
        assert_eq!(policy.delay(1, f64::NAN, None), Duration::from_secs(1));
    }

    #[test]
    fn no_wait_is_too_long_to_be_told() {
        let policy = RetryPolicy {
            initial_backoff: Duration::MAX,
            max_backoff: Duration::MAX,
            ..RetryPolicy::default()
        };
        for random in [0.0, 0.5, 1.0, f64::INFINITY] {
            assert!(policy.delay(u32::MAX, random, None) >= Duration::MAX / 2);
            assert_eq!(policy.delay(0, random, Some(Duration::MAX)), Duration::MAX);
        }
    }

    #[test]
    fn the_server_can_only_ask_for_more() {
        let policy = RetryPolicy {
            initial_backoff: Duration::from_secs(4),
            ..RetryPolicy::default()
        };
        assert_eq!(
            policy.delay(1, 1.0, Some(Duration::from_secs(1))),
            Duration::from_secs(4)
        );
        assert_eq!(
            policy.delay(1, 1.0, Some(Duration::from_secs(90))),
            Duration::from_secs(90)
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_860_800);
        let parse = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().expect("a header"));
            parse_retry_after(&headers, now)
        };
        assert_eq!(parse("7"), Some(Duration::from_secs(7)));
        assert_eq!(parse("Sat, 31 Jan 2026 12:00:09 GMT"), Some(Duration::from_secs(9)));
        assert_eq!(parse("Sat, 31 Jan 2026 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(parse("Sat, 31 Jan 2026 13:00:09 +0100"), Some(Duration::from_secs(9)));
        assert_eq!(parse("Sat, 31 Jan 2026 09:30:09 -0230"), Some(Duration::from_secs(9)));
        assert_eq!(parse("Saturday, 31-Jan-26 12:00:09 GMT"), Some(Duration::from_secs(9)));
        assert_eq!(parse("Sat Jan 31 12:00:09 2026"), Some(Duration::from_secs(9)));
        assert_eq!(parse("3600"), Some(Duration::from_secs(3600)));
        for long in ["3601", "18446744073709551616", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert_eq!(parse(long), Some(LONGEST), "{long}");
        }
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("-5"), None);
    }

    #[test]
    fn writes_pass_later_only_when_they_were_refused() {
        for status in [408, 500, 502, 503, 504] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(is_transient(status, true) && !is_transient(status, false));
        }
        assert!(is_transient(StatusCode::TOO_MANY_REQUESTS, false));
        assert!(!is_transient(StatusCode::BAD_REQUEST, true));
    }
}
