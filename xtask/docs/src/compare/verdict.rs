//! What a difference means: whom it concerns, and what to do about it.
//!
//! One side is ours (the lock, the spec, the table), the other the vendor's (the page as it is, the sample). What the
//! vendor changes is reported before it is locked and, if the spec does not follow, after: both times as the same.

use std::collections::BTreeSet;

use xtask_cli::printable;

use crate::endpoint::{nameless, segments, template};
use crate::finding::{Class, Finding, Kind, Step};
use crate::placement::Part;
use crate::reading::WEB_PAGE;

/// Whom a difference concerns, as one table. A caller who goes by our side must get along with the vendor's: what fails
/// there is breaking, what there is more is additive. Requests are closed, what they may hold must be known; answers
/// are open, more in them harms nobody. A change of a page is settled by what it leaves once it is locked.
pub fn class(finding: &Finding) -> Class {
    use Class::{Additive, Breaking, Documentation};
    let (place, was, is) = (&*finding.place, &*finding.was, &*finding.is);
    let is_request = Part::of(place) != Some(Part::Response);
    let (is_new, is_gone) = (was.is_empty(), is.is_empty());
    let either = |condition, class, other| if condition { class } else { other };
    match finding.kind {
        // Names in braces are not sent.
        Kind::LetterCase | Kind::SampleType if place.starts_with("path.") => Documentation,
        Kind::Endpoint => either(nameless(was) == nameless(is), Documentation, Breaking),
        // Scopes are alternatives, so that one more shuts nobody out.
        Kind::Scopes => either(!is_new && scopes(was).is_subset(&scopes(is)), Additive, Breaking),
        // What is read is not checked, and nobody relies on what an answer may lack.
        Kind::Required | Kind::Limit | Kind::Default if !is_request => Documentation,
        Kind::Required => match strictness(is) - strictness(was) {
            0 => Documentation,
            1.. => Breaking,
            _ => Additive,
        },
        Kind::Limit => either(is_tighter(was, is), Breaking, Additive),
        // A caller who sends nothing gets another value.
        Kind::Default => either(is_new || is_gone, Documentation, Breaking),
        // The sender must keep to a format, the receiver relies on it.
        Kind::Format => either(if is_request { is_gone } else { is_new }, Additive, Breaking),
        Kind::HttpStatus | Kind::ListedEndpoint => either(is_new, Additive, Documentation),
        Kind::Host => either(is_new, Additive, Breaking),
        Kind::OperationAdded | Kind::OperationMissing | Kind::CodeAdded | Kind::CodeMissing => Additive,
        // A new member concerns callers if they must send it.
        Kind::MemberAdded | Kind::MemberMissing => {
            let must_be_sent = is_request && is.split(", ").any(|fact| fact == "required");
            either(must_be_sent, Breaking, Additive)
        }
        Kind::SampleOnly | Kind::TableOnly | Kind::SampleCode => Additive,
        // Where the codes of a list that has gone stand now nobody knows; the service has them still.
        Kind::CodeLabel | Kind::CodesPage | Kind::PageMoved | Kind::SecondPage | Kind::PageWording => Documentation,
        Kind::SampleUrl | Kind::SampleSyntax | Kind::CellBeyond => Documentation,
        // What is there no longer, what cannot be read, and calls that the other side cannot make.
        _ => Breaking,
    }
}

fn scopes(names: &str) -> BTreeSet<&str> {
    names.split(", ").collect()
}

/// The path to write, behind what that of the spec begins with and the page leaves out. Once the page is locked,
/// only the segment that both go on with tells what that is.
fn path_edit(
    Finding {
        step,
        operation,
        was,
        is,
        ..
    }: &Finding,
) -> String {
    let known = operation.split_once(' ').map_or(was.as_str(), |(_, path)| path);
    let [ours, was, is] = [known, was, is].map(|path| segments(path).collect::<Vec<_>>());
    let start = match (step, ours.len().checked_sub(was.len())) {
        (Step::PageLock, start) => start.filter(|at| template(&ours[*at..].join("/")) == template(&was.join("/"))),
        _ => (0..ours.len()).find(|at| ours[*at] == is[0] && ours[*at..] != is),
    };
    let start = &ours[..start.unwrap_or_default()];
    let start = if is.starts_with(start) { &[] } else { start };
    let path = [start, &is].concat().join("/");
    printable(&format!("write the path `/{path}` instead of `{known}`"))
}

/// How strictly something must be sent.
fn strictness(required: &str) -> i32 {
    match required {
        "yes" | "required" => 2,
        "sometimes" | "required in some cases" => 1,
        _ => 0,
    }
}

/// Whether a limit, `maximum 100`, leaves less room than before.
fn is_tighter(was: &str, is: &str) -> bool {
    let value = |limit: &str| limit.rsplit(' ').next().and_then(|value| value.parse::<i128>().ok());
    match (value(was), value(is)) {
        (Some(was), Some(now)) => (now < was) != is.starts_with("minimum"),
        (_, now) => now.is_some(),
    }
}

