//! Documentation as attributes: wrapped, and with what a schema says beside its description.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::place::Place;

use super::constraints::bounds;
use super::names::{camel, id, snake};

/// How long a line gets, in characters, without what stands before it.
const WIDTH: usize = 100;

/// The attributes of a text.
pub fn attributes(text: &str) -> TokenStream {
    let lines = lines(text).into_iter().map(|line| match line.as_str() {
        "" => String::new(),
        line => format!(" {line}"),
    });
    quote! { #(#[doc = #lines])* }
}

/// A text in lines that are not too long; what is code or a table stays as it is.
pub fn lines(text: &str) -> Vec<String> {
    let (mut lines, mut is_code) = (Vec::new(), false);
    for line in text.trim().lines().map(str::trim_end) {
        is_code ^= line.trim_start().starts_with("```");
        if is_code || line.starts_with(['|', '`', '#']) {
            lines.push(line.to_owned());
            continue;
        }
        let indent = match line.trim_start().starts_with(['-', '*']) {
            true => line.len() - line.trim_start().len() + 2,
            false => 0,
        };
        let mut current = line[..line.len() - line.trim_start().len()].to_owned();
        let mut is_begun = false;
        for word in line.split_whitespace() {
            if is_begun && current.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::replace(&mut current, " ".repeat(indent)));
                is_begun = false;
            }
            if is_begun {
                current.push(' ');
            }
            current.push_str(word);
            is_begun = true;
        }
        lines.push(current);
    }
    lines
}

