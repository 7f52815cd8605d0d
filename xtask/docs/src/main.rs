//! `cargo xtask docs`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use xtask_docs::input::Pages;
use xtask_docs::report::Format;
use xtask_docs::source::{ExternalPage, Revision};
use xtask_docs::{drift, lock, scaffold};
use xtask_spec::api::Api;

/// Hold the specs against the vendor's pages.
#[derive(Parser)]
#[command(name = "docs", bin_name = "xtask docs")]
struct Arguments {
    #[command(subcommand)]
    command: Docs,
}

#[derive(Subcommand)]
enum Docs {
    /// Show what the vendor has changed since the pages were locked, and what the specs say differently; exit with
    /// status 4 if there is anything. Without pages only the locks are compared with the specs.
    Drift {
        #[command(flatten)]
        pages: Sources,
        /// Only this API.
        #[arg(long, value_name = "NAME", value_parser = Api::parse)]
        api: Option<&'static Api>,
        /// For a terminal, for a program, for a pull request, or as annotations of GitHub Actions.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write `upstream.lock.json` of the APIs from the pages. A page that cannot be read whole stays as it was locked; exit
    /// with status 4 then.
    Lock {
        #[command(flatten)]
        pages: Sources,
        /// Only this API.
        #[arg(long, value_name = "NAME", value_parser = Api::parse)]
        api: Option<&'static Api>,
        /// The commit of the pages, if the folder is not a git checkout.
        #[arg(long, value_name = "COMMIT", value_parser = Revision::parse_commit)]
        revision: Option<String>,
        /// The day of that commit, such as 2026-11-27.
        #[arg(long, value_name = "DATE", requires = "revision")]
        date: Option<jiff::civil::Date>,
    },
    /// Write YAML for the operations of pages that no spec has, and the list of edits for those that one has.
    Scaffold {
        #[command(flatten)]
        pages: Sources,
        /// The pages: their paths in the vendor's repository, or the names of pages that were passed.
        #[arg(value_name = "PAGE", required_unless_present = "new")]
        names: Vec<String>,
        /// Every page with an operation that its spec does not have.
        #[arg(long)]
        new: bool,
    },
}

/// Where the pages come from.
#[derive(Args)]
struct Sources {
    /// A checkout of the vendor's repository.
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    /// Clone the vendor's repository.
    #[arg(long, conflicts_with = "docs")]
    fetch: bool,
    /// A page that the checkout does not have: the saved web page of an API, or an older state of a page that the vendor
    /// has replaced. May be repeated.
    #[arg(long = "page", value_name = "API=FILE", value_parser = ExternalPage::parse)]
    external: Vec<ExternalPage>,
}

/// What is wrong with a command that does nothing without pages.
const NO_PAGES: &str = "no pages are named; add --docs DIR, --fetch or --page API=FILE";

impl Sources {
    fn open(self) -> anyhow::Result<Option<Pages>> {
        Pages::open(self.docs, self.fetch, self.external)
    }
}

fn main() -> ExitCode {
    xtask_cli::run(|Arguments { command }| match command {
        Docs::Drift { pages, api, format } => drift::run(api, pages.open()?.as_ref(), format),
        Docs::Lock {
            pages,
            api,
            revision,
            date,
        } => {
            let revision = Revision::new(revision, date.map(|date| date.to_string()));
            lock::command::run(api, &pages.open()?.context(NO_PAGES)?, &revision)
        }
        Docs::Scaffold { pages, names, new } => scaffold::run(&pages.open()?.context(NO_PAGES)?, &names, new),
    })
}
