//! YAML with comments, in the style of the specs.
//!
//! saphyr writes values; what is written here is half made of comments, which tell a person what is left to decide.

use std::borrow::Cow;

use saphyr::Scalar;
use serde_json::Value;

/// The longest line; comments and short lists are broken before it.
const WIDTH: usize = 120;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A text, a number, a truth value or nothing.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// An object.
    Map(Map),
}

/// An object whose members may have comments above them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    members: Vec<Member>,
    /// Comments that wait for the next member; those that wait at the end stand behind the last one.
    waiting: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Member {
    comments: Vec<String>,
    key: String,
    value: Node,
}

impl Map {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// The object with one more member.
    pub fn with(mut self, key: &str, value: impl Into<Node>) -> Self {
        self.put(key, value);
        self
    }

    /// Adds a member at the end; in the place of the one of this name, if there is one.
    pub fn put(&mut self, key: &str, value: impl Into<Node>) {
        let mut comments = std::mem::take(&mut self.waiting);
        let value = value.into();
        match self.members.iter_mut().find(|member| member.key == key) {
            Some(member) => {
                member.comments.append(&mut comments);
                member.value = value;
            }
            None => self.members.push(Member {
                comments,
                key: key.to_owned(),
                value,
            }),
        }
    }

    /// A comment above the next member.
    pub fn note(&mut self, comment: impl Into<String>) {
        let comment = comment.into();
        // Two reasons can lead to the same word.
        if !self.waiting.contains(&comment) {
            self.waiting.push(comment);
        }
    }

    /// Comments above the next member.
    pub fn notes(&mut self, comments: impl IntoIterator<Item = String>) {
        for comment in comments {
            self.note(comment);
        }
    }

    /// Adds a member to the object of this name, which is made if it is not there.
    pub fn put_below(&mut self, key: &str, inner: &str, value: impl Into<Node>) {
        let found = self.members.iter_mut().find(|member| member.key == key);
        match found.map(|member| &mut member.value) {
            Some(Node::Map(map)) => map.put(inner, value),
            _ => self.put(key, Self::new().with(inner, value)),
        }
    }

