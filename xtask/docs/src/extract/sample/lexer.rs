//! The words of a body, with the slips of the pages: texts in the wrong quotes or in none, dots for what is left out.

use serde_json::Value;

use crate::extract::pattern::{Pattern, pattern};

pub struct Token {
    pub piece: Piece,
    pub slips: Vec<&'static str>,
    /// Where it stands in the text.
    pub start: usize,
    pub end: usize,
}

#[derive(PartialEq)]
pub enum Piece {
    /// A bracket, a comma or a colon.
    Mark(char),
    /// A value that holds no others, and whether it stands in quotes. What stands in none and is neither a number nor
    /// one of the three words of JSON is a text too.
    Scalar(Value, bool),
    Dots,
}

impl Piece {
    pub fn closes(&self) -> bool {
        matches!(self, Self::Mark('}' | ']'))
    }
}

static GAP: Pattern = pattern!(r"^(?:\s|//[^\n]*|/\*(?s:.*?)\*/)*");

/// A text in quotes; in curly ones, on one line.
static QUOTED: Pattern = pattern!(
    r#"(?s)^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'"#,
    r#"|[“”„‘’]([^“”‘’"\n]*)[“”‘’"])"#,
);

/// A value without quotes, up to the next mark or comment, or the end of the line. A time of day has colons, too.
static BARE: Pattern = pattern!(r#"^.(?:[^,}\]{\["/:\n]|:[^\s"\[{]|/[^/*\n])*"#);

/// A word without quotes. What goes on behind a number is no number: a date, perhaps, or a masked value.
static WORD: Pattern = pattern!(r#"^[^\s,:\]}\[{"'/]+"#);

/// A number as other languages have it.
static ODD: Pattern = pattern!(r"^[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)$");

/// The first word of a text behind a place in it.
pub fn token(text: &str, at: usize) -> Option<Token> {
    let start = at + GAP.find(&text[at..]).map_or(0, |gap| gap.end());
    let (rest, mut slips) = (&text[start..], Vec::new());
    let (piece, length) = match rest.chars().next()? {
        mark @ ('{' | '}' | '[' | ']' | ',' | ':') => (Piece::Mark(mark), 1),
        quote @ ('"' | '\'' | '“' | '”' | '„' | '‘' | '’') => quoted(quote, rest, &mut slips),
        _ if rest.starts_with("/*") => {
            slips.push("the comment is not closed");
            (Piece::Dots, rest.len())
        }
        _ => bare(rest, &mut slips),
    };
    let end = start + length;
    Some(Token {
        piece,
        slips,
        start,
        end,
    })
}

fn quoted(quote: char, rest: &str, slips: &mut Vec<&'static str>) -> (Piece, usize) {
    if !quote.is_ascii() {
        slips.push("curly quotes");
    }
    // A text whose quote is missing ends where the next one begins: a name or a value follows at once.
    let is_closed = |(raw, _): &(&str, [&str; 1])| {
        let behind = rest[raw.len()..].trim_start_matches([' ', '\t', '\r']);
        !raw.contains('\n') || behind.is_empty() || behind.starts_with([',', ':', ']', '}', '\n', '/'])
    };
    let found = QUOTED.captures(rest).map(|found| found.extract());
    let Some((raw, [inner])) = found.filter(is_closed) else {
        slips.push("missing quote");
        // It ends with the line, before a comma there.
        let line = rest.lines().next().unwrap_or_default().trim_end();
        let line = line.strip_suffix(',').unwrap_or(line);
        return (Piece::Scalar(line[quote.len_utf8()..].into(), true), line.len());
    };
    slips.extend(raw.contains('\n').then_some("line break in a text"));
    slips.extend((quote == '\'').then_some("single quotes"));
    let plain = inner.replace(char::is_control, " ");
    let escaped = inner
        .contains('\\')
        .then(|| serde_json::from_str(&format!("\"{plain}\"")));
    slips.extend(matches!(escaped, Some(Err(_))).then_some("an escape that JSON does not have"));
    let value = escaped.and_then(Result::ok).unwrap_or_else(|| inner.into());
    (Piece::Scalar(value, true), raw.len())
}

fn bare(rest: &str, slips: &mut Vec<&'static str>) -> (Piece, usize) {
    let word = WORD.find(rest).map_or("", |word| word.as_str());
    if let Ok(value) = serde_json::from_str(word) {
        return (Piece::Scalar(value, false), word.len());
    }
    if ODD.is_match(word) {
        slips.push("a number that JSON does not have");
        return (Piece::Scalar(0.0.into(), false), word.len());
    }
    let whole = BARE.find(rest).map_or(rest, |bare| bare.as_str());
    let text = whole.trim();
    if !text.is_empty() && text.chars().all(|character| matches!(character, '.' | '…')) {
        slips.push("dots for what is left out");
        return (Piece::Dots, whole.len());
    }
    (Piece::Scalar(text.into(), false), whole.len())
}
