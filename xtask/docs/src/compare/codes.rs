//! The codes of a row, and how they differ from those of the spec.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::facts::{Code, Page, Row};
use crate::finding::Kind;
use crate::spec::{Member, Operation};
use crate::words::words;

/// A value as a fact: text without quotes.
pub fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}

/// How many codes a finding shows. The lists of countries and languages have hundreds.
const MAX_CODES: usize = 30;

/// Codes as a fact: `0, 1, 2`, each once.
pub fn codes_of<'c>(codes: impl IntoIterator<Item = &'c Code>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in codes.into_iter().map(|code| text_of(&code.code)) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let count = texts.len();
    if count > MAX_CODES {
        texts.truncate(3);
        texts.push(format!("… ({count} codes)"));
    }
    texts.join(", ")
}

/// The codes of a row: its own, or those of the page that it refers to; else what is the matter with that page.
pub fn codes_of_row<'p>(row: &'p Row, pages: &'p [Page]) -> Result<&'p [Code], &'static str> {
    match &row.codes_page {
        Some(page) if row.codes.is_empty() => {
            let page = pages.iter().find(|known| known.page == *page);
            let list = page.ok_or("is not there")?.codes.as_ref().ok_or("lists no codes")?;
            Ok(&list.codes)
        }
        _ => Ok(&row.codes),
    }
}

/// The member that has the codes of a place: its own, or those of the entries of a list.
pub fn holder_of_codes<'s>(member: &'s Member, place: &str, known: &'s Operation) -> &'s Member {
    let entries = known
        .places
        .get(&format!("{place}[]"))
        .and_then(|members| members.first());
    entries.filter(|_| member.codes.is_empty()).unwrap_or(member)
}

/// How the codes of a member of the spec differ from those of a row: the kind, what the spec says, what the page says.
pub fn differences(documented: &[Code], member: &Member) -> Vec<(Kind, String, String)> {
    // A list that one side does not have at all is one difference, not one for each code.
    match (member.codes.is_empty(), documented.is_empty()) {
        (true, true) => return Vec::new(),
        (true, false) => return vec![(Kind::CodeMissing, String::new(), codes_of(documented))],
        (false, true) => return vec![(Kind::CodeUndocumented, codes_of(&member.codes), String::new())],
        (false, false) => {}
    }
    let texts = |codes: &[Code]| -> Vec<String> { codes.iter().map(|code| text_of(&code.code)).collect() };
    let (of_page, of_spec) = (texts(documented), texts(&member.codes));
    let (on_page, in_spec): (BTreeSet<_>, BTreeSet<_>) = (of_page.iter().collect(), of_spec.iter().collect());
    let missing = of_page.iter().filter(|code| !in_spec.contains(code));
    let undocumented = of_spec.iter().filter(|code| !on_page.contains(code));
    let names = Names::of(member);
    let labels = documented.iter().filter_map(|code| names.label(code));
    missing
        .map(|code| (Kind::CodeMissing, String::new(), code.clone()))
        .chain(undocumented.map(|code| (Kind::CodeUndocumented, code.clone(), String::new())))
        .chain(labels.map(|(was, is)| (Kind::CodeLabel, was, is)))
        .collect()
}

/// Whether codes are only the two values of a boolean, whose meanings some pages list.
pub fn are_truth_values(codes: &[Code]) -> bool {
    let mut codes = codes.iter();
    codes.all(|code| matches!(text_of(&code.code).to_ascii_lowercase().as_str(), "true" | "false"))
}

/// The names and meanings of a list of codes in a spec, with their words: lists have hundreds of codes, and each label is
/// held against all of them.
struct Names<'m> {
    codes: Vec<Named<'m>>,
    positions: BTreeMap<String, usize>,
    /// The codes whose name or meaning has a word.
    by_word: BTreeMap<String, Vec<usize>>,
}

struct Named<'m> {
    name: &'m str,
    meaning: Option<&'m str>,
    name_words: BTreeSet<String>,
    meaning_words: BTreeSet<String>,
}

impl<'m> Names<'m> {
    fn of(member: &'m Member) -> Self {
        let mut names = Self {
            codes: Vec::new(),
            positions: BTreeMap::new(),
            by_word: BTreeMap::new(),
        };
        for (at, code) in member.codes.iter().enumerate() {
            let name = member.code_names.get(at).map_or("", String::as_str);
            let meaning = code.label.as_deref();
            let (name_words, meaning_words) = (words(name), words(meaning.unwrap_or_default()));
            for word in name_words.union(&meaning_words) {
                names.by_word.entry(word.clone()).or_default().push(at);
            }
            // The first of equal codes counts.
            names.positions.entry(text_of(&code.code)).or_insert(at);
            names.codes.push(Named {
                name,
                meaning,
                name_words,
                meaning_words,
            });
        }
        names
    }

    /// The difference between the name of a code in the spec and its label on the page.
    ///
    /// Names are in other words than the pages, so a difference of words alone is none. It is one if the label has no
    /// word in common with name and meaning, or if another code of the list has more of them: then labels or names
    /// have probably been swapped.
    fn label(&self, documented: &Code) -> Option<(String, String)> {
        let label = documented.label.as_deref()?;
        let code = text_of(&documented.code);
        let known = self.codes.get(*self.positions.get(&code)?)?;
        let meaning = known.meaning?;
        if letters(known.name) == letters(label) {
            return None;
        }
        let wanted = words(label);
        // Words in the name count before those in the meaning, which may speak of other codes too.
        let shared = |code: &Named| {
            let count = |words: &BTreeSet<String>| words.intersection(&wanted).count();
            (count(&code.name_words), count(&code.meaning_words))
        };
        let own = shared(known);
        let near = wanted.iter().filter_map(|word| self.by_word.get(word)).flatten();
        let mut near = near.filter_map(|at| self.codes.get(*at));
        let is_other = near.any(|other| shared(other) > own);
        let is_strange = says_something(&wanted) && is_apart(label, meaning, &wanted, &known.meaning_words);
        let name = if known.name.is_empty() { meaning } else { known.name };
        (is_other || is_strange).then(|| (format!("{code} {name}"), format!("{code} {label}")))
    }
}

/// Whether a label has a word of its own. `None`, `Yes` and `N/A` must have other names in a spec, since generators
/// reserve them or names must be unique.
fn says_something(label: &BTreeSet<String>) -> bool {
    label
        .iter()
        .any(|word| !matches!(word.as_str(), "n" | "no" | "non" | "not" | "yes"))
}

/// Whether two texts have nothing in common, however words are joined: `OneDrive` is `One Drive`.
fn is_apart(one: &str, other: &str, one_words: &BTreeSet<String>, other_words: &BTreeSet<String>) -> bool {
    let (one, other) = (letters(one), letters(other));
    one_words.is_disjoint(other_words)
        && !one_words
            .iter()
            .any(|word| word.len() > 2 && other.contains(word.as_str()))
        && !other_words
            .iter()
            .any(|word| word.len() > 2 && one.contains(word.as_str()))
}

/// Letters and digits alone, in small letters.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
