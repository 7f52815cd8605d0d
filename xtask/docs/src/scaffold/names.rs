//! Names made from other names: of operations, components and codes.

use heck::ToUpperCamelCase;

use xtask_spec::names::{first_word, folded, is_verb, reservation};

/// A name in PascalCase, of ASCII letters and digits alone; `otherwise` goes before it if it does not begin with a
/// letter.
pub fn pascal(text: &str, otherwise: &str) -> String {
    let plain: String = text
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                ' '
            }
        })
        .collect();
    let name = plain.to_upper_camel_case();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name
    } else {
        format!("{otherwise}{name}")
    }
}

/// A name with a small first letter.
fn camel(pascal: &str) -> String {
    let mut letters = pascal.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
}

/// One of what a plural names, as far as its ending tells.
pub fn singular(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let cut = |count: usize| name.get(..name.len().saturating_sub(count)).unwrap_or(name);
    if lower.ends_with("ies") && lower.len() > 4 {
        format!("{}y", cut(3))
    } else if ["sses", "xes", "ches", "shes"].iter().any(|end| lower.ends_with(end)) {
        cut(2).to_owned()
    } else if lower.ends_with('s') && !["ss", "us", "is"].iter().any(|end| lower.ends_with(end)) {
        cut(1).to_owned()
    } else {
        name.to_owned()
    }
}

/// The first of `candidates` that is not taken, or the last of them with a number.
pub fn free(candidates: &[String], is_taken: impl Fn(&str) -> bool) -> String {
    if let Some(name) = candidates.iter().find(|name| !is_taken(name)) {
        return name.clone();
    }
    let last = candidates.last().map_or("Name", String::as_str);
    (2_u32..)
        .map(|number| format!("{last}{number}"))
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| last.to_owned())
}

/// What a guess at an `operationId` knows.
pub struct Call<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// Whether it only reads.
    pub reads: bool,
    /// Whether it answers with a list.
    pub lists: bool,
}

/// A guess at an `operationId`: the verb, and what it is done to. The others are longer, for when the first is taken.
pub fn operation_ids(call: &Call) -> Vec<(String, String)> {
    let segments: Vec<&str> = call.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_parameter = |segment: &&str| segment.starts_with('{');
    let ends_with_one = segments.last().is_some_and(is_parameter);
    let mut words: Vec<String> = segments
        .iter()
        .filter(|segment| !is_parameter(segment) && !is_version(segment))
        .map(|segment| pascal(segment, "Number"))
        .collect();
    // `…/customers/batch` is about customers.
    if words.len() > 1 && words.last().is_some_and(|word| word == "Batch") {
        words.pop();
    }
    let mut verb = match call.method {
        "GET" | "HEAD" if call.lists && !ends_with_one => "list",
        "GET" | "HEAD" => "get",
        "PUT" | "PATCH" => "update",
        "DELETE" => "delete",
        _ if call.reads && call.lists => "list",
        _ if call.reads => "get",
        _ => "create",
    }
    .to_owned();
    // `…/jobs/cancel` says itself what is done.
    if let Some(last) = words.last() {
        let (own, rest) = with_verb(last);
        let acts = !call.reads && !ends_with_one && call.method != "DELETE";
        // `…/scan-profiles` are things.
        let is_action = if rest.is_empty() {
            words.len() > 1
        } else {
            acts && singular(&rest) == rest
        };
        if !own.is_empty() && is_action {
            verb = own;
            words.pop();
            words.extend((!rest.is_empty()).then(|| pascal(&rest, "Thing")));
        }
    }
    let is_one = ends_with_one || matches!(verb.as_str(), "create" | "update" | "delete");
    let mut nouns = Vec::new();
    for start in (0..words.len()).rev() {
        let part: Vec<String> = words[start..]
            .iter()
            .enumerate()
            .map(|(index, word)| {
                let is_last = start + index + 1 == words.len();
                if is_last && verb == "list" && !is_plural(word) {
                    format!("{word}s")
                } else if is_last && !is_one {
                    word.clone()
                } else {
                    singular(word)
                }
            })
            .collect();
        nouns.push(part.concat());
    }
    if nouns.is_empty() {
        nouns.push("Root".to_owned());
    }
    nouns
        .into_iter()
        .map(|noun| (format!("{verb}{noun}"), singular(&noun)))
        .collect()
}

