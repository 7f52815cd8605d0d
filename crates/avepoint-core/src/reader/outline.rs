//! The members of a JSON object, as far as it goes: for responses that are read for what they say, whatever else stands in
//! them and wherever they are cut off.

use std::borrow::Cow;

use super::lexer::{End, Lexer, Position};
use super::{Problem, compact};

/// The members of an object, each with its JSON as it was written.
#[derive(Debug, Default)]
pub struct Outline<'a> {
    members: Vec<(Cow<'a, str>, &'a str)>,
    whole: bool,
}

impl<'a> Outline<'a> {
    /// The members of this object; nothing where it is none. What is broken ends it: the last member may be cut off.
    pub fn of(json: &'a str) -> Option<Self> {
        let mut lexer = Lexer::new(json.as_bytes());
        if lexer.peek().ok()? != b'{' {
            return None;
        }
        let mut outline = Outline::default();
        outline.whole = outline.read(&mut lexer).is_ok();
        Some(outline)
    }

    /// The members of the document that was read to its end, whose names and values begin at these positions; nothing
    /// where there are none, or where not all of it is Unicode.
    pub(super) fn at(lexer: &Lexer<'a>, members: &[(Position<'a>, Position<'a>)]) -> Option<Self> {
        let ends = members.iter().skip(1).map(|(name, _)| Some(*name)).chain([None]);
        let read = members.iter().zip(ends).map(|(&(name, value), end)| {
            // Behind a value comes a comma, or the end of the object.
            let value = lexer.text_between(value, end)?.trim_ascii();
            Some((lexer.name_at(name), value.get(..value.len() - 1)?.trim_ascii_end()))
        });
        let members = read.collect::<Option<Vec<_>>>().filter(|members| !members.is_empty())?;
        Some(Outline { members, whole: true })
    }

    fn read(&mut self, lexer: &mut Lexer<'a>) -> Result<(), Problem> {
        lexer.open();
        while lexer.goes_on(self.members.is_empty(), End::Brace)? {
            let start = lexer.position();
            let name = match lexer.name()? {
                Some(name) => name,
                None => lossy(lexer.text_since(start).unwrap_or_default()).into(),
            };
            let start = lexer.position();
            let skipped = lexer.skip();
            let value = match skipped {
                Ok(()) => lexer.text_since(start),
                Err(_) => lexer.text_from(start),
            };
            self.members.push((name, value.unwrap_or_default()));
            skipped?;
        }
        lexer.end()
    }

    /// Whether this is the whole of a document that is JSON.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// All members, in their order.
    pub fn members(&self) -> &[(Cow<'a, str>, &'a str)] {
        &self.members
    }

    /// The JSON of the first member of this name, in any letter case, that is not `null`.
    // Many ask for many names: inlined, this would be in every program some thirty times.
    #[inline(never)]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let members = self.members.iter();
        let mut named = members.filter(|(member, value)| member.eq_ignore_ascii_case(name) && *value != "null");
        named.next().map(|(_, value)| *value)
    }

    /// The object that a member is.
    pub fn object(&self, name: &str) -> Option<Outline<'a>> {
        Outline::of(self.get(name)?)
    }

    /// The text that a member is, or the number as it was written.
    pub fn text(&self, name: &str) -> Option<String> {
        let json = self.get(name)?;
        match json.as_bytes().first()? {
            b'"' => Some(text(json)),
            b'-' | b'0'..=b'9' => Some(json.trim_end().to_owned()),
            _ => None,
        }
    }

    /// What a member says to a person: its text, or its JSON.
    pub fn words(&self, name: &str) -> Option<String> {
        self.text(name).or_else(|| self.get(name).map(compact))
    }
}

/// The JSON of each entry of this list, as far as it goes; nothing where it is none.
pub(crate) fn entries(json: &str) -> Vec<&str> {
    let mut lexer = Lexer::new(json.as_bytes());
    let mut entries = Vec::new();
    if let Ok(b'[') = lexer.peek() {
        lexer.open();
        while let Ok(true) = lexer.goes_on(entries.is_empty(), End::Bracket) {
            let start = lexer.position();
            if lexer.skip().is_err() {
                break;
            }
            entries.extend(lexer.text_since(start));
        }
    }
    entries
}

/// The text that a JSON text is. Half a surrogate pair is shown as what cannot be shown; one that is cut off ends there.
pub fn text(json: &str) -> String {
    match Lexer::new(json.as_bytes()).text() {
        Ok(text) => text.into_owned(),
        Err(_) => lossy(json),
    }
}

fn lossy(json: &str) -> String {
    let mut units = Vec::new();
    let mut rest = json.strip_prefix('"').unwrap_or(json).chars();
    while let Some(character) = rest.next() {
        let meant = match character {
            '"' => break,
            '\\' => match rest.next() {
                Some('u') => {
                    let digits = rest.as_str().get(..4).unwrap_or_default();
                    let Ok(unit) = u16::from_str_radix(digits, 16) else {
                        break;
                    };
                    units.push(unit);
                    rest = rest.as_str()[4..].chars();
                    continue;
                }
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => break,
            },
            other => other,
        };
        units.extend_from_slice(meant.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_whatever_else_stands_there() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let json = format!(
            r#" {{"deep": {deep}, "half": "a\ud800\n\"b", "\udc00x": 1, "Code": null, "code": 1E400 , "CODE": 2, "o": {{"e": "\u0027"}}}} "#
        );
        let outline = Outline::of(&json).expect("an object");
        assert!(outline.is_whole());
        assert_eq!(outline.text("half").as_deref(), Some("a\u{fffd}\n\"b"));
        assert_eq!(outline.text("\u{fffd}X").as_deref(), Some("1"));
        assert_eq!(outline.text("cOde").as_deref(), Some("1E400"));
        assert_eq!(
            (outline.text("o"), outline.words("o").as_deref()),
            (None, Some(r#"{"e":"'"}"#))
        );
        assert_eq!(outline.members().len(), 7);
        assert_eq!(
            entries(r#" [1 , "a]",{"b": [2]} , nul"#),
            ["1", "\"a]\"", "{\"b\": [2]}"]
        );
        assert_eq!(entries(r#"{"a": 1}"#), [""; 0]);
        for other in ["", " ", "[]", "null", "\"{}\"", "}"] {
            assert!(Outline::of(other).is_none(), "{other}");
        }
    }

    #[test]
    fn what_is_cut_off_says_what_there_is() {
        let json = r#"{"code": "x", "message": "the \"end\" is \u00e9\ud83d\ude00 here"}"#;
        let whole = Outline::of(json).expect("an object").text("message").expect("a text");
        for end in (1..json.len()).filter(|end| json.is_char_boundary(*end)) {
            let outline = Outline::of(&json[..end]).expect("an object");
            assert!(!outline.is_whole());
            let message = outline.text("message").unwrap_or_default();
            assert!(whole.starts_with(message.trim_end_matches('\u{fffd}')), "{message}");
            assert_eq!(outline.text("code").is_some_and(|code| code == "x"), end > 10, "{end}");
        }
        let outline = Outline::of(r#"{"a": 1} and more"#).expect("an object");
        assert_eq!((outline.is_whole(), outline.text("a").as_deref()), (false, Some("1")));
    }
}
