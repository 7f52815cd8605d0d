//! Pages, lock and spec of the garden, held against each other.

use std::path::Path;

use crate::garden::{PAGES, SPEC, replaced};
use xtask_docs::deviations::Deviations;
use xtask_docs::drift::{self, Drift};
use xtask_docs::finding::{Class, Finding, Kind, Step};
use xtask_docs::lock::Lock;
use xtask_docs::reading::{self, Reading};
use xtask_docs::source::Source;
use xtask_docs::spec::Spec;
use xtask_spec::api::Api;
use xtask_spec::document::Document;

pub const SEARCHES: &str = "POST /garden/v1/beds/{bedId}/plants";
pub const GETS: &str = "GET /garden/v1/beds/{bedId}";

/// What is held against each other.
#[derive(Clone)]
pub struct Garden {
    pub pages: Vec<(String, Vec<u8>)>,
    pub spec: String,
    pub deviations: String,
}

/// A change of a text: the file, what stands in it once, and what stands there then.
pub type Edit<'e> = (&'e str, &'e str, &'e str);

pub const SPEC_FILE: &str = "specs/elements-v3/openapi.yaml";

impl Garden {
    pub fn new() -> Self {
        let page = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
        Self {
            pages: PAGES.iter().map(page).collect(),
            spec: SPEC.to_owned(),
            deviations: "deviations: []\n".to_owned(),
        }
    }

    /// With some changes, of pages or the spec.
    #[track_caller]
    pub fn edited(edits: &[Edit]) -> Self {
        let mut garden = Self::new();
        for (file, old, new) in edits {
            if *file == SPEC_FILE {
                garden.spec = replaced(&garden.spec, old, new);
            } else {
                let text = replaced(&garden.text(file), old, new);
                garden.write(file, &text);
            }
        }
        garden
    }

    pub fn text(&self, file: &str) -> String {
        if file == SPEC_FILE {
            return self.spec.clone();
        }
        let (_, bytes) = self.pages.iter().find(|(name, _)| name == file).expect("the page");
        String::from_utf8(bytes.clone()).expect("a text")
    }

    pub fn write(&mut self, page: &str, text: impl AsRef<[u8]>) {
        self.pages.retain(|(name, _)| name != page);
        self.pages.push((page.to_owned(), text.as_ref().to_vec()));
    }

    /// The line on which a text ends that stands once in a file.
    #[track_caller]
    pub fn line(&self, file: &str, text: &str) -> usize {
        let whole = self.text(file);
        assert_eq!(whole.matches(text).count(), 1, "`{text}` in {file}");
        let before = whole.split(text).next().unwrap_or_default();
        before.matches('\n').count() + text.matches('\n').count() + 1
    }

    pub fn read(&self) -> Reading {
        let source = |(name, bytes): &(String, Vec<u8>)| Source {
            name: name.clone(),
            bytes: bytes.clone(),
            elsewhere: false,
        };
        let sources: Vec<_> = self.pages.iter().map(source).collect();
        reading::read(api(), &sources)
    }

    pub fn lock(&self) -> Lock {
        let reading = self.read();
        assert_eq!(reading.unread, [], "what is locked was understood");
        Lock::merge(None, reading.pages, None)
    }

    pub fn against(&self, lock: &Lock) -> Drift {
        let file = |name: &str| api().spec_folder().join(name);
        let parse = |path: &Path, text: &str| Document::parse(path, text).expect("YAML");
        let spec = Spec::new(&parse(&file("openapi.yaml"), &self.spec));
        let deviations = Deviations::read(&parse(&file("deviations.yaml"), &self.deviations)).expect("deviations");
        drift::compare(api(), lock, Some(self.read()), &spec, &deviations)
    }

    /// What the vendor has changed since the pages were locked as they are in the fixtures.
    pub fn changed(&self) -> Vec<Finding> {
        of(Step::PageLock, self.against(&Self::new().lock()).findings)
    }

    /// What a step finds if the pages are locked as they are.
    pub fn locked(&self, step: Step) -> Vec<Finding> {
        of(step, self.against(&self.lock()).findings)
    }
}

pub fn api() -> &'static Api {
    Api::parse("elements-v3").expect("an API")
}

pub fn of(step: Step, findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|finding| finding.step == step).collect()
}

/// What a change is reported as: the two sides are those of the finding.
#[derive(Debug)]
pub struct Reported<'t> {
    pub kind: Kind,
    pub class: Class,
    pub operation: &'t str,
    pub place: &'t str,
    pub sides: (&'t str, &'t str),
    /// The page, and a text at whose end the line is; nothing for the first one.
    pub at: (&'t str, &'t str),
}

/// Expects one finding, by all that it says.
#[track_caller]
pub fn expect_one(garden: &Garden, step: Step, findings: &[Finding], reported: &Reported) {
    let [finding] = findings else {
        panic!("one finding is expected: {reported:?}; there are {findings:#?}");
    };
    let (page, text) = reported.at;
    let line = if text.is_empty() { 1 } else { garden.line(page, text) };
    let expected = Finding {
        api: "elements-v3".to_owned(),
        step,
        operation: reported.operation.to_owned(),
        place: reported.place.to_owned(),
        kind: reported.kind,
        class: reported.class,
        was: reported.sides.0.to_owned(),
        is: reported.sides.1.to_owned(),
        page: page.to_owned(),
        line,
        // Their words are their own tests' matter.
        remedy: finding.remedy.clone(),
        spec: finding.spec.clone(),
    };
    assert_eq!(*finding, expected);
    assert!(
        finding.remedy.contains("specs/elements-v3/"),
        "a remedy names the file: {}",
        finding.remedy
    );
}
