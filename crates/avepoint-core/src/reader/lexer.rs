//! JSON as a sequence of tokens, each as it was written.

use std::borrow::Cow;

use hifijson::num::LexWrite as _;
use hifijson::str::{Lex as _, LexAlloc as _};
use hifijson::token::Lex as _;
use hifijson::{Read as _, SliceLexer, str};

use super::problem::Problem;

/// Takes a JSON document apart. Whitespace before a token belongs to it.
///
/// The lexers of numbers, texts and words are hifijson's. Nothing here recurses, so that no nesting is too deep to be
/// passed over.
pub(super) struct Lexer<'de> {
    tokens: SliceLexer<'de>,
    whole: &'de [u8],
    /// What is open within a value that is passed over.
    open: Vec<End>,
}

/// What ends a list or an object.
#[derive(Clone, Copy)]
pub(super) enum End {
    Bracket,
    Brace,
}

/// A place in the document, to come back to.
#[derive(Clone, Copy)]
pub(super) struct Position<'de>(&'de [u8]);

impl<'de> Lexer<'de> {
    pub(super) fn new(whole: &'de [u8]) -> Self {
        Lexer {
            tokens: SliceLexer::new(whole),
            whole,
            open: Vec::new(),
        }
    }

    pub(super) fn position(&self) -> Position<'de> {
        Position(self.tokens.as_slice())
    }

    pub(super) fn go_back(&mut self, position: Position<'de>) {
        self.tokens = SliceLexer::new(position.0);
    }

    /// What was read from a position on.
    pub(super) fn since(&self, Position(start): Position<'de>) -> &'de [u8] {
        start[..start.len() - self.tokens.as_slice().len()].trim_ascii_start()
    }

    /// The first byte of the next value.
    pub(super) fn peek(&mut self) -> Result<u8, Problem> {
        self.tokens.ws_peek().ok_or_else(|| self.wrong("a value"))
    }

    /// That nothing but whitespace is left.
    pub(super) fn end(&mut self) -> Result<(), Problem> {
        match self.tokens.ws_peek() {
            None => Ok(()),
            Some(_) => Err(self.wrong("nothing but the end: what follows is trailing")),
        }
    }

    /// The document is no JSON at this place.
    #[cold]
    fn wrong(&self, expected: &'static str) -> Problem {
        let rest = self.tokens.as_slice();
        Problem::syntax(expected, self.whole.len() - rest.len(), rest.is_empty())
    }

    /// Opens the list or the object that comes next.
    pub(super) fn open(&mut self) {
        self.tokens.take_next();
    }

    /// Goes on to the next entry or member of what was opened; there is none where it ends here.
    pub(super) fn goes_on(&mut self, first: bool, end: End) -> Result<bool, Problem> {
        let (closing, expected) = match end {
            End::Bracket => (b']', "a comma or the end of the list"),
            End::Brace => (b'}', "a comma or the end of the object"),
        };
        match self.tokens.ws_peek() {
            Some(byte) if byte == closing => {
                self.tokens.take_next();
                Ok(false)
            }
            Some(_) if first => Ok(true),
            Some(b',') => {
                self.tokens.take_next();
                Ok(true)
            }
            _ => Err(self.wrong(expected)),
        }
    }

    /// The name of a member, up to its value; none where it is no Unicode.
    pub(super) fn name(&mut self) -> Result<Option<Cow<'de, str>>, Problem> {
        let start = self.position();
        self.begin_name()?;
        let name = match self.text() {
            Ok(name) => Some(name),
            Err(problem) if problem.is_syntax() => return Err(problem),
            Err(_) => {
                self.go_back(start);
                self.begin_name()?;
                self.skip_text()?;
                None
            }
        };
        self.colon()?;
        Ok(name)
    }

    fn begin_name(&mut self) -> Result<(), Problem> {
        match self.tokens.ws_peek() {
            Some(b'"') => Ok(()),
            _ => Err(self.wrong("the name of a member")),
        }
    }

    fn colon(&mut self) -> Result<(), Problem> {
        self.tokens
            .expect(SliceLexer::ws_peek, b':')
            .ok_or_else(|| self.wrong("a colon"))
    }

    /// The text that comes next.
    pub(super) fn text(&mut self) -> Result<Cow<'de, str>, Problem> {
        let unfit = || Problem::unfit("is a text that is no Unicode");
        match self.plain_text() {
            Some(text) => std::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| unfit()),
            None => self.tokens.discarded().str_string().map_err(|error| {
                if error.is_unicode_error() {
                    unfit()
                } else {
                    self.wrong_text(&error)
                }
            }),
        }
    }

    fn skip_text(&mut self) -> Result<(), Problem> {
        match self.plain_text() {
            Some(_) => Ok(()),
            None => self
                .tokens
                .discarded()
                .str_ignore()
                .map_err(|error| self.wrong_text(&error)),
        }
    }

    /// The text that comes next, if it is without escapes, as nearly all are.
    fn plain_text(&mut self) -> Option<&'de [u8]> {
        let (_, text) = self.tokens.as_slice().split_first()?;
        let length = plain_length(text);
        let (b'"', rest) = text[length..].split_first()? else {
            return None;
        };
        self.tokens = SliceLexer::new(rest);
        Some(&text[..length])
    }

    #[cold]
    fn wrong_text(&self, error: &str::Error) -> Problem {
        self.wrong(match error {
            str::Error::Control => "an escape in place of a control character",
            str::Error::Escape(_) => "an escape that JSON knows",
            str::Error::Eof | str::Error::Utf8(_) => "the end of the text",
        })
    }

    /// The number that comes next, as it was written.
    pub(super) fn number(&mut self) -> Result<&'de str, Problem> {
        match self.tokens.num_string().validated() {
            Ok((number, _)) => Ok(number),
            Err(_) => Err(self.wrong("a digit")),
        }
    }

    /// `true`, `false`, or nothing for `null`.
    pub(super) fn word(&mut self) -> Result<Option<bool>, Problem> {
        let start = self.position();
        self.tokens.null_or_bool().ok_or_else(|| {
            self.go_back(start);
            self.wrong("a value")
        })
    }

    /// Passes over the next value, whatever it is.
    pub(super) fn skip(&mut self) -> Result<(), Problem> {
        self.open.clear();
        loop {
            let mut first = false;
            match self.peek()? {
                b'"' => self.skip_text()?,
                b'-' | b'0'..=b'9' => drop(self.number()?),
                byte @ (b'[' | b'{') => {
                    self.open();
                    self.open.push(if byte == b'[' { End::Bracket } else { End::Brace });
                    first = true;
                }
                _ => drop(self.word()?),
            }
            // Whatever ends here is closed.
            loop {
                let Some(end) = self.open.last().copied() else {
                    return Ok(());
                };
                if self.goes_on(first, end)? {
                    if let End::Brace = end {
                        self.begin_name()?;
                        self.skip_text()?;
                        self.colon()?;
                    }
                    break;
                }
                self.open.pop();
                first = false;
            }
        }
    }
}

/// How many bytes come before the first that is a quotation mark, a backslash or a control character.
fn plain_length(text: &[u8]) -> usize {
    text.iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))
        .unwrap_or(text.len())
}
