//! The generator, held against an invented service: a garden that has each feature once.
//!
//! What it gives was read and approved, and is compiled and called as the package `xtask-codegen-golden`.

mod compatibility;

use std::path::{Path, PathBuf};

use super::*;

const GARDEN: Api = Api {
    name: "garden",
    service: "Elements",
    pages: &[],
};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn spec() -> String {
    std::fs::read_to_string(golden().join("openapi.yaml")).expect("the spec of the garden")
}

/// What the generator makes of a spec, or the errors.
fn generated(text: &str) -> Result<Files, String> {
    let document = Document::parse(&golden().join("openapi.yaml"), text).map_err(|fault| fault.to_string())?;
    let mut problems = lint::check(&document);
    // A test that changes a schema need not change the examples with it.
    problems.retain(|problem| !problem.rule.ends_with("example"));
    if !problems.is_empty() {
        let lines = problems.iter().map(|problem| format!("{}:{problem}", document.name()));
        return Err(lines.collect::<Vec<_>>().join("\n"));
    }
    let mut files = generate(&GARDEN, &Spec::new(&document)).map_err(|error| format!("{error:#}"))?;
    // The examples name the crate as that of an API is named; this one has another name.
    for text in files.values_mut() {
        *text = text.replace("avepoint_garden", "xtask_codegen_golden");
    }
    Ok(files)
}

#[test]
fn the_generated_code_is_as_it_was_read() {
    let document = Document::load(&golden().join("openapi.yaml")).expect("the spec of the garden");
    assert_eq!(lint::check(&document), [], "its examples keep the rules too");
    let files = generated(&spec()).expect("code");
    let folder = golden().join("src/generated");
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        output::replace(&folder, &files).expect("written");
    }
    let diff = output::diff(&folder, &files).expect("a diff");
    assert!(
        diff.is_empty(),
        "{diff}\nread the diff as users will; \
         `RENEW_GOLDEN=1 cargo test -p xtask-codegen` takes it over"
    );
}

