//! What happened to a connection, by what the HTTP library makes of it.

use std::error::Error as StdError;
use std::io;

use super::EXCERPT;
use crate::redact::Secrets;

/// What happened to a connection, by the cause at the bottom, which says what really happened.
pub(crate) fn own_words(error: &(dyn StdError + 'static)) -> String {
    words(chain(error).last().unwrap_or(error))
}

/// Why no connection was made: each step on the way, since the last alone does not say whose it was.
pub(super) fn connect_words(error: &(dyn StdError + 'static)) -> String {
    // Another error around a frame may quote it.
    if chain(error).any(|cause| cause.is::<h2::Error>()) {
        return own_words(error);
    }
    let mut told = String::new();
    for cause in chain(error).filter(|cause| !is_wrapper(*cause)).map(words) {
        add_cause(&mut told, &cause);
    }
    told
}

/// Goes on from what is told of an error to its cause, unless that is told already.
pub(super) fn add_cause(told: &mut String, cause: &str) {
    if says(told, cause) {
        return;
    }
    if !told.is_empty() {
        told.push_str(": ");
    }
    told.push_str(cause);
}

/// Whether these words stand in a text.
// The search is two kilobytes wherever it is inlined.
#[inline(never)]
pub(super) fn says(text: &str, words: &str) -> bool {
    text.contains(words)
}

/// Whether an error says no more than that there is another.
fn is_wrapper(error: &(dyn StdError + 'static)) -> bool {
    let is_io_around_another = |error: &io::Error| error.get_ref().is_some();
    error.is::<reqwest::Error>()
        || error.is::<hyper_util::client::legacy::Error>()
        || error.downcast_ref().is_some_and(is_io_around_another)
}

/// What one error says. If it is a frame of HTTP/2, the words are this side's: with a frame that ends a connection the
/// other side may send any text, such as one that quotes the token, and the library would show it.
fn words(error: &(dyn StdError + 'static)) -> String {
    let words = match error.downcast_ref::<h2::Error>() {
        Some(error) => frame(error),
        None => error.to_string(),
    };
    // A certificate's names are the server's words as well, and are made fit to be shown.
    Secrets::default().clean(&words, EXCERPT)
}

/// An error and what caused it.
pub(super) fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| beneath(*error))
}

/// Whether the other side says that it has done nothing with a request (RFC 9113 section 8.7). A `GOAWAY` is the error of
/// those requests alone that it leaves out; those that it may have looked at end with the connection.
pub(super) fn is_declined(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<h2::Error>().is_some_and(|error| {
        error.is_remote() && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// The cause of an error. What an error of input and output is made of is none for the standard library.
fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        return error.get_io().map(|error| error as _);
    }
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// What an error of HTTP/2 says, but for the text that the other side may have added.
fn frame(error: &h2::Error) -> String {
    let whole = if error.is_go_away() { "connection" } else { "stream" };
    let side = if error.is_remote() { "received" } else { "detected" };
    match error.reason() {
        Some(reason) => format!("{whole} error {side}: {reason}"),
        // The caller's misuse of the library, which this crate does not come to.
        None => "error of HTTP/2".to_owned(),
    }
}
