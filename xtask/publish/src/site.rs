//! The reference site: a page for each operation of all APIs, the lists of codes, deviations and changelogs, and the guides.
//!
//! It opens from a disk. So every page is whole as it stands, a link names a file, and what the search looks in is a script:
//! a page of a disk may fetch nothing. Without scripts there is no search, and all languages stand below each other.

mod api;
mod guides;
mod layout;
mod operation;
mod samples;
mod schema;
mod scripts;
mod search;
mod start;

use std::path::Path;

use anyhow::Context;
use serde_json::json;
use xtask_spec::Spec;
use xtask_spec::api::{Api, root};
use xtask_spec::deviations::Records;
use xtask_spec::document::{Document, display};

use crate::call::{self, Call, Cloud};
use crate::changelog::Changelog;
use crate::index::{self, Files, INDEX};
use crate::output::Target;
use crate::put;

/// What says by whom a folder was written.
const PUBLISHER: &str = concat!(env!("CARGO_PKG_NAME"), " --site");

/// Our own style and script.
const ASSETS: [(&str, &str); 2] = [
    ("assets/site.css", include_str!("../site/site.css")),
    ("assets/site.js", include_str!("../site/site.js")),
];

/// An API, as its pages need it.
struct Subject<'d> {
    api: &'static Api,
    title: &'d str,
    version: &'d str,
    spec: &'d Spec<'d>,
    calls: Vec<Call<'d>>,
    clouds: Vec<Cloud>,
    records: Records,
    changelog: Changelog,
}

/// Writes the site to a folder.
///
/// # Errors
/// If a spec breaks a rule of the lint, the scripts of others cannot be had, or the folder cannot be written. It is then as
/// it was.
pub fn run(folder: &Path) -> anyhow::Result<()> {
    let target = Target::new(folder, PUBLISHER)?;
    let documents = crate::checked(xtask_lint::check_whole)?;
    let files = files(root(), &documents, scripts::fetch()?)?;
    target.write(&files)?;
    let operations = files.keys().filter(|path| path.contains("/operations/")).count();
    xtask_cli::print(&format!(
        "✓ {}: {} files, {operations} operations of {} APIs; open index.html\n",
        display(folder),
        files.len(),
        documents.len(),
    ))
}

/// Everything of the site, by its path; `scripts` are those of others, and the guides are below `root`.
///
/// # Errors
/// If a document cannot be shown, or a guide cannot be read.
pub fn files(root: &Path, documents: &[(&'static Api, Document)], scripts: Files) -> anyhow::Result<Files> {
    let mut files = scripts;
    for (path, text) in ASSETS {
        put(&mut files, path.to_owned(), text.into())?;
    }
    let specs: Vec<_> = documents
        .iter()
        .map(|(api, document)| (*api, Spec::new(document)))
        .collect();
    let subjects = specs.iter().map(|(api, spec)| Subject::new(api, spec));
    let subjects: Vec<_> = subjects.collect::<anyhow::Result<_>>()?;
    let (guides, linked) = guides::all(root)?;
    let site = layout::Site {
        subjects: &subjects,
        guides: &guides,
    };
    let mut entries = Vec::new();
    let mut pages = vec![start::page(&site)];
    for subject in &subjects {
        pages.extend(api::pages(&site, subject));
        for (operation, call) in subject.spec.operations.iter().zip(&subject.calls) {
            pages.push(operation::page(&site, subject, operation, call)?);
            entries.push(search::operation(subject, operation, call));
        }
        entries.extend(search::answers(subject));
        entries.extend(search::codes(subject));
        entries.extend(search::lists(subject));
    }
    for guide in &guides {
        pages.push(guides::page(&site, guide));
        entries.push(search::guide(guide));
    }
    pages.extend(linked.iter().map(|file| guides::file_page(&site, file)));
    for page in pages {
        put(&mut files, page.path, page.html.into_string().into_bytes())?;
    }
    put(&mut files, "assets/entries.js".to_owned(), search::script(entries))?;
    let rows = files
        .iter()
        .map(|(path, bytes)| json!({ "file": path, "sha256": index::sum(bytes) }));
    let rows: Vec<_> = rows.collect();
    let index = json!({ "publisher": PUBLISHER, "files": rows });
    put(&mut files, INDEX.to_owned(), crate::json(&index))?;
    Ok(files)
}

impl<'d> Subject<'d> {
    fn new(api: &'static Api, spec: &'d Spec<'d>) -> anyhow::Result<Self> {
        let info = spec
            .root
            .get("info")
            .with_context(|| format!("{}: there is no `info`", spec.document.name()))?;
        Ok(Self {
            api,
            title: spec.title().unwrap_or(api.name),
            version: info.text("version").unwrap_or_default(),
            calls: Call::all(spec)?,
            clouds: call::clouds(spec)?,
            records: Document::load(&api.deviations())?.read()?,
            changelog: Changelog::new(api, &spec.document.value)?,
            spec,
        })
    }

    /// The operations below each tag, in the order of the document.
    fn tags(&self) -> impl Iterator<Item = (&'d str, String, Vec<&Call<'d>>)> {
        let tags = self.spec.root.entries_of("tags").into_iter();
        tags.map(|tag| {
            let name = tag.text("name").unwrap_or_default();
            let calls = self.calls.iter().filter(|call| call.tag == name).collect();
            (name, tag.description(), calls)
        })
    }
}
