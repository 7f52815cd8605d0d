//! One operation: its path item, and what it adds to the components.

use serde_json::Value;

use crate::endpoint::template;
use crate::facts::{self, Page, Required, Row};
use crate::json_type::JsonType;
use crate::placement::Part;
use xtask_spec::METHODS;
use xtask_spec::names::folded;

use super::call::{Call, Parameter};
use super::components::Components;
use super::example::example;
use super::existing::{self, ExistingSpec};
use super::names;
use super::paging::{Named, paging};
use super::schema::Writer;
use super::todo;
use super::tree::{ROOT, Tree};
use crate::yaml::Map;

/// Where the vendor's pages stand.
const PAGES: &str = "https://github.com/AvePoint/cloud-api/blob/main";

/// The operations that have been written.
pub struct Written<'s> {
    known: ExistingSpec<'s>,
    ids: Vec<String>,
    /// The path items.
    pub paths: Map,
    /// The parameters that operations share.
    pub parameters: Map,
    /// The scopes that the spec does not declare.
    pub scopes: Map,
    /// What concerns no single place.
    pub notes: Vec<String>,
    /// The components.
    pub components: Components<'s>,
}

/// A body with its example.
struct Body {
    schema: Value,
    media: Map,
}

impl<'s> Written<'s> {
    /// None yet.
    pub fn new(known: ExistingSpec<'s>) -> Self {
        Self {
            known,
            ids: Vec::new(),
            paths: Map::new(),
            parameters: Map::new(),
            scopes: Map::new(),
            notes: Vec::new(),
            components: Components::new(known),
        }
    }

    /// Writes an operation.
    pub fn operation(&mut self, page: &Page, operation: &facts::Operation) {
        let method = operation.method.to_ascii_lowercase();
        let call = Call::new(operation);
        if !METHODS.contains(&method.as_str()) {
            self.notes.push(todo(&format!(
                "`{} {}` (line {}) has no method that OpenAPI knows, and is not written here",
                operation.method, call.path, operation.line
            )));
            return;
        }
        if self
            .paths
            .get(&call.path)
            .is_some_and(|item| item.get(&method).is_some())
        {
            self.notes.push(todo(&format!(
                "the page describes `{} {}` again at line {}; only the first is written here",
                operation.method, call.path, operation.line
            )));
            return;
        }
        let request_tree = Tree::new(Part::Body, operation.request.as_ref(), &call.body);
        let answer_tree = Tree::new(Part::Response, operation.response.as_ref(), &call.answer);
        let lists = lists(&answer_tree);
        let reads = reads(&method, &call.path, &operation.scopes, lists);
        let (id, noun) = self.id(&names::Call {
            method: &operation.method.to_ascii_uppercase(),
            path: &call.path,
            reads,
            lists,
        });
        let title = names::pascal(&id, "Call");

        let parameters = self.parameters(&call.parameters, &noun);
        let has_body = !request_tree.is_empty();
        let request = has_body.then(|| self.body(&request_tree, &format!("{title}Request"), &noun, true));
        let answer_name = if lists {
            format!("{noun}Page")
        } else {
            format!("{title}Result")
        };
        let answer = (!answer_tree.is_empty()).then(|| self.body(&answer_tree, &answer_name, &noun, false));
        let paging = self.paging(&parameters, request.as_ref(), answer.as_ref());

        let mut map = Map::new();
        map.note(todo("the name is guessed from method and path"));
        map.put("operationId", id);
        map.notes(samples(operation));
        self.tag(&call.path, &mut map);
        map.put("summary", todo("say in one line what it does"));
        map.put("description", todo("say what a caller must know"));
        let url = if page.elsewhere {
            todo("the address of the page")
        } else {
            url(&page.page)
        };
        map.put("externalDocs", Map::new().with("url", url));
        self.security(operation, &mut map);
        if method == "post" && reads {
            map.note(todo(
                "keep this only if the call changes nothing, so that it may be sent again",
            ));
            map.put("x-read-only", true);
        }
        match paging {
            Ok(Some(paging)) => {
                map.note(todo("see whether this is how the list is split"));
                map.put("x-paging", paging);
            }
            Ok(None) => {}
            Err(note) => map.note(note),
        }
        if !parameters.is_empty() {
            map.put(
                "parameters",
                parameters.into_iter().map(|(node, _)| node).collect::<Vec<_>>(),
            );
        }
        if let Some(request) = request {
            let content = Map::new().with("application/json", request.media);
            let body = Map::new()
                .with("description", todo("say what the body holds"))
                .with("required", true)
                .with("content", content);
            map.put("requestBody", body);
        } else if matches!(method.as_str(), "post" | "put" | "patch") {
            map.note(todo("the page shows no body; write one if the call has it"));
        }
        map.put("responses", self.responses(operation, answer));
        self.place(&call.path, &method, map);
    }

