//! One body of a sample, read on behind its slips.

use std::collections::BTreeSet;

use serde_json::Value;

use super::lexer::{Lexer, Piece, Slips};
use super::shape::Shape;

/// How deep a body may nest. The pages reach five; the limit keeps a hostile one from exhausting the stack.
const MAX_DEPTH: usize = 32;

/// How long a name may be. The pages reach about a hundred letters.
const MAX_NAME: usize = 256;

/// The body can be read no further; a slip says why.
struct Stop;

type Read = Result<(), Stop>;

/// Reads one body.
pub struct Body<'a, 's> {
    lexer: Lexer<'a, 's>,
    /// A piece that was looked at and not yet used.
    ahead: Option<Piece<'a>>,
    /// Where the last used piece ends, and its line.
    end: usize,
    line: usize,
    coded: &'s BTreeSet<String>,
}

impl<'a, 's> Body<'a, 's> {
    /// The body with which `text` begins, on `line` of the page.
    pub fn new(text: &'a str, line: usize, coded: &'s BTreeSet<String>, slips: &'s mut Slips) -> Self {
        Body {
            lexer: Lexer::new(text, line, slips),
            ahead: None,
            end: 0,
            line,
            coded,
        }
    }

    /// Reads the body into `shape` and says how long it is.
    pub fn read(&mut self, shape: &mut Shape) -> usize {
        let Some(first) = self.next() else {
            return self.lexer.text.len();
        };
        let read = match first {
            Piece::Text(name) if self.peek() == Some(&Piece::Colon) => {
                self.slip("members without braces");
                shape.object();
                self.member(&cut(&name), shape, 0).and_then(|()| {
                    self.separator();
                    self.members(shape, None, 0)
                })
            }
            first => self.value(first, shape, "", 0),
        };
        match read {
            Ok(()) => self.end,
            // What stops a body ends the block.
            Err(Stop) => self.lexer.text.len(),
        }
    }

