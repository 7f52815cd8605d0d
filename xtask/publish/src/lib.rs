//! What teams of other languages take: editions of each document, and the files that are made of its examples.
//!
//! Every edition is derived from `specs/<api>/openapi.yaml` by rules, which `specs/README.md` describes, and never edited.
//! The same specs give the same bytes.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod call;
mod changelog;
mod fixtures;
mod http;
mod index;
mod judge;
mod merged;
mod output;
mod portable;
mod postman;
mod readme;
mod schema;
mod site;
mod widen;
mod yaml;

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;
use xtask_lint::Problem;
use xtask_spec::Spec;
use xtask_spec::api::{APIS, Api, root};
use xtask_spec::document::{Document, display};
use xtask_spec::openapi31;

use call::Call;
use changelog::Changelog;
use index::{ARCHIVE, Files, INDEX, MATERIALS, PUBLISHER, SUMS, Subject, Sums};
use output::Target;

pub use judge::Judge;
pub use portable::derive as to_portable;
pub use site::{files as site_files, run as run_site};

/// The folder of the document of all APIs.
const ALL: &str = "all";

/// Publishes all APIs to a folder.
///
/// # Errors
/// If a spec breaks a rule of the lint or cannot be made portable, or the folder cannot be written. It is then as it was.
pub fn run(folder: &Path) -> anyhow::Result<()> {
    let target = Target::new(folder, PUBLISHER)?;
    let files = files()?;
    target.write(&files)?;
    xtask_cli::print(&format!(
        "✓ {}: {} files of {} APIs\n",
        display(folder),
        files.len(),
        APIS.len()
    ))
}

/// Everything that is published, by its path.
///
/// # Errors
/// If a spec breaks a rule of the lint or cannot be made portable.
pub fn files() -> anyhow::Result<Files> {
    let mut files = Files::new();
    let mut subjects = Vec::new();
    let mut documents = Vec::new();
    for (api, document) in checked(xtask_lint::check_whole)? {
        let portable = portable::derive(&document)?;
        let text = std::fs::read(api.spec()).with_context(|| format!("cannot read {}", document.name()))?;
        put(&mut files, format!("{}/openapi.yaml", api.name), text)?;
        put(&mut files, format!("{}/openapi.json", api.name), json(&document.value))?;
        add(
            &mut files,
            &format!("{}/openapi.3.1", api.name),
            &openapi31::derive(&document.value),
        )?;
        add_portable(&mut files, api.name, &portable)?;
        put(
            &mut files,
            format!("{}/types.schema.json", api.name),
            json(&openapi31::types(&document.value)),
        )?;
        add_calls(&mut files, api, &document)?;
        let changelog = Changelog::new(api, &document.value)?;
        put(
            &mut files,
            format!("{}/changelog.json", api.name),
            json(&changelog.json()),
        )?;
        put(
            &mut files,
            format!("{}/changelog.md", api.name),
            changelog.markdown().into_bytes(),
        )?;
        subjects.push(subject(api.name, &document.value, source(api)?));
        documents.push((api.name, portable));
    }
    let merged = merged::merge(&documents)?;
    add_portable(&mut files, ALL, &merged)?;
    subjects.push(subject(ALL, &merged, Value::Null));
    files.insert("README.md".to_owned(), readme::text(root())?.into_bytes());
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let text = std::fs::read(root().join(licence)).with_context(|| format!("cannot read {licence}"))?;
        files.insert(licence.to_owned(), text);
    }
    let mut sums: Sums = files
        .iter()
        .map(|(path, bytes)| (path.clone(), index::sum(bytes)))
        .collect();
    files.insert(INDEX.to_owned(), json(&index::index(&subjects, &sums)));
    files.insert(MATERIALS.to_owned(), json(&index::materials(&subjects, &sums)));
    for name in [INDEX, MATERIALS] {
        sums.insert(name.to_owned(), index::sum(&files[name]));
    }
    // The archive holds the sums of what is in it, the folder that of the archive too.
    files.insert(SUMS.to_owned(), index::lines(&sums));
    let archive = output::archive(&files)?;
    sums.insert(ARCHIVE.to_owned(), index::sum(&archive));
    files.insert(SUMS.to_owned(), index::lines(&sums));
    files.insert(ARCHIVE.to_owned(), archive);
    Ok(files)
}

