//! A YAML file as a JSON value that knows the line of everything in it.
//!
//! The specs are written by people, so every complaint about them must name a line. serde's view of
//! a document has none; this one keeps, beside the value, a table from JSON pointers to lines.
//!
//! The YAML is the plain kind: one document, text keys, no anchors, aliases or tags. Whatever else YAML
//! allows surprises a reader of a spec, or is lost by some team's generator, and is refused.

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use saphyr::Scalar;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path as SerdePath, Segment};

pub use crate::files::display;
use crate::names::{folded, nearest};

/// How deep a document may nest. Specs reach about twenty; the limit keeps a broken or hostile file from
/// exhausting the stack, here and wherever else the value is walked.
const MAX_DEPTH: usize = 100;

/// A YAML file as a JSON value that knows the line of everything in it.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it was read from.
    pub path: PathBuf,
    /// What it says; members stand in the order of the file.
    pub value: Value,
    /// The line of each member's key and of each list entry, by JSON pointer.
    lines: HashMap<String, usize>,
    /// The lines on which a scaffold leaves something to decide, comments among them.
    pub undecided: Vec<usize>,
}

/// Marks what a scaffold leaves a person to decide.
pub const MARK: &str = "TODO(scaffold)";

/// What is wrong with a file, where, and what to do about it.
#[derive(Debug)]
pub struct Fault {
    /// The file, as messages name it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, where it is known.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: Cow<'static, str>,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)?;
        if let Some(column) = self.column {
            write!(out, ":{column}")?;
        }
        write!(out, ": {}; {}", self.message, self.remedy)
    }
}

impl Error for Fault {}

impl Fault {
    fn new(
        file: String,
        (line, column): (usize, Option<usize>),
        message: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            file,
            line,
            column,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// What is wrong right behind a text.
    fn at(path: &Path, before: &str, message: &str, remedy: &'static str) -> Self {
        let (line, column) = position(before);
        Self::new(display(path), (line, Some(column)), message, remedy)
    }
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// If there is no such file, or it is not the plain YAML that this module reads. The error names the
    /// place and the remedy; its type is [`Fault`] unless the file could not be read at all.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("{}: cannot read the file", display(path)))?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            Fault::at(path, &before, "a byte that is not UTF-8 text", "save the file as UTF-8")
        })?;
        Ok(Self::parse(path, text)?)
    }

    /// Reads the text of a file; `path` is only its name.
    ///
    /// # Errors
    /// If it is not the plain YAML that this module reads.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // The parser takes a zero byte for the end of the file; the rest would vanish without a word.
        let is_refused = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r');
        if let Some(index) = text.find(is_refused) {
            let remedy = "delete it; the file must be plain text";
            return Err(Fault::at(path, &text[..index], "a control character", remedy));
        }
        let mut reader = Reader {
            file: display(path),
            parser: Parser::new_from_str(text),
            lines: HashMap::new(),
        };
        let value = reader.document()?;
        Ok(Self {
            path: path.to_owned(),
            value,
            lines: reader.lines,
            undecided: undecided(text),
        })
    }

    /// The file's name in messages: relative to the workspace where it lies in it.
    pub fn name(&self) -> String {
        display(&self.path)
    }

    /// The line of what a JSON pointer names, or of its nearest ancestor that the document has.
    pub fn line(&self, pointer: &str) -> usize {
        let mut places = std::iter::successors(Some(pointer), |place| Some(place.rsplit_once('/')?.0));
        places.find_map(|place| self.lines.get(place).copied()).unwrap_or(1)
    }

    /// What is wrong at a JSON pointer, and what to do about it.
    pub fn fault(&self, pointer: &str, message: impl Into<String>, remedy: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(self.name(), (self.line(pointer), None), message, remedy)
    }

    /// The document as a Rust type.
    ///
    /// # Errors
    /// A [`Fault`] that names the line, the path in the document and what serde expected there.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        read(&self.value).map_err(|misfit| self.fault(&misfit.pointer, misfit.message, misfit.remedy))
    }
}

