//! Reads answers as the services really write them.
//!
//! There is one reader of one concrete type, so that the code that reads a type is compiled once. It knows where in the
//! answer it is, and takes what can be taken:
//!
//! - members are found whatever their letter case, the first one counting;
//! - a number may stand where a string is expected, as it was written, and the digits of a number where a number is;
//! - `null` or an empty text is an object without members;
//! - a value that its place cannot hold costs that place alone: it is read as if nothing stood there, and reported.
//!
//! Only a document that is not JSON, or is something else altogether, fails as a whole.

mod compact;
mod lexer;
pub mod outline;
mod problem;
mod raw;
mod unknown;
mod unread;
mod value;

use std::borrow::Cow;

use serde::Deserializer;
use serde::de::value::{CowStrDeserializer, U64Deserializer};
use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

pub(crate) use compact::{compact, is_json};
use lexer::{End, Lexer, Position};
use outline::Outline;
pub(crate) use problem::Problem;
pub(crate) use raw::{CODE, ONE_OR_MANY, Scalar, TEXT_OR, raw, scalar, serialize_raw};
pub use unknown::UnknownMember;
pub use unread::{Unread, UnreadMember};
pub(crate) use value::{to_json, to_value};

/// How deep values may lie in each other. What lies deeper is passed over without being read.
const DEPTH: usize = 128;

/// In what form codes are kept that the specification documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As it documents them.
    #[default]
    Documented,
    /// As they arrived.
    Verbatim,
}

/// How a response is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) codes: Spelling,
    /// Whether members are kept that the type does not name.
    pub(crate) keeps_unknown: bool,
}

/// Reads a response, and tells what of it could not be read.
///
/// # Errors
/// What is wrong with the document as a whole, and where.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8], reading: Reading) -> Result<(T, Unread), Problem> {
    let mut reader = Reader::new(json, reading);
    let value = T::deserialize(&mut reader)?;
    reader.lexer.end()?;
    Ok((value, reader.unread))
}

/// Reads a response, and tells also what the reader has come by on its way.
///
/// # Errors
/// What is wrong with the document as a whole, and where.
pub(crate) fn read_outlined<T: DeserializeOwned>(
    json: &[u8],
    reading: Reading,
) -> Result<(T, Unread, Seen<'_>), Problem> {
    let mut reader = Reader::new(json, reading);
    let value = T::deserialize(&mut reader)?;
    reader.lexer.end()?;
    let seen = Seen {
        names: reader.names,
        outline: Outline::at(&reader.lexer, &reader.members),
    };
    Ok((value, reader.unread, seen))
}

/// What a reader has come by.
pub(crate) struct Seen<'de> {
    /// The names that the type has for the members of the document.
    pub(crate) names: &'static [&'static str],
    /// The members of the document, if it is an object of named members, and Unicode throughout.
    pub(crate) outline: Option<Outline<'de>>,
}

/// Reads what must be read whole.
///
/// # Errors
/// What is wrong with the document or with any part of it, and where.
pub(crate) fn read_whole<T: DeserializeOwned>(json: &[u8], codes: Spelling) -> Result<T, Problem> {
    let reading = Reading {
        codes,
        keeps_unknown: false,
    };
    let (value, unread) = read(json, reading)?;
    match unread.into_first() {
        None => Ok(value),
        Some(member) => Err(member.into_problem()),
    }
}

/// The reader. It stands before a value, or where nothing is to be read in its stead.
pub(crate) struct Reader<'de> {
    lexer: Lexer<'de>,
    reading: Reading,
    /// The way from the whole to the value.
    path: Vec<Step<'de>>,
    /// Which members the objects around the value have had, one behind the other.
    seen: Vec<bool>,
    /// The names that the type has for the document's own members.
    names: &'static [&'static str],
    /// Where the names and the values of those members begin.
    members: Vec<(Position<'de>, Position<'de>)>,
    depth: usize,
    /// Why the value could not be read. It has been passed over: who asks for it finds nothing.
    failed: Option<Problem>,
    unread: Unread,
}

/// A step of the way to a value.
#[derive(Clone, Copy)]
enum Step<'de> {
    Member(&'static str),
    /// A member of an object whose members have no documented names, and where its own stands.
    AnyMember(Position<'de>),
    Entry(usize),
}

/// Where a value begins, and what is open around it.
struct Start<'de> {
    position: Position<'de>,
    path: usize,
    seen: usize,
    depth: usize,
    unknown: usize,
}

