//! The secrets of a run, the spellings in which servers quote them, and what finds them in whatever is shown.

use std::collections::HashSet;
use std::sync::{LazyLock, PoisonError, RwLock};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The tokens of the calls: as short as they come, and longer than any excerpt.
pub static TOKENS: LazyLock<[String; 3]> = LazyLock::new(|| {
    let long: String = (0..1200_u32)
        .map(|n| char::from(b"abcdefghijkmnpqrstuvwxyz23456789"[(n * n % 1009 % 32) as usize]))
        .collect();
    [
        "tok-6Fq9zKw2LmXv8RbT4nYc".to_owned(),
        format!("eyJhbGciOiJSUzI1NiJ9.{long}.c2lnbmF0dXJl-Zk3Qp"),
        "eyJ0b2tlbiI6Im5vbmUifQ.Vw5xJr7uHs1dGk0o.MtB6yNf3Qe".to_owned(),
    ]
});

/// The passwords that writes carry: with characters that every spelling writes in its own way, and one that is part of
/// every token.
pub const PASSWORDS: [&str; 5] = [
    "Harbour-Lantern-27-Quay",
    "quo\"te\\slash/Größe\tTabular",
    "<b>&amp;'bold-anchor'</b>",
    "per%20cent+and%2Fplus=9",
    "eyJ",
];

/// What a caller's own headers hold.
pub const API_KEY: &str = "caller-key-H2x9Wb7pLq4Zs8";
pub const DEFAULT_KEY: &str = "default-key-Jd5Vn3tRf6Ym1";
pub const CLIENT_SECRET: &str = "s3cr3t&of=the+app%\"<é>-Kc8Wq";

/// How a server spells what it quotes.
#[derive(Clone, Copy, Debug)]
pub enum Spelling {
    Plain,
    JsonTwice,
    Unicode,
    Entities,
    Percent,
    PercentAll,
    Base64,
    Upper,
}

impl Spelling {
    pub const ALL: [Spelling; 8] = [
        Spelling::Plain,
        Spelling::JsonTwice,
        Spelling::Unicode,
        Spelling::Entities,
        Spelling::Percent,
        Spelling::PercentAll,
        Spelling::Base64,
        Spelling::Upper,
    ];

    pub fn spell(self, text: &str) -> String {
        match self {
            Spelling::Plain => text.to_owned(),
            Spelling::JsonTwice => json(&json(text)),
            Spelling::Unicode => text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
            Spelling::Entities => text
                .chars()
                .map(|c| {
                    if c.is_alphanumeric() {
                        c.to_string()
                    } else {
                        format!("&#{};", u32::from(c))
                    }
                })
                .collect(),
            Spelling::Percent => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
            Spelling::PercentAll => text.bytes().map(|byte| format!("%{byte:02x}")).collect(),
            Spelling::Base64 => BASE64_STANDARD.encode(text),
            Spelling::Upper => text.to_uppercase(),
        }
    }

    /// How many bytes in a row give a secret away.
    fn window(self) -> usize {
        match self {
            Spelling::Plain | Spelling::Base64 | Spelling::Upper => WINDOW,
            Spelling::JsonTwice | Spelling::Entities | Spelling::Percent => 2 * WINDOW,
            Spelling::PercentAll => 3 * WINDOW,
            Spelling::Unicode => 6 * WINDOW,
        }
    }

    /// The same as it stands between the quotes of a JSON text.
    pub fn in_json(self, text: &str) -> String {
        match self {
            // These are JSON's own spellings.
            Spelling::JsonTwice | Spelling::Unicode => self.spell(text),
            _ => json(&self.spell(text)),
        }
    }
}

/// A text as it stands between the quotes of a JSON text.
pub fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// How many bytes of a secret in a row give it away, where each character is one; and where a spelling makes more of it.
const WINDOW: usize = 12;
const WINDOWS: [usize; 4] = [WINDOW, 2 * WINDOW, 3 * WINDOW, 6 * WINDOW];

/// Finds the secrets that it was told of, in whole or in part, in every spelling.
pub struct Scanner {
    windows: RwLock<HashSet<(usize, u64)>>,
    known: RwLock<HashSet<String>>,
}

impl Scanner {
    pub fn new() -> Self {
        let scanner = Scanner {
            windows: RwLock::default(),
            known: RwLock::default(),
        };
        let fixed = [API_KEY, DEFAULT_KEY, CLIENT_SECRET];
        TOKENS
            .iter()
            .map(String::as_str)
            .chain(PASSWORDS)
            .chain(fixed)
            .for_each(|secret| scanner.learn(secret));
        scanner
    }

    /// From now on this text is a secret.
    pub fn learn(&self, secret: &str) {
        if !self
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(secret.to_owned())
        {
            return;
        }
        let mut windows = self.windows.write().unwrap_or_else(PoisonError::into_inner);
        for spelling in Spelling::ALL {
            for form in [spelling.spell(secret), spelling.in_json(secret)] {
                let window = spelling.window();
                windows.extend(hashes(&form, window).map(|(_, hash)| (window, hash)));
            }
        }
    }

    /// Where a text gives a secret away.
    pub fn find(&self, text: &str) -> Option<usize> {
        let windows = self.windows.read().unwrap_or_else(PoisonError::into_inner);
        WINDOWS.into_iter().find_map(|window| {
            let (end, _) = hashes(text, window).find(|(_, hash)| windows.contains(&(window, *hash)))?;
            Some(end + 1 - window)
        })
    }
}

/// A piece of a text, and what stands around it, in a few words.
pub fn excerpt(text: &str, place: usize) -> String {
    let text = text.as_bytes();
    let piece = &text[place.saturating_sub(60)..text.len().min(place + 60)];
    String::from_utf8_lossy(piece).into_owned()
}

/// A hash of every so many bytes in a row, whatever their letter case, and where each ends.
fn hashes(text: &str, window: usize) -> impl Iterator<Item = (usize, u64)> + '_ {
    const BASE: u64 = 0x0000_0100_0000_01b3;
    let leaving = (0..window).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let bytes = text.as_bytes();
    let mut hash = 0_u64;
    bytes.iter().enumerate().filter_map(move |(place, byte)| {
        let value = |byte: u8| u64::from(byte.to_ascii_lowercase()) + 1;
        hash = hash.wrapping_mul(BASE).wrapping_add(value(*byte));
        if place >= window {
            hash = hash.wrapping_sub(leaving.wrapping_mul(value(bytes[place - window])));
        }
        (place + 1 >= window).then_some((place, hash))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_part_of_a_secret_is_found_and_nothing_else() {
        let scanner = Scanner::new();
        scanner.learn("a-new-secret-of-the-run");
        for secret in [API_KEY, PASSWORDS[1], &TOKENS[1][..60], "a-new-secret-of-the-run"] {
            for spelling in Spelling::ALL {
                let quoted = format!("it says {} here", spelling.spell(secret));
                assert!(scanner.find(&quoted).is_some(), "{quoted}");
                let quoted = format!("it says {} here", spelling.in_json(secret));
                assert!(scanner.find(&quoted).is_some(), "{quoted}");
            }
        }
        assert_eq!(
            scanner.find("listCustomers: 400 the token [redacted] is eyJ no good (request id r-77)"),
            None
        );
        assert_eq!(scanner.find("caller-key-"), None);
    }
}
