//! Names that generators form: none may be that of a component, which would then be defined twice, or mean two things.
//!
//! The forms, by the source of each generator:
//!
//! | Generator | Source | Forms |
//! | --- | --- | --- |
//! | openapi-generator | `InlineModelResolver`, templates | `{Schema}_{property}`, `_inner`, `_value`, `_allOf`, `_anyOf`, `_oneOf`, `_not`, `{operation}_request`, `{operation}_{status}_response`, `{operation}_{parameter}_parameter`; Go: `Nullable{Schema}`, `Api{Operation}Request`; C#: `{Operation}ApiResponse`; Rust: `{Operation}Params`, `Success`, `Error` |
//! | oapi-codegen | `operations.go`, `schema.go` | `{Operation}Params`, `JSONBody`, `JSONRequestBody`, `Response`, `RequestObject`, `ResponseObject`, `{status}JSONResponse`; `{Schema}_{Property}`, `_Item`, `_AdditionalProperties`, `{Union}{index}`; `{Code}`, or `{Schema}{Code}`, for constants; components of all sections are in one package |
//! | openapi-python-client | `parser` | `{Schema}{Property}`, `Item`, `AdditionalProperty`, `Type{index}`; `{Operation}Body`, `{Operation}Response{status}` |
//! | Kiota | `KiotaBuilder` | `{Schema}_{property}`, `Member{index}`; `{Segment}{Method}RequestBody`, `{Segment}{Method}Response`, `{Segment}RequestBuilder` |
//! | hey-api | `@hey-api/typescript` | `{Operation}Data`, `Error`, `Errors`, `Response`, `Responses` |
//! | progenitor | `method.rs`, typify | `{Operation}Body`, `Response`, `{Operation}{Parameter}`; `{Schema}{Property}`, `Item`, `Value`, `Inner`, `Variant{index}`, `Subtype{index}` |
//!
//! A name is compared by its letters and digits alone, since every language writes it in its own case.

use std::collections::HashMap;

use super::report::Report;
use xtask_spec::names::folded;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// What is put behind the name of a schema for a part of it that has no name, by where the part stands.
const PARTS: [(&str, &[&str]); 6] = [
    (
        "additionalProperties",
        &["AdditionalProperties", "AdditionalProperty", "Value"],
    ),
    ("allOf", &["AllOf"]),
    ("anyOf", &["AnyOf"]),
    ("items", &["Inner", "Item"]),
    ("not", &["Not"]),
    ("oneOf", &["OneOf"]),
];

/// What is put behind the name of a union or object for an alternative without a name, together with its number.
const ALTERNATIVES: [&str; 5] = ["", "Member", "Subtype", "Type", "Variant"];

/// What is put behind the name of an operation for a type that stands beside its body.
const CALLS: [&str; 12] = [
    "ApiResponse",
    "Data",
    "Error",
    "Errors",
    "JsonBody",
    "JsonRequestBody",
    "Params",
    "RequestObject",
    "Response",
    "ResponseObject",
    "Responses",
    "Success",
];

/// What is put behind the name of an operation for its body, if that has no name of its own.
const BODIES: [&str; 3] = ["Body", "Request", "RequestBody"];

pub fn check(spec: &Spec, report: &mut Report) {
    sections(spec, report);
    constants(spec, report);
    let mut components = HashMap::new();
    for (name, place) in spec.components("schemas") {
        // That a later one folds to the same name is told by the rule about identifiers.
        components.entry(folded(name)).or_insert((name, place));
    }
    let mut names = Names { components, report };
    for (name, schema) in spec.components("schemas") {
        names.of_schema(name, &schema);
    }
    for operation in &spec.operations {
        if let Some(id) = operation.id() {
            names.of_operation(spec, operation, id);
        }
    }
}

/// Components of different sections become types of one package.
fn sections(spec: &Spec, report: &mut Report) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for section in ["schemas", "parameters", "requestBodies", "responses"] {
        let components = spec.components(section);
        for (name, place) in &components {
            if let Some(other) = seen.get(&folded(name)) {
                report.add(
                    "formed-name",
                    place,
                    format!("`{name}` is a name in `{other}` too, and generators make one type of each"),
                    "rename one, as in `CustomerIdParameter`",
                );
            }
        }
        seen.extend(components.into_iter().map(|(name, _)| (folded(name), section)));
    }
}