impl<'de> Reader<'de> {
    fn new(json: &'de [u8], reading: Reading) -> Self {
        Reader {
            lexer: Lexer::new(json),
            reading,
            path: Vec::new(),
            seen: Vec::new(),
            names: &[],
            members: Vec::new(),
            depth: 0,
            failed: None,
            unread: Unread::default(),
        }
    }

    /// Reads a value; one that its type cannot hold is read once more as if nothing stood there.
    fn attempt<T: Deserialize<'de>>(&mut self) -> Result<T, Problem> {
        let start = self.start();
        loop {
            match T::deserialize(&mut *self) {
                Ok(value) => {
                    if self.failed.is_some() {
                        self.tell(&start);
                    }
                    return Ok(value);
                }
                Err(problem) => self.pass_over(&start, problem)?,
            }
        }
    }

    fn start(&self) -> Start<'de> {
        Start {
            position: self.lexer.position(),
            path: self.path.len(),
            seen: self.seen.len(),
            depth: self.depth,
            unknown: self.unread.unknown().len(),
        }
    }

    /// Goes behind a value that could not be read.
    #[cold]
    fn pass_over(&mut self, start: &Start<'de>, problem: Problem) -> Result<(), Problem> {
        self.path.truncate(start.path);
        self.seen.truncate(start.seen);
        self.depth = start.depth;
        self.unread.forget_unknown(start.unknown);
        // A type that does not do without a value leaves it to what is around it to do without.
        if let Some(problem) = self.failed.take() {
            return Err(problem);
        }
        let problem = problem.at(|| self.place());
        if problem.is_syntax() {
            return Err(problem);
        }
        self.lexer.go_back(start.position);
        self.lexer.skip().map_err(|broken| broken.at(|| self.place()))?;
        self.failed = Some(problem);
        Ok(())
    }

    #[cold]
    fn tell(&mut self, start: &Start<'de>) {
        if let Some(problem) = self.failed.take() {
            let json = self.lexer.since(start.position);
            let path = &self.path;
            self.unread
                .add(|| UnreadMember::new(place(path, undocumented), problem.into_reason(), json));
        }
    }

    fn place(&self) -> String {
        place(&self.path, undocumented)
    }

    /// Goes behind a member that is not read, whose name stands at this position; it is kept if that is wanted.
    fn pass_member(&mut self, name: Position<'de>) -> Result<(), Problem> {
        let value = self.lexer.position();
        self.lexer.skip()?;
        if self.reading.keeps_unknown {
            self.keep(name, value);
        }
        Ok(())
    }

    #[cold]
    fn keep(&mut self, name: Position<'de>, value: Position<'de>) {
        let place = place(&self.path, |name| self.lexer.name_at(name));
        let (name, json) = (self.lexer.name_at(name), self.lexer.since(value));
        self.unread.keep(UnknownMember::new(&place, name.into_owned(), json));
    }

    /// The first byte of the value.
    #[inline]
    fn peek(&mut self) -> Result<u8, Problem> {
        if self.failed.is_some() {
            return Err(Problem::unfit("is missing"));
        }
        self.lexer.peek()
    }

    /// Whether nothing is to be read; a `null` is passed over.
    #[inline]
    fn is_nothing(&mut self) -> Result<bool, Problem> {
        if self.failed.is_some() {
            return Ok(true);
        }
        match self.lexer.peek()? {
            b'n' => self.lexer.word().map(|_| true),
            _ => Ok(false),
        }
    }

    /// The problem with a value that begins with this byte.
    #[cold]
    fn unfit(&mut self, first: u8, wanted: &'static str) -> Problem {
        let found = match first {
            b'"' => "a string",
            b'[' => "an array",
            b'{' => "an object",
            b'-' | b'0'..=b'9' => "a number",
            _ => match self.lexer.word() {
                Ok(Some(_)) => "a boolean",
                Ok(None) => "null",
                Err(problem) => return problem,
            },
        };
        Problem::unfit(format!("is {found} where {wanted} is expected"))
    }

    fn boolean(&mut self) -> Result<bool, Problem> {
        const WANTED: &str = "true or false";
        let first = self.peek()?;
        match first {
            b't' | b'f' => return Ok(self.lexer.word()? == Some(true)),
            b'0' | b'1' => match self.lexer.number()? {
                "0" => return Ok(false),
                "1" => return Ok(true),
                _ => {}
            },
            b'"' => match self.lexer.text()?.trim() {
                text if text.eq_ignore_ascii_case("true") => return Ok(true),
                text if text.eq_ignore_ascii_case("false") => return Ok(false),
                _ => {}
            },
            _ => {}
        }
        Err(self.unfit(first, WANTED))
    }

    fn integer(&mut self) -> Result<i64, Problem> {
        const WANTED: &str = "a 64-bit integer";
        let first = self.peek()?;
        let number = match first {
            b'-' | b'0'..=b'9' => self.lexer.number()?.into(),
            b'"' => self.lexer.text()?,
            _ => return Err(self.unfit(first, WANTED)),
        };
        whole(number.trim()).ok_or_else(|| self.unfit(first, WANTED))
    }

    fn number(&mut self) -> Result<f64, Problem> {
        const WANTED: &str = "a number of double precision";
        let first = self.peek()?;
        let number = match first {
            b'-' | b'0'..=b'9' => self.lexer.number()?.into(),
            b'"' => self.lexer.text()?,
            _ => return Err(self.unfit(first, WANTED)),
        };
        match number.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.unfit(first, WANTED)),
        }
    }

    /// A text, or the spelling of the scalar in its place.
    fn text(&mut self) -> Result<Cow<'de, str>, Problem> {
        let first = self.peek()?;
        match first {
            b'"' => self.lexer.text(),
            b'-' | b'0'..=b'9' => self.lexer.number().map(Cow::Borrowed),
            b't' | b'f' => Ok(Cow::Borrowed(if self.lexer.word()? == Some(true) {
                "true"
            } else {
                "false"
            })),
            _ => Err(self.unfit(first, "a string")),
        }
    }

    /// Goes into an object; false where something stands in its place that means an empty one.
    fn enter_object(&mut self) -> Result<bool, Problem> {
        const WANTED: &str = "an object";
        let first = self.peek()?;
        match first {
            b'{' => self.enter().map(|()| true),
            b'n' => self.lexer.word().map(|_| false),
            b'"' if self.lexer.text()?.trim().is_empty() => Ok(false),
            _ => Err(self.unfit(first, WANTED)),
        }
    }

    /// Goes into a list.
    fn enter_list(&mut self) -> Result<(), Problem> {
        match self.peek()? {
            b'[' => {
                self.enter()?;
                self.path.push(Step::Entry(0));
                Ok(())
            }
            first => Err(self.unfit(first, "an array")),
        }
    }

    fn enter(&mut self) -> Result<(), Problem> {
        if self.depth == DEPTH {
            return Err(Problem::unfit(format!("is nested more than {DEPTH} levels deep")));
        }
        self.depth += 1;
        self.lexer.open();
        Ok(())
    }

    /// Whether the list or object that was entered goes on; else it is left.
    fn goes_on(&mut self, first: &mut bool, end: End) -> Result<bool, Problem> {
        let goes_on = self.lexer.goes_on(*first, end)?;
        *first = false;
        if !goes_on {
            self.depth -= 1;
        }
        Ok(goes_on)
    }

    /// The JSON of the value, whatever it is.
    fn raw(&mut self) -> Result<&'de str, Problem> {
        if let b'-' | b'0'..=b'9' = self.peek()? {
            return self.lexer.number();
        }
        let start = self.lexer.position();
        self.lexer.skip()?;
        self.lexer
            .text_since(start)
            .ok_or_else(|| Problem::unfit("contains a string that is not valid Unicode"))
    }
}

