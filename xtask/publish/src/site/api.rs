//! The pages of an API as a whole: its operations, its codes, where it differs from the vendor's pages, what has changed.

use maud::{Markup, html};
use xtask_spec::Operation;
use xtask_spec::deviations::{Decision, Record, Records};

use super::Subject;
use super::guides::{markdown, prose};
use super::layout::{Page, Site, operations};
use super::schema;
use crate::call::Cloud;

/// The pages beside that of the operations: file and name.
pub const LISTS: [(&str, &str); 3] = [
    ("codes.html", "Codes"),
    ("deviations.html", "Deviations"),
    ("changelog.html", "Changelog"),
];

/// The pages.
pub fn pages(site: &Site, subject: &Subject) -> Vec<Page> {
    let page = |file: &str, title: &str, content: &Markup| {
        Page::new(
            site,
            subject.path(file),
            &format!("{title} · {}", subject.title),
            Some(subject),
            content,
        )
    };
    let trail = html! { p.trail { a href="index.html" { (subject.title) } } };
    vec![
        Page::new(
            site,
            subject.path("index.html"),
            subject.title,
            Some(subject),
            &overview(subject),
        ),
        page(
            "codes.html",
            "Codes",
            &html! { (trail) h1 { "Codes" } (codes(subject)) },
        ),
        page(
            "deviations.html",
            "Deviations",
            &html! { (trail) h1 { "Deviations" } (deviations(subject)) },
        ),
        page(
            "changelog.html",
            "Changelog",
            &html! {
                (trail)
                // Its title has the name of the API.
                (markdown(&subject.changelog.markdown(), None))
            },
        ),
    ]
}

fn overview(subject: &Subject) -> Markup {
    let info = subject
        .spec
        .root
        .get("info")
        .map(|info| info.description())
        .unwrap_or_default();
    html! {
        p.trail { "Version " (subject.version) ", " (xtask_cli::counted(subject.calls.len(), "operation")) }
        h1 { (subject.title) }
        (prose(&info))
        ul.links { @for (file, name) in LISTS { li { a href=(file) { (name) } } } }
        h2 { "Hosts" }
        div.scroll tabindex="0" role="region" aria-label="Hosts" {
            table {
                thead { tr { th scope="col" { "Cloud" } th scope="col" { "Address" } th scope="col" { "Tokens from" } } }
                tbody { @for cloud in &subject.clouds {
                    tr { td { (cloud.name) } td { code { (cloud.base_url) } } td { code { (cloud.token_url) } } }
                } }
            }
        }
        @for server in subject.spec.root.entries_of("servers") {
            @for (name, variable) in server.members_of("variables") {
                details { summary { code { "{" (name) "}" } ": " (variable.texts("enum").len()) " values" } (prose(&variable.description())) }
            }
        }
        @for (tag, description, calls) in subject.tags() {
            section {
                h2 { (tag) }
                (prose(&description))
                (operations(&calls, |id| format!("operations/{id}.html")))
            }
        }
    }
}

fn codes(subject: &Subject) -> Markup {
    let lists = subject.spec.components("schemas").into_iter();
    html! {
        p { "Codes are open: a service may send one that is not listed." }
        @for (name, schema) in lists.filter(|(_, schema)| schema.value.get("enum").is_some()) {
            section { h2 #(name) { (name) } (prose(&schema.description())) (schema::codes(&schema)) }
        }
    }
}

fn deviations(subject: &Subject) -> Markup {
    let whole = recorded(&subject.records, "*");
    html! {
        p {
            "Where the vendor’s page and this document differ, or a page’s table of members and its own sample, and why. What "
            "only one side says is " q { "nothing" } " on the other."
        }
        @if !whole.is_empty() { section { h2 { "All operations" } (differences(&whole)) } }
        @for (operation, call) in subject.spec.operations.iter().zip(&subject.calls) {
            @let own = recorded(&subject.records, &name(operation));
            @if !own.is_empty() {
                section { h2 { a href={ "operations/" (call.id) ".html" } { (call.summary) } } (differences(&own)) }
            }
        }
    }
}

/// A deviation or a decision as it is shown.
pub struct Difference<'r> {
    place: &'r str,
    /// The sides: whose it is, and what it says.
    sides: Vec<(&'static str, &'r str)>,
    reason: &'r str,
}

/// A list of differences.
pub fn differences(differences: &[Difference]) -> Markup {
    html! {
        ul.differences { @for difference in differences {
            li {
                code.name { (difference.place) }
                dl {
                    @for (side, says) in &difference.sides { dt { (side) } dd { (says) } }
                    dt { "Why" } dd { (prose(difference.reason)) }
                }
            }
        } }
    }
}

/// What deviations call an operation.
fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method.to_uppercase(), operation.path)
}

/// What is recorded of an operation; `*` stands for all.
fn recorded<'r>(records: &'r Records, operation: &str) -> Vec<Difference<'r>> {
    let deviations = records.deviations.iter().filter(|record| record.operation == operation);
    let decisions = records
        .decisions
        .iter()
        .filter(|decision| decision.operation == operation);
    deviations.map(deviation).chain(decisions.map(decision)).collect()
}

fn deviation(record: &Record) -> Difference<'_> {
    let sides = [
        ("Table", &record.table),
        ("Sample", &record.sample),
        ("Page", &record.page),
        ("Here", &record.spec),
    ];
    let sides = sides
        .into_iter()
        .filter_map(|(side, says)| Some((side, says.as_deref()?)));
    Difference {
        place: &record.place,
        sides: sides.collect(),
        reason: &record.reason,
    }
}

fn decision(decision: &Decision) -> Difference<'_> {
    Difference {
        place: &decision.place,
        sides: vec![("Page", &decision.page), ("Here", &decision.spec)],
        reason: &decision.reason,
    }
}

impl Subject<'_> {
    /// The differences of an operation, and those of all.
    pub fn records_of(&self, operation: &Operation) -> Vec<Difference<'_>> {
        let own = recorded(&self.records, &name(operation)).into_iter();
        own.chain(recorded(&self.records, "*")).collect()
    }
}

impl Cloud {
    /// The address with the defaults of its variables.
    pub fn address(&self) -> String {
        let variables = self.variables.iter();
        variables.fold(self.base_url.clone(), |url, (name, default)| {
            url.replace(&format!("{{{name}}}"), default)
        })
    }
}
