//! What a spec says about each operation, in the terms of the facts: what stands in which place, and on which line.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use strum::VariantArray;

use super::facts::{Code, Listed};
use super::field_path::{is_below, without_lists};
use super::finding::SpecLine;
use super::json_type::JsonType;
use xtask_spec::document::Document;
use xtask_spec::place::Place;
use xtask_spec::schema::{MAX_DEPTH, Variant};
use xtask_spec::{Operation as Described, Spec as Reader, is_json};

/// How many schemas are read for one operation. The largest needs some hundreds.
const MAX_SCHEMAS: usize = 20_000;

/// A spec, in the terms of the facts.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// The file, as messages name it.
    pub file: String,
    /// The operations, in the order of the file.
    pub operations: Vec<Operation>,
    /// The hosts of the servers, one for each region.
    pub hosts: Vec<Listed>,
    /// The statuses of failures that the operations have, and the line of the first.
    pub statuses: BTreeMap<u16, usize>,
}

/// What a spec says about one operation; lines count from 1.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, with its parameters in braces.
    pub path: String,
    pub(crate) line: usize,
    /// The scopes of which one is needed.
    pub scopes: Vec<String>,
    pub(crate) scopes_line: usize,
    /// The status of a success, and its line.
    pub success: Option<(u16, usize)>,
    /// The page: its path in the vendor's repository.
    pub page: Option<String>,
    /// What stands in each place: more than one member where the spec has a choice of objects around it.
    pub places: BTreeMap<String, Vec<Member>>,
}

/// What a spec says about one place: a parameter, a member of a body, an entry of a list.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// The JSON types it takes.
    pub types: BTreeSet<JsonType>,
    /// Whether what lies below is left open.
    pub free: bool,
    /// Whether it must be there.
    pub required: bool,
    /// The codes; the label is the name of the code and what it means.
    pub codes: Vec<Code>,
    /// The names of the codes alone, in the same order.
    pub code_names: Vec<String>,
    /// The line of the schema that holds the codes.
    pub codes_line: Option<usize>,
    // The keywords of its schema.
    pub(crate) default: Option<Value>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) formats: BTreeSet<String>,
    /// The component that holds the member.
    pub owner: Option<String>,
    /// The JSON pointer of its schema or parameter.
    pub pointer: String,
    pub(crate) line: usize,
}

impl Spec {
    /// Reads a spec. What its references do not lead to is left out: the lint reports it.
    pub fn new(document: &Document) -> Self {
        let reader = Reader::new(document);
        let operations = reader.operations.iter();
        let responses = operations.clone().flat_map(|found| found.place.members_of("responses"));
        // The last of a status stays.
        let failures = responses.rev().filter_map(|(status, place)| {
            let status = status.parse().ok().filter(|status| *status >= 400)?;
            Some((status, document.line(&place.pointer)))
        });
        Self {
            file: document.name(),
            statuses: failures.collect(),
            operations: operations.map(|found| operation(&reader, found)).collect(),
            hosts: hosts(&reader),
        }
    }

    /// A place in the spec, for annotations.
    pub fn at(&self, line: usize) -> SpecLine {
        let file = self.file.clone();
        SpecLine { file, line }
    }
}

impl Operation {
    /// Method and path, as findings name an operation.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// What stands in a place: by its exact name, or else where only the case of letters differs, or that it is one of
    /// a list. The name in the spec comes with it.
    pub fn find(&self, place: &str) -> Option<(&str, &[Member])> {
        let same = |normal: fn(&str) -> String| {
            let wanted = normal(place);
            let mut places = self.places.iter();
            places.find(move |(name, _)| normal(name) == wanted)
        };
        let exact = self.places.get_key_value(place);
        let (name, members) = exact
            .or_else(|| same(|name| name.to_ascii_lowercase()))
            .or_else(|| same(without_lists))?;
        Some((name, members))
    }

    /// The same, and where a map stands around the place, what the spec says of the values of the map.
    pub fn find_in_maps(&self, place: &str) -> Option<(&str, &[Member])> {
        let mut segments = place.split('.');
        let mut known = segments.next()?.to_owned();
        for segment in segments {
            let name = segment.trim_end_matches("[]");
            let value = format!("{known}.{{}}{}", &segment[name.len()..]);
            known = format!("{known}.{segment}");
            if self.find(&known).is_none() && self.find(&value).is_some() {
                known = value;
            }
        }
        self.find(&known)
    }

