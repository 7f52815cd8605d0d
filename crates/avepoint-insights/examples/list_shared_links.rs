//! Lists the sharing links of a site, of all types.
//!
//! ```sh
//! AVEPOINT_ACCESS_TOKEN=… AVEPOINT_REGION=us cargo run -p avepoint-insights --example list_shared_links -- \
//!     https://northwind.example/sites/finance
//! ```

mod shared;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use avepoint_insights::avepoint_core::OpenEnum;
use avepoint_insights::types::{ListSharingLinksRequest, SharingLinkType};

#[tokio::main]
async fn main() -> ExitCode {
    shared::exit(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let Some(site) = env::args().nth(1) else {
        return Err("usage: list_shared_links SITE-URL".into());
    };
    let client = shared::client()?;
    for link_type in SharingLinkType::KNOWN {
        println!("{}", link_type.description().unwrap_or("Links of another type"));
        let request = ListSharingLinksRequest::builder()
            .site_url(&site)
            .link_type(link_type.clone())
            .page_size(100);
        let mut links = client.list_sharing_links().body(request).stream();
        while let Some(link) = links.try_next().await? {
            // Every field of a response may be missing.
            let permission = link.permission.as_deref().unwrap_or("?");
            println!(
                "  {permission}: {}",
                link.object_url.as_deref().unwrap_or("(no address)")
            );
        }
    }
    Ok(())
}
