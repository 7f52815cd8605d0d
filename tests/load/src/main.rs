//! Many calls at once, a long list and a large file: the clients in this process, the sandbox in another one.
//!
//! What is judged is that nothing fails, and how much memory each process has had at most, which must not grow with what is
//! asked. Times are shown, and judged by nobody.

mod memory;
mod service;

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, ensure};
use avepoint_auth::ClientSecretCredential;
use avepoint_elements_v3::core::{ApiClient, CallOptions, ClientBuilder, RetryPolicy};
use clap::{Parser, Subcommand};
use futures_util::{StreamExt, TryStreamExt, stream};
use service::Service;
use xtask_cli::{Outcome, counted, print};

const MIB: u64 = 1024 * 1024;

/// The largest pages that there are.
const PAGE: u32 = 100;

/// Load the clients and the sandbox, each in a process of its own.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    /// How many requests are sent.
    #[arg(long, default_value = "10000")]
    requests: NonZeroUsize,
    /// How many of them are under way at a time.
    #[arg(long, default_value = "50")]
    at_once: NonZeroUsize,
    /// How many customers there are, which are listed whole.
    #[arg(long, default_value = "50000")]
    customers: NonZeroUsize,
    /// How large the file of the export is at least, in MiB.
    #[arg(long, default_value = "1024", value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    export_mib: u64,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// Be the sandbox, until the input ends.
    #[command(hide = true)]
    Serve { customers: usize, export_size: u64 },
}

fn main() -> ExitCode {
    xtask_cli::run(|arguments: Arguments| {
        match arguments.role {
            Some(Role::Serve { customers, export_size }) => service::serve(customers, export_size)?,
            None => tokio::runtime::Runtime::new()
                .context("the system gives no threads")?
                .block_on(load(&arguments))?,
        }
        Ok(Outcome::Clean)
    })
}

async fn load(arguments: &Arguments) -> anyhow::Result<()> {
    let size = arguments.export_mib * MIB;
    let service = Service::start(arguments.customers.get(), size)?;
    let elements = client(&service)?;
    let insights = client(&service)?;

    let step = Step::begin(&service);
    call(&elements, arguments.requests.get(), arguments.at_once.get()).await?;
    step.end(&format!(
        "{}, {} at once, without an error",
        counted(arguments.requests.get(), "request"),
        arguments.at_once
    ))?;

    let step = Step::begin(&service);
    list(&elements, arguments.customers.get()).await?;
    step.end(&format!(
        "{}, each one once",
        counted(arguments.customers.get(), "customer")
    ))?;

    let step = Step::begin(&service);
    export(&insights, size).await?;
    step.end(&format!("{} MiB of an export, on the disk", arguments.export_mib))
}

/// A client that sends each call once, so that no error is hidden.
fn client<C: ApiClient>(service: &Service) -> anyhow::Result<C> {
    let credential = ClientSecretCredential::builder(service::CLIENT, service::SECRET).identity_url(&service.url);
    let client = ClientBuilder::default()
        .base_url(&service.url)
        .credential(credential.build()?)
        .options(CallOptions::default().retry(RetryPolicy::none()));
    Ok(client.build()?)
}

/// Asks for tenants, of which each answer must be the one that was asked for.
async fn call(client: &avepoint_elements_v3::Client, requests: usize, at_once: usize) -> anyhow::Result<()> {
    let customers = client.list_customers().page_size(PAGE).send().await?.into_inner().data;
    let mut tenants = Vec::new();
    for customer in customers {
        let id = customer.id.context("a customer came without an id")?;
        tenants.extend(customer.tenants.into_iter().map(|tenant| (id.clone(), tenant)));
    }
    ensure!(!tenants.is_empty(), "no customer has a tenant");
    let calls = stream::iter(tenants.iter().cycle().take(requests));
    let calls = calls.map(|(customer, tenant)| async move {
        let id = tenant.id.as_ref().context("a tenant came without an id")?;
        let answer = client.get_tenant().customer_id(customer).tenant_id(id).send().await?;
        let name = answer.into_inner().name;
        ensure!(name == tenant.name, "the answer to another request came");
        Ok(())
    });
    calls.buffer_unordered(at_once).try_collect().await
}

/// Reads the list of customers whole.
async fn list(client: &avepoint_elements_v3::Client, customers: usize) -> anyhow::Result<()> {
    let mut ids = HashSet::new();
    let mut list = client.list_customers().page_size(PAGE).stream();
    while let Some(customer) = list.try_next().await? {
        let id = customer.id.context("a customer came without an id")?;
        ensure!(ids.insert(id), "a customer came twice");
    }
    ensure!(ids.len() == customers, "of {customers} customers, {} came", ids.len());
    Ok(())
}

/// Has a report exported, and downloads it.
async fn export(client: &avepoint_insights::Client, size: u64) -> anyhow::Result<()> {
    let site = client.list_site_overviews().stream().try_next().await?;
    let site = site.and_then(|site| site.site_url).context("there is no site")?;
    let job = client.export_site_permissions().site_urls([site]).start().await?;
    let folder = tempfile::tempdir().context("there is no place for the file in the folder for temporary files")?;
    let path = folder.path().join("permissions.zip");
    let length = job.download_to(&path).await?;
    let on_disk = path.metadata()?.len();
    ensure!(
        length >= size && on_disk == length,
        "of {size} bytes, {length} came, and {on_disk} are on the disk"
    );
    Ok(())
}

/// A part of the load, with the memory that both processes take for it.
struct Step<'s> {
    service: &'s Service,
    begin: Instant,
}

impl<'s> Step<'s> {
    fn begin(service: &'s Service) -> Self {
        Self {
            service,
            begin: Instant::now(),
        }
    }

    fn end(self, what: &str) -> anyhow::Result<()> {
        let seconds = self.begin.elapsed().as_secs_f64();
        let mut line = format!("{seconds:7.2} s  {what}");
        let peaks = [
            ("clients", memory::peak(std::process::id())),
            ("sandbox", memory::peak(self.service.id())),
        ];
        for (name, peak) in peaks {
            match peak {
                Some(peak) => line += &format!("; {name} {} MiB", peak.div_ceil(MIB)),
                None => line += &format!("; {name}: the system does not tell the memory"),
            }
        }
        print(&(line + "\n"))?;
        for (name, peak) in peaks {
            memory::judge(name, peak)?;
        }
        Ok(())
    }
}
