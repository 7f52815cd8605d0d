//! What the tests of the comparisons share: an invented garden, whose page and spec agree.

#![allow(clippy::unwrap_used, reason = "a test that fails here says so")]

use serde_json::{Value, json};

use super::collector::Context;
use super::lock_spec::lock_spec;
use super::match_operations::MatchedPages;
use super::page_sample::page_sample;
use crate::facts::Page;
use crate::finding::{Finding, Kind};
use crate::spec::Spec;
use xtask_spec::api;
use xtask_spec::document::Document;

/// A spec that agrees with [`page`].
pub const SPEC: &str = r"
openapi: 3.0.3
info: { title: Garden, version: '1' }
servers:
  - url: https://{region}.garden.example
    variables:
      region: { enum: [north, south], default: north }
paths:
  /garden/v1/beds/{bedId}/plants:
    post:
      operationId: listPlants
      externalDocs: { url: 'https://github.com/Garden/api/blob/main/docs/my%20plants.md' }
      security:
        - oauth2: [plants.read]
      parameters:
        - { name: bedId, in: path, required: true, schema: { type: string } }
        - { name: pageSize, in: query, schema: { type: integer, minimum: 1, maximum: 100, default: 50 } }
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [kind]
              properties:
                kind: { $ref: '#/components/schemas/Kind' }
                gardeners: { type: array, maxItems: 9, items: { type: string } }
                note: { type: string, maxLength: 30 }
      responses:
        '200':
          description: Plants.
          content:
            application/json:
              schema:
                type: object
                properties:
                  data:
                    type: array
                    items: { $ref: '#/components/schemas/Plant' }
                  metadata:
                    type: object
                    properties:
                      totalCount: { type: integer }
        '404': { description: No such bed. }
components:
  schemas:
    Kind:
      type: integer
      enum: [0, 1]
      x-enum-varnames: [Herb, FruitTree]
      x-enum-descriptions: [A scented leaf., Bears fruit.]
    Plant:
      type: object
      properties:
        id: { type: string }
        kind: { allOf: [{ $ref: '#/components/schemas/Kind' }] }
        sownOn: { type: string, format: date-time, nullable: true }
        bloom: { type: object }
        sprout: { $ref: '#/components/schemas/Plant' }
";

/// A page that agrees with [`SPEC`], as JSON.
pub fn page() -> Value {
    let codes = json!([{ "code": 0, "label": "Herbs" }, { "code": 1, "label": "Fruit tree" }]);
    json!({
        "page": "docs/my plants.md",
        "sha256": "",
        "hosts": [
            { "value": "https://north.garden.example/v1", "line": 3 },
            { "value": "south.garden.example", "line": 4 },
        ],
        "statuses": [{ "value": "200", "line": 6 }, { "value": "404", "line": 7 }],
        "endpoints": [{ "value": "POST /garden/v1/beds/{bedId}/plants", "line": 9 }],
        "operations": [{
            "method": "POST",
            "endpoint": "/garden/v1/beds/{bedId}/plants",
            "line": 12,
            "scopes": ["plants.read"],
            "scopesLine": 10,
            "success": 200,
            "tables": [
                { "section": "path", "line": 20, "rows": [{ "name": "bedId", "type": "string", "required": "yes" }] },
                { "section": "query", "line": 30, "rows": [
                    { "name": "pageSize", "type": "integer", "required": "no", "default": 50, "maximum": 100 },
                ] },
                { "section": "body", "line": 40, "rows": [
                    { "name": "kind", "type": "integer", "required": "yes", "codes": codes },
                    { "name": "gardeners", "type": "array of string", "required": "no", "maxItems": 9 },
                    { "name": "note", "type": "string", "required": "no", "maxLength": 30 },
                ] },
                { "section": "response", "line": 50, "rows": [
                    { "name": "data", "type": "array" },
                    { "name": "id", "type": "string" },
                    { "name": "kind", "type": "integer", "codes": codes },
                    { "name": "sownOn", "type": "string", "format": "date-time" },
                    { "name": "bloom", "type": "object" },
                    { "name": "sprout", "type": "object" },
                    { "name": "metadata", "type": "object" },
                    { "name": "totalCount", "type": "integer" },
                ] },
            ],
            "request": {
                "line": 70,
                "path": "/garden/v1/beds/12**/plants",
                "query": ["pageSize"],
                "shape": { "": "object", "kind": "integer", "gardeners": "array", "gardeners[]": "string",
                    "note": "string" },
                "codes": { "kind": [1] },
            },
            "response": {
                "line": 80,
                "shape": {
                    "": "object", "data": "array", "data[]": "object", "data[].id": "string",
                    "data[].kind": "integer", "data[].sownOn": "string", "data[].bloom": "object",
                    "data[].sprout": "object", "metadata": "object", "metadata.totalCount": "integer",
                },
                "codes": { "data[].kind": [0] },
            },
        }],
    })
}

