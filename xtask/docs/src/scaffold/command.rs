//! `cargo xtask docs scaffold`: what the specs need for some pages.

use std::path::MAIN_SEPARATOR_STR;

use anyhow::bail;

use crate::drift;
use crate::facts::Page;
use crate::finding::{Finding, Kind, Step};
use crate::input::Pages;
use crate::reading::{self, unread_line};
use crate::source::Source;
use crate::yaml::Map;
use xtask_cli::Outcome;
use xtask_spec::Spec;
use xtask_spec::api::{self, APIS};
use xtask_spec::document::Document;

use super::assemble::{Api, scaffold};
use super::edits::{edits, records};

/// Prints the YAML of what the specs do not have of some pages, and the edits that their other operations need. `new`
/// takes every page with an operation that its spec does not have.
///
/// # Errors
/// If there is no such page, it describes no operation, or nothing can be drafted since a page could not be read.
pub fn run(pages: &Pages, names: &[String], new: bool) -> anyhow::Result<Outcome> {
    let mut wanted: Vec<_> = names.iter().map(|name| name.replace(MAIN_SEPARATOR_STR, "/")).collect();
    let (mut texts, mut unread) = (Vec::new(), Vec::new());
    for api in APIS.iter().filter(|api| pages.has(api)) {
        let sources = pages.of(api)?;
        let is_named =
            |name: &String, source: &Source| *name == source.name || name.ends_with(&format!("/{}", source.name));
        let is_chosen = |source: &Source| wanted.iter().any(|name| is_named(name, source));
        if new || sources.iter().any(is_chosen) {
            texts.extend(of_api(api, &sources, is_chosen, new, &mut unread)?);
        }
        wanted.retain(|name| !sources.iter().any(|source| is_named(name, source)));
    }
    if let Some(name) = wanted.first() {
        bail!(
            "there is no page {name}; name one by its path in the vendor's repository, such as docs/elements/overview.md, \
             or pass it with --page API=FILE"
        );
    }
    if texts.is_empty() {
        if !unread.is_empty() {
            bail!("nothing can be drafted: {}", unread.join("; "));
        }
        texts.push("# Nothing to write: the specs have every operation of the pages.\n".to_owned());
    }
    unread.iter().for_each(|line| xtask_cli::report(line));
    // What belongs to different specs are different documents.
    xtask_cli::print(&texts.join("---\n"))?;
    Ok(Outcome::Clean)
}

/// What the spec of an API needs for those of its pages that are chosen or, if it has something new, any other. What could
/// not be read of them is added to `unread`.
fn of_api(
    api: &'static api::Api,
    sources: &[Source],
    is_chosen: impl Fn(&Source) -> bool,
    new: bool,
    unread: &mut Vec<String>,
) -> anyhow::Result<Option<String>> {
    use Kind::{OperationAdded, OperationMissing, PageUnread, PageUnreadable};
    /// An operation that the spec does not have is what the YAML is for, and what could not be read is to be read.
    const NO_EDITS: [Kind; 4] = [OperationAdded, OperationMissing, PageUnread, PageUnreadable];
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
    let is_moved = |finding: &&Finding| finding.kind == Kind::Endpoint && finding.step == Step::PageLock;
    let moved = findings.iter().filter(is_moved).map(|finding| finding.is.clone());
    let moved = moved.collect();
    findings.retain(|finding| !NO_EDITS.contains(&finding.kind));
    let spec = Spec::new(&document);
    let known = Api::new(api.name, &spec, &reading.pages, &moved);
    let mut pages: Vec<&Page> = Vec::new();
    let (mut notes, mut is_left) = (Vec::new(), false);
    for (page, source) in reading.pages.iter().zip(sources) {
        let (is_chosen, is_new) = (is_chosen(source), known.lacks_some(page));
        let of_page = reading.unread.iter().filter(|finding| finding.page == page.page);
        let of_page: Vec<_> = of_page.map(unread_line).collect();
        let is_edit = |finding: &Finding| finding.page == page.page && finding.step != Step::PageSample;
        let is_empty = page.operations.is_empty() || !is_new && !findings.iter().any(is_edit);
        let is_unread = is_empty && !of_page.is_empty();
        if is_chosen || new {
            notes.extend(of_page);
        }
        if (is_chosen && !is_unread) || (new && is_new) {
            pages.push(page);
            is_left |= !is_empty;
        }
    }
    unread.extend_from_slice(&notes);
    if pages.is_empty() || !(is_left || notes.is_empty()) {
        return Ok(None);
    }
    let mut head = Map::new();
    for line in &notes {
        head.todo(format!("this could not be read: {line}"));
    }
    if !is_begun {
        head.note(format!(
            "There is no specs/{0}/openapi.yaml yet: begin it with `cargo xtask generate --begin --api {0}`.",
            api.name
        ));
    } else if !api.lock().exists() {
        head.note("The pages are not locked yet: run `cargo xtask docs lock`.");
    }
    let mut text = head.render() + &scaffold(&known, &pages)?;
    findings.retain(|finding| pages.iter().any(|page| page.page == finding.page));
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
