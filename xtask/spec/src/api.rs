//! The table of APIs: one row an API, and nothing else names them.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail, ensure};
use serde_json::Value;

use crate::document::{Document, display};
pub use crate::files::root;
use crate::names::nearest;

/// One API of the workspace: a folder in `specs/` and a crate in `crates/`.
#[derive(Debug)]
pub struct Api {
    /// The name used everywhere: in commands, in the folder of the spec, in the crate's name.
    pub name: &'static str,
    /// The service it belongs to, as the core crate's `Service` names it; it decides the hosts.
    pub service: &'static str,
    /// What of the vendor's repository describes it: folders and single pages. A page stands in one row, also if it
    /// speaks of all APIs, so that a change of it is reported once. Empty if the API is described on a web page alone,
    /// which must be handed over.
    pub pages: &'static [&'static str],
}

/// Every API. To add one: a row here, `cargo xtask generate --begin --api NAME`, `cargo xtask generate`.
pub const APIS: &[Api] = &[
    Api {
        name: "elements-v3",
        service: "Elements",
        pages: &["docs/elements"],
    },
    Api {
        name: "elements-legacy",
        service: "Elements",
        pages: &["docs/docs/services-and-features/elements"],
    },
    Api {
        name: "insights",
        service: "Insights",
        pages: &[
            "docs/docs/services-and-features/insights",
            "docs/docs/Overview.md",
            "docs/docs/Use-AvePoint-Graph-API.md",
            "docs/docs/change-log.md",
        ],
    },
    Api {
        name: "insights-legacy",
        service: "Insights",
        pages: &[],
    },
];

impl Api {
    /// The API of this name.
    ///
    /// # Errors
    /// Names the known APIs if there is none.
    pub fn parse(name: &str) -> anyhow::Result<&'static Api> {
        APIS.iter().find(|api| api.name == name).ok_or_else(|| {
            let known: Vec<_> = APIS.iter().map(|api| api.name).collect();
            let near = nearest(name, known.iter().copied()).map(|near| format!("write `{near}`; "));
            anyhow!(
                "there is no API `{name}`; {}there are: {}; another gets a row in xtask/spec/src/api.rs",
                near.unwrap_or_default(),
                known.join(", ")
            )
        })
    }

    /// The API that was chosen, or all of them.
    pub fn selected(choice: Option<&'static Api>) -> impl Iterator<Item = &'static Api> {
        APIS.iter()
            .filter(move |api| choice.is_none_or(|chosen| chosen.name == api.name))
    }

    /// The folder of the spec.
    pub fn spec_folder(&self) -> PathBuf {
        root().join("specs").join(self.name)
    }

    /// The OpenAPI document.
    pub fn spec(&self) -> PathBuf {
        self.spec_folder().join("openapi.yaml")
    }

    /// Reads the OpenAPI document.
    ///
    /// # Errors
    /// As [`Document::load`]; that of an API which has none yet says how to begin it.
    pub fn document(&self) -> anyhow::Result<Document> {
        let path = self.spec();
        if !path.exists() {
            let (file, name) = (display(&path), self.name);
            bail!("{file}: there is no such file; begin it with `cargo xtask generate --begin --api {name}`");
        }
        Document::load(&path)
    }

    /// Where the vendor's pages and the spec differ.
    pub fn deviations(&self) -> PathBuf {
        self.spec_folder().join("deviations.yaml")
    }

    /// What the vendor's pages say, as it was last read.
    pub fn lock(&self) -> PathBuf {
        self.spec_folder().join("upstream.lock.json")
    }

    /// The last published state of the document, as compact JSON.
    pub fn published(&self) -> PathBuf {
        self.spec_folder().join("published.json")
    }

    /// What each published version has changed.
    pub fn changelog(&self) -> PathBuf {
        self.spec_folder().join("changelog.json")
    }

    /// Reads the last published state of the document.
    ///
    /// # Errors
    /// If there is none, or it is not JSON.
    pub fn state(&self) -> anyhow::Result<Value> {
        let path = self.published();
        let name = display(&path);
        ensure!(path.exists(), "there is no {name}, the state that was published last");
        let text = std::fs::read(&path).with_context(|| format!("cannot read {name}"))?;
        serde_json::from_slice(&text).with_context(|| format!("{name} is not JSON"))
    }

    /// The folder of the crate.
    pub fn crate_folder(&self) -> PathBuf {
        root().join("crates").join(format!("avepoint-{}", self.name))
    }
}
