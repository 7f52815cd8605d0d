//! Making text from outside fit to be shown: servers like to quote what they refuse.
//!
//! Every text that comes from outside goes through [`Secrets::clean`], whatever it ends in: an error, an event, a log, a
//! span, a report. It takes the secrets out first, then bounds the text, then makes one line of it, in this order: a
//! secret that was cut is not found any more.

pub(crate) mod members;
mod needles;
mod reading;
mod recent;

use std::collections::HashSet;
use std::fmt;
use std::iter::successors;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::protection::Protection;
use needles::Needles;
use reading::{Reading, SIGNS};
pub use recent::RecentTokens;

pub(crate) const REDACTED: &str = "[redacted]";

/// How many bytes of a text are looked at for each character that is shown: there may be a secret of many before it.
const EXAMINED: usize = 8;

/// How much at the end of a longer text is looked at and not shown, in bytes: a secret may go on behind it, and what
/// there is of it may be too little to be recognised, in a spelling of any length.
const MARGIN: usize = 1024;

/// How many layers of escapes are taken off a text.
const ESCAPES: usize = 6;

/// How many layers of base64 are.
const PACKED: usize = 2;

/// How many bytes of readings are looked at for each byte of a text. Three layers of escapes around base64 take a tenth
/// of it; a text that takes more is made to, and none of it is shown.
const EFFORT: usize = 256;

/// What must not be shown of a call: its token, the passwords in its body, the headers of the caller, and what the
/// specification says is a secret in what comes back.
#[derive(Clone, Default)]
pub struct Secrets {
    known: Arc<[SecretString]>,
    /// The names of the members whose values are secrets.
    members: &'static [&'static str],
}

impl Secrets {
    /// These secrets.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Secrets {
            known: secrets.into_iter().collect(),
            members: &[],
        }
    }

    /// These secrets and one more.
    #[must_use]
    pub fn with(&self, secret: impl Into<SecretString>) -> Self {
        self.with_all([secret.into()])
    }

    /// These secrets, and the values of members with these names, wherever a text quotes one.
    #[must_use]
    pub fn with_members(self, members: &'static [&'static str]) -> Self {
        Secrets { members, ..self }
    }

    /// These secrets, and those that stand in a body, which its message may quote again.
    #[must_use]
    pub fn with_those_in(&self, body: &str) -> Self {
        if self.members.is_empty() {
            return self.clone();
        }
        let mut found = Vec::new();
        let mut reading = Some(Reading::of(body));
        for _ in 0..=ESCAPES {
            let Some(now) = reading else { break };
            let text = now.values();
            let values = members::values(self.members, &text).into_iter();
            found.extend(values.map(|value| String::from_utf8_lossy(&text[value]).as_ref().into()));
            reading = now.unescaped();
        }
        self.with_all(found)
    }

    /// These secrets and more.
    #[must_use]
    pub fn with_all(&self, secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Secrets {
            known: self.known.iter().cloned().chain(secrets).collect(),
            members: self.members,
        }
    }

    /// Whether the values of members with this name are secrets.
    pub(crate) fn is_member(&self, name: &str) -> bool {
        members::is_one(self.members, name)
    }

    /// Whether a secret stands in a text.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        let longest = text.len().saturating_add(REDACTED.len());
        self.clean(text, longest).contains(REDACTED)
    }

    /// A text from outside as one line of at most so many characters (and the sign that it goes on), without these
    /// secrets.
    ///
    /// No eight characters in a row of a secret are left, in either letter case, with or without white space or `+` among
    /// them, neither of which counts: not as they are, nor as URLs, forms, JSON, HTML, programs, base64, hexadecimal and
    /// quoted-printable spell them, in any mixture and several times over (see [`reading`]). A secret of less than eight
    /// is hidden as a whole, and one of less than four where it is a word of its own and not packed, since a text without
    /// any `e` could not be read and would tell that the secret is `e`. Not looked for: white space and `+` alone, and
    /// what is encrypted, compressed or written in another way.
    ///
    /// Time and memory grow with what is shown and not with the text, of which only the beginning is looked at.
    pub fn clean(&self, outside: &str, longest: usize) -> String {
        let text = beginning(outside, longest.saturating_mul(EXAMINED).saturating_add(MARGIN));
        let mut search = Search {
            needles: Needles::new(self.known.iter().map(|secret| secret.expose_secret())),
            members: self.members,
            hidden: vec![false; text.len()],
            effort: EFFORT.saturating_mul(text.len()),
        };
        if !(search.needles.is_empty() && self.members.is_empty()) && Protection::Redaction.is_on() {
            search.look(Reading::of(text), ESCAPES, PACKED);
        }
        let whole = text.len() == outside.len();
        let shown = beginning(
            text,
            if whole {
                text.len()
            } else {
                text.len().saturating_sub(MARGIN)
            },
        );
        let mut line = Line::new(longest);
        for (place, character) in shown.char_indices() {
            match search.hidden[place] {
                true => line.redacted(),
                false => line.push(character),
            }
        }
        line.end(!whole)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets, and {:?}", self.known.len(), self.members)
    }
}