/// Each thing that the generator cannot say is an error with the line where it stands, what is wrong and what to do.
///
/// A row is an edit, the line that is named or how it begins, and the message.
#[test]
fn what_cannot_be_generated_is_refused_with_the_place_and_the_remedy() {
    const LABELS: &str = "        - {type: string, example: Basil}\n        - type: array\n          items: {type: string}\n          example: [Basil]\n";
    let mut wrong = Vec::new();
    for (from, to, line, message) in [
        // What the lint refuses.
        (
            "      x-enum-varnames: [Spring, Autumn]\n",
            "",
            "Season:",
            "a code list has no `x-enum-varnames`; write one entry for each code",
        ),
        (
            "enum: [red, green]",
            "enum: [red, green, blue]",
            "x-enum-varnames: [Red, Green]",
            "has 2 entries for 3 codes",
        ),
        (
            "        items: result\n",
            "        items: beds\n",
            "items: beds",
            "no property of the response `beds` of type array",
        ),
        // Choices.
        (
            LABELS,
            "        - {type: boolean}\n        - {type: array, items: {type: string}}\n",
            "- {type: boolean}",
            "there is no Rust type for this part of a choice; use one of the combinations that `specs/README.md` lists",
        ),
        (
            "        - {type: integer, format: int64, example: 12}\n        - {type: string, example: tall}\n",
            "        - {type: integer}\n        - {type: array, items: {type: integer}}\n",
            "IntegerOrText:",
            "there is no Rust type for this choice; use one of the combinations that `specs/README.md` lists",
        ),
        (
            LABELS,
            "        - {type: array, items: {type: string}}\n        - {type: object, additionalProperties: {type: string}}\n",
            "- {type: object, additionalProperties: {type: string}}",
            "an object in a choice here has no name; make it a component",
        ),
        (
            "soil: {description: What the soil is made of.}",
            "soil: {description: Odd., anyOf: [{$ref: '#/components/schemas/Bed'}, {$ref: '#/components/schemas/Visit'}]}",
            "soil: {description",
            "a union here has no name; make it a component",
        ),
        (
            "        - {$ref: '#/components/schemas/PlantCutting'}\n",
            "        - {$ref: '#/components/schemas/PlantCutting'}\n      anyOf: [{$ref: '#/components/schemas/PlantSeeds'}]\n",
            "oneOf:",
            "`anyOf` and `oneOf` are used together; keep one of the two",
        ),
        // Lists.
        (
            "          description: The beds.\n          items: {$ref: '#/components/schemas/Bed'}\n",
            "          description: The beds.\n          items: {type: object, additionalProperties: {type: string}}\n",
            "items: result",
            "the entries of `result` have no name; make their schema a component",
        ),
        // Examples, which the documentation shows.
        (
            "            example:\n              label: Basil\n              height: '12'\n              season: 1\n              water: {least: 0.5, most: 2}\n              sown: '2030-04-01T08:00:00'\n              remark: It needs sun.\n",
            "            example: {season: 1}\n",
            "example: {season: 1}",
            "`label` is missing; write all that is required",
        ),
        (
            "          example: {kind: seeds, count: 10}\n",
            "          example: {kind: stones}\n",
            "example: {kind: stones}",
            "this is none of the objects of `body`; write one of them",
        ),
        (
            "          schema: {$ref: '#/components/schemas/Season'}\n          example: 1\n",
            "          required: true\n          schema: {$ref: '#/components/schemas/Season'}\n          example: 9\n",
            "example: 9",
            "9 is no code of `season`; write one of its codes",
        ),
        (
            "      schema: {$ref: '#/components/schemas/BedId'}\n      example: b-1\n",
            "      schema: {$ref: '#/components/schemas/BedId'}\n      example: [b-1]\n",
            "example: [b-1]",
            "`bedId` is no list; write what its schema allows",
        ),
        // Requests.
        (
            "maxLength: 40,",
            "pattern: '^[A-Z][a-z]+$',",
            "label: {type",
            "the pattern `^[A-Z][a-z]+$` is not supported; leave it out, or use ^-?[0-9]+$ or ^[0-9]{4}",
        ),
        (
            "maxLength: 40,",
            "format: byte,",
            "label: {type",
            "the format `byte` is not supported; leave it out, or use date-time or date or email",
        ),
        (
            "maximum: 9.5,",
            "maximum: 9.5, exclusiveMaximum: true,",
            "least: {type",
            "an exclusive limit is not supported; write the nearest value that is supported",
        ),
        (
            "maximum: 1000,",
            "maximum: 1000.5,",
            "count: {type",
            "the limit 1000.5 of an integer does not fit in 64 bits; write the nearest value that is supported",
        ),
        (
            "          in: query\n          description: Only plants of this season.",
            "          in: header\n          description: Only plants of this season.",
            "- name: season",
            "`season` is neither in the path nor in the query; leave it out",
        ),
        (
            "    delete:\n",
            "    trace:\n",
            "trace:",
            "the clients have no method `trace`; use one of get, post, put, patch, delete",
        ),
    ] {
        let spec = spec();
        assert_eq!(spec.matches(from).count(), 1, "`{from}` must stand in the spec once");
        let broken = spec.replace(from, to);
        let problem = generated(&broken).err().unwrap_or_default();
        let (whole, begun) = (
            |text: &str| text.trim() == line,
            |text: &str| text.trim().starts_with(line),
        );
        let found = broken
            .lines()
            .position(whole)
            .or_else(|| broken.lines().position(begun));
        let number = found.expect("the line") + 1;
        let expected = format!("openapi.yaml:{number}: ");
        if !problem.contains(&expected) || !problem.contains(message) {
            wrong.push(format!("expected: {expected}{message}\nactual: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What stands above a public function or field: its documentation and attributes.
struct Named<'a> {
    name: &'a str,
    above: Vec<&'a str>,
    /// Its name on the wire, if the code says one.
    wire: Option<&'a str>,
}

/// The public functions and fields of generated code.
fn named(code: &str) -> Vec<Named<'_>> {
    fn quoted<'a>(line: &'a str, begin: &str) -> Option<&'a str> {
        line.split_once(begin)?.1.split('"').next()
    }
    let (mut found, mut above) = (Vec::<Named>::new(), Vec::<&str>::new());
    for line in code.lines().map(str::trim) {
        let (function, field) = (line.strip_prefix("pub fn "), line.strip_prefix("pub "));
        let end = if function.is_some() { ['<', '('] } else { [':', ':'] };
        match function.or(field).and_then(|rest| rest.split_once(end)) {
            Some((name, _)) if name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') => {
                let above = std::mem::take(&mut above);
                let wire = above.iter().find_map(|line| quoted(line, "rename = \""));
                found.push(Named { name, above, wire });
            }
            _ => above.push(line),
        }
        if let (Some(wire), Some(last)) = (quoted(line, ".set(\""), found.last_mut()) {
            last.wire = Some(wire);
            above.clear();
        }
    }
    found
}