    /// The value of a member.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members
            .iter()
            .find(|member| member.key == key)
            .map(|member| &member.value)
    }

    /// Whether there is neither a member nor a comment.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.waiting.is_empty()
    }

    /// The object without its comments.
    pub fn value(&self) -> Value {
        let members = self.members.iter();
        Value::Object(
            members
                .map(|member| (member.key.clone(), member.value.value()))
                .collect(),
        )
    }

    /// The object as the text of a file.
    pub fn render(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, indent: usize) {
        for member in &self.members {
            comment(out, indent, &member.comments);
            member.write(out, indent);
        }
        comment(out, indent, &self.waiting);
    }

    /// The one `$ref`, if there is nothing else.
    pub fn reference(&self) -> Option<&str> {
        match (self.members.as_slice(), self.waiting.as_slice()) {
            ([member], []) if member.key == "$ref" && member.comments.is_empty() => match &member.value {
                Node::Scalar(Value::String(target)) => Some(target),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Member {
    /// The member, without the comments above it.
    fn write(&self, out: &mut String, indent: usize) {
        pad(out, indent);
        if is_path(&self.key) {
            out.push_str(&self.key);
        } else {
            out.push_str(&scalar(&Value::String(self.key.clone())));
        }
        out.push(':');
        let used = indent + self.key.chars().count() + 2;
        match self.value.flow(WIDTH.saturating_sub(used)) {
            Some(text) => {
                out.push(' ');
                out.push_str(&text);
                out.push('\n');
            }
            None => {
                out.push('\n');
                self.value.block(out, indent + 2);
            }
        }
    }
}

impl Node {
    /// The value without its comments.
    pub fn value(&self) -> Value {
        match self {
            Self::Scalar(value) => value.clone(),
            Self::List(entries) => entries.iter().map(Self::value).collect(),
            Self::Map(map) => map.value(),
        }
    }

    /// The value on one line: a scalar, a short list of scalars, a reference, or what is empty.
    fn flow(&self, room: usize) -> Option<String> {
        match self {
            Self::Scalar(value) => Some(scalar(value).into_owned()),
            Self::Map(map) if map.is_empty() => Some("{}".to_owned()),
            Self::Map(map) => {
                let target = Value::String(map.reference()?.to_owned());
                Some(format!("{{$ref: {}}}", scalar(&target)))
            }
            Self::List(entries) => {
                let entries = entries.iter().map(|entry| match entry {
                    Self::Scalar(value) => Some(scalar(value).into_owned()),
                    _ => None,
                });
                let text = format!("[{}]", entries.collect::<Option<Vec<_>>>()?.join(", "));
                (text.chars().count() <= room).then_some(text)
            }
        }
    }

    /// The value on lines of its own.
    fn block(&self, out: &mut String, indent: usize) {
        match self {
            Self::Scalar(value) => {
                pad(out, indent);
                out.push_str(&scalar(value));
                out.push('\n');
            }
            Self::Map(map) => map.write(out, indent),
            Self::List(entries) => {
                for entry in entries {
                    entry.entry(out, indent);
                }
            }
        }
    }

    /// The value as an entry of a list.
    fn entry(&self, out: &mut String, indent: usize) {
        if let Some(text) = self.flow(WIDTH.saturating_sub(indent + 2)) {
            pad(out, indent);
            out.push_str("- ");
            out.push_str(&text);
            out.push('\n');
            return;
        }
        match self {
            Self::Map(map) if !map.members.is_empty() => {
                let mut inner = String::new();
                if let Some(first) = map.members.first() {
                    comment(out, indent, &first.comments);
                    first.write(&mut inner, indent + 2);
                }
                pad(out, indent);
                out.push_str("- ");
                // The first member stands beside the dash.
                out.push_str(inner.trim_start_matches(' '));
                for member in map.members.iter().skip(1) {
                    comment(out, indent + 2, &member.comments);
                    member.write(out, indent + 2);
                }
                comment(out, indent + 2, &map.waiting);
            }
            Self::Map(map) => {
                comment(out, indent, &map.waiting);
                pad(out, indent);
                out.push_str("- {}\n");
            }
            Self::Scalar(_) | Self::List(_) => {
                pad(out, indent);
                out.push_str("-\n");
                self.block(out, indent + 2);
            }
        }
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Node>> for Node {
    fn from(entries: Vec<Node>) -> Self {
        Self::List(entries)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Scalar(Value::from(text))
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Scalar(Value::from(text))
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Scalar(Value::Bool(value))
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(entries) => Self::List(entries.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                let mut map = Map::new();
                for (key, member) in members {
                    map.put(&key, member);
                }
                Self::Map(map)
            }
            scalar => Self::Scalar(scalar),
        }
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Comments, broken into lines between their words.
fn comment(out: &mut String, indent: usize, comments: &[String]) {
    for text in comments {
        let mut column = 0;
        for word in text.split(|character: char| character.is_whitespace() || is_unprintable(character)) {
            let length = word.chars().count();
            if length == 0 {
                continue;
            }
            if column == 0 || column + 1 + length > WIDTH {
                if column > 0 {
                    out.push('\n');
                }
                pad(out, indent);
                out.push('#');
                column = indent + 1;
            }
            out.push(' ');
            out.push_str(word);
            column += 1 + length;
        }
        if column > 0 {
            out.push('\n');
        }
    }
}

/// A text as the value of a member in a block, in quotes where a reader could take it for something else. Brackets
/// mean nothing there.
pub fn text(text: &str) -> String {
    if is_plain(text, "[]{},") {
        text.to_owned()
    } else {
        scalar(&Value::from(text)).into_owned()
    }
}

/// A scalar on one line, in quotes where a reader could take it for something else.
fn scalar(value: &Value) -> Cow<'_, str> {
    let Value::String(text) = value else {
        return Cow::Owned(value.to_string());
    };
    if is_plain(text, "") {
        Cow::Borrowed(text)
    } else if text.chars().any(is_unprintable) {
        Cow::Owned(double_quoted(text))
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', "''")))
    }
}

/// Whether a text means itself without quotes, for readers of YAML 1.1 too: in a block and in a list of one line, if it
/// holds no brackets and commas; these may be allowed.
fn is_plain(text: &str, allowed: &str) -> bool {
    /// Words that are something else than text for readers of YAML 1.1.
    const WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    let may_stand = |character: char| {
        character.is_ascii_alphanumeric()
            || " _-./()+@%=&;$<>~\"'!?^|*:".contains(character)
            || allowed.contains(character)
    };
    let may_begin = |character: char| character.is_ascii_alphabetic() || "/^$(".contains(character);
    text.starts_with(may_begin)
        && text.chars().all(may_stand)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && matches!(Scalar::parse_from_cow(Cow::Borrowed(text)), Scalar::String(_))
}

/// Whether a key is a path of an API, whose braces mean nothing where it stands.
fn is_path(key: &str) -> bool {
    let may_stand = |character: char| character.is_ascii_alphanumeric() || "/{}_-.".contains(character);
    key.starts_with('/') && key.chars().all(may_stand)
}

/// What a reader of YAML refuses, breaks a line at, or cannot show.
fn is_unprintable(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
        || character.is_control()
        || u32::from(character) & 0xfffe == 0xfffe
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            other if is_unprintable(other) => quoted.push_str(&format!("\\U{:08X}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::json;

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
                        -\n    -\n      - deep\n      - {}\n";
        assert_eq!(map.render(), expected);
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
