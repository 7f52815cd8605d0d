//! `cargo xtask docs scaffold`: what the specs need for some pages.

use std::collections::HashSet;

use anyhow::bail;

use crate::drift;
use crate::facts::Page;
use crate::finding::{Finding, Kind, Step};
use crate::input::Pages;
use crate::reading::{self, report_unread};
use crate::source::Source;
use xtask_cli::Outcome;
use xtask_spec::Spec;
use xtask_spec::api::{self, APIS};
use xtask_spec::document::Document;

use super::draft::{Api, scaffold};
use super::edits::{edits, records};

/// Prints the YAML of what the specs do not have of some pages, and the edits that their other operations need. `new`
/// takes every page with an operation that its spec does not have.
///
/// # Errors
/// If there is no such page, it belongs to no API or was not understood, or it describes no operation.
pub fn run(pages: &Pages, names: &[String], new: bool) -> anyhow::Result<Outcome> {
    let mut wanted: Vec<String> = names.iter().map(|name| name.replace('\\', "/")).collect();
    let mut texts = Vec::new();
    for api in APIS.iter().filter(|api| pages.has(api)) {
        let sources = pages.of(api)?;
        let is_named =
            |name: &String, source: &Source| *name == source.name || name.ends_with(&format!("/{}", source.name));
        let chosen = |source: &Source| wanted.iter().any(|name| is_named(name, source));
        let chosen: HashSet<_> = sources
            .iter()
            .enumerate()
            .filter(|(_, source)| chosen(source))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(index, _)| index)
            .collect();
        wanted.retain(|name| !sources.iter().any(|source| is_named(name, source)));
        if !chosen.is_empty() || new {
            texts.extend(of_api(api, &sources, &chosen, new)?);
        }
    }
    if let Some(name) = wanted.first() {
        bail!(
            "there is no page {name}; name one by its path in the vendor's repository, such as docs/elements/overview.md, \
             or pass it with --page API=FILE"
        );
    }
    if texts.is_empty() {
        texts.push("# Nothing to write: the specs have every operation of the pages.\n".to_owned());
    }
    // What belongs to different specs are different documents.
    xtask_cli::print(&texts.join("---\n"))?;
    Ok(Outcome::Clean)
}

/// What the spec of an API needs for its chosen pages, by their index.
fn of_api(
    api: &'static api::Api,
    sources: &[Source],
    chosen: &HashSet<usize>,
    new: bool,
) -> anyhow::Result<Option<String>> {
    let reading = reading::read(api, sources);
    let is_begun = api.spec().exists();
    let document = match is_begun {
        true => api.document()?,
        false => Document::parse(&api.spec(), "{}")?,
    };
    let mut findings = Vec::new();
    if is_begun && api.lock().exists() {
        findings = drift::measure_read(api, Some(reading::read(api, sources)))?.findings;
    }
    let moved = findings
        .iter()
        .filter(|finding| finding.kind == Kind::Endpoint && finding.step == Step::PageLock);
    let moved = moved.map(|finding| finding.is.clone()).collect();
    let spec = Spec::new(&document);
    let known = Api::new(api.name, &spec, &reading.pages, &moved);
    let is_chosen = |(index, page): &(usize, &Page)| chosen.contains(index) || (new && known.lacks_some(page));
    let pages: Vec<_> = reading
        .pages
        .iter()
        .enumerate()
        .filter(is_chosen)
        .map(|(_, page)| page)
        .collect();
    if pages.is_empty() {
        return Ok(None);
    }
    let is_of_these = |finding: &Finding| pages.iter().any(|page| page.page == finding.page);
    report_unread(reading.unread.iter().filter(|finding| is_of_these(finding)));
    let mut text = scaffold(&known, &pages)?;
    if !is_begun {
        let missing = format!(
            "# There is no specs/{0}/openapi.yaml yet: begin it with `cargo xtask generate --begin --api {0}`.\n",
            api.name
        );
        text.insert_str(0, &missing);
    } else if !api.lock().exists() {
        text.insert_str(0, "# The pages are not locked yet: run `cargo xtask docs lock`.\n");
    }
    // An operation that the spec does not have is what the YAML is for.
    let is_written = |finding: &Finding| matches!(finding.kind, Kind::OperationAdded | Kind::OperationMissing);
    findings.retain(|finding| is_of_these(finding) && !is_written(finding));
    // Below YAML the edits are comments, so that the whole can be read as YAML.
    let is_yaml = text.lines().any(|line| !line.starts_with('#'));
    let mark = if is_yaml { "# " } else { "" };
    for part in [edits(&findings), records(&findings)] {
        text.extend((!part.is_empty()).then_some('\n'));
        for line in part.lines() {
            text.push_str(format!("{mark}{line}").trim_end());
            text.push('\n');
        }
    }
    Ok(Some(text))
}
