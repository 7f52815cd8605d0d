//! An answer against the schema that the spec has for it: what the schema does not know, by kind and place.
//!
//! A validator stops at "not valid under any of the given schemas", and lets members pass that a schema does not name.
//! Here each difference has its own place, and what is said of it is in the words of the spec and of JSON: never a value.

use std::cell::Cell;
use std::collections::HashMap;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};
use xtask_spec::Spec;
use xtask_spec::place::Place;
use xtask_spec::schema::Variant;

use super::report::Kind;

/// How many schemas are read at one place.
const SCHEMAS: usize = 256;

/// The keywords that say which texts and numbers a schema allows, beside its codes.
const LIMITS: [&str; 7] = [
    "format",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
];

/// The longest name of a member that is shown.
const LONGEST_NAME: usize = 48;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub kind: Kind,
    /// The members that lead there, joined by dots; `[]` is any entry of a list, `{}` any member of a map.
    pub place: String,
    pub detail: String,
    /// An unknown code, to count how many there are. It is not a part of the report.
    pub code: Option<Value>,
}

/// Compares answers with the schemas of one document.
pub struct Comparison<'d> {
    spec: &'d Spec<'d>,
    /// What judges texts and numbers, by what their schemas say.
    limits: HashMap<String, Validator>,
}

impl<'d> Comparison<'d> {
    pub fn new(spec: &'d Spec<'d>) -> Self {
        Self {
            spec,
            limits: HashMap::new(),
        }
    }

    /// What the schema does not know of a value.
    pub fn differences(&mut self, schema: &Place<'d>, value: &Value, place: &str) -> Vec<Difference> {
        let variants = self.spec.variants(schema, &Cell::new(SCHEMAS));
        if value.is_null() {
            let is_known = |variant: &Variant| variant.says("nullable") || types(variant).is_empty();
            return match variants.iter().any(is_known) {
                true => Vec::new(),
                false => vec![difference(Kind::Null, place, format!("null, not {}", named(&variants)))],
            };
        }
        let fitting = variants.iter().filter(|variant| has_type(variant, value));
        let judged = fitting.map(|variant| (strangers(variant, value), self.within(variant, value, place)));
        // An object is of the kind whose names it has, however much else is wrong with it.
        let best = judged.min_by_key(|(strangers, found)| (*strangers, found.len()));
        best.map(|(_, found)| found).unwrap_or_else(|| {
            let detail = format!("{}, not {}", json_type(value), named(&variants));
            vec![difference(Kind::Shape, place, detail)]
        })
    }

    fn within(&mut self, variant: &Variant<'d>, value: &Value, place: &str) -> Vec<Difference> {
        match value {
            Value::Object(members) => self.members(variant, members, place),
            Value::Array(entries) => {
                let Some(item) = variant.parts.iter().find_map(|part| part.get("items")) else {
                    return Vec::new();
                };
                let place = format!("{place}[]");
                let differences = entries.iter().map(|entry| self.differences(&item, entry, &place));
                differences.flatten().collect()
            }
            scalar => self.scalar(variant, scalar, place),
        }
    }

    fn members(&mut self, variant: &Variant<'d>, members: &Map<String, Value>, place: &str) -> Vec<Difference> {
        let names = Names::of(variant);
        // Such an object is something else, perhaps a map whose names are data.
        if !members.is_empty() && names.strangers(members) == members.len() {
            let detail = "an object with none of the members that the spec has".to_owned();
            return vec![difference(Kind::Shape, place, detail)];
        }
        let mut differences = Vec::new();
        for (name, member) in members {
            match names.find(name) {
                Some((known, schema)) => {
                    let at = joined(place, known);
                    if name != known {
                        let detail = format!("written `{name}`");
                        differences.push(difference(Kind::Case, &at, detail));
                    }
                    differences.extend(self.differences(schema, member, &at));
                }
                None if names.is_free() => {
                    let schema = names.other.as_ref().filter(|schema| schema.value.is_object());
                    let found = schema.map(|schema| self.differences(schema, member, &joined(place, "{}")));
                    differences.extend(found.into_iter().flatten());
                }
                None => {
                    let at = joined(place, shown(name));
                    differences.push(difference(Kind::Member, &at, json_type(member).to_owned()));
                }
            }
        }
        differences
    }