/// The lines on which a [`MARK`] begins, however it is written: in other capitals, with blanks, over the end of a line.
fn undecided(text: &str) -> Vec<usize> {
    let mark = folded(MARK);
    // Nearly always there is none.
    if !folded(text).contains(&mark) {
        return Vec::new();
    }
    let lines = (1..).zip(text.lines());
    let letters =
        lines.flat_map(|(line, text)| folded(text).into_bytes().into_iter().map(move |letter| (letter, line)));
    let (letters, lines): (Vec<_>, Vec<_>) = letters.unzip();
    let marks = letters.windows(mark.len()).zip(lines);
    marks
        .filter(|(letters, _)| *letters == mark.as_bytes())
        .map(|(_, line)| line)
        .collect()
}

/// What cannot be read as a Rust type.
pub struct Misfit {
    /// The JSON pointer to it, within the value.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// A value as a Rust type.
///
/// # Errors
/// What of it cannot be read. Of a name that the type does not have, the remedy is the nearest one.
pub fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Misfit> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let (pointer, message) = (pointer(error.path()), error.inner().to_string());
        // serde lists all the names that there are.
        let unknown = message
            .split_once(", expected ")
            .filter(|_| message.starts_with("unknown "));
        let (message, known) = unknown.unwrap_or((&message, ""));
        let name = message.split('`').nth(1).unwrap_or_default();
        let remedy = match nearest(name, known.split('`').skip(1).step_by(2)) {
            Some(near) => format!("write `{near}`; specs/README.md describes what may stand there"),
            None => "write what the format expects there, as specs/README.md describes it".to_owned(),
        };
        Misfit {
            message: format!("at `{pointer}`: {message}"),
            remedy,
            pointer,
        }
    })
}

/// The JSON pointer of a member or list entry of what `parent` points to.
pub fn child(parent: &str, key: impl fmt::Display) -> String {
    let key = key.to_string().replace('~', "~0").replace('/', "~1");
    format!("{parent}/{key}")
}

/// The place where serde stopped, as a JSON pointer.
fn pointer(path: &SerdePath) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => child(&pointer, index),
        Segment::Map { key } => child(&pointer, key),
        // An enum's variant is no level of the document, and neither is what serde could not name.
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// The line and the column, both from 1, right behind a text.
pub fn position(before: &str) -> (usize, usize) {
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[start..].chars().count() + 1)
}

/// Turns the parser's events into a value, and notes lines on the way.
struct Reader<'text> {
    file: String,
    parser: Parser<'text, StrInput<'text>>,
    lines: HashMap<String, usize>,
}

impl<'text> Reader<'text> {
    /// The one document of the file.
    fn document(&mut self) -> Result<Value, Fault> {
        let mut document = None;
        loop {
            let (event, mark) = self.next()?;
            match (event, document.take()) {
                (Event::DocumentStart(_), None) => {
                    self.lines.insert(String::new(), mark.line().max(1));
                    let (event, mark) = self.next()?;
                    document = Some(self.value(event, &mark, "", 0)?);
                }
                (Event::DocumentStart(_), Some(_)) => {
                    return self.refuse(&mark, "a second document begins here", "keep one document per file");
                }
                (Event::StreamEnd, None) => {
                    return self.refuse(&mark, "the file is empty", "write the document, or delete the file");
                }
                (Event::StreamEnd, Some(value)) => return Ok(value),
                (_, read) => document = read,
            }
        }
    }

