//! What `cargo xtask demo` runs: the clients once against the sandbox, with a timeline of what they do.

mod report;
mod timeline;

use std::process::ExitCode;

use anyhow::{Context, ensure};
use avepoint_auth::{ClientCertificate, ClientCertificateCredential};
use avepoint_elements_v3::avepoint_core::{Credential, Operation};
use avepoint_elements_v3::types::{Customer, CustomerId, JobStatus, TenantId, UpdateUserGeneralRequest, User};
use avepoint_elements_v3::{Client, operations};
use avepoint_insights::avepoint_core::{ExportEvent, ExportOptions};
use avepoint_sandbox::{Fault, Sandbox};
use clap::Parser;
use futures_util::{StreamExt, TryStreamExt, stream};
use timeline::Timeline;
use xtask_cli::{Outcome, counted};

/// How many customers there are, on how large pages they come, and the jobs of how many are read at the same time.
const CUSTOMERS: usize = 120;
const PAGE: u32 = 50;
const AT_ONCE: usize = 8;

/// What the user is from now on.
const JOB_TITLE: &str = "Head of Logistics";

/// For how long the service asks to be left alone, in seconds.
const RETRY_AFTER: u64 = 1;

/// Run the clients once against the sandbox: nothing to configure, no network.
#[derive(Parser)]
#[command(name = "demo", bin_name = "xtask demo")]
struct Arguments {}

fn main() -> ExitCode {
    xtask_cli::run(|Arguments {}| {
        let runtime = tokio::runtime::Runtime::new().context("the system gives no threads")?;
        runtime.block_on(demo())?;
        Ok(Outcome::Clean)
    })
}

async fn demo() -> anyhow::Result<()> {
    let mut timeline = Timeline::new();

    let bar = timeline.begin("the sandbox starts", None);
    let sandbox = Sandbox::builder().customers(CUSTOMERS).start().await?;
    timeline.end(&bar, "a sandbox serves the identity service and all APIs on loopback")?;

    let bar = timeline.begin("a certificate is made", None);
    let credential = credential(&sandbox)?;
    timeline.end(&bar, "an app has a certificate, made for this run")?;

    let operation = &operations::LIST_CUSTOMERS;
    credential.token(operation).await?;
    let scope = operation.scope();
    timeline.end(
        &bar,
        &format!("a token for {scope}, by an assertion signed with the key"),
    )?;

    let client = Client::builder()
        .base_url(sandbox.base_url())
        .credential(credential.clone())
        .build()?;
    let customers = list_customers(&mut timeline, &sandbox, &client).await?;
    read_jobs(&mut timeline, &client, &customers).await?;
    update_user(&mut timeline, &client, &customers).await?;
    wait_out_a_429(&mut timeline, &sandbox, &client, &customers).await?;

    let insights = avepoint_insights::Client::builder()
        .base_url(sandbox.base_url())
        .credential(credential)
        .build()?;
    export(&mut timeline, &insights).await?;
    timeline.finish()
}

/// The credential of the app that every sandbox has, by its certificate.
fn credential(sandbox: &Sandbox) -> anyhow::Result<ClientCertificateCredential> {
    let certificate = sandbox.certificate()?;
    let pem = certificate.pem() + &certificate.key_pem();
    let certificate = ClientCertificate::from_pem(pem.as_bytes(), None)?;
    let credential = ClientCertificateCredential::builder(sandbox.client_id(), certificate);
    Ok(credential.identity_url(sandbox.identity_url()).build()?)
}

/// The statuses of the answers to an operation so far.
fn answers(sandbox: &Sandbox, operation: &Operation) -> Vec<u16> {
    let requests = sandbox.requests().into_iter();
    let requests = requests.filter(|request| request.operation == Some(operation.id));
    requests.filter_map(|request| request.status).collect()
}

async fn list_customers(
    timeline: &mut Timeline,
    sandbox: &Sandbox,
    client: &Client,
) -> anyhow::Result<Vec<(CustomerId, Customer)>> {
    let bar = timeline.begin("customers are read", None);
    let customers: Vec<_> = client.list_customers().page_size(PAGE).stream().try_collect().await?;
    let pages = answers(sandbox, &operations::LIST_CUSTOMERS).len();
    let outcome = format!(
        "{}, streamed from {}",
        counted(customers.len(), "customer"),
        counted(pages, "page")
    );
    timeline.end(&bar, &outcome)?;
    let with_id = |customer: Customer| {
        let id = customer.id.clone().context("a customer came without an id")?;
        Ok((id, customer))
    };
    customers.into_iter().map(with_id).collect()
}

