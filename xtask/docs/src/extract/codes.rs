//! The codes that a cell lists, in all the markups of the vendor's pages.
//!
//! Bold text is a code only where the page's own words make it one: at the head of an entry of a list, before a
//! meaning, or in an enumeration of values. Elsewhere it is the name of a setting or a mere emphasis.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Share;
use super::patterns::{Pattern, pattern};
use crate::facts::Code;
use crate::markup::{Content, Item, Piece, squeeze, text_of};

/// What a cell lists.
#[derive(Debug, Default)]
pub struct Listed {
    /// The codes, in order.
    pub codes: Vec<Code>,
    /// The code that is marked as the default.
    pub default: Option<Value>,
    /// The entries of lists that are no codes: line and text.
    pub unread: Vec<(usize, String)>,
    /// How many of the entries were used.
    pub items: Share,
}

/// What stands between a code and its meaning.
static SEPARATOR: Pattern = pattern!(r"^\s*(?:[-–—:=]+|(?:represents?|for|means?|stands? for|indicates?)\b)\s*");

/// An entry without markup: a code of a few words, a separator, its meaning.
static PLAIN: Pattern =
    pattern!(r"^(\S+(?: \S+){0,3}?)(?: ?[–—:=]| -| represents?| for| means?| stands? for| indicates?) (.+)$");

/// An entry without markup whose meaning stands in parentheses.
static ASIDE: Pattern = pattern!(r"^(\S+) \((?:for |represents )?([^()]+)\)$");

/// The words before an enumeration of codes.
static ENUMERATION: Pattern =
    pattern!(r"(?i)(?:\be\.g\.,?|\bsuch as|\bvalues?(?: are| is)?:?|\bone of|\beither|\boptions?(?: are| is)?:?)\s*$");

/// What stands between two codes of an enumeration.
static BETWEEN: Pattern = pattern!(r"^\s*(?:[,;/]|(?:[,;]\s*)?(?:and|or)\b)\s*$");

/// The form of a time, where one would expect a code.
static FORM: Pattern = pattern!(r"\b[hH]{1,2}:mm\b|\byyyy\b");

/// Reads the codes of a cell; `kind` is the type of its row.
pub fn read(content: &Content, kind: &str, listed: &mut Listed) {
    for items in content.lists() {
        read_items(items, kind, listed);
    }
    let codes = labelled(&content.pieces, kind).or_else(|| enumerated(&content.pieces, kind));
    listed.codes.extend(codes.unwrap_or_default());
    // A list that holds a form is one of forms: any value of that form may come, so that it closes nothing.
    if listed
        .codes
        .iter()
        .any(|code| code.code.as_str().is_some_and(|text| FORM.is_match(text)))
    {
        listed.codes.clear();
    }
}

fn read_items(items: &[Item], kind: &str, listed: &mut Listed) {
    // A list of sentences says what a text may tell people; it lists no codes.
    if items.iter().all(is_sentence) {
        items.iter().for_each(|_| listed.items.count(true));
        return;
    }
    for item in items {
        let nested: Vec<_> = item.content.lists().collect();
        let code = entry(&item.content, kind, listed);
        // The title of a group of codes is no code itself.
        listed.items.count(code.is_some() || !nested.is_empty());
        match code {
            Some(code) => listed.codes.push(code),
            None if nested.is_empty() => listed.unread.push((item.line, item.content.text())),
            None => {}
        }
        for items in nested {
            read_items(items, kind, listed);
        }
    }
}

/// Whether an entry is nothing but a sentence.
fn is_sentence(item: &Item) -> bool {
    let is_text = |piece: &Piece| matches!(piece, Piece::Text(_) | Piece::Break);
    let text = item.content.text();
    item.content.pieces.iter().all(is_text) && text.trim_end().ends_with('.') && plain(&text).is_none()
}

/// The code of an entry of a list.
fn entry(content: &Content, kind: &str, listed: &mut Listed) -> Option<Code> {
    let start = content.pieces.iter().position(|piece| !piece.is_blank())?;
    let pieces = content.pieces.get(start..)?;
    let (code, meaning) = match pieces.split_first()? {
        (Piece::Bold(code) | Piece::Code(code), rest) => {
            let rest = text_of(rest);
            let separator = SEPARATOR.find(&rest);
            let meaning = separator.map_or(rest.as_str(), |found| &rest[found.end()..]);
            (squeeze(code), squeeze(meaning))
        }
        // A group: its title is no code, whatever separates it from its codes.
        _ if content.lists().next().is_some() => return None,
        _ => plain(&content.text())?,
    };
    let code = code_value(&code, kind)?;
    let marked = meaning.strip_suffix("(default)");
    if marked.is_some() && listed.default.is_none() {
        listed.default = Some(code.clone());
    }
    Some(Code {
        code,
        label: label(marked.unwrap_or(&meaning)),
    })
}

