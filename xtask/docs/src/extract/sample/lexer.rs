//! The words of a body, with the slips of the pages: texts in the wrong quotes or in none, dots for what is left out.

use std::borrow::Cow;

use serde_json::Value;

use crate::extract::patterns::{Pattern, pattern};

#[derive(Clone)]
pub struct Token<'a> {
    pub piece: Piece<'a>,
    pub slips: Vec<&'static str>,
    pub line: usize,
    pub end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Piece<'a> {
    /// A bracket, a comma or a colon.
    Mark(char),
    /// A text in any quotes.
    Text(Cow<'a, str>),
    /// A value without quotes that is neither a number nor one of the three words of JSON.
    Bare(&'a str),
    /// A number, `true`, `false` or `null`.
    Value(Value),
    Dots,
}

impl Piece<'_> {
    pub fn closes(&self) -> bool {
        matches!(self, Self::Mark('}' | ']'))
    }
}

static GAP: Pattern = pattern!(r"^(?:\s|//[^\n]*|/\*(?s:.*?)\*/)*");

static QUOTED: Pattern = pattern!(r#"(?s)^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"#);

/// A text in curly quotes, on one line.
static CURLY: Pattern = pattern!(r#"^[“”„‘’]([^“”‘’"\n]*)[“”‘’"]"#);

/// A value without quotes, up to the next mark or comment, or the end of the line. A time of day has colons, too.
static BARE: Pattern = pattern!(r#"^.(?:[^,}\]{\["/:\n]|:[^\s"\[{]|/[^/*\n])*"#);

/// A word without quotes. What goes on behind a number is no number: a date, perhaps, or a masked value.
static WORD: Pattern = pattern!(r#"^[^\s,:\]}\[{"'/]+"#);

/// A number as other languages have it.
static ODD: Pattern = pattern!(r"^[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)$");

/// The words of a text, which begins on a line of the page.
#[derive(Clone)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str, line: usize) -> Self {
        Lexer { text, at: 0, line }
    }

    /// Passes over so much of the text, which is what is left of it then.
    fn pass(&mut self, length: usize) -> &'a str {
        let (passed, rest) = self.text[self.at..].split_at(length);
        self.line += passed.matches('\n').count();
        self.at += length;
        rest
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let gap = GAP.find(&self.text[self.at..]).map_or(0, |gap| gap.end());
        let rest = self.pass(gap);
        let (line, mut slips) = (self.line, Vec::new());
        let first = rest.chars().next()?;
        let (piece, length) = match first {
            '{' | '}' | '[' | ']' | ',' | ':' => (Piece::Mark(first), 1),
            '"' | '\'' => quoted(rest, &mut slips),
            '“' | '”' | '„' | '‘' | '’' => {
                slips.push("curly quotes");
                match CURLY.captures(rest) {
                    Some(found) => (Piece::Text(Cow::Borrowed(found.extract::<1>().1[0])), found[0].len()),
                    None => unclosed(rest, &mut slips),
                }
            }
            _ if rest.starts_with("/*") => {
                slips.push("the comment is not closed");
                (Piece::Dots, rest.len())
            }
            _ => bare(rest, &mut slips),
        };
        self.pass(length);
        let end = self.at;
        Some(Token {
            piece,
            slips,
            line,
            end,
        })
    }
}

fn quoted<'a>(rest: &'a str, slips: &mut Vec<&'static str>) -> (Piece<'a>, usize) {
    let Some(found) = QUOTED.captures(rest) else {
        return unclosed(rest, slips);
    };
    let (raw, [inner]) = found.extract();
    if raw.contains('\n') {
        let behind = rest[raw.len()..].trim_start_matches([' ', '\t', '\r']);
        // A text whose quote is missing ends where the next one begins: a name or a value follows at once.
        if !(behind.is_empty() || behind.starts_with([',', ':', ']', '}', '\n', '/'])) {
            return unclosed(rest, slips);
        }
        slips.push("line break in a text");
    }
    if raw.starts_with('\'') {
        slips.push("single quotes");
    }
    let text = if inner.contains('\\') {
        let plain = inner.replace(char::is_control, " ");
        serde_json::from_str(&format!("\"{plain}\"")).map_or_else(
            |_| {
                slips.push("an escape that JSON does not have");
                Cow::Borrowed(inner)
            },
            Cow::Owned,
        )
    } else {
        Cow::Borrowed(inner)
    };
    (Piece::Text(text), raw.len())
}

/// A text without its closing quote: it ends with the line, before a comma there.
fn unclosed<'a>(rest: &'a str, slips: &mut Vec<&'static str>) -> (Piece<'a>, usize) {
    slips.push("missing quote");
    let line = rest.lines().next().unwrap_or_default().trim_end();
    let line = line.strip_suffix(',').unwrap_or(line);
    let quote = line.chars().next().map_or(0, char::len_utf8);
    (Piece::Text(Cow::Borrowed(&line[quote..])), line.len())
}

fn bare<'a>(rest: &'a str, slips: &mut Vec<&'static str>) -> (Piece<'a>, usize) {
    let word = WORD.find(rest).map_or("", |word| word.as_str());
    if let Ok(value) = serde_json::from_str(word) {
        return (Piece::Value(value), word.len());
    }
    if ODD.is_match(word) {
        slips.push("a number that JSON does not have");
        return (Piece::Value(Value::from(0.0)), word.len());
    }
    let whole = BARE.find(rest).map_or(rest, |bare| bare.as_str());
    let text = whole.trim();
    if !text.is_empty() && text.chars().all(|character| matches!(character, '.' | '…')) {
        slips.push("dots for what is left out");
        return (Piece::Dots, whole.len());
    }
    (Piece::Bare(text), whole.len())
}
