//! Writes reports on who may see the sites that a file lists, one address a line: a ZIP for each hundred of them.
//!
//! ```sh
//! cargo run -p avepoint-insights --example sharing_report -- sites.txt reports
//! ```

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use avepoint_auth::EnvironmentCredential;
use avepoint_insights::Client;
use avepoint_insights::avepoint_core::ExportOptions;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [list, folder] = arguments.as_slice() else {
        return Err("usage: sharing_report FILE-OF-SITES FOLDER".into());
    };
    let sites = fs::read_to_string(list).map_err(|error| format!("{list} cannot be read: {error}"))?;
    let sites: Vec<_> = sites.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    fs::create_dir_all(folder).map_err(|error| format!("{folder} cannot be created: {error}"))?;
    let credential = EnvironmentCredential::new()?;
    let client = Client::builder().environment()?.credential(credential).build()?;

    let parts = client
        .export_site_permissions()
        .site_urls(sites)
        .export_all(ExportOptions::default())
        .await?;
    let mut failed = 0;
    for (number, part) in (1..).zip(parts) {
        let path = Path::new(folder).join(format!("permissions-{number}.zip"));
        let outcome = match part.result {
            Ok(job) => job.download_to(&path).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(bytes) => println!("{}: {} sites, {bytes} bytes", path.display(), part.input.len()),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                failed += part.input.len();
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} sites have no report").into()),
    }
}
