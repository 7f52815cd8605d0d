//! The codes of a row, and how they differ from those of the spec.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::facts::{Code, Page, Row};
use crate::finding::Kind;
use crate::spec::{Member, Operation};
use crate::stems::stems;

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
    let mut seen = BTreeSet::new();
    let texts = codes.into_iter().map(|code| text_of(&code.code));
    let mut texts: Vec<_> = texts.filter(|text| seen.insert(text.clone())).collect();
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
    let beyond = |codes: &[Code], others: &[Code]| -> Vec<String> {
        let others: BTreeSet<_> = others.iter().map(|code| text_of(&code.code)).collect();
        let codes = codes.iter().map(|code| text_of(&code.code));
        codes.filter(|code| !others.contains(code)).collect()
    };
    let missing = beyond(documented, &member.codes).into_iter();
    let undocumented = beyond(&member.codes, documented).into_iter();
    missing
        .map(|code| (Kind::CodeMissing, String::new(), code))
        .chain(undocumented.map(|code| (Kind::CodeUndocumented, code, String::new())))
        .chain(misnamed(documented, member))
        .collect()
}

/// Whether codes are only the two values of a boolean, whose meanings some pages list.
pub fn are_truth_values(codes: &[Code]) -> bool {
    let mut codes = codes.iter();
    codes.all(|code| matches!(text_of(&code.code).to_ascii_lowercase().as_str(), "true" | "false"))
}

/// The differences between the names of codes in the spec and their labels on the page.
///
/// Names are in other words than the pages, so a difference of words alone is none. It is one if the label has no word in
/// common with name and meaning, or if another code of the list has more of them: then labels or names have probably
/// been swapped.
fn misnamed(documented: &[Code], member: &Member) -> Vec<(Kind, String, String)> {
    let named = member.codes.iter().enumerate().filter_map(|(at, code)| {
        let (name, meaning) = (
            member.code_names.get(at).map_or("", String::as_str),
            code.label.as_deref()?,
        );
        Some((text_of(&code.code), name, meaning, [stems(name), stems(meaning)]))
    });
    let named: Vec<_> = named.collect();
    let differences = documented.iter().filter_map(|documented| {
        let (code, label) = (text_of(&documented.code), documented.label.as_deref()?);
        let (_, name, meaning, own) = named.iter().find(|(known, ..)| *known == code)?;
        if letters(name) == letters(label) {
            return None;
        }
        let wanted = stems(label);
        // Words in the name count before those in the meaning, which may speak of other codes too.
        let shared = |known: &[BTreeSet<String>; 2]| known.each_ref().map(|words| words.intersection(&wanted).count());
        let is_other = named.iter().any(|(.., other)| shared(other) > shared(own));
        // `Not scanned` is not `Scanned`, though its other words are the same.
        let is_opposite = own.iter().any(|own| {
            let differing: Vec<_> = own.symmetric_difference(&wanted).collect();
            matches!(differing[..], [word] if NEGATIONS.contains(&word.as_str()))
        });
        let is_strange = says_something(&wanted) && (is_opposite || is_apart(label, meaning));
        let name = if name.is_empty() { meaning } else { name };
        (is_other || is_strange).then(|| (Kind::CodeLabel, format!("{code} {name}"), format!("{code} {label}")))
    });
    differences.collect()
}

/// The words that turn a label round.
const NEGATIONS: [&str; 4] = ["n", "no", "non", "not"];

/// Whether a label has a word of its own. `None`, `Yes` and `N/A` must have other names in a spec, since generators
/// reserve them or names must be unique.
fn says_something(label: &BTreeSet<String>) -> bool {
    let mut words = label.iter().map(String::as_str);
    words.any(|word| word != "yes" && !NEGATIONS.contains(&word))
}

/// Whether two texts have nothing in common, however words are joined: `OneDrive` is `One Drive`.
fn is_apart(one: &str, other: &str) -> bool {
    let has_none =
        |text: &str, words: &BTreeSet<String>| !words.iter().any(|word| word.len() > 2 && text.contains(word));
    let (one_words, other_words) = (stems(one), stems(other));
    let (one, other) = (letters(one), letters(other));
    one_words.is_disjoint(&other_words) && has_none(&other, &one_words) && has_none(&one, &other_words)
}

/// Letters and digits alone, in small letters.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
