//! What can go wrong on purpose, and how to write it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

/// Something that goes wrong on purpose.
///
/// It is written as text for flags, headers and the control endpoint; several are joined by `;`.
///
/// ```
/// use avepoint_sandbox::Fault;
///
/// let fault: Fault = "status=429,retry-after=2".parse()?;
/// assert_eq!(fault, Fault::Status { status: 429, retry_after: Some(2) });
/// # Ok::<(), avepoint_sandbox::UnknownFault>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `delay=200ms`, `delay=1s..3s`: the answer takes a time between the two.
    Delay {
        /// The shortest time.
        least: Duration,
        /// The longest time.
        most: Duration,
    },
    /// `status=503`, `status=429,retry-after=2`: nothing is carried out, and the answer is a refusal.
    Status {
        /// The status, from 400 to 599.
        status: u16,
        /// What the header `Retry-After` says, in seconds; there is none unless set.
        retry_after: Option<u64>,
    },
    /// `cut=before`: nothing is carried out, and the connection is cut without an answer.
    CutBefore,
    /// `cut=after`: the call is carried out, and the connection is cut without an answer.
    CutAfter,
    /// `cut=middle`: the call is carried out, and the connection is cut in the middle of the body; of a file, for a client
    /// that goes on where it ended.
    CutMiddle,
    /// `dribble=50ms`: the body comes in small pieces, with this pause before each.
    Dribble(Duration),
    /// `body=malformed`: the body ends in the middle.
    Malformed,
    /// `body=empty`: there is no body.
    Empty,
    /// `codes=unknown`: codes in the answer are some that the spec does not have.
    UnknownCodes,
    /// `members=unknown`: each object of the answer has a member that the spec does not have.
    UnknownMembers,
    /// `members=null`: each member of each entry of a list, or of the answer where it is no list, is null.
    Nulls,
    /// `token=expired`: the access token counts as expired.
    ExpiredToken,
    /// `pages=endless`: a list that comes in pages never ends, and all its pages are full.
    EndlessPages,
}

/// There is no such fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault {
    text: String,
}

impl std::error::Error for UnknownFault {}

impl fmt::Display for UnknownFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is no fault; write delay=200ms, delay=1s..3s, status=503, status=429,retry-after=2, cut=before, \
             cut=after, cut=middle, dribble=50ms, body=malformed, body=empty, codes=unknown, members=unknown, members=null, \
             token=expired or pages=endless, several joined by `;`",
            self.text.escape_debug()
        )
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault { text: text.to_owned() };
        let (name, value) = text.trim().split_once('=').ok_or_else(unknown)?;
        match (name, value) {
            ("delay", value) => delay(value),
            ("status", value) => status(value),
            ("dribble", value) => duration(value).map(Self::Dribble),
            ("cut", "before") => Some(Self::CutBefore),
            ("cut", "after") => Some(Self::CutAfter),
            ("cut", "middle") => Some(Self::CutMiddle),
            ("body", "malformed") => Some(Self::Malformed),
            ("body", "empty") => Some(Self::Empty),
            ("codes", "unknown") => Some(Self::UnknownCodes),
            ("members", "unknown") => Some(Self::UnknownMembers),
            ("members", "null") => Some(Self::Nulls),
            ("token", "expired") => Some(Self::ExpiredToken),
            ("pages", "endless") => Some(Self::EndlessPages),
            _ => None,
        }
        .ok_or_else(unknown)
    }
}

impl Fault {
    /// Reads faults that are joined by `;`.
    ///
    /// # Errors
    /// Names the first that there is not.
    pub fn list(text: &str) -> Result<Vec<Self>, UnknownFault> {
        text.split(';').map(str::parse).collect()
    }

    /// Whether there is such a thing to go wrong in an answer of the identity service.
    pub(crate) fn is_for_identity(&self) -> bool {
        !matches!(self, Self::UnknownCodes | Self::ExpiredToken | Self::EndlessPages)
    }
}

fn delay(value: &str) -> Option<Fault> {
    let (least, most) = value.split_once("..").unwrap_or((value, value));
    let (least, most) = (duration(least)?, duration(most)?);
    (least <= most).then_some(Fault::Delay { least, most })
}

fn status(value: &str) -> Option<Fault> {
    let (status, rest) = value
        .split_once(',')
        .map_or((value, None), |(status, rest)| (status, Some(rest)));
    let status = status.parse().ok().filter(|status| (400..600).contains(status))?;
    let retry_after = match rest {
        Some(rest) => Some(rest.trim().strip_prefix("retry-after=")?.parse().ok()?),
        None => None,
    };
    Some(Fault::Status { status, retry_after })
}

fn duration(text: &str) -> Option<Duration> {
    Duration::try_from(text.parse::<SignedDuration>().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notation_is_its_fault() {
        let millis = Duration::from_millis;
        for (text, fault) in [
            (
                "delay=200ms",
                Fault::Delay {
                    least: millis(200),
                    most: millis(200),
                },
            ),
            (
                "delay=1s..3s",
                Fault::Delay {
                    least: millis(1_000),
                    most: millis(3_000),
                },
            ),
            (
                "status=503",
                Fault::Status {
                    status: 503,
                    retry_after: None,
                },
            ),
            (
                " status=429,retry-after=2 ",
                Fault::Status {
                    status: 429,
                    retry_after: Some(2),
                },
            ),
            ("dribble=5ms", Fault::Dribble(millis(5))),
            ("cut=before", Fault::CutBefore),
            ("cut=after", Fault::CutAfter),
            ("cut=middle", Fault::CutMiddle),
            ("body=malformed", Fault::Malformed),
            ("body=empty", Fault::Empty),
            ("codes=unknown", Fault::UnknownCodes),
            ("members=unknown", Fault::UnknownMembers),
            ("members=null", Fault::Nulls),
            ("token=expired", Fault::ExpiredToken),
            ("pages=endless", Fault::EndlessPages),
        ] {
            assert_eq!(text.parse(), Ok(fault), "{text}");
        }
        assert_eq!(
            Fault::list("cut=after; body=empty"),
            Ok(vec![Fault::CutAfter, Fault::Empty])
        );
    }

    #[test]
    fn what_is_no_fault_is_refused_with_those_there_are() {
        for text in [
            "",
            "slow",
            "delay=",
            "delay=-1s",
            "delay=3s..1s",
            "delay=1",
            "status=200",
            "status=600",
            "status=503,2",
            "status=429,retry-after=soon",
            "cut=during",
            "body=",
            "members=many",
            "cut=after;",
        ] {
            let error = Fault::list(text).expect_err(text).to_string();
            assert!(error.contains("is no fault; write delay=200ms"), "{error}");
        }
    }
}
