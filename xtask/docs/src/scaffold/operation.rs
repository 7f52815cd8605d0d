//! One operation: its path item, and what it adds to the components.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::endpoint::template;
use crate::facts::{self, Code, Page, Required, Row};
use crate::json_type::JsonType;
use crate::placement::Part;
use crate::spec::page_of;
use xtask_spec::names::folded;
use xtask_spec::{METHODS, Operation};

use super::call::{self, Call, Parameter};
use super::components::Components;
use super::describe;
use super::example::example;
use super::existing::{self, ExistingSpec};
use super::limits::limits;
use super::mark::{MARK, todo};
use super::member::{Member, form_of};
use super::names;
use super::paging::paging;
use super::schema::{Writer, Written};
use crate::yaml::Map;

/// Where the vendor's pages stand.
const PAGES: &str = "https://github.com/AvePoint/cloud-api/blob/main";

/// How long a summary may be.
const MAX_SUMMARY: usize = 80;

/// The operations that have been written.
pub struct Draft<'s> {
    ids: Vec<String>,
    /// The codes of pages that only list codes, by the page.
    codes: HashMap<String, Vec<Code>>,
    /// The tags that the spec does not declare.
    pub tags: Vec<Value>,
    /// The path items.
    pub paths: Map,
    /// The scopes that the spec does not declare.
    pub scopes: Map,
    /// What concerns no single place.
    pub notes: Vec<String>,
    /// The components.
    pub components: Components<'s>,
}

impl<'s> Draft<'s> {
    /// None yet. `pages` are all of the API: some list the codes of others.
    pub fn new(known: ExistingSpec<'s>, pages: &[Page]) -> Self {
        let lists = pages
            .iter()
            .filter_map(|page| Some((page.page.clone(), page.codes.as_ref()?.codes.clone())));
        Self {
            ids: Vec::new(),
            codes: lists.collect(),
            tags: Vec::new(),
            paths: Map::new(),
            scopes: Map::new(),
            notes: Vec::new(),
            components: Components::new(known),
        }
    }

    /// Writes an operation.
    pub fn operation(&mut self, page: &Page, operation: &facts::Operation) {
        let operation = &self.with_codes(operation);
        let method = operation.method.to_ascii_lowercase();
        let path = self.path(operation);
        if !METHODS.contains(&method.as_str()) {
            self.notes.push(todo(&format!(
                "`{} {path}` (line {}) has no method that OpenAPI knows, and is not written here",
                operation.method, operation.line
            )));
            return;
        }
        if self.paths.get(&path).is_some_and(|item| item.get(&method).is_some()) {
            self.notes.push(todo(&format!(
                "{} describes `{} {path}` again at line {}; only the first is written here",
                page.page, operation.method, operation.line
            )));
            return;
        }
        let call = Call::new(operation, path);
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
        let (verb, what) = describe::operation(&id);
        let folder = existing::folder(&page.page).unwrap_or_default();
        let subject = Subject {
            noun: &noun,
            folder: &folder,
        };

        let parameters = call.parameters.into_iter();
        let parameters: Vec<_> = parameters
            .map(|parameter| self.parameter(parameter, &subject))
            .collect();
        let request = self.body(request, &format!("{title}Request"), &subject, true);
        let answer_name = format!(
            "{}{}",
            if lists { &noun } else { &title },
            if lists { "Page" } else { "Result" }
        );
        let answer = self.body(answer, &answer_name, &subject, false);
        let schema = |body: &Option<Map>| body.as_ref().map_or(Value::Null, |body| body.value()["schema"].take());
        let paging = paging(
            &self.components,
            &parameters,
            &schema(&request),
            &schema(&answer),
            lists,
        );

        let mut map = Map::new();
        map.note(todo("the name is made of method and path; see whether it reads well"));
        map.put("operationId", id);
        map.notes(samples(operation));
        self.tag(page, &call.path, &operation.scopes, &mut map);
        let article = if verb == "create" { "a" } else { "the" };
        let summary = format!("{} {article} {what}", names::pascal(&verb, ""));
        let cut = summary
            .char_indices()
            .nth(MAX_SUMMARY)
            .and_then(|(end, _)| summary[..end].rfind(' '));
        map.put("summary", &summary[..cut.unwrap_or(summary.len())]);
        map.put("description", todo("say what a caller must know"));
        let url = if page.elsewhere {
            todo("the address of the page")
        } else {
            url(&page.page)
        };
        map.put("externalDocs", Map::new().with("url", url));
        self.security(operation, &mut map);
        if method == "post" && reads {
            if !may_only_read(&operation.scopes) {
                map.note(todo(
                    "keep this only if the call changes nothing, so that it may be sent again",
                ));
            }
            map.put("x-read-only", true);
        }
        match paging {
            Ok(Some(paging)) => map.put("x-paging", paging),
            Ok(None) => {}
            Err(note) => map.note(note),
        }
        if !parameters.is_empty() {
            map.put("parameters", parameters);
        }
        if let Some(request) = request {
            let content = Map::new().with("application/json", request);
            let body = Map::new()
                .with("description", format!("What to {verb}, and how."))
                .with("required", true)
                .with("content", content);
            map.put("requestBody", body);
        } else if matches!(method.as_str(), "post" | "put" | "patch") {
            map.note(todo("the page shows no body; write one if the call has it"));
        }
        let reply = match (lists, answer.is_some()) {
            (true, _) => format!("The {what}."),
            (_, true) => format!("What is known of the {what}."),
            _ => "Done.".to_owned(),
        };
        map.put("responses", self.responses(operation, answer, &reply));
        self.place(&call.path, &method, map);
    }

