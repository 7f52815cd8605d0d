//! Defaults, limits and formats, from the words of a description.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Number, Value};

use super::patterns::{Pattern, pattern};
use crate::facts::Row;

/// What a greatest value is of.
#[derive(Clone, Copy)]
enum Of {
    /// Characters of a text.
    Characters,
    /// What the words behind the number and the type of the row say.
    Context,
}

/// The ways of saying the greatest value, the first that fits counts: its number, and the words behind it.
static MOST: LazyLock<[(Regex, Of); 5]> = LazyLock::new(|| {
    [
        (r"(?i)\bmaximum length\b[^.\d]*?(\d+)()", Of::Characters),
        (
            r"(?i)\b(?:no more than|at most|up to|cannot exceed|must not exceed|no longer than) (\d+)()(?: characters)",
            Of::Characters,
        ),
        (
            r"(?i)\bmax(?:imum)?\b[^.\d]*?\b(?:is|of|:) ?(\d+)\b([^.;]*)",
            Of::Context,
        ),
        (
            r"(?i)\b(?:no (?:larger|greater|more|bigger) than|at most|cannot exceed|must not exceed) (\d+)\b([^.;]*)",
            Of::Context,
        ),
        (r"(?i)(?:^|[^\w.-])(\d+)( [^.;\d]*?)\bat (?:the )?most\b", Of::Context),
    ]
    .map(|(text, of)| (pattern(text), of))
});

static LEAST: Pattern = LazyLock::new(|| {
    pattern(r"(?i)\b(?:minimum(?: value)?(?: allowed)? is|starts? (?:from|at|with)|at least|no less than) (\d+)\b")
});

static RANGE: Pattern = LazyLock::new(|| pattern(r"(?i)\b(?:between|range(?:s)? from|from) (\d+) (?:and|to) (\d+)\b"));

static DEFAULT: Pattern =
    LazyLock::new(|| pattern(r#"(?i)\bdefaults?(?: [a-z]+){0,3}?(?: is| to|:) *["'“‘]?([^\s,;"'”’]+)"#));

/// How many values a list may have, in letters.
static IN_LETTERS: Pattern = LazyLock::new(|| pattern(r"(?i)\bat most (one|two|three|four|five|ten) values\b"));

/// Words for things that a list holds.
static THINGS: Pattern = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: urls? | addresses | emails? | items? | entries | ids? | site\ collections | sites | names | users
        | groups | objects )\ *(?: in\ the\ list | at )?$",
    )
});

/// Reads what the text says about the values of the row.
pub fn read(text: &str, row: &mut Row) {
    let kind = row.kind.clone().unwrap_or_default();
    if text.contains("ISO 8601") {
        row.format = Some("date-time".to_owned());
    }
    read_default(text, &kind, row);
    read_most(text, &kind, row);
    if let Some(number) = IN_LETTERS.captures(text).and_then(|found| found.get(1)) {
        row.max_items = in_figures(number.as_str());
    }
    if let Some(found) = RANGE.captures(text)
        && kind == "integer"
    {
        row.minimum = found.get(1).and_then(|number| number.as_str().parse().ok());
        row.maximum = found.get(2).and_then(|number| number.as_str().parse().ok());
    }
    if let Some(found) = LEAST.captures(text) {
        row.minimum = found.get(1).and_then(|number| number.as_str().parse().ok());
    }
}

fn read_default(text: &str, kind: &str, row: &mut Row) {
    let found = DEFAULT.captures(text);
    let Some(word) = found.as_ref().and_then(|found| found.get(1)) else {
        return;
    };
    let word = word.as_str().trim_end_matches(['.', ')']);
    row.default = value(word, kind);
}

fn read_most(text: &str, kind: &str, row: &mut Row) {
    for (pattern, of) in MOST.iter() {
        let Some(found) = pattern.captures(text) else {
            continue;
        };
        let Some(number) = found.get(1).and_then(|number| number.as_str().parse::<i64>().ok()) else {
            continue;
        };
        let behind = found.get(2).map(|words| words.as_str().trim()).unwrap_or_default();
        let things = THINGS.is_match(behind);
        match of {
            Of::Characters => row.max_length = number.try_into().ok(),
            Of::Context if behind.starts_with("character") => row.max_length = number.try_into().ok(),
            Of::Context if kind.starts_with("array") || (kind != "integer" && things) => {
                row.max_items = number.try_into().ok();
            }
            Of::Context => row.maximum = Some(number),
        }
        return;
    }
}

fn in_figures(number: &str) -> Option<u64> {
    let numbers = [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("ten", 10),
    ];
    let found = numbers.into_iter().find(|(word, _)| number.eq_ignore_ascii_case(word));
    found.map(|(_, number)| number)
}

/// A word as a value of the type: a number and a truth value as such, where the type is one.
pub fn value(word: &str, kind: &str) -> Option<Value> {
    match kind {
        "integer" | "boolean" => number_or_truth(word),
        "number" => serde_json::from_str::<Number>(word).ok().map(Value::from),
        _ => word
            .parse::<i64>()
            .map_or_else(|_| Some(Value::from(word)), |number| Some(Value::from(number))),
    }
}

/// Pages confuse the two, and what they say counts.
fn number_or_truth(word: &str) -> Option<Value> {
    let truth = || word.to_lowercase().parse::<bool>().ok().map(Value::from);
    word.parse::<i64>().ok().map(Value::from).or_else(truth)
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
            "40 parcels on one page at most.",
            "At most 40 of them.",
        ] {
            assert_eq!(row("integer", text), maximum, "{text}");
        }
        let items = Row {
            max_items: Some(40),
            ..Row::default()
        };
        for text in ["No more than 40 parcels in the list", "40 URLs at most."] {
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
    fn a_number_that_limits_nothing_is_none() {
        for text in [
            "Parcels that reached 90% of their weight.",
            "The rest of an answer with more than 100 parcels.",
            "From the default printer on the 2nd floor.",
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
