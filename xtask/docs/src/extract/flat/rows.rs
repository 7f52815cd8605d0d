//! The rows of a flattened table.
//!
//! A row begins with its name, which a description follows that begins with one of a few words, and ends with its
//! type or with whether it is required. What does not is reported.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::super::patterns::{Pattern, pattern};
use super::super::{Unread, codes, kinds, limits};
use super::{Line, unread_row};
use crate::facts::{Code, Required, Row};

/// The head of a table: the names of its columns. Those of names are one or, for members of a list, two.
static HEAD: Pattern =
    LazyLock::new(|| pattern(r"^(?P<names>[A-Za-z]+)(?P<gap> ?)Description ?Type(?P<required> ?Required)?$"));

/// A type at the end of a line: the words of the pages, the longer ones first.
static TYPE: Pattern = LazyLock::new(|| {
    pattern(concat!(
        r"^(?P<before>.*?)(?P<type>",
        r"(?i:array of (?:string|object|integer)s?)|(?:String|Int|Integer|Guid) (?:Array|List)|File Stream",
        r"|String|Integer|Int|Boolean|Bool|DateTime|Datetime|List|Array|Object|Number|Double|Guid|Enum",
        r"|string|integer|int|boolean|bool|datetime|list|array|object|number|enum)$",
    ))
});

/// The words with which descriptions begin, the longer ones first.
const FIRST_WORDS: [&str; 8] = ["Indicates", "Whether", "Sets", "Gets", "Set", "The", "An", "A"];

/// The words above a list of codes.
static CODES: Pattern = LazyLock::new(|| pattern(r"(?i)^(?:valid )?values(?: are)?:$"));

/// A code and its label: `1 for one`, `1 (for one)`, `1 - one`.
static CODE: Pattern = LazyLock::new(|| {
    pattern(r"^(?:• *)?(?P<code>\S.*?)(?: for (?P<label>.+)| \(for (?P<inner>.+)\)| [-–] (?P<dashed>.+))$")
});

/// The columns of a table.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// Whether blanks stand between the cells.
    blanks: bool,
    /// Whether a column for the holder of the member stands before its name.
    holder: bool,
    /// Whether the last column says if it is required.
    required: bool,
}

impl Columns {
    /// The columns that a line names, if it is the head of a table.
    pub fn of(line: &str) -> Option<Self> {
        let head = HEAD.captures(line)?;
        let names = head.name("names")?.as_str();
        Some(Self {
            blanks: head.name("gap").is_some_and(|gap| !gap.is_empty()),
            holder: half(names).is_some(),
            required: head.name("required").is_some(),
        })
    }
}

/// Whether a line could be the head of a table whose columns are not known.
pub fn looks_like_a_head(line: &str) -> bool {
    line.contains("Description") && line.contains("Type") && !line.contains('.')
}

/// Whether a line could be a row: it ends as rows do.
pub fn looks_like_a_row(line: &str) -> bool {
    [true, false].into_iter().any(|required| {
        let columns = Columns {
            blanks: false,
            holder: false,
            required,
        };
        named(line, columns).is_some() && tail(line, columns).is_some_and(|tail| tail.kind.is_some())
    })
}