/// What to do about a difference: what to write where, if the vendor is right; otherwise it is recorded.
pub fn remedy(finding: &Finding, is_specified: bool) -> String {
    // A remedy has lines of its own: what comes from a page begins none.
    let texts = [&finding.operation, &finding.place, &finding.was, &finding.is];
    let [operation, place, was, is] = texts.map(|text| printable(text.as_str()));
    let spec = format!("specs/{}/openapi.yaml", finding.api);
    let deviations = format!("specs/{}/deviations.yaml", finding.api);
    let at = format!("`{place}` of {operation}");
    if finding.step == Step::PageSample {
        // The spec must cope with both sides.
        let when = if is_specified { "" } else { "once the spec has it, " };
        return format!(
            "{when}make {at} in {spec} accept what the table and what the sample says, and record the contradiction in {deviations}"
        );
    }
    let is_gone = is.is_empty();
    // The codes of a page that is a list of codes belong to no operation.
    let codes = match operation.as_str() {
        "*" => "the codes of every `enum` that has those of this page".to_owned(),
        _ => format!("the codes of {at}"),
    };
    let edit = match finding.kind {
        Kind::PageMoved => format!("point `externalDocs.url` at {is}"),
        Kind::SecondPage => {
            format!("check that {is} describes {operation} as {was} does, the page in `externalDocs.url`")
        }
        Kind::PageWording => "read the page, and check whether the descriptions are still true".to_owned(),
        Kind::OperationAdded | Kind::OperationMissing => {
            let pages = match finding.page.as_str() {
                WEB_PAGE => format!("--page {}=page.html page.html", finding.api),
                page => format!("--fetch {}", xtask_cli::shell_word(page)),
            };
            format!("add {operation} (`cargo xtask docs scaffold {pages}` writes a draft)")
        }
        Kind::OperationRemoved => {
            format!("mark {operation} as `deprecated` or, if the service no longer has it, delete it")
        }
        Kind::OperationUndocumented => format!("delete {operation}, or name the page that describes it"),
        Kind::Endpoint => path_edit(finding),
        Kind::Method => format!("move {operation} to `{}`", is.to_lowercase()),
        Kind::Scopes => format!("name the scopes `{is}` in `security` of {operation}"),
        Kind::Status => format!("change the success status of {operation} to `{is}`"),
        Kind::MemberAdded | Kind::MemberMissing => format!("add `{place}` ({is}) to {operation}"),
        Kind::MemberRemoved | Kind::MemberUndocumented => format!("if the service no longer knows it, delete {at}"),
        Kind::MemberRenamed | Kind::LetterCase => format!("spell {at} as `{is}`"),
        Kind::Placement => format!("move {at} to the {is}"),
        Kind::Type => format!("make {at} accept the type on the page ({is})"),
        Kind::Required if strictness(&is) == 2 => format!("list {at} in `required`"),
        Kind::Required => format!("make {at} optional"),
        Kind::Default | Kind::Limit | Kind::Format if is_gone => format!("delete `{was}` from {at}"),
        Kind::Default => format!("set `default: {is}` on {at}"),
        Kind::Limit => format!("set the {is} on {at}"),
        Kind::Format => format!("set `format: {is}` on {at}"),
        Kind::CodesPage => format!("find where {codes} are listed now, and check whether they are still the same"),
        Kind::CodeLabel => format!("in {codes}, rename `{was}` after the page's label `{is}`"),
        Kind::CodeAdded | Kind::CodeMissing => format!("add {is} to {codes}"),
        Kind::CodeRemoved | Kind::CodeUndocumented => {
            format!("if the service no longer has it, delete {was} from {codes}")
        }
        Kind::Host if is_gone => format!("delete the server `{was}`"),
        Kind::Host => format!("add the server `{is}`"),
        Kind::HttpStatus if is_gone => format!("delete the response `{was}`"),
        Kind::HttpStatus => format!("add a response `{is}` to the operations"),
        Kind::ListedEndpoint if is_gone => format!("check whether `{was}` is still there"),
        Kind::ListedEndpoint => format!("add an operation with the path `{is}`"),
        _ => format!("bring {at} in line with the page"),
    };
    match finding.step {
        Step::PageLock if !is_specified && finding.kind != Kind::OperationAdded => format!(
            "run `cargo xtask docs lock --docs DIR`, then check whether {operation} belongs in {spec}, which does not have it"
        ),
        Step::PageLock => format!("run `cargo xtask docs lock --docs DIR`, then {edit} in {spec}"),
        _ => format!("{edit} in {spec}, or record the difference in {deviations}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_what_the_page_leaves_out() {
        let ours = "/garden/external/beds/{bedId}";
        for (step, was, is, expected) in [
            (
                Step::PageLock,
                "/external/beds/{id}",
                "external/plots/{id}",
                "/garden/external/plots/{id}",
            ),
            (
                Step::PageLock,
                "/external/beds/{id}",
                "/plots/{id}",
                "/garden/plots/{id}",
            ),
            (Step::PageLock, ours, "/external/plots/{id}", "/external/plots/{id}"),
            (
                Step::PageLock,
                "/external/beds/{id}",
                "/garden/external/plots",
                "/garden/external/plots",
            ),
            (
                Step::LockSpec,
                ours,
                "/external/plots/{id}",
                "/garden/external/plots/{id}",
            ),
            (Step::LockSpec, ours, "/external/beds/{bedId}", "/external/beds/{bedId}"),
            (Step::LockSpec, ours, "/garden/external/plots", "/garden/external/plots"),
            (Step::LockSpec, ours, "/plots", "/plots"),
        ] {
            let finding = Finding {
                api: "elements-v3".to_owned(),
                step,
                operation: format!("GET {ours}"),
                place: "endpoint".to_owned(),
                kind: Kind::Endpoint,
                class: Class::Breaking,
                was: was.to_owned(),
                is: is.to_owned(),
                page: "beds.md".to_owned(),
                line: 1,
                remedy: String::new(),
                spec: None,
            };
            let words = format!("write the path `{expected}` instead of `{ours}`");
            assert!(remedy(&finding, true).contains(&words), "{}", remedy(&finding, true));
        }
    }
}
