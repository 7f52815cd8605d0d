//! Plain words for what a name says by itself: the number of plants, an id of a bed. Where a name is not plain, a person
//! must say what it means: nothing is better than a wrong sentence.

use heck::ToSnakeCase;
use xtask_spec::names::folded;

use crate::json_type::JsonType;
use crate::stems::STOP_WORDS;
use crate::yaml::todo;

/// What asks for the next page.
pub const TOKENS: [&str; 5] = ["nextlink", "nexttoken", "token", "continuationtoken", "skiptoken"];
/// The number of a page.
pub const NUMBERS: [&str; 4] = ["pageindex", "startpage", "pagenumber", "page"];
/// The size of a page.
pub const SIZES: [&str; 4] = ["pagesize", "top", "limit", "count"];

/// The words of a name, in small letters: those of `plantID` are plant and id.
pub fn split_words(name: &str) -> Vec<String> {
    let words = name.replace("IDs", "Ids").to_snake_case();
    let words = words.split('_').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// A sentence about a code, an object or a scope that is called so: its words, with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// A noun for as many things; what cannot be counted is called the same for any number.
fn counted(noun: &str, count: isize) -> String {
    const UNCOUNTABLE: [&str; 6] = ["access", "analytics", "data", "information", "storage", "usage"];
    let lower = noun.to_lowercase();
    if UNCOUNTABLE.iter().any(|word| lower.ends_with(word)) {
        return noun.to_owned();
    }
    pluralizer::pluralize(noun, count, false)
}

/// One of what a plural names.
pub fn singular(noun: &str) -> String {
    counted(noun, 1)
}

/// What the things are of which one is called so.
pub fn plural(noun: &str) -> String {
    counted(noun, 2)
}

/// A noun with the article of one thing of many; without, where it names several or cannot be counted.
pub fn one(noun: &str) -> String {
    if plural(noun) == noun {
        return noun.to_owned();
    }
    format!("{} {noun}", in_definite::get_a_or_an(noun))
}

/// Whether words read as a noun and what describes it: they neither say what is done nor join other words.
fn is_noun(text: &str) -> bool {
    const ACTS: &str =
        "allow assign create delete disable enable has hide ignore include is prohibit remove require send";
    let mut words = text.split(' ');
    let is_act = |act: &str| words.clone().next() == Some(act);
    let is_state = is_past(text) && !text.contains(' ');
    let is_noun = !ACTS.split(' ').any(is_act) && !is_state && !text.ends_with("with");
    is_noun && words.all(|word| !word.is_empty() && !STOP_WORDS.contains(&word))
}

/// Whether words end with what was done.
fn is_past(text: &str) -> bool {
    let last = text.rsplit(' ').next().unwrap_or_default();
    last.len() > 4 && last.ends_with("ed") && !last.ends_with("eed")
}

/// What a member or parameter holds, as far as its name and form say; where they do not, the words of the name, of which a
/// person must make a sentence. `noun` names what it is about.
pub fn member(name: &str, form: JsonType, noun: &str) -> Result<String, String> {
    let key = folded(name);
    let is = |keys: &[&str]| keys.contains(&key.as_str());
    let owner = split_words(noun).join(" ");
    let text = split_words(name).join(" ");
    let (rest, last) = text.rsplit_once(' ').unwrap_or(("", &text));
    let of = if rest.is_empty() { &owner } else { rest };
    let (first, state) = text.split_once(' ').unwrap_or(("", &text));
    let unclear = || sentence(if text.is_empty() { &owner } else { &text });
    Ok(match (last, form) {
        (_, JsonType::Integer) if is(&NUMBERS) => "Which page of the list; the first is 1.".to_owned(),
        (_, JsonType::Integer) if is(&SIZES) => "How many entries a page holds at most.".to_owned(),
        (_, JsonType::Integer | JsonType::String) if is(&["totalcount", "total"]) => {
            "How many entries are counted.".to_owned()
        }
        (_, JsonType::String) if is(&TOKENS) => "Asks for the next page; opaque.".to_owned(),
        (_, JsonType::Boolean) if is(&["hasnextpage", "hasmore"]) => "Whether another page follows.".to_owned(),
        (_, JsonType::Object) if is(&["metadata"]) => "How the list is split into pages.".to_owned(),
        ("time" | "date" | "at" | "on", JsonType::String) if is_past(rest) => format!("When the {owner} was {rest}."),
        ("by", JsonType::String) if is_past(rest) => format!("Who {rest} the {owner}."),
        (_, JsonType::Boolean) if ["is", "was"].contains(&first) && (is_noun(state) || !state.contains(' ')) => {
            format!("Whether the {owner} {text}.")
        }
        (_, JsonType::Boolean) if rest.is_empty() && (is_past(last) || is_noun(last)) => {
            format!("Whether the {owner} is {last}.")
        }
        (_, JsonType::Boolean) => return Err(unclear()),
        _ if text.starts_with("number of ") => format!("The {text}."),
        _ if !is_noun(of) => return Err(unclear()),
        ("id", _) => format!("Identifies the {of}."),
        ("ids", _) => format!("Identify the {}.", plural(of)),
        ("count", _) => format!("The number of {}.", plural(of)),
        ("email" | "mail", _) => format!("The e-mail address of the {of}."),
        ("url" | "uri" | "link", _) => format!("The address of the {of}."),
        ("time" | "date", JsonType::String) => format!("The time of the {of}."),
        _ if is_noun(&text) && text != owner => format!("The {text} of the {owner}."),
        _ => return Err(unclear()),
    })
}

/// What the body of a call is, from its name and the thing that the call is about.
pub fn body(name: &str, noun: &str) -> String {
    match name {
        _ if name.ends_with("Request") => "What the call takes.".to_owned(),
        _ if name.ends_with("Page") => format!("A page of {}.", plural(&split_words(noun).join(" "))),
        _ => "What the call answers.".to_owned(),
    }
}

/// What a component is, from its name.
pub fn component(name: &str) -> String {
    let text = split_words(name).join(" ");
    if is_noun(&text) && singular(&text) == text {
        sentence(&one(&text))
    } else {
        todo("say what it holds")
    }
}

/// What a scope allows, from its name: `garden.plants.read.all` to read plants. The first word names the product.
pub fn scope(name: &str) -> String {
    let parts = name
        .split('.')
        .filter(|part| !["all", "read", "readwrite"].contains(part));
    let mut words: Vec<_> = parts.map(|part| split_words(part).join(" ")).collect();
    if words.len() > 1 {
        words.remove(0);
    }
    let verb = match name.contains("readwrite") {
        true => "Read and change",
        false => "Read",
    };
    format!("{verb} {}.", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use xtask_spec::document::MARK;

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
            ("plantName", JsonType::String, "The plant name of the garden bed."),
            (
                "lastPaintedDate",
                JsonType::String,
                "When the garden bed was last painted.",
            ),
        ] {
            assert_eq!(member(name, form, "GardenBed").as_deref(), Ok(text), "{name}");
        }
        for (name, form) in [
            ("", JsonType::Object),
            ("gardenBed", JsonType::String),
            ("wateredCount", JsonType::Integer),
            ("sharedWith", JsonType::String),
            ("removedFromShed", JsonType::Integer),
            ("waterDaily", JsonType::Boolean),
            ("isToBeWatered", JsonType::Boolean),
            ("removeWeeds", JsonType::Boolean),
        ] {
            assert!(member(name, form, "GardenBed").is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_one_of_many_has_its_article() {
        for (name, text) in [
            ("PlantLabel", "A plant label."),
            ("UmbrellaPlant", "An umbrella plant."),
            ("UserSeed", "A user seed."),
            ("PlantInformation", "Plant information."),
            ("WateringResult", "A watering result."),
        ] {
            assert_eq!(component(name), text);
        }
        assert_eq!(body("SummaryPage", "Summary"), "A page of summaries.");
        assert_eq!(
            member("waterDaily", JsonType::Boolean, "GardenBed"),
            Err("Water daily.".to_owned())
        );
        for name in ["RestoreLabels", "DisableWatering"] {
            assert!(component(name).starts_with(MARK), "{name}");
        }
        assert_eq!(one("box"), "a box");
        assert_eq!(plural("box"), "boxes");
        assert_eq!(plural("plant parts"), "plant parts");
        for (many, one) in [
            ("policies", "policy"),
            ("users", "user"),
            ("addresses", "address"),
            ("status", "status"),
            ("data", "data"),
            ("children", "child"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