/// Reads the rows, each with its line. Which members hold others is in `holders`.
pub fn read(
    columns: Columns,
    lines: &[Line<'_>],
    holders: &BTreeSet<String>,
    unread: &mut Vec<Unread>,
) -> Vec<(usize, Row)> {
    let mut rows = Vec::new();
    let mut start = 0;
    for (index, line) in lines.iter().enumerate() {
        // A row that begins before the last one has ended: the last one has no end.
        let is_name = index == start + 1 && columns.holder && is_word(lines.get(start));
        let begins = named(line.text, columns).is_some() || is_holder(line.text, columns, holders);
        if index > start && begins && !is_name && !is_end(line.text, columns) {
            push(columns, lines.get(start..index), holders, &mut rows, unread);
            start = index;
        }
        if tail(line.text, columns).is_some() {
            push(columns, lines.get(start..=index), holders, &mut rows, unread);
            start = index + 1;
        }
    }
    push(columns, lines.get(start..), holders, &mut rows, unread);
    rows
}

fn push(
    columns: Columns,
    lines: Option<&[Line<'_>]>,
    holders: &BTreeSet<String>,
    rows: &mut Vec<(usize, Row)>,
    unread: &mut Vec<Unread>,
) {
    let Some(lines @ [first, ..]) = lines else { return };
    match row(columns, lines, holders) {
        Ok(row) => rows.push((first.number, row)),
        Err(reason) => unread.push(unread_row(
            first.number,
            &format!("a row cannot be taken apart: {reason}"),
        )),
    }
}

fn is_word(line: Option<&Line<'_>>) -> bool {
    line.is_some_and(|line| !line.text.is_empty() && line.text.chars().all(char::is_alphanumeric))
}

/// Whether a line is only the end of a row.
fn is_end(text: &str, columns: Columns) -> bool {
    tail(text, columns).is_some_and(|tail| tail.before.is_empty())
}

/// Whether a line is a holder that stands alone, with the rest of its row on the next line.
fn is_holder(text: &str, columns: Columns, holders: &BTreeSet<String>) -> bool {
    columns.holder && holders.contains(text)
}

/// Name and description of a line with which a row begins.
fn named(line: &str, columns: Columns) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once(' ')?;
    if columns.blanks {
        let starts = rest.chars().next()?.is_uppercase();
        let is_name = |character: char| character.is_alphanumeric() || "_-.@[]".contains(character);
        return (starts && word.chars().all(is_name)).then_some((word, rest));
    }
    let first = FIRST_WORDS.iter().find(|first| word.ends_with(*first))?;
    let name = &word[..word.len() - first.len()];
    let last = name.chars().next_back()?;
    // A capital A may be the end of the name.
    let fits = if first.starts_with('A') {
        last.is_lowercase()
    } else {
        last.is_alphanumeric() || last == '/'
    };
    fits.then(|| (name, &line[name.len()..]))
}

/// What the end of a row says.
struct Tail<'a> {
    before: &'a str,
    kind: Option<&'a str>,
    required: Option<Required>,
}

/// The end of a row, if the line has it: the type, or whether it is required, perhaps with the type before.
fn tail(line: &str, columns: Columns) -> Option<Tail<'_>> {
    if !columns.required {
        let (before, kind) = kind(line, columns)?;
        return Some(Tail {
            before,
            kind: Some(kind),
            required: None,
        });
    }
    let (rest, required) = [("Yes", Required::Yes), ("No", Required::No)]
        .into_iter()
        .find_map(|(word, required)| Some((line.strip_suffix(word)?, required)))?;
    if rest.is_empty() {
        return Some(Tail {
            before: "",
            kind: None,
            required: Some(required),
        });
    }
    let rest = if columns.blanks { rest.strip_suffix(' ')? } else { rest };
    let (before, kind) = kind(rest, columns)?;
    Some(Tail {
        before,
        kind: Some(kind),
        required: Some(required),
    })
}

/// The type at the end of a text, and what stands before it.
fn kind(text: &str, columns: Columns) -> Option<(&str, &str)> {
    let found = TYPE.captures(text)?;
    let (before, kind) = (found.name("before")?.as_str(), found.name("type")?.as_str());
    let fits = match before.chars().next_back() {
        None => true,
        // A word of the description has a blank before it, a cell of its own has none.
        Some(last) if columns.blanks => last == ' ',
        Some(last) => !last.is_whitespace() && !last.is_uppercase() && kind.starts_with(char::is_uppercase),
    };
    fits.then(|| (before.trim_end(), kind))
}

