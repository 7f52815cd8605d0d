//! The clients against the sandbox, which knows the specs and none of the clients.

use std::collections::BTreeMap;
use std::time::Duration;

use avepoint_auth::{ClientCertificate, ClientCertificateCredential, ClientSecretCredential};
use avepoint_core::{ApiClient, CallOptions, ClientBuilder, Error, Items, ResponseRecorder, RetryPolicy};
use avepoint_sandbox::{ExportPlan, Fault, Sandbox};
use avepoint_tests::client::{APIS, AnyClient, MakeClient};
use avepoint_tests::json::differences;
use avepoint_tests::specs::{Case, cases};
use serde_json::{Value, json};

/// A client of a sandbox, with a token for each operation by a certificate, that keeps the answers as they come.
struct Of<'s> {
    sandbox: &'s Sandbox,
    recorder: ResponseRecorder,
}

impl MakeClient for Of<'_> {
    fn make<C: ApiClient>(&self) -> Result<C, Error> {
        let options = CallOptions::default()
            .retry(RetryPolicy::none())
            .record_responses(&self.recorder);
        ClientBuilder::default()
            .base_url(self.sandbox.base_url())
            .credential(credential(self.sandbox))
            .options(options)
            .build()
    }
}

fn credential(sandbox: &Sandbox) -> ClientCertificateCredential {
    let certificate = sandbox.certificate().expect("a certificate");
    let pem = certificate.pem() + &certificate.key_pem();
    let certificate = ClientCertificate::from_pem(pem.as_bytes(), None).expect("a certificate with its key");
    let credential = ClientCertificateCredential::builder(sandbox.client_id(), certificate);
    credential
        .identity_url(sandbox.identity_url())
        .build()
        .expect("a credential")
}

/// What leads to the next page of a list, which in the examples is of no list of a world.
const TOKENS: [&str; 3] = ["nextlink", "skiptoken", "token"];

/// What has another name in each world: the member that holds it, in small letters, behind the name of an operation if it
/// is of that alone; the operation that tells it, and where in the answer. Each may need those before it.
const NAMES: [(&str, &str, &str, &str); 31] = [
    ("elements-v3", "customerid", "listCustomers", "/data/0/id"),
    ("elements-v3", "tenantid", "listCustomers", "/data/0/tenants/0/id"),
    (
        "elements-v3",
        "listBaselineJobs.jobid",
        "listBaselineJobs",
        "/data/0/jobId",
    ),
    ("elements-v3", "userid", "listUsers", "/data/0/id"),
    ("elements-v3", "jobid", "listJobs", "/data/1/jobId"),
    ("elements-v3", "scanprofileid", "listScanProfiles", "/data/0/profileId"),
    ("elements-v3", "profileid", "listStorageProfiles", "/data/0/id"),
    ("elements-v3", "baselineid", "listBaselines", "/data/0/baselineId"),
    ("elements-v3", "ruleid", "listRiskRules", "/result/0/ruleId"),
    ("elements-v3", "workflowid", "listRiskWorkflows", "/data/0/workflowId"),
    ("elements-v3", "licenseid", "listPooledLicenses", "/data/0/licenseId"),
    (
        "elements-v3",
        "resellerid",
        "listLicenseAllocations",
        "/data/0/resellerId",
    ),
    ("elements-legacy", "id", "listCustomers", "/value/0/id"),
    ("elements-legacy", "profileid", "listScanProfiles", "/value/0/profileId"),
    ("insights", "siteurl", "listSiteOverviews", "/values/0/siteUrl"),
    ("insights", "siteid", "getSiteId", "/values/0"),
    ("insights", "path", "listSiteDetailRecords", "/values/0/location"),
    ("insights", "objecturl", "listSiteDetailRecords", "/values/0/location"),
    ("insights", "id", "listSiteDetailRecords", "/values/0/id"),
    ("insights", "email", "listUsers", "/results/0/email"),
    ("insights", "groupid", "listGroups", "/values/0/groupId"),
    (
        "insights",
        "exportGoogleGroupPermissions.groupid",
        "listGroups",
        "/values/0/email",
    ),
    ("insights", "jobid", "exportSitePermissions", "/jobId"),
    ("insights-legacy", "siteurl", "listSiteOverviews", "/results/0/siteUrl"),
    ("insights-legacy", "siteid", "listSiteIds", "/results/0/siteId"),
    ("insights-legacy", "path", "listDetailRecords", "/results/0/location"),
    ("insights-legacy", "email", "listUserSummaries", "/results/0/email"),
    ("insights-legacy", "getExportJob.id", "exportSitePermissions", "/id"),
    (
        "insights-legacy",
        "downloadActivityExportJobFile.id",
        "exportActivities",
        "/id",
    ),
    ("insights-legacy", "getActivityExportJob.id", "exportActivities", "/id"),
    (
        "insights-legacy",
        "downloadExportJobFile.id",
        "exportSitePermissions",
        "/id",
    ),
];

