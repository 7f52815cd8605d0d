//! The codes that a cell lists, in all the markups of the vendor's pages.
//!
//! Bold text is a code only where the page's own words make it one: at the head of an entry of a list, before a
//! meaning, or in an enumeration of values. Elsewhere it is the name of a setting or a mere emphasis.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::found::Extraction;
use super::pattern::{Pattern, pattern};
use crate::facts::{Code, Row};
use crate::markup::{Content, Item, Piece, squeeze, text_of};

static SEPARATOR: Pattern = pattern!(r"^\s*(?:[-–—:=]+|(?:represents?|for|means?|stands? for|indicates?)\b)\s*");

/// An entry without markup: a code of a few words, a separator, its meaning.
static PLAIN: Pattern =
    pattern!(r"^(\S+(?: \S+){0,3}?)(?: ?[–—:=]| -| represents?| for| means?| stands? for| indicates?) (.+)$");

/// An entry without markup whose meaning stands in parentheses.
static ASIDE: Pattern = pattern!(r"^(\S+) \((?:for |represents )?([^()]+)\)$");

static ENUMERATION: Pattern =
    pattern!(r"(?i)(?:\be\.g\.,?|\bsuch as|\bvalues?(?: are| is)?:?|\bone of|\beither|\boptions?(?: are| is)?:?)\s*$");

static BETWEEN: Pattern = pattern!(r"^\s*(?:[,;/]|(?:[,;]\s*)?(?:and|or)\b)\s*$");

/// The form of a time, where one would expect a code.
static FORM: Pattern = pattern!(r"\b[hH]{1,2}:mm\b|\byyyy\b");

/// Reads the codes of a cell into its row; the entries of its lists that are no codes are reported.
pub fn read(content: &Content, row: &mut Row, found: &mut Extraction) {
    content.lists().for_each(|items| read_items(items, row, found));
    let kind = row.kind.as_deref().unwrap_or_default();
    let codes = in_bold(&content.pieces, kind);
    row.codes.extend(codes.unwrap_or_default());
    // A list that holds a form is one of forms: any value of that form may come, so that it closes nothing.
    let is_form = |code: &Code| code.code.as_str().is_some_and(|text| FORM.is_match(text));
    if row.codes.iter().any(is_form) {
        row.codes.clear();
    }
}

fn read_items(items: &[Item], row: &mut Row, found: &mut Extraction) {
    // A list of sentences says what a text may tell people; it lists no codes, and is no entry that was left unread.
    let sentences = items.iter().all(is_sentence);
    for item in items {
        let is_group = item.content.lists().next().is_some();
        let code = if sentences { None } else { entry(&item.content, row) };
        // The title of a group of codes is no code itself.
        let used = is_group || code.is_some();
        if !sentences || used {
            found.coverage.items.count(used);
        }
        if !sentences && !used {
            let start: String = item.content.text().chars().take(40).collect();
            let what = format!("an entry of `{}` is not a code: `{start}`", row.name);
            let remedy = "see what the entry says; if it is a new way of writing a code, teach it to \
                          xtask/docs/src/extract/codes.rs";
            found.report(item.line, what, remedy);
        }
        row.codes.extend(code);
        item.content.lists().for_each(|items| read_items(items, row, found));
    }
}

fn is_sentence(item: &Item) -> bool {
    let is_text = |piece: &Piece| matches!(piece, Piece::Text(_) | Piece::Break);
    let text = item.content.text();
    item.content.pieces.iter().all(is_text) && text.trim_end().ends_with('.') && plain(&text).is_none()
}

/// The code of an entry of a list, perhaps marked as the default of its row.
fn entry(content: &Content, row: &mut Row) -> Option<Code> {
    let mut pieces = content.pieces.iter().skip_while(|piece| piece.is_blank());
    let (code, meaning) = match pieces.next()? {
        Piece::Bold(code) | Piece::Code(code) => {
            let rest = text_of(pieces);
            let separator = SEPARATOR.find(&rest).map_or(0, |found| found.end());
            (squeeze(code), squeeze(&rest[separator..]))
        }
        // A group: its title is no code, whatever separates it from its codes.
        _ if content.lists().next().is_some() => return None,
        _ => plain(&content.text())?,
    };
    let code = code_value(&code, row.kind.as_deref().unwrap_or_default())?;
    let marked = meaning.strip_suffix("(default)");
    if marked.is_some() {
        row.default.get_or_insert_with(|| code.clone());
    }
    let label = label(marked.unwrap_or(&meaning));
    Some(Code { code, label })
}

/// An entry without markup. A text of a few words is a code that speaks for itself; a longer one is a sentence.
fn plain(text: &str) -> Option<(String, String)> {
    if let Some(found) = PLAIN.captures(text).or_else(|| ASIDE.captures(text)) {
        return Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned()));
    }
    let words = text.split(' ').count();
    (words <= 4 && !text.ends_with([':', '.'])).then(|| (text.to_owned(), String::new()))
}

