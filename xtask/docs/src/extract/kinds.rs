//! The types of the pages, in one set of words.

use super::patterns::{Pattern, pattern};
use crate::facts::Required;

/// The type in the words of [`Row::TYPES`](crate::facts::Row::TYPES), or as the page has it.
pub fn kind(text: &str) -> String {
    normal(text).unwrap_or_else(|| text.to_owned())
}

static LIST: Pattern = pattern!(r"^(?:(?:list|array)(?:<| of )(.+?)>?|(.+?)(?:\[\]| array| list))$");

fn normal(text: &str) -> Option<String> {
    let text = text.trim().trim_matches('`').to_lowercase();
    let text = text.trim();
    let Some(found) = LIST.captures(text) else {
        return scalar(text).map(str::to_owned);
    };
    let entries = found.extract::<1>().1[0].trim();
    let entries = scalar(entries).or_else(|| scalar(entries.strip_suffix('s')?))?;
    Some(format!("array of {entries}"))
}

fn scalar(text: &str) -> Option<&'static str> {
    Some(match text {
        "int" | "integer" | "int32" | "int64" | "long" => "integer",
        "number" | "double" | "float" | "decimal" => "number",
        "bool" | "boolean" => "boolean",
        "string" | "text" | "guid" | "uuid" => "string",
        "datetime" | "date-time" | "date time" => "date-time",
        "array" | "list" | "collection" => "array",
        "object" | "dictionary" => "object",
        "enum" | "enumeration" => "enum",
        _ => return None,
    })
}

/// Whether a parameter must be sent; an error if the cell says something else.
pub fn required(text: &str) -> Result<Option<Required>, ()> {
    let text = text.to_lowercase();
    let words: Vec<_> = text
        .split(|character: char| !character.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [] => Ok(None),
        ["yes" | "true" | "required"] => Ok(Some(Required::Yes)),
        ["no" | "false" | "optional"] => Ok(Some(Required::No)),
        ["yes", "no"] | ["no", "yes"] => Ok(Some(Required::Sometimes)),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{kind, required};
    use crate::facts::Required;

    #[test]
    fn types_vary() {
        let cases = [
            ("Int", "integer"),
            ("bool", "boolean"),
            ("DateTime", "date-time"),
            ("list", "array"),
            ("string[]", "array of string"),
            ("`List<string>`", "array of string"),
            ("String Array", "array of string"),
            ("array of objects", "array of object"),
            ("sting", "sting"),
            ("Parcel", "Parcel"),
        ];
        for (page, expected) in cases {
            assert_eq!(kind(page), expected);
        }
    }

    #[test]
    fn both_answers_mean_sometimes() {
        assert_eq!(required("Yes (No)"), Ok(Some(Required::Sometimes)));
        assert_eq!(required(""), Ok(None));
        assert_eq!(required("string"), Err(()));
    }
}
