//! What a difference means: whom it concerns, and what to do about it.

use crate::endpoint::nameless;
use crate::finding::{Class, Kind, Step};
use crate::placement::Part;

/// Whom a difference concerns, as one table. A caller who goes by the page must get along with the client of the spec,
/// and the other way about: what fails is breaking. Requests are closed, what they may hold must be known; answers
/// are open, more in them harms nobody.
pub fn class(step: Step, kind: Kind, place: &str, was: &str, is: &str) -> Class {
    use Class::{Additive, Breaking, Documentation};
    let is_request = Part::of(place) != Some(Part::Response);
    // There is something on one side only: nothing on the page (or in the table), nothing in the spec (or the sample).
    let (page_alone, spec_alone) = (is.is_empty(), was.is_empty());
    match (step, kind) {
        // What is read is not checked.
        (_, Kind::Limit) if !is_request => Documentation,
        // A call that the other side cannot make, or does not answer.
        (_, Kind::OperationMissing | Kind::Method | Kind::Scopes | Kind::Placement | Kind::Required | Kind::Limit) => {
            Breaking
        }
        (Step::LockSpec, Kind::Status | Kind::Type | Kind::LetterCase) => Breaking,
        // Names in braces are not sent.
        (_, Kind::Endpoint) if is_same_call(was, is) => Documentation,
        (_, Kind::Endpoint) => Breaking,
        // The one who decodes by the table fails on what the sample shows.
        (Step::PageSample, Kind::SampleType | Kind::LetterCase) if place.starts_with("path.") => Documentation,
        (Step::PageSample, Kind::SampleType | Kind::LetterCase) => Breaking,
        // The page's caller sends what the client does not know; in an answer it is passed over.
        (_, Kind::MemberMissing | Kind::CodeMissing | Kind::SampleOnly | Kind::SampleCode) if is_request => Breaking,
        (_, Kind::Host) if page_alone => Breaking,
        // With a default on both sides, the same call gives two answers.
        (_, Kind::Default) if !page_alone && !spec_alone => Breaking,
        (_, Kind::Default | Kind::Format | Kind::CodeLabel | Kind::ListedEndpoint | Kind::SampleUrl) => Documentation,
        (_, Kind::SampleSyntax | Kind::CellBeyond) => Documentation,
        // There is more on the one side.
        _ => Additive,
    }
}

/// Whether two paths differ only in the names in their braces.
fn is_same_call(one: &str, other: &str) -> bool {
    one.starts_with('/') == other.starts_with('/') && nameless(one) == nameless(other)
}

/// What to do about a difference between page and spec: where to write what, if the page is right; otherwise it is
/// recorded.
pub fn remedy(kind: Kind, api: &str, operation: &str, place: &str, was: &str, is: &str) -> String {
    let change = match kind {
        Kind::OperationMissing => format!("add {operation} (`cargo xtask docs scaffold` writes a draft)"),
        Kind::OperationUndocumented => format!("delete {operation}, or name the page that describes it"),
        Kind::Endpoint => format!("write the path `{was}` instead of `{is}`"),
        Kind::Method => format!("move {operation} to `{}`", was.to_lowercase()),
        Kind::Scopes => format!("name the scopes `{was}` in `security` of {operation}"),
        Kind::Status => format!("answer {operation} with `{was}`"),
        Kind::MemberMissing => format!("add `{place}` ({was}) to {operation}"),
        Kind::MemberUndocumented => format!("delete `{place}` of {operation}"),
        Kind::Placement => format!("move `{place}` of {operation} to the {was}"),
        Kind::Type => format!("let `{place}` of {operation} take what the page shows ({was})"),
        Kind::LetterCase => format!("spell `{place}` of {operation} as `{was}`"),
        Kind::Required if was == "yes" => format!("list `{place}` of {operation} in `required`"),
        Kind::Required => format!("make `{place}` of {operation} optional"),
        Kind::Default | Kind::Limit | Kind::Format if was.is_empty() => {
            format!("delete `{is}` from `{place}` of {operation}")
        }
        Kind::Default => format!("write `default: {was}` to `{place}` of {operation}"),
        Kind::Limit => format!("write the {was} to `{place}` of {operation}"),
        Kind::Format => format!("write `format: {was}` to `{place}` of {operation}"),
        Kind::CodeMissing => format!("add {was} to the codes of `{place}` of {operation}"),
        Kind::CodeUndocumented => format!("delete {is} from the codes of `{place}` of {operation}"),
        Kind::CodeLabel => format!("name the code of `{place}` of {operation} after `{was}`"),
        Kind::Host if was.is_empty() => format!("delete the server `{is}`"),
        Kind::Host => format!("add the server `{was}`"),
        Kind::HttpStatus if was.is_empty() => format!("delete the response `{is}`"),
        Kind::HttpStatus => format!("add a response `{was}` to the operations"),
        Kind::ListedEndpoint => format!("add an operation with the path `{was}`"),
        _ => format!("bring `{place}` of {operation} in line with the page"),
    };
    format!("{change} in specs/{api}/openapi.yaml, or record the difference in specs/{api}/deviations.yaml")
}

/// What to do about a contradiction within a page: the spec must cope with both sides.
pub fn remedy_of_sample(api: &str, operation: &str, place: &str) -> String {
    format!(
        "see that `{place}` of {operation} in specs/{api}/openapi.yaml takes what table and sample say, and record the \
         contradiction in specs/{api}/deviations.yaml"
    )
}