    /// The operation with the codes of the pages to which its rows refer.
    fn with_codes(&self, operation: &facts::Operation) -> facts::Operation {
        let mut operation = operation.clone();
        let rows = operation.tables.iter_mut().flat_map(|table| &mut table.rows);
        for row in rows.filter(|row| row.codes.is_empty()) {
            let listed = row.codes_page.as_ref().and_then(|page| self.codes.get(page));
            row.codes.extend(listed.into_iter().flatten().cloned());
        }
        operation
    }

    /// The path: that of the sample, where it alone begins as all paths of the spec do.
    fn path(&self, operation: &facts::Operation) -> String {
        let path = call::path(&operation.endpoint);
        let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
        let operations = self.components.known.operations();
        let is_usual = |path: &str| operations.iter().all(|known| first(known.path) == first(path));
        let sample = operation.request.as_ref().and_then(|sample| sample.path.as_deref());
        let sample = sample
            .map(call::path)
            .filter(|sample| sample.ends_with(&path) && is_usual(sample));
        sample.filter(|_| !is_usual(&path)).unwrap_or(path)
    }

    /// Puts the operation below its path.
    fn place(&mut self, path: &str, method: &str, map: Map) {
        if self.paths.get(path).is_none() {
            let there = self.components.known.operations();
            if let Some(known) = there.iter().find(|known| template(known.path) == template(path)) {
                self.paths.note(format!(
                    "The spec has the path `{}`: put the method into it, not the path once more.",
                    known.path
                ));
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

    /// The tag of the nearest operation by its path: of those whose pages lie in the same folder and that need the same
    /// scope, or else of all that need it, if they have one tag, or lie there. If there are none, a new one, called after
    /// the folder; where pages have no folders, the nearest of all.
    fn tag(&mut self, page: &Page, path: &str, scopes: &[String], map: &mut Map) {
        let segments: Vec<&str> = path.split('/').collect();
        let common = |known: &&Operation| {
            let pairs = known.path.split('/').zip(&segments);
            pairs.take_while(|(one, other)| one == *other).count()
        };
        let operations = self.components.known.operations();
        let nearest = |is_one: &dyn Fn(&&Operation) -> bool| {
            let nearest = operations.iter().rev().filter(is_one).max_by_key(common);
            nearest.and_then(existing::tag).map(str::to_owned)
        };
        let page_of = |known: &Operation| known.page().and_then(page_of);
        let own = existing::folder(&page.page);
        let in_folder =
            |known: &&Operation| own.is_some() && page_of(known).and_then(|page| existing::folder(&page)) == own;
        let is_allowed = |known: &&Operation| {
            let needed = known.permissions().concat();
            scopes.iter().any(|scope| needed.contains(&scope.as_str()))
        };
        let folders = page.page.rsplit_once('/').map(|(folders, _)| folders);
        let has_page = |known: &Operation| page_of(known).is_some();
        let folders = folders.filter(|_| operations.is_empty() || operations.iter().any(has_page));
        let tags: HashSet<_> = operations.iter().filter(is_allowed).filter_map(existing::tag).collect();
        let of_scope = |known: &&Operation| tags.len() == 1 && is_allowed(known);
        let tag = nearest(&|known| in_folder(known) && is_allowed(known));
        let tag = tag.or_else(|| nearest(&of_scope)).or_else(|| nearest(&in_folder));
        let tag = match (tag, folders) {
            (Some(tag), _) => tag,
            (None, Some(folders)) => {
                let words = folders.rsplit('/').next().unwrap_or_default().replace(['-', '_'], " ");
                let name = describe::sentence(&words).trim_end_matches('.').to_owned();
                let tag = Map::new().with("name", name.as_str());
                let tag = Value::from(tag.with("description", format!("Calls about {words}.")));
                if !self.tags.contains(&tag) {
                    map.note(todo(
                        "the tag is called after the page's folder; see whether it is one of the others",
                    ));
                    self.tags.push(tag);
                }
                name
            }
            (None, None) => {
                map.note(todo("the tag is guessed from the path"));
                nearest(&|_| true).unwrap_or_else(|| todo("a tag, declared at the top"))
            }
        };
        map.put("tags", vec![Value::from(tag)]);
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
            if !declared.contains(&scope.as_str()) && !scope.starts_with(MARK) {
                self.scopes.put(scope, describe::scope(scope));
            }
        }
        let entries = scopes
            .into_iter()
            .map(|scope| Value::from(Map::new().with("oauth2", vec![Value::from(scope)])));
        map.put("security", entries.collect::<Vec<_>>());
    }

    /// A parameter: a reference to a shared one, if the spec has the same.
    fn parameter(&mut self, parameter: Parameter, subject: &Subject) -> Value {
        let Parameter { part, row, notes } = parameter;
        let is_named = |known: &Value| known.get("name").and_then(Value::as_str) == Some(row.name.as_str());
        let known = self.components.known;
        let mut map = Map::new();
        map.notes(notes);
        for (component, shared) in known.parameters(part).filter(|(_, known)| is_named(known)) {
            let differences = self.differences(&row, part, shared);
            if differences.is_empty() {
                map.put("$ref", format!("#/components/parameters/{component}"));
                return map.into();
            }
            map.note(format!(
                "`{component}` of the spec is another: it {}.",
                differences.join(", and ")
            ));
        }
        let name = row.name.clone();
        let is_required = part == Part::Path || row.required == Some(Required::Yes);
        let mut writer = self.writer(subject, true);
        let Written {
            schema,
            notes,
            description,
        } = writer.value(Member::of(row), &names::pascal(&name, "Parameter"));
        map.notes(notes);
        map.put("name", name.as_str());
        map.put("in", part.name());
        map.put("description", description);
        map.put("required", is_required);
        if schema.get("type").and_then(Value::as_str) == Some("array") {
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

    fn writer<'w>(&'w mut self, subject: &Subject<'w>, is_request: bool) -> Writer<'w, 's> {
        Writer {
            components: &mut self.components,
            noun: subject.noun,
            is_request,
            folder: subject.folder,
        }
    }

    /// Puts a parameter among the components, where the spec keeps those of its place; says how to refer to it.
    fn share(&mut self, name: &str, parameter: Map) -> Map {
        let Components { known, parameters, .. } = &mut self.components;
        let is_other = |name: &str| {
            let written = parameters.get(name).map(crate::yaml::plain);
            known.has("parameters", name) || written.is_some_and(|written| written != parameter.value())
        };
        let component = names::free(&[format!("{}Parameter", names::pascal(name, ""))], is_other);
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
    fn body(&mut self, member: Member, name: &str, subject: &Subject, is_request: bool) -> Option<Map> {
        if member.is_empty() {
            return None;
        }
        let Written { schema, notes, .. } = self.writer(subject, is_request).value(member, name);
        let mut media = Map::new();
        media.notes(notes);
        let example = example(&self.components, &schema.value(), "body");
        media.put("schema", schema);
        media.put("example", example);
        Some(media)
    }

    fn responses(&mut self, operation: &facts::Operation, answer: Option<Map>, reply: &str) -> Map {
        let mut responses = Map::new();
        let status = operation.success.filter(|status| (200..300).contains(status));
        match (operation.success, status) {
            (None, _) => responses.note("The page names no status of a success."),
            (Some(named), None) => responses.note(todo(&format!(
                "the page names the status {named}, which is none of a success"
            ))),
            _ => {}
        }
        let mut success = Map::new().with("description", reply);
        let headers = self.components.known.headers();
        if !headers.is_empty() {
            success.put("headers", Value::Object(headers));
        }
        match answer {
            Some(answer) => success.put("content", Map::new().with("application/json", answer)),
            None => success.note("The page shows no answer."),
        }
        responses.put(&status.unwrap_or(200).to_string(), success);
        for (status, failure) in self.components.failures() {
            responses.put(&status, failure);
        }
        responses
    }
}

/// What an operation is about.
struct Subject<'a> {
    /// The thing, in PascalCase.
    noun: &'a str,
    /// The folder of its page.
    folder: &'a str,
}

/// Whether an answer is a list, or an object around one.
fn lists(answer: &Member) -> bool {
    const AROUND: [&str; 5] = ["data", "value", "values", "result", "results"];
    const BESIDE: [&str; 8] = [
        "hasnextpage",
        "totalcount",
        "metadata",
        "pageindex",
        "pagesize",
        "status",
        "message",
        "code",
    ];
    let is_beside = |key: &str| BESIDE.contains(&key) || describe::TOKENS.contains(&key);
    let lists: Vec<_> = answer.members.iter().filter(|member| member.is_list()).collect();
    let others = answer.members.iter().filter(|member| !member.is_list());
    let is_alone = lists.len() == 1 && others.map(|member| folded(&member.name)).all(|key| is_beside(&key));
    let is_around = |member: &&Member| AROUND.contains(&folded(&member.name).as_str());
    answer.seen.contains(&JsonType::Array) || is_alone || lists.iter().any(is_around)
}

/// Whether the scopes allow nothing but to read.
fn may_only_read(scopes: &[String]) -> bool {
    !scopes.is_empty() && scopes.iter().all(|scope| scope.contains(".read."))
}

/// Whether a call seems to read only.
fn reads(method: &str, path: &str, scopes: &[String], lists: bool) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let is_query = ["batch", "search", "query", "list", "filter", "find"].contains(&last.as_str());
    match method {
        "get" | "head" => true,
        "post" => lists || is_query || may_only_read(scopes),
        _ => false,
    }
}

/// What is wrong with the samples as a whole.
fn samples(operation: &facts::Operation) -> Vec<String> {
    let named = [("request", &operation.request), ("response", &operation.response)];
    let mut notes = Vec::new();
    for (what, sample) in named {
        for slip in sample.iter().flat_map(|sample| &sample.slips) {
            notes.push(format!(
                "The sample of the {what} is not valid JSON at line {} ({}).",
                slip.line, slip.value
            ));
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
