//! What a comparison finds: the form in which every report shows it.

use std::fmt;

use serde::Serialize;

pub use xtask_spec::difference::{Kind, Step};

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The API.
    pub api: String,
    /// Between what the difference is.
    pub step: Step,
    /// Method and path, as the spec has them or, if it has none, as the page has; `*` for what is said of all
    /// operations.
    pub operation: String,
    /// Where in the operation: `path.…`, `query.…`, `body.…`, `response.…` (`[]` for the entries of a list), or
    /// `method`, `endpoint`, `scopes`, `status`, `operation`, `page`.
    pub place: String,
    /// What kind of difference it is.
    pub kind: Kind,
    /// Whom it concerns.
    pub class: Class,
    /// The one side: the lock (page → lock, where it is what was), the page (lock → spec), the table (page against
    /// its sample). Empty if there is nothing on this side.
    pub was: String,
    /// The other side: the page, the spec, the sample.
    pub is: String,
    /// The page.
    pub page: String,
    /// The line of the page, from 1.
    pub line: usize,
    /// What to do about it.
    pub remedy: String,
    /// The place in the spec, for annotations.
    #[serde(skip)]
    pub spec: Option<SpecLine>,
}

impl Finding {
    /// The place in the spec, unless it is that of the page: a stale deviation has no other.
    #[must_use]
    pub fn spec_beside_page(&self) -> Option<&SpecLine> {
        let spec = self.spec.as_ref();
        spec.filter(|spec| (&spec.file, spec.line) != (&self.page, self.line))
    }
}

/// A line of a file of the specs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecLine {
    /// The file, from the root of the workspace.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// Whom a difference concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A caller written against the one side can fail on the other.
    Breaking,
    /// There is more on the other side; callers go on working.
    Additive,
    /// Only words differ.
    Documentation,
}

/// As reports name it.
impl fmt::Display for Class {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(out)
    }
}