    /// Whether the spec names something that stands below a place, in the entries of a list if it is one.
    pub fn has_members(&self, place: &str) -> bool {
        let mut below = self.places.keys().filter(|known| is_below(known, place));
        below.any(|known| without_lists(known) != without_lists(place))
    }

    /// Whether the spec leaves open what stands in a place, since it does so above it. Of a choice of objects all must
    /// do so: the one that keeps what is not known leaves the others as they are.
    pub fn is_open(&self, place: &str) -> bool {
        self.places.iter().any(|(above, members)| {
            is_below(place, above) && members.iter().all(|member| member.free) && !self.has_members(above)
        })
    }
}

impl Member {
    /// What is known of a member from where it is listed.
    fn new(listed: &Place, required: bool) -> Self {
        Self {
            pointer: listed.pointer.clone(),
            required,
            ..Self::default()
        }
    }

    /// What several members of one place take together, or nothing if there are none.
    pub fn together(members: &[Self]) -> Option<Self> {
        members.iter().cloned().reduce(|mut all, other| {
            all.types.extend(other.types);
            all.formats.extend(other.formats);
            all.free &= other.free;
            all.required &= other.required;
            all.codes_line = all.codes_line.or(other.codes_line);
            for (code, name) in other.codes.into_iter().zip(other.code_names) {
                if !all.codes.contains(&code) {
                    all.codes.push(code);
                    all.code_names.push(name);
                }
            }
            all
        })
    }

    /// Whether it takes a type: a number may be whole.
    pub fn takes(&self, json: JsonType) -> bool {
        json.fits(&self.types)
    }
}

fn operation<'d>(reader: &Reader<'d>, found: &Described<'d>) -> Operation {
    let line = |place: &Place| reader.document.line(&place.pointer);
    let security = found.place.get("security").or_else(|| reader.root.get("security"));
    let security = security.as_ref().unwrap_or(&found.place);
    let schemes = security.entries().into_iter().flat_map(|entry| entry.members());
    let scopes = schemes.flat_map(|(_, scopes)| scopes.entries());
    let mut responses = found.place.members_of("responses").into_iter();
    let success = responses.find_map(|(status, place)| {
        let status = status.parse().ok().filter(|status| (200..300).contains(status))?;
        Some((status, line(&place)))
    });
    let mut members = Members {
        reader,
        places: BTreeMap::new(),
        left: Cell::new(MAX_SCHEMAS),
    };
    members.call(found);
    Operation {
        method: found.method.to_uppercase(),
        path: found.path.to_owned(),
        line: line(&found.place),
        scopes: scopes
            .filter_map(|scope| Some(scope.value.as_str()?.to_owned()))
            .collect(),
        scopes_line: line(security),
        success,
        page: found.page().and_then(page_of),
        places: members.places,
    }
}

/// The path in the vendor's repository that a URL of its host names.
pub fn page_of(url: &str) -> Option<String> {
    let (_, path) = url.split_once("/blob/")?;
    let (_branch, path) = path.split_once('/')?;
    let path = path.split(['#', '?']).next().unwrap_or_default();
    Some(percent_decode_str(path).decode_utf8_lossy().into_owned())
}

/// The host of every server, with every value of its variables.
fn hosts(reader: &Reader) -> Vec<Listed> {
    let at = |place: &Place, value| Listed {
        value,
        line: reader.document.line(&place.pointer),
    };
    let mut hosts = Vec::new();
    for server in reader.root.entries_of("servers") {
        let host = server.text("url").and_then(host_of).unwrap_or_default();
        for (name, variable) in server.members_of("variables") {
            let values = variable.entries_of("enum").into_iter();
            hosts.extend(values.filter_map(|value| {
                let host = host.replace(&format!("{{{name}}}"), value.value.as_str()?);
                Some(at(&value, host))
            }));
        }
        hosts.push(at(&server, host));
    }
    hosts.retain(|host| !host.value.is_empty() && !host.value.contains('{'));
    hosts
}