/// An entry without markup. A text of a few words is a code that speaks for itself; a longer one is a sentence.
fn plain(text: &str) -> Option<(String, String)> {
    if let Some(found) = PLAIN.captures(text).or_else(|| ASIDE.captures(text)) {
        return Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned()));
    }
    let words = text.split(' ').count();
    (words <= 4 && !text.ends_with([':', '.'])).then(|| (text.to_owned(), String::new()))
}

/// `**1** for slow; **2** for fast`: every bold text is followed by its meaning.
fn labelled(pieces: &[Piece], kind: &str) -> Option<Vec<Code>> {
    let mut codes = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Bold(code) = piece else { continue };
        let rest = pieces.get(index + 1..)?;
        let end = rest
            .iter()
            .position(|piece| matches!(piece, Piece::Bold(_) | Piece::Break | Piece::List(_)));
        let rest = text_of(rest.get(..end.unwrap_or(rest.len()))?);
        let separator = SEPARATOR.find(&rest)?;
        let meaning = rest[separator.end()..].split([';', '.']).next()?;
        codes.push(Code {
            code: code_value(code, kind)?,
            label: label(meaning),
        });
    }
    (codes.len() > 1).then_some(codes)
}

/// `such as **slow**, **fast**`: an enumeration without meanings.
fn enumerated(pieces: &[Piece], kind: &str) -> Option<Vec<Code>> {
    let first = pieces.iter().position(|piece| matches!(piece, Piece::Bold(_)))?;
    if !ENUMERATION.is_match(&text_of(pieces.get(..first)?)) {
        return None;
    }
    let mut codes = Vec::new();
    let mut rest = pieces.get(first..)?.iter();
    while let Some(Piece::Bold(code)) = rest.next() {
        codes.push(Code {
            code: code_value(code, kind)?,
            label: None,
        });
        match rest.next() {
            Some(Piece::Text(between)) if BETWEEN.is_match(between) => {}
            _ => break,
        }
    }
    (codes.len() > 1).then_some(codes)
}

/// A code as the value that is sent: a number where it is one, a truth value where the type is one, else a text.
pub fn code_value(text: &str, kind: &str) -> Option<Value> {
    let text = squeeze(text);
    if text.is_empty() {
        return None;
    }
    if kind == "boolean"
        && let Ok(truth) = text.to_lowercase().parse::<bool>()
    {
        return Some(Value::from(truth));
    }
    match text.parse::<i64>() {
        // `007` is a text.
        Ok(number) if number.to_string() == text => Some(Value::from(number)),
        _ => Some(Value::from(text)),
    }
}

