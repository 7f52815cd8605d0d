//! Exports the permissions of any number of sites into a folder, a report for each hundred.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… AVEPOINT_REGION=us cargo run -p avepoint-insights --example export_site_permissions -- \
//!     sites.txt reports
//! ```
//!
//! The first file has the address of a site on each line.

mod shared;

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use avepoint_insights::avepoint_core::{ExportEvent, ExportOptions};

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [list, folder] = arguments.as_slice() else {
        return Err("usage: export_site_permissions FILE-OF-SITES FOLDER".into());
    };
    let text = std::fs::read_to_string(list).map_err(|error| format!("{list} cannot be read: {error}"))?;
    let sites: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    std::fs::create_dir_all(folder).map_err(|error| format!("{folder} cannot be created: {error}"))?;

    let client = shared::client()?;
    let options = ExportOptions::default().on_event(|event| match event {
        // The id leads back to the job, should this process end before it.
        ExportEvent::Started { job, .. } => eprintln!("job {job}: started"),
        ExportEvent::Refused { pause, .. } => eprintln!("too many jobs: next attempt in {} seconds", pause.as_secs()),
        _ => {}
    });
    let parts = client
        .export_site_permissions()
        .site_urls(sites)
        .export_all(options)
        .await?;

    // One part that failed does not cost the others.
    let mut failed = 0;
    for (number, part) in (1..).zip(parts) {
        let path = Path::new(folder).join(format!("permissions-{number}.zip"));
        let outcome = match part.result {
            Ok(job) => job.download_to(&path).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(length) => println!("{}: {} sites, {length} bytes", path.display(), part.input.len()),
            Err(error) => {
                failed += part.input.len();
                eprintln!("part {number}: {error}");
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} sites have no report").into()),
    }
}
