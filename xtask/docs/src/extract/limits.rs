//! Defaults, limits and formats, from the words of a description.

use serde_json::{Number, Value};

use super::pattern::{Pattern, pattern};
use crate::facts::Row;

/// The ways of saying the greatest value, the first that fits counts: its number, and of what it is.
static MOST: [Pattern; 6] = [
    pattern!(r"(?i)\bat most (?P<n>one|two|three|four|five|six|seven|eight|nine|ten) (?P<of>values)\b"),
    pattern!(r"(?i)\bmaximum (?P<of>length)\b[^.\d]*?(?P<n>\d+)"),
    pattern!(
        r"(?i)\b(?:no more than|at most|up to|cannot exceed|must not exceed|no longer than) (?P<n>\d+)(?P<of> characters)",
    ),
    pattern!(r"(?i)\bmax(?:imum)?\b[^.\d]*?\b(?:is|of|:) ?(?P<n>\d+)\b(?P<of>[^.;]*)"),
    pattern!(
        r"(?i)\b(?:no (?:larger|greater|more|bigger) than|at most|cannot exceed|must not exceed)",
        r" (?P<n>\d+)\b(?P<of>[^.;]*)",
    ),
    pattern!(r"(?i)(?:^|[^\w.-])(?P<n>\d+)(?P<of> [^.;\d]*?)\bat (?:the )?most\b"),
];

static LEAST: Pattern =
    pattern!(r"(?i)\b(?:minimum(?: value)?(?: allowed)? is|starts? (?:from|at|with)|at least|no less than) (\d+)\b");

static RANGE: Pattern =
    pattern!(r"(?i)\b(?:between|range(?:s)? from|from) (\d+) (?:and|to) (\d+)\b|[(\[](\d+) ?(?:,|-|–|to) ?(\d+)[)\]]",);

static DEFAULT: Pattern = pattern!(r#"(?i)\bdefaults?(?: [a-z]+){0,3}?(?: is| to|:) *["'“‘]?([^\s,;"'”’]+)"#);

/// Words for things that a list holds.
static THINGS: Pattern = pattern!(
    r"(?i)\b(?:urls?|addresses|emails?|items?|entries|ids?|site collections|sites|names|users|groups|objects|values)",
    " *(?: in the list| at)?$",
);

/// Numbers that pages write in letters, from one.
const IN_LETTERS: [&str; 10] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// Reads what the text says about the values of the row.
pub fn read(text: &str, row: &mut Row) {
    let kind = row.kind.clone().unwrap_or_default();
    if text.contains("ISO 8601") {
        row.format = Some("date-time".to_owned());
    }
    if let Some(found) = DEFAULT.captures(text) {
        row.default = value(found[1].trim_end_matches(['.', ')']), &kind);
    }
    read_most(text, &kind, row);
    if let Some(found) = RANGE.captures(text).filter(|_| kind == "integer") {
        let [least, most] = found.extract().1.map(number);
        (row.minimum, row.maximum) = (least, most);
    }
    if let Some(found) = LEAST.captures(text) {
        row.minimum = number(&found[1]);
    }
}

fn read_most(text: &str, kind: &str, row: &mut Row) {
    let mut most = MOST.iter().filter_map(|pattern| pattern.captures(text));
    let Some((found, most)) = most.find_map(|found| number(&found["n"]).map(|most| (found, most))) else {
        return;
    };
    let of = found["of"].trim().to_lowercase();
    if of.starts_with("character") || of == "length" {
        row.max_length = most.try_into().ok();
    } else if kind.starts_with("array") || (kind != "integer" && THINGS.is_match(&of)) {
        row.max_items = most.try_into().ok();
    } else {
        row.maximum = Some(most);
    }
}

fn number(text: &str) -> Option<i64> {
    let in_letters = IN_LETTERS
        .iter()
        .zip(1..)
        .find(|(word, _)| text.eq_ignore_ascii_case(word));
    in_letters.map_or_else(|| text.parse().ok(), |(_, number)| Some(number))
}

/// A word as a value of the type: a number and a truth value as such, where the type is one.
pub fn value(word: &str, kind: &str) -> Option<Value> {
    let number = || word.parse::<i64>().ok().map(Value::from);
    match kind {
        // Pages confuse the two, and what they say counts.
        "integer" | "boolean" => number().or_else(|| word.to_lowercase().parse::<bool>().ok().map(Value::from)),
        "number" => serde_json::from_str::<Number>(word).ok().map(Value::from),
        _ => number().or_else(|| Some(Value::from(word))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;
    use crate::facts::Row;

    fn row(kind: &str, text: &str) -> Row {
        let mut row = Row {
            kind: Some(kind.to_owned()),
            ..Row::default()
        };
        read(text, &mut row);
        row.kind = None;
        row
    }

    #[test]
    fn limits_are_said_in_many_ways() {
        let maximum = Row {
            maximum: Some(40),
            ..Row::default()
        };
        for text in [
            "The maximum value allowed is 40.",
            "The number must be no larger than 40.",
            "40 plants on one page at most.",
            "At most 40 of them.",
        ] {
            assert_eq!(row("integer", text), maximum, "{text}");
        }
        let items = Row {
            max_items: Some(40),
            ..Row::default()
        };
        for text in ["No more than 40 plants in the list", "40 URLs at most."] {
            assert_eq!(row("array", text), items, "{text}");
        }
        assert_eq!(row("array", "At most two values can be set.").max_items, Some(2));
        let length = Row {
            max_length: Some(40),
            ..Row::default()
        };
        for text in ["The maximum length is 40 characters.", "At most 40 characters."] {
            assert_eq!(row("string", text), length, "{text}");
        }
    }

    #[test]
    fn a_range_is_two_limits() {
        let range = Row {
            minimum: Some(1),
            maximum: Some(40),
            ..Row::default()
        };
        for text in [
            "How many on a page. (1, 40)",
            "From 1 to 40.",
            "How many (1-40).",
            "A number [1,40].",
        ] {
            assert_eq!(row("integer", text), range, "{text}");
            assert_eq!(row("string", text), Row::default(), "{text}");
        }
    }

    #[test]
    fn a_number_that_limits_nothing_is_none() {
        for text in [
            "Plants that reached 90% of their weight.",
            "The rest of an answer with more than 100 plants.",
            "From the default can in the 2nd row.",
        ] {
            assert_eq!(row("integer", text), Row::default(), "{text}");
        }
    }

    #[test]
    fn default_and_maximum_may_share_a_sentence() {
        let expected = Row {
            default: Some(json!(20)),
            maximum: Some(40),
            ..Row::default()
        };
        assert_eq!(
            row("integer", "The default value is 20 and its maximum value is 40."),
            expected
        );
        assert_eq!(
            row("boolean", "The default value is False.").default,
            Some(json!(false))
        );
        assert_eq!(row("boolean", "The default value is 1.").default, Some(json!(1)));
        assert_eq!(row("integer", "The first page, which starts from 1.").minimum, Some(1));
        assert_eq!(
            row("string", "The time in ISO 8601 format.").format.as_deref(),
            Some("date-time")
        );
    }
}
