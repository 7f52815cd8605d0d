//! `x-paging`: how a list is split, where request and answer tell.

use serde_json::Value;

use xtask_spec::names::folded;

use super::components::Components;
use super::todo;
use crate::yaml::Map;

const NUMBERS: [&str; 4] = ["pageindex", "startpage", "pagenumber", "page"];
const SIZES: [&str; 4] = ["pagesize", "top", "limit", "count"];
const TOKENS: [&str; 5] = ["nextlink", "nexttoken", "token", "continuationtoken", "skiptoken"];
const LISTS: [&str; 6] = ["data", "value", "values", "results", "result", "items"];

/// A named value: its name in `x-paging`, and its type.
#[derive(Clone)]
pub struct Named {
    /// The name, with `body.` before that of a member of the body.
    pub path: String,
    kind: String,
}

impl Named {
    /// A parameter of the query.
    pub fn parameter(components: &Components, name: &str, schema: &Value) -> Self {
        Self {
            path: name.to_owned(),
            kind: kind(components, schema, 0),
        }
    }

    fn key(&self) -> String {
        folded(self.path.rsplit('.').next().unwrap_or_default())
    }
}

/// The extension, or a comment on why it is missing although something pages.
pub fn paging(components: &Components, query: Vec<Named>, body: &Value, answer: &Value) -> Result<Option<Map>, String> {
    let mut request = query;
    request.extend(members(components, body, "body."));
    let answer = members(components, answer, "");

    let find = |from: &[Named], keys: &[&str], kind: &str| {
        let mut keys = keys.iter();
        keys.find_map(|key| from.iter().find(|named| named.key() == *key && named.kind == kind))
            .map(|named| named.path.clone())
    };
    let number = find(&request, &NUMBERS, "integer");
    let size = find(&request, &SIZES, "integer");
    let token = find(&request, &TOKENS, "string");
    let next = find(&answer, &TOKENS, "string");
    let is_top = |named: &&Named| named.kind == "array" && !named.path.contains('.');
    let top: Vec<&Named> = answer.iter().filter(is_top).collect();
    let items = LISTS
        .iter()
        .find_map(|key| top.iter().find(|named| named.key() == *key))
        .or(match top.as_slice() {
            [only] => Some(only),
            _ => None,
        })
        .map(|named| named.path.clone());

    let total = find(&answer, &["totalcount"], "integer");
    let mut map = Map::new();
    match (number, size, token, next, items) {
        (None, _, None, None, _) => return Ok(None),
        (_, Some(size), Some(token), Some(next), Some(items)) => {
            map.put("style", "token");
            map.put("token", token);
            map.put("size", size);
            map.put("items", items);
            map.put("next", next);
        }
        (Some(page), Some(size), _, _, Some(items)) => {
            map.put("style", "page-number");
            map.put("page", page);
            map.put("size", size);
            map.put("items", items);
            if let Some(total) = total {
                map.put("total", total);
            }
        }
        (number, size, token, next, items) => {
            let mut missing = Vec::new();
            let mut say = |is_missing: bool, what: &'static str| missing.extend(is_missing.then_some(what));
            say(size.is_none(), "the size of a page");
            say(items.is_none(), "the list of the answer");
            say(number.is_none() && token.is_none(), "the token of the request");
            say(number.is_none() && next.is_none(), "the token of the answer");
            return Err(todo(&format!(
                "it seems to page, but not all that `x-paging` names was found: {}",
                missing.join(", ")
            )));
        }
    }
    Ok(Some(map))
}

/// The members of an object, and those of its objects, one step down.
fn members(components: &Components, schema: &Value, prefix: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for (name, property) in properties(components, schema) {
        for (inner, schema) in properties(components, &property) {
            let path = format!("{prefix}{name}.{inner}");
            found.push(Named {
                path,
                kind: kind(components, &schema, 0),
            });
        }
        let path = format!("{prefix}{name}");
        found.push(Named {
            path,
            kind: kind(components, &property, 0),
        });
    }
    // A dot in a name would be taken for a step down.
    found.retain(|named| !named.path.contains('@'));
    found
}

fn properties(components: &Components, schema: &Value) -> Vec<(String, Value)> {
    let resolved = resolve(components, schema, 0);
    let members = resolved.get("properties").and_then(Value::as_object);
    let members = members.into_iter().flatten();
    members.map(|(name, schema)| (name.clone(), schema.clone())).collect()
}

fn kind(components: &Components, schema: &Value, depth: usize) -> String {
    let resolved = resolve(components, schema, depth);
    resolved
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// What a schema says behind its references and an `allOf` of one entry.
fn resolve(components: &Components, schema: &Value, depth: usize) -> Value {
    if depth > 8 {
        return Value::Null;
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = components.resolve(reference).unwrap_or(Value::Null);
        return resolve(components, &target, depth + 1);
    }
    match schema.get("allOf").and_then(|parts| parts.get(0)) {
        Some(part) if schema.get("type").is_none() => resolve(components, part, depth + 1),
        _ => schema.clone(),
    }
}
