//! `cargo xtask generate`: from the specs to the generated code of the API crates.
//!
//! A spec is read, linted and turned into a *Rust view* in memory; progenitor makes the client and the types of that,
//! and the modules here make what progenitor does not: open enums, ids, the table of operations, pagers, calls by name.
//! They take the place of what `src/generated/` held, file by file. A module that writes one file has the name of that file.

// What is printed goes through `xtask_cli`, which cleans it.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod client;
mod constraints;
mod docs;
mod dynamic;
mod enums_and_ids;
mod example;
mod names;
mod new_api;
mod operations;
mod output;
mod paging;
mod sandbox;
mod secrets;
#[cfg(test)]
mod tests;
mod variants;
mod view;
mod workspace;

use std::time::Instant;

use anyhow::{Context, bail};

pub use example::program;
pub use new_api::begin_spec;
use output::Files;
use workspace::Change;
use xtask_cli::{Outcome, counted};
use xtask_lint as lint;
use xtask_spec::Spec;
use xtask_spec::api::{Api, root};
use xtask_spec::document::Document;

/// Generates the code of the chosen APIs, or checks that it is fresh.
///
/// # Errors
/// If a spec cannot be read, breaks a rule of the lint, or the code cannot be written.
pub fn run(choice: Option<&'static Api>, check: bool) -> anyhow::Result<Outcome> {
    let documents = Api::selected(choice).map(|api| {
        workspace::refuse_unknown_service(api)?;
        Ok((api, api.document()?))
    });
    let mut is_stale = false;
    for (api, document) in documents.collect::<anyhow::Result<Vec<_>>>()? {
        let start = Instant::now();
        refuse_problems(&document)?;
        let spec = Spec::new(&document);
        let files = generate(api, &spec).with_context(|| format!("cannot generate {}", api.name))?;
        let folder = api.crate_folder().join("src").join("generated");
        let embedded = sandbox::Embedded::new(api, &document);
        let diff = if check {
            let embedded = embedded.as_ref().map(sandbox::Embedded::diff).transpose()?;
            output::diff(&folder, &files)? + &embedded.unwrap_or_default()
        } else {
            new_api::begin(api, spec.title().unwrap_or("API"))?;
            output::replace(&folder, &files)?;
            embedded.as_ref().map(sandbox::Embedded::write).transpose()?;
            String::new()
        };
        let (mark, advice) = match diff.as_str() {
            "" => ("✓", ""),
            _ => ("✗", "; stale, run `cargo xtask generate`"),
        };
        is_stale |= !diff.is_empty();
        xtask_cli::print(&format!(
            "{diff}{mark} {}: {}, {}, {}, {}, {:.1} s{advice}\n",
            api.name,
            counted(spec.operations.len(), "operation"),
            counted(spec.components("schemas").len(), "type"),
            counted(enums_and_ids::count(&spec), "code"),
            counted(files.values().map(|text| text.lines().count()).sum(), "line"),
            start.elapsed().as_secs_f64(),
        ))?;
    }
    is_stale |= join_workspace(check)?;
    Ok(if is_stale { Outcome::Differs } else { Outcome::Clean })
}

/// Makes the workspace know the crates of all APIs; says whether that is still to do.
fn join_workspace(check: bool) -> anyhow::Result<bool> {
    let changes = workspace::changes()?;
    let is_stale = check && !changes.is_empty();
    for Change { name, was, is } in changes {
        if check {
            xtask_cli::print(&output::unified(name, &was, &is))?;
        } else {
            std::fs::write(root().join(name), is).with_context(|| format!("cannot write {name}"))?;
            xtask_cli::print(&format!("+ {name}: added the missing APIs\n"))?;
        }
    }
    Ok(is_stale)
}

/// Refuses what progenitor would panic on or what would become wrong code.
fn refuse_problems(document: &Document) -> anyhow::Result<()> {
    let problems = lint::check(document);
    for problem in &problems {
        xtask_cli::report(&format!("{}:{problem}", document.name()));
    }
    if !problems.is_empty() {
        let (name, count) = (document.name(), problems.len());
        bail!("{name} has {count} problems; nothing was generated");
    }
    Ok(())
}

fn generate(api: &Api, spec: &Spec) -> anyhow::Result<Files> {
    let view = view::derive(spec)?;
    let mut files = Files::new();
    let client = client::generate(api, spec, &view)?;
    files.insert("paging.rs", client::print(paging::generate(spec, &client.builders)?)?);
    files.insert("dynamic.rs", client::print(dynamic::generate(spec, &client.builders)?)?);
    files.insert("operations.rs", client::print(operations::generate(spec)?)?);
    files.insert("variants.rs", client::print(variants::generate(spec, &view))?);
    files.insert("client.rs", client.source);
    files.insert("enums.rs", enums_and_ids::enums(spec)?);
    files.insert("ids.rs", enums_and_ids::ids(spec));
    files.insert("mod.rs", MODULE.to_owned());
    let name = spec.document.name();
    let header = format!("// Generated by `cargo xtask generate` from {name}. Not to be edited.\n\n");
    files.values_mut().for_each(|text| text.insert_str(0, &header));
    Ok(files)
}

/// What every crate of an API shows of its generated code.
const MODULE: &str = "\
// Generated code is formatted by its generator.
#![allow(clippy::all, clippy::unwrap_used, deprecated, unused_imports)]

pub(crate) mod client;
#[cfg(feature = \"dynamic\")]
pub mod dynamic;
pub(crate) mod enums;
pub(crate) mod ids;
pub mod operations;
mod paging;
pub(crate) mod variants;

pub use ::avepoint_core;
pub use ::avepoint_core::prelude::*;
pub use client::{Client, builder};

/// What programs use nearly always.
pub mod prelude {
    pub use super::{Client, types};
    pub use ::avepoint_core::prelude::*;
}

/// The types of requests and answers: objects, open enums, ids.
pub mod types {
    pub use super::client::types::*;
    pub use super::{enums::*, ids::*, variants::*};
}
";
