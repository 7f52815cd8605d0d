//! Deviations silence what they name, and nothing longer than it is there.

use xtask_docs::deviations::entry_to_paste;
use xtask_docs::finding::{Finding, Kind, Step};

use crate::check::{Edit, Garden, SEARCHES, SPEC_FILE, of};
use crate::garden::{COLOURS, SEARCH, replaced};

/// A garden of which the spec differs in two limits, and the findings about them.
fn with_two_differences() -> (Garden, Vec<Finding>) {
    let garden = Garden::edited(&[
        (SPEC_FILE, "maximum: 100", "maximum: 50"),
        (SPEC_FILE, "maxLength: 40", "maxLength: 30"),
    ]);
    let found = garden.against(&garden.lock()).findings;
    let places: Vec<_> = found.iter().map(|finding| finding.place.as_str()).collect();
    assert_eq!(places, ["body.label", "query.pageSize"]);
    (garden, found)
}

/// The entry of a finding, with a reason.
fn recorded(finding: &Finding) -> String {
    let entry = entry_to_paste(finding).replace("reason:", "reason: The service refuses more.");
    format!("deviations:\n{entry}")
}

#[test]
fn a_deviation_silences_its_finding_and_not_the_neighbour() {
    let (mut garden, found) = with_two_differences();
    garden.deviations = recorded(&found[1]);
    let drift = garden.against(&garden.lock());
    assert_eq!((drift.findings.as_slice(), drift.silenced), (&found[..1], 1));

    let mut sample = Garden::edited(&[(SEARCH, "\"height\": 12", "\"height\": [12]")]);
    let found = sample.locked(Step::PageSample);
    let before = sample.against(&sample.lock()).findings;
    sample.deviations = recorded(&found[0]);
    let drift = sample.against(&sample.lock());
    assert_eq!(drift.silenced, 1);
    assert_eq!(of(Step::PageSample, drift.findings.clone()), []);
    assert_eq!(
        drift.findings,
        of(Step::LockSpec, before),
        "what the spec says of it is another difference"
    );
}

#[test]
fn a_deviation_is_stale_once_a_side_has_changed_or_the_difference_is_gone() {
    let (mut garden, found) = with_two_differences();
    garden.deviations = recorded(&found[1]);
    let was = "page: maximum 100; spec: maximum 50";
    let cases: [(Edit, &str, Option<&str>); 3] = [
        (
            (SEARCH, "allowed is 100", "allowed is 80"),
            "page: maximum 80; spec: maximum 50",
            Some("maximum 80"),
        ),
        (
            (SPEC_FILE, "maximum: 50", "maximum: 60"),
            "page: maximum 100; spec: maximum 60",
            Some("maximum 100"),
        ),
        (
            (SPEC_FILE, "maximum: 50", "maximum: 100"),
            "the difference is gone",
            None,
        ),
    ];
    for ((file, old, new), is, finding) in cases {
        let mut edited = garden.clone();
        if file == SPEC_FILE {
            edited.spec = replaced(&edited.spec, old, new);
        } else {
            let text = replaced(&edited.text(file), old, new);
            edited.write(file, text);
        }
        let drift = edited.against(&edited.lock());
        assert_eq!(drift.silenced, 0);
        let about: Vec<_> = drift
            .findings
            .iter()
            .filter(|finding| finding.place == "query.pageSize")
            .collect();
        let (stale, others): (Vec<_>, Vec<_>) = about
            .into_iter()
            .partition(|finding| finding.kind == Kind::StaleDeviation);
        let [stale] = stale.as_slice() else {
            panic!("{is}: {stale:?}")
        };
        assert_eq!((stale.was.as_str(), stale.is.as_str()), (was, is));
        assert_eq!((stale.step, stale.operation.as_str()), (Step::LockSpec, SEARCHES));
        assert!(
            stale.remedy.starts_with("specs/elements-v3/deviations.yaml:2:"),
            "{}",
            stale.remedy
        );
        let others: Vec<_> = others.iter().map(|finding| finding.is.as_str()).collect();
        assert_eq!(
            others,
            Vec::from_iter(finding),
            "the difference itself is reported too, if there is one"
        );
    }
    // The vendor's change is reported as such, and the deviation is stale before anybody has locked the page.
    let mut fresh = garden.clone();
    fresh.write(
        SEARCH,
        replaced(&garden.text(SEARCH), "allowed is 100", "allowed is 80"),
    );
    let drift = fresh.against(&garden.lock());
    assert_eq!(drift.silenced, 0);
    // It can be mended once the page is locked.
    let remedy = &drift.findings[2].remedy;
    let parts = [
        "the page has changed",
        "`cargo xtask docs lock --docs DIR` first; then specs/elements-v3/deviations.yaml:2:",
    ];
    assert!(parts.iter().all(|part| remedy.contains(part)), "{remedy}");
    let reported: Vec<_> = drift
        .findings
        .iter()
        .map(|finding| (finding.step, finding.kind, finding.place.as_str(), finding.is.as_str()))
        .collect();
    assert_eq!(
        reported,
        [
            (Step::PageLock, Kind::Limit, "query.pageSize", "maximum 80"),
            (Step::LockSpec, Kind::Limit, "body.label", "maxLength 40"),
            (
                Step::LockSpec,
                Kind::StaleDeviation,
                "query.pageSize",
                "page: maximum 80; spec: maximum 50"
            ),
        ]
    );
}

#[test]
fn a_page_that_is_gone_is_told_by_what_is_gone_alone() {
    let (mut garden, found) = with_two_differences();
    garden.deviations = recorded(&found[1]);
    garden.spec = replaced(&garden.spec, "maxLength: 30", "maxLength: 40");
    let mut less = garden.clone();
    less.pages.retain(|(name, _)| name != SEARCH && name != COLOURS);
    let drift = less.against(&garden.lock());
    let reported: Vec<_> = drift
        .findings
        .iter()
        .map(|finding| (finding.kind, finding.was.as_str(), finding.is.as_str()))
        .collect();
    // Its codes are one list.
    assert_eq!(
        reported,
        [(Kind::OperationRemoved, SEARCHES, ""), (Kind::CodesPage, "3, 7", "")]
    );
}

#[test]
fn what_is_recorded_of_a_page_that_is_gone_is_stale_once_that_is_locked() {
    let mut garden = Garden::edited(&[(SEARCH, "\"height\": 12", "\"height\": [12]")]);
    garden.deviations = recorded(&garden.locked(Step::PageSample)[0]);
    let mut less = garden.clone();
    less.pages.retain(|(name, _)| name != SEARCH && name != COLOURS);
    let kinds = |findings: &[Finding]| -> Vec<_> { findings.iter().map(|finding| finding.kind).collect() };
    let drift = less.against(&garden.lock());
    assert_eq!(kinds(&drift.findings), [Kind::OperationRemoved, Kind::CodesPage]);
    let drift = less.against(&less.lock());
    // The overview still lists its endpoint.
    let expected = [Kind::OperationUndocumented, Kind::ListedEndpoint, Kind::StaleDeviation];
    assert_eq!(kinds(&drift.findings), expected);
}
