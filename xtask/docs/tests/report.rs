//! The forms of a report, held against files that were read by eye. `RENEW_GOLDEN=1` writes them anew.

mod contract;

use std::path::Path;

use xtask_docs::extract::{Coverage, Share};
use xtask_docs::finding::{Class, Finding, Kind, SpecLine, Step};
use xtask_docs::report::{Format, Report, Summary};

fn finding(api: &str, step: Step, kind: Kind, class: Class) -> Finding {
    Finding {
        api: api.to_owned(),
        step,
        operation: "POST /beds/{id}/plants".to_owned(),
        place: "body.state".to_owned(),
        kind,
        class,
        was: String::new(),
        is: String::new(),
        page: "docs/plants.md".to_owned(),
        line: 20,
        remedy: "do something about it".to_owned(),
        spec: None,
    }
}

fn spec(line: usize) -> Option<SpecLine> {
    let file = "specs/plants/openapi.yaml".to_owned();
    Some(SpecLine { file, line })
}

/// Every step and class, an empty side, and what each format must escape.
fn report() -> Report {
    let findings = vec![
        Finding {
            place: "query.pageSize".to_owned(),
            was: "maximum 100".to_owned(),
            is: "maximum 50".to_owned(),
            line: 12,
            remedy: "run `cargo xtask docs lock --docs DIR`, then change `query.pageSize`".to_owned(),
            ..finding("plants", Step::PageLock, Kind::Limit, Class::Breaking)
        },
        Finding {
            is: "7 (50% | <b>dry</b>, `low`: ok)".to_owned(),
            spec: spec(40),
            ..finding("plants", Step::LockSpec, Kind::CodeMissing, Class::Additive)
        },
        Finding {
            place: "response.@odata.context".to_owned(),
            was: "a\\b".to_owned(),
            is: "two\nlines\r\u{1b}[31m".to_owned(),
            page: "docs/a,b:c.md".to_owned(),
            spec: spec(7),
            ..finding("plants", Step::LockSpec, Kind::Type, Class::Breaking)
        },
        Finding {
            was: "page: integer; spec: string".to_owned(),
            is: "the difference is gone".to_owned(),
            line: 90,
            ..finding("plants", Step::LockSpec, Kind::StaleDeviation, Class::Documentation)
        },
        Finding {
            place: "response.data".to_owned(),
            is: "array".to_owned(),
            remedy: "record it in specs/bulbs/deviations.yaml:\n  - operation: POST /beds/{id}/plants\n    place: response.data".to_owned(),
            ..finding("bulbs", Step::PageSample, Kind::SampleOnly, Class::Documentation)
        },
    ];
    let share = |used, total| Share { used, total };
    let coverage = |rows| Coverage {
        tables: share(2, 2),
        rows,
        items: share(0, 0),
    };
    let basis = Summary {
        silenced: 1,
        coverage: [
            ("docs/ferns.md".to_owned(), coverage(share(12, 12))),
            ("docs/plants/create-plant.md".to_owned(), coverage(share(7, 8))),
        ]
        .into(),
        revision: Some("fedcba98".to_owned()),
        locks: [
            ("bulbs".to_owned(), None),
            ("ferns".to_owned(), Some("01234567".to_owned())),
            ("plants".to_owned(), Some("01234567".to_owned())),
        ]
        .into(),
        ..Summary::default()
    };
    Report::new(findings, basis)
}

fn check(name: &str, rendered: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        std::fs::write(&path, rendered).expect("written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == rendered,
        "{} differs; read what RENEW_GOLDEN=1 makes of it:\n{rendered}",
        path.display()
    );
}

#[test]
fn each_form_is_as_it_was_read_by_eye() {
    let report = report();
    check("drift.txt", &report.render(Format::Text));
    check("drift.json", &report.render(Format::Json));
    check("drift.md", &report.render(Format::Markdown));
    check("drift.github.txt", &report.render(Format::Github));
}

#[test]
fn the_json_form_keeps_the_contract() {
    let value: serde_json::Value = serde_json::from_str(&report().render(Format::Json)).expect("JSON");
    assert_eq!(contract::findings(&value).len(), 5);
}

#[test]
fn without_a_finding_there_is_no_drift() {
    let report = Report::new(Vec::new(), Summary::default());
    for format in [Format::Text, Format::Markdown, Format::Github] {
        assert!(report.render(format).contains("no drift"), "{format:?}");
    }
    assert!(report.render(Format::Json).contains("\"findings\": []"));
}
