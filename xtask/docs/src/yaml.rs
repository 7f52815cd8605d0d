//! YAML with comments, in the style of the specs.
//!
//! saphyr writes values; what is written here is half made of comments, which tell a person what is left to decide.

use std::cmp::Ordering;
use std::fmt;

use saphyr::Scalar;
use serde::Serialize;
use serde_json::{Value, json};
use xtask_cli::{is_hidden, printable};
use xtask_spec::document::MARK;

/// The longest line; comments and short lists are broken before it.
const WIDTH: usize = 120;

/// With what the key of a comment begins, which stands among the members of an object.
const COMMENT: &str = "\0# ";

/// An object whose members may have comments above them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Map(serde_json::Map<String, Value>);

impl Map {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// The object with one more member.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.put(key, value);
        self
    }

    /// Adds a member at the end; in the place of the one of this name, if there is one.
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// A comment above the next member.
    pub fn note(&mut self, comment: impl Into<String>) {
        let comment = comment.into();
        let mut waiting = self.0.iter().rev().take_while(|(key, _)| key.starts_with(COMMENT));
        // Two reasons can lead to the same word.
        if !waiting.any(|(_, known)| known.as_str() == Some(&comment)) {
            self.0.insert(format!("{COMMENT}{}", self.0.len()), comment.into());
        }
    }

    /// A comment above the next member on what a person must decide.
    pub fn todo(&mut self, what: impl fmt::Display) {
        self.note(todo(what));
    }

    /// Adds a part below a comment that says where it goes, unless it is empty.
    pub fn section(&mut self, key: &str, part: impl Into<Value>, place: &str) {
        let part = part.into();
        if part != json!({}) && part != json!([]) {
            self.note(format!("Goes into {place}"));
            self.put(key, part);
        }
    }

    /// Adds the members and comments of another object at the end.
    pub fn append(&mut self, other: Self) {
        for (key, value) in other.0 {
            match key.starts_with(COMMENT) {
                true => self.note(value.as_str().unwrap_or_default()),
                false => self.put(&key, value),
            }
        }
    }

    /// The value of a member.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Whether there is neither a member nor a comment.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object without its comments.
    pub fn value(&self) -> Value {
        plain(&Value::Object(self.0.clone()))
    }

    /// The object as the text of a file.
    pub fn render(&self) -> String {
        let mut out = String::new();
        members(&self.0, &mut out, 0);
        out
    }

    /// The object in a form that other members may stand beside: what stands beside a `$ref` is ignored.
    pub fn beside(self) -> Self {
        match self.reference() {
            Some(_) => Self::new().with("allOf", vec![Value::from(self)]),
            None => self,
        }
    }

    /// The one `$ref`, if there is nothing else.
    pub fn reference(&self) -> Option<&str> {
        reference(&self.0)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Object(map.0)
    }
}

/// A text on what a person must decide.
pub fn todo(what: impl fmt::Display) -> String {
    format!("{MARK}: {what}")
}

/// A value without the comments in it.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Array(entries) => entries.iter().map(plain).collect(),
        Value::Object(map) => {
            let members = map.iter().filter(|(key, _)| !key.starts_with(COMMENT));
            members.map(|(key, value)| (key.clone(), plain(value))).collect()
        }
        scalar => scalar.clone(),
    }
}

fn reference(map: &serde_json::Map<String, Value>) -> Option<&str> {
    map.get("$ref").filter(|_| map.len() == 1)?.as_str()
}

/// Writes the members and comments of an object.
fn members(map: &serde_json::Map<String, Value>, out: &mut String, indent: usize) {
    for (key, value) in map {
        if key.starts_with(COMMENT) {
            comment(out, indent, value.as_str().unwrap_or_default());
            continue;
        }
        out.push_str(&format!("{:indent$}{}:", "", text(key)));
        match flow(value, WIDTH.saturating_sub(indent + key.chars().count() + 2)) {
            Some(text) => out.push_str(&format!(" {text}\n")),
            None => {
                out.push('\n');
                block(value, out, indent + 2);
            }
        }
    }
}

/// A value on one line: a scalar, a short list of scalars, a reference, or what is empty.
fn flow(value: &Value, room: usize) -> Option<String> {
    match value {
        Value::Object(map) if map.is_empty() => Some("{}".to_owned()),
        Value::Object(map) => Some(format!("{{$ref: {}}}", scalar(&Value::from(reference(map)?), ""))),
        Value::Array(entries) => {
            let is_scalar = |entry: &Value| !entry.is_array() && !entry.is_object();
            let texts: Vec<_> = entries.iter().map(|entry| scalar(entry, "")).collect();
            let text = format!("[{}]", texts.join(", "));
            (entries.iter().all(is_scalar) && text.chars().count() <= room).then_some(text)
        }
        value => Some(scalar(value, "")),
    }
}