/// A name that is not documented comes from outside: those who report a place do not show it.
fn undocumented(_: Position<'_>) -> Cow<'_, str> {
    "*".into()
}

/// A path as it is reported: `data[1].organization`.
fn place<'de>(path: &[Step<'de>], undocumented: impl Fn(Position<'de>) -> Cow<'de, str>) -> String {
    let mut place = String::new();
    for step in path {
        match step {
            Step::Entry(index) => place.push_str(&format!("[{index}]")),
            Step::Member(name) => add(&mut place, name),
            Step::AnyMember(name) => add(&mut place, &undocumented(*name)),
        }
    }
    place
}

/// Goes on from a place to a member.
fn add(place: &mut String, name: &str) {
    if !place.is_empty() {
        place.push('.');
    }
    place.push_str(name);
}

/// A whole number, also where it is written as a fraction or with an exponent.
// By its digits: a float would round them, and std's parser of floats is fifteen kilobytes of every program.
pub(crate) fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let digits: i64 = [integer, fraction].concat().parse().ok()?;
        let places = exponent
            .parse::<i32>()
            .ok()?
            .checked_sub(fraction.len().try_into().ok()?)?;
        let power = 10_i64.checked_pow(places.unsigned_abs());
        match (digits, power) {
            (0, _) => Some(0),
            (_, Some(power)) if places < 0 => (digits % power == 0).then_some(digits / power),
            (_, power) => digits.checked_mul(power?),
        }
    })
}

