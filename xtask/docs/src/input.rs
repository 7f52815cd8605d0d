//! The pages of one run: a checkout or a fresh clone, and the pages that were passed.

use std::path::PathBuf;

use anyhow::bail;
use tempfile::TempDir;

use xtask_spec::api::Api;

use super::source::{self, ExternalPage, Revision, Source};

/// The pages of one run.
#[derive(Debug)]
pub struct Pages {
    checkout: Option<PathBuf>,
    /// Deleted when it is dropped, if the checkout is a clone.
    _clone: Option<TempDir>,
    external: Vec<ExternalPage>,
}

impl Pages {
    /// Opens what the arguments name: the folder of a checkout, or a clone of today's pages, and pages passed.
    /// None if they name no pages at all.
    ///
    /// # Errors
    /// If the vendor's repository cannot be cloned, or a page is passed of an API whose other pages stand in a
    /// checkout, and there is none: all of them would pass for deleted.
    pub fn open(folder: Option<PathBuf>, fetch: bool, external: Vec<ExternalPage>) -> anyhow::Result<Option<Self>> {
        let alone = external.iter().find(|external| !external.api.pages.is_empty());
        if let Some(alone) = alone.filter(|_| folder.is_none() && !fetch) {
            bail!(
                "the other pages of {} stand in the vendor's repository; add --docs DIR or --fetch to --page",
                alone.api.name
            );
        }
        let clone = (fetch && folder.is_none()).then(source::fetch).transpose()?;
        let pages = Self {
            checkout: folder.or_else(|| Some(clone.as_ref()?.path().to_owned())),
            _clone: clone,
            external,
        };
        Ok(Some(pages).filter(|pages| pages.checkout.is_some() || !pages.external.is_empty()))
    }

    /// Whether this run has the pages of an API: an API that stands on a web page alone has some only if that page was
    /// passed, the others only if there is a checkout.
    #[must_use]
    pub fn has(&self, api: &Api) -> bool {
        match api.pages {
            [] => self.passed(api).next().is_some(),
            _ => self.checkout.is_some(),
        }
    }

    fn passed(&self, api: &Api) -> impl Iterator<Item = &ExternalPage> {
        self.external.iter().filter(|external| external.api.name == api.name)
    }

    /// The pages of an API.
    ///
    /// # Errors
    /// If one cannot be read, or two have the same name.
    pub fn of(&self, api: &Api) -> anyhow::Result<Vec<Source>> {
        let folder = self.checkout.as_ref().filter(|_| !api.pages.is_empty());
        let mut sources = folder.map_or(Ok(Vec::new()), |folder| source::checkout(folder, api))?;
        for external in self.passed(api) {
            let page = external.read()?;
            if sources.iter().any(|other| other.name == page.name) {
                let (api, page) = (api.name, page.name);
                bail!("two pages of {api} are called {page}; give one of them another name");
            }
            sources.push(page);
        }
        Ok(sources)
    }

    /// The commit of the checkout, if it tells one.
    #[must_use]
    pub fn revision(&self) -> Option<Revision> {
        source::revision(self.checkout.as_ref()?)
    }

    /// The pages of an API that are not as that commit has them.
    #[must_use]
    pub fn uncommitted(&self, api: &Api) -> Vec<String> {
        self.checkout
            .iter()
            .flat_map(|dir| source::uncommitted(dir, api))
            .collect()
    }
}
