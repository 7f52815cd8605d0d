//! Calls the reads of one API, and tells what the answers say that its spec does not know: for those who have credentials.
//!
//! Nothing is changed by it, and its report, which is meant to be passed on, holds places and counts but no value of an
//! answer. It ends with 0 if there are no differences, with 4 if there are, and with 1 if it could not find out.

use std::env;
use std::process::ExitCode;

use avepoint_auth::EnvironmentCredential;
use avepoint_core::{ApiClient, ClientBuilder, Error, ErrorKind, StaticToken};
use avepoint_tests::client::{AnyClient, MakeClient};
use avepoint_tests::wire::{Options, run};
use clap::{Parser, ValueEnum};
use xtask_cli::{Outcome, print};
use xtask_spec::api::Api;

#[derive(Parser)]
#[command(about)]
/// Call the reads of an API, and report what its spec does not know. Nothing is changed, and no value is shown.
struct Arguments {
    /// The API: the name of a folder in specs/.
    #[arg(value_parser = |name: &str| Api::parse(name).map_err(|error| error.to_string()))]
    api: &'static Api,
    /// How often each read is called, with other ids each time as far as there are any.
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    times: u16,
    /// The most calls in a second.
    #[arg(long, default_value = "2", value_parser = rate)]
    rate: f64,
    /// The most pages that are read of a list.
    #[arg(long, default_value = "3", value_parser = clap::value_parser!(u16).range(1..))]
    pages: u16,
    /// How many entries a page is asked to have; as many as the service likes unless set.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    page_size: Option<u16>,
    /// An id that no list has, such as `jobId=…`; may be repeated.
    #[arg(long = "id", value_name = "NAME=VALUE", value_parser = given)]
    ids: Vec<(String, String)>,
    /// How the report is written.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| (0.001..=1000.0).contains(rate));
    rate.ok_or_else(|| "a number from 0.001 to 1000".to_owned())
}

fn given(text: &str) -> Result<(String, String), String> {
    let parts = text
        .split_once('=')
        .filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = parts.ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn main() -> ExitCode {
    xtask_cli::run(|arguments: Arguments| {
        let Arguments { api, format, .. } = arguments;
        let client = AnyClient::made(api.name, &Environment)?;
        let options = Options {
            times: arguments.times.into(),
            rate: arguments.rate,
            pages: arguments.pages.into(),
            page_size: arguments.page_size.map(u64::from),
            given: arguments.ids,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(run(api, &client, &options))?;
        match format {
            Format::Text => print(&report.to_string())?,
            Format::Json => print(&format!("{}\n", serde_json::to_string_pretty(&report)?))?,
        }
        Ok(match report.findings.is_empty() {
            true => Outcome::Clean,
            false => Outcome::Differs,
        })
    })
}

/// By the variables of `avepoint-auth`, or else with the token of `AVEPOINT_ACCESS_TOKEN`; `AVEPOINT_REGION` says in which
/// region the service is, where it has any, and `AVEPOINT_BASE_URL` leads to another address.
struct Environment;

impl MakeClient for Environment {
    fn make<C: ApiClient>(&self) -> Result<C, Error> {
        let mut builder = ClientBuilder::default();
        builder = if variable("AVEPOINT_CLIENT_ID").is_some() {
            builder.credential(EnvironmentCredential::new()?)
        } else {
            let message = "AVEPOINT_CLIENT_ID must name an app, or AVEPOINT_ACCESS_TOKEN hold an access token";
            let token =
                variable("AVEPOINT_ACCESS_TOKEN").ok_or_else(|| Error::new(ErrorKind::Configuration, message))?;
            builder.credential(StaticToken::new(token))
        };
        if let Some(cloud) = variable("AVEPOINT_CLOUD") {
            builder = builder.cloud(cloud.parse()?);
        }
        if let Some(region) = variable("AVEPOINT_REGION") {
            builder = builder.region(region.parse()?);
        }
        if let Some(url) = variable("AVEPOINT_BASE_URL") {
            builder = builder.base_url(url);
        }
        builder.build().map_err(|error| {
            let message =
                format!("{error}; AVEPOINT_CLOUD, AVEPOINT_REGION and AVEPOINT_BASE_URL say where the service is");
            Error::new(ErrorKind::Configuration, message)
        })
    }
}

/// A variable that is set; an empty one counts as not set, as for the credential.
fn variable(name: &str) -> Option<String> {
    let value = env::var(name).ok()?.trim().to_owned();
    Some(value).filter(|value| !value.is_empty())
}
