//! Plain words for what a name says by itself: the number of plants, an id of a bed.

use heck::ToSnakeCase;
use xtask_spec::names::folded;

use super::names::singular;
use crate::json_type::JsonType;

/// What asks for the next page.
pub const TOKENS: [&str; 5] = ["nextlink", "nexttoken", "token", "continuationtoken", "skiptoken"];
/// The number of a page.
pub const NUMBERS: [&str; 4] = ["pageindex", "startpage", "pagenumber", "page"];
/// The size of a page.
pub const SIZES: [&str; 4] = ["pagesize", "top", "limit", "count"];

/// The words of a name, in small letters: those of `plantID` are plant and id.
pub fn words(name: &str) -> Vec<String> {
    let words = name.replace("IDs", "Ids").to_snake_case();
    words
        .split('_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A sentence about a code, an object or a scope that is called so: its words, with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// What the things are of which one is called so.
pub fn plural(noun: &str) -> String {
    let cut = |count: usize| &noun[..noun.len() - count];
    match noun {
        _ if singular(noun) != noun || ["data", "information"].iter().any(|end| noun.ends_with(end)) => noun.to_owned(),
        _ if noun.ends_with('y') && !noun.ends_with(['a', 'e', 'o']) && !cut(1).ends_with(['a', 'e', 'o', 'u']) => {
            format!("{}ies", cut(1))
        }
        _ if ["s", "x", "ch", "sh"].iter().any(|end| noun.ends_with(end)) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// What a member or parameter holds, as far as its name and form say. `noun` names what it is about.
pub fn member(name: &str, form: JsonType, noun: &str) -> String {
    let key = folded(name);
    let is = |keys: &[&str]| keys.contains(&key.as_str());
    let fixed = match form {
        JsonType::Integer if is(&NUMBERS) => "Which page of the list; the first is 1.",
        JsonType::Integer if is(&SIZES) => "How many entries a page holds at most.",
        JsonType::Integer | JsonType::String if is(&["totalcount", "total"]) => "How many entries are counted.",
        JsonType::String if is(&TOKENS) => "Asks for the next page; opaque.",
        JsonType::Boolean if is(&["hasnextpage", "hasmore"]) => "Whether another page follows.",
        JsonType::Object if is(&["metadata"]) => "How the list is split into pages.",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    let owner = words(noun).join(" ");
    let words = words(name);
    let text = words.join(" ");
    let (last, rest) = words.split_last().map_or(("", ""), |(last, _)| {
        (last.as_str(), text[..text.len() - last.len()].trim())
    });
    let of = if rest.is_empty() { owner.as_str() } else { rest };
    let first = words.first().map_or("", String::as_str);
    let was = |word: &str| word.ends_with("ed") && word != "need";
    match (last, form) {
        ("id", _) => format!("Identifies the {of}."),
        ("ids", _) => format!("Identify the {}.", plural(of)),
        ("count", _) => format!("The number of {}.", plural(of)),
        ("name", _) => format!("The name of the {of}."),
        ("email" | "mail", _) => format!("The e-mail address of the {of}."),
        ("url" | "uri" | "link", _) => format!("The address of the {of}."),
        ("time" | "date" | "at" | "on", JsonType::String) if was(rest) => format!("When the {owner} was {rest}."),
        ("by", JsonType::String) if was(rest) => format!("Who {rest} the {owner}."),
        ("time" | "date", JsonType::String) => format!("The time of the {of}."),
        (_, JsonType::Boolean) if ["is", "has", "can", "should", "must", "was", "will"].contains(&first) => {
            format!("Whether the {owner} {text}.")
        }
        (_, JsonType::Boolean) if was(last) || rest.is_empty() => format!("Whether the {owner} is {text}."),
        (_, JsonType::Boolean) => format!("Whether {text} applies."),
        _ if text.starts_with("number of ") => format!("The {text}."),
        _ if text.is_empty() || text == owner => format!("What the {owner} holds here."),
        _ => format!("The {text} of the {owner}."),
    }
}

/// What a component is, from its name and the thing that its operation is about.
pub fn component(name: &str, noun: &str) -> String {
    let noun = words(noun).join(" ");
    let text = words(name).join(" ");
    let article = if text.starts_with(['a', 'e', 'i', 'o']) {
        "An"
    } else {
        "A"
    };
    match text.rsplit(' ').next() {
        Some("request") => "What the call takes.".to_owned(),
        Some("result") => "What the call answers.".to_owned(),
        Some("page") => format!("A page of {}.", plural(&noun)),
        _ => format!("{article} {text}."),
    }
}

/// What a scope allows, from its name: `garden.plants.read.all` to read plants. The first word names the product.
pub fn scope(name: &str) -> String {
    let parts = name
        .split('.')
        .filter(|part| !["all", "read", "readwrite"].contains(part));
    let parts: Vec<_> = parts.collect();
    let parts = if parts.len() > 1 { &parts[1..] } else { &parts };
    let words: Vec<_> = parts.iter().flat_map(|part| words(part)).collect();
    let verb = if name.contains("readwrite") {
        "Read and change"
    } else {
        "Read"
    };
    format!("{verb} {}.", words.join(" "))
}

/// The verb of an operation's name, and what it is done to: `listPlantParts` lists the plant parts.
pub fn operation(id: &str) -> (String, String) {
    let words = words(id);
    let (verb, noun) = words
        .split_first()
        .map_or(("run", String::new()), |(verb, rest)| (verb.as_str(), rest.join(" ")));
    (verb.to_owned(), noun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_is_plain() {
        for (name, form, text) in [
            ("plantId", JsonType::String, "Identifies the plant."),
            ("id", JsonType::String, "Identifies the garden bed."),
            ("plantIDs", JsonType::Array, "Identify the plants."),
            ("batteryCount", JsonType::Integer, "The number of batteries."),
            ("numberOfPlants", JsonType::Integer, "The number of plants."),
            ("name", JsonType::String, "The name of the garden bed."),
            ("paintedTime", JsonType::String, "When the garden bed was painted."),
            ("paintedBy", JsonType::String, "Who painted the garden bed."),
            ("syncTime", JsonType::String, "The time of the sync."),
            ("isLit", JsonType::Boolean, "Whether the garden bed is lit."),
            ("enabled", JsonType::Boolean, "Whether the garden bed is enabled."),
            ("colour", JsonType::String, "The colour of the garden bed."),
            ("pageSize", JsonType::Integer, "How many entries a page holds at most."),
            ("", JsonType::Object, "What the garden bed holds here."),
        ] {
            assert_eq!(member(name, form, "GardenBed"), text, "{name}");
        }
        assert_eq!(plural("box"), "boxes");
        assert_eq!(plural("plant parts"), "plant parts");
    }
}
