//! The page of an operation.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;
use xtask_spec::Operation;
use xtask_spec::place::Place;

use super::Subject;
use super::api::differences;
use super::guides::{Guide, code, prose};
use super::layout::{Page, Site, method};
use super::samples::{self, Sample};
use super::schema::{Row, Schemas};
use crate::call::{Call, Examples, examples};

/// The page.
///
/// # Errors
/// If the call cannot be written in Rust.
pub fn page<'d>(
    site: &Site,
    subject: &Subject<'d>,
    operation: &Operation<'d>,
    call: &Call<'d>,
) -> anyhow::Result<Page> {
    let samples = samples::all(subject.api, subject.spec, operation, call)?;
    let schemas = Schemas { spec: subject.spec };
    let records = subject.records_of(operation);
    let content = html! {
        article.operation {
            div.intro {
                p.trail { a href="../index.html" { (subject.title) } " / " (call.tag) }
                h1 { (call.summary) }
                p.line { (method(&call.method)) code { (breakable(call.path)) } }
                @if call.is_deprecated {
                    p.warning { strong { "Deprecated. " } "Its description names what has replaced it." }
                }
                (description(subject, call.description))
                (facts(subject, operation, call))
            }
            (programs(site, subject, samples))
            div.detail {
                (parameters(subject, &schemas, operation))
                @if let Some(body) = subject.spec.request_body(operation) {
                    section {
                        h2 #body { "Request body" }
                        (prose(&body.description()))
                        @for (media_type, media) in body.members_of("content") {
                            p.note { code { (media_type) } @if body.says("required") { ", required" } }
                            @if let Some(schema) = media.get("schema") { (schemas.body(&schema)) }
                            (shown(&examples(&media)))
                        }
                    }
                }
                section {
                    h2 #responses { "Responses" }
                    p.note { "Any member may be missing or null, and there may be members and codes that are not listed." }
                    @for (status, listed) in operation.place.members_of("responses") {
                        @if let Some(response) = subject.spec.resolve(&listed) {
                            (self::response(subject, &schemas, status, &response, listed.reference().is_none()))
                        }
                    }
                }
                section {
                    h2 #deviations { "Where this differs from the vendor’s page" }
                    @if records.is_empty() { p { "Nowhere: page and specification say the same." } }
                    @else { (differences(&records)) }
                }
            }
        }
    };
    Ok(Page::new(
        site,
        subject.operation_path(call.id),
        call.summary,
        Some(subject),
        &content,
    ))
}

/// What a caller has to know at a glance.
fn facts(subject: &Subject, operation: &Operation, call: &Call) -> Markup {
    let permissions = operation.permissions();
    html! {
        dl.facts {
            dt { "Permission" }
            dd {
                @for (index, scopes) in permissions.iter().enumerate() {
                    @if index > 0 { " or " }
                    @for scope in scopes { code { (scope) } " " }
                }
                a href="../../guides/tokens.html" { "get a token" }
            }
            dt { "Kind" }
            dd {
                @if is_read(operation) { "A read: it may be repeated." }
                @else { "A write: do not repeat it unless it is certain that it was not carried out." }
            }
            @if let Some(paging) = operation.place.get("x-paging") { dt { "Paging" } dd { (self::paging(&paging)) } }
            dt { "Name" } dd { code { (call.id) } " in " (subject.title) " " (subject.version) }
            @if let Some(page) = operation.page() { dt { "Source" } dd { a href=(page) rel="external" { "the vendor’s page" } } }
        }
    }
}

/// Whether an operation changes nothing; a GET that starts a job is marked as none.
fn is_read(operation: &Operation) -> bool {
    let mark = operation.place.value.get("x-read-only").and_then(Value::as_bool);
    mark.unwrap_or(operation.method == "get")
}