/// A value on lines of its own.
fn block(value: &Value, out: &mut String, indent: usize) {
    if let Value::Object(map) = value {
        return members(map, out, indent);
    }
    for entry in value.as_array().into_iter().flatten() {
        let mut lines = String::new();
        match flow(entry, WIDTH.saturating_sub(indent + 2)) {
            Some(text) => lines = format!("{:indent$}  {text}\n", ""),
            None => block(entry, &mut lines, indent + 2),
        }
        // Comments stand above the dash, the first member beside it.
        let is_comment = |line: &&str| line.trim_start().starts_with("# ");
        let first = lines.lines().take_while(is_comment).count();
        for (index, line) in lines.split_inclusive('\n').enumerate() {
            match index.cmp(&first) {
                Ordering::Less => out.push_str(&line[2..]),
                Ordering::Equal => out.push_str(&format!("{:indent$}- {}", "", &line[indent + 2..])),
                Ordering::Greater => out.push_str(line),
            }
        }
    }
}

/// A comment, broken into lines between its words; what is hidden in a name is shown.
fn comment(out: &mut String, indent: usize, text: &str) {
    let mark = format!("{:indent$}# ", "");
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(&mark)
        .subsequent_indent(&mark)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    for line in textwrap::wrap(printable(text).trim(), options) {
        out.push_str(&format!("{line}\n"));
    }
}

/// A text as a key, or as the value of a member in a block, in quotes where a reader could take it for something else.
/// Brackets mean nothing there.
pub fn text(text: &str) -> String {
    scalar(&Value::from(text), "[]{},")
}

/// A scalar on one line, in quotes where a reader could take it for something else; `allowed` needs none.
fn scalar(value: &Value, allowed: &str) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    if is_plain(text, allowed) {
        text.clone()
    } else if printable(text) == *text {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        double_quoted(text)
    }
}

/// Whether a text means itself without quotes, for readers of YAML 1.1 too: in a block and in a list of one line, if it
/// holds no brackets and commas; these may be allowed.
fn is_plain(text: &str, allowed: &str) -> bool {
    /// Words that are something else than text for readers of YAML 1.1.
    const WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    /// What may stand in a text beside letters and digits.
    const MARKS: &str = " _-./()+@%=&;$<>~\"'!?^|*:";
    let may_stand = |mark: char| mark.is_ascii_alphanumeric() || MARKS.contains(mark) || allowed.contains(mark);
    let may_begin = |mark: char| mark.is_ascii_alphabetic() || "/^$(".contains(mark);
    text.starts_with(may_begin)
        && text.chars().all(may_stand)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && matches!(Scalar::parse_from_cow(text.into()), Scalar::String(_))
}

/// A text in double quotes: as in JSON, and with the escapes of YAML for what cannot be seen.
fn double_quoted(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let escaped = quoted.chars().map(|character| match character {
        hidden if is_hidden(hidden) => format!("\\U{:08X}", u32::from(hidden)),
        other => other.to_string(),
    });
    // Nothing that printing would change.
    escaped.collect::<String>().replace("##[", r"#\x23[")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use xtask_spec::document::Document;

    use super::*;

    fn read(text: &str) -> Value {
        match Document::parse(Path::new("scaffold.yaml"), text) {
            Ok(document) => document.value,
            Err(error) => panic!("{error:#}\n{text}"),
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[ -~\n\t]{0,20}",
            "(yes|No|null|~|true|1|0x1f|1e3|-|- a|a: b|a #b|\\?|!x|&x|\\*x|\\{\\}|\\[|2026-01-01|\\.inf|:|#)( )?",
        ]
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any_text().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((any_text(), inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in any_value(), comment in any_text()) {
            let mut map = Map::new();
            map.note(comment.clone());
            map.put("value", value.clone());
            map.note(comment);
            prop_assert_eq!(read(&map.render()), json!({ "value": value }));
        }
    }

    #[test]
    fn the_style_is_that_of_the_specs() {
        let mut map = Map::new();
        map.note("Above.");
        map.put("200", json!([1, "two", "a, b"]));
        map.put(
            "list",
            json!([{ "$ref": "#/x" }, { "a": 1, "b": { "c": [] } }, [["deep", {}]]]),
        );
        let expected = "# Above.\n'200': [1, two, 'a, b']\nlist:\n  - {$ref: '#/x'}\n  - a: 1\n    b:\n      c: []\n  \
                        - - - deep\n      - {}\n";
        assert_eq!(map.render(), expected);
    }

    #[test]
    fn comments_stand_above_the_entry_and_show_what_is_hidden() {
        let mut entry = Map::new();
        entry.note("Of `a\nb  c\u{202e}.md`.");
        entry.put("a", 1);
        entry.note("Below.");
        entry.put("b", 2);
        let text = Map::new().with("list", vec![Value::from(entry)]).render();
        let shown = r"# Of `a\nb  c\u{202e}.md`.";
        assert_eq!(text, format!("list:\n  {shown}\n  - a: 1\n    # Below.\n    b: 2\n"));
    }

    #[test]
    fn long_comments_are_broken() {
        let mut map = Map::new();
        map.note("word ".repeat(60));
        map.put("a", true);
        let text = map.render();
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
    }
}
