//! `cargo xtask docs drift`: page → lock → spec.

use std::collections::BTreeMap;

use anyhow::Context;

use xtask_cli::Outcome;
use xtask_spec::api::Api;
use xtask_spec::document::{Document, display};

use super::compare::{locate::locate, lock_spec::lock_spec, page_lock::page_lock, page_sample::page_sample};
use super::deviations::Deviations;
use super::extract::Coverage;
use super::facts::{Operation, Page};
use super::finding::Finding;
use super::lock::{self, Lock};
use super::pages::Pages;
use super::paths::template;
use super::reading::{self, Reading};
use super::report::{Basis, Format, Report};
use super::spec::Spec;

/// What is found for one API.
#[derive(Debug)]
pub struct Drift {
    /// What no deviation silences.
    pub findings: Vec<Finding>,
    /// The findings that deviations silence.
    pub silenced: usize,
    /// How much was used of each page that was read, by name.
    pub coverage: BTreeMap<String, Coverage>,
    /// The revision of the locked pages.
    pub locked: Option<String>,
}

/// Measures the drift of the chosen APIs and prints the report.
///
/// Without pages the locks are taken for what the vendor says.
///
/// # Errors
/// If a page cannot be opened, a spec, lock or file of deviations cannot be read, or the report cannot be printed.
pub fn run(choice: Option<&'static Api>, pages: Option<&Pages>, format: Format) -> anyhow::Result<Outcome> {
    let mut findings = Vec::new();
    let mut basis = Basis {
        revision: pages.and_then(Pages::revision),
        ..Basis::default()
    };
    for api in Api::selected(choice) {
        if pages.is_some_and(|pages| !pages.has(api)) {
            eprintln!(
                "NOTICE: {}: none of its pages was named, so only its lock is measured",
                api.name
            );
        }
        let drift = measure(api, pages)?;
        findings.extend(drift.findings);
        basis.silenced += drift.silenced;
        basis.coverage.extend(drift.coverage);
        basis.locks.insert(api.name.to_owned(), drift.locked);
    }
    let report = Report::new(findings, basis);
    xtask_cli::print(&report.render(format))?;
    Ok(if report.in_step() {
        Outcome::Fresh
    } else {
        Outcome::Stale
    })
}

/// Measures the drift of an API.
///
/// # Errors
/// As [`run`].
pub fn measure(api: &Api, pages: Option<&Pages>) -> anyhow::Result<Drift> {
    let reading = match pages.filter(|pages| pages.has(api)) {
        Some(pages) => Some(reading::read(api, &pages.of(api)?)),
        None => None,
    };
    measure_read(api, reading)
}

/// Measures the drift of an API whose pages have been read, or of its lock alone.
///
/// # Errors
/// If a spec, lock or file of deviations cannot be read.
pub fn measure_read(api: &Api, reading: Option<Reading>) -> anyhow::Result<Drift> {
    let lock = Lock::load(&api.lock())?.with_context(|| {
        format!(
            "{}: there is no such file; write it with `cargo xtask docs lock --docs DIR`",
            display(&api.lock())
        )
    })?;
    let spec = Spec::new(&Document::load(&api.spec())?);
    let deviations = Deviations::load(&api.deviations())?;
    Ok(compare(api, &lock, reading, &spec, &deviations))
}

/// Measures the drift of an API between its lock, its pages as they are now, if they were read, and its spec.
#[must_use]
pub fn compare(api: &Api, lock: &Lock, reading: Option<Reading>, spec: &Spec, deviations: &Deviations) -> Drift {
    let mut drift = Drift {
        findings: Vec::new(),
        silenced: 0,
        coverage: BTreeMap::new(),
        locked: lock.source.as_ref().and_then(|source| source.revision.clone()),
    };
    // The pages as they are now, if they were read.
    let present = reading.map(|mut reading| {
        drift.coverage = std::mem::take(&mut reading.coverage);
        drift.findings.append(&mut reading.unread);
        let doubt = std::mem::take(&mut reading.doubt);
        let fresh = reading.known(&lock.pages);
        let changes = page_lock(api.name, lock, &fresh).into_iter();
        drift
            .findings
            .extend(changes.filter(|change| !doubt.contradicts(change)));
        let mut present = lock::present(&lock.pages, doubt.settle(fresh, &lock.pages));
        let gone = lock.pages.iter().filter(|page| is_gone(page, &present));
        let gone: Vec<_> = gone.cloned().collect();
        present.extend(gone);
        present
    });
    // A page is held against its own sample as it is now; where it was not read, as it was locked.
    let mut within = page_sample(api.name, present.as_ref().unwrap_or(&lock.pages), Some(spec));
    // An operation may have moved since: then it is in the spec as the lock has it, or as the page has it now.
    for pages in [Some(&lock.pages), present.as_ref()].into_iter().flatten() {
        locate(drift.findings.iter_mut().chain(&mut within), pages, spec);
    }
    let measured = [within.clone(), lock_spec(api.name, &lock.pages, spec)].concat();
    let now = match &present {
        Some(present) => [within, lock_spec(api.name, present, spec)].concat(),
        None => measured.clone(),
    };
    let applied = deviations.apply(api.name, measured, &now);
    drift.findings.extend(applied.findings);
    drift.silenced = applied.silenced;
    drift
}

/// Whether a page is gone, and its operations with it. That is told by their removal alone, and not once more by each
/// deviation: so the page counts as it was locked for as long as it is.
fn is_gone(locked: &Page, present: &[Page]) -> bool {
    let same = |one: &Operation, other: &Operation| {
        one.method == other.method && template(&one.endpoint) == template(&other.endpoint)
    };
    let elsewhere = |operation: &Operation| {
        let mut known = present.iter().flat_map(|page| &page.operations);
        known.any(|other| same(operation, other))
    };
    !present.iter().any(|page| page.page == locked.page) && !locked.operations.iter().any(elsewhere)
}
