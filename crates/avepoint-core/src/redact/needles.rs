//! What is looked for in the readings of a text, in one pass however many secrets there are.

use std::collections::HashSet;

use super::ESCAPES;
use super::reading::{Folded, Reading, SIGNS};

/// How many bytes in a row of a secret are never shown. They fit into one number.
const LONG: usize = size_of::<u64>();

/// A secret of fewer bytes is hidden only where it is a word of its own.
const SHORT: usize = 4;

/// Every piece of eight bytes of the secrets, and those that are shorter, by their lengths.
#[derive(Default)]
pub(super) struct Needles {
    pieces: [HashSet<u64>; LONG + 1],
    /// The lengths that there are, the greatest first.
    lengths: Vec<usize>,
    /// Whether a secret has a sign with which escapes begin.
    misleading: bool,
}

impl Needles {
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut needles = Needles::default();
        for secret in secrets {
            needles.misleading |= secret.bytes().any(|byte| SIGNS.contains(&byte));
            // Where a secret looks like an escape, the text's reading has resolved it too.
            let mut reading = Some(Reading::of(secret));
            for _ in 0..=ESCAPES {
                let Some(now) = reading else { break };
                needles.add(&now.folded());
                reading = now.unescaped();
            }
        }
        needles.lengths = (1..=LONG)
            .rev()
            .filter(|length| !needles.pieces[*length].is_empty())
            .collect();
        needles
    }

    fn add(&mut self, secret: &[Folded]) {
        let length = secret.len().min(LONG);
        if length > 0 {
            let pieces = secret.windows(length);
            self.pieces[length]
                .extend(pieces.map(|piece| piece.iter().fold(0, |bytes, byte| bytes << 8 | u64::from(byte.value))));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Whether what looks like an escape may be part of a secret.
    pub(super) fn are_misleading(&self) -> bool {
        self.misleading
    }

    /// Marks in a text what its reading shows of the secrets. Only in a reading that makes sense are there words.
    pub(super) fn hide(&self, reading: &Reading, words: bool, hidden: &mut [bool]) {
        let bytes = reading.folded();
        let mut last: u64 = 0;
        // Those before are hidden already, or need not be.
        let mut done = 0;
        for (place, byte) in bytes.iter().enumerate() {
            last = last << 8 | u64::from(byte.value);
            let end = place + 1;
            let found = self.lengths.iter().find(|length| {
                let piece = last & (u64::MAX >> (8 * (LONG - *length)));
                end >= **length
                    && self.pieces[**length].contains(&piece)
                    && (**length >= SHORT || words && is_word(&bytes, end - *length, end))
            });
            if let Some(length) = found {
                // With what stands between the bytes and was left out of the reading.
                let begin = (end - length).max(done);
                hidden[bytes[begin].start..byte.end].fill(true);
                done = place;
            }
        }
    }
}

fn is_word(bytes: &[Folded], begin: usize, end: usize) -> bool {
    !bytes[begin].within && bytes.get(end).is_none_or(|next| !next.within)
}
