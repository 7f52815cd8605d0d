//! `cargo xtask docs drift`: page → lock → spec.

use std::collections::BTreeMap;

use anyhow::Context as _;

use xtask_cli::Outcome;
use xtask_spec::api::Api;
use xtask_spec::document::{Document, display};

use super::compare::{Context, MatchedPages, lock_spec, page_lock, page_sample};
use super::deviations::Deviations;
use super::extract::Coverage;
use super::finding::{Class, Finding, Kind};
use super::input::Pages;
use super::lock::Lock;
use super::reading::{self, Reading};
use super::report::{Format, Report, Summary};
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
    let mut read = Summary {
        revision: pages.and_then(Pages::revision).and_then(|known| known.revision),
        ..Summary::default()
    };
    for api in Api::selected(choice) {
        if pages.is_some_and(|pages| !pages.has(api)) {
            xtask_cli::report(&format!(
                "NOTICE: {}: none of its pages was given; only its lock is compared with the spec",
                api.name
            ));
        }
        if pages.is_some_and(|pages| !pages.uncommitted(api).is_empty()) {
            read.revision = None;
        }
        let drift = measure(api, pages)?;
        findings.extend(drift.findings);
        read.silenced += drift.silenced;
        read.coverage.extend(drift.coverage);
        read.locks.insert(api.name.to_owned(), drift.locked);
    }
    let report = Report::new(findings, read);
    let text = report.render(format);
    match format {
        Format::Github => xtask_cli::print_commands(&text)?,
        Format::Text | Format::Json | Format::Markdown => xtask_cli::print(&text)?,
    }
    match report.findings.as_slice() {
        [] => Ok(Outcome::Clean),
        _ => Ok(Outcome::Differs),
    }
}

/// Measures the drift of an API.
///
/// # Errors
/// As [`run`].
pub fn measure(api: &Api, pages: Option<&Pages>) -> anyhow::Result<Drift> {
    let read = |pages: &Pages| anyhow::Ok(reading::read(api, &pages.of(api)?));
    let reading = pages.filter(|pages| pages.has(api)).map(read).transpose()?;
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
    let spec = Spec::new(&api.document()?);
    let deviations = Deviations::read(&Document::load(&api.deviations())?)?;
    Ok(compare(api, &lock, reading, &spec, &deviations))
}

/// Measures the drift of an API between its lock, its pages as they are now, if they were read, and its spec.
#[must_use]
pub fn compare(api: &Api, lock: &Lock, reading: Option<Reading>, spec: &Spec, deviations: &Deviations) -> Drift {
    let reading = reading.unwrap_or_else(|| Reading {
        pages: lock.pages.clone(),
        ..Reading::default()
    });
    // In the place of what could not be read stands what was locked.
    let now = reading.settled(&lock.pages);

    // Three sides: the pages are held against what was locked of them, the spec, and their own samples.
    let context = Context { api: api.name, spec };
    let (locked, now) = (MatchedPages::new(&lock.pages, spec), MatchedPages::new(&now, spec));
    let mut changes = [reading.unread.clone(), page_lock(context, &locked, &now)].concat();
    let differences = |side: &MatchedPages| {
        let mut contradictions = page_sample(context, side);
        contradictions.retain(|finding| !reading.may_list(finding));
        [contradictions, lock_spec(context, side)].concat()
    };

    // What is meant to be is silent; the rest is reported, and what the vendor has changed only as that.
    let (mut judged, silenced) = deviations.apply(api.name, differences(&now));
    let is_stale = |finding: &&mut Finding| finding.kind == Kind::StaleDeviation;
    let stale: Vec<_> = judged.iter_mut().filter(is_stale).collect();
    if !stale.is_empty() {
        let (of_lock, _) = deviations.apply(api.name, differences(&locked));
        let was_stale = |one: &Finding| {
            of_lock
                .iter()
                .any(|other| (other.kind, &other.spec) == (one.kind, &one.spec))
        };
        for finding in stale.into_iter().filter(|finding| !was_stale(finding)) {
            let first = "the page has changed since it was locked: run `cargo xtask docs lock --docs DIR` first; then ";
            finding.remedy.insert_str(0, first);
        }
    }
    report_once(&mut changes, &mut judged);
    Drift {
        findings: [changes, judged].concat(),
        silenced,
        coverage: reading.coverage,
        locked: lock.source.as_ref().and_then(|source| source.revision.clone()),
    }
}

/// Takes out the differences that are changes of the vendor's and nothing more: they are reported once, and concern before
/// the page is locked whom they will concern then.
fn report_once(changes: &mut [Finding], differences: &mut Vec<Finding>) {
    let classes: Vec<_> = changes
        .iter()
        .map(|change| class_once_locked(change, changes, differences))
        .collect();
    for (change, class) in changes.iter_mut().zip(classes) {
        change.class = class;
    }
    differences.retain(|difference| !changes.iter().any(|change| change.explains(difference)));
}

/// Whom a change concerns: those whom what it leaves concerns, once it is locked; if that is the very same, it alone.
fn class_once_locked(change: &Finding, changes: &[Finding], differences: &[Finding]) -> Class {
    // What is exactly the change of another fact is not what this one leaves.
    let is_of_other = |difference| {
        let mut common = changes.iter().filter_map(|other| other.leaves(difference));
        common.any(|[_, is_alike, _]| is_alike)
    };
    let left = differences.iter().filter_map(|difference| {
        let common = change
            .leaves(difference)
            .filter(|[_, is_alike, _]| *is_alike || !is_of_other(difference))?;
        Some((common, difference.class))
    });
    let left: Vec<_> = left.collect();
    match left.iter().map(|(common, _)| *common).max() {
        Some(nearest @ [_, is_alike, _]) => {
            let counts = left.iter().filter(|(common, _)| !is_alike || *common == nearest);
            counts.map(|(_, class)| *class).min().unwrap_or(change.class)
        }
        // The spec says already what the page says now. What must be sent in some cases is all the same to a spec, and
        // nobody knows what stands in what could not be read.
        None if !matches!(change.kind, Kind::Required | Kind::PageUnread | Kind::PageUnreadable) => {
            Class::Documentation
        }
        None => change.class,
    }
}
