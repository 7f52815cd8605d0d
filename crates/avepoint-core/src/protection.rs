//! What keeps a call from doing harm, with a switch for tests alone: a test that counts harm must see it where the
//! protection is off. Without the feature `__unprotected` there is no switch, and the question costs nothing.

#[cfg(feature = "__unprotected")]
use std::sync::atomic::{AtomicU32, Ordering};

/// The protections that are off, a bit each.
#[cfg(feature = "__unprotected")]
static OFF: AtomicU32 = AtomicU32::new(0);

/// A protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// No text from outside shows a secret.
    Redaction,
    /// A write is not repeated that may have been carried out.
    WriteOnce,
    /// Nothing is sent when the time of a call is over.
    Deadline,
    /// A response is read up to a bound.
    AnswerBound,
    /// A file is whole or not there.
    WholeFiles,
    /// What is the caller's stays with the host that the caller named.
    OwnHost,
    /// Plain http stays on this machine.
    PlainHttp,
    /// Nothing but the policy repeats a request.
    PolicyAlone,
    /// Tokens that are refused one after the other are not renewed for a while.
    RenewalPause,
    /// A list that does not end is an error.
    ListEnd,
}

impl Protection {
    /// Whether it is on.
    #[cfg(not(feature = "__unprotected"))]
    #[inline]
    pub const fn is_on(self) -> bool {
        true
    }

    /// Whether it is on.
    #[cfg(feature = "__unprotected")]
    pub fn is_on(self) -> bool {
        OFF.load(Ordering::Relaxed) & self.bit() == 0
    }

    /// All of them.
    #[cfg(feature = "__unprotected")]
    pub const ALL: [Protection; 10] = [
        Protection::Redaction,
        Protection::WriteOnce,
        Protection::Deadline,
        Protection::AnswerBound,
        Protection::WholeFiles,
        Protection::OwnHost,
        Protection::PlainHttp,
        Protection::PolicyAlone,
        Protection::RenewalPause,
        Protection::ListEnd,
    ];

    /// Switches it off in the whole process, for good.
    #[cfg(feature = "__unprotected")]
    pub fn switch_off(self) {
        OFF.fetch_or(self.bit(), Ordering::Relaxed);
    }

    #[cfg(feature = "__unprotected")]
    fn bit(self) -> u32 {
        1 << self as u32
    }
}