/// The attribute by which a search of the documentation finds the name on the wire, where Rust's is another.
pub fn alias(wire: &str, name: &Ident) -> Option<TokenStream> {
    (name != wire).then(|| quote! { #[doc(alias = #wire)] })
}

/// A text in Rust's names: links in the place of the ids of operations, and members as fields and setters are called.
pub fn in_rust(spec: &Spec, text: &str) -> String {
    // What stands between backticks is every second part.
    let parts = text.split('`').enumerate().map(|(index, part)| {
        if index % 2 == 0 {
            part.to_owned()
        } else if spec.operations.iter().any(|operation| id(operation) == part) {
            let method = snake(part);
            format!("[`{method}`](crate::Client::{method})")
        } else if part.split('.').all(|name| is_member(spec, name)) {
            let names: Vec<_> = part.split('.').map(|name| snake(name).to_string()).collect();
            format!("`{}`", names.join("."))
        } else {
            format!("`{part}`")
        }
    });
    parts.collect()
}

/// Whether an object has a member, or an operation a parameter, of this name.
fn is_member(spec: &Spec, name: &str) -> bool {
    let mut schemas = spec.all(Kind::Schema);
    let mut parameters = spec.all(Kind::Parameter);
    schemas.any(|schema| {
        schema
            .get("properties")
            .is_some_and(|members| members.get(name).is_some())
    }) || parameters.any(|parameter| parameter.text("name") == Some(name))
}

/// The need of a member that its object fills in: its default is the constant.
const FILLED_IN: &str = "Filled in";

/// What a schema says of a value beside its description.
pub struct Rules {
    need: &'static str,
    /// What is taken where nothing is given.
    default: Option<String>,
    /// What it may be: sentences without their ends.
    limits: Vec<String>,
}

impl Rules {
    /// The rules of the schema of a parameter or a member.
    pub fn of(spec: &Spec, schema: &Place, is_required: bool) -> Self {
        let target = spec.schema(schema).unwrap_or_else(|| schema.clone());
        let default = schema.get("default").or_else(|| target.get("default"));
        let default = default.map(|default| shown(&default));
        // What is required is not sent without a value, whatever the server would take in its place.
        let default = default.filter(|_| !is_required);
        let entries = target.get("items").and_then(|items| spec.schema(&items));
        let mut limits = Vec::new();
        for (place, whose) in [(Some(&target), ""), (entries.as_ref(), " of each entry")] {
            let Some(place) = place else { continue };
            let own = |key: &str| place.get(key).map(|found| found.value.clone());
            for (range, what) in [
                (bounds(place), "Value"),
                ([own("minLength"), own("maxLength")], "Length in characters"),
                ([own("minItems"), own("maxItems")], "Number of entries"),
            ] {
                let range = match range {
                    [Some(least), Some(most)] => format!("{least} to {most}"),
                    [Some(least), None] => format!("at least {least}"),
                    [None, Some(most)] => format!("at most {most}"),
                    [None, None] => continue,
                };
                limits.push(format!("{what}{whose}: {range}"));
            }
            // That of a number is its type, and that of a secret says nothing of its value.
            let format = place.text("format").filter(|format| *format != "password");
            let format = match place.text("pattern") {
                _ if place.text("type") != Some("string") => None,
                Some(_) if place.is_local_time() => {
                    Some("date and time without an offset, as `2026-01-31T12:00:00`".to_owned())
                }
                // There is no other.
                Some(_) => Some("the digits of an integer".to_owned()),
                None => format.map(|format| format!("`{format}`")),
            };
            limits.extend(format.map(|format| format!("Format{whose}: {format}")));
            let choices = ["anyOf", "oneOf"].into_iter().flat_map(|key| place.entries_of(key));
            let choices = choices.filter_map(|choice| spec.schema(&choice));
            for list in std::iter::once(place.clone()).chain(choices) {
                if list.get("enum").is_some() && list.is_component("schemas") {
                    let codes = camel(&list.name());
                    limits.push(match list.texts("x-enum-varnames").as_slice() {
                        // A choice allows more than its code.
                        [only] if place.get("enum").is_some() => {
                            format!("Code{whose}: [`{codes}::{only}`](crate::types::{codes}::{only})")
                        }
                        _ => format!("Code{whose}: one of [`{codes}`](crate::types::{codes})"),
                    });
                }
            }
        }
        Rules {
            need: if is_required { "Required" } else { "Optional" },
            default,
            limits,
        }
    }

    /// The rules of a member: where it is needed and can be one code only, its object fills it in.
    pub fn of_member(spec: &Spec, schema: &Place, is_required: bool) -> Self {
        let codes = spec.schema(schema).map(|target| target.entries_of("enum"));
        let rules = Rules::of(spec, schema, is_required);
        match codes.as_deref() {
            Some([only]) if is_required => Rules {
                need: FILLED_IN,
                default: Some(shown(only)),
                ..rules
            },
            _ => rules,
        }
    }

    /// The same rules, with what is sent where nothing is given.
    pub fn with_default(self, default: &str) -> Self {
        Rules {
            default: Some(default.to_owned()),
            ..self
        }
    }
}

/// A value as the documentation shows it: a text without its quotes.
fn shown(place: &Place) -> String {
    match place.value.as_str() {
        Some(text) => text.to_owned(),
        None => place.value.to_string(),
    }
}

/// What is said of a parameter or a member: its description, and its rules. `name` is that on the wire.
pub fn value(spec: &Spec, name: &str, described: &Place, schema: &Place, rules: &Rules) -> String {
    let target = spec.schema(schema);
    let places = [Some(described), Some(schema), target.as_ref()].into_iter().flatten();
    let mut descriptions = places.map(Place::description).filter(|text| !text.is_empty());
    let description = descriptions.next().unwrap_or_else(|| format!("`{name}` of the API."));
    let mut sentences = vec![match (rules.need, &rules.default) {
        (FILLED_IN, Some(constant)) => format!("{FILLED_IN} with `{constant}`."),
        (need, Some(default)) => format!("{need}. Default: `{default}`."),
        (need, None) => format!("{need}."),
    }];
    sentences.extend(rules.limits.iter().map(|limit| format!("{limit}.")));
    format!("{}\n\n{}", in_rust(spec, &description), sentences.join(" "))
}

/// The setters of a builder as a table, the required ones first, behind what stands before it; nothing where there are none.
pub fn table(mut rows: Vec<(Ident, Rules)>) -> String {
    rows.sort_by_key(|(_, rules)| rules.need != "Required");
    let rows = rows.iter().map(|(setter, rules)| {
        let default = rules.default.iter().map(|default| format!("`{default}`"));
        format!(
            "\n| [`{setter}`](Self::{setter}) | {} | {} | {} |",
            rules.need.to_lowercase(),
            default.collect::<String>(),
            rules.limits.join("; "),
        )
    });
    let rows: String = rows.collect();
    match rows.as_str() {
        "" => rows,
        rows => format!("\n\n| Setter | | Default | Limits |\n| --- | --- | --- | --- |{rows}"),
    }
}

#[cfg(test)]
mod tests {
    use xtask_spec::document::Document;

    use super::*;
    use crate::constraints::reference;

    #[test]
    fn a_text_names_what_the_spec_names_as_rust_does_and_nothing_else() {
        let garden = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/openapi.yaml");
        let document = Document::load(garden.as_ref()).expect("the spec of the garden");
        let text = "As `listBeds`, by `pageSize` (see `metadata.totalCount`): pageSize of `allBeds`, `Basil`.";
        assert_eq!(
            in_rust(&Spec::new(&document), text),
            "As [`list_beds`](crate::Client::list_beds), by `page_size` (see `metadata.total_count`): \
             pageSize of `allBeds`, `Basil`."
        );
    }

    /// What the members of an object are said to be, each in a line, and the constraint of that object.
    fn told(object: &str) -> (Vec<String>, String) {
        let text = format!("openapi: 3.0.3\npaths: {{}}\ncomponents:\n  schemas:\n{object}");
        let document = Document::parse("members.yaml".as_ref(), &text).expect("a spec");
        let spec = Spec::new(&document);
        let mut schemas = spec.components("schemas").into_iter();
        let (_, object) = schemas.find(|(name, _)| *name == "Order").expect("the object");
        let required = object.texts("required");
        let members = object.members_of("properties").into_iter().map(|(name, member)| {
            let rules = Rules::of_member(&spec, &member, required.contains(&name));
            let said = value(&spec, name, &member, &member, &rules);
            said.replace("\n\n", " ")
        });
        let constraint = reference(&spec, &object).expect("a constraint").to_string();
        (members.collect(), constraint)
    }

    #[test]
    fn the_limits_of_an_integer_are_those_that_a_request_is_held_to() {
        let mut wrong = Vec::new();
        for (member, said, held) in [
            (
                "format: int32",
                " Value: -2147483648 to 2147483647.",
                "Some (- 2147483648i64) , Some (2147483647i64)",
            ),
            (
                "format: int32, minimum: 1",
                " Value: 1 to 2147483647.",
                "Some (1i64) , Some (2147483647i64)",
            ),
            (
                "format: int32, maximum: 9",
                " Value: -2147483648 to 9.",
                "Some (- 2147483648i64) , Some (9i64)",
            ),
            (
                "format: int32, minimum: 1, maximum: 9",
                " Value: 1 to 9.",
                "Some (1i64) , Some (9i64)",
            ),
            // These fill the type of the setter.
            ("format: int64", "", "None , None"),
            ("minimum: 1", " Value: at least 1.", "Some (1i64) , None"),
        ] {
            let object = format!(
                "    Order:\n      type: object\n      properties:\n        count: {{type: integer, {member}, description: How many.}}\n"
            );
            let (members, constraint) = told(&object);
            let expected = format!("How many. Optional.{said}");
            if members != [expected] || !constraint.contains(&format!("Constraint :: integer ({held})")) {
                wrong.push(format!("{member}: {members:?}, held to {constraint}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_constant_is_named_and_what_is_required_has_no_default() {
        const ORDER: &str = "
    Trial:
      type: integer
      description: What kind it is.
      enum: [2]
      x-enum-varnames: [Free]
      x-enum-descriptions: [It is free.]
    Order:
      type: object
      required: [type, page]
      properties:
        type: {$ref: '#/components/schemas/Trial'}
        page: {type: integer, default: 1, description: Which page.}
        size: {type: integer, default: 50, description: How many.}
        other:
          description: Another type.
          allOf:
            - {$ref: '#/components/schemas/Trial'}
        either: {$ref: '#/components/schemas/TrialOrText'}
    TrialOrText:
      description: A type, or a word for it.
      anyOf:
        - {$ref: '#/components/schemas/Trial'}
        - {type: string}
";
        let (members, _) = told(ORDER);
        assert_eq!(
            members,
            [
                "What kind it is. Filled in with `2`. Code: [`Trial::Free`](crate::types::Trial::Free).",
                "Which page. Required.",
                "How many. Optional. Default: `50`.",
                "Another type. Optional. Code: [`Trial::Free`](crate::types::Trial::Free).",
                "A type, or a word for it. Optional. Code: one of [`Trial`](crate::types::Trial).",
            ]
        );
    }

    #[test]
    fn paragraphs_are_wrapped_and_code_is_not() {
        let long = "word ".repeat(30);
        let text = format!("{long}\n\n- {long}\n\n```text\n{long}\n```");
        let found = lines(&text);
        assert_eq!(found.iter().filter(|line| line.chars().count() > WIDTH).count(), 1);
        assert!(found.iter().any(|line| line.starts_with("- word")));
        assert!(found.iter().any(|line| line.starts_with("  word")));
        assert_eq!(
            found
                .join(" ")
                .split_whitespace()
                .filter(|word| *word == "word")
                .count(),
            90
        );
    }
}
