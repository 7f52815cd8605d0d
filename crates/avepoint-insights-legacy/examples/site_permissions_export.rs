//! Exports the permissions in site collections through the Insights Web API.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… AVEPOINT_REGION=us cargo run -p avepoint-insights-legacy --example site_permissions_export -- \
//!     permissions.zip https://northwind.example/sites/finance
//! ```

// Every operation of this API is.
#![allow(deprecated)]

mod shared;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_insights_legacy::types::{ExportSitePermissionsRequest, ReportLanguage};

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [path, sites @ ..] = arguments.as_slice() else {
        return Err("usage: site_permissions_export REPORT.zip SITE-URL…".into());
    };
    let request = ExportSitePermissionsRequest::builder()
        .site_urls(sites)
        .language(ReportLanguage::English);

    let client = shared::client()?;
    let job = client.export_site_permissions().body(request).start().await?;
    println!("job {}", job.id());
    let length = job.download_to(path).await?;
    println!("{path}: {length} bytes");
    Ok(())
}