async fn read_jobs(
    timeline: &mut Timeline,
    client: &Client,
    customers: &[(CustomerId, Customer)],
) -> anyhow::Result<()> {
    let bar = timeline.begin("jobs are read", Some(customers.len()));
    let mut all = stream::iter(customers)
        .map(|(id, _)| client.list_jobs().customer_id(id).page_size(100).stream().collect_all())
        .buffer_unordered(AT_ONCE);
    let (mut count, mut failed) = (0, 0);
    while let Some(jobs) = all.try_next().await? {
        count += jobs.len();
        failed += jobs.iter().filter(|job| job.status == Some(JobStatus::Failed)).count();
        bar.inc(1);
    }
    let customers = counted(customers.len(), "customer");
    let jobs = counted(count, "job");
    timeline.end(
        &bar,
        &format!("{jobs} of {customers}, {AT_ONCE} customers at once; {failed} have failed"),
    )
}

/// The first user there is, and where.
async fn find_user(
    client: &Client,
    customers: &[(CustomerId, Customer)],
) -> anyhow::Result<(CustomerId, TenantId, User)> {
    for (customer, details) in customers {
        for tenant in details.tenants.iter().filter_map(|tenant| tenant.id.as_ref()) {
            let mut users = client.list_users().customer_id(customer).tenant_id(tenant).stream();
            if let Some(user) = users.try_next().await? {
                return Ok((customer.clone(), tenant.clone(), user));
            }
        }
    }
    anyhow::bail!("no customer has a user")
}

async fn update_user(
    timeline: &mut Timeline,
    client: &Client,
    customers: &[(CustomerId, Customer)],
) -> anyhow::Result<()> {
    let bar = timeline.begin("a user is updated", None);
    let (customer, tenant, user) = find_user(client, customers).await?;
    let id = user.id.context("a user came without an id")?;
    let was = user.job_title.unwrap_or_default();
    // This write replaces all five members, so four of them are sent back unchanged.
    let body = UpdateUserGeneralRequest::builder()
        .display_name(user.display_name.clone().unwrap_or_default())
        .first_name(user.first_name.unwrap_or_default())
        .last_name(user.last_name.unwrap_or_default())
        .employee_id(user.employee_id.unwrap_or_default())
        .job_title(JOB_TITLE);
    let update = client.update_user_general().customer_id(&customer).tenant_id(&tenant);
    update.user_id(&id).body(body).send().await?;
    let read = client.get_user().customer_id(&customer).tenant_id(&tenant).user_id(&id);
    let title = read.send().await?.into_inner().job_title;
    ensure!(
        title.as_deref() == Some(JOB_TITLE),
        "the user was updated, and is as before"
    );
    let name = user.display_name.unwrap_or_default();
    timeline.end(
        &bar,
        &format!("{name} was \"{was}\", and reads \"{JOB_TITLE}\" after an update"),
    )
}

async fn wait_out_a_429(
    timeline: &mut Timeline,
    sandbox: &Sandbox,
    client: &Client,
    customers: &[(CustomerId, Customer)],
) -> anyhow::Result<()> {
    let bar = timeline.begin("the service asks to wait", None);
    let (id, customer) = customers.first().context("there is no customer")?;
    let tenants = customer.tenants.iter().filter_map(|tenant| tenant.id.as_ref());
    let tenant = tenants.into_iter().next().context("the customer has no tenant")?;
    sandbox.fail_next(Fault::Status {
        status: 429,
        retry_after: Some(RETRY_AFTER),
    });
    client.get_tenant().customer_id(id).tenant_id(tenant).send().await?;
    let statuses = answers(sandbox, &operations::GET_TENANT);
    ensure!(statuses == [429, 200], "the call was not repeated once: {statuses:?}");
    timeline.end(
        &bar,
        &format!("429 with Retry-After: {RETRY_AFTER}, waited out: the same call got 200"),
    )
}

async fn export(timeline: &mut Timeline, insights: &avepoint_insights::Client) -> anyhow::Result<()> {
    let bar = timeline.begin("a report is exported", None);
    let sites: Vec<_> = insights.list_site_overviews().stream().take(3).try_collect().await?;
    let sites: Vec<_> = sites.into_iter().filter_map(|site| site.site_url).collect();
    let count = sites.len();
    let options = ExportOptions::default().on_event({
        let bar = bar.clone();
        move |event| match event {
            ExportEvent::Started { job, .. } => bar.set_message(format!("job {job} runs")),
            ExportEvent::Downloaded { bytes, .. } => bar.set_message(format!("{bytes} bytes have come")),
            _ => {}
        }
    });
    let job = insights
        .export_site_permissions()
        .site_urls(sites)
        .start_with(options)
        .await?;
    let folder = tempfile::tempdir().context("there is no place for the report in the folder for temporary files")?;
    let path = folder.path().join("permissions.zip");
    job.download_to(&path).await?;
    let outcome = format!(
        "export job {}: a ZIP on the permissions of {}",
        job.id(),
        counted(count, "site")
    );
    timeline.end(&bar, &outcome)?;
    for workbook in report::workbooks(&path)? {
        timeline.detail(&format!("{}: {}", workbook.name, workbook.sheets.join(", ")))?;
    }
    Ok(())
}
