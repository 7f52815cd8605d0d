//! `specs/<api>/deviations.yaml`: the differences that are meant to be, each with its reason.
//!
//! A deviation silences exactly the finding that it names, word for word. Once the page says something else, or the
//! difference is gone, it silences nothing and becomes a finding itself: its reason may no longer hold.

use std::collections::HashSet;

use super::finding::{Class, Finding, Kind, SpecLine, Step};
use super::yaml::text;
use xtask_spec::deviations::Records;
use xtask_spec::document::{Document, Fault, child};

/// How a file says that there is nothing on one side.
const NOTHING: &str = "nothing";

/// The deviations of an API.
#[derive(Debug, Default)]
pub struct Deviations {
    file: String,
    /// Each with its line.
    entries: Vec<(Key, usize)>,
}

/// What a deviation and its finding share: what they are about, and our side and the vendor's.
type Key = ((Step, Kind, String, String), [String; 2]);

fn key(finding: &Finding) -> Key {
    let (operation, place) = (finding.operation.clone(), finding.place.clone());
    let shown = |side: &str| if side.is_empty() { NOTHING } else { side }.to_owned();
    let about = (finding.step, finding.kind, operation, place);
    (about, [shown(&finding.was), shown(&finding.is)])
}

/// The two sides by name, in the order of the file.
fn sides(((step, ..), [was, is]): &Key) -> [(&'static str, &str); 2] {
    match step {
        Step::PageSample => [("table", was), ("sample", is)],
        _ => [("page", is), ("spec", was)],
    }
}

impl Deviations {
    /// The deviations of `deviations.yaml`.
    ///
    /// # Errors
    /// If the file is not of its form. The error names the line and the remedy.
    pub fn read(document: &Document) -> anyhow::Result<Self> {
        let records: Records = document.read()?;
        let mut entries = Vec::new();
        for (index, record) in records.deviations.into_iter().enumerate() {
            let line = document.line(&child("/deviations", index));
            let (step, was, is) = record.sides().map_err(|(message, remedy)| Fault {
                file: document.name(),
                line,
                column: None,
                message,
                remedy: remedy.into(),
            })?;
            let sides = [was, is].map(str::to_owned);
            entries.push((((step, record.kind, record.operation, record.place), sides), line));
        }
        Ok(Self {
            file: document.name(),
            entries,
        })
    }

    /// What is left of all findings of an API: those that no deviation names, and the deviations that are stale; and how
    /// many are meant to be.
    pub fn apply(&self, api: &str, findings: Vec<Finding>) -> (Vec<Finding>, usize) {
        let recorded: HashSet<_> = self.entries.iter().map(|(key, _)| key).collect();
        let is_recorded = |finding: &Finding| recorded.contains(&key(finding));
        let (silenced, mut left): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_recorded);
        let found: HashSet<_> = silenced.iter().map(key).collect();
        let stale = self.entries.iter().filter(|(key, _)| !found.contains(key));
        let stale: Vec<_> = stale.map(|entry| self.stale(api, entry, &left)).collect();
        left.extend(stale);
        (left, silenced.len())
    }

    /// The finding of an entry that names none.
    fn stale(&self, api: &str, (entry, entry_line): &(Key, usize), others: &[Finding]) -> Finding {
        let ((step, kind, operation, place), _) = entry;
        let now: Vec<_> = others.iter().filter(|finding| key(finding).0 == entry.0).collect();
        let shown = |key: &Key| sides(key).map(|(name, text)| format!("{name}: {text}")).join("; ");
        let reported: Vec<_> = now.iter().map(|finding| shown(&key(finding))).collect();
        let (file, entry_line) = (&self.file, *entry_line);
        let (is, edit, (page, line), class) = match now.iter().min_by_key(|finding| finding.class) {
            None => (
                "the difference is gone".to_owned(),
                "delete it",
                (file, entry_line),
                Class::Documentation,
            ),
            Some(worst) => (
                reported.join(" | "),
                "write there what it is now, if its reason still holds, or delete it",
                (&now[0].page, now[0].line),
                worst.class,
            ),
        };
        Finding {
            api: api.to_owned(),
            step: *step,
            operation: operation.clone(),
            place: place.clone(),
            kind: Kind::StaleDeviation,
            class,
            was: shown(entry),
            is,
            page: page.clone(),
            line,
            remedy: format!("{file}:{entry_line}: the deviation `{kind}` is stale; {edit}"),
            spec: Some(SpecLine {
                file: file.clone(),
                line: entry_line,
            }),
        }
    }
}

