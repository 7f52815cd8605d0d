//! What a schema allows, as a list of its members: types, limits, codes by name.

use maud::{Markup, html};
use serde_json::Value;
use xtask_spec::Spec;
use xtask_spec::place::Place;

use super::guides::prose;

/// How many codes are shown without being asked for.
const SHORT: usize = 6;

/// Shows the schemas of a document.
pub struct Schemas<'s, 'd> {
    pub spec: &'s Spec<'d>,
}

/// Something with a name and a schema: a member, a parameter.
pub struct Row<'d> {
    pub name: String,
    pub is_required: bool,
    pub description: String,
    pub schema: Place<'d>,
}

impl<'d> Schemas<'_, 'd> {
    /// The rows as a list.
    pub fn rows(&self, rows: &[Row<'d>]) -> Markup {
        self.list(rows, &mut Vec::new())
    }

    /// What is in a body: the members of an object, or what else it is.
    pub fn body(&self, schema: &Place<'d>) -> Markup {
        html! {
            p.type { (self.kind(schema)) (self.limits(schema)) }
            (self.parts(schema, &mut Vec::new(), true))
        }
    }

    fn list(&self, rows: &[Row<'d>], trail: &mut Vec<String>) -> Markup {
        html! {
            ul.members {
                @for row in rows {
                    @let own = self.spec.resolve(&row.schema);
                    @let says = |key: &str| row.schema.says(key) || own.as_ref().is_some_and(|own| own.says(key));
                    li {
                        code.name { (row.name) }
                        " " span.type { (self.kind(&row.schema)) }
                        @if row.is_required { " " span.mark.required { "required" } }
                        @for (key, word) in [("nullable", "may be null"), ("deprecated", "deprecated"), ("writeOnly", "never shown")] {
                            @if says(key) { " " span.mark { (word) } }
                        }
                        (self.limits(&row.schema))
                        (prose(&row.description))
                        (self.parts(&row.schema, trail, false))
                    }
                }
            }
        }
    }

    /// What there is to say below a schema: its codes, the members of its objects. `is_open` shows them without being asked.
    fn parts(&self, schema: &Place<'d>, trail: &mut Vec<String>, is_open: bool) -> Markup {
        let Some(schema) = self.spec.schema(schema) else {
            return html! {};
        };
        if trail.contains(&schema.pointer) {
            return html! { p.note { "Its members are those above." } };
        }
        trail.push(schema.pointer.clone());
        let properties = self.properties(&schema);
        let choices = ["oneOf", "anyOf"].iter().flat_map(|key| schema.entries_of(key));
        let choices = choices.map(|choice| (self.parts(&choice, trail, true), choice));
        let mut choices: Vec<_> = choices.filter(|(inner, _)| !inner.0.is_empty()).collect();
        // One or several of the same.
        choices.dedup_by(|(inner, _), (other, _)| inner.0 == other.0);
        let markup = html! {
            @if schema.value.get("enum").is_some() {
                @let count = schema.entries_of("enum").len();
                @if count <= SHORT { (codes(&schema)) }
                @else { details { summary { (count) " codes" } (codes(&schema)) } }
            }
            @if !properties.is_empty() {
                @if is_open { (self.list(&properties, trail)) }
                @else {
                    details { summary { (xtask_cli::counted(properties.len(), "member")) } (self.list(&properties, trail)) }
                }
            }
            @if let Some(others) = schema.get("additionalProperties").filter(|others| others.value.is_object()) {
                p.note { "Other members: " (others.description()) }
            }
            @if let Some(items) = schema.get("items") { (self.parts(&items, trail, is_open)) }
            @match choices.as_slice() {
                [(inner, _)] => (inner),
                several => @for (inner, choice) in several {
                    details { summary { (self.kind(choice)) } (prose(&self.description(choice))) (inner) }
                }
            }
        };
        trail.pop();
        markup
    }

    /// The members of an object.
    pub fn properties(&self, schema: &Place<'d>) -> Vec<Row<'d>> {
        let required = schema.texts("required");
        let properties = self.spec.properties(schema).into_iter();
        let rows = properties.map(|(name, property)| Row {
            name: name.to_owned(),
            is_required: required.contains(&name),
            description: self.description(&property),
            schema: property,
        });
        rows.collect()
    }

    /// What a schema says of itself, or else what it refers to says.
    fn description(&self, schema: &Place<'d>) -> String {
        let own = schema.description();
        if own.is_empty() {
            return self
                .spec
                .schema(schema)
                .map(|schema| schema.description())
                .unwrap_or_default();
        }
        own
    }

    /// The type in words: `array of Customer`, `string, date-time`.
    pub fn kind(&self, schema: &Place<'d>) -> String {
        let name = schema.referenced();
        let Some(schema) = self.spec.schema(schema) else {
            return "anything".to_owned();
        };
        let kind = schema.text("type");
        let choices: Vec<_> = ["oneOf", "anyOf"]
            .iter()
            .flat_map(|key| schema.entries_of(key))
            .collect();
        match (kind, name) {
            (Some("array"), _) => match schema.get("items") {
                Some(items) => format!("array of {}", self.kind(&items)),
                None => "array".to_owned(),
            },
            (Some("object"), Some(name)) => name.to_owned(),
            (Some(kind), Some(name)) => format!("{kind} {name}"),
            (Some(kind), None) => match schema.text("format") {
                Some(format) if !["int32", "int64", "double", "float"].contains(&format) => format!("{kind}, {format}"),
                _ => kind.to_owned(),
            },
            (None, Some(name)) if choices.len() > 2 => format!("one of {} {name}", choices.len()),
            (None, _) if !choices.is_empty() => {
                let kinds: Vec<_> = choices.iter().map(|choice| self.kind(choice)).collect();
                kinds.join(" or ")
            }
            (None, Some(name)) => name.to_owned(),
            (None, None) => "anything".to_owned(),
        }
    }

    /// The limits of a schema, and its default.
    fn limits(&self, schema: &Place<'d>) -> Markup {
        let parts = [Some(schema.clone()), self.spec.schema(schema)];
        let get = |key: &str| parts.iter().flatten().find_map(|part| part.value.get(key));
        let is = |key: &str| get(key) == Some(&Value::Bool(true));
        let bound = |key: &str, exclusive: &str, words: [&str; 2]| {
            get(key).map(|bound| format!("{} {bound}", words[usize::from(is(exclusive))]))
        };
        let length = |[least, most]: [&str; 2], noun: &str| match (get(least), get(most)) {
            (Some(least), Some(most)) => Some(format!("{least} to {most} {noun}")),
            (Some(least), None) if least == 1 => Some("not empty".to_owned()),
            (Some(least), None) => Some(format!("at least {least} {noun}")),
            (None, Some(most)) => Some(format!("at most {most} {noun}")),
            (None, None) => None,
        };
        let limits = [
            bound("minimum", "exclusiveMinimum", ["at least", "more than"]),
            bound("maximum", "exclusiveMaximum", ["at most", "less than"]),
            length(["minLength", "maxLength"], "characters"),
            length(["minItems", "maxItems"], "entries"),
            is("uniqueItems").then(|| "no entry twice".to_owned()),
        ];
        let limits: Vec<_> = limits.into_iter().flatten().collect();
        html! {
            @for limit in limits { " " span.limit { (limit) } }
            @if let Some(pattern) = get("pattern").and_then(Value::as_str) { " " span.limit { "like " code { (pattern) } } }
            @if let Some(default) = get("default") { " " span.limit { "default " code { (default) } } }
        }
    }
}

/// The codes of a list: what is sent, the name, the meaning.
pub fn codes(schema: &Place) -> Markup {
    let [names, meanings] = ["x-enum-varnames", "x-enum-descriptions"].map(|key| schema.texts(key));
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Codes of " (schema.name()) } {
            table.codes {
                thead { tr { th scope="col" { "Code" } th scope="col" { "Name" } th scope="col" { "Meaning" } } }
                tbody {
                    @for (index, code) in schema.entries_of("enum").iter().enumerate() {
                        tr {
                            td { code { (plain(code.value)) } }
                            td { (names.get(index).copied().unwrap_or_default()) }
                            td { (prose(meanings.get(index).copied().unwrap_or_default())) }
                        }
                    }
                }
            }
        }
    }
}

/// A value without quotation marks.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
