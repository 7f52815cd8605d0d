//! What a text says when its escapes are resolved, and where each byte of it stands in the text.
//!
//! Understood are the escapes of URLs and forms (`%c3%a9`, `%u00e9`), of JSON and its relatives (`\"`, `\u00e9`,
//! `\ud83d\ude00`, `\xe9`, `\u{e9}`, `\U000000e9`, `\303\251`), and of HTML (`&eacute;`, `&#233;`, `&#xe9;`). They are
//! resolved all at once, since texts mix them, and each kind for itself, since a secret may look like another kind's. A text
//! may be packed as a whole, too: as base64 of both alphabets, in hexadecimal digits, or as quoted-printable.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use entities::{Codepoints, ENTITIES, Entity};

use super::is_unseen;

/// What escapes begin with.
pub(super) const SIGNS: [u8; 3] = *b"%\\&";

/// One byte of a reading, and the piece of the text that it is read from.
#[derive(Clone, Copy)]
struct Byte {
    value: u8,
    start: usize,
    end: usize,
}

/// A text as it is, or with some of its escapes resolved.
pub(super) struct Reading(Vec<Byte>);

/// One byte of a reading in which letter case and white space play no part.
pub(super) struct Folded {
    pub(super) value: u8,
    pub(super) start: usize,
    pub(super) end: usize,
    /// It stands within a word: there is a letter or digit right before it, and it is one itself.
    pub(super) within: bool,
}

/// What stands at the end of the piece is not enough for a byte; that is no reason to lose those before.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

