//! `cargo xtask docs scaffold`: what the spec needs for one page.

use anyhow::{anyhow, bail};

use crate::drift;
use crate::finding::{Finding, Kind};
use crate::input::Pages;
use crate::reading;
use crate::source::Source;
use xtask_cli::Outcome;
use xtask_spec::Spec;
use xtask_spec::api::{APIS, Api};
use xtask_spec::document::Document;

use super::edits::records;
use super::{edits, scaffold};

/// Prints the YAML of the page's operations that its API's spec does not have, and the edits that its other operations
/// need.
///
/// # Errors
/// If there is no such page, it belongs to no API or was not understood, or it describes no operation.
pub fn run(pages: &Pages, name: &str) -> anyhow::Result<Outcome> {
    let (api, sources, source) = find(pages, name)?;
    let reading = reading::read(api, std::slice::from_ref(&source));
    reading.report_unread();
    let [page] = reading.pages.as_slice() else {
        bail!("{}: the page was not read", source.name);
    };
    let document = Document::load(&api.spec())?;
    let mut text = scaffold(page, api.name, &Spec::new(&document))?;
    let mut findings = drift::measure_read(api, Some(reading::read(api, &sources)))?.findings;
    // An operation that the spec does not have is what the YAML is for.
    let is_written = |finding: &Finding| matches!(finding.kind, Kind::OperationAdded | Kind::OperationMissing);
    findings.retain(|finding| finding.page == page.page && !is_written(finding));
    if !findings.is_empty() {
        // Below YAML the edits are comments, so that the whole can be read as YAML.
        let is_yaml = text.lines().any(|line| !line.starts_with('#'));
        let mark = if is_yaml { "# " } else { "" };
        for part in [edits(&findings), records(&findings)]
            .iter()
            .filter(|part| !part.is_empty())
        {
            text.push('\n');
            for line in part.lines() {
                text.push_str(format!("{mark}{line}").trim_end());
                text.push('\n');
            }
        }
    }
    xtask_cli::print(&text)?;
    Ok(Outcome::Clean)
}

/// The page of this name, its API and all pages of that. The name may have the folders of the checkout before it.
fn find(pages: &Pages, name: &str) -> anyhow::Result<(&'static Api, Vec<Source>, Source)> {
    let name = name.replace('\\', "/");
    let is_named = |source: &&Source| name == source.name || name.ends_with(&format!("/{}", source.name));
    for api in APIS.iter().filter(|api| pages.has(api)) {
        let sources = pages.of(api)?;
        if let Some(source) = sources.iter().find(is_named).cloned() {
            return Ok((api, sources, source));
        }
    }
    Err(anyhow!(
        "there is no page {name}; name one by its path in the vendor's repository, such as docs/elements/overview.md, \
         or hand it over with --page API=FILE"
    ))
}