    /// Puts the operation below its path.
    fn place(&mut self, path: &str, method: &str, map: Map) {
        if self.paths.get(path).is_none() {
            let there = self.known.operations();
            if let Some(known) = there.iter().find(|known| template(known.path) == template(path)) {
                self.paths.note(todo(&format!(
                    "the spec has the path `{}`; put the method into it, not the path once more",
                    known.path
                )));
            }
            if path.matches('{').count() != path.matches('}').count() || path.contains(char::is_whitespace) {
                self.paths.note(todo("the page's path cannot be right; mend it"));
            }
        }
        self.paths.put_below(path, method, map);
    }

    fn id(&mut self, call: &names::Call) -> (String, String) {
        let candidates = names::operation_ids(call);
        let ids: Vec<String> = candidates.iter().map(|(id, _)| id.clone()).collect();
        let is_taken = |id: &str| self.known.has_id(id) || self.ids.iter().any(|known| folded(known) == folded(id));
        let id = names::free(&ids, is_taken);
        self.ids.push(id.clone());
        let noun = candidates
            .into_iter()
            .find(|(candidate, _)| id.starts_with(candidate.as_str()));
        (
            id,
            noun.map_or_else(|| "Thing".to_owned(), |(_, noun)| names::pascal(&noun, "Thing")),
        )
    }

    /// The tag of the operation whose path is the nearest.
    fn tag(&self, path: &str, map: &mut Map) {
        let segments: Vec<&str> = path.split('/').collect();
        let common = |known: &str| {
            known
                .split('/')
                .zip(&segments)
                .take_while(|(one, other)| one == *other)
                .count()
        };
        let operations = self.known.operations();
        let nearest = operations.iter().rev().max_by_key(|known| common(known.path));
        match nearest.and_then(existing::tag) {
            Some(tag) => {
                let last = operations.iter().rev().find(|known| existing::tag(known) == Some(tag));
                let last = last.map(existing::method_and_path).unwrap_or_default();
                map.note(todo(&format!(
                    "the tag is guessed from the path; the last operation of the tag, behind which this one goes, is \
                     `{last}`"
                )));
                map.put("tags", vec![Value::from(tag)]);
            }
            None => map.put("tags", vec![Value::from(todo("a tag, declared at the top"))]),
        }
    }

    /// The scopes as alternatives, the lesser permission first.
    fn security(&mut self, operation: &facts::Operation, map: &mut Map) {
        let mut scopes: Vec<String> = Vec::new();
        for scope in &operation.scopes {
            if !scopes.contains(scope) {
                scopes.push(scope.clone());
            }
        }
        scopes.sort_by_key(|scope| scope.contains("readwrite"));
        if let Some(endpoint) = &operation.scopes_endpoint {
            map.note(todo(&format!(
                "the page names the permission for `{endpoint}`, which is another endpoint"
            )));
        }
        if scopes.is_empty() {
            map.note(todo("the page names no permission"));
            scopes.push(todo("a scope"));
        }
        let declared = self.known.scopes();
        for scope in &scopes {
            if !declared.contains(&scope.as_str()) && !scope.starts_with(super::MARK) {
                self.scopes.put(scope, todo("say what the scope allows"));
            }
        }
        let entries = scopes
            .into_iter()
            .map(|scope| Value::from(Map::new().with("oauth2", vec![Value::from(scope)])));
        map.put("security", entries.collect::<Vec<_>>());
    }

    fn parameters(&mut self, parameters: &[Parameter], noun: &str) -> Vec<(Value, Option<Named>)> {
        parameters
            .iter()
            .map(|parameter| self.parameter(parameter, noun))
            .collect()
    }