/// The page with other values at some JSON pointers; `null` takes away.
pub fn page_with(changes: &[(&str, Value)]) -> Value {
    let mut page = page();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/");
        match page.pointer_mut(parent).unwrap() {
            Value::Object(members) if value.is_null() => assert!(members.remove(&key).is_some(), "{pointer}"),
            Value::Object(members) => _ = members.insert(key, value.clone()),
            Value::Array(entries) if key == "-" => entries.push(value.clone()),
            Value::Array(entries) if value.is_null() => _ = entries.remove(key.parse().unwrap()),
            Value::Array(entries) => entries[key.parse::<usize>().unwrap()] = value.clone(),
            other => panic!("{pointer} is in {other}"),
        }
    }
    page
}

pub fn facts(page: Value) -> Page {
    serde_json::from_value(page).unwrap()
}

pub fn spec(text: &str) -> Spec {
    Spec::new(&Document::parse(&api::root().join("specs/garden/openapi.yaml"), text).unwrap())
}

/// The spec with some texts replaced, each of which must stand in it once.
pub fn spec_with(changes: &[(&str, &str)]) -> Spec {
    let mut text = SPEC.to_owned();
    for (old, new) in changes {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text = text.replace(old, new);
    }
    spec(&text)
}

/// What a finding says, without the words for people.
pub type Essence = (Kind, String, String, String);

pub fn essence(findings: &[Finding]) -> Vec<Essence> {
    let essence = |finding: &Finding| {
        let Finding {
            kind, place, was, is, ..
        } = finding.clone();
        (kind, place, was, is)
    };
    findings.iter().map(essence).collect()
}

/// What pages and spec differ in.
pub fn spec_findings(pages: &[Page], spec: &Spec) -> Vec<Finding> {
    lock_spec(Context { api: "garden", spec }, &MatchedPages::new(pages, spec))
}

/// What tables and samples of pages differ in.
pub fn sample_findings(pages: &[Page], spec: &Spec) -> Vec<Finding> {
    page_sample(Context { api: "garden", spec }, &MatchedPages::new(pages, spec))
}

/// Expects that page and spec differ in this alone: what the page says, what the spec says.
#[track_caller]
pub fn expect_spec(page: &Value, spec: &Spec, expected: &[(Kind, &str, &str, &str)]) -> Vec<Finding> {
    let findings = spec_findings(&[facts(page.clone())], spec);
    let turned: Vec<_> = expected
        .iter()
        .map(|(kind, place, page, spec)| (*kind, *place, *spec, *page))
        .collect();
    assert_eq!(essence(&findings), owned(&turned));
    findings
}

/// Expects that tables and samples of the page differ in this alone.
#[track_caller]
pub fn expect_sample(page: &Value, expected: &[(Kind, &str, &str, &str)]) -> Vec<Finding> {
    let findings = sample_findings(&[facts(page.clone())], &spec(SPEC));
    assert_eq!(essence(&findings), owned(expected));
    findings
}

fn owned(expected: &[(Kind, &str, &str, &str)]) -> Vec<Essence> {
    let own = |(kind, place, was, is): &(Kind, &str, &str, &str)| {
        (*kind, (*place).to_owned(), (*was).to_owned(), (*is).to_owned())
    };
    expected.iter().map(own).collect()
}