macro_rules! numbers {
    ($($method:ident: $read:ident => $visit:ident;)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
                visitor.$visit(self.$read()?)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Problem;

    numbers! {
        deserialize_bool: boolean => visit_bool;
        deserialize_i8: integer => visit_i64;
        deserialize_i16: integer => visit_i64;
        deserialize_i32: integer => visit_i64;
        deserialize_i64: integer => visit_i64;
        deserialize_u8: integer => visit_i64;
        deserialize_u16: integer => visit_i64;
        deserialize_u32: integer => visit_i64;
        deserialize_u64: integer => visit_i64;
        deserialize_f32: number => visit_f64;
        deserialize_f64: number => visit_f64;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.peek()? {
            b'"' => self.deserialize_str(visitor),
            b'-' | b'0'..=b'9' => {
                let number = self.lexer.number()?;
                match (number.parse(), number.parse()) {
                    (Ok(number), _) => visitor.visit_i64(number),
                    (_, Ok(number)) => visitor.visit_u64(number),
                    _ => visitor.visit_f64(number.parse().unwrap_or(f64::NAN)),
                }
            }
            b'[' => self.deserialize_seq(visitor),
            b'{' => self.deserialize_map(visitor),
            _ => match self.lexer.word()? {
                Some(boolean) => visitor.visit_bool(boolean),
                None => visitor.visit_unit(),
            },
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.text()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    // Each type has one caller. In a function of its own, a large value would be copied once more on its way out.
    #[inline(always)]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.is_nothing()? {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let fields = Fields::new(self, fields)?;
        visitor.visit_map(fields)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let open = self.enter_object()?;
        visitor.visit_map(Pairs {
            open,
            first: true,
            name: self.lexer.position(),
            reader: self,
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.enter_list()?;
        visitor.visit_seq(Entries {
            reader: self,
            first: true,
        })
    }

    /// The types of this crate ask by names of their own for what no method of serde gives. Inlined, it is what that name
    /// asks for and nothing else, in size as in time.
    #[inline(always)]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Problem> {
        let first = self.peek()?;
        if name == CODE
            && self.reading.codes == Spelling::Documented
            && let Some(code) = self.lexer.plain_integer()
        {
            return visitor.visit_i64(code);
        }
        match (name, first) {
            (raw::RAW, _) => visitor.visit_borrowed_str(self.raw()?),
            (CODE, _) if self.reading.codes == Spelling::Verbatim => visitor.visit_some(self),
            (ONE_OR_MANY, b'[') => self.deserialize_seq(visitor),
            (ONE_OR_MANY, b'n') => self.deserialize_unit(visitor),
            (ONE_OR_MANY, _) => visitor.visit_some(self),
            (TEXT_OR, b'[' | b'{') => visitor.visit_some(self),
            (TEXT_OR, b'"') => self.deserialize_str(visitor),
            (TEXT_OR, _) => visitor.visit_borrowed_bytes(self.raw()?.as_bytes()),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.peek()?;
        self.lexer.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
    }
}

/// The members of an object whose type names them. Those that it does not name are passed over.
struct Fields<'r, 'de> {
    reader: &'r mut Reader<'de>,
    names: &'static [&'static str],
    /// Where among the reader's seen members these begin.
    seen: usize,
    open: bool,
    first: bool,
    /// The number of the field behind the last one that had a member.
    expected: usize,
}

impl<'r, 'de> Fields<'r, 'de> {
    fn new(reader: &'r mut Reader<'de>, names: &'static [&'static str]) -> Result<Self, Problem> {
        let open = reader.enter_object()?;
        // A blank text is an object without members at the depth of what is around it.
        if open && reader.depth == 1 {
            reader.names = names;
        }
        let seen = reader.seen.len();
        reader.seen.resize(seen + names.len(), false);
        Ok(Fields {
            reader,
            names,
            seen,
            open,
            first: true,
            expected: 0,
        })
    }

    /// The number of the next field that has a member.
    fn next(&mut self) -> Result<Option<usize>, Problem> {
        // Types have their fields in the order of the documentation; services mostly write them in that order, and compactly.
        let field = self.expected;
        if self.open
            && self.reader.depth > 1
            && let Some(name) = self.names.get(field)
            && let Some(seen) = self.reader.seen.get_mut(self.seen + field)
            && !*seen
            && self.reader.lexer.begins_compactly(self.first, name)
        {
            *seen = true;
            self.first = false;
            self.expected += 1;
            return Ok(Some(field));
        }
        self.search()
    }

    /// The same, wherever the field is among the others.
    fn search(&mut self) -> Result<Option<usize>, Problem> {
        while self.open {
            if !self.reader.goes_on(&mut self.first, End::Brace)? {
                break;
            }
            let start = self.reader.lexer.position();
            let field = match self.reader.lexer.name_among(self.names)? {
                Some(field) => Some(field),
                None => self.reader.lexer.name()?.and_then(|name| self.find(&name)),
            };
            if self.reader.depth == 1 {
                self.reader.members.push((start, self.reader.lexer.position()));
            }
            match field {
                Some(field) if !std::mem::replace(&mut self.reader.seen[self.seen + field], true) => {
                    self.expected = field + 1;
                    return Ok(Some(field));
                }
                _ => self.reader.pass_member(start)?,
            }
        }
        self.reader.seen.truncate(self.seen);
        Ok(None)
    }

    fn find(&self, member: &str) -> Option<usize> {
        let exact = self.names.iter().position(|name| *name == member);
        exact.or_else(|| self.names.iter().position(|name| name.eq_ignore_ascii_case(member)))
    }
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        match self.next()? {
            // A derived reader takes the number of a field for its name; where no field has a second one, they agree.
            Some(field) => {
                let number: U64Deserializer<Problem> = (field as u64).into_deserializer();
                seed.deserialize(number).map(Some)
            }
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        seed.deserialize(&mut *self.reader)
    }

    fn next_value<T: Deserialize<'de>>(&mut self) -> Result<T, Problem> {
        self.reader.path.push(Step::Member(self.names[self.expected - 1]));
        let value = self.reader.attempt()?;
        self.reader.path.pop();
        Ok(value)
    }
}

/// The members of an object of any names.
struct Pairs<'r, 'de> {
    reader: &'r mut Reader<'de>,
    open: bool,
    first: bool,
    /// Where the name of the member stands.
    name: Position<'de>,
}

impl<'de> MapAccess<'de> for Pairs<'_, 'de> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        if !self.open || !self.reader.goes_on(&mut self.first, End::Brace)? {
            return Ok(None);
        }
        self.name = self.reader.lexer.position();
        match self.reader.lexer.name()? {
            Some(name) => {
                let name: CowStrDeserializer<'_, Problem> = name.into_deserializer();
                seed.deserialize(name).map(Some)
            }
            None => Err(Problem::unfit("has a field whose name is not valid Unicode")),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        self.reader.path.push(Step::AnyMember(self.name));
        let value = seed.deserialize(&mut *self.reader)?;
        self.reader.path.pop();
        Ok(value)
    }

    /// As a list, an object of any names is without the entries that are `null` or cannot be read.
    fn next_entry<K: Deserialize<'de>, T: Deserialize<'de>>(&mut self) -> Result<Option<(K, T)>, Problem> {
        while let Some(name) = self.next_key()? {
            self.reader.path.push(Step::AnyMember(self.name));
            let value = self.reader.attempt()?;
            self.reader.path.pop();
            if let Some(value) = value {
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }
}

/// The entries of a list.
struct Entries<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
}

impl Entries<'_, '_> {
    /// Goes on to the next entry, if there is one.
    fn next(&mut self) -> Result<bool, Problem> {
        let is_first = self.first;
        let goes_on = self.reader.goes_on(&mut self.first, End::Bracket)?;
        if !goes_on {
            self.reader.path.pop();
        } else if !is_first && let Some(Step::Entry(index)) = self.reader.path.last_mut() {
            *index += 1;
        }
        Ok(goes_on)
    }
}

impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        if self.next()? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }

    fn next_element<T: Deserialize<'de>>(&mut self) -> Result<Option<T>, Problem> {
        if self.next()? {
            self.reader.attempt().map(Some)
        } else {
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests;