/// The host of a URL, in small letters.
pub fn host_of(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// Collects the members of one operation.
struct Members<'r, 'd> {
    reader: &'r Reader<'d>,
    places: BTreeMap<String, Vec<Member>>,
    /// How many schemas may still be read.
    left: Cell<usize>,
}

impl<'d> Members<'_, 'd> {
    fn call(&mut self, operation: &Described<'d>) {
        // The bytes of a file have no members, and no schema.
        static FILE: Value = Value::Null;
        for parameter in self.reader.parameters(operation) {
            let place = &parameter.described;
            if let (Some((part @ ("path" | "query"), name)), Some(schema)) = (parameter.key(), place.get("schema")) {
                self.read(
                    &format!("{part}.{name}"),
                    &schema,
                    Member::new(place, place.says("required")),
                    &[],
                );
            }
        }
        let request = self.reader.request_body(operation);
        let response = self.reader.successes(operation).into_iter().next();
        for (root, body) in [("body", request), ("response", response)] {
            let Some(body) = body else { continue };
            let media = body.members_of("content");
            let json = media.iter().find(|(media_type, _)| is_json(media_type));
            let file = media.first().map(|_| Place {
                pointer: body.pointer.clone(),
                value: &FILE,
            });
            if let Some(schema) = json.and_then(|(_, media)| media.get("schema")).or(file) {
                self.read(root, &schema, Member::new(&schema, body.says("required")), &[]);
            }
        }
    }

    /// Reads a member, of which is known what stands around it, and what lies below it. `trail` holds the schemas around it,
    /// so that a circle ends.
    fn read(&mut self, place: &str, schema: &Place<'d>, around: Member, trail: &[String]) {
        // The same member comes once for each choice that it stands beside.
        let mut known = self.places.get(place).into_iter().flatten();
        if known.any(|member| member.pointer == around.pointer) || trail.len() > MAX_DEPTH || self.left.get() == 0 {
            return;
        }
        let variants = self.reader.variants(schema, &self.left);
        let holder = around.owner.clone();
        let member = member(self.reader, around, &variants);
        self.places.entry(place.to_owned()).or_default().push(member);
        for variant in variants {
            let here = variant.parts.last().map(|part| part.pointer.clone());
            let Some(here) = here.filter(|here| !trail.contains(here)) else {
                continue;
            };
            let trail = [trail, &[here]].concat();
            let owner = variant.component.as_ref().or(holder.as_ref());
            let required: Vec<_> = variant.parts.iter().flat_map(|part| part.texts("required")).collect();
            for part in &variant.parts {
                let members = part.members_of("properties").into_iter();
                let members = members.map(|(name, schema)| (format!(".{name}"), required.contains(&name), schema));
                let entries = part.get("items").map(|schema| ("[]".to_owned(), false, schema));
                let values = part
                    .get("additionalProperties")
                    .map(|schema| (".{}".to_owned(), false, schema));
                let values = values.filter(|(_, _, schema)| schema.value.is_object());
                for (name, required, schema) in members.chain(entries).chain(values) {
                    let around = Member {
                        owner: owner.cloned(),
                        ..Member::new(&schema, required)
                    };
                    self.read(&format!("{place}{name}"), &schema, around, &trail);
                }
            }
        }
    }
}

/// What all choices together say about a place, of which is known what stands around it.
fn member(reader: &Reader, around: Member, variants: &[Variant]) -> Member {
    let line = |pointer: &str| reader.document.line(pointer);
    let first = |key: &str| variants.iter().find_map(|variant| variant.get(key));
    let number = |key| first(key).and_then(Value::as_i64);
    let count = |key| first(key).and_then(Value::as_u64);
    let is_free = |variant: &Variant| {
        let is_map = variant.get("additionalProperties").is_some_and(Value::is_object);
        types_of(variant).contains(&JsonType::Object) && variant.get("properties").is_none() && !is_map
    };
    let formats = variants.iter().filter_map(|variant| variant.get("format")?.as_str());
    let mut parts = variants.iter().flat_map(|variant| &variant.parts);
    let coded = parts.find(|part| part.get("enum").is_some());
    let (codes, code_names) = coded.map(codes).unwrap_or_default();
    Member {
        types: variants.iter().flat_map(types_of).collect(),
        free: variants.iter().any(is_free),
        codes,
        code_names,
        codes_line: coded.map(|part| line(&part.pointer)),
        default: first("default").cloned(),
        minimum: number("minimum"),
        maximum: number("maximum"),
        max_length: count("maxLength"),
        max_items: count("maxItems"),
        formats: formats.map(str::to_owned).collect(),
        line: line(&around.pointer),
        ..around
    }
}