    fn scalar(&mut self, variant: &Variant<'d>, value: &Value, place: &str) -> Vec<Difference> {
        if let Some(codes) = variant.get("enum").and_then(Value::as_array)
            && !codes.contains(value)
        {
            let unknown = difference(Kind::Code, place, "not in the list of the spec".to_owned());
            let code = Some(value.clone());
            return vec![Difference { code, ..unknown }];
        }
        let limits: Map<_, _> = LIMITS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), variant.get(name)?.clone())))
            .collect();
        let validator = self
            .limits
            .entry(Value::Object(limits.clone()).to_string())
            .or_insert_with(|| validator(limits));
        let problems = validator.iter_errors(value).map(|error| match error.kind() {
            ValidationErrorKind::Format { format } => format!("no {format}"),
            kind => format!("outside `{}`", kind.keyword()),
        });
        let differences = problems.map(|detail| difference(Kind::Value, place, detail));
        differences.collect()
    }
}

/// The names that an object may have.
struct Names<'d> {
    known: Vec<(&'d str, Place<'d>)>,
    /// What the members with other names are, if the spec says so.
    other: Option<Place<'d>>,
}

impl<'d> Names<'d> {
    fn of(variant: &Variant<'d>) -> Self {
        let parts = || variant.parts.iter();
        Self {
            known: parts().flat_map(|part| part.members_of("properties")).collect(),
            other: parts().find_map(|part| part.get("additionalProperties")),
        }
    }

    fn find(&self, name: &str) -> Option<&(&'d str, Place<'d>)> {
        let exact = self.known.iter().find(|(known, _)| *known == name);
        exact.or_else(|| self.known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)))
    }

    fn is_free(&self) -> bool {
        self.other.is_some() || self.known.is_empty()
    }

    /// How many members have a name that they may not have.
    fn strangers(&self, members: &Map<String, Value>) -> usize {
        match self.is_free() {
            true => 0,
            false => members.keys().filter(|name| self.find(name).is_none()).count(),
        }
    }
}

fn strangers(variant: &Variant, value: &Value) -> usize {
    let members = value.as_object();
    members.map_or(0, |members| Names::of(variant).strangers(members))
}

/// What judges a text or a number by some keywords.
fn validator(mut limits: Map<String, Value>) -> Validator {
    // To JSON Schema the width of an integer is a mere note.
    let width = match limits.get("format").and_then(Value::as_str) {
        Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
        Some("int64") => Some((i64::MIN, i64::MAX)),
        _ => None,
    };
    if let Some((least, most)) = width {
        limits.entry("minimum").or_insert_with(|| json!(least));
        limits.entry("maximum").or_insert_with(|| json!(most));
    }
    let built = jsonschema::options()
        .should_validate_formats(true)
        .build(&Value::Object(limits));
    built.expect("the lint refuses a keyword that is no JSON Schema")
}

fn difference(kind: Kind, place: &str, detail: String) -> Difference {
    Difference {
        kind,
        place: place.to_owned(),
        detail,
        code: None,
    }
}

/// A place below another.
pub fn joined(place: &str, name: &str) -> String {
    match place {
        "" => name.to_owned(),
        place => format!("{place}.{name}"),
    }
}

/// A name that an answer has and the spec has not, if it can only be that of a member: names of maps may be data, such as
/// ids, addresses and what people are called.
pub fn shown(name: &str) -> &str {
    let rest = name.strip_prefix(['@', '$']).unwrap_or(name);
    let is_word = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '-');
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    let numbers = rest.split(|letter: char| !letter.is_ascii_digit());
    let numbers = numbers.filter(|number| !number.is_empty()).count();
    let is_name = rest.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && rest
            .chars()
            .all(|letter| is_word(letter) || letter.is_ascii_digit() || letter == '.')
        && digits <= 4
        && numbers <= 2
        && name.len() <= LONGEST_NAME;
    if is_name { name } else { "(a name that may be data)" }
}

/// The types that a choice names, or that its codes have.
fn types<'d>(variant: &Variant<'d>) -> Vec<&'d str> {
    let parts = variant.parts.iter();
    parts.filter_map(|part| part.text("type")).collect()
}

/// Whether a value is of the type that a choice asks for.
fn has_type(variant: &Variant, value: &Value) -> bool {
    types(variant).iter().all(|name| match *name {
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object(),
    })
}