/// Records what is published now, with which later documents are compared.
///
/// # Errors
/// If a spec breaks a rule of the lint, as a version that does not say what has changed, or a file cannot be written.
pub fn record() -> anyhow::Result<()> {
    let check = |api: &Api, document: &Document| match api.published().exists() || api.changelog().exists() {
        true => xtask_lint::check_whole(api, document),
        // The first state has nothing to be compared with.
        false => xtask_lint::check(document),
    };
    let records = checked(check)?.into_iter().map(|(api, document)| {
        let changelog = Changelog::new(api, &document.value)?;
        // The state is the last: what is cut off before it is recorded again.
        let state = format!("{}\n", document.value).into_bytes();
        Ok([(api.changelog(), json(&changelog.json())), (api.published(), state)])
    });
    let records: Vec<_> = records.collect::<anyhow::Result<_>>()?;
    // All are written before the first takes its place.
    let staged = records.into_iter().flatten().map(|(path, bytes)| {
        let cannot = || format!("cannot write {}; nothing was recorded", display(&path));
        // In a folder of its own, so that the file gets the permissions that new files get.
        let folder = path.parent().unwrap_or(&path);
        let staged = tempfile::Builder::new()
            .prefix(".publish-")
            .tempdir_in(folder)
            .with_context(cannot)?;
        std::fs::write(staged.path().join("new"), bytes).with_context(cannot)?;
        Ok((path, staged))
    });
    for (path, staged) in staged.collect::<anyhow::Result<Vec<_>>>()? {
        let cannot = || format!("cannot write {}; see what keeps it, and record again", display(&path));
        std::fs::rename(staged.path().join("new"), &path).with_context(cannot)?;
        xtask_cli::print(&format!("✓ {}\n", display(&path)))?;
    }
    Ok(())
}

/// The documents of all APIs, if nothing is wrong with any.
fn checked(check: impl Fn(&Api, &Document) -> Vec<Problem>) -> anyhow::Result<Vec<(&'static Api, Document)>> {
    let mut documents = Vec::new();
    let mut wrong = Vec::new();
    for api in APIS {
        let document = api.document()?;
        let problems = check(api, &document);
        for problem in &problems {
            xtask_cli::report(&format!("{}:{problem}", document.name()));
        }
        if !problems.is_empty() {
            wrong.push(document.name().to_owned());
        }
        documents.push((api, document));
    }
    if !wrong.is_empty() {
        bail!("nothing was published: mend {}", wrong.join(", "));
    }
    Ok(documents)
}

/// Adds the files that are made of the examples.
fn add_calls(files: &mut Files, api: &Api, document: &Document) -> anyhow::Result<()> {
    let spec = Spec::new(document);
    let calls = Call::all(&spec)?;
    let clouds = call::clouds(&spec)?;
    let title = spec.title().unwrap_or(api.name);
    let folder = api.name;
    put(
        files,
        format!("{folder}/requests.http"),
        http::file(title, &calls, &clouds).into_bytes(),
    )?;
    let collection = postman::collection(&document.value["info"], &calls);
    put(files, format!("{folder}/postman/collection.json"), json(&collection))?;
    for (name, environment) in postman::environments(title, &clouds) {
        put(
            files,
            format!("{folder}/postman/environment.{name}.json"),
            json(&environment),
        )?;
    }
    for (name, example) in fixtures::files(&spec, &calls) {
        put(files, format!("{folder}/fixtures/{name}.json"), json(&example))?;
    }
    Ok(())
}

fn add_portable(files: &mut Files, folder: &str, portable: &Value) -> anyhow::Result<()> {
    add(files, &format!("{folder}/openapi.portable"), portable)?;
    add(
        files,
        &format!("{folder}/openapi.portable.3.1"),
        &openapi31::derive(portable),
    )
}

/// Adds a document in both notations.
fn add(files: &mut Files, name: &str, document: &Value) -> anyhow::Result<()> {
    put(files, format!("{name}.yaml"), yaml::write(document)?.into_bytes())?;
    put(files, format!("{name}.json"), json(document))?;
    Ok(())
}

/// Adds a file; two of one name would be one of them.
fn put(files: &mut Files, path: String, bytes: Vec<u8>) -> anyhow::Result<()> {
    if files.contains_key(&path) {
        bail!("two files would be {path}; give what they are named after another name");
    }
    files.insert(path, bytes);
    Ok(())
}

fn json(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

fn subject(api: &str, document: &Value, source: Value) -> Subject {
    let info = &document["info"];
    Subject {
        api: api.to_owned(),
        title: info["title"].clone(),
        version: info["version"].clone(),
        source,
    }
}

/// Where the pages of an API were read, as its lock says.
fn source(api: &Api) -> anyhow::Result<Value> {
    let path = api.lock();
    let name = display(&path);
    let text = std::fs::read(&path)
        .with_context(|| format!("{name}: cannot read the lock; write it with `cargo xtask docs lock`"))?;
    let lock: Value = serde_json::from_slice(&text)
        .with_context(|| format!("{name}: the lock is not JSON; write it with `cargo xtask docs lock`"))?;
    Ok(lock.get("source").cloned().unwrap_or_default())
}
