//! One operation: its path item, and what it adds to the components.

use std::collections::{HashMap, HashSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::endpoint::template;
use crate::facts::{self, Code, Page, Required, Row};
use crate::json_type::JsonType;
use crate::placement::Part;
use crate::spec::page_of;
use xtask_spec::names::folded;
use xtask_spec::{METHODS, Operation};

use super::components::{Components, reference};
use super::describe;
use super::example::example;
use super::existing::{self, ExistingSpec};
use super::limits::limits;
use super::member::{Member, form_of};
use super::names;
use super::paging::paging;
use super::request_parts;
use super::schema::Writer;
use crate::yaml::{Map, plain, todo};

/// Where the vendor's pages stand.
const PAGES: &str = "https://github.com/AvePoint/cloud-api/blob/main";

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
    pub notes: Map,
    /// The components.
    pub components: Components<'s>,
}

impl<'s> Draft<'s> {
    /// None yet. `pages` are all of the API: some list the codes of others.
    pub fn new(known: ExistingSpec<'s>, pages: &[Page]) -> Self {
        let codes_of = |page: &Page| Some((page.page.clone(), page.codes.as_ref()?.codes.clone()));
        Self {
            ids: Vec::new(),
            codes: pages.iter().filter_map(codes_of).collect(),
            tags: Vec::new(),
            paths: Map::new(),
            scopes: Map::new(),
            notes: Map::new(),
            components: Components::new(known),
        }
    }

    /// Writes an operation.
    pub fn operation(&mut self, page: &Page, operation: &facts::Operation) {
        let operation = &self.with_codes(operation);
        let method = operation.method.to_ascii_lowercase();
        let path = self.path(operation);
        if !METHODS.contains(&method.as_str()) {
            self.notes.todo(format!(
                "`{} {path}` (line {}) has no method that OpenAPI knows, and is not written here",
                operation.method, operation.line
            ));
            return;
        }
        if self.paths.get(&path).is_some_and(|item| item.get(&method).is_some()) {
            self.notes.todo(format!(
                "{} describes `{} {path}` again at line {}; only the first is written here",
                page.page, operation.method, operation.line
            ));
            return;
        }
        let (parameters, request, answer) = request_parts::parts(operation, &path);
        let lists = lists(&answer);
        let reads = reads(&method, &path, &operation.scopes, lists);
        let (id, noun) = self.id(&operation.method.to_ascii_uppercase(), &path, reads, lists);
        let title = names::pascal(&id, "Call");
        // `listPlantParts` lists the plant parts.
        let words = describe::split_words(&id).join(" ");
        let (verb, what) = words.split_once(' ').unwrap_or((&words, ""));
        let mut writer = Writer {
            components: &mut self.components,
            noun: &noun,
            is_request: true,
            folder: &existing::folder(&page.page).unwrap_or_default(),
        };
        let parameters = parameters.into_iter();
        let parameters: Vec<_> = parameters
            .map(|(part, one)| parameter(&mut writer, part, one))
            .collect();
        let request = body(&mut writer, request, &format!("{title}Request"));
        writer.is_request = false;
        let name = match lists {
            true => format!("{noun}Page"),
            false => format!("{title}Result"),
        };
        let answer = body(&mut writer, answer, &name);
        let schema = |body: &Option<Map>| body.as_ref().map_or(Value::Null, |body| body.value()["schema"].take());
        let (sent, received) = (schema(&request), schema(&answer));
        let paging = paging(&self.components, &parameters, &sent, &received, lists);

        let mut map = Map::new();
        map.todo("the name and the summary are made of method and path; check whether they read well");
        map.put("operationId", id);
        for (what, sample) in [("request", &operation.request), ("response", &operation.response)] {
            for slip in sample.iter().flat_map(|sample| &sample.slips) {
                let (line, slip) = (slip.line, &slip.value);
                map.note(format!(
                    "The sample of the {what} is not valid JSON at line {line} ({slip})."
                ));
            }
        }
        self.tag(page, &path, &operation.scopes, &mut map);
        let one = match verb {
            "create" => describe::one(what),
            _ => format!("the {what}"),
        };
        map.put("summary", format!("{} {one}", names::pascal(verb, "")));
        map.put("description", todo("say what a caller must know"));
        let url = match page.elsewhere {
            true => todo("the address of the page"),
            false => url(&page.page),
        };
        map.put("externalDocs", json!({ "url": url }));
        self.security(operation, &mut map);
        if method == "post" && reads {
            if !may_only_read(&operation.scopes) {
                map.todo("keep this only if the call changes nothing, so that it may be sent again");
            }
            map.put("x-read-only", true);
        }
        match paging {
            Ok(Some(paging)) => map.put("x-paging", paging),
            Ok(None) => {}
            Err(what) => map.todo(what),
        }
        if !parameters.is_empty() {
            map.put("parameters", parameters);
        }
        if let Some(request) = request {
            let body = json!({
                "description": format!("What to {verb}, and how."),
                "required": true,
                "content": { "application/json": request },
            });
            map.put("requestBody", body);
        } else if matches!(method.as_str(), "post" | "put" | "patch") {
            map.todo("the page shows no body; write one if the call has it");
        }
        let reply = match (lists, answer.is_some()) {
            (true, _) => format!("The {what}."),
            (_, true) => format!("What is known of the {what}."),
            _ => "Done.".to_owned(),
        };
        map.put("responses", self.responses(operation, answer, &reply));
        self.place(&path, &method, map);
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
        let path = request_parts::path(&operation.endpoint);
        let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
        let operations = &self.components.known.0.operations;
        let is_usual = |path: &str| operations.iter().all(|known| first(known.path) == first(path));
        let sample = operation.request.as_ref().and_then(|sample| sample.path.as_deref());
        let sample = sample.map(request_parts::path).filter(|_| !is_usual(&path));
        let whole = sample.filter(|sample| sample.ends_with(&path) && is_usual(sample));
        whole.unwrap_or(path)
    }