#[test]
fn each_operation_has_an_example_and_each_other_name_on_the_wire_can_be_found() {
    let files = generated(&spec()).expect("code");
    let found = named(&files["client.rs"]);
    let document = Document::parse(&golden().join("openapi.yaml"), &spec()).expect("the spec of the garden");
    for operation in &Spec::new(&document).operations {
        let (id, method) = (names::id(operation), names::snake(names::id(operation)).to_string());
        let method = found.iter().find(|named| named.name == method).expect("a method");
        let docs = method.above.join("\n");
        let example = docs.split("```").nth(1).unwrap_or_default();
        assert!(example.starts_with("no_run\n"), "{id}: {docs}");
        assert!(
            example.contains(&format!("client.{}()", method.name)),
            "{id}: {example}"
        );
        for name in operation.permissions().concat().into_iter().chain([id, operation.path]) {
            assert!(docs.contains(&format!("#[doc(alias = \"{name}\")]")), "{id}: {docs}");
        }
    }
    let renamed = found.iter().filter_map(|named| Some((named, named.wire?)));
    let renamed: Vec<_> = renamed.filter(|(named, wire)| *wire != named.name).collect();
    let alias = |wire: &str| format!("#[doc(alias = \"{wire}\")]");
    let mut missing = renamed
        .iter()
        .filter(|(named, wire)| !named.above.contains(&alias(wire).as_str()));
    assert_eq!(missing.next().map(|(named, wire)| (named.name, *wire)), None);
    for name in ["type_", "page_size", "bed_id"] {
        assert!(
            renamed.iter().any(|(named, _)| named.name == name),
            "{name} is not looked at"
        );
    }
    assert!(files["enums.rs"].contains("#[doc(alias = \"red\")]\n        Red = \"red\""));
}

#[test]
fn the_example_of_a_call_that_answers_200_though_it_failed_reads_the_outcome() {
    let mut seen = 0;
    for api in xtask_spec::api::APIS {
        let path = xtask_spec::api::root()
            .join("specs")
            .join(api.name)
            .join("openapi.yaml");
        let text = std::fs::read_to_string(&path).expect("a spec");
        let document = Document::parse(&path, &text).expect("a spec");
        let spec = Spec::new(&document);
        for operation in &spec.operations {
            let description = operation.place.text("description").unwrap_or_default();
            let Some((_, told)) = description.split_once("even where it fails: read ") else {
                continue;
            };
            let id = names::id(operation);
            let example = example::generate(api, &spec, operation).expect("an example");
            let member = told.strip_prefix('`').and_then(|told| told.split('`').next());
            let read = member.map_or_else(String::new, |member| names::snake(member).to_string());
            assert!(
                example.contains(&format!("println!(\"{{:?}}\", response.{read}")),
                "{id}: {example}"
            );
            seen += 1;
        }
    }
    assert!(seen > 3, "the specs say it in other words than this test reads: {seen}");
}
