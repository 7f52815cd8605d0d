//! `cargo xtask generate`: from the specs to the generated code of the API crates.
//!
//! A spec is read, linted and turned into a *Rust view* in memory; progenitor makes the client and the types of that,
//! and the modules here make what progenitor does not: open enums, ids, the table of operations, pagers, calls by name.
//! They take the place of what `src/generated/` held, file by file.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod client;
mod codes;
mod dynamic;
mod names;
mod operations;
mod output;
mod paging;
mod scaffold;
mod secrets;
mod shapes;
#[cfg(test)]
mod tests;
mod variants;
mod view;
mod workspace;

use std::time::Instant;

use anyhow::{Context, bail};

use output::Files;
use xtask_cli::Outcome;
use xtask_lint as lint;
use xtask_spec::Spec;
use xtask_spec::api::Api;
use xtask_spec::document::{Document, display};

/// Generates the code of the chosen APIs, or checks that it is fresh.
///
/// # Errors
/// If a spec cannot be read, breaks a rule of the lint, or the code cannot be written.
pub fn run(choice: Option<&'static Api>, check: bool) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Clean;
    for api in Api::selected(choice) {
        workspace::refuse_unknown_service(api)?;
        api.document()?;
    }
    for api in Api::selected(choice) {
        let start = Instant::now();
        let document = api.document()?;
        refuse_problems(&document)?;
        let spec = Spec::new(&document);
        let files = generate(api, &spec).with_context(|| format!("cannot generate {}", api.name))?;
        let folder = api.crate_folder().join("src").join("generated");
        let stale = if check {
            let diff = output::diff(&folder, &files)?;
            xtask_cli::print(&diff)?;
            !diff.is_empty()
        } else {
            scaffold::begin(api, spec.title().unwrap_or("API"))?;
            output::replace(&folder, &files)?;
            false
        };
        if stale {
            outcome = Outcome::Differs;
        }
        xtask_cli::print(&format!(
            "{} {}: {} operations, {} types, {} codes, {} lines, {:.1} s{}\n",
            if stale { "✗" } else { "✓" },
            api.name,
            spec.operations.len(),
            spec.components("schemas").len(),
            codes::count(&spec),
            files.values().map(|text| text.lines().count()).sum::<usize>(),
            start.elapsed().as_secs_f64(),
            if stale {
                "; stale, run `cargo xtask generate`"
            } else {
                ""
            },
        ))?;
    }
    match join_workspace(check)? {
        Outcome::Clean => Ok(outcome),
        Outcome::Differs => Ok(Outcome::Differs),
    }
}

/// Begins the spec of an API.
///
/// # Errors
/// If there is one already, or it cannot be written.
pub fn begin(api: &Api) -> anyhow::Result<Outcome> {
    scaffold::begin_spec(api)?;
    Ok(Outcome::Clean)
}

/// Makes the workspace know the crates of all APIs; says whether that was still to do.
fn join_workspace(check: bool) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Clean;
    for change in workspace::changes()? {
        let name = display(&change.path);
        if check {
            xtask_cli::print(&output::unified(&name, &change.was, &change.is))?;
            outcome = Outcome::Differs;
        } else {
            std::fs::write(&change.path, change.is).with_context(|| format!("cannot write {name}"))?;
            xtask_cli::print(&format!("+ {name}: knows every API now\n"))?;
        }
    }
    Ok(outcome)
}

/// Refuses what progenitor would panic on or what would become wrong code.
fn refuse_problems(document: &Document) -> anyhow::Result<()> {
    let problems = lint::check(document);
    for problem in &problems {
        xtask_cli::report(&format!("{}:{problem}", document.name()));
    }
    if !problems.is_empty() {
        bail!(
            "{} has {} problems; nothing was generated",
            document.name(),
            problems.len()
        );
    }
    Ok(())
}

fn generate(api: &Api, spec: &Spec) -> anyhow::Result<Files> {
    let view = view::derive(spec)?;
    let client = client::generate(api, spec, &view)?;
    let mut files = Files::new();
    files.insert("paging.rs", client::print(&paging::generate(spec, &client)?)?);
    files.insert("dynamic.rs", client::print(&dynamic::generate(spec, &client)?)?);
    files.insert("operations.rs", client::print(&operations::generate(spec)?)?);
    files.insert("variants.rs", client::print(&variants::generate(&view)?)?);
    files.insert("client.rs", client::print(&client.file)?);
    files.insert("enums.rs", codes::enums(spec)?);
    files.insert("ids.rs", codes::ids(spec));
    files.insert("mod.rs", MODULE.to_owned());
    for text in files.values_mut() {
        text.insert_str(0, &header(spec));
    }
    Ok(files)
}

fn header(spec: &Spec) -> String {
    format!(
        "// Generated by `cargo xtask generate` from {}. Not to be edited.\n\n",
        spec.document.name()
    )
}

/// What every crate of an API shows of its generated code.
const MODULE: &str = "\
// Generated code is formatted by its generator, and documented as far as its spec is.
#![allow(clippy::all, clippy::unwrap_used, deprecated, missing_docs, rustdoc::all, unused_imports, unused_mut)]

pub(crate) mod client;
#[cfg(feature = \"dynamic\")]
pub mod dynamic;
pub(crate) mod enums;
pub(crate) mod ids;
pub mod operations;
mod paging;
pub(crate) mod variants;

pub use ::avepoint_core as core;
pub use ::avepoint_core::{Cloud, Error, Region, StaticToken};
pub use client::{Client, builder};

/// The types of requests and answers: objects, open enums, ids.
pub mod types {
    pub use super::client::types::*;
    pub use super::{enums::*, ids::*, variants::*};
}
";