    /// The value that an event begins.
    fn value(&mut self, event: Event<'text>, mark: &Marker, pointer: &str, depth: usize) -> Result<Value, Fault> {
        self.refuse_anchors_and_tags(&event, mark)?;
        if depth > MAX_DEPTH {
            let message = format!("this is nested more than {MAX_DEPTH} levels deep");
            return self.refuse(mark, message, "move the inner parts into components");
        }
        match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) => self.plain(text, mark),
            Event::Scalar(text, ..) => Ok(Value::String(text.into_owned())),
            Event::SequenceStart(..) => self.list(pointer, depth),
            Event::MappingStart(..) => self.object(pointer, depth),
            _ => self.refuse(mark, "a value is missing here", "write the value"),
        }
    }

    /// The entries of a list, up to its end.
    fn list(&mut self, pointer: &str, depth: usize) -> Result<Value, Fault> {
        let mut entries = Vec::new();
        loop {
            let (event, mark) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Value::Array(entries));
            }
            let place = child(pointer, entries.len());
            self.lines.insert(place.clone(), mark.line());
            entries.push(self.value(event, &mark, &place, depth + 1)?);
        }
    }

    /// The members of an object, up to its end.
    fn object(&mut self, pointer: &str, depth: usize) -> Result<Value, Fault> {
        let mut members = Map::new();
        loop {
            let (event, mark) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(Value::Object(members));
            }
            let key = self.key(event, &mark)?;
            let place = child(pointer, &key);
            if let Some(first) = self.lines.insert(place.clone(), mark.line()) {
                let message = format!("the key `{key}` is repeated; it is already on line {first}");
                return self.refuse(&mark, message, "delete one of the two");
            }
            let (event, mark) = self.next()?;
            let value = self.value(event, &mark, &place, depth + 1)?;
            members.insert(key, value);
        }
    }

    /// A member's name. A number counts as text, since status codes are often written without quotes.
    fn key(&self, event: Event<'text>, mark: &Marker) -> Result<String, Fault> {
        self.refuse_anchors_and_tags(&event, mark)?;
        let Event::Scalar(text, style, ..) = event else {
            let remedy = "write a string as the key; quote it if it begins with `{` or `[`";
            return self.refuse(mark, "there is an object or an array where a key is expected", remedy);
        };
        let scalar = Scalar::parse_from_cow(Cow::Borrowed(&*text));
        let is_word = matches!(scalar, Scalar::Null | Scalar::Boolean(_)) || text.is_empty();
        if style == ScalarStyle::Plain && is_word {
            let message = format!("the key `{text}` is not a string but YAML for null, true or false");
            return self.refuse(mark, message, "put the key in quotes");
        }
        Ok(text.into_owned())
    }

    /// A scalar without quotes, by the core schema of YAML 1.2: `no` and `off` are text.
    fn plain(&self, text: Cow<'text, str>, mark: &Marker) -> Result<Value, Fault> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        // saphyr's integers end at 64 bits with a sign; JSON's do not.
        if let Ok(large) = text.parse::<u64>() {
            return Ok(Value::from(large));
        }
        Ok(match Scalar::parse_from_cow(text) {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => value.into(),
            Scalar::Integer(value) => value.into(),
            Scalar::String(value) => value.into(),
            Scalar::FloatingPoint(value) if value.is_finite() => value.into_inner().into(),
            Scalar::FloatingPoint(value) => {
                let message = format!("the number {value} does not exist in JSON");
                return self.refuse(mark, message, "write a finite number, or put the string in quotes");
            }
        })
    }

    /// Anchors and tags are refused: few generators of other languages read them all alike. An alias needs
    /// no word of its own, since one without an anchor is an error of the parser's.
    fn refuse_anchors_and_tags(&self, event: &Event<'text>, mark: &Marker) -> Result<(), Fault> {
        let (Event::Scalar(_, _, anchor, tag) | Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag)) =
            event
        else {
            return Ok(());
        };
        if let Some(tag) = tag {
            let message = format!("a tag (`{tag}`)");
            return self.refuse(mark, message, "delete it; quotes make a string of a number");
        }
        if *anchor > 0 {
            let remedy = "use a `$ref` to a component, or put the string in quotes";
            return self.refuse(mark, "an anchor (`&name`)", remedy);
        }
        Ok(())
    }

    /// The next event of the parser.
    fn next(&mut self) -> Result<(Event<'text>, Marker), Fault> {
        const YAML: &str = "fix it: indent with spaces, close quotes and brackets, quote strings that contain `: ` or ` #` \
                            or begin with `*`, `&`, `@`";
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start)),
            Some(Err(error)) => self.refuse(error.marker(), format!("not valid YAML: {}", error.info()), YAML),
            None => self.refuse(&Marker::default(), "the document ends too early", "restore its end"),
        }
    }

    fn refuse<T>(&self, mark: &Marker, message: impl Into<String>, remedy: &'static str) -> Result<T, Fault> {
        let at = (mark.line().max(1), Some(mark.col() + 1));
        Err(Fault::new(self.file.clone(), at, message, remedy))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<Document, Fault> {
        Document::parse(&crate::files::root().join("specs/mini/openapi.yaml"), text)
    }

    /// The message for a document that is refused.
    fn refusal(text: &str) -> String {
        match parse(text) {
            Ok(document) => panic!("accepted: {}", document.value),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn values_follow_the_core_schema_and_keep_their_order() {
        let document = parse(
            "z: no\na: off\nversion: 1.0\nquoted: '1.0'\nwhole: 42\nminus: -7\nyes: true\nempty:\ntilde: ~\n\
             list: [1, two, 3.5]\nlarge: 18446744073709551615\nfolded: >-\n  a\n  b\n",
        )
        .unwrap();
        assert_eq!(
            document.value,
            json!({
                "z": "no", "a": "off", "version": 1.0, "quoted": "1.0", "whole": 42, "minus": -7, "yes": true,
                "empty": null, "tilde": null, "list": [1, "two", 3.5], "large": 18446744073709551615_u64, "folded": "a b",
            })
        );
        let keys: Vec<_> = document.value.as_object().unwrap().keys().collect();
        assert_eq!(keys[..3], ["z", "a", "version"]);
    }

    #[test]
    fn every_member_and_entry_has_a_line() {
        let document = parse("a:\n  b/c:\n    - one\n    - two: 2\n      three: 3\nd: { e: 1 }\n").unwrap();
        assert_eq!(document.line("/a"), 1);
        assert_eq!(document.line("/a/b~1c"), 2);
        assert_eq!(document.line("/a/b~1c/1"), 4);
        assert_eq!(document.line("/a/b~1c/1/three"), 5);
        assert_eq!(document.line("/d/e"), 6);
        assert_eq!(document.line("/a/b~1c/1/missing/deep"), 4, "the nearest ancestor");
        assert_eq!(document.line(""), 1);
    }

    #[test]
    fn numbers_as_keys_are_text() {
        let document = parse("200: a\n'404': b\n").unwrap();
        assert_eq!(document.value, json!({ "200": "a", "404": "b" }));
        assert!(refusal("200: a\n'200': b\n").contains("it is already on line 1"));
    }

    #[test]
    fn refusals_name_the_place_and_the_remedy() {
        for (text, place, words) in [
            ("a: 1\nb: 2\na: 3\n", "3:1", "the key `a` is repeated"),
            ("a: 1\nnull: 2\n", "2:1", "put the key in quotes"),
            ("a: 1\n? [b]\n: 2\n", "2:3", "where a key is expected"),
            ("a: &x 1\n", "1:4", "an anchor"),
            ("a: *x\n", "1:4", "unknown anchor"),
            ("a: !!str 1\n", "1:4", "a tag"),
            ("a: .nan\n", "1:4", "does not exist in JSON"),
            ("a: 1\n---\nb: 2\n", "2:1", "a second document"),
            ("a: 1\nb: \u{0}\n", "2:4", "a control character"),
        ] {
            let message = refusal(text);
            let place = format!("specs/mini/openapi.yaml:{place}: ");
            assert!(
                message.starts_with(&place) && message.contains(words),
                "{place} {words} is not in: {message}"
            );
        }
    }

    #[test]
    fn damaged_files_are_refused_and_never_panic() {
        for text in [
            "",
            "# only a comment\n",
            "a: { b: 1",
            "a: [1, 2",
            "a:\n\tb: 1\n",
            "a: 'open\nb: 1\n",
            "a: \"open",
            "a: b: c\n",
            "- a\nb: 1\n",
            "%YAML",
            "a: |\n b\nc",
        ] {
            let message = refusal(text);
            assert!(message.starts_with("specs/mini/openapi.yaml:"), "{text:?}: {message}");
        }
        let deep = "[".repeat(100_000);
        assert!(refusal(&deep).contains("specs/mini"));
    }

    #[test]
    fn every_prefix_of_a_document_is_read_or_refused() {
        let whole = "openapi: 3.0.3\ninfo: { title: \"A: b\", version: '1' }\npaths:\n  /a:\n    get:\n      - >-\n        folded # text\n";
        for end in 0..=whole.len() {
            let _ = parse(&whole[..end]);
        }
    }

    #[test]
    fn files_that_are_no_text_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("openapi.yaml");
        let message = format!("{:#}", Document::load(&path).unwrap_err());
        assert!(message.contains("cannot read the file"), "{message}");

        std::fs::write(&path, b"a: 1\nb: \xff\xfe\x00").unwrap();
        let message = format!("{:#}", Document::load(&path).unwrap_err());
        assert!(
            message.contains("openapi.yaml:2:4: a byte that is not UTF-8"),
            "{message}"
        );
    }

    #[test]
    fn reading_a_type_names_line_path_and_expectation() {
        #[derive(Debug, Deserialize)]
        struct Inner {
            #[allow(dead_code, reason = "only the error matters")]
            count: u32,
        }
        #[derive(Debug, Deserialize)]
        struct Outer {
            #[allow(dead_code, reason = "only the error matters")]
            list: Vec<Inner>,
        }
        let document = parse("list:\n  - count: 1\n  - count: many\n").unwrap();
        let message = format!("{:#}", document.read::<Outer>().unwrap_err());
        assert!(
            message.starts_with(
                "specs/mini/openapi.yaml:3: at `/list/1/count`: invalid type: string \"many\", expected u32; write what"
            ),
            "{message}"
        );
    }

    #[test]
    fn a_name_that_a_type_does_not_have_gets_the_nearest_one() {
        let step = |text: &str| {
            format!(
                "{:#}",
                parse(text)
                    .unwrap()
                    .read::<Vec<crate::finding_kind::Kind>>()
                    .unwrap_err()
            )
        };
        let message = step("- sampletype\n");
        assert!(
            message.contains("at `/0`: unknown variant `sampletype`; write `sample-type`; "),
            "{message}"
        );
        let message = step("- zebra\n");
        assert!(
            message.ends_with(
                "unknown variant `zebra`; write what the format expects there, as specs/README.md describes it"
            ),
            "{message}"
        );
    }

    #[test]
    fn what_is_to_decide_is_found_however_it_is_written() {
        for mark in [
            "TODO(scaffold)",
            "todo (scaffold)",
            "Todo ( Scaffold )",
            "to-do:scaffold",
            "TODO [SCAFFOLD]",
        ] {
            let found = parse(&format!("a: é\nb: see {mark}\nc: 1 # {mark}: which?\n")).unwrap();
            assert_eq!(found.undecided, [2, 3], "{mark}");
        }
        let wrapped = parse("a: >-\n  see TODO\n  (scaffold)\n# TODO\n# (scaffold)\n").unwrap();
        assert_eq!(wrapped.undecided, [2, 4]);
        let plain = parse("a: a scaffold to do\nb: a todo of scaffolds\n").unwrap();
        assert!(plain.undecided.is_empty());
    }
}