/// `**1** for slow; **2** for fast`: every bold text is followed by its meaning. Or `such as **slow**, **fast**`: an
/// enumeration without meanings.
fn in_bold(pieces: &[Piece], kind: &str) -> Option<Vec<Code>> {
    let bold = pieces.iter().enumerate().filter_map(|(at, piece)| match piece {
        Piece::Bold(code) => Some((at, code)),
        _ => None,
    });
    let is_inside = |piece: &&Piece| !matches!(piece, Piece::Bold(_) | Piece::Break | Piece::List(_));
    let behind = |at: usize| text_of(pieces[at + 1..].iter().take_while(is_inside));
    let codes = bold.map(|(at, code)| Some((code_value(code, kind)?, behind(at))));
    let codes = codes.collect::<Option<Vec<_>>>().filter(|codes| codes.len() > 1)?;
    let labelled = codes.iter().map(|(code, behind)| {
        let separator = SEPARATOR.find(behind)?;
        let label = label(behind[separator.end()..].split([';', '.']).next()?);
        let code = code.clone();
        Some(Code { code, label })
    });
    labelled.collect::<Option<Vec<_>>>().or_else(|| {
        let before = text_of(pieces.iter().take_while(|piece| !matches!(piece, Piece::Bold(_))));
        let between = codes.iter().take_while(|(_, behind)| BETWEEN.is_match(behind)).count();
        let codes = codes.iter().take(between + 1).map(|(code, _)| code.clone());
        let codes = codes.map(|code| Code { code, label: None });
        (between > 0 && ENUMERATION.is_match(&before)).then(|| codes.collect())
    })
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
    let text = squeeze(text.trim().trim_end_matches(['.', ';', ',', ':']));
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

    use super::super::found::{Extraction, Share};
    use super::{label, read};
    use crate::facts::Row;
    use crate::markup::{Block, read_markdown};

    /// The row of a cell, and what was not read.
    fn cell(cell: &str, kind: &str) -> (Row, Extraction) {
        let blocks = read_markdown(&format!("| Cell |\n| --- |\n| {cell} |\n")).unwrap();
        let Block::Table(table) = &blocks[0] else {
            panic!("{blocks:?}")
        };
        let (mut row, mut found) = (Row::default(), Extraction::default());
        row.kind = Some(kind.to_owned());
        read(&table.rows[0].cells[0], &mut row, &mut found);
        (row, found)
    }

    fn codes(text: &str, kind: &str) -> Vec<(Value, Option<String>)> {
        let codes = cell(text, kind).0.codes;
        codes.into_iter().map(|code| (code.code, code.label)).collect()
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
            "By hand:<ul><li>**0** - Slow</li></ul>By wind:<ul><li>**1** - Very fast</li></ul>",
            "<ul><li>By hand:<ul><li>**0** - Slow</li></ul></li>\
             <li>By wind:<ul><li>**1** - Very fast</li></ul></li></ul>",
        ] {
            assert_eq!(codes(text, "integer"), expected, "{text}");
        }
    }

    #[test]
    fn an_enumeration_needs_no_meanings() {
        let expected = [json!("By hand"), json!("By wind")].map(|code| (code, None)).to_vec();
        for text in [
            "The way (e.g., **By hand**, **By wind**)",
            "Several are allowed, such as **By hand** and **By wind**.",
            "Supported values are: **By hand**, or **By wind**.",
            "Valid values are:<ul><li>By hand</li><li>By wind</li></ul>",
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
            "Whether **Print labels** and **Water beds** are on.",
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
        let (row, _) = cell(
            "<ul><li>de-XX for one two three four five six seven eight nine</li>\
             <li>en-XX for English (default)</li></ul>",
            "string",
        );
        assert_eq!(
            row.codes[0].label.as_deref(),
            Some("one two three four five six seven … 5d8c51")
        );
        // The end of a sentence is not kept, but a change of it is seen.
        let sentence = |end: &str| label(&format!("one two three four five six seven {end}"));
        assert_ne!(sentence("eight"), sentence("ate"));
        assert_eq!(label("Mail/Calendar"), Some("Mail/Calendar".to_owned()));
        assert_eq!(row.codes[1].label.as_deref(), Some("English"));
        assert_eq!(row.default, Some(json!("en-XX")));
    }

    #[test]
    fn a_list_of_sentences_has_no_codes() {
        let (row, found) = cell(
            "<ul><li>The plant is ripe.</li><li>The plant cannot be reached at all.</li></ul>",
            "string",
        );
        assert_eq!((row.codes, found.unread), (vec![], vec![]));
        assert_eq!(found.coverage.items, Share::default());
        // One sentence among codes is worth a look.
        let (row, found) = cell(
            "<ul><li>**Ripe** - Red</li><li>The plant cannot be reached at all.</li></ul>",
            "string",
        );
        assert_eq!((row.codes.len(), found.unread.len()), (1, 1));
    }

    #[test]
    fn a_list_of_forms_closes_nothing() {
        let (row, found) = cell(
            "<ul><li>**No** - Off</li><li>**hh:mm** - The time of day</li></ul>",
            "string",
        );
        assert!(row.codes.is_empty());
        assert_eq!(found.coverage.items, Share { used: 2, total: 2 });
    }

    #[test]
    fn an_entry_that_is_no_code_is_reported() {
        let (row, found) = cell(
            "<ul><li>**1** - Slow</li><li>Mind that this takes some time to come</li></ul>",
            "integer",
        );
        let unread: Vec<_> = found
            .unread
            .iter()
            .map(|unread| (unread.line, unread.what.as_str()))
            .collect();
        assert_eq!(
            unread,
            [(
                3,
                "an entry of `` is not a code: `Mind that this takes some time to come`"
            )]
        );
        assert_eq!(row.codes.len(), 1);
        assert_eq!(found.coverage.items, Share { used: 1, total: 2 });
    }
}
