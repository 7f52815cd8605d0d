//! One body of a sample, read on behind its slips.

use std::iter::Peekable;

use serde_json::Value;

use super::lexer::{Lexer, Piece};
use super::shape::Shape;
use super::slips::{Known, Slips};
use super::url;
use crate::json_type::JsonType;

/// How deep a body may nest. The pages reach five; the limit keeps a hostile one from exhausting the stack.
const MAX_DEPTH: usize = 32;

/// How long a name may be. The pages reach about a hundred letters.
const MAX_NAME: usize = 256;

/// The body can be read no further; a slip says why.
struct Stop;

type Read = Result<(), Stop>;

struct Body<'a, 's> {
    tokens: Peekable<Lexer<'a>>,
    /// Where the last used token ends, and its line.
    end: usize,
    line: usize,
    known: &'s Known,
    slips: &'s mut Slips,
}

/// In what members or entries stand.
#[derive(Clone, Copy)]
enum Holder<'n> {
    Object,
    Map,
    /// A list, of this name.
    List(&'n str),
}

/// Reads the body with which `text` begins, on `line` of the page, into `shape` and says how long it is.
pub fn read(text: &str, line: usize, known: &Known, slips: &mut Slips, shape: &mut Shape) -> usize {
    let mut body = Body {
        tokens: Lexer::new(text, line).peekable(),
        end: 0,
        line,
        known,
        slips,
    };
    let read = if body.begins_member() {
        body.slip("members without braces");
        shape.record(JsonType::Object);
        body.inside(shape, Holder::Object, None, 0)
    } else {
        body.next()
            .ok_or(Stop)
            .and_then(|first| body.value(first, shape, "", 0))
    };
    // What stops a body ends the block.
    read.map_or(text.len(), |()| body.end)
}

impl<'a> Body<'a, '_> {
    fn next(&mut self) -> Option<Piece<'a>> {
        let token = self.tokens.next().filter(|_| !self.slips.are_too_many())?;
        (self.end, self.line) = (token.end, token.line);
        token.slips.into_iter().for_each(|slip| self.slip(slip));
        Some(token.piece)
    }

    fn peek(&mut self) -> Option<&Piece<'a>> {
        self.tokens.peek().map(|token| &token.piece)
    }

    fn skip(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Piece::Mark(mark));
        if found {
            self.next();
        }
        found
    }

    fn begins_member(&self) -> bool {
        let mut ahead = self.tokens.clone().map(|token| token.piece);
        matches!(ahead.next(), Some(Piece::Text(_))) && ahead.next() == Some(Piece::Mark(':'))
    }

    /// Records a slip on the line of the last used token.
    fn slip(&mut self, slip: &str) {
        self.slips.add(self.line, slip);
    }

    fn value(&mut self, first: Piece<'a>, shape: &mut Shape, name: &str, depth: usize) -> Read {
        let value = match first {
            Piece::Mark('{' | '[') if depth == MAX_DEPTH => {
                self.slip("nested too deeply");
                return Err(Stop);
            }
            Piece::Mark('{') => {
                shape.record(JsonType::Object);
                let is_map = self.known.maps.contains(&name.to_ascii_lowercase());
                let holder = if is_map { Holder::Map } else { Holder::Object };
                return self.inside(shape, holder, Some('}'), depth + 1);
            }
            Piece::Mark('[') if self.begins_member() => {
                self.slip("list brackets around members");
                shape.record(JsonType::Object);
                return self.inside(shape, Holder::Object, Some(']'), depth + 1);
            }
            Piece::Mark('[') => {
                shape.record(JsonType::Array);
                return self.inside(shape, Holder::List(name), Some(']'), depth + 1);
            }
            Piece::Text(text) => Value::String(text.into_owned()),
            Piece::Bare(text) => {
                self.slip("value without quotes");
                Value::from(text)
            }
            Piece::Value(value) => value,
            Piece::Dots => return Ok(()),
            Piece::Mark(_) => {
                self.slip("missing value");
                return Ok(());
            }
        };
        let coded = self.known.coded.contains(&name.to_ascii_lowercase());
        shape.scalar(value, coded);
        Ok(())
    }

    /// The members of an object or the entries of a list, up to the bracket that closes it. Without such a bracket they
    /// end with the text.
    fn inside(&mut self, shape: &mut Shape, holder: Holder, close: Option<char>, depth: usize) -> Read {
        while let Some(piece) = self.next() {
            match (piece, holder) {
                (Piece::Mark(found @ ('}' | ']')), _) => {
                    match close {
                        None => self.slip("a bracket too many"),
                        Some(close) if close != found => self.slip("the wrong bracket"),
                        Some(_) => {}
                    }
                    return Ok(());
                }
                (Piece::Mark(','), _) => self.slip("extra comma"),
                (Piece::Mark(':'), Holder::List(_)) => self.slip("colon in a list"),
                (Piece::Mark(':'), _) => self.slip("missing name"),
                // They stand for members or entries, so a comma may follow.
                (Piece::Dots, _) => drop(self.skip(',')),
                (piece, Holder::List(name)) => {
                    self.value(piece, shape.entries(), name, depth)?;
                    self.separator();
                }
                (piece @ Piece::Mark(_), _) => {
                    // Whose value it is cannot be known, so it is passed over.
                    self.slip("missing name");
                    self.value(piece, &mut Shape::default(), "", depth)?;
                    self.separator();
                }
                (piece, holder) => {
                    self.member(piece, shape, holder, depth)?;
                    self.separator();
                }
            }
        }
        if close.is_some() {
            self.slip("the end is missing");
        }
        Err(Stop)
    }

    fn member(&mut self, name: Piece<'a>, shape: &mut Shape, holder: Holder, depth: usize) -> Read {
        let quoted = matches!(name, Piece::Text(_));
        let name = match name {
            Piece::Text(name) => name.into_owned(),
            Piece::Bare(name) => name.to_owned(),
            Piece::Value(value) => value.to_string(),
            Piece::Mark(_) | Piece::Dots => String::new(),
        };
        // A key of a map is a value: the lock holds none, and the next one is of the same kind.
        let name: String = match matches!(holder, Holder::Map) || url::is_key(&name) {
            true => "{}".to_owned(),
            false => name.chars().take(MAX_NAME).collect(),
        };
        if !quoted {
            self.slip("name without quotes");
        }
        if !self.skip(':') {
            self.slip("missing colon");
        }
        let place = shape.member(&name);
        if self
            .peek()
            .is_some_and(|next| *next == Piece::Mark(',') || next.closes())
        {
            self.slip("missing value");
            return Ok(());
        }
        // The end of the text is the object's to complain of.
        self.next()
            .map_or(Ok(()), |first| self.value(first, place, &name, depth))
    }

    /// What stands between two members or entries.
    fn separator(&mut self) {
        if self.skip(',') {
            if self.peek().is_some_and(Piece::closes) {
                self.slip("trailing comma");
            }
        } else if self.peek().is_some_and(|next| !next.closes() && *next != Piece::Dots) {
            self.slip("missing comma");
        }
    }
}