/// The types that a choice takes; all of them if it does not say.
fn types_of(variant: &Variant) -> BTreeSet<JsonType> {
    let has = |key| variant.get(key).is_some();
    let mut types: BTreeSet<_> = match variant.get("type").and_then(Value::as_str) {
        Some(name) => name.parse().into_iter().collect(),
        None if has("properties") || has("additionalProperties") => BTreeSet::from([JsonType::Object]),
        None if has("items") => BTreeSet::from([JsonType::Array]),
        None => JsonType::VARIANTS.iter().copied().collect(),
    };
    types.extend(variant.says("nullable").then_some(JsonType::Null));
    types
}

/// The codes of a schema, each with its name and meaning, and the names alone.
fn codes(part: &Place) -> (Vec<Code>, Vec<String>) {
    let text = |key: &str, index: usize| part.value.get(key).and_then(|texts| texts.get(index)?.as_str());
    let codes = part.entries_of("enum").into_iter().enumerate().map(|(index, code)| {
        let name = text("x-enum-varnames", index);
        let texts: Vec<_> = name.into_iter().chain(text("x-enum-descriptions", index)).collect();
        let label = Some(texts.join(" ")).filter(|label| !label.is_empty());
        let code = Code {
            code: code.value.clone(),
            label,
        };
        (code, name.unwrap_or_default().to_owned())
    });
    codes.unzip()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json_type::type_names;
    use xtask_spec::api;

    const TEXT: &str = r"
openapi: 3.0.3
servers:
  - url: https://{region}.garden.example/v1
    variables: { region: { enum: [north, south], default: north } }
  - url: https://gov.garden.example
security: [{ oauth2: [all.read] }]
paths:
  /plants/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
      - { name: X-Trace, in: header, schema: { type: string } }
    put:
      deprecated: true
      externalDocs: { url: 'https://github.com/Garden/api/blob/main/docs/my%20plants.md#put' }
      security: [{ oauth2: [plants.write] }, { oauth2: [all.write] }]
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Plant' } } } }
      responses:
        '201': { content: { application/octet-stream: {} } }
        '503': { description: Busy. }
    get:
      responses: { '204': { description: Nothing. } }
components:
  schemas:
    Kind:
      type: integer
      enum: [3, 4]
      x-enum-varnames: [Herb, Tree]
      x-enum-descriptions: [A leaf., Bears fruit.]
    Plant:
      type: object
      required: [kind]
      properties:
        kind:
          nullable: true
          allOf: [{ $ref: '#/components/schemas/Kind' }]
        price:
          anyOf:
            - { type: number, minimum: 2, maximum: 8 }
            - { type: string, maxLength: 5, format: date-time }
        sprout: { $ref: '#/components/schemas/Plant' }
        extra: { type: object, additionalProperties: true }
        bloom:
          oneOf: [{ $ref: '#/components/schemas/Rose' }, { $ref: '#/components/schemas/Lily' }]
      anyOf:
        - required: [price]
        - required: [sprout]
    Rose: { type: object, required: [mark], properties: { mark: { type: string } } }
    Lily: { type: object, properties: { mark: { type: array, maxItems: 2, items: { type: boolean } } } }
";

    fn spec() -> Spec {
        Spec::new(&Document::parse(&api::root().join("specs/garden/openapi.yaml"), TEXT).unwrap())
    }

    fn line(text: &str) -> usize {
        TEXT.lines().position(|line| line.contains(text)).unwrap() + 1
    }

    #[test]
    fn an_operation_is_read_with_its_lines() {
        let spec = spec();
        let put = &spec.operations[0];
        assert_eq!((put.name().as_str(), put.line), ("PUT /plants/{id}", line("    put:")));
        assert_eq!(put.scopes, ["plants.write", "all.write"]);
        assert_eq!(put.success, Some((201, line("'201'"))));
        assert_eq!(put.page.as_deref(), Some("docs/my plants.md"));
        assert!(put.places["response"][0].free, "a file");
        assert_eq!(spec.operations[1].scopes, ["all.read"], "those of the document");
        let places: Vec<_> = spec.operations[1].places.keys().collect();
        assert_eq!(places, ["path.id"]);
    }

    #[test]
    fn members_are_read_through_references_and_choices() {
        let spec = spec();
        let places = &spec.operations[0].places;
        let names: Vec<_> = places.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "body",
                "body.bloom",
                "body.bloom.mark",
                "body.bloom.mark[]",
                "body.extra",
                "body.kind",
                "body.price",
                "body.sprout",
                "path.id",
                "response",
            ]
        );
        let kind = &places["body.kind"][0];
        assert_eq!(type_names(&kind.types), "integer | null");
        assert!(kind.required && !kind.free);
        assert_eq!(kind.codes[1].code, json!(4));
        assert_eq!(kind.codes[1].label.as_deref(), Some("Tree Bears fruit."));
        assert_eq!(kind.owner.as_deref(), Some("Plant"));
        assert_eq!(kind.line, line("        kind:"));
        let price = &places["body.price"][0];
        assert_eq!(type_names(&price.types), "number | string");
        assert_eq!(
            (price.minimum, price.maximum, price.max_length),
            (Some(2), Some(8), Some(5))
        );
        assert!(price.takes(JsonType::Integer) && !price.takes(JsonType::Boolean) && !price.required);
        assert!(places["body.extra"][0].free);
        assert!(spec.operations[0].is_open("body.extra.any[].thing"));
        let marks: Vec<_> = places["body.bloom.mark"]
            .iter()
            .map(|mark| {
                (
                    mark.owner.as_deref().unwrap(),
                    type_names(&mark.types),
                    mark.required,
                    mark.max_items,
                )
            })
            .collect();
        assert_eq!(
            marks,
            [
                ("Rose", "string".to_owned(), true, None),
                ("Lily", "array".to_owned(), false, Some(2)),
            ]
        );
    }

    #[test]
    fn hosts_and_statuses_are_those_of_all_operations() {
        let spec = spec();
        let hosts: Vec<_> = spec.hosts.iter().map(|host| host.value.as_str()).collect();
        assert_eq!(
            hosts,
            ["north.garden.example", "south.garden.example", "gov.garden.example"]
        );
        assert_eq!(spec.statuses, BTreeMap::from([(503, line("'503'"))]));
    }

    #[test]
    fn the_specs_of_the_workspace_are_read_whole() {
        for api in api::APIS {
            let spec = Spec::new(&Document::load(&api.spec()).unwrap());
            assert!(!spec.operations.is_empty() && !spec.hosts.is_empty(), "{}", api.name);
            for operation in &spec.operations {
                assert!(operation.success.is_some(), "{}", operation.name());
                let has_answer = operation.success.is_some_and(|(status, _)| status != 204);
                assert_eq!(
                    operation.places.contains_key("response"),
                    has_answer,
                    "{}",
                    operation.name()
                );
                for name in crate::endpoint::parameter_names(&operation.path) {
                    assert!(
                        operation.places.contains_key(&format!("path.{name}")),
                        "{}",
                        operation.name()
                    );
                }
            }
        }
    }

    #[test]
    fn circles_and_references_to_nothing_end() {
        let text = r"
openapi: 3.0.3
paths:
  /a:
    post:
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/None' } } } } }
components:
  schemas:
    A:
      allOf: [{ $ref: '#/components/schemas/A' }]
      oneOf: [{ $ref: '#/components/schemas/A' }, { items: { $ref: '#/components/schemas/A' } }]
";
        let document = Document::parse(&api::root().join("specs/garden/openapi.yaml"), text).unwrap();
        let spec = Spec::new(&document);
        assert_eq!(spec.operations.len(), 1);
    }
}
