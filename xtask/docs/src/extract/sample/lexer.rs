//! The words of a body, with the slips of the pages: texts in the wrong quotes or in none, dots for what is left out.
//!
//! The scanner of `jsonc-parser` reads what is JSON or nearly so. Where it gives up, the text up to the next mark is
//! taken as a value without quotes, and the scanner begins anew behind it.

use std::borrow::Cow;

use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

/// How many slips are borne. What has more is no JSON at all.
const MAX_SLIPS: usize = 500;

/// The slips of a sample, by line.
#[derive(Default)]
pub struct Slips {
    /// Line and slip, in the order in which they were found.
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

    /// Whether there are so many that reading on is of no use.
    pub fn are_too_many(&self) -> bool {
        self.count >= MAX_SLIPS
    }
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece<'a> {
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A text in any quotes.
    Text(Cow<'a, str>),
    /// A value without quotes that is neither a number nor one of the three words of JSON.
    Bare(&'a str),
    /// A number.
    Number(&'a str),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
    /// Dots for what is left out.
    Dots,
}

/// Reads the pieces of a body one by one.
pub struct Lexer<'a, 's> {
    /// The whole text.
    pub text: &'a str,
    /// Where the scanner's text begins in the whole.
    base: usize,
    scanner: Scanner<'a>,
    /// Up to where the lines are counted, and the line there.
    counted: (usize, usize),
    /// The slips.
    pub slips: &'s mut Slips,
    /// Where the last piece ends.
    pub end: usize,
    /// The line of the last piece.
    pub line: usize,
}

impl<'a, 's> Lexer<'a, 's> {
    /// Begins at the start of `text`, which is on `line`.
    pub fn new(text: &'a str, line: usize, slips: &'s mut Slips) -> Self {
        Lexer {
            text,
            base: 0,
            scanner: scanner(text),
            counted: (0, line),
            slips,
            end: 0,
            line,
        }
    }

    /// Records a slip on the line of the last piece.
    pub fn slip(&mut self, slip: &str) {
        self.slips.add(self.line, slip);
    }

    /// The next piece; none at the end, or after more slips than any JSON has.
    pub fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if self.slips.are_too_many() {
                return None;
            }
            let token = self.scanner.scan();
            let start = self.base + self.scanner.token_start();
            let end = self.base + self.scanner.token_end();
            self.count(start);
            let piece = match token {
                Ok(None) => return None,
                Ok(Some(Token::CommentLine(_) | Token::CommentBlock(_))) => {
                    self.end = end;
                    continue;
                }
                Ok(Some(token)) => self.piece(token, start, end),
                Err(error) => match error.kind() {
                    ParseErrorKind::UnterminatedCommentBlock => {
                        self.slip("the comment is not closed");
                        return None;
                    }
                    _ => self.recover(start),
                },
            };
            if let Some(piece) = piece {
                return Some(piece);
            }
        }
    }

    fn piece(&mut self, token: Token<'a>, start: usize, end: usize) -> Option<Piece<'a>> {
        let piece = match token {
            Token::OpenBrace => Piece::OpenBrace,
            Token::CloseBrace => Piece::CloseBrace,
            Token::OpenBracket => Piece::OpenBracket,
            Token::CloseBracket => Piece::CloseBracket,
            Token::Comma => Piece::Comma,
            Token::Colon => Piece::Colon,
            Token::String(text) => return Some(self.quoted(text, start, end)),
            // What goes on behind a number is no number: a date, perhaps, or a masked value.
            Token::Word(_) => return self.bare(start),
            Token::Number(_) | Token::Boolean(_) | Token::Null if !self.is_end(end) => return self.bare(start),
            Token::Number(number) => Piece::Number(number),
            Token::Boolean(value) => Piece::Boolean(value),
            Token::Null => Piece::Null,
            Token::CommentLine(_) | Token::CommentBlock(_) => return None,
        };
        self.end = end;
        Some(piece)
    }

    /// Whether a value may end here.
    fn is_end(&self, at: usize) -> bool {
        let next = self.text[at..].chars().next();
        next.is_none_or(|next| next.is_whitespace() || ",:]}[{\"'/".contains(next))
    }

    fn quoted(&mut self, text: Cow<'a, str>, start: usize, end: usize) -> Piece<'a> {
        let raw = &self.text[start..end];
        if raw.contains('\n') {
            let behind = self.text[end..].trim_start_matches([' ', '\t', '\r']);
            // A text whose quote is missing ends where the next one begins: a name or a value follows at once.
            if !(behind.is_empty() || behind.starts_with([',', ':', ']', '}', '\n', '/'])) {
                return self.unclosed(start);
            }
            self.slip("line break in a text");
        }
        if raw.starts_with('\'') {
            self.slip("single quotes");
        }
        self.end = end;
        Piece::Text(text)
    }

    /// A text without its closing quote: it ends with the line, before a comma there.
    fn unclosed(&mut self, start: usize) -> Piece<'a> {
        self.slip("missing quote");
        let line = self.text[start..].lines().next().unwrap_or_default().trim_end();
        let line = line.strip_suffix(',').unwrap_or(line);
        let quote = line.chars().next().map_or(0, char::len_utf8);
        self.restart(start + line.len());
        Piece::Text(Cow::Borrowed(&line[quote..]))
    }

    /// Goes on where the scanner gave up.
    fn recover(&mut self, start: usize) -> Option<Piece<'a>> {
        let rest = &self.text[start..];
        match rest.chars().next()? {
            quote @ ('"' | '\'') => match closing(rest, quote) {
                Some(end) => {
                    self.slip("an escape that JSON does not have");
                    self.restart(start + end + 1);
                    Some(Piece::Text(Cow::Borrowed(&rest[1..end])))
                }
                None => Some(self.unclosed(start)),
            },
            open @ ('“' | '”' | '„' | '‘' | '’') => {
                self.slip("curly quotes");
                let inner = &rest[open.len_utf8()..];
                let line = inner.lines().next().unwrap_or_default();
                let Some(end) = line.find(['“', '”', '‘', '’', '"']) else {
                    return Some(self.unclosed(start));
                };
                let closing = inner[end..].chars().next().map_or(0, char::len_utf8);
                self.restart(start + open.len_utf8() + end + closing);
                Some(Piece::Text(Cow::Borrowed(&inner[..end])))
            }
            _ => self.bare(start),
        }
    }

    /// A value without quotes: up to the next mark or the end of the line.
    fn bare(&mut self, start: usize) -> Option<Piece<'a>> {
        let rest = &self.text[start..];
        let line = rest.lines().next().unwrap_or_default();
        let line = line.find("//").map_or(line, |comment| &line[..comment]);
        let marks = line.char_indices().skip(1).find(|(at, mark)| match mark {
            ',' | '}' | ']' | '{' | '[' | '"' => true,
            // A time of day has colons, too.
            ':' => line[at + 1..].starts_with([' ', '"', '[', '{']) || line.len() == at + 1,
            _ => false,
        });
        let text = marks.map_or(line, |(at, _)| &line[..at]);
        // What cannot begin a value is passed over by one character at least.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        self.restart(start + text.len().max(first));
        let text = text.trim();
        if !text.is_empty() && text.chars().all(|character| matches!(character, '.' | '…')) {
            self.slip("dots for what is left out");
            return Some(Piece::Dots);
        }
        Some(Piece::Bare(text))
    }

    /// Lets the scanner begin anew.
    fn restart(&mut self, at: usize) {
        self.base = at;
        self.end = at;
        self.scanner = scanner(&self.text[at..]);
    }

    fn count(&mut self, to: usize) {
        let (from, line) = self.counted;
        if let Some(passed) = self.text.get(from..to) {
            self.counted = (to, line + passed.matches('\n').count());
            self.line = self.counted.1;
        }
    }
}

fn scanner(text: &str) -> Scanner<'_> {
    let options = ScannerOptions {
        allow_extended_string_escapes: false,
        ..ScannerOptions::default()
    };
    Scanner::new(text, &options)
}

/// The place of the closing quote on the line of the opening one, with which `text` begins.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let line = text.lines().next()?;
    for (at, character) in line.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(at),
            _ => {}
        }
    }
    None
}
