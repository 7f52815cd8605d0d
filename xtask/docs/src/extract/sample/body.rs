//! One body of a sample, read on behind its slips.

use serde_json::Value;

use super::lexer::{Piece, token};
use super::{Reader, url};
use crate::json_type::JsonType;

/// How deep a body may nest. The pages reach five; the limit keeps a hostile one from exhausting the stack.
const MAX_DEPTH: usize = 32;

/// How long a name may be. The pages reach about a hundred letters.
const MAX_NAME: usize = 256;

struct Body<'a> {
    text: &'a str,
    /// Where the last used word begins and ends, and the line on which it begins.
    start: usize,
    end: usize,
    line: usize,
    reader: &'a mut Reader,
}

/// A place of the body, none if what stands there is passed over, and the name of its member.
type Place<'p> = (Option<&'p str>, &'p str);

/// Reads the body with which `text` begins, on `line` of the page, and says how long it is.
pub fn read(text: &str, line: usize, reader: &mut Reader) -> usize {
    let mut body = Body {
        text,
        start: 0,
        end: 0,
        line,
        reader,
    };
    let root = (Some(""), "");
    let read = if body.begins_member() {
        body.slip("members without braces");
        body.inside(JsonType::Object, root, None, 0)
    } else {
        body.next().and_then(|first| body.value(first, root, 0))
    };
    // What stops a body ends the block.
    read.map_or(text.len(), |()| body.end)
}

/// What reads a part gives none if the body can be read no further; a slip says why.
impl Body<'_> {
    fn next(&mut self) -> Option<Piece> {
        let token = token(self.text, self.end).filter(|_| !self.reader.has_too_many_slips())?;
        self.line += self.text[self.start..token.start].matches('\n').count();
        (self.start, self.end) = (token.start, token.end);
        token.slips.into_iter().for_each(|slip| self.slip(slip));
        Some(token.piece)
    }

    fn peek(&self) -> Option<Piece> {
        token(self.text, self.end).map(|token| token.piece)
    }

    fn skip(&mut self, mark: char) -> bool {
        self.peek() == Some(Piece::Mark(mark)) && self.next().is_some()
    }

    fn begins_member(&self) -> bool {
        let name = token(self.text, self.end).filter(|token| matches!(token.piece, Piece::Scalar(_, true)));
        let next = name.and_then(|name| token(self.text, name.end));
        next.is_some_and(|next| next.piece == Piece::Mark(':'))
    }

    /// Records a slip on the line of the last used word.
    fn slip(&mut self, slip: &str) {
        self.reader.slip(self.line, slip);
    }

    fn value(&mut self, first: Piece, place: Place, depth: usize) -> Option<()> {
        match first {
            Piece::Mark('{' | '[') if depth == MAX_DEPTH => {
                self.slip("nested too deeply");
                return None;
            }
            Piece::Mark('{') => return self.inside(JsonType::Object, place, Some('}'), depth + 1),
            Piece::Mark('[') if self.begins_member() => {
                self.slip("list brackets around members");
                return self.inside(JsonType::Object, place, Some(']'), depth + 1);
            }
            Piece::Mark('[') => return self.inside(JsonType::Array, place, Some(']'), depth + 1),
            Piece::Scalar(value, is_quoted) => {
                if !is_quoted && value.is_string() {
                    self.slip("value without quotes");
                }
                self.reader.scalar(place, value);
            }
            Piece::Mark(_) => self.slip("missing value"),
            Piece::Dots => {}
        }
        Some(())
    }

    /// The members of an object or the entries of a list, up to the bracket that closes it. Without such a bracket they
    /// end with the text.
    fn inside(&mut self, kind: JsonType, (place, name): Place, close: Option<char>, depth: usize) -> Option<()> {
        self.reader.record(place, kind, None);
        let is_list = kind == JsonType::Array;
        let is_map = close == Some('}') && self.reader.known.maps.contains(&name.to_ascii_lowercase());
        let entries = place.filter(|_| is_list).map(|place| format!("{place}[]"));
        while let Some(piece) = self.next() {
            match piece {
                Piece::Mark(found @ ('}' | ']')) => {
                    match close {
                        None => self.slip("a bracket too many"),
                        Some(close) if close != found => self.slip("the wrong bracket"),
                        Some(_) => {}
                    }
                    return Some(());
                }
                Piece::Mark(',') => self.slip("extra comma"),
                Piece::Mark(':') if is_list => self.slip("colon in a list"),
                Piece::Mark(':') => self.slip("missing name"),
                // They stand for members or entries, so a comma may follow.
                Piece::Dots => drop(self.skip(',')),
                piece => {
                    match piece {
                        piece if is_list => self.value(piece, (entries.as_deref(), name), depth)?,
                        Piece::Scalar(name, is_quoted) => self.member(name, is_quoted, place, is_map, depth)?,
                        _ => {
                            // Whose value it is cannot be known, so it is passed over.
                            self.slip("missing name");
                            self.value(piece, (None, ""), depth)?;
                        }
                    }
                    self.separator();
                }
            }
        }
        if close.is_some() {
            self.slip("the end is missing");
        }
        None
    }

    fn member(&mut self, name: Value, is_quoted: bool, holder: Option<&str>, is_map: bool, depth: usize) -> Option<()> {
        let name = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
        // A key of a map is a value: the lock holds none, and the next one is of the same kind.
        let name: String = match is_map || url::is_key(&name) {
            true => "{}".to_owned(),
            false => name.chars().take(MAX_NAME).collect(),
        };
        if !is_quoted {
            self.slip("name without quotes");
        }
        if !self.skip(':') {
            self.slip("missing colon");
        }
        let dot = if holder == Some("") { "" } else { "." };
        let place = holder.map(|holder| format!("{holder}{dot}{name}"));
        let next = self.peek();
        if next.is_some_and(|next| next == Piece::Mark(',') || next.closes()) {
            self.slip("missing value");
            return Some(());
        }
        // The end of the text is the object's to complain of.
        let Some(first) = self.next() else { return Some(()) };
        self.value(first, (place.as_deref(), &name), depth)
    }

    /// What stands between two members or entries.
    fn separator(&mut self) {
        if self.skip(',') {
            if self.peek().is_some_and(|next| next.closes()) {
                self.slip("trailing comma");
            }
        } else if self.peek().is_some_and(|next| !next.closes() && next != Piece::Dots) {
            self.slip("missing comma");
        }
    }
}
