//! What a spec says about each operation, in the terms of the facts: what stands in which place, and on which line.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use strum::VariantArray;

use super::facts::{Code, Listed};
use super::finding::SpecLine;
use super::json_type::JsonType;
use super::notation::{is_below, without_lists};
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

/// What a spec says about one operation.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    /// The scopes of which one is needed.
    pub scopes: Vec<String>,
    /// The line of the scopes.
    pub scopes_line: usize,
    /// The status of a success, and its line.
    pub success: Option<(u16, usize)>,
    /// The page: its path in the vendor's repository.
    pub page: Option<String>,
    /// Whether the vendor has replaced it.
    pub deprecated: bool,
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
    /// The value that counts if none is sent.
    pub default: Option<Value>,
    /// The least value.
    pub minimum: Option<i64>,
    /// The greatest value.
    pub maximum: Option<i64>,
    /// The greatest number of characters.
    pub max_length: Option<u64>,
    /// The greatest number of entries.
    pub max_items: Option<u64>,
    /// The formats of its text and numbers.
    pub formats: BTreeSet<String>,
    /// The component that holds the member.
    pub owner: Option<String>,
    /// The JSON pointer of its schema or parameter.
    pub pointer: String,
    /// Its line, from 1.
    pub line: usize,
}

impl Spec {
    /// Reads a spec. What its references do not lead to is left out: the lint reports it.
    pub fn new(document: &Document) -> Self {
        let reader = Reader::new(document);
        let mut statuses = BTreeMap::new();
        for operation in &reader.operations {
            for (status, place) in operation.place.members_of("responses") {
                if let Some(status) = status.parse().ok().filter(|status| *status >= 400) {
                    statuses.entry(status).or_insert_with(|| document.line(&place.pointer));
                }
            }
        }
        Self {
            file: document.name(),
            operations: reader
                .operations
                .iter()
                .map(|found| operation(&reader, found))
                .collect(),
            hosts: hosts(&reader),
            statuses,
        }
    }

    /// A place in the spec, for annotations.
    pub fn at(&self, line: usize) -> SpecLine {
        SpecLine {
            file: self.file.clone(),
            line,
        }
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
        if let Some((name, members)) = self.places.get_key_value(place) {
            return Some((name, members));
        }
        let same = |normal: fn(&str) -> String| {
            let wanted = normal(place);
            let mut places = self.places.iter();
            places.find(move |(name, _)| normal(name) == wanted)
        };
        let found = same(|name| name.to_ascii_lowercase()).or_else(|| same(without_lists));
        found.map(|(name, members)| (name.as_str(), members.as_slice()))
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
    /// What several members of one place take together, or nothing if there are none.
    pub fn together(members: &[Self]) -> Option<Self> {
        let (first, others) = members.split_first()?;
        let mut all = first.clone();
        for other in others {
            all.types.extend(&other.types);
            all.formats.extend(other.formats.iter().cloned());
            all.free &= other.free;
            all.required &= other.required;
            all.codes_line = all.codes_line.or(other.codes_line);
            for (code, name) in other.codes.iter().zip(&other.code_names) {
                if !all.codes.contains(code) {
                    all.codes.push(code.clone());
                    all.code_names.push(name.clone());
                }
            }
        }
        Some(all)
    }

    /// Whether it takes a type: a number may be whole.
    pub fn takes(&self, json: JsonType) -> bool {
        json.fits(&self.types)
    }
}

fn operation<'d>(reader: &Reader<'d>, found: &Described<'d>) -> Operation {
    let line = |place: &Place| reader.document.line(&place.pointer);
    let security = found.place.get("security").or_else(|| reader.root.get("security"));
    let entries = security.iter().flat_map(|security| security.entries());
    let scopes = entries
        .flat_map(|entry| entry.members())
        .flat_map(|(_, scopes)| scopes.entries());
    let success = found
        .place
        .members_of("responses")
        .into_iter()
        .find_map(|(status, place)| {
            let status = status
                .parse::<u16>()
                .ok()
                .filter(|status| (200..300).contains(status))?;
            Some((status, line(&place)))
        });
    let page = found.place.get("externalDocs");
    let mut members = Members {
        reader,
        places: BTreeMap::new(),
        left: Cell::new(MAX_SCHEMAS),
    };
    members.parameters(found);
    members.bodies(found);
    Operation {
        method: found.method.to_uppercase(),
        path: found.path.to_owned(),
        line: line(&found.place),
        scopes: scopes
            .filter_map(|scope| scope.value.as_str().map(str::to_owned))
            .collect(),
        scopes_line: security.as_ref().map_or_else(|| line(&found.place), line),
        success,
        page: page.and_then(|docs| docs.text("url")).and_then(page_of),
        deprecated: found.place.says("deprecated"),
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
    let mut found = Vec::new();
    for server in reader.root.entries_of("servers") {
        let Some(host) = server.text("url").and_then(host_of) else {
            continue;
        };
        let mut expanded = vec![Listed {
            value: host,
            line: reader.document.line(&server.pointer),
        }];
        for (name, variable) in server.members_of("variables") {
            let variable_name = format!("{{{name}}}");
            for value in variable.entries_of("enum") {
                let Some(text) = value.value.as_str() else { continue };
                expanded.push(Listed {
                    value: expanded[0].value.replace(&variable_name, text),
                    line: reader.document.line(&value.pointer),
                });
            }
        }
        expanded.retain(|host| !host.value.contains('{'));
        found.extend(expanded);
    }
    found
}

/// The host of a URL, in small letters.
pub fn host_of(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
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

/// Collects the members of one operation.
struct Members<'r, 'd> {
    reader: &'r Reader<'d>,
    places: BTreeMap<String, Vec<Member>>,
    /// How many schemas may still be read.
    left: Cell<usize>,
}

/// A member to be read, and what is known of it from around it.
struct Around<'d> {
    place: String,
    schema: Place<'d>,
    required: bool,
    owner: Option<String>,
    /// Where it is listed.
    pointer: String,
    /// The components around it, so that a circle ends.
    trail: Vec<String>,
}

impl<'d> Members<'_, 'd> {
    fn parameters(&mut self, operation: &Described<'d>) {
        for parameter in self.reader.parameters(operation) {
            let place = parameter.described;
            let (Some(name), Some(part @ ("path" | "query"))) = (place.text("name"), place.text("in")) else {
                continue;
            };
            if let Some(schema) = place.get("schema") {
                self.read(Around {
                    place: format!("{part}.{name}"),
                    schema,
                    required: place.says("required"),
                    owner: None,
                    pointer: place.pointer.clone(),
                    trail: Vec::new(),
                });
            }
        }
    }