    /// A parameter: a reference to a shared one, if the spec has it.
    fn parameter(&mut self, parameter: &Parameter, noun: &str) -> (Value, Option<Named>) {
        let Parameter { place, row, notes } = parameter;
        let named = |components: &Components, schema: &Value| {
            (*place == "query").then(|| Named::parameter(components, &row.name, schema))
        };
        let of_place = self.known.parameters(place);
        let is_named = |known: &Value| known.get("name").and_then(Value::as_str) == Some(row.name.as_str());
        let shared: Vec<_> = of_place.filter(|(_, known)| is_named(known)).collect();
        let mut map = Map::new();
        map.notes(notes.iter().cloned());
        if let Some((component, known)) = shared.first() {
            let schema = known.get("schema").cloned().unwrap_or(Value::Null);
            let differences = differences(&self.components, row, place, known, &schema);
            for difference in &differences {
                map.note(todo(&format!(
                    "`{component}` of the spec {difference}; see whether it is the same parameter"
                )));
            }
            if shared.len() > 1 {
                let names: Vec<_> = shared.iter().map(|(name, _)| format!("`{name}`")).collect();
                map.note(todo(&format!("the spec has it as {}; choose", names.join(", "))));
            }
            map.put("$ref", format!("#/components/parameters/{component}"));
            return (map.into(), named(&self.components, &schema));
        }
        let tree = Tree::of(row);
        let mut writer = Writer {
            tree: &tree,
            components: &mut self.components,
            noun,
            is_request: true,
        };
        let written = writer.parameter(row);
        map.notes(written.notes);
        if row.required == Some(Required::Sometimes) {
            map.note(todo("it must be sent in some cases; say when in the description"));
        }
        let schema = written.schema.value();
        map.put("name", row.name.as_str());
        map.put("in", *place);
        map.put("description", todo("say what it does"));
        map.put("required", *place == "path" || row.required == Some(Required::Yes));
        if schema.get("type").and_then(Value::as_str) == Some("array") {
            map.note(todo("see whether the key is repeated for each entry"));
            map.put("style", "form");
            map.put("explode", true);
        }
        let example = example(&self.components, &schema, &row.name);
        map.put("schema", written.schema);
        map.put("example", example);
        let named = named(&self.components, &schema);
        if *place == "path" && self.known.parameters(place).next().is_some() {
            return (self.share(&row.name, map).into(), named);
        }
        (map.into(), named)
    }

    /// Puts a parameter among the components, where the spec keeps those of its place; says how to refer to it.
    fn share(&mut self, name: &str, parameter: Map) -> Map {
        let base = names::pascal(name, "Parameter");
        let is_other = |name: &str| {
            let written = self.parameters.get(name).map(crate::yaml::plain);
            self.known.has("parameters", name) || written.is_some_and(|written| written != parameter.value())
        };
        let component = names::free(&[base], is_other);
        if self.parameters.get(&component).is_none() {
            self.parameters.put(&component, parameter);
        }
        Map::new().with("$ref", format!("#/components/parameters/{component}"))
    }

    fn body(&mut self, tree: &Tree, name: &str, noun: &str, is_request: bool) -> Body {
        let mut writer = Writer {
            tree,
            components: &mut self.components,
            noun,
            is_request,
        };
        let written = writer.body(name);
        let schema = written.schema.value();
        let mut media = Map::new();
        media.notes(written.notes);
        media.put("schema", written.schema);
        media.note(todo("invent values that mean something"));
        media.put("example", example(&self.components, &schema, "body"));
        Body { schema, media }
    }

    fn paging(
        &self,
        parameters: &[(Value, Option<Named>)],
        request: Option<&Body>,
        answer: Option<&Body>,
    ) -> Result<Option<Map>, String> {
        let query = parameters.iter().filter_map(|(_, named)| named.clone()).collect();
        let schema = |body: Option<&Body>| body.map_or(Value::Null, |body| body.schema.clone());
        paging(&self.components, query, &schema(request), &schema(answer))
    }

