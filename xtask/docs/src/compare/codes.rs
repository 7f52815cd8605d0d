//! The codes of a row against those of the spec.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Code;
use crate::spec::Member;
use crate::words::words;

use super::{codes_of, text_of};

/// A difference between two lists of codes: what the page says, what the spec says.
#[derive(Debug, PartialEq)]
pub enum CodeDifference {
    /// The page has a code that the spec has not.
    Missing(String),
    /// The spec has a code that the page has not.
    Undocumented(String),
    /// The name on the page is not that of the spec.
    Label(String, String),
}

/// How the codes of a row differ from those of the spec.
pub fn differences(documented: &[Code], member: &Member) -> Vec<CodeDifference> {
    if documented.is_empty() && member.codes.is_empty() {
        return Vec::new();
    }
    // A list that one side does not have at all is one difference, not one for each code.
    if member.codes.is_empty() {
        return vec![CodeDifference::Missing(codes_of(documented))];
    }
    if documented.is_empty() {
        return vec![CodeDifference::Undocumented(codes_of(&member.codes))];
    }
    let texts = |codes: &[Code]| -> BTreeSet<String> { codes.iter().map(|code| text_of(&code.code)).collect() };
    let (of_page, of_spec) = (texts(documented), texts(&member.codes));
    let names = Names::of(member);
    let missing = documented.iter().filter(|code| !of_spec.contains(&text_of(&code.code)));
    let undocumented = member
        .codes
        .iter()
        .filter(|code| !of_page.contains(&text_of(&code.code)));
    missing
        .map(|code| CodeDifference::Missing(text_of(&code.code)))
        .chain(undocumented.map(|code| CodeDifference::Undocumented(text_of(&code.code))))
        .chain(documented.iter().filter_map(|code| names.label(code)))
        .collect()
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
    name: Option<&'m str>,
    meaning: Option<&'m str>,
    name_words: BTreeSet<String>,
    meaning_words: BTreeSet<String>,
}

impl<'m> Names<'m> {
    fn of(member: &'m Member) -> Self {
        let named = |(at, code): (usize, &'m Code)| {
            let name = member.code_names.get(at).map(String::as_str);
            let meaning = code.label.as_deref();
            Named {
                name,
                meaning,
                name_words: words(name.unwrap_or_default()),
                meaning_words: words(meaning.unwrap_or_default()),
            }
        };
        let texts = member.codes.iter().map(|code| text_of(&code.code));
        let codes: Vec<_> = member.codes.iter().enumerate().map(named).collect();
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, code) in codes.iter().enumerate() {
            for word in code.name_words.union(&code.meaning_words) {
                by_word.entry(word.clone()).or_default().push(at);
            }
        }
        Self {
            by_word,
            codes,
            // The first of equal codes counts.
            positions: texts.enumerate().map(|(at, text)| (text, at)).rev().collect(),
        }
    }

    /// The difference between the label of a code and its name in the spec.
    ///
    /// Names are in other words than the pages, so a difference of words alone is none. It is one if the label has no
    /// word in common with name and meaning, or if another code of the list has more of them: then labels or names
    /// have probably been swapped.
    fn label(&self, documented: &Code) -> Option<CodeDifference> {
        let label = documented.label.as_deref()?;
        let known = self.codes.get(*self.positions.get(&text_of(&documented.code))?)?;
        let meaning = known.meaning?;
        if known.name.is_some_and(|name| letters(name) == letters(label)) {
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
        (is_other || is_strange).then(|| {
            let name = known.name.filter(|name| !name.is_empty());
            CodeDifference::Label(
                format!("{} {label}", text_of(&documented.code)),
                format!("{} {}", text_of(&documented.code), name.unwrap_or(meaning)),
            )
        })
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
