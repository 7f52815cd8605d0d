//! Names made from other names: of operations, components and codes.

use std::collections::HashSet;

use heck::{ToLowerCamelCase, ToUpperCamelCase};

use xtask_spec::names::{first_word, folded, is_verb, reservation};

use super::describe::{plural, singular, split_words};

/// A name in PascalCase, of ASCII letters and digits alone; `otherwise` goes before it if it does not begin with a
/// letter.
pub fn pascal(text: &str, otherwise: &str) -> String {
    let plain = text.replace(|character: char| !character.is_ascii_alphanumeric(), " ");
    let name = plain.to_upper_camel_case();
    let is_whole = name.starts_with(|first: char| first.is_ascii_alphabetic());
    format!("{}{name}", if is_whole { "" } else { otherwise })
}

/// The first of `candidates` that is not taken, or the last of them with a number.
pub fn free(candidates: &[String], is_taken: impl Fn(&str) -> bool) -> String {
    let last = candidates.last().map_or("Name", String::as_str);
    let numbered = (2_u32..).map(|number| format!("{last}{number}"));
    let mut names = candidates.iter().cloned().chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// A guess at an `operationId`, from the method, in capitals, the path, and whether the call only reads and whether it
/// answers with a list: the verb, and what it is done to. The others are longer, for when the first is taken.
pub fn operation_ids(method: &str, path: &str, reads: bool, lists: bool) -> Vec<(String, String)> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_parameter = |segment: &&str| segment.starts_with('{');
    let ends_with_one = segments.last().is_some_and(is_parameter);
    let things = segments
        .iter()
        .filter(|segment| !is_parameter(segment) && !is_version(segment));
    let mut words: Vec<String> = things.map(|segment| pascal(segment, "Number")).collect();
    // `…/customers/batch` is about customers.
    if words.len() > 1 {
        words.pop_if(|word| word == "Batch");
    }
    let mut verb = match method {
        "GET" | "HEAD" if lists && !ends_with_one => "list",
        "GET" | "HEAD" => "get",
        "PUT" | "PATCH" => "update",
        "DELETE" => "delete",
        _ if reads && lists => "list",
        _ if reads => "get",
        _ => "create",
    }
    .to_owned();
    // `…/jobs/cancel` says itself what is done; `…/scan-profiles` are things.
    let (own, rest) = words.last().map(|last| with_verb(last)).unwrap_or_default();
    let acts = !reads && !ends_with_one && method != "DELETE";
    let is_action = match rest.as_str() {
        "" => words.len() > 1,
        rest => acts && singular(rest) == rest,
    };
    if !own.is_empty() && is_action {
        verb = own;
        words.pop();
        words.extend((!rest.is_empty()).then(|| pascal(&rest, "Thing")));
    }
    let is_one = ends_with_one || matches!(verb.as_str(), "create" | "update" | "delete");
    if let Some((last, before)) = words.split_last_mut() {
        before.iter_mut().for_each(|word| *word = singular(word));
        match verb.as_str() {
            "list" => *last = plural(last),
            _ if is_one => *last = singular(last),
            _ => {}
        }
    } else {
        words.push("Root".to_owned());
    }
    let nouns = (0..words.len()).rev().map(|start| words[start..].concat());
    nouns.map(|noun| (format!("{verb}{noun}"), singular(&noun))).collect()
}

/// A segment that says itself what is done, as its verb and the rest: `cancel`, `connectplant`, `find-plant`.
fn with_verb(word: &str) -> (String, String) {
    let lower = word.to_lower_camel_case();
    // Run together, a short verb may be the beginning of any word.
    let mut run_together = (4..lower.len().saturating_sub(3)).rev();
    let first = first_word(&lower).len();
    let at = match is_verb(&lower[..first]) {
        true => Some(first),
        false => run_together.find(|at| lower.get(..*at).is_some_and(is_verb)),
    };
    let (verb, rest) = lower.split_at(at.unwrap_or_default());
    (verb.to_owned(), rest.to_owned())
}

/// `v1`, `v3.0`.
fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit() || digit == '.')
}

/// The words of a label, without the fingerprint of those that were cut off.
pub fn label_words(label: &str) -> &str {
    label.rsplit_once(" … ").map_or(label, |(words, _)| words)
}

/// Names for codes, by their labels or else the codes themselves: PascalCase, each its own, none that some language keeps
/// for itself. `list` is the name of the list of codes.
pub fn code_names<'a>(codes: impl IntoIterator<Item = (String, Option<&'a str>)>, list: &str) -> Vec<String> {
    let (mut names, mut taken) = (Vec::new(), HashSet::new());
    for (code, label) in codes {
        let is_word = |text: &&str| text.chars().any(|character| character.is_ascii_alphanumeric());
        let is_number = !code.contains(|character: char| character.is_ascii_alphabetic());
        let mut name = match label.map(label_words).filter(is_word) {
            Some(label) => pascal(label, "Code"),
            None if is_number => format!("Code{}", pascal(&code.replace('-', "Minus"), "")),
            None => pascal(&code, "Code"),
        };
        if reservation(&name).is_some() {
            name += &pascal(split_words(list).last().map_or("", String::as_str), "Code");
        }
        let is_taken = |name: &str| taken.contains(&folded(name)) || reservation(name).is_some();
        let name = free(&[name], is_taken);
        taken.insert(folded(&name));
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(method: &str, path: &str, lists: bool) -> String {
        operation_ids(method, path, method == "GET", lists).remove(0).0
    }

    #[test]
    fn operations_are_named_by_method_and_path() {
        assert_eq!(id("GET", "/garden/v2/plants", true), "listPlants");
        assert_eq!(id("GET", "/garden/plants/{plantId}", false), "getPlant");
        assert_eq!(id("GET", "/garden/plants/summary", true), "listSummaries");
        assert_eq!(id("POST", "/garden/plants/{id}/line-items", false), "createLineItem");
        assert_eq!(id("DELETE", "/garden/boxes/{id}", false), "deleteBox");
        assert_eq!(id("POST", "/garden/plants/{id}/cancel", false), "cancelPlants");
        assert_eq!(id("GET", "/garden/plants/export", false), "exportPlants");
        assert_eq!(id("POST", "/garden/activateplant", false), "activatePlant");
        assert_eq!(id("POST", "/garden/find-plant", false), "findPlant");
        assert_eq!(id("POST", "/garden/scan-profiles", false), "createScanProfile");
        assert_eq!(id("PATCH", "/", false), "updateRoot");
        let ids = operation_ids("POST", "/garden/plants/batch", true, true).into_iter();
        let ids: Vec<_> = ids.map(|(id, _)| id).collect();
        assert_eq!(ids, ["listPlants", "listGardenPlants"]);
    }

    #[test]
    fn codes_are_named_by_their_labels() {
        let codes = [
            ("0", Some("None")),
            ("8", Some("Not one of all the plants shines … 0c0aca")),
            ("1", Some("Waiting for rain (blue)")),
            ("2", Some("waiting for rain blue")),
            ("3", Some("2 leaves")),
            ("-4", None),
            ("5", Some("…")),
            ("dry-run", None),
        ];
        let names = code_names(codes.map(|(code, label)| (code.to_owned(), label)), "PlantStatus");
        assert_eq!(
            names,
            [
                "NoneStatus",
                "NotOneOfAllThePlantsShines",
                "WaitingForRainBlue",
                "WaitingForRainBlue2",
                "Code2Leaves",
                "CodeMinus4",
                "Code5",
                "DryRun"
            ]
        );
    }
}