    /// Puts the operation below its path.
    fn place(&mut self, path: &str, method: &str, map: Map) {
        if self.paths.get(path).is_none() {
            let there = &self.components.known.0.operations;
            if let Some(known) = there.iter().find(|known| template(known.path) == template(path)) {
                let path = known.path;
                let note = format!("The spec has the path `{path}`: put the method into it, not the path once more.");
                self.paths.note(note);
            }
            if path.matches('{').count() != path.matches('}').count() || path.contains(char::is_whitespace) {
                self.paths.todo("the page's path cannot be right; mend it");
            }
        }
        let mut item = self.paths.get(path).cloned().unwrap_or(json!({}));
        item[method] = map.into();
        self.paths.put(path, item);
    }

    /// The id, and the noun in it.
    fn id(&mut self, method: &str, path: &str, reads: bool, lists: bool) -> (String, String) {
        let candidates = names::operation_ids(method, path, reads, lists);
        let ids: Vec<String> = candidates.iter().map(|(id, _)| id.clone()).collect();
        let there = self.components.known.0.operations.iter().filter_map(Operation::id);
        let there: Vec<_> = there.chain(self.ids.iter().map(String::as_str)).map(folded).collect();
        let id = names::free(&ids, |id| there.contains(&folded(id)));
        self.ids.push(id.clone());
        let chosen = candidates.iter().find(|(candidate, _)| id.starts_with(candidate));
        let noun = names::pascal(chosen.map_or("", |(_, noun)| noun), "Thing");
        (id, noun)
    }

