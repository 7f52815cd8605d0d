//! The comparisons: a page against the spec, and a page against its own sample.

mod codes;
mod locate;
mod lock_spec;
mod members;
mod operations;
mod page_lock;
mod page_sample;
mod service;
#[cfg(test)]
mod testing;
mod verdict;

use serde_json::Value;

pub use locate::locate;
pub use lock_spec::lock_spec;
pub use operations::match_operations;
pub use page_lock::page_lock;
pub use page_sample::page_sample;

use super::facts::{Code, Page, Row};
use super::finding::{Finding, Kind, SpecLine, Step};

/// Collects the findings about one operation of one page.
struct Report<'r> {
    api: &'r str,
    step: Step,
    operation: String,
    page: &'r str,
    findings: Vec<Finding>,
}

impl<'r> Report<'r> {
    fn new(api: &'r str, step: Step, operation: String, page: &'r str) -> Self {
        Self {
            api,
            step,
            operation,
            page,
            findings: Vec::new(),
        }
    }

    /// Adds a difference, once: several tables of a page may say the same.
    fn add<W: Into<String>, I: Into<String>>(
        &mut self,
        kind: Kind,
        place: impl Into<String>,
        (was, is): (W, I),
        line: usize,
        spec: Option<SpecLine>,
    ) {
        let (place, was, is) = (place.into(), was.into(), is.into());
        let is_known = |finding: &Finding| {
            finding.kind == kind && finding.place == place && finding.was == was && finding.is == is
        };
        if self.findings.iter().any(is_known) {
            return;
        }
        let remedy = match self.step {
            Step::PageSample => verdict::remedy_of_sample(self.api, &self.operation, &place),
            _ => verdict::remedy(kind, self.api, &self.operation, &place, &was, &is),
        };
        self.findings.push(Finding {
            api: self.api.to_owned(),
            step: self.step,
            operation: self.operation.clone(),
            class: verdict::class(self.step, kind, &place, &was, &is),
            kind,
            place,
            was,
            is,
            page: self.page.to_owned(),
            line: line.max(1),
            remedy,
            spec,
        });
    }
}

/// A value as a fact: text without quotes.
fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}

/// How many codes a finding shows. The lists of countries and languages have hundreds.
const MAX_CODES: usize = 30;

/// Codes as a fact: `0, 1, 2`, each once.
fn codes_of<'c>(codes: impl IntoIterator<Item = &'c Code>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in codes.into_iter().map(|code| text_of(&code.code)) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let count = texts.len();
    if count > MAX_CODES {
        texts.truncate(3);
        texts.push(format!("… ({count} codes)"));
    }
    texts.join(", ")
}

/// The codes of a row: its own, or those of the page that it refers to.
fn codes_of_row<'p>(row: &'p Row, pages: &'p [Page]) -> &'p [Code] {
    if !row.codes.is_empty() {
        return &row.codes;
    }
    let listed = row.codes_page.as_ref().and_then(|page| {
        let mut pages = pages.iter();
        pages.find(|known| known.page == *page)?.codes.as_ref()
    });
    listed.map_or(&[], |list| &list.codes)
}