/// The entry that silences a finding once its reason is written.
pub fn entry_to_paste(finding: &Finding) -> String {
    let sides = key(finding);
    let sides = self::sides(&sides).map(|(name, side)| format!("    {name}: {}\n", text(side)));
    format!(
        "  - operation: {}\n    place: {}\n    kind: {}\n{}    reason:\n",
        text(&finding.operation),
        text(&finding.place),
        finding.kind,
        sides.concat(),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    const FILE: &str = "\
deviations:
  - operation: GET /plants
    place: response.data
    kind: sample-only
    table: nothing
    sample: array
    reason: the sample is closer to the wire
  - operation: GET /plants
    place: query.size
    kind: limit
    page: maximum 100
    spec: maximum 50
    reason: the service refuses more
decisions:
  - operation: '*'
    place: scopes
    page: does not say how long a token lives
    spec: says nothing either
    reason: nobody knows
";

    fn read(text: &str) -> anyhow::Result<Deviations> {
        Deviations::read(&Document::parse(Path::new("specs/plants/deviations.yaml"), text).unwrap())
    }

    fn finding(step: Step, kind: Kind, place: &str, was: &str, is: &str) -> Finding {
        Finding {
            api: "plants".to_owned(),
            step,
            operation: "GET /plants".to_owned(),
            place: place.to_owned(),
            kind,
            class: Class::Additive,
            was: was.to_owned(),
            is: is.to_owned(),
            page: "plants.md".to_owned(),
            line: 7,
            remedy: String::new(),
            spec: None,
        }
    }

    fn both() -> Vec<Finding> {
        vec![
            finding(Step::PageSample, Kind::SampleOnly, "response.data", "", "array"),
            finding(Step::LockSpec, Kind::Limit, "query.size", "maximum 50", "maximum 100"),
        ]
    }

    #[test]
    fn a_deviation_silences_the_finding_that_it_names() {
        assert_eq!(read(FILE).unwrap().apply("plants", both()), (vec![], 2));
    }

    #[test]
    fn each_fact_of_a_finding_counts_and_a_deviation_without_one_is_stale() {
        let changes: [fn(&mut Finding); 6] = [
            |finding| finding.step = Step::PageLock,
            |finding| finding.step = Step::PageSample,
            |finding| finding.kind = Kind::Default,
            |finding| finding.place.push('s'),
            |finding| finding.operation.push('s'),
            |finding| finding.is.push('0'),
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut findings = both();
            change(&mut findings[1]);
            let changed = findings[1].clone();
            let (findings, silenced) = read(FILE).unwrap().apply("plants", findings);
            assert_eq!(silenced, 1);
            let [left, stale] = findings.as_slice() else {
                panic!("{index}: {findings:?}")
            };
            assert_eq!(left, &changed);
            assert_eq!((stale.kind, stale.step), (Kind::StaleDeviation, Step::LockSpec));
            assert_eq!(
                (stale.operation.as_str(), stale.place.as_str()),
                ("GET /plants", "query.size")
            );
            assert_eq!(stale.was, "page: maximum 100; spec: maximum 50");
            let line = SpecLine {
                file: "specs/plants/deviations.yaml".to_owned(),
                line: 8,
            };
            assert_eq!(stale.spec, Some(line));
            // Only the last change leaves a finding of the same kind at the same place.
            let (is, place, remedy) = if index == 5 {
                (
                    "page: maximum 1000; spec: maximum 50",
                    ("plants.md", 7),
                    "write there what it is now",
                )
            } else {
                (
                    "the difference is gone",
                    ("specs/plants/deviations.yaml", 8),
                    "delete it",
                )
            };
            assert_eq!((stale.is.as_str(), (stale.page.as_str(), stale.line)), (is, place));
            assert!(stale.remedy.contains("specs/plants/deviations.yaml:8: ") && stale.remedy.contains(remedy));
        }
    }

    #[test]
    fn what_cannot_be_a_deviation_is_refused_at_its_line() {
        for (old, new, words) in [
            (
                "table: nothing",
                "page: nothing",
                "2: the two sides of the difference are unclear",
            ),
            (
                "kind: sample-only",
                "kind: member-missing",
                "2: `member-missing` compares a page with the spec",
            ),
            (
                "kind: limit",
                "kind: sample-type",
                "8: `sample-type` compares a table with its sample",
            ),
            (
                "kind: limit",
                "kind: code-added",
                "8: `code-added` findings cannot be recorded as deviations",
            ),
            (
                "kind: limit",
                "kind: limits",
                "10: at `/deviations/1/kind`: unknown variant `limits`",
            ),
            ("    reason: the service refuses more\n", "", "missing field `reason`"),
        ] {
            let message = format!("{:#}", read(&FILE.replacen(old, new, 1)).unwrap_err());
            assert!(message.contains(words), "{words} is not in: {message}");
            assert!(message.starts_with("specs/plants/deviations.yaml:"), "{message}");
            assert!(message.contains("; write") || message.contains("; delete"), "{message}");
        }
    }

    #[test]
    fn an_entry_is_written_plainly_where_it_can_be() {
        let entry = entry_to_paste(&finding(Step::LockSpec, Kind::Default, "body.items[].on", "", "a: b"));
        assert_eq!(
            entry,
            "  - operation: GET /plants\n    place: body.items[].on\n    kind: default\n    page: 'a: b'\n    spec: nothing\n    reason:\n"
        );
    }

    proptest! {
        #[test]
        fn a_pasted_entry_silences_its_finding(
            was in r#"|[-?:,\[\]{}#&*!|>'"%@` a-z0-9\\~]{0,12}|\PC{0,8}|(?s:.){0,8}"#,
            is in "null|true|0x1f|1e3|[ \n\t]{0,3}|(?s:.){0,8}",
            place in r"response(\.[@.a-zA-Z: #]{1,8}(\[\])?){0,3}",
        ) {
            let finding = finding(Step::PageSample, Kind::SampleType, &place, &was, &is);
            let file = format!("deviations:\n{}", entry_to_paste(&finding)).replace("reason:", "reason: why");
            let applied = read(&file).unwrap().apply("plants", vec![finding]);
            prop_assert_eq!(applied, (vec![], 1), "{}", file);
        }
    }
}