/// A segment that says itself what is done, as its verb and the rest: `cancel`, `connectplant`, `find-plant`.
fn with_verb(word: &str) -> (String, String) {
    let lower = camel(word);
    let first = first_word(&lower);
    if is_verb(first) {
        return (first.to_owned(), lower[first.len()..].to_owned());
    }
    // Run together, a short verb may be the beginning of any word.
    let at = (4..lower.len().saturating_sub(3))
        .rev()
        .find(|at| lower.get(..*at).is_some_and(is_verb));
    at.map_or_else(Default::default, |at| (lower[..at].to_owned(), lower[at..].to_owned()))
}

/// Whether a word means several, as far as its ending tells.
fn is_plural(word: &str) -> bool {
    word.ends_with('s') || word.ends_with("ata") || word.ends_with("age") || word.ends_with("ion")
}

/// `v1`, `v3.0`.
fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    !digits.is_empty()
        && digits
            .chars()
            .all(|character| character.is_ascii_digit() || character == '.')
}

/// The words of a label, without the fingerprint of those that were cut off.
pub fn label_words(label: &str) -> &str {
    label.rsplit_once(" … ").map_or(label, |(words, _)| words)
}

/// Names for codes, by their labels or else the codes themselves: PascalCase, each its own, none that some language keeps
/// for itself. `list` is the name of the list of codes.
pub fn code_names<'a>(codes: impl IntoIterator<Item = (String, Option<&'a str>)>, list: &str) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    let mut names = Vec::new();
    for (code, label) in codes {
        let is_word = |text: &&str| text.chars().any(|character| character.is_ascii_alphanumeric());
        let label = label.map(label_words).filter(is_word);
        let is_number = !code.contains(|character: char| character.is_ascii_alphabetic());
        let mut name = match label {
            Some(label) => pascal(label, "Code"),
            None if is_number => format!("Code{}", pascal(&code.replace('-', "Minus"), "")),
            None => pascal(&code, "Code"),
        };
        if reservation(&name).is_some() {
            name.push_str(&last_word(list));
        }
        let is_taken = |name: &str| taken.contains(&folded(name)) || reservation(name).is_some();
        name = free(&[name], is_taken);
        taken.push(folded(&name));
        names.push(name);
    }
    names
}

/// The last word of a name in PascalCase.
fn last_word(name: &str) -> String {
    let start = name
        .rfind(|character: char| character.is_ascii_uppercase())
        .unwrap_or(0);
    name.get(start..)
        .filter(|word| !word.is_empty())
        .unwrap_or("Code")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(method: &str, path: &str, lists: bool) -> String {
        let call = Call {
            method,
            path,
            reads: method == "GET",
            lists,
        };
        operation_ids(&call).remove(0).0
    }

    #[test]
    fn operations_are_named_by_method_and_path() {
        assert_eq!(id("GET", "/garden/v2/plants", true), "listPlants");
        assert_eq!(id("GET", "/garden/plants/{plantId}", false), "getPlant");
        assert_eq!(id("POST", "/garden/plants/{id}/line-items", false), "createLineItem");
        assert_eq!(id("DELETE", "/garden/boxes/{id}", false), "deleteBox");
        assert_eq!(id("POST", "/garden/plants/{id}/cancel", false), "cancelPlants");
        assert_eq!(id("GET", "/garden/plants/export", false), "exportPlants");
        assert_eq!(id("POST", "/garden/activateplant", false), "activatePlant");
        assert_eq!(id("POST", "/garden/find-plant", false), "findPlant");
        assert_eq!(id("POST", "/garden/scan-profiles", false), "createScanProfile");
        assert_eq!(id("PATCH", "/", false), "updateRoot");
        let call = Call {
            method: "POST",
            path: "/garden/plants/batch",
            reads: true,
            lists: true,
        };
        let ids: Vec<_> = operation_ids(&call).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["listPlants", "listGardenPlants"]);
    }

    #[test]
    fn plurals() {
        for (many, one) in [
            ("policies", "policy"),
            ("users", "user"),
            ("addresses", "address"),
            ("status", "status"),
            ("data", "data"),
            ("s", ""),
        ] {
            assert_eq!(singular(many), one);
        }
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