    fn bodies(&mut self, operation: &Described<'d>) {
        let request = self.reader.request_body(operation);
        let required = request.as_ref().is_some_and(|body| body.says("required"));
        let response = self.reader.successes(operation).into_iter().next();
        for (root, body, required) in [("body", request, required), ("response", response, false)] {
            let Some(body) = body else { continue };
            let media = body.members_of("content");
            let json = media.iter().find(|(media_type, _)| is_json(media_type));
            match json.and_then(|(_, media)| media.get("schema")) {
                Some(schema) => self.read(Around {
                    place: root.to_owned(),
                    pointer: schema.pointer.clone(),
                    schema,
                    required,
                    owner: None,
                    trail: Vec::new(),
                }),
                // A file: its bytes have no members.
                None if !media.is_empty() => {
                    let member = Member {
                        types: JsonType::VARIANTS.iter().copied().collect(),
                        free: true,
                        required,
                        line: self.reader.document.line(&body.pointer),
                        pointer: body.pointer,
                        ..Member::default()
                    };
                    self.places.insert(root.to_owned(), vec![member]);
                }
                None => {}
            }
        }
    }

    /// Reads a member and what lies below it.
    fn read(&mut self, around: Around<'d>) {
        let known = self.places.get(&around.place);
        // The same member comes once for each choice that it stands beside.
        let seen = known.is_some_and(|members| members.iter().any(|member| member.pointer == around.pointer));
        if seen || around.trail.len() > MAX_DEPTH || self.left.get() == 0 {
            return;
        }
        let variants = self.reader.variants(&around.schema, &self.left);
        let member = self.member(&around, &variants);
        self.places.entry(around.place.clone()).or_default().push(member);
        for variant in variants {
            let here = variant.parts.last().map(|part| part.pointer.clone());
            let Some(here) = here.filter(|here| !around.trail.contains(here)) else {
                continue;
            };
            let owner = variant.component.clone().or_else(|| around.owner.clone());
            let required: Vec<_> = variant.parts.iter().flat_map(|part| part.texts("required")).collect();
            for part in &variant.parts {
                let members = part.members_of("properties").into_iter();
                let members = members.map(|(name, schema)| (format!(".{name}"), required.contains(&name), schema));
                let entries = part.get("items").map(|schema| ("[]".to_owned(), false, schema));
                let values = part
                    .get("additionalProperties")
                    .filter(|schema| schema.value.is_object());
                let values = values.map(|schema| (".{}".to_owned(), false, schema));
                for (name, required, schema) in members.chain(entries).chain(values) {
                    self.read(Around {
                        place: format!("{}{name}", around.place),
                        pointer: schema.pointer.clone(),
                        schema,
                        required,
                        owner: owner.clone(),
                        trail: [around.trail.as_slice(), std::slice::from_ref(&here)].concat(),
                    });
                }
            }
        }
    }

    /// What all choices together say about a place.
    fn member(&self, around: &Around<'d>, variants: &[Variant<'d>]) -> Member {
        let mut member = Member {
            required: around.required,
            owner: around.owner.clone(),
            pointer: around.pointer.clone(),
            line: self.reader.document.line(&around.pointer),
            ..Member::default()
        };
        for variant in variants {
            let types = types_of(variant);
            let has_properties = variant.get("properties").is_some();
            let is_map = variant.get("additionalProperties").is_some_and(Value::is_object);
            member.free |= types.contains(&JsonType::Object) && !has_properties && !is_map;
            member.types.extend(types);
            let number = |key| variant.get(key).and_then(Value::as_i64);
            let count = |key| variant.get(key).and_then(Value::as_u64);
            member.default = member.default.or_else(|| variant.get("default").cloned());
            member.minimum = member.minimum.or_else(|| number("minimum"));
            member.maximum = member.maximum.or_else(|| number("maximum"));
            member.max_length = member.max_length.or_else(|| count("maxLength"));
            member.max_items = member.max_items.or_else(|| count("maxItems"));
            let format = variant.get("format").and_then(Value::as_str);
            member.formats.extend(format.map(str::to_owned));
            let mut parts = variant.parts.iter();
            if member.codes.is_empty()
                && let Some(part) = parts.find(|part| part.get("enum").is_some())
            {
                (member.codes, member.code_names) = codes(part);
                member.codes_line = Some(self.reader.document.line(&part.pointer));
            }
        }
        member
    }
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
        assert!(put.deprecated);
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
