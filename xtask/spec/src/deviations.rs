//! `specs/<api>/deviations.yaml` as it is written: the differences that are meant to be, each with its reason.

use serde::Deserialize;

use crate::finding_kind::{Kind, Step};

/// The file, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// The differences that a comparison sees.
    #[serde(default)]
    pub deviations: Vec<Record>,
    /// What the pages leave open and no comparison can see.
    #[serde(default)]
    pub decisions: Vec<Decision>,
}

/// A difference that is meant to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Method and path as in the spec; `*` for what is said of all operations.
    pub operation: String,
    /// Where in the operation, as in the finding.
    pub place: String,
    /// The kind of the finding.
    pub kind: Kind,
    /// What the table says, if the page differs from its own sample.
    pub table: Option<String>,
    /// What the sample says.
    pub sample: Option<String>,
    /// What the page says, if the spec differs from it.
    pub page: Option<String>,
    /// What the spec says.
    pub spec: Option<String>,
    /// Why it is meant to be.
    pub reason: String,
}

/// A choice where the pages say too little.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Method and path as in the spec; `*` for what concerns all operations.
    pub operation: String,
    /// Where in the operation.
    pub place: String,
    /// What the page says.
    pub page: String,
    /// What the spec says.
    pub spec: String,
    /// Why.
    pub reason: String,
}

impl Record {
    /// Between what the difference is, and its two sides: ours (the spec, the table) and the vendor's.
    ///
    /// # Errors
    /// If the members do not belong together: what is wrong, and what to do.
    pub fn sides(&self) -> Result<(Step, &str, &str), (String, &'static str)> {
        let (step, was, is) = match (&self.table, &self.sample, &self.page, &self.spec) {
            (Some(table), Some(sample), None, None) => (Step::PageSample, table, sample),
            (None, None, Some(page), Some(spec)) => (Step::LockSpec, spec, page),
            _ => {
                return Err((
                    "the two sides of the difference are unclear".to_owned(),
                    "write `table` and `sample` if the page differs from its own sample, or `page` and `spec` if the \
                     spec differs from the page; a missing value is `nothing`",
                ));
            }
        };
        let kind = self.kind;
        let (fault, remedy) = match steps(kind) {
            steps if steps.contains(&step) => return Ok((step, was, is)),
            [] => (
                "findings cannot be recorded as deviations",
                "delete the entry, and do what the report says",
            ),
            [Step::PageSample, ..] => (
                "compares a table with its sample",
                "write `table` and `sample`, not `page` and `spec`",
            ),
            _ => (
                "compares a page with the spec",
                "write `page` and `spec`, not `table` and `sample`",
            ),
        };
        Err((format!("`{kind}` {fault}"), remedy))
    }
}

/// The steps in which a deviation of this kind makes sense. What the vendor has changed since the lock is never meant
/// to be: it is read and locked.
fn steps(kind: Kind) -> &'static [Step] {
    match kind {
        changed if changed.once_locked() != changed => &[],
        Kind::PageMoved | Kind::PageWording | Kind::MemberRenamed => &[],
        Kind::SampleShape | Kind::StaleDeviation => &[],
        Kind::SampleOnly | Kind::TableOnly | Kind::SampleType | Kind::SampleCode => &[Step::PageSample],
        Kind::SampleUrl | Kind::SampleSyntax | Kind::CellBeyond => &[Step::PageSample],
        Kind::OperationMissing | Kind::OperationUndocumented | Kind::SecondPage => &[Step::LockSpec],
        Kind::MemberMissing | Kind::MemberUndocumented => &[Step::LockSpec],
        Kind::CodeMissing | Kind::CodeUndocumented => &[Step::LockSpec],
        _ => &[Step::LockSpec, Step::PageSample],
    }
}