    fn responses(&self, operation: &facts::Operation, answer: Option<Body>) -> Map {
        let mut responses = Map::new();
        if operation.success.is_none() {
            responses.note(todo("the page names no status of a success; 200 is a guess"));
        }
        let status = operation.success.filter(|status| (200..300).contains(status));
        if let (Some(named), None) = (operation.success, status) {
            responses.note(todo(&format!(
                "the page names the status {named}, which is none of a success"
            )));
        }
        let mut success = Map::new();
        success.put("description", todo("say what the answer is"));
        match answer {
            Some(answer) => success.put("content", Map::new().with("application/json", answer.media)),
            None => success.note(todo("the page shows no answer; write its content if there is one")),
        }
        responses.put(&status.unwrap_or(200).to_string(), success);
        let failures = self.known.failures();
        if failures.is_empty() {
            responses.note(todo(
                "the spec has no shared failures; write the first, and refer to them here",
            ));
        }
        for (status, failure) in failures {
            responses.put(&status, failure);
        }
        responses
    }
}

/// Whether an answer is a list, or an object around one.
fn lists(tree: &Tree) -> bool {
    let root = tree.at(ROOT);
    let is_list = |index: &&usize| {
        let member = tree.at(**index);
        let is_told = member
            .row
            .is_some_and(|row| row.kind.as_deref().is_some_and(|kind| kind.starts_with("array")));
        member.seen.contains(&JsonType::Array) || (member.seen.is_empty() && is_told)
    };
    let list: Vec<_> = root.members.iter().filter(is_list).collect();
    let is_around = |index: &usize| {
        ["data", "value", "values", "result", "results"].contains(&folded(&tree.at(*index).name).as_str())
    };
    root.seen.contains(&JsonType::Array) || list.into_iter().any(is_around)
}

/// Whether a call seems to read only.
fn reads(method: &str, path: &str, scopes: &[String], lists: bool) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let is_query = ["batch", "search", "query", "list", "filter", "find"].contains(&last.as_str());
    let may_only_read = !scopes.is_empty() && scopes.iter().all(|scope| scope.contains(".read."));
    match method {
        "get" | "head" => true,
        "post" => lists || is_query || may_only_read,
        _ => false,
    }
}

/// What is wrong with the samples as a whole.
fn samples(operation: &facts::Operation) -> Vec<String> {
    let named = [("request", &operation.request), ("response", &operation.response)];
    let mut notes = Vec::new();
    for (what, sample) in named {
        for slip in sample.iter().flat_map(|sample| &sample.slips) {
            notes.push(todo(&format!(
                "the sample of the {what} is not valid JSON at line {} ({}); see whether it was understood",
                slip.line, slip.value
            )));
        }
    }
    notes
}

/// How a shared parameter differs from a row.
fn differences(components: &Components, row: &Row, place: &str, known: &Value, schema: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    while let Some(target) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|name| components.resolve(name))
    {
        if target == schema {
            break;
        }
        schema = target;
    }
    let mut reported = Vec::new();
    let kind = row.kind.as_deref().map(|kind| match kind {
        "date-time" => "string",
        kind => kind.split(' ').next().unwrap_or(kind),
    });
    if let (Some(kind), Some(known)) = (kind, schema.get("type").and_then(Value::as_str))
        && kind != known
        && kind != "enum"
    {
        reported.push(format!("is of type {known}, the page says {kind}"));
    }
    let limits = [
        ("minimum", row.minimum.map(Value::from)),
        ("maximum", row.maximum.map(Value::from)),
        ("maxLength", row.max_length.map(Value::from)),
        ("maxItems", row.max_items.map(Value::from)),
        ("default", row.default.clone()),
    ];
    for (key, limit) in limits {
        let Some(limit) = limit else { continue };
        match schema.get(key) {
            Some(known) if *known == limit => {}
            Some(known) => reported.push(format!("has `{key}: {known}`, the page says {limit}")),
            None => reported.push(format!("has no `{key}`, the page says {limit}")),
        }
    }
    let is_required = known.get("required").and_then(Value::as_bool).unwrap_or(false);
    match row.required {
        Some(Required::Yes) if !is_required => reported.push("may be left out, the page requires it".to_owned()),
        Some(Required::No) if is_required && place != "path" => {
            reported.push("is required, on the page it may be left out".to_owned());
        }
        Some(Required::Sometimes) => reported.push("must be sent in some cases by the page".to_owned()),
        _ => {}
    }
    reported
}

/// The address of a page.
fn url(page: &str) -> String {
    let Ok(mut url) = url::Url::parse(PAGES) else {
        return todo("the address of the page");
    };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(page.trim_matches('/').split('/'));
    }
    url.into()
}
