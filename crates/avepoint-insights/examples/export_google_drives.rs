//! Exports the permissions of Google drives, and shows how far the job has come.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… AVEPOINT_REGION=gcp-us cargo run -p avepoint-insights --example export_google_drives -- \
//!     drives.zip 0AExampleDrive ines.moreau@northwind.example
//! ```

mod shared;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_insights::avepoint_core::{ExportEvent, ExportOptions};
use avepoint_insights::types::GoogleDriveId;

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [path, drives @ ..] = arguments.as_slice() else {
        return Err("usage: export_google_drives REPORT.zip DRIVE…".into());
    };
    let drives = drives
        .iter()
        .map(GoogleDriveId::try_from)
        .collect::<Result<Vec<_>, _>>()?;

    let client = shared::client()?;
    let options = ExportOptions::default().on_event(|event| match event {
        ExportEvent::Status { job, status, .. } => eprintln!("job {job}: {:?}", status.state),
        ExportEvent::Downloaded {
            bytes,
            total: Some(total),
            ..
        } => eprint!("\r{bytes} of {total} bytes"),
        ExportEvent::Downloaded { bytes, .. } => eprint!("\r{bytes} bytes"),
        _ => {}
    });
    let job = client
        .export_google_drive_permissions()
        .drive_ids(drives)
        .start_with(options)
        .await?;
    println!("job {}", job.id());
    let length = job.download_to(path).await?;
    println!("\n{path}: {length} bytes");
    Ok(())
}
