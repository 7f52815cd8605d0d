//! The types of the pages, in one set of words.

use super::pattern::{Pattern, pattern};
use crate::facts::Required;

/// The type in the words of [`Row::kind`](crate::facts::Row::kind), or as the page has it.
pub fn kind(text: &str) -> String {
    normal(text).unwrap_or_else(|| text.to_owned())
}

static LIST: Pattern = pattern!(
    r"^(?i:list|array|collection|ienumerable)(?: of |<|\[| ?\(| )(.+?)[>\])]?$|^(.+?)(?:\[\]|(?i: array| list))$"
);

/// A type with a word on its values: `enum (string)`, `string (date-time)`.
static NOTED: Pattern = pattern!(r"^(\w+) ?\((.+)\)$");

/// The name of an object: `PlantLabel`. A single word may be a slip of something else.
static MODEL: Pattern = pattern!(r"^(?:[A-Z][a-z0-9]+){2,}$|^[A-Z]\w+(?:TypeName|DTO|Dto)$");

/// A map, perhaps with the types of its keys and values.
static MAP: Pattern = pattern!(r"^(?i:dictionary|map|record)\b(?:.*?[<\[(].*?, ?(.+)[>\])]$)?");

/// A type that lists its codes: `enum ("ripe", "sown")`.
static CODES: Pattern = pattern!(r"^(?i:enum|enumeration) ?[:(\[] ?([^,|)\]]+(?:[,|][^,|)\]]+)+)[)\]]?$");

/// The name that a type has for its objects: `PlantLabel` of `List<PlantLabel>`.
pub fn model(text: &str) -> Option<&str> {
    let text = bare(text);
    let Some(found) = LIST.captures(text) else {
        return MODEL.is_match(text).then_some(text);
    };
    let entries = found.extract::<1>().1[0].trim();
    let is_name = normal(text)? == "array of object" && kind(entries) == entries;
    model(entries).or_else(|| (is_name && !entries.eq_ignore_ascii_case("objects")).then_some(entries))
}

/// The codes that a type lists.
pub fn codes(text: &str) -> impl Iterator<Item = &str> {
    let codes = CODES.captures(bare(text)).map(|found| found.extract::<1>().1[0]);
    let codes = codes.into_iter().flat_map(|codes| codes.split([',', '|']));
    codes.map(|code| code.trim_matches([' ', '"', '\'', '`', '“', '”']))
}

/// A type without the marks around it.
fn bare(text: &str) -> &str {
    text.trim().trim_matches('`').trim().trim_end_matches('?')
}

fn normal(text: &str) -> Option<String> {
    let text = bare(text);
    let known = |text: &str| scalar(&text.to_lowercase()).map(str::to_owned);
    if let Some(found) = LIST.captures(text) {
        let entries = found.extract::<1>().1[0].trim();
        let named = entries.starts_with(char::is_uppercase).then(|| "object".to_owned());
        let entries = normal(entries).or_else(|| known(entries.strip_suffix('s')?));
        return Some(format!("array of {}", entries.or(named)?));
    }
    if let Some(found) = NOTED.captures(text) {
        let (outer, inner) = (known(&found[1])?, known(&found[2]));
        let is_values = outer == "enum";
        return Some(inner.filter(|inner| is_values || inner == "date-time").unwrap_or(outer));
    }
    if let Some(found) = MAP.captures(text) {
        let value = found.get(1).map(|value| value.as_str());
        let named = |value: &str| value.starts_with(char::is_uppercase).then(|| "object".to_owned());
        let value = value.and_then(|value| normal(value).or_else(|| named(value)));
        return Some(value.map_or_else(|| "map".to_owned(), |value| format!("map of {value}")));
    }
    let named = |is: bool, kind: &str| is.then(|| kind.to_owned());
    let coded = named(CODES.is_match(text), "enum");
    known(text).or(coded).or_else(|| named(MODEL.is_match(text), "object"))
}

fn scalar(text: &str) -> Option<&'static str> {
    Some(match text {
        "int" | "integer" | "int16" | "int32" | "int64" | "long" | "short" => "integer",
        "number" | "double" | "float" | "decimal" => "number",
        "bool" | "boolean" => "boolean",
        "string" | "text" | "guid" | "uuid" => "string",
        "datetime" | "date-time" | "date time" | "datetimeoffset" | "timestamp" => "date-time",
        "array" | "list" | "collection" => "array",
        "object" => "object",
        "enum" | "enumeration" => "enum",
        _ => return None,
    })
}

/// Whether a parameter must be sent; an error if the cell says something else.
pub fn required(text: &str) -> Result<Option<Required>, ()> {
    let text = text.to_lowercase();
    let words = text.split(|character: char| !character.is_alphabetic());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    Ok(Some(match words.as_slice() {
        [] => return Ok(None),
        ["yes" | "true" | "required" | "y" | "mandatory"] => Required::Yes,
        ["no" | "false" | "optional" | "n"] => Required::No,
        ["no", "yes"] | ["yes" | "required", ..] | ["conditional" | "conditionally", ..] => Required::Sometimes,
        _ => return Err(()),
    }))
}

#[cfg(test)]
mod tests {
    use super::{codes, kind, model, required};
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
            ("enum (string)", "string"),
            ("enum(integer)", "integer"),
            ("string (date-time)", "date-time"),
            ("string (uuid)", "string"),
            ("string?", "string"),
            ("`array[string]`", "array of string"),
            ("Array[PlantState]", "array of object"),
            ("List<Plant>", "array of object"),
            ("list object", "array of object"),
            ("array (string)", "array of string"),
            ("List<List<int>>", "array of array of integer"),
            ("List<sting>", "List<sting>"),
            ("PlantExtension", "object"),
            ("Dictionary<string, int>", "map of integer"),
            ("Map<string, PlantLabel>", "map of object"),
            ("Dictionary<string, Plant>", "map of object"),
            ("Map<string, List<int>>", "map of array of integer"),
            ("map", "map"),
            ("enum (\"ripe\", \"sown\")", "enum"),
            ("enum: ripe, sown", "enum"),
            ("Plant", "Plant"),
        ];
        for (page, expected) in cases {
            assert_eq!(kind(page), expected);
        }
    }

    #[test]
    fn a_type_may_list_codes() {
        for text in ["enum (\"ripe\", \"sown\")", "`enum: ripe, sown`", "Enum[ripe | sown]"] {
            assert!(codes(text).eq(["ripe", "sown"]), "{text}");
        }
        assert_eq!(codes("enum (string)").next(), None);
    }

    #[test]
    fn objects_may_have_a_name() {
        for (page, expected) in [
            ("List<Plant>", Some("Plant")),
            ("`Array[PlantLabel]`", Some("PlantLabel")),
            ("PlantLabel[]", Some("PlantLabel")),
            ("array of array of PlantLabel", Some("PlantLabel")),
            ("PlantLabel?", Some("PlantLabel")),
            ("array of Objects", None),
            ("List<String>", None),
            ("List<sting>", None),
            ("Object", None),
            ("Plant", None),
        ] {
            assert_eq!(model(page), expected, "{page}");
        }
    }

    #[test]
    fn both_answers_mean_sometimes() {
        for sometimes in ["Yes (No)", "Yes, if there is a plant", "Conditional"] {
            assert_eq!(required(sometimes), Ok(Some(Required::Sometimes)), "{sometimes}");
        }
        assert_eq!(required(""), Ok(None));
        assert_eq!(required("string"), Err(()));
    }
}
