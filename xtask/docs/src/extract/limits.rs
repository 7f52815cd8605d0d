//! Defaults, limits and formats, from the words of a description.

use serde_json::{Number, Value};

use super::pattern::{Pattern, pattern};
use crate::facts::Row;
use regex::{Captures, Regex};

/// A pattern of this module, in which `#` stands for a number: with its thousands apart, or a fraction.
macro_rules! numbered {
    ($($text:literal),+ $(,)?) => {
        Pattern::new(|| {
            let number = r"-?\d+(?:[.,'’_]\d+| \d{3}\b)*";
            Regex::new(&concat!($($text),+).replace('#', number)).expect("the patterns of this program are well-formed")
        })
    };
}

/// The ways of saying the greatest value, the first that fits counts: its number, and of what it is.
static MOST: [Pattern; 8] = [
    pattern!(r"(?i)\bat most (?P<n>one|two|three|four|five|six|seven|eight|nine|ten) (?P<of>values)\b"),
    numbered!(r"(?i)\bmax(?:imum)? (?P<of>length)\b[^.\d]*?(?P<n>#)"),
    numbered!(
        r"(?i)\b(?:no more than|at most|up to|(?:cannot|must not|not) exceed|(?:no|not|not be) longer than) (?P<n>#)(?P<of> characters)",
    ),
    numbered!(r"(?i)\bmax(?:imum)?\b[^.\d]*?(?:\b(?:is|of|:)|=) ?(?P<n>#)\b(?P<of>[^.;]*)"),
    numbered!(r"(?i)\bmax(?:imum)?(?: value)? (?P<n>#)\b(?P<of>[^.;]*)"),
    numbered!(
        r"(?i)\b(?:(?:no|not|not be|cannot be) (?:larger|greater|more|bigger|higher) than|at most|not exceed|cannot exceed",
        r"|(?:less|lower|smaller|fewer) than or equal to) (?P<n>#)\b(?P<of>[^.;]*)",
    ),
    numbered!(r"(?:<=|≤) ?(?P<n>#)\b(?P<of>[^.;]*)"),
    numbered!(r"(?i)(?:^|[^\w.,-])(?P<n>#)(?P<of> [^.;\d]*?)\bat (?:the )?most\b"),
];

/// The ways of saying the least value, likewise.
static LEAST: Pattern = numbered!(
    r"(?i)(?:\bmin(?:imum)?(?: value)?(?: allowed)?(?: is| of|:| ?=)?|\bstarts? (?:from|at|with)|\bat least|>=|≥",
    r"|\b(?:no|not|not be|cannot be) (?:less|lower|smaller|fewer) than",
    r"|\b(?:greater|larger|higher|more) than or equal to) ?(?P<n>#)\b(?P<of>[^.;]*)",
);

/// A least value that is not allowed itself.
static ABOVE: Pattern =
    numbered!(r"(?i)(?:^|[,(:] ?|\b(?P<not>not |cannot )?be )(?:greater|larger|higher) than (?P<n>#)\b(?P<of>[^.;]*)");

static RANGE: Pattern = numbered!(
    r"(?i)\b(?:between|from) (#) (?:and|to|-|–) (#)\b|\b(?:between|range[sd]?(?: is| of| from|:)?) (#) ?(?:and|to|-|–) ?(#)\b",
    r"|[(\[](#) ?(?:,|-|–|to) ?(#)[)\]]|(?:^|[.,:(] ?)(#) to (#)\b",
);

static DEFAULT: Pattern = numbered!(
    r#"(?i)\bdefaults?(?:(?: [a-z]+){0,3}?(?: is| to|:| ?=) *["'“‘`]?(#\b|[^\s,;"'”’`]+)"#,
    r#"|(?: value)?(?: of)? (?:["'“‘`]([^\s"'”’`]+)["'”’`]|(#|true|false)\b))"#,
);

/// The unit of a size, behind its number or the rest of it: such a number says nothing on the value.
static SIZE: Pattern = pattern!(r"(?i)^[.,\d]* ?(?:[kmgt]i?b|(?:kilo|mega|giga|tera)?bytes?)\b");

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
        let word = found.iter().skip(1).flatten().next().expect("one of the alternatives");
        let is_value = !SIZE.is_match(&text[word.end()..]);
        row.default = is_value
            .then(|| value(word.as_str().trim_end_matches(['.', ')']), &kind))
            .flatten();
    }
    read_most(text, &kind, row);
    if let Some(found) = RANGE
        .captures(text)
        .filter(|_| matches!(kind.as_str(), "integer" | "number"))
        && let [least, most] = found.extract().1.map(number)
        && least.zip(most).is_some_and(|(least, most)| least <= most)
        && !SIZE.is_match(&text[found.get_match().end()..])
    {
        (row.minimum, row.maximum) = (least, most);
    }
    let above = ABOVE
        .captures(text)
        .filter(|found| kind == "integer" && found.name("not").is_none());
    let least = LEAST.captures(text).and_then(|found| limit(&found, text));
    let least = least.or_else(|| limit(&above?, text).map(|(most, of)| (most.saturating_add(1), of)));
    row.minimum = least
        .filter(|(_, of)| !counts_entries(&kind, of) && !of.contains("character"))
        .map(|(least, _)| least)
        .or(row.minimum);
}