/// The names of a world: a value for each member.
type Names = BTreeMap<&'static str, Value>;

/// The parameters of the examples, with the names of a world.
fn in_the_world(case: &Case, names: &Names) -> Value {
    let mut parameters = case.parameters.clone();
    rename(&mut parameters, &case.id, names);
    parameters
}

fn rename(value: &mut Value, operation: &str, names: &Names) {
    match value {
        Value::Object(members) => {
            members.retain(|member, _| !TOKENS.contains(&member.to_lowercase().as_str()));
            for (member, value) in members {
                let member = member.to_lowercase();
                let one = one_of(&member);
                let of_operation = format!("{operation}.{one}");
                match names.get(&*of_operation).or_else(|| names.get(one)) {
                    Some(name) if value.is_array() => *value = json!([name]),
                    Some(name) => name.clone_into(value),
                    // Those of the examples find nothing.
                    None if member == "filters" => *value = json!([]),
                    None => rename(value, operation, names),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| rename(entry, operation, names)),
        _ => {}
    }
}

/// What a list is one of: `customerids` are of `customerid`.
fn one_of(member: &str) -> &str {
    member.strip_suffix('s').unwrap_or(member)
}

/// Asks for the names of a world: without the lists of names that are not known yet.
async fn names(api: &str, client: &AnyClient, cases: &[Case]) -> Names {
    let mut names = Names::new();
    for (_, member, operation, pointer) in NAMES.iter().filter(|(of, ..)| *of == api) {
        let case = cases.iter().find(|case| case.id == *operation).expect("an operation");
        let mut parameters = in_the_world(case, &names);
        if let Some(body) = parameters.get_mut("body").and_then(Value::as_object_mut) {
            body.retain(|member, value| !value.is_array() || names.contains_key(one_of(&member.to_lowercase())));
        }
        let answer = client.call(operation, parameters).await.expect(operation);
        let name = answer
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{operation} gives no {member}: {answer}"));
        names.insert(member, name.clone());
    }
    names
}

#[tokio::test]
async fn every_operation_is_carried_out_and_its_answer_is_read_as_it_was_sent() {
    let mut problems = Vec::new();
    for api in APIS {
        let sandbox = Sandbox::builder().exports(ExportPlan::default().takes(Duration::ZERO));
        let sandbox = sandbox.start().await.expect("a sandbox");
        let of = Of {
            sandbox: &sandbox,
            recorder: ResponseRecorder::default(),
        };
        let client = AnyClient::made(api, &of).expect("a client");
        let cases = cases(api);
        let names = names(api, &client, &cases).await;
        for case in &cases {
            let mut problem = |what: String| problems.push(format!("{api} {}: {what}", case.id));
            of.recorder.take();
            let answer = match client.call(&case.id, in_the_world(case, &names)).await {
                Ok(answer) => answer,
                Err(error) => {
                    problem(error.to_string());
                    continue;
                }
            };
            match of.recorder.take().as_slice() {
                // A file is not kept; in base64 it begins as archives do.
                [] if case.is_file && answer.as_str().is_some_and(|file| file.starts_with("UEsDB")) => {}
                [sent] if sent.body.is_empty() => differences(&Value::Null, &answer).into_iter().for_each(&mut problem),
                [sent] => match serde_json::from_slice(&sent.body) {
                    Ok(sent) => differences(&sent, &answer).into_iter().for_each(&mut problem),
                    Err(error) => problem(error.to_string()),
                },
                other => problem(format!("{} answers came", other.len())),
            }
            let requests = sandbox.requests();
            let last = requests.last().expect("a request");
            if (last.api, last.operation, last.status) != (Some(*api), Some(&*case.id), Some(case.status)) {
                problem(format!("the sandbox carried out {last:?}"));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// All entries of a list, each of which is another one.
async fn whole<T: serde::Serialize + Send + Unpin + 'static>(list: Items<'_, T>) -> Vec<Value> {
    let entries = list.collect_all().await.expect("a whole list");
    let entries = entries
        .into_iter()
        .map(|entry| serde_json::to_value(entry).expect("JSON"));
    let entries: Vec<_> = entries.collect();
    let different: std::collections::BTreeSet<_> = entries.iter().map(Value::to_string).collect();
    assert_eq!(different.len(), entries.len());
    entries
}

/// Each way in which lists come: with numbers of pages and a total, with tokens in the query and in the body, with
/// numbers and no total, and on one page.
#[tokio::test]
async fn lists_come_whole_in_every_way_of_paging() {
    let sandbox = Sandbox::builder().customers(120).start().await.expect("a sandbox");
    let of = Of {
        sandbox: &sandbox,
        recorder: ResponseRecorder::default(),
    };
    let elements: avepoint_elements_v3::Client = of.make().expect("a client");
    let customers = whole(elements.list_customers().page_size(7).stream()).await;
    let ids: Vec<_> = customers
        .iter()
        .map(|customer| customer["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids, sandbox.world().customers());
    let records = |size| elements.list_audit_records().date("202610").page_size(size).stream();
    assert_eq!(whole(records(3)).await, whole(records(50)).await);

    let legacy: avepoint_elements_legacy::Client = of.make().expect("a client");
    assert_eq!(whole(legacy.list_customers().stream()).await.len(), 120);

    let insights: avepoint_insights::Client = of.make().expect("a client");
    let sites = |size| {
        let body = avepoint_insights::types::ListSiteOverviewsRequest::builder().page_size(size);
        insights.list_site_overviews().body(body).stream()
    };
    assert_eq!(whole(sites(2)).await, whole(sites(100)).await);
    let users = |size| insights.list_users().page_size(size).stream();
    assert_eq!(whole(users(9)).await, whole(users(100)).await);
}

/// A test of somebody who uses a client: the world has what the test needs, the service misbehaves as the test says, and
/// nothing of it waits for a real service or is shared with another test.
#[tokio::test]
async fn somebodys_own_test() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder().customers(0).start().await?;
    let customer = sandbox.world().add_customer("Northwind");
    let tenant = sandbox
        .world()
        .add_tenant(&customer, "Northwind France")
        .ok_or("there is no customer")?;
    let credential = ClientSecretCredential::builder(sandbox.client_id(), sandbox.client_secret())
        .identity_url(sandbox.identity_url())
        .build()?;
    let client = avepoint_elements_v3::Client::builder()
        .base_url(sandbox.base_url())
        .credential(credential)
        .build()?;

    // A read is repeated where the service asks for it.
    sandbox.fail_next(Fault::Status {
        status: 429,
        retry_after: Some(0),
    });
    let found = client
        .get_tenant()
        .customer_id(&*customer)
        .tenant_id(&*tenant)
        .send()
        .await?;
    assert_eq!(found.name.as_deref(), Some("Northwind France"));
    let requests = sandbox.requests();
    let calls = requests.iter().filter(|request| request.operation == Some("getTenant"));
    assert_eq!(
        calls.map(|call| call.status).collect::<Vec<_>>(),
        [Some(429), Some(200)]
    );
    Ok(())
}

/// What the README shows to teams of other languages, asked for as they do.
#[tokio::test]
async fn the_answers_in_the_readme_are_those_of_the_sandbox() -> Result<(), Box<dyn std::error::Error>> {
    let readme = include_str!("../../README.md");
    let sandbox = Sandbox::start().await?;
    assert!(readme.contains(&format!("AVEPOINT_CLIENT_ID='{}'", sandbox.client_id())));
    let client = reqwest::Client::new();
    let scope = [
        ("grant_type", "client_credentials"),
        ("scope", "elements.customers.read.all"),
    ];
    let token = client
        .post(format!("{}/connect/token", sandbox.identity_url()))
        .form(&scope);
    let token = token
        .basic_auth(sandbox.client_id(), Some(sandbox.client_secret()))
        .send()
        .await?;
    let token: Value = token.json().await?;
    let token = token["access_token"].as_str().ok_or("there is no token")?;
    for (size, status) in [(1, 200), (101, 400)] {
        let url = format!(
            "{}/partner/external/v3/general/customers/batch?pageSize={size}",
            sandbox.base_url()
        );
        let answer = client.post(url).bearer_auth(token).json(&json!({})).send().await?;
        assert_eq!(answer.status(), status);
        let answer = answer.text().await?;
        assert!(readme.lines().any(|line| line == answer), "{answer}");
    }
    Ok(())
}
