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
use super::limits::limits;
use super::member::{Member, form_of};
use super::names;
use super::paging::paging;
use super::schema::Writer;
use super::todo;
use crate::yaml::Map;

/// Where the vendor's pages stand.
const PAGES: &str = "https://github.com/AvePoint/cloud-api/blob/main";

/// The operations that have been written.
pub struct Written<'s> {
    ids: Vec<String>,
    /// The path items.
    pub paths: Map,
    /// The scopes that the spec does not declare.
    pub scopes: Map,
    /// What concerns no single place.
    pub notes: Vec<String>,
    /// The components.
    pub components: Components<'s>,
}

impl<'s> Written<'s> {
    /// None yet.
    pub fn new(known: ExistingSpec<'s>) -> Self {
        Self {
            ids: Vec::new(),
            paths: Map::new(),
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
        let request = Member::body(Part::Body, operation.request.as_ref(), &call.body);
        let answer = Member::body(Part::Response, operation.response.as_ref(), &call.answer);
        let lists = lists(&answer);
        let reads = reads(&method, &call.path, &operation.scopes, lists);
        let (id, noun) = self.id(&names::Call {
            method: &operation.method.to_ascii_uppercase(),
            path: &call.path,
            reads,
            lists,
        });
        let title = names::pascal(&id, "Call");

        let parameters = call.parameters.into_iter();
        let parameters: Vec<_> = parameters.map(|parameter| self.parameter(parameter, &noun)).collect();
        let request = self.body(request, &format!("{title}Request"), &noun, true);
        let answer_name = if lists {
            format!("{noun}Page")
        } else {
            format!("{title}Result")
        };
        let answer = self.body(answer, &answer_name, &noun, false);
        let schema = |body: &Option<Map>| body.as_ref().map_or(Value::Null, |body| body.value()["schema"].take());
        let paging = paging(&self.components, &parameters, &schema(&request), &schema(&answer));

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
            map.put("parameters", parameters);
        }
        if let Some(request) = request {
            let content = Map::new().with("application/json", request);
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
            let there = self.components.known.operations();
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
        let is_taken =
            |id: &str| self.components.known.has_id(id) || self.ids.iter().any(|known| folded(known) == folded(id));
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
        let operations = self.components.known.operations();
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
        let declared = self.components.known.scopes();
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

    /// A parameter: a reference to a shared one, if the spec has it.
    fn parameter(&mut self, parameter: Parameter, noun: &str) -> Value {
        let Parameter { part, row, notes } = parameter;
        let is_named = |known: &Value| known.get("name").and_then(Value::as_str) == Some(row.name.as_str());
        let known = self.components.known;
        let shared: Vec<_> = known.parameters(part).filter(|(_, known)| is_named(known)).collect();
        let mut map = Map::new();
        map.notes(notes);
        if let Some((component, known)) = shared.first() {
            for difference in self.differences(&row, part, known) {
                map.note(todo(&format!(
                    "`{component}` of the spec {difference}; see whether it is the same parameter"
                )));
            }
            if shared.len() > 1 {
                let names: Vec<_> = shared.iter().map(|(name, _)| format!("`{name}`")).collect();
                map.note(todo(&format!("the spec has it as {}; choose", names.join(", "))));
            }
            map.put("$ref", format!("#/components/parameters/{component}"));
            return map.into();
        }
        let name = row.name.clone();
        let is_required = part == Part::Path || row.required == Some(Required::Yes);
        let mut writer = Writer {
            components: &mut self.components,
            noun,
            is_request: true,
        };
        let (schema, notes) = writer.value(Member::of(row), &names::pascal(&name, "Parameter"));
        map.notes(notes);
        map.put("name", name.as_str());
        map.put("in", part.name());
        map.put("description", todo("say what it does"));
        map.put("required", is_required);
        if schema.get("type").and_then(Value::as_str) == Some("array") {
            map.note(todo("see whether the key is repeated for each entry"));
            map.put("style", "form");
            map.put("explode", true);
        }
        let example = example(&self.components, &schema.value(), &name);
        map.put("schema", schema);
        map.put("example", example);
        if part == Part::Path && known.parameters(part).next().is_some() {
            map = self.share(&name, map);
        }
        map.into()
    }

    /// Puts a parameter among the components, where the spec keeps those of its place; says how to refer to it.
    fn share(&mut self, name: &str, parameter: Map) -> Map {
        let Components { known, parameters, .. } = &mut self.components;
        let is_other = |name: &str| {
            let written = parameters.get(name).map(crate::yaml::plain);
            known.has("parameters", name) || written.is_some_and(|written| written != parameter.value())
        };
        let component = names::free(&[names::pascal(name, "Parameter")], is_other);
        if parameters.get(&component).is_none() {
            parameters.put(&component, parameter);
        }
        Map::new().with("$ref", format!("#/components/parameters/{component}"))
    }

    /// How a shared parameter differs from a row.
    fn differences(&self, row: &Row, part: Part, known: &Value) -> Vec<String> {
        let schema = self.components.resolved(&known["schema"]);
        let form = form_of(row, &mut Vec::new());
        let mut reported = Map::new();
        if let (Some(form), true) = (form, row.codes.is_empty()) {
            reported.put("type", form.name());
        }
        limits(row, form, &mut reported, &mut Vec::new());
        let mut differences = Vec::new();
        for (key, value) in reported.value().as_object().into_iter().flatten() {
            match schema.get(key) {
                Some(known) if known == value => {}
                Some(known) => differences.push(format!("has `{key}: {known}`, the page says {value}")),
                None => differences.push(format!("has no `{key}`, the page says {value}")),
            }
        }
        let is_required = known["required"] == true;
        match row.required {
            Some(Required::Yes) if !is_required => {
                differences.push("may be left out, the page requires it".to_owned());
            }
            Some(Required::No) if is_required && part != Part::Path => {
                differences.push("is required, on the page it may be left out".to_owned());
            }
            Some(Required::Sometimes) => differences.push("must be sent in some cases by the page".to_owned()),
            _ => {}
        }
        differences
    }

    /// A body with its example, if anything is known of it.
    fn body(&mut self, member: Member, name: &str, noun: &str, is_request: bool) -> Option<Map> {
        if member.is_empty() {
            return None;
        }
        let mut writer = Writer {
            components: &mut self.components,
            noun,
            is_request,
        };
        let (schema, notes) = writer.value(member, name);
        let mut media = Map::new();
        media.notes(notes);
        let example = example(&self.components, &schema.value(), "body");
        media.put("schema", schema);
        media.note(todo("invent values that mean something"));
        media.put("example", example);
        Some(media)
    }

    fn responses(&self, operation: &facts::Operation, answer: Option<Map>) -> Map {
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
            Some(answer) => success.put("content", Map::new().with("application/json", answer)),
            None => success.note(todo("the page shows no answer; write its content if there is one")),
        }
        responses.put(&status.unwrap_or(200).to_string(), success);
        let failures = self.components.known.failures();
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
fn lists(answer: &Member) -> bool {
    const AROUND: [&str; 5] = ["data", "value", "values", "result", "results"];
    let is_around = |member: &Member| member.is_list() && AROUND.contains(&folded(&member.name).as_str());
    answer.seen.contains(&JsonType::Array) || answer.members.iter().any(is_around)
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