/// The number of a limit, and of what it is.
fn limit(found: &Captures, text: &str) -> Option<(i64, String)> {
    let behind = &text[found.name("n")?.end()..];
    let number = number(&found["n"]).filter(|_| !SIZE.is_match(behind))?;
    Some((number, found["of"].trim().to_lowercase()))
}

fn counts_entries(kind: &str, of: &str) -> bool {
    kind.starts_with("array") || (kind != "integer" && THINGS.is_match(of))
}

fn read_most(text: &str, kind: &str, row: &mut Row) {
    let mut most = MOST.iter().filter_map(|pattern| pattern.captures(text));
    let Some((most, of)) = most.find_map(|found| limit(&found, text)) else {
        return;
    };
    if of.starts_with("character") || of == "length" {
        row.max_length = most.try_into().ok();
    } else if counts_entries(kind, &of) {
        row.max_items = most.try_into().ok();
    } else {
        row.maximum = Some(most);
    }
}

/// A whole number: in letters, or in figures, of which those of the thousands may stand apart.
fn number(text: &str) -> Option<i64> {
    static THOUSANDS: Pattern = pattern!(r"^-?\d{1,3}(?:[,'’_ ]\d{3})+$");
    let in_letters = IN_LETTERS
        .iter()
        .zip(1..)
        .find(|(word, _)| text.eq_ignore_ascii_case(word));
    let figures = || {
        let apart = THOUSANDS.is_match(text);
        text.replace(|mark| apart && ",'’_ ".contains(mark), "").parse().ok()
    };
    in_letters.map_or_else(figures, |(_, number)| Some(number))
}

/// A word as a value of the type: a number and a truth value as such, where the type is one.
pub fn value(word: &str, kind: &str) -> Option<Value> {
    let number = || {
        number(word)
            .filter(|_| word.contains(char::is_numeric))
            .map(Value::from)
    };
    match kind {
        // Pages confuse the two, and what they say counts.
        "integer" | "boolean" => number().or_else(|| word.to_lowercase().parse::<bool>().ok().map(Value::from)),
        "number" => number().or_else(|| serde_json::from_str::<Number>(word).ok().map(Value::from)),
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
    fn the_figures_of_thousands_may_stand_apart() {
        for text in [
            "No more than 1,000",
            "A maximum of 1,000 plants",
            "The maximum is 1 000",
            "1,000 plants at most",
            "Max: 1'000.",
        ] {
            assert_eq!(row("integer", text).maximum, Some(1_000), "{text}");
        }
        assert_eq!(row("array", "A maximum of 10,000 IDs").max_items, Some(10_000));
        assert_eq!(row("string", "At most 1,024 characters.").max_length, Some(1_024));
        assert_eq!(
            row("integer", "The default value is 1,000.").default,
            Some(json!(1_000))
        );
        let range = row("integer", "Between 1 and 10,000.");
        assert_eq!((range.minimum, range.maximum), (Some(1), Some(10_000)));
    }

    #[test]
    fn sizes_and_fractions_limit_no_whole_number() {
        for text in [
            "The maximum value allowed is 2 MB.",
            "The maximum length is 2.5 KB.",
            "The default value is 2 MB.",
            "The maximum is 2.5.",
            "At least 1.000",
            "Between 1 and 5 GB.",
        ] {
            assert_eq!(row("integer", text), Row::default(), "{text}");
        }
    }

    #[test]
    fn the_least_of_a_list_or_text_is_no_value() {
        let tags = row("array", "At least 1 and at most 10 tags.");
        assert_eq!((tags.minimum, tags.max_items), (None, Some(10)));
        let text = row("string", "At least 3 and at most 10 characters.");
        assert_eq!(text.minimum, None);
    }

    #[test]
    fn both_limits_may_stand_beside_each_other() {
        for text in [
            "Min 10, max 50",
            "Minimum: 10, maximum: 50",
            "Range 10-50",
            "10 to 50 days",
            "How many: 10 to 50",
            "Greater than 9 and less than or equal to 50",
            "It must not be lower than 10 nor may it exceed, not be greater than 50.",
            ">= 10, <= 50",
        ] {
            let row = row("integer", text);
            assert_eq!((row.minimum, row.maximum), (Some(10), Some(50)), "{text}");
        }
        let row = |text| row("number", text);
        let latitude = row("Between -90 and 90.");
        assert_eq!((latitude.minimum, latitude.maximum), (Some(-90), Some(90)));
        let both = row("(default 20, max 50)");
        assert_eq!((both.default, both.maximum), (Some(json!(20)), Some(50)));
        assert_eq!(row("It must not be greater than 5.").minimum, None);
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