/// The constants of all code lists stand in one package of Go, each behind the name of its list.
fn constants(spec: &Spec, report: &mut Report) {
    let mut seen: HashMap<String, (&str, &str)> = HashMap::new();
    for (list, schema) in spec.components("schemas") {
        for code in schema.texts("x-enum-varnames") {
            let (other, known) = *seen.entry(folded(&format!("{list}{code}"))).or_insert((list, code));
            if other != list {
                report.add(
                    "formed-name",
                    format!("{}/x-enum-varnames", schema.pointer),
                    format!("`{code}` of `{list}` and `{known}` of `{other}` become the same constant"),
                    "give one of the two another name",
                );
            }
        }
    }
}

struct Names<'r, 'n, 'd> {
    /// The schemas that are components, by their folded names.
    components: HashMap<String, (&'n str, Place<'n>)>,
    report: &'r mut Report<'d>,
}

impl Names<'_, '_, '_> {
    fn of_schema(&mut self, name: &str, schema: &Place) {
        for (property, place) in schema.members_of("properties") {
            // No generator names a list, nor is a sign a word.
            if place.text("type") != Some("array") && !folded(property).is_empty() {
                let what = format!("the property `{property}` of `{name}`");
                self.form(&format!("{name}{property}"), &what, place.referenced());
            }
        }
        for part in PARTS
            .iter()
            .filter(|(key, _)| schema.get(key).is_some())
            .flat_map(|(_, parts)| *parts)
        {
            self.form(&format!("{name}{part}"), &format!("a part of `{name}`"), None);
        }
        let lists = ["allOf", "anyOf", "oneOf"].map(|key| schema.entries_of(key).len());
        let alternatives = lists.into_iter().max().filter(|count| *count > 0);
        for index in alternatives.into_iter().flat_map(|count| 0..=count) {
            for part in ALTERNATIVES {
                self.form(
                    &format!("{name}{part}{index}"),
                    &format!("an alternative of `{name}`"),
                    None,
                );
            }
        }
        self.form(
            &format!("Nullable{name}"),
            &format!("`{name}` where it may be null"),
            None,
        );
        for code in schema.texts("x-enum-varnames") {
            self.form(code, &format!("the code `{code}` of `{name}`"), None);
            self.form(
                &format!("{name}{code}"),
                &format!("the code `{code}` of `{name}`"),
                None,
            );
        }
    }

    fn of_operation(&mut self, spec: &Spec, operation: &Operation, id: &str) {
        let call = format!("a type of `{id}`");
        for part in CALLS {
            self.form(&format!("{id}{part}"), &call, None);
        }
        self.form(&format!("Api{id}Request"), &call, None);
        let body = spec.body(operation);
        for part in BODIES {
            let own = body.as_ref().and_then(Place::referenced);
            self.form(&format!("{id}{part}"), &format!("the body of `{id}`"), own);
        }
        for (status, _) in operation.place.members_of("responses") {
            for name in [
                format!("{id}{status}Response"),
                format!("{id}Response{status}"),
                format!("{id}{status}JsonResponse"),
            ] {
                self.form(&name, &format!("the response {status} of `{id}`"), None);
            }
        }
        for parameter in spec.parameters(operation) {
            let (name, schema) = (
                parameter.described.text("name").unwrap_or_default(),
                parameter.described.get("schema"),
            );
            let what = format!("the parameter `{name}` of `{id}`");
            for part in ["", "Parameter"] {
                self.form(
                    &format!("{id}{name}{part}"),
                    &what,
                    schema.as_ref().and_then(Place::referenced),
                );
            }
        }
        let segment = operation.path.rsplit('/').next().unwrap_or_default();
        let call = format!("a type of `{}`", operation.path);
        self.form(&format!("{segment}RequestBuilder"), &call, None);
        for part in ["RequestBody", "Response"] {
            self.form(&format!("{segment}{}{part}", operation.method), &call, None);
        }
    }

    /// Tells of a component with a name that generators form. What refers to the very component means the same by it.
    fn form(&mut self, name: &str, what: &str, refers: Option<&str>) {
        if let Some((component, place)) = self
            .components
            .get(&folded(name))
            .filter(|(component, _)| refers != Some(component))
        {
            self.report.add(
                "formed-name",
                place,
                format!("`{component}` is what generators call {what}"),
                "rename the component",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    const PAGE: (&str, &str) = ("    PageMetadata:\n", "schemas/PageMetadata'");

    /// Another name for a component that is used once.
    #[track_caller]
    fn refused(name: &str) {
        let (definition, reference) = (format!("    {name}:\n"), format!("schemas/{name}'"));
        expect(
            &[(PAGE.0, &definition), (PAGE.1, &reference)],
            &[("formed-name", definition.trim())],
        );
    }

    #[test]
    fn a_component_is_not_called_like_a_part_of_a_schema() {
        for name in ["RoundRequestDepth", "ErrorBodyAdditionalProperties", "NullableGardener"] {
            refused(name);
        }
    }

    #[test]
    fn a_component_is_not_called_like_a_code() {
        refused("GardenerStatusActive");
        refused("Blocked");
    }

    #[test]
    fn constants_of_two_lists_differ() {
        let known = "      x-enum-varnames: [Active, Blocked]\n";
        let list = "    GardenerStatusA:\n      type: integer\n      description: How else.\n      enum: [1]\n      x-enum-varnames: [Ctive]\n      x-enum-descriptions: [It is.]\n";
        let schema = ("    PageMetadata:\n", &*format!("{list}    PageMetadata:\n"));
        let property = (
            "        depth:\n          type: integer\n          description: How deep.\n          minimum: 0\n          exclusiveMinimum: true\n          maximum: 9\n",
            "        depth:\n          $ref: '#/components/schemas/GardenerStatusA'\n",
        );
        let shown = ("              depth: 3\n", "              depth: 1\n");
        expect(
            &[schema, property, shown],
            &[("formed-name", "x-enum-varnames: [Ctive]")],
        );
        expect(
            &[
                schema,
                property,
                shown,
                (known, "      x-enum-varnames: [Present, Blocked]\n"),
            ],
            &[],
        );
    }

    #[test]
    fn a_component_is_not_called_like_a_type_of_an_operation() {
        for name in [
            "ListGardenersResponse",
            "ListGardeners200Response",
            "ListGardenersResponse400",
            "ListGardenersParams",
            "ListGardenersData",
            "ListGardenersErrors",
            "ListGardenersStatus",
            "ListGardenersPageSizeParameter",
            "ApiRunRoundRequest",
            "RunRoundRequest",
            "RunRoundJsonBody",
            "RoundsPostRequestBody",
            "GardenersRequestBuilder",
        ] {
            refused(name);
        }
    }

    #[test]
    fn letter_case_makes_no_other_name() {
        refused("Listgardenersresponse");
    }

    #[test]
    fn a_component_may_be_called_like_what_refers_to_it() {
        // The status of a gardener and the metadata of a page are those of the clean document.
        let (definition, reference) = ("    GardenerPageMetadata:\n", "schemas/GardenerPageMetadata'");
        expect(&[(PAGE.0, definition), (PAGE.1, reference)], &[]);
        let (definition, reference) = ("    RunRoundRequest:\n", "schemas/RunRoundRequest'");
        expect(
            &[
                ("    RoundRequest:\n", definition),
                ("schemas/RoundRequest'", reference),
            ],
            &[],
        );
        // The enum alone is the property's; a number is something else.
        let property = "        status:\n          description: How the gardener stands.\n          allOf:\n            - $ref: '#/components/schemas/GardenerStatus'\n";
        let number = "        status:\n          type: integer\n          description: How the gardener stands.\n";
        expect(&[(property, number)], &[("formed-name", "GardenerStatus:")]);
    }

    #[test]
    fn a_component_is_not_called_like_an_alternative() {
        let property = "        depth:\n          type: integer\n          description: How deep.\n          minimum: 0\n          exclusiveMinimum: true\n          maximum: 9\n";
        let union = |name: &str| {
            format!(
                "    Depth:\n      description: How deep.\n      anyOf:\n        - {{type: string, example: deep}}\n        - $ref: '#/components/schemas/{name}'\n    {name}:\n      type: integer\n      description: How deep.\n      example: 3\n    ErrorBody:\n"
            )
        };
        for name in ["Depth1", "DepthType0", "DepthMember2", "DepthAnyOf"] {
            expect(
                &[
                    ("    ErrorBody:\n", &union(name)),
                    (
                        property,
                        "        depth:\n          $ref: '#/components/schemas/Depth'\n",
                    ),
                ],
                &[("formed-name", &format!("{name}:"))],
            );
        }
        expect(
            &[
                ("    ErrorBody:\n", &union("DepthNumber")),
                (
                    property,
                    "        depth:\n          $ref: '#/components/schemas/Depth'\n",
                ),
            ],
            &[],
        );
    }

    #[test]
    fn components_of_two_sections_differ() {
        expect(
            &[
                ("    PageSize:\n", "    ErrorBody:\n"),
                ("parameters/PageSize'", "parameters/ErrorBody'"),
            ],
            &[("formed-name", "ErrorBody:")],
        );
    }
}