impl Reading {
    /// A text as it is.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.char_indices().flat_map(|(start, character)| {
            let end = start + character.len_utf8();
            let bytes = text[start..end].bytes();
            bytes.map(move |value| Byte { value, start, end })
        });
        Reading(bytes.collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Its bytes alone.
    pub(super) fn values(&self) -> Vec<u8> {
        self.0.iter().map(|byte| byte.value).collect()
    }

    /// The reading as one number.
    pub(super) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0
            .iter()
            .for_each(|byte| (byte.value, byte.start).hash(&mut hasher));
        hasher.finish()
    }

    /// Marks in the text what a part of the reading is read from.
    pub(super) fn hide(&self, part: Range<usize>, hidden: &mut [bool]) {
        if let [first, .., last] | [first @ last] = &self.0[part] {
            hidden[first.start..last.end].fill(true);
        }
    }

    /// The reading without the white space in it.
    pub(super) fn unbroken(&self) -> Reading {
        let solid = self.0.iter().filter(|byte| !byte.value.is_ascii_whitespace());
        Reading(solid.copied().collect())
    }

    /// The reading with one layer of its escapes resolved, of whatever kind each is; nothing if it has none.
    pub(super) fn unescaped(&self) -> Option<Reading> {
        self.without(|_| true)
    }

    /// The reading with one layer of those escapes resolved that begin with this sign; nothing if it has none.
    pub(super) fn unescaped_from(&self, sign: u8) -> Option<Reading> {
        self.without(|first| first == sign)
    }

    fn without(&self, is_meant: impl Fn(u8) -> bool) -> Option<Reading> {
        self.resolved(|rest| match rest.first()?.value {
            value if !is_meant(value) => None,
            b'%' => percent(rest),
            b'\\' => backslash(rest),
            b'&' => entity(rest),
            _ => None,
        })
    }

    /// The reading with what this finds at the beginning of a rest in place of the escape; nothing if it finds nothing.
    fn resolved(&self, escape: impl Fn(&[Byte]) -> Escape) -> Option<Reading> {
        let mut plain = Vec::with_capacity(self.0.len());
        let mut rest = &self.0[..];
        let mut any = false;
        while let [first, others @ ..] = rest {
            match escape(rest) {
                Some((values, length)) => {
                    any = true;
                    let (start, end) = (first.start, rest[length - 1].end);
                    plain.extend(values.into_iter().map(|value| Byte { value, start, end }));
                    rest = &rest[length..];
                }
                None => {
                    plain.push(*first);
                    rest = others;
                }
            }
        }
        any.then_some(Reading(plain))
    }

    /// What the reading says if it is packed.
    pub(super) fn unpacked(&self) -> impl Iterator<Item = Reading> {
        // The end of a line may be one that was broken within an escape.
        let quoted = self.unquoted();
        let solid = quoted.as_ref().and_then(|_| self.unbroken().unquoted());
        self.base64().chain(self.hexadecimal()).chain(quoted).chain(solid)
    }

    /// What each piece of the reading says if it is base64. Where in it a secret begins is not known, so that each is
    /// read from its first four characters.
    fn base64(&self) -> impl Iterator<Item = Reading> + use<> {
        let digits: Vec<_> = self.0.iter().filter(|byte| !byte.value.is_ascii_whitespace()).collect();
        let pieces: Vec<Vec<Byte>> = digits
            .chunk_by(|one, other| is_digit(one.value) && is_digit(other.value))
            // Two bytes take three.
            .filter(|piece| piece.len() > 2)
            .map(|piece| piece.iter().map(|byte| **byte).collect())
            .collect();
        pieces
            .into_iter()
            .flat_map(|piece| (0..4).filter_map(move |from| unpack(piece.get(from..)?)))
    }

    /// What each piece of the reading says if it is bytes in hexadecimal digits, side by side or with `-` or `:` between
    /// them; read from its first two digits.
    fn hexadecimal(&self) -> impl Iterator<Item = Reading> + use<> {
        // A secret of fewer is looked for as a word alone.
        const FEWEST: usize = 8;
        let is_meant = |byte: &&Byte| !byte.value.is_ascii_whitespace() && !b"-:".contains(&byte.value);
        let solid: Vec<Byte> = self.0.iter().filter(is_meant).copied().collect();
        let pieces = solid.split(|byte| !byte.value.is_ascii_hexdigit());
        let pieces: Vec<_> = pieces
            .filter(|piece| piece.len() >= FEWEST)
            .map(<[Byte]>::to_vec)
            .collect();
        pieces.into_iter().flat_map(|piece| {
            (0..2).map(move |from| {
                let pairs = piece[from..].chunks_exact(2);
                let values = pairs.filter_map(|pair| {
                    let value = u8::try_from(number(pair, 16)?).ok()?;
                    Some(Byte {
                        value,
                        start: pair[0].start,
                        end: pair[1].end,
                    })
                });
                Reading(values.collect())
            })
        })
    }

    /// What the reading says if it is quoted-printable, as mail has it: `=C3=A9`, and `=` at the end of lines that go on.
    /// Nothing where it has no such signs.
    fn unquoted(&self) -> Option<Reading> {
        if !self.0.iter().any(|byte| byte.value == b'=') {
            return None;
        }
        self.resolved(|rest| match rest {
            [first, others @ ..] if first.value == b'=' => quoted(others).map(|(values, length)| (values, length + 1)),
            _ => None,
        })
    }

    /// The reading as secrets are looked for in it: in small letters, without white space, what is not seen, and `+`,
    /// which forms write for a space.
    pub(super) fn folded(&self) -> Vec<Folded> {
        let values = self.values();
        let mut folded = Vec::with_capacity(values.len());
        let mut place = 0;
        let mut word = false;
        for chunk in values.utf8_chunks() {
            // What is no UTF-8 is taken for Latin-1.
            let latin = chunk.invalid().iter().map(|value| (char::from(*value), 1));
            for (character, length) in chunk.valid().chars().map(|c| (c, c.len_utf8())).chain(latin) {
                let (start, end) = (self.0[place].start, self.0[place + length - 1].end);
                place += length;
                if character == '+' || character.is_whitespace() || character.is_control() || is_unseen(character) {
                    word = false;
                    continue;
                }
                let mut within = std::mem::replace(&mut word, character.is_alphanumeric()) && word;
                let mut push = |value| {
                    folded.push(Folded {
                        value,
                        start,
                        end,
                        within,
                    });
                    within = true;
                };
                match u8::try_from(character) {
                    Ok(ascii @ ..0x80) => push(ascii.to_ascii_lowercase()),
                    _ => without_case(character).bytes().for_each(push),
                }
            }
        }
        folded
    }
}

