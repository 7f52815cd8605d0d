//! The journey that the clients of all languages make against the sandbox: `tests/languages/JOURNEY.md` says it step by
//! step. Prints one JSON document, with which those of the other languages are compared.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{Cursor, Read};
use std::process::ExitCode;

use avepoint_auth::{ClientCertificate, ClientCertificateCredential, ClientSecretCredential};
use avepoint_elements_v3::avepoint_core::{CallOptions, Credential, RetryPolicy};
use avepoint_elements_v3::types::{Customer, UpdateUserGeneralRequest};
use avepoint_elements_v3::{Client, operations};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

type Result<T = Value> = std::result::Result<T, Box<dyn Error>>;

/// What the operations of the journey need.
const SCOPES: [&str; 5] = [
    "elements.customers.read.all",
    "elements.um.user.read.all",
    "elements.um.user.readwrite.all",
    "insights.graph.readwrite.all",
    "partner.jobs.read.all",
];

/// When the world of the sandbox begins: what has ended before is the same for every run.
const BEGINNING: &str = "2026-11-02T08:00:00Z";

#[tokio::main]
async fn main() -> ExitCode {
    match journey().await {
        Ok(document) => {
            println!("{document}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn journey() -> Result {
    let secret = ClientSecretCredential::builder(variable("CLIENT_ID")?, variable("CLIENT_SECRET")?)
        .identity_url(variable("IDENTITY_URL")?)
        .scopes(SCOPES)
        .build()?;
    let certificate = ClientCertificate::from_file(variable("CLIENT_CERTIFICATE_PATH")?, None)?;
    let assertion = ClientCertificateCredential::builder(variable("CLIENT_ID")?, certificate)
        .identity_url(variable("IDENTITY_URL")?)
        .scopes(SCOPES)
        .build()?;

    let client = Client::builder().environment()?.credential(assertion.clone()).build()?;
    let legacy = avepoint_elements_legacy::Client::builder()
        .environment()?
        .credential(assertion.clone())
        .build()?;
    let insights = avepoint_insights::Client::builder()
        .environment()?
        .credential(assertion.clone())
        .build()?;

    let tokens = json!({"secret": granted(&secret).await?, "assertion": granted(&assertion).await?});
    let (customers, counted) = customers(&client).await?;
    Ok(json!({
        "tokens": tokens,
        "customers": counted,
        "jobs": jobs(&legacy, &customers).await?,
        "user": user(&client, &customers).await?,
        "export": export(&insights).await?,
        "throttled": throttled(&client).await?,
        "unknownCode": first(&client, "codes=unknown", ["jobStatus", "managementMode"]).await?,
        "nullMember": first(&client, "members=null", ["id", "organization", "tenants"]).await?,
    }))
}

fn variable(name: &str) -> Result<String> {
    let name = format!("AVEPOINT_{name}");
    env::var(&name).map_err(|_| format!("{name} is missing: the journey needs it").into())
}

/// The scopes of a token. Credentials do not tell them, so they are read from the token, which is a JWT.
async fn granted(credential: &dyn Credential) -> Result<Vec<String>> {
    let token = credential.token(&operations::LIST_CUSTOMERS).await?;
    let claims = token.expose().split('.').nth(1).ok_or("the token is no JWT")?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    let mut scopes: Vec<String> = serde_json::from_value(claims["scope"].clone())?;
    scopes.sort();
    Ok(scopes)
}

async fn customers(client: &Client) -> Result<(Vec<Customer>, Value)> {
    let mut pages = client.list_customers().page_size(100).pages();
    let (mut customers, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.try_next().await? {
        customers.extend(page.items);
        count += 1;
    }
    let organization = |customer: Option<&Customer>| customer.and_then(|customer| customer.organization.clone());
    let modes = customers
        .iter()
        .filter_map(|customer| customer.management_mode.as_ref());
    let counted = json!({
        "count": customers.len(),
        "pages": count,
        "first": organization(customers.first()),
        "last": organization(customers.last()),
        "byManagementMode": tally(modes.map(|mode| json!(mode).to_string())),
    });
    Ok((customers, counted))
}

fn tally(names: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

async fn jobs(legacy: &avepoint_elements_legacy::Client, customers: &[Customer]) -> Result {
    let ids: Vec<_> = customers
        .iter()
        .take(40)
        .filter_map(|customer| customer.id.clone())
        .collect();
    let lists: Vec<_> = stream::iter(&ids)
        .map(|id| legacy.list_backup_jobs().id(id.as_str()).stream().collect_all())
        .buffer_unordered(8)
        .try_collect()
        .await?;
    let ended = lists
        .into_iter()
        .flatten()
        .filter(|job| job.end_time.as_ref().is_some_and(|time| time.as_str() < BEGINNING));
    let states = tally(ended.filter_map(|job| job.status));
    Ok(json!({"customers": ids.len(), "jobs": states.values().sum::<usize>(), "byState": states}))
}

async fn user(client: &Client, customers: &[Customer]) -> Result {
    let customer = customers.first().ok_or("there is no customer")?;
    let tenant = customer
        .tenants
        .iter()
        .next()
        .ok_or("the first customer has no tenant")?;
    let (customer, tenant) = (
        customer.id.as_ref().ok_or("the first customer has no id")?,
        tenant.id.as_ref().ok_or("the first tenant has no id")?,
    );
    let users = client
        .list_users()
        .customer_id(customer)
        .tenant_id(tenant)
        .page_size(1)
        .send()
        .await?;
    let user = users
        .data
        .iter()
        .next()
        .cloned()
        .ok_or("the first tenant has no user")?;
    let id = user.id.as_ref().ok_or("the first user has no id")?;
    let body = UpdateUserGeneralRequest::builder()
        .first_name(user.first_name.unwrap_or_default())
        .last_name(user.last_name.unwrap_or_default())
        .display_name("Journey")
        .job_title(user.job_title.unwrap_or_default())
        .employee_id(user.employee_id.unwrap_or_default());
    let update = client.update_user_general().customer_id(customer).tenant_id(tenant);
    update.user_id(id).body(body).send().await?;
    let read = client
        .get_user()
        .customer_id(customer)
        .tenant_id(tenant)
        .user_id(id)
        .send()
        .await?;
    Ok(json!({"id": id, "before": user.display_name, "after": read.display_name}))
}

async fn export(insights: &avepoint_insights::Client) -> Result {
    let sites = insights
        .list_site_overviews()
        .body_map(|body| body.page_size(3))
        .send()
        .await?;
    let sites: Vec<_> = sites.values.iter().filter_map(|site| site.site_url.clone()).collect();
    let started = insights.export_site_permissions().site_urls(sites).send().await?;
    let job = started.job_id.as_ref().ok_or("the export has no job")?;
    let status = loop {
        control("time", json!({"advanceSeconds": 60})).await?;
        let status = json!(insights.get_export_job_status().job_id(job).send().await?.job_status);
        if status != 1 {
            break status;
        }
    };
    let mut file = insights
        .download_export_job_file()
        .job_id(job)
        .send()
        .await?
        .into_inner();
    let mut bytes = Vec::new();
    while let Some(piece) = file.try_next().await? {
        bytes.extend(piece);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let name = archive.by_index(index)?.name()?.into_owned();
        let mut workbook = ZipArchive::new(Cursor::new(entry(&mut archive, &name)?))?;
        let texts = entry(&mut workbook, "xl/sharedStrings.xml")?;
        let sum: String = Sha256::digest(&texts)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        files.insert(name.clone(), json!({"name": name, "bytes": texts.len(), "sha256": sum}));
    }
    Ok(json!({"status": status, "files": files.into_values().collect::<Vec<_>>()}))
}

fn entry(archive: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    archive.by_name(name)?.read_to_end(&mut content)?;
    Ok(content)
}

async fn throttled(client: &Client) -> Result {
    let once = CallOptions::default().retry(RetryPolicy::none());
    control("faults", json!({"next": ["status=429,retry-after=1"]})).await?;
    let refused = client.list_customers().page_size(1).options(once).send().await;
    let error = refused.err().ok_or("the call was not refused")?;
    // The client itself now waits until the service takes calls again.
    let then = client.list_customers().page_size(1).send().await?;
    Ok(json!({
        "status": error.status().map(|status| status.as_u16()),
        "retryAfter": error.retry_after().map(|time| time.as_secs().to_string()),
        "message": error.message(),
        "then": then.data.len(),
    }))
}

/// Some members of the first customer in an answer that has met a fault.
async fn first<const N: usize>(client: &Client, fault: &str, members: [&str; N]) -> Result {
    control("faults", json!({"next": [fault]})).await?;
    let page = client.list_customers().page_size(1).send().await?;
    let customer = json!(page.data.iter().next().ok_or("the page is empty")?);
    let members = members.map(|member| (member.to_owned(), customer[member].clone()));
    Ok(Map::from_iter(members).into())
}

/// Tells the sandbox what is to happen next.
async fn control(what: &str, body: Value) -> Result<()> {
    let url = format!("{}/_sandbox/{what}", variable("BASE_URL")?);
    reqwest::Client::new()
        .post(url)
        .json(&body)
        .send()
        .await?
        .error_for_status()?;
    Ok(())
}