/// The types that the spec allows, in words.
fn named(variants: &[Variant]) -> String {
    let mut names: Vec<_> = variants.iter().flat_map(types).collect();
    names.sort_unstable();
    names.dedup();
    names.join(" or ")
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use xtask_spec::document::Document;

    const SPEC: &str = "
components:
  schemas:
    Status:
      type: integer
      enum: [0, 1]
    User:
      type: object
      properties:
        status:
          anyOf:
            - $ref: '#/components/schemas/Status'
            - type: array
              items:
                $ref: '#/components/schemas/Status'
        lastSignIn: { type: string, format: date-time, nullable: true }
        name: { type: string }
        seats: { type: integer, format: int32 }
        free: { type: object }
        tenants:
          type: object
          additionalProperties: { type: object, properties: { id: { type: string } } }
        detail:
          anyOf:
            - { type: object, properties: { id: { type: string } } }
            - { type: object, properties: { id: { type: string }, count: { type: integer } } }
        parts:
          type: array
          items: { type: object, properties: { id: { type: string } } }
";

    fn differences(value: &Value) -> Vec<(Kind, String, String)> {
        let document = Document::parse(Path::new("spec.yaml"), SPEC).expect("a document");
        let spec = Spec::new(&document);
        let schema = spec.components("schemas").swap_remove(1).1;
        let found = Comparison::new(&spec).differences(&schema, value, "");
        let parts = found.into_iter().map(|found| (found.kind, found.place, found.detail));
        parts.collect()
    }

    #[test]
    fn what_the_spec_has_in_any_of_its_forms_is_no_difference() {
        for value in [
            json!({}),
            json!({ "status": 1, "lastSignIn": null, "name": "", "seats": 2_147_483_647 }),
            json!({ "status": [0, 1], "lastSignIn": "2026-01-31T12:00:00Z", "seats": 1.0 }),
            json!({ "free": { "anything": [null] }, "tenants": { "6f1c2b9a": { "id": "x" } }, "parts": [] }),
        ] {
            assert_eq!(differences(&value), [], "{value}");
        }
    }

    #[test]
    fn each_difference_has_its_kind_and_place() {
        for (value, kind, place, detail) in [
            (json!([]), Kind::Shape, "", "array, not object"),
            (
                json!({ "status": 7 }),
                Kind::Code,
                "status",
                "not in the list of the spec",
            ),
            (
                json!({ "status": [0, 7] }),
                Kind::Code,
                "status[]",
                "not in the list of the spec",
            ),
            (
                json!({ "status": "1" }),
                Kind::Shape,
                "status",
                "string, not array or integer",
            ),
            (
                json!({ "status": null }),
                Kind::Null,
                "status",
                "null, not array or integer",
            ),
            (
                json!({ "LastSignIn": null }),
                Kind::Case,
                "lastSignIn",
                "written `LastSignIn`",
            ),
            (
                json!({ "lastSignIn": "N/A" }),
                Kind::Value,
                "lastSignIn",
                "no date-time",
            ),
            (
                json!({ "lastSignIn": "2026-01-31T12:00:00" }),
                Kind::Value,
                "lastSignIn",
                "no date-time",
            ),
            (
                json!({ "seats": 2_147_483_648_u64 }),
                Kind::Value,
                "seats",
                "outside `maximum`",
            ),
            (json!({ "seats": 1.5 }), Kind::Shape, "seats", "number, not integer"),
            (json!({ "name": "x", "new": [] }), Kind::Member, "new", "array"),
            (
                json!({ "tenants": { "a": { "id": 7 } } }),
                Kind::Shape,
                "tenants.{}.id",
                "number, not string",
            ),
            (
                json!({ "parts": [{ "id": "x", "@new": 1 }] }),
                Kind::Member,
                "parts[].@new",
                "number",
            ),
            (
                json!({ "detail": { "id": "x", "COUNT": 1 } }),
                Kind::Case,
                "detail.count",
                "written `COUNT`",
            ),
            (
                json!({ "detail": { "id": "x", "count": [] } }),
                Kind::Shape,
                "detail.count",
                "array, not integer",
            ),
            (json!({ "parts": [null] }), Kind::Null, "parts[]", "null, not object"),
        ] {
            let expected = (kind, place.to_owned(), detail.to_owned());
            assert_eq!(differences(&value), [expected], "{value}");
        }
    }

    #[test]
    fn names_that_may_be_data_are_not_shown() {
        let map = json!({ "ann": 1, "bob": 2 });
        let expected = "an object with none of the members that the spec has".to_owned();
        assert_eq!(differences(&map), [(Kind::Shape, String::new(), expected)]);
        for name in [
            "ann@example.com",
            "6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c",
            "a6f1c2b9a-3d4e-4f5a-8b6c-7d8e9f0a1b2c",
            "Ann Miller",
            "https://example.com",
            "",
            "Zoë",
            "s3cr3t-0f-m1ne",
        ] {
            assert_eq!(shown(name), "(a name that may be data)", "{name}");
        }
        for name in [
            "skipToken",
            "@odata.context",
            "$type",
            "x-ms-id",
            "m365_seats",
            "oneDrive365V2",
        ] {
            assert_eq!(shown(name), name);
        }
    }
}
