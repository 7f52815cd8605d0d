//! What of a response could not be read.

use std::borrow::Cow;
use std::fmt;

use super::problem::Problem;
use super::unknown::UnknownMember;

/// What of a response could not be read: the members and entries whose values are nothing that the specification allows
/// and that its type could keep.
///
/// In the typed response such a member is missing, and such an entry of a list left out; all else is there.
/// [`ResponseRecorder`](crate::ResponseRecorder) keeps whole responses as they came.
///
/// The members that the specification does not have are told apart: they are no fault, and are kept only where
/// [`CallOptions::keep_unknown_members`](crate::CallOptions::keep_unknown_members) is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    members: Vec<UnreadMember>,
    total: usize,
    unknown: Vec<UnknownMember>,
}

/// How many are kept: a response may be full of them.
const KEPT: usize = 100;

impl Unread {
    /// Whether everything that the specification has was read.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The members and entries, in the order of the response; the first hundred of them.
    pub fn members(&self) -> &[UnreadMember] {
        &self.members
    }

    /// The members that the specification does not have, in the order of the response; all of them, if they are kept.
    pub fn unknown(&self) -> &[UnknownMember] {
        &self.unknown
    }

    pub(super) fn keep(&mut self, member: UnknownMember) {
        self.unknown.push(member);
    }

    /// Forgets all unknown members but so many: they stand in what could not be read.
    pub(super) fn forget_unknown(&mut self, but: usize) {
        self.unknown.truncate(but);
    }

    pub(super) fn into_first(self) -> Option<UnreadMember> {
        self.members.into_iter().next()
    }

    pub(super) fn add(&mut self, member: impl FnOnce() -> UnreadMember) {
        if self.members.len() < KEPT {
            self.members.push(member());
        }
        self.total += 1;
    }
}

/// A member, or an entry of a list, that could not be read.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadMember {
    place: String,
    problem: Cow<'static, str>,
    json: String,
}

impl UnreadMember {
    pub(super) fn new(place: String, problem: Cow<'static, str>, json: &[u8]) -> Self {
        UnreadMember {
            place,
            problem,
            json: String::from_utf8_lossy(json).into_owned(),
        }
    }

    pub(super) fn into_problem(self) -> Problem {
        Problem::unfit(self.problem).at(|| self.place)
    }

    /// Its path in the response, such as `data[1].status`.
    pub fn path(&self) -> &str {
        &self.place
    }

    /// What is wrong with it, without its value: `is a string where an integer is expected`.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// The JSON that was there. It may contain a secret.
    pub fn json(&self) -> &str {
        &self.json
    }
}

impl fmt::Display for UnreadMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.place, self.problem)
    }
}

// By hand: what stood there is not shown.
impl fmt::Debug for UnreadMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreadMember")
            .field("place", &self.place)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}