    /// The tag of the nearest operation by its path: of those whose pages lie in the same folder and that need the same
    /// scope, or else of all that need it, if they have one tag, or lie there. If there are none, a new one, called after
    /// the folder; where pages have no folders, the nearest of all.
    fn tag(&mut self, page: &Page, path: &str, scopes: &[String], map: &mut Map) {
        let operations = &self.components.known.0.operations;
        let is_allowed = |known: &Operation| {
            let needed = known.permissions().concat();
            scopes.iter().any(|scope| needed.contains(&scope.as_str()))
        };
        let allowed = operations.iter().filter(|known| is_allowed(known));
        let tags: HashSet<_> = allowed.filter_map(existing::tag).collect();
        let own = existing::folder(&page.page);
        let page_of = |known: &Operation| page_of(known.page()?);
        let near = |known: &Operation| {
            let in_folder = own.is_some() && page_of(known).and_then(|page| existing::folder(&page)) == own;
            let is_allowed = is_allowed(known);
            [in_folder && is_allowed, is_allowed && tags.len() == 1, in_folder]
        };
        let common = |known: &Operation| {
            let pairs = known.path.split('/').zip(path.split('/'));
            pairs.take_while(|(one, other)| one == other).count()
        };
        let nearest = operations.iter().rev().max_by_key(|known| (near(known), common(known)));
        let has_folders = operations.is_empty() || operations.iter().any(|known| page_of(known).is_some());
        let folders = page.page.rsplit_once('/').filter(|_| has_folders);
        let tag = match (nearest, folders) {
            (Some(nearest), _) if near(nearest).contains(&true) => existing::tag(nearest).map(str::to_owned),
            (_, Some((folders, _))) => {
                let words = folders.rsplit('/').next().unwrap_or_default().replace(['-', '_'], " ");
                let name = describe::sentence(&words).trim_end_matches('.').to_owned();
                let mut tag = Map::new();
                tag.todo("the tag is called after the page's folder; check whether it is one of the others");
                tag.put("name", name.as_str());
                tag.put("description", todo("say what these calls are about"));
                let tag = Value::from(tag);
                if !self.tags.contains(&tag) {
                    self.tags.push(tag);
                }
                Some(name)
            }
            (nearest, None) => {
                map.todo("the tag is guessed from the path");
                nearest.and_then(existing::tag).map(str::to_owned)
            }
        };
        let tag = tag.unwrap_or_else(|| todo("a tag, declared at the top"));
        map.put("tags", json!([tag]));
    }

    /// The scopes as alternatives, the lesser permission first.
    fn security(&mut self, operation: &facts::Operation, map: &mut Map) {
        let mut scopes = operation.scopes.clone();
        scopes.sort_by_key(|scope| scope.contains("readwrite"));
        let mut seen = HashSet::new();
        scopes.retain(|scope| seen.insert(scope.clone()));
        if let Some(endpoint) = &operation.scopes_endpoint {
            map.todo(format!(
                "the page names the permission for `{endpoint}`, which is another endpoint"
            ));
        }
        let declared = self.components.known.scopes();
        for scope in &scopes {
            if !declared.contains(&scope.as_str()) {
                self.scopes.put(scope, describe::scope(scope));
            }
        }
        if scopes.is_empty() {
            map.todo("the page names no permission");
            scopes.push(todo("a scope"));
        }
        let entries = scopes.into_iter().map(|scope| json!({ "oauth2": [scope] }));
        map.put("security", entries.collect::<Vec<_>>());
    }

    fn responses(&mut self, operation: &facts::Operation, answer: Option<Map>, reply: &str) -> Map {
        let mut responses = Map::new();
        let status = operation.success.filter(|status| (200..300).contains(status));
        match operation.success {
            None => responses.note("The page gives no success status."),
            Some(named) if status.is_none() => responses.todo(format!(
                "the page gives the status {named}, which is not a success status"
            )),
            Some(_) => {}
        }
        let mut success = Map::new().with("description", reply);
        let headers = self.components.known.headers();
        if !headers.is_empty() {
            success.put("headers", Value::Object(headers));
        }
        match answer {
            Some(answer) => success.put("content", json!({ "application/json": answer })),
            None => success.note("The page shows no answer."),
        }
        responses.put(&status.unwrap_or(200).to_string(), success);
        for (status, failure) in self.components.failures() {
            responses.put(&status, failure);
        }
        responses
    }
}

