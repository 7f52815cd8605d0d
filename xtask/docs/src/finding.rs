//! What a comparison finds: the form in which every report shows it.

use serde::Serialize;

use super::field_path::{is_below, without_lists};
pub use xtask_spec::finding_kind::{Kind, Step};

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
    /// What there is on our side: in the lock, in the spec or, within a page, in its table. Empty if there is nothing.
    pub was: String,
    /// What there is on the vendor's: on the page as it is or, within a page, in its sample.
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
    /// Its place and, if what stands there has another name now, the place of that.
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        let around = self.place.rsplit_once('.').filter(|_| self.kind == Kind::MemberRenamed);
        let renamed = around.map(|(around, _)| format!("{around}.{}", self.is));
        [self.place.clone()].into_iter().chain(renamed).collect()
    }

    /// Whether a change of the vendor's is all there is to a difference between page and spec: it is at the same place,
    /// below it, or about the codes of the same schema.
    #[must_use]
    pub fn explains(&self, difference: &Self) -> bool {
        use Kind::{PageWording, SampleCode, SampleSyntax, SampleUrl};
        let is_of_words = matches!(self.kind, PageWording | SampleUrl | SampleSyntax | SampleCode);
        // What is recorded of a place that has gone is stale once that is locked.
        let is_stale = difference.kind == Kind::StaleDeviation;
        let has_gone = is_stale && matches!(self.kind, Kind::OperationRemoved | Kind::MemberRemoved);
        if (difference.step != Step::LockSpec && !has_gone) || is_of_words {
            return false;
        }
        // A list of codes on a page of its own: the page as a whole, or one of its codes.
        if self.operation == "*" && self.kind.is_of_codes() && difference.kind.is_of_codes() {
            let code = |side: &str| side.split(' ').next().unwrap_or_default().trim_matches('"').to_owned();
            let codes = |finding: &Self| [code(&finding.was), code(&finding.is)];
            let is_same_code = self.spec == difference.spec && codes(self) == codes(difference);
            return is_same_code || difference.is.starts_with(&self.page);
        }
        if self.kind == Kind::PageMoved && difference.kind == Kind::PageMoved {
            return self.is == difference.is;
        }
        if self.kind == Kind::OperationRemoved {
            let is_listed = difference.kind == Kind::ListedEndpoint && self.operation.ends_with(&difference.was);
            return is_listed || self.operation == difference.operation;
        }
        let is_about = |place: &String| {
            let place = place.trim_end_matches("[]");
            difference.place == place || is_below(&difference.place, place)
        };
        let is_of_all = matches!(self.kind, Kind::OperationAdded | Kind::Endpoint | Kind::Method);
        let is_same_place = is_of_all || self.places().iter().any(is_about);
        (has_gone || !is_stale) && self.operation == difference.operation && is_same_place
    }

    /// What a difference has in common with a change of the vendor's that leaves it once it is locked: the place, the kind
    /// too, and what one of the sides says. None if it is another matter.
    #[must_use]
    pub fn leaves(&self, difference: &Self) -> Option<[bool; 3]> {
        let is_of_list = self.operation == "*" && self.kind.is_of_codes();
        let is_here = |place: &String| without_lists(place) == without_lists(&difference.place);
        let is_here = is_of_list || self.places().iter().any(is_here);
        let is_in_page = difference.step == Step::PageSample && is_here && self.operation == difference.operation;
        let is_left = difference.kind != Kind::StaleDeviation && (is_in_page || self.explains(difference));
        let is_alike = is_here && self.kind.once_locked() == difference.kind;
        let is_same = is_alike && (self.was == difference.was || self.is == difference.is);
        is_left.then_some([is_here, is_alike, is_same])
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Class {
    /// A caller written against our side can fail on the vendor's.
    Breaking,
    /// There is more on the vendor's side; callers go on working.
    Additive,
    /// Only words differ.
    Documentation,
}