/// A character in small letters: to and fro, since some have no capital of their own and share that of others.
fn without_case(character: char) -> String {
    let capitals = character.to_lowercase().flat_map(char::to_uppercase);
    capitals.flat_map(char::to_lowercase).collect()
}

fn is_digit(value: u8) -> bool {
    value.is_ascii_alphanumeric() || matches!(value, b'+' | b'/' | b'-' | b'_')
}

/// What a piece of base64 says.
fn unpack(piece: &[Byte]) -> Option<Reading> {
    // A single character at the end says nothing.
    let length = piece.len() - usize::from(piece.len() % 4 == 1);
    let digits: Vec<u8> = piece[..length]
        .iter()
        .map(|byte| match byte.value {
            b'-' => b'+',
            b'_' => b'/',
            value => value,
        })
        .collect();
    let values = ENGINE.decode(digits).ok()?;
    // Each character has six bits.
    let bytes = values.into_iter().enumerate().map(|(number, value)| Byte {
        value,
        start: piece[number * 8 / 6].start,
        end: piece[(number * 8 + 7) / 6].end,
    });
    Some(Reading(bytes.collect()))
}

/// The bytes that an escape stands for, and its length.
type Escape = Option<(Vec<u8>, usize)>;

fn percent(text: &[Byte]) -> Escape {
    match text.get(1)?.value {
        b'u' | b'U' => utf16(text),
        _ => Some((vec![u8::try_from(number(text.get(1..3)?, 16)?).ok()?], 3)),
    }
}

fn backslash(text: &[Byte]) -> Escape {
    let octal = |byte: &Byte| matches!(byte.value, b'0'..=b'7');
    if let Some(digits) = text.get(1..4).filter(|digits| digits.iter().all(octal)) {
        return Some((vec![u8::try_from(number(digits, 8)?).ok()?], 4));
    }
    // Whoever writes all in capitals does so with escapes as well.
    let value = match text.get(1)?.value.to_ascii_lowercase() {
        value @ (b'"' | b'\'' | b'\\' | b'/') => value,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'x' => return Some((vec![u8::try_from(number(text.get(2..4)?, 16)?).ok()?], 4)),
        b'u' if text.get(2)?.value == b'{' => {
            let digits = text[3..]
                .iter()
                .take_while(|byte| byte.value.is_ascii_hexdigit())
                .count();
            let end = text.get(3 + digits).filter(|byte| byte.value == b'}');
            return end.and_then(|_| Some((utf8(number(&text[3..3 + digits], 16)?)?, digits + 4)));
        }
        // Of eight digits, where the first four would be a control character that nobody writes.
        b'u' => return long(text).or_else(|| utf16(text)),
        _ => return None,
    };
    Some((vec![value], 2))
}

/// Eight hexadecimal digits behind a sign and `U`, for a character of the first two planes.
fn long(text: &[Byte]) -> Escape {
    let code = number(text.get(2..10)?, 16).filter(|code| *code < 0x20000)?;
    Some((utf8(code)?, 10))
}

