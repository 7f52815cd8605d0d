//! `x-paging`: how a list is split, where request and answer tell.

use serde_json::Value;

use xtask_spec::names::folded;

use super::components::Components;
use super::describe::{NUMBERS, SIZES, TOKENS};
use super::mark::todo;
use crate::yaml::Map;

const LISTS: [&str; 6] = ["data", "value", "values", "results", "result", "items"];

/// A named value: its name in `x-paging`, with `body.` before that of a member of the body, and its type.
struct Named {
    path: String,
    kind: String,
}

impl Named {
    fn new(components: &Components, path: String, schema: &Value) -> Self {
        let resolved = components.resolved(schema);
        let kind = resolved.get("type").and_then(Value::as_str).unwrap_or_default();
        Self {
            path,
            kind: kind.to_owned(),
        }
    }

    fn key(&self) -> String {
        folded(self.path.rsplit('.').next().unwrap_or_default())
    }
}

/// The extension, or a comment on why it is missing although something pages. A request's parameters and body, and the
/// answer, are told as they were written; `lists` says that the answer is about a list.
pub fn paging(
    components: &Components,
    parameters: &[Value],
    body: &Value,
    answer_schema: &Value,
    lists: bool,
) -> Result<Option<Map>, String> {
    let query = parameters.iter().filter_map(|parameter| {
        let parameter = components.resolved(parameter);
        let name = parameter.get("name")?.as_str()?.to_owned();
        let is_query = parameter.get("in")?.as_str() == Some("query");
        is_query.then(|| Named::new(components, name, &parameter["schema"]))
    });
    let mut request: Vec<_> = query.collect();
    request.extend(members(components, body, "body."));
    let answer = members(components, answer_schema, "");

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

    let whole = components.resolved(answer_schema);
    let has_named_entries = |items: &str| {
        let list = components.resolved(&whole["properties"][items]);
        list["items"].get("$ref").is_some()
    };
    let total = find(&answer, &["totalcount"], "integer");
    let mut map = Map::new();
    match (number, size, token, next, items) {
        (None, _, None, None, Some(items)) if lists && has_named_entries(&items) => {
            map.put("style", "single");
            map.put("items", items);
        }
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
            if let Some(more) = find(&answer, &["hasnextpage", "hasmore"], "boolean") {
                map.put("more", more);
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
    let properties = |schema: &Value| match components.resolved(schema).get("properties") {
        Some(Value::Object(members)) => members.clone(),
        _ => serde_json::Map::new(),
    };
    let mut found = Vec::new();
    for (name, property) in properties(schema) {
        for (inner, schema) in properties(&property) {
            found.push(Named::new(components, format!("{prefix}{name}.{inner}"), &schema));
        }
        found.push(Named::new(components, format!("{prefix}{name}"), &property));
    }
    // A dot in a name would be taken for a step down.
    found.retain(|named| !named.path.contains('@'));
    found
}