/// How the list is paged, in words.
fn paging(paging: &Place) -> Markup {
    let name = |key: &str| html! { code { (paging.text(key).unwrap_or_default().trim_start_matches("body.")) } };
    let place = |key: &str| match paging.text(key).is_some_and(|name| name.starts_with("body.")) {
        true => " of the body",
        false => " of the query",
    };
    html! {
        @match paging.text("style") {
            Some("token") => {
                "By token: the entries are in " (name("items")) ". Send what came as " (name("next")) " in " (name("token"))
                (place("token")) " for the next page; without one it was the last."
            }
            Some("single") => { "The whole list is one page; the entries are in " (name("items")) "." }
            _ => {
                "By number: " (name("page")) (place("page")) " is the page, from 1. The entries are in " (name("items"))
                @if paging.has_text("total") { ", and " (name("total")) " counts them" }
                "."
                @if paging.has_text("more") { " Another page follows while " (name("more")) " is true." }
            }
        }
        @if paging.has_text("size") { " " (name("size")) (place("size")) " is the size of a page." }
    }
}

/// The parameters by the place in which they stand.
fn parameters<'d>(subject: &Subject<'d>, schemas: &Schemas<'_, 'd>, operation: &Operation<'d>) -> Markup {
    let parameters = subject.spec.parameters(operation);
    html! {
        @for (place, heading) in [("path", "Path"), ("query", "Query"), ("header", "Headers")] {
            @let own = parameters.iter().map(|parameter| &parameter.described);
            @let own = own.filter(|parameter| parameter.text("in") == Some(place));
            @let rows: Vec<_> = own.filter_map(|parameter| Some(Row {
                name: parameter.text("name")?.to_owned(),
                is_required: parameter.says("required"),
                description: parameter.description(),
                schema: parameter.get("schema")?,
            })).collect();
            @if !rows.is_empty() {
                section {
                    h2 #(place) { (heading) }
                    @if place == "path" { (sources(subject, operation)) }
                    (schemas.rows(&rows))
                }
            }
        }
    }
}

/// Where the ids of a path come from: the read that has one of the type in its answer, as the `id` of what it lists or as
/// an entry rather than beside others, and needs the fewest ids itself.
fn sources<'d>(subject: &Subject<'d>, operation: &Operation<'d>) -> Markup {
    let tag = operation.place.texts("tags").first().copied().unwrap_or_default();
    let sources = path_types(subject, operation).into_iter().filter_map(|(name, id)| {
        let reads = subject
            .spec
            .operations
            .iter()
            .zip(&subject.calls)
            .filter_map(|(read, call)| {
                let needs = path_types(subject, read);
                if !is_read(read) || call.is_deprecated || needs.iter().any(|(_, needed)| *needed == id) {
                    return None;
                }
                let place = place_of(subject, &subject.spec.answer(read)?, id, DEPTH)?;
                let is_own = place.ends_with(".id") || place.ends_with("[]");
                Some(((!is_own, needs.len(), call.tag != tag), call, place))
            });
        let (_, call, place) = reads.min_by_key(|(rank, ..)| *rank)?;
        Some((name, place, call))
    });
    let sources: Vec<_> = sources.collect();
    html! {
        @if !sources.is_empty() {
            p.note {
                @for (index, (name, place, call)) in sources.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (name) } " is " code { (place.trim_start_matches('.')) } " of " a href={ (call.id) ".html" } { (call.summary) }
                }
                "."
            }
        }
    }
}

/// How deep an id is looked for: in the entries of a list, and in those of a list that they hold.
const DEPTH: usize = 5;

/// The parameters of a path whose type has a name, and that type.
fn path_types<'d>(subject: &Subject<'d>, operation: &Operation<'d>) -> Vec<(&'d str, &'d str)> {
    let parameters = subject.spec.parameters(operation).into_iter();
    let parameters = parameters.filter(|parameter| parameter.described.text("in") == Some("path"));
    let types = parameters.filter_map(|parameter| {
        let schema = parameter.described.get("schema")?;
        Some((parameter.described.text("name")?, schema.reference()?))
    });
    types.collect()
}

