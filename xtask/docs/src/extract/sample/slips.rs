//! What keeps a sample from being JSON, and what is known of it beforehand.

use std::collections::BTreeSet;

/// How many slips are borne. What has more is no JSON at all.
const MAX_SLIPS: usize = 500;

/// The slips of a sample, by line.
#[derive(Default)]
pub struct Slips {
    pub all: Vec<(usize, String)>,
    /// How many there were, with those that a line has twice.
    count: usize,
}

impl Slips {
    /// Records a slip, once a line.
    pub fn add(&mut self, line: usize, slip: &str) {
        if self.are_too_many() {
            return;
        }
        self.count += 1;
        let slip = if self.are_too_many() {
            "too many slips to read on"
        } else {
            slip
        };
        if !self.all.iter().any(|(at, known)| *at == line && known == slip) {
            self.all.push((line, slip.to_owned()));
        }
    }

    pub fn are_too_many(&self) -> bool {
        self.count >= MAX_SLIPS
    }
}

/// What the tables say of the members of a sample, by their names in small letters.
#[derive(Default)]
pub struct Known {
    /// Those whose values are codes, and are kept.
    pub coded: BTreeSet<String>,
    /// Those that are maps: the names in them are keys.
    pub maps: BTreeSet<String>,
}