fn row(columns: Columns, lines: &[Line<'_>], holders: &BTreeSet<String>) -> Result<Row, String> {
    let (last, above) = lines.split_last().ok_or("it is empty")?;
    let Some(tail) = tail(last.text, columns) else {
        return Err(if columns.required {
            "it does not say whether it is required"
        } else {
            "it has no type"
        }
        .to_owned());
    };
    let mut texts: Vec<&str> = above.iter().map(|line| line.text).collect();
    if !tail.before.is_empty() {
        texts.push(tail.before);
    }
    let mut holder = None;
    if columns.holder && texts.len() > 1 && is_word(lines.first()) {
        holder = Some(texts.remove(0).to_owned());
    }
    let first = texts.first().copied().unwrap_or_default();
    let (names, description) = named(first, columns).ok_or("where its name ends is not to be seen")?;
    let (parent, name) = match holder {
        Some(holder) if holder == names => (None, names.to_owned()),
        Some(holder) => (Some(holder), names.to_owned()),
        None if columns.holder => apart(names, holders)?,
        None => (None, names.to_owned()),
    };
    texts.splice(..1, [description]);
    let kind = match tail.kind {
        Some(kind) => kind,
        None => inner_kind(&mut texts, columns).ok_or("it has no type")?,
    };
    let mut row = Row {
        name,
        parent,
        kind: Some(kinds::kind(kind)),
        required: tail.required,
        ..Row::default()
    };
    let end = read_codes(&texts, &mut row);
    let words = texts.get(..end).unwrap_or_default().join(" ");
    let default = row.default.take();
    limits::read(&words, &mut row);
    row.default = row.default.or(default);
    Ok(row)
}

/// The type that stands on a line of its own, or at the end of the first.
fn inner_kind<'a>(texts: &mut Vec<&'a str>, columns: Columns) -> Option<&'a str> {
    let first = *texts.first()?;
    if let Some((before, kind)) = kind(first, columns) {
        texts.splice(..1, [before]);
        return Some(kind);
    }
    let at = texts
        .iter()
        .position(|text| kind(text, columns).is_some_and(|(before, _)| before.is_empty()))?;
    Some(texts.remove(at))
}

/// Holder and name, which stand one behind the other. A member without a holder has its name in both columns.
fn apart(names: &str, holders: &BTreeSet<String>) -> Result<(Option<String>, String), String> {
    if let Some(name) = half(names) {
        return Ok((None, name.to_owned()));
    }
    let mut found = holders.iter().filter_map(|holder| {
        let name = names.strip_prefix(holder.as_str())?;
        (!name.is_empty()).then(|| (Some(holder.clone()), name.to_owned()))
    });
    match (found.next(), found.next()) {
        (Some(found), None) => Ok(found),
        _ => Err(format!("where `{names}` is to be split is not to be seen")),
    }
}

/// The half of a text that is another text twice.
fn half(text: &str) -> Option<&str> {
    let (one, other) = text.split_at_checked(text.len() / 2)?;
    (one == other && !one.is_empty()).then_some(one)
}

/// Reads the codes into the row and says where the words above them end.
fn read_codes(texts: &[&str], row: &mut Row) -> usize {
    let bullet = texts.iter().position(|text| text.starts_with('•'));
    let head = texts.iter().position(|text| CODES.is_match(text));
    let (end, first) = match (head, bullet) {
        (Some(head), _) => (head, head + 1),
        (None, Some(bullet)) => (bullet, bullet),
        (None, None) => return texts.len(),
    };
    for text in texts.get(first..).unwrap_or_default() {
        let Some(code) = code(text, row.kind.as_deref().unwrap_or_default()) else {
            continue;
        };
        if text.ends_with("(default)") {
            row.default = Some(code.code.clone());
        }
        row.codes.push(code);
    }
    end
}

fn code(text: &str, kind: &str) -> Option<Code> {
    let text = text.trim_start_matches(['•', ' ']);
    let text = text.strip_suffix("(default)").unwrap_or(text).trim_end();
    // A text that is a sentence says something to people; it is no code, and a lock holds no prose.
    if text.ends_with('.') {
        return None;
    }
    let parts = CODE.captures(text);
    let (code, label) = match &parts {
        Some(parts) => {
            let label = parts
                .name("label")
                .or_else(|| parts.name("inner"))
                .or_else(|| parts.name("dashed"));
            (parts.name("code").map_or(text, |code| code.as_str()), label)
        }
        None => (text, None),
    };
    Some(Code {
        code: codes::code_value(code, kind)?,
        label: label.and_then(|label| codes::label(label.as_str())),
    })
}
