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
    /// The whole, if it is in UTF-8 throughout: then no text need be checked by itself.
    utf8: Option<&'de str>,
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
            utf8: simdutf8::basic::from_utf8(whole).ok(),
            open: Vec::new(),
        }
    }

    #[inline]
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

    /// The bytes before the rest of the document as text, if they are that.
    #[inline]
    fn utf8_before(&self, bytes: &'de [u8], rest: &'de [u8]) -> Option<&'de str> {
        match self.utf8 {
            Some(whole) => {
                let end = whole.len() - rest.len();
                whole.get(end - bytes.len()..end)
            }
            None => std::str::from_utf8(bytes).ok(),
        }
    }

    /// What was read from a position on, as text, if it is that.
    pub(super) fn text_since(&self, start: Position<'de>) -> Option<&'de str> {
        self.utf8_before(self.since(start), self.tokens.as_slice())
    }

    /// All from a position on, as text, if it is that.
    pub(super) fn text_from(&self, Position(start): Position<'de>) -> Option<&'de str> {
        self.utf8_before(start.trim_ascii_start(), &[])
    }

    /// All from one position to another or to the end, if the document is text throughout.
    pub(super) fn text_between(&self, Position(from): Position<'de>, to: Option<Position<'de>>) -> Option<&'de str> {
        let whole = self.utf8?;
        let rest = to.map_or(0, |Position(to)| to.len());
        whole.get(whole.len() - from.len()..whole.len() - rest)
    }

    fn offset(&self) -> usize {
        self.whole.len() - self.tokens.as_slice().len()
    }

    /// The first byte of the next value.
    #[inline]
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

    /// The document is not JSON at this place.
    #[cold]
    fn wrong(&self, expected: &'static str) -> Problem {
        Problem::syntax(expected, self.offset(), self.offset() == self.whole.len())
    }

    /// Opens the list or the object that comes next.
    pub(super) fn open(&mut self) {
        self.tokens.take_next();
    }

    /// Goes on to the next entry or member of what was opened; there is none where it ends here.
    #[inline]
    pub(super) fn goes_on(&mut self, first: bool, end: End) -> Result<bool, Problem> {
        let (closing, expected) = match end {
            End::Bracket => (b']', "a comma or the end of the array"),
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

    /// Passes over the beginning of a member, up to its value, if it has this name and no whitespace comes before or behind
    /// it.
    #[inline]
    pub(super) fn begins_compactly(&mut self, first: bool, name: &str) -> bool {
        let rest = self.tokens.as_slice();
        let rest = if first { Some(rest) } else { rest.strip_prefix(b",") };
        let value = rest
            .and_then(|rest| rest.strip_prefix(b"\""))
            .and_then(|rest| rest.strip_prefix(name.as_bytes()))
            .and_then(|rest| rest.strip_prefix(b"\":"));
        if let Some(value) = value {
            self.tokens = SliceLexer::new(value);
        }
        value.is_some()
    }

    /// The number of the member that comes next, up to its value, if it is one of these and written as here, as nearly
    /// all are: then its name need not be taken out of the document.
    #[inline]
    pub(super) fn name_among(&mut self, names: &[&str]) -> Result<Option<usize>, Problem> {
        self.begin_name()?;
        let text = self.tokens.as_slice().get(1..).unwrap_or_default();
        let is_next = |name: &&str| text.get(name.len()) == Some(&b'"') && text.starts_with(name.as_bytes());
        let Some(number) = names.iter().position(is_next) else {
            return Ok(None);
        };
        self.tokens = SliceLexer::new(&text[names[number].len() + 1..]);
        self.colon().map(|()| Some(number))
    }

    /// The name of a member, up to its value; none where it is not Unicode.
    #[inline]
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

    /// The name of the member that stands at a position; what of it is not Unicode is shown as that.
    pub(super) fn name_at(&self, position: Position<'de>) -> Cow<'de, str> {
        let mut lexer = Lexer {
            tokens: SliceLexer::new(position.0),
            open: Vec::new(),
            ..*self
        };
        match lexer.name() {
            Ok(Some(name)) => name,
            _ => super::outline::text(&String::from_utf8_lossy(lexer.since(position))).into(),
        }
    }

    #[inline]
    fn begin_name(&mut self) -> Result<(), Problem> {
        match self.tokens.ws_peek() {
            Some(b'"') => Ok(()),
            _ => Err(self.wrong("an object key")),
        }
    }

    #[inline]
    fn colon(&mut self) -> Result<(), Problem> {
        self.tokens
            .expect(SliceLexer::ws_peek, b':')
            .ok_or_else(|| self.wrong("a colon"))
    }

    /// The text that comes next.
    #[inline]
    pub(super) fn text(&mut self) -> Result<Cow<'de, str>, Problem> {
        let start = self.position();
        match self.plain_text().and_then(|(text, rest)| self.utf8_before(text, rest)) {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => {
                self.go_back(start);
                self.unusual_text()
            }
        }
    }

    #[cold]
    fn unusual_text(&mut self) -> Result<Cow<'de, str>, Problem> {
        let unfit = || Problem::unfit("is a string that is not valid Unicode");
        if self.plain_text().is_some() {
            return Err(unfit());
        }
        self.tokens.discarded().str_string().map_err(|error| {
            if error.is_unicode_error() {
                unfit()
            } else {
                self.wrong_text(&error)
            }
        })
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

    /// The text that comes next and its closing mark with all behind, if it is without escapes, as nearly all are.
    #[inline]
    fn plain_text(&mut self) -> Option<(&'de [u8], &'de [u8])> {
        let (_, text) = self.tokens.as_slice().split_first()?;
        let (text, closing) = text.split_at(plain_length(text));
        let (b'"', rest) = closing.split_first()? else {
            return None;
        };
        self.tokens = SliceLexer::new(rest);
        Some((text, closing))
    }

    #[cold]
    fn wrong_text(&self, error: &str::Error) -> Problem {
        self.wrong(match error {
            str::Error::Control => "an escaped control character",
            str::Error::Escape(_) => "a valid escape",
            str::Error::Eof | str::Error::Utf8(_) => "the end of the text",
        })
    }

    /// The number that comes next, as it was written.
    pub(super) fn number(&mut self) -> Result<&'de str, Problem> {
        if let Some(digits) = self.plain_number() {
            return Ok(digits);
        }
        match self.tokens.num_string().validated() {
            Ok((number, _)) => Ok(number),
            Err(_) => Err(self.wrong("a digit")),
        }
    }

    /// The number that comes next, if it is of digits alone, as nearly all are.
    #[inline]
    fn plain_number(&mut self) -> Option<&'de str> {
        let rest = self.tokens.as_slice();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = rest.split_at(length);
        if matches!(digits, [] | [b'0', _, ..]) || matches!(rest, [b'.' | b'e' | b'E', ..]) {
            return None;
        }
        self.tokens = SliceLexer::new(rest);
        std::str::from_utf8(digits).ok()
    }

    /// The number that comes next, if it is of digits alone and a type holds it, as nearly all codes are.
    pub(super) fn plain_integer(&mut self) -> Option<i64> {
        // Most codes are of one digit.
        if let [digit @ b'0'..=b'9', b',' | b'}', ..] = self.tokens.as_slice() {
            self.tokens.take_next();
            return Some((digit - b'0').into());
        }
        let start = self.position();
        let integer = self.plain_number()?.parse().ok();
        if integer.is_none() {
            self.go_back(start);
        }
        integer
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

/// How many bytes come before the first that is a quotation mark, a backslash or a control character. Most bytes of an
/// answer are of texts: they are looked at eight at a time.
#[inline]
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    // The high bit of each byte that is below a value; above the first such byte it may be set for others, too.
    let below = |word: u64, value: u8| word.wrapping_sub(ONES * u64::from(value)) & !word & (ONES << 7);
    let (words, last) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // With one bit turned, a quotation mark is 0x20, next to the control characters, and a space 0x22.
        let ends = below(word ^ (ONES * 0x02), 0x21) | below(word ^ (ONES * u64::from(b'\\')), 1);
        if ends != 0 {
            return index * 8 + ends.trailing_zeros() as usize / 8;
        }
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    text.len() - last.len() + last.iter().position(ends).unwrap_or(last.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_end_of_a_text_is_found_wherever_it_is(
            before in "[ !#-Z\u{7f}-\u{ff}]{0,40}",
            ends in prop::sample::select(vec!["", "\"", "\\", "\u{0}", "\u{1f}", "\n"]),
            behind in any::<String>(),
        ) {
            let text = format!("{before}{ends}{}", if ends.is_empty() { "" } else { &behind });
            prop_assert_eq!(plain_length(text.as_bytes()), before.len());
        }
    }
}