/// The name of a code, or the title of a table. Of a sentence only the first words are kept, since a lock holds no prose,
/// and a fingerprint, so that a change of the rest is seen.
pub fn label(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ';', ',', ':']);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return None;
    }
    // `Mail/Calendar` is two words as well.
    let words = || text.split_inclusive([' ', '/']);
    if words().count() <= Code::WORDS {
        return Some(text);
    }
    let first: String = words().take(Code::WORDS).collect();
    let whole = Sha256::digest(&text);
    let fingerprint: String = whole.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{} … {fingerprint}", first.trim_end_matches([' ', '/'])))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::Share;
    use super::{Listed, label, read};
    use crate::markup::{Block, read_markdown};

    fn cell(cell: &str, kind: &str) -> Listed {
        let blocks = read_markdown(&format!("| Cell |\n| --- |\n| {cell} |\n")).unwrap();
        let Block::Table(table) = &blocks[0] else {
            panic!("{blocks:?}")
        };
        let mut listed = Listed::default();
        read(&table.rows[0].cells[0], kind, &mut listed);
        listed
    }

    fn codes(text: &str, kind: &str) -> Vec<(Value, Option<String>)> {
        cell(text, kind)
            .codes
            .into_iter()
            .map(|code| (code.code, code.label))
            .collect()
    }

    fn labelled(code: Value, label: &str) -> (Value, Option<String>) {
        (code, Some(label.to_owned()))
    }

    #[test]
    fn lists_of_codes_come_in_many_markups() {
        let expected = vec![labelled(json!(0), "Slow"), labelled(json!(1), "Very fast")];
        for text in [
            "Speed.<ul><li>**0** - Slow</li><li>**1** - Very fast</li></ul>",
            "Speed: <br><ul><li>**0** represents **Slow**<li> **1** represents  **Very fast**",
            "Speed<ul><li><span style=\"x\"></span> **0** for Slow</li><li>**1** Very fast.</li></ul>",
            "Speed. **0** for Slow; **1** for Very fast.",
            "Speed<br>**0** - Slow<br>**1** - Very fast",
            "<ul><li>0 - Slow</li><li>1 for Very fast</li></ul>",
            "By land:<ul><li>**0** - Slow</li></ul>By air:<ul><li>**1** - Very fast</li></ul>",
            "<ul><li>By land:<ul><li>**0** - Slow</li></ul></li>\
             <li>By air:<ul><li>**1** - Very fast</li></ul></li></ul>",
        ] {
            assert_eq!(codes(text, "integer"), expected, "{text}");
        }
    }

    #[test]
    fn an_enumeration_needs_no_meanings() {
        let expected = [json!("By land"), json!("By air")].map(|code| (code, None)).to_vec();
        for text in [
            "The way (e.g., **By land**, **By air**)",
            "Several are allowed, such as **By land** and **By air**.",
            "Supported values are: **By land**, or **By air**.",
            "Valid values are:<ul><li>By land</li><li>By air</li></ul>",
        ] {
            assert_eq!(codes(text, "string"), expected, "{text}");
        }
    }

    #[test]
    fn bold_text_may_be_no_code() {
        for text in [
            "Whether the **Print labels** setting is on.",
            "If **heavy** is **true**, give **weight**.",
            "Skip it if the mode is set to **3**.",
            "Whether **Print labels** and **Fold boxes** are on.",
        ] {
            assert_eq!(codes(text, "string"), [], "{text}");
        }
    }

    #[test]
    fn truth_values_are_codes_of_their_type() {
        let text = "<ul><li>**True** represents **On**</li><li>**False** represents **Off**</li></ul>";
        assert_eq!(codes(text, "boolean")[0].0, json!(true));
        assert_eq!(codes(text, "string")[0].0, json!("True"));
    }

    #[test]
    fn a_meaning_is_cut_and_its_default_kept() {
        let listed = cell(
            "<ul><li>de-XX for one two three four five six seven eight nine</li>\
             <li>en-XX for English (default)</li></ul>",
            "string",
        );
        assert_eq!(
            listed.codes[0].label.as_deref(),
            Some("one two three four five six seven … 5d8c51")
        );
        // The end of a sentence is not kept, but a change of it is seen.
        let sentence = |end: &str| label(&format!("one two three four five six seven {end}"));
        assert_ne!(sentence("eight"), sentence("ate"));
        assert_eq!(label("Mail/Calendar"), Some("Mail/Calendar".to_owned()));
        assert_eq!(listed.codes[1].label.as_deref(), Some("English"));
        assert_eq!(listed.default, Some(json!("en-XX")));
    }

    #[test]
    fn a_list_of_sentences_has_no_codes() {
        let listed = cell(
            "<ul><li>The lamp is on.</li><li>The lamp cannot be reached at all.</li></ul>",
            "string",
        );
        assert_eq!((listed.codes, listed.unread), (vec![], vec![]));
        assert_eq!(listed.items, Share { used: 2, total: 2 });
        // One sentence among codes is worth a look.
        let listed = cell(
            "<ul><li>**On** - Lit</li><li>The lamp cannot be reached at all.</li></ul>",
            "string",
        );
        assert_eq!((listed.codes.len(), listed.unread.len()), (1, 1));
    }

    #[test]
    fn a_list_of_forms_closes_nothing() {
        let listed = cell(
            "<ul><li>**No** - Off</li><li>**hh:mm** - The time of day</li></ul>",
            "string",
        );
        assert!(listed.codes.is_empty());
        assert_eq!(listed.items, Share { used: 2, total: 2 });
    }

    #[test]
    fn an_entry_that_is_no_code_is_reported() {
        let listed = cell(
            "<ul><li>**1** - Slow</li><li>Mind that this takes some time to come</li></ul>",
            "integer",
        );
        assert_eq!(
            listed.unread,
            [(3, "Mind that this takes some time to come".to_owned())]
        );
        assert_eq!(listed.items, Share { used: 1, total: 2 });
    }
}
