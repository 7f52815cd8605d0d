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
    // A GET that starts a job is marked as none.
    let mark = operation.place.value.get("x-read-only").and_then(Value::as_bool);
    let is_read = mark.unwrap_or(operation.method == "get");
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
                @if is_read { "A read: it may be repeated." }
                @else { "A write: do not repeat it unless it is certain that it was not carried out." }
            }
            @if let Some(paging) = operation.place.get("x-paging") { dt { "Paging" } dd { (self::paging(&paging)) } }
            dt { "Name" } dd { code { (call.id) } " in " (subject.title) " " (subject.version) }
            @if let Some(page) = operation.page() { dt { "Source" } dd { a href=(page) rel="external" { "the vendor’s page" } } }
        }
    }
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
            @if !rows.is_empty() { section { h2 #(place) { (heading) } (schemas.rows(&rows)) } }
        }
    }
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
                " and a token in " code { "AVEPOINT_ACCESS_TOKEN" } ". Ids and values are examples."
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