    fn next(&mut self) -> Option<Piece<'a>> {
        let piece = self.ahead.take().or_else(|| self.lexer.next())?;
        self.end = self.lexer.end;
        self.line = self.lexer.line;
        Some(piece)
    }

    fn peek(&mut self) -> Option<&Piece<'a>> {
        if self.ahead.is_none() {
            self.ahead = self.lexer.next();
        }
        self.ahead.as_ref()
    }

    /// Records a slip on the line of the last used piece.
    fn slip(&mut self, slip: &str) {
        let line = self.line;
        self.lexer.slips.add(line, slip);
    }

    fn value(&mut self, first: Piece<'a>, shape: &mut Shape, name: &str, depth: usize) -> Read {
        let value = match first {
            Piece::OpenBrace | Piece::OpenBracket if depth == MAX_DEPTH => {
                self.slip("nested too deeply");
                return Err(Stop);
            }
            Piece::OpenBrace => {
                shape.object();
                return self.members(shape, Some(Piece::CloseBrace), depth + 1);
            }
            Piece::OpenBracket => return self.list(shape, name, depth + 1),
            Piece::Text(text) => Value::String(text.into_owned()),
            Piece::Bare(text) => {
                self.slip("value without quotes");
                Value::String(text.to_owned())
            }
            Piece::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| {
                self.slip("a number that JSON does not have");
                Value::from(0.0)
            }),
            Piece::Boolean(value) => Value::Bool(value),
            Piece::Null => Value::Null,
            Piece::Dots => return Ok(()),
            Piece::CloseBrace | Piece::CloseBracket | Piece::Comma | Piece::Colon => {
                self.slip("missing value");
                return Ok(());
            }
        };
        let coded = self.coded.contains(&name.to_ascii_lowercase());
        shape.scalar(value, coded);
        Ok(())
    }

    /// The members of an object, up to the bracket that closes it. Without such a bracket they end with the text.
    fn members(&mut self, shape: &mut Shape, close: Option<Piece<'a>>, depth: usize) -> Read {
        loop {
            let Some(piece) = self.next() else {
                return self.ended(close.is_some());
            };
            match piece {
                Piece::CloseBrace | Piece::CloseBracket => return self.closed(&piece, close.as_ref()),
                Piece::Comma => self.slip("extra comma"),
                Piece::Colon => self.slip("missing name"),
                Piece::Dots => self.dots(),
                Piece::Text(_) | Piece::Bare(_) | Piece::Number(_) | Piece::Boolean(_) | Piece::Null => {
                    let name = self.name(piece);
                    self.member(&name, shape, depth)?;
                    self.separator();
                }
                Piece::OpenBrace | Piece::OpenBracket => {
                    // Whose value it is cannot be known, so it is passed over.
                    self.slip("missing name");
                    self.value(piece, &mut Shape::default(), "", depth)?;
                    self.separator();
                }
            }
        }
    }

    fn name(&mut self, piece: Piece<'a>) -> String {
        let name = match piece {
            Piece::Text(name) => return cut(&name),
            Piece::Bare(name) | Piece::Number(name) => cut(name),
            Piece::Boolean(value) => value.to_string(),
            _ => "null".to_owned(),
        };
        self.slip("name without quotes");
        name
    }

    /// The value of a member, whose name was read.
    fn member(&mut self, name: &str, shape: &mut Shape, depth: usize) -> Read {
        if self.peek() == Some(&Piece::Colon) {
            self.next();
        } else {
            self.slip("missing colon");
        }
        let place = shape.member(name);
        if matches!(
            self.peek(),
            Some(Piece::Comma | Piece::CloseBrace | Piece::CloseBracket)
        ) {
            self.slip("missing value");
            return Ok(());
        }
        match self.next() {
            Some(first) => self.value(first, place, name, depth),
            // The end of the text is the object's to complain of.
            None => Ok(()),
        }
    }

    /// The entries of the list `name`, whose bracket was read.
    fn list(&mut self, shape: &mut Shape, name: &str, depth: usize) -> Read {
        let bracket = self.line;
        let first = self.next();
        if let Some(Piece::Text(member)) = &first
            && self.peek() == Some(&Piece::Colon)
        {
            self.lexer.slips.add(bracket, "list brackets around members");
            shape.object();
            self.member(&cut(member), shape, depth)?;
            self.separator();
            return self.members(shape, Some(Piece::CloseBracket), depth);
        }
        shape.list();
        let mut next = first;
        while let Some(piece) = next {
            match piece {
                Piece::CloseBrace | Piece::CloseBracket => return self.closed(&piece, Some(&Piece::CloseBracket)),
                Piece::Comma => self.slip("extra comma"),
                Piece::Colon => self.slip("colon in a list"),
                Piece::Dots => self.dots(),
                piece => {
                    self.value(piece, shape.entries(), name, depth)?;
                    self.separator();
                }
            }
            next = self.next();
        }
        self.ended(true)
    }

    /// What stands between two members or entries.
    fn separator(&mut self) {
        match self.peek() {
            Some(Piece::Comma) => {
                self.next();
                if matches!(self.peek(), Some(Piece::CloseBrace | Piece::CloseBracket)) {
                    self.slip("trailing comma");
                }
            }
            None | Some(Piece::CloseBrace | Piece::CloseBracket | Piece::Dots) => {}
            Some(_) => self.slip("missing comma"),
        }
    }

    /// Dots stand for members or entries, so a comma may follow.
    fn dots(&mut self) {
        if self.peek() == Some(&Piece::Comma) {
            self.next();
        }
    }

    fn closed(&mut self, found: &Piece<'a>, wanted: Option<&Piece<'a>>) -> Read {
        match wanted {
            None => self.slip("a bracket too many"),
            Some(wanted) if wanted != found => self.slip("the wrong bracket"),
            Some(_) => {}
        }
        Ok(())
    }

    fn ended(&mut self, is_open: bool) -> Read {
        if is_open {
            self.slip("the end is missing");
        }
        Err(Stop)
    }
}

/// A name without the rest of an endless one.
fn cut(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
}