/// A parameter: a reference to a shared one, if the spec has the same.
fn parameter(writer: &mut Writer, part: Part, mut member: Member) -> Value {
    let known = writer.components.known;
    let mut map = std::mem::take(&mut member.notes);
    for (component, shared) in known.parameters(part).filter(|(_, known)| known["name"] == member.name) {
        let differences = differences(writer.components, &member.row, part, shared);
        if differences.is_empty() {
            map.put("$ref", format!("#/components/parameters/{component}"));
            return map.into();
        }
        map.note(format!(
            "The spec's `{component}` does not match: it {}.",
            differences.join(", and ")
        ));
    }
    let is_required = part == Part::Path || member.row.required == Some(Required::Yes);
    let component = names::pascal(&member.name, "Parameter");
    let schema = writer.value(&mut member, &component, writer.noun, 0);
    let description = member.description(writer.noun);
    let Member { name, notes, .. } = member;
    map.append(notes);
    map.put("name", name.as_str());
    map.put("in", part.name());
    map.put("description", description.unwrap_or_else(|_| todo("say what it means")));
    map.put("required", is_required);
    let example = example(writer.components, &schema.value(), &name, 0);
    map.put("schema", schema);
    map.put("example", example);
    // The spec may keep those of the path among its components.
    if part != Part::Path || known.parameters(part).next().is_none() {
        return map.into();
    }
    let shared = &mut writer.components.parameters;
    let is_other = |name: &str| {
        let written = shared.get(name).map(plain);
        known.has("parameters", name) || written.is_some_and(|written| written != map.value())
    };
    let component = names::free(&[format!("{}Parameter", names::pascal(&name, ""))], is_other);
    if shared.get(&component).is_none() {
        shared.put(&component, map);
    }
    reference("parameters", &component).into()
}

/// How a shared parameter differs from a row.
fn differences(components: &Components, row: &Row, part: Part, known: &Value) -> Vec<String> {
    let schema = components.resolved(&known["schema"]);
    let form = form_of(row, &mut Map::new());
    let mut documented = Map::new();
    if let Some(form) = form.filter(|_| row.codes.is_empty()) {
        documented.put("type", form.name());
    }
    limits(row, form, &mut documented, &mut Map::new());
    let mut differences = Vec::new();
    for (key, value) in documented.value().as_object().into_iter().flatten() {
        match schema.get(key) {
            Some(known) if known == value => {}
            Some(known) => differences.push(format!("has `{key}: {known}`, the page says {value}")),
            None => differences.push(format!("has no `{key}`, the page says {value}")),
        }
    }
    let is_required = known["required"] == true;
    let of_required = match row.required {
        Some(Required::Yes) if !is_required => Some("may be left out, the page requires it"),
        Some(Required::No) if is_required && part != Part::Path => Some("is required, on the page it may be left out"),
        Some(Required::Sometimes) => Some("is required in some cases, according to the page"),
        _ => None,
    };
    differences.extend(of_required.map(str::to_owned));
    differences
}

/// A body with its example, if anything is known of it.
fn body(writer: &mut Writer, mut member: Member, name: &str) -> Option<Map> {
    if member.is_empty() {
        return None;
    }
    let schema = writer.value(&mut member, name, writer.noun, 0);
    let mut media = member.notes;
    let example = example(writer.components, &schema.value(), "body", 0);
    media.put("schema", schema);
    media.put("example", example);
    Some(media)
}

/// Whether an answer is a list, or an object around one.
fn lists(answer: &Member) -> bool {
    const AROUND: [&str; 5] = ["data", "value", "values", "result", "results"];
    const BESIDE: &str = "hasnextpage totalcount metadata pageindex pagesize status message code";
    let is_beside = |key: String| BESIDE.split(' ').chain(describe::TOKENS).any(|beside| beside == key);
    let (lists, others): (Vec<_>, Vec<_>) = answer.members.iter().partition(|member| member.is_list());
    let is_alone = lists.len() == 1 && others.iter().all(|member| is_beside(folded(&member.name)));
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

/// The address of a page.
fn url(page: &str) -> String {
    const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    format!("{PAGES}/{}", utf8_percent_encode(page.trim_matches('/'), &UNRESERVED))
}
