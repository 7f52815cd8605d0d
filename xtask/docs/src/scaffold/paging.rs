//! `x-paging`: how a list is split, where request and answer tell.

use serde_json::{Value, json};

use xtask_spec::names::folded;

use super::components::Components;
use super::describe::{NUMBERS, SIZES, TOKENS};

const LISTS: [&str; 6] = ["data", "value", "values", "results", "result", "items"];

/// A named value: its name in `x-paging`, with `body.` before that of a member of the body, and its type.
type Named = (String, String);

/// The extension, or a comment on why it is missing although something pages. A request's parameters and body, and the
/// answer, are told as they were written; `lists` says that the answer is about a list.
pub fn paging(
    components: &Components,
    parameters: &[Value],
    body: &Value,
    answer_schema: &Value,
    lists: bool,
) -> Result<Option<Value>, String> {
    let query = parameters.iter().filter_map(|parameter| {
        let parameter = components.resolved(parameter);
        let name = parameter["name"].as_str()?.to_owned();
        (parameter["in"] == "query").then(|| (name, kind(components, &parameter["schema"])))
    });
    let request: Vec<Named> = query.chain(members(components, body, "body.")).collect();
    let answer = members(components, answer_schema, "");

    let find = |from: &[Named], keys: &[&str], kind: &str| {
        let is_it = |(path, its): &&Named, key: &str| is_called(path, key) && its == kind;
        let found = keys.iter().find_map(|key| from.iter().find(|named| is_it(named, key)));
        found.map(|(path, _)| path.clone())
    };
    let number = find(&request, &NUMBERS, "integer");
    let size = find(&request, &SIZES, "integer");
    let token = find(&request, &TOKENS, "string");
    let next = find(&answer, &TOKENS, "string");
    let is_top = |(path, kind): &&Named| kind == "array" && !path.contains('.');
    let top: Vec<&String> = answer.iter().filter(is_top).map(|(path, _)| path).collect();
    let usual = |key: &&str| top.iter().find(|path| is_called(path, key));
    let only = top.first().filter(|_| top.len() == 1);
    let items = LISTS.iter().find_map(usual).or(only);

    let whole = components.resolved(answer_schema);
    let has_named_entries = |items: &str| {
        let list = components.resolved(&whole["properties"][items]);
        list["items"].get("$ref").is_some()
    };
    Ok(Some(match (number, size, token, next, items) {
        (None, _, None, None, Some(items)) if lists && has_named_entries(items) => {
            json!({ "style": "single", "items": items })
        }
        (None, _, None, None, _) => return Ok(None),
        (_, Some(size), Some(token), Some(next), Some(items)) => {
            json!({ "style": "token", "token": token, "size": size, "items": items, "next": next })
        }
        (Some(page), Some(size), _, _, Some(items)) => {
            let mut map = json!({ "style": "page-number", "page": page, "size": size, "items": items });
            let total = find(&answer, &["totalcount"], "integer");
            let more = find(&answer, &["hasnextpage", "hasmore"], "boolean");
            for (key, found) in [("total", total), ("more", more)] {
                if let Some(path) = found {
                    map[key] = path.into();
                }
            }
            map
        }
        (number, size, token, next, items) => {
            let missing = [
                (size.is_none(), "the size of a page"),
                (items.is_none(), "the list of the answer"),
                (number.is_none() && token.is_none(), "the token of the request"),
                (number.is_none() && next.is_none(), "the token of the answer"),
            ];
            let missing = missing.iter().filter(|(is_missing, _)| *is_missing);
            let missing: Vec<_> = missing.map(|(_, what)| *what).collect();
            return Err(format!(
                "it seems to page, but not all that `x-paging` names was found: {}",
                missing.join(", ")
            ));
        }
    }))
}

/// Whether the last name of a path has these letters.
fn is_called(path: &str, key: &str) -> bool {
    folded(path.rsplit('.').next().unwrap_or_default()) == key
}

fn kind(components: &Components, schema: &Value) -> String {
    components.resolved(schema)["type"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The members of an object, and those of its objects, one step down.
fn members(components: &Components, schema: &Value, prefix: &str) -> Vec<Named> {
    let properties = |schema: &Value| match components.resolved(schema)["properties"].take() {
        Value::Object(members) => members,
        _ => serde_json::Map::new(),
    };
    let mut found = Vec::new();
    for (name, property) in properties(schema) {
        for (inner, schema) in properties(&property) {
            found.push((format!("{prefix}{name}.{inner}"), kind(components, &schema)));
        }
        found.push((format!("{prefix}{name}"), kind(components, &property)));
    }
    // A dot in a name would be taken for a step down.
    found.retain(|(path, _)| !path.contains('@'));
    found
}