/// Four hexadecimal digits behind a sign and `u`, or twice that for a character that takes two.
fn utf16(text: &[Byte]) -> Escape {
    let first = number(text.get(2..6)?, 16)?;
    let second = text
        .get(6..12)
        .filter(|second| second[0].value == text[0].value && second[1].value.eq_ignore_ascii_case(&b'u'))
        .and_then(|second| number(&second[2..], 16));
    match (first, second) {
        (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
            Some((utf8(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 12))
        }
        _ => Some((utf8(first)?, 6)),
    }
}

/// The names that HTML has for characters before the arrows and the signs of mathematics, which are letters, digits,
/// punctuation and currencies: each with what it stands for and a zero byte, `&eacute;é`. They are packed when this is
/// compiled, since the table itself, with the address of each text, would be a quarter of a megabyte of every program.
static ENTRIES: [u8; packed_length()] = packed();

/// Names without `;`, which old pages have, are not understood.
const fn is_known(entry: &Entity) -> bool {
    let name = entry.entity.as_bytes();
    name[name.len() - 1] == b';' && matches!(entry.codepoints, Codepoints::Single(..0x2190))
}

const fn packed_length() -> usize {
    let (mut length, mut index) = (0, 0);
    while index < ENTITIES.len() {
        if is_known(&ENTITIES[index]) {
            length += ENTITIES[index].entity.len() + ENTITIES[index].characters.len() + 1;
        }
        index += 1;
    }
    length
}

const fn packed() -> [u8; packed_length()] {
    let mut packed = [0; packed_length()];
    let (mut rest, mut index): (&mut [u8], _) = (&mut packed, 0);
    while index < ENTITIES.len() {
        let entry = &ENTITIES[index];
        if is_known(entry) {
            let (name, others) = rest.split_at_mut(entry.entity.len());
            name.copy_from_slice(entry.entity.as_bytes());
            let (characters, others) = others.split_at_mut(entry.characters.len());
            characters.copy_from_slice(entry.characters.as_bytes());
            // The zero is there.
            rest = others.split_at_mut(1).1;
        }
        index += 1;
    }
    packed
}

fn entity(text: &[Byte]) -> Escape {
    /// The names, with `&` and without `;`, and what they stand for.
    static NAMES: LazyLock<HashMap<&[u8], &str>> = LazyLock::new(|| {
        let entries = std::str::from_utf8(&ENTRIES).unwrap_or_default().split('\0');
        let entries = entries.filter_map(|entry| entry.split_once(';'));
        entries.map(|(name, meant)| (name.as_bytes(), meant)).collect()
    });
    /// The longest name.
    const LONGEST: usize = 33;
    if text.get(1)?.value != b'#' {
        let is_part = |byte: &&Byte| byte.value.is_ascii_alphanumeric();
        let length = 1 + text[1..].iter().take(LONGEST).take_while(is_part).count();
        text.get(length).filter(|end| end.value == b';')?;
        let name: Vec<u8> = text[..length].iter().map(|byte| byte.value).collect();
        let known = NAMES
            .get(&name[..])
            .or_else(|| NAMES.get(&name.to_ascii_lowercase()[..]))?;
        return Some((known.as_bytes().to_vec(), length + 1));
    }
    let (start, base) = match text.get(2)?.value {
        b'x' | b'X' => (3, 16),
        _ => (2, 10),
    };
    // Of any length: there may be zeros before it.
    let is_digit = |byte: &&Byte| char::from(byte.value).is_digit(base);
    let length = start + text[start..].iter().take_while(is_digit).count();
    let ended = text.get(length).is_some_and(|byte| byte.value == b';');
    Some((utf8(number(&text[start..length], base)?)?, length + usize::from(ended)))
}

/// What stands behind the sign of quoted-printable.
fn quoted(text: &[Byte]) -> Escape {
    match text {
        [end, ..] if end.value == b'\n' => Some((Vec::new(), 1)),
        [end, next, ..] if end.value == b'\r' && next.value == b'\n' => Some((Vec::new(), 2)),
        _ => Some((vec![u8::try_from(number(text.get(..2)?, 16)?).ok()?], 2)),
    }
}

fn number(digits: &[Byte], base: u32) -> Option<u32> {
    let text: Vec<u8> = digits.iter().map(|byte| byte.value).collect();
    // A sign is no digit.
    let text = std::str::from_utf8(&text).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(text, base).ok()
}

fn utf8(code: u32) -> Option<Vec<u8>> {
    char::from_u32(code).map(|character| character.to_string().into_bytes())
}