/// A text on one line, of any length.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = Line::new(usize::MAX);
    text.chars().for_each(|character| line.push(character));
    line.end(false)
}

/// The search for secrets in all readings of a text.
struct Search {
    needles: Needles,
    members: &'static [&'static str],
    /// Whether each byte of the text is to be hidden.
    hidden: Vec<bool>,
    /// How many bytes of readings may still be looked at.
    effort: usize,
}

impl Search {
    /// Looks at a reading, and at all that come to light as one layer of escapes after the other is taken off.
    fn look(&mut self, reading: Reading, escapes: usize, packed: usize) {
        if self.needles.are_misleading() {
            let mut seen = HashSet::new();
            let solid = reading.unbroken();
            self.tell_apart(&reading, packed, escapes, &mut seen);
            if solid.len() < reading.len() {
                self.tell_apart(&solid, packed, escapes, &mut seen);
            }
        }
        let mut broken = false;
        let readings = successors(Some(reading), Reading::unescaped);
        for (left, reading) in (0..=escapes).rev().zip(readings) {
            self.unpack(&reading, left, packed);
            let solid = reading.unbroken();
            if !broken && solid.len() < reading.len() {
                // Lines may be broken within escapes, from here on.
                broken = true;
                let readings = successors(solid.unescaped(), |reading| reading.unbroken().unescaped());
                for (left, reading) in (0..left).rev().zip(readings) {
                    self.unpack(&reading, left, packed);
                }
            }
        }
    }

    /// Looks at a reading with the escapes of one kind resolved, then of another, in each order. For secrets that look
    /// like escapes themselves: what one writer has escaped is read as it was, and nothing that it has left alone. What is
    /// base64 comes to light without this, since it has no such signs.
    fn tell_apart(&mut self, reading: &Reading, packed: usize, escapes: usize, seen: &mut HashSet<u64>) {
        let Some(left) = escapes.checked_sub(1) else { return };
        for next in SIGNS.iter().filter_map(|sign| reading.unescaped_from(*sign)) {
            // The order seldom matters.
            if seen.insert(next.digest()) && self.see(&next, packed) {
                self.tell_apart(&next, packed, left, seen);
            }
        }
    }

    /// Looks at a reading, and at what it is if it is base64.
    fn unpack(&mut self, reading: &Reading, escapes: usize, packed: usize) {
        if self.see(reading, packed) && packed > 0 {
            for unpacked in reading.unpacked() {
                self.look(unpacked, escapes, packed - 1);
            }
        }
    }

    /// Looks at a reading; false where no effort is left for it.
    fn see(&mut self, reading: &Reading, packed: usize) -> bool {
        let Some(effort) = self.effort.checked_sub(reading.len()) else {
            self.effort = 0;
            self.hidden.fill(true);
            return false;
        };
        self.effort = effort;
        // Nearly any word is base64 of something.
        self.needles.hide(reading, packed == PACKED, &mut self.hidden);
        if !self.members.is_empty() {
            for value in members::values(self.members, &reading.values()) {
                reading.hide(value, &mut self.hidden);
            }
        }
        true
    }
}

/// A text of one line that grows up to a length.
struct Line {
    text: String,
    /// How many characters still have room.
    room: usize,
    /// White space is due before the next character.
    blank: bool,
    /// The text has more characters than have room.
    full: bool,
}

impl Line {
    fn new(longest: usize) -> Self {
        Line {
            text: String::new(),
            room: longest,
            blank: false,
            full: false,
        }
    }

    fn push(&mut self, character: char) {
        if character.is_whitespace() || character.is_control() {
            self.blank = true;
        } else if !is_unseen(character) {
            self.add(character.encode_utf8(&mut [0; 4]), 1);
        }
    }

    /// Stands for one secret or several side by side.
    fn redacted(&mut self) {
        if self.text.ends_with(REDACTED) {
            self.blank = false;
        } else {
            self.add(REDACTED, REDACTED.len());
        }
    }

    fn add(&mut self, piece: &str, length: usize) {
        let blank = std::mem::take(&mut self.blank) && !self.text.is_empty();
        let length = length + usize::from(blank);
        if self.full || length > self.room {
            self.full = true;
            return;
        }
        self.room -= length;
        if blank {
            self.text.push(' ');
        }
        self.text.push_str(piece);
    }

    fn end(mut self, goes_on: bool) -> String {
        if self.full || goes_on {
            self.text.push('…');
        }
        self.text
    }
}

/// The beginning of a text, of at most so many bytes.
fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether a character changes how others are shown and is not seen itself: the category *format* of Unicode, to which
/// the marks of writing direction belong, and the other letters that are blank.
fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests;