/// The nearest place of a type below a schema, such as `.data[].id`.
fn place_of<'d>(subject: &Subject<'d>, schema: &Place<'d>, wanted: &str, left: usize) -> Option<String> {
    let schema = subject.spec.schema(schema).filter(|_| left > 0)?;
    let properties = subject.spec.properties(&schema).into_iter();
    let properties = properties.map(|(name, property)| (format!(".{name}"), property));
    let entries = schema.get("items").map(|items| ("[]".to_owned(), items));
    let parts: Vec<_> = properties.chain(entries).collect();
    let is_wanted = |part: &Place| part.reference() == Some(wanted);
    let own = parts
        .iter()
        .find(|(_, part)| is_wanted(part) || part.entries_of("allOf").iter().any(is_wanted));
    let deeper = || {
        let mut parts = parts.iter();
        parts.find_map(|(name, part)| Some(name.clone() + &place_of(subject, part, wanted, left - 1)?))
    };
    own.map(|(name, _)| name.clone()).or_else(deeper)
}

fn response<'d>(
    subject: &Subject<'d>,
    schemas: &Schemas<'_, 'd>,
    status: &str,
    response: &Place<'d>,
    is_own: bool,
) -> Markup {
    let headers = response.members_of("headers").into_iter();
    let rows = headers.filter_map(|(name, header)| {
        let header = subject.spec.resolve(&header)?;
        Some(Row {
            name: name.to_owned(),
            is_required: header.says("required"),
            description: header.description(),
            schema: header.get("schema")?,
        })
    });
    let rows: Vec<_> = rows.collect();
    html! {
        details.response open[is_own] {
            summary id={ "response-" (status) } { span.status data-class=(status.get(..1).unwrap_or_default()) { (status) } " " (response.description()) }
            @for (media_type, media) in response.members_of("content") {
                p.note { code { (media_type) } }
                @if let Some(schema) = media.get("schema") { (schemas.body(&schema)) }
                (shown(&examples(&media)))
            }
            @if !rows.is_empty() { details { summary { "Headers" } (schemas.rows(&rows)) } }
        }
    }
}

/// Examples as they are sent.
fn shown(examples: &Examples) -> Markup {
    html! {
        @for (name, example) in examples {
            // That of a file is no JSON.
            @if example.is_object() || example.is_array() {
                figure {
                    figcaption { "Example" @if !name.is_empty() { ": " (name) } }
                    (code("json", &format!("{example:#}")))
                }
            }
        }
    }
}

/// The call in all languages.
fn programs(site: &Site, subject: &Subject, samples: Vec<Sample>) -> Markup {
    html! {
        aside.samples aria-label="The call as a program" {
            h2 { "Call it" }
            p.note {
                "With " code { "AVEPOINT_BASE_URL" }
                @if let Some(cloud) = subject.clouds.first() { " such as " code { (cloud.address()) } }
                " and a token in " code { "AVEPOINT_ACCESS_TOKEN" } ". Ids and values are examples: "
                a href="../../guides/sandbox.html" { "the sandbox" }
                " knows no such ids, and a filter by them finds nothing there. Take those of an answer."
            }
            div data-tabs {
                @for sample in samples {
                    @let of_language = |guide: &&Guide| guide.recipe.as_ref().is_some_and(|(language, _)| language == sample.language);
                    @let recipes: Vec<_> = site.guides.iter().filter(of_language).collect();
                    figure id=[samples::anchor(sample.language)] data-tab=(sample.language) {
                        figcaption { (sample.language) }
                        (code(sample.grammar, &sample.text))
                        @if !recipes.is_empty() {
                            p.note {
                                "Recipes: "
                                @for (index, guide) in recipes.iter().enumerate() {
                                    @if index > 0 { ", " }
                                    @if let Some((_, tool)) = &guide.recipe { a href={ "../../" (guide.path) } { (tool) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A path that may break behind each of its parts.
fn breakable(path: &str) -> Markup {
    html! { @for part in path.split_inclusive('/') { (part) (PreEscaped("<wbr>")) } }
}

/// A description in which the operations of the API that it names are links.
fn description(subject: &Subject, text: &str) -> Markup {
    let linked = subject.calls.iter().fold(prose(text).into_string(), |html, call| {
        let name = format!("<code>{}</code>", call.id);
        html.replace(&name, &format!("<a href=\"{}.html\">{name}</a>", call.id))
    });
    PreEscaped(linked)
}
