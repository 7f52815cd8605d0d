//! The programs as processes against the sandbox. What they report is held against what the sandbox itself answers, read
//! by a loop that knows nothing of paging, retries or types.

mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use avepoint_sandbox::{ExportEnding, ExportPlan, Fault, Sandbox};
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use tools::{Result, run, run_with, text};

const ELEMENTS: &str = "/partner/external/v3";

/// Both programs for a task: with the clients, and on plain reqwest.
macro_rules! both {
    ($name:literal) => {
        [
            env!(concat!("CARGO_BIN_EXE_", $name)),
            env!(concat!("CARGO_BIN_EXE_plain_", $name)),
        ]
    };
}

const REFUSED: Fault = Fault::Status {
    status: 429,
    retry_after: Some(0),
};
const DOWN: Fault = Fault::Status {
    status: 503,
    retry_after: None,
};

/// What a program that fails writes to its error output.
async fn complaint(sandbox: &Sandbox, program: &str, arguments: &[&str]) -> Result<String> {
    let output = run(sandbox, program, arguments).await?;
    assert_eq!(output.status.code(), Some(1), "{program}: {output:?}");
    Ok(String::from_utf8(output.stderr)?)
}

/// The answer to one request with a token for everything.
async fn answer(sandbox: &Sandbox, request: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder) -> Result<Value> {
    let http = reqwest::Client::new();
    let token = http.post(format!("{}/connect/token", sandbox.identity_url()));
    let token = token.basic_auth(sandbox.client_id(), Some(sandbox.client_secret()));
    let token: Value = token
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await?
        .json()
        .await?;
    let token = token["access_token"].as_str().ok_or("no token")?;
    Ok(request(&http)
        .bearer_auth(token)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?)
}

/// As many rows of a list as it says that it has.
async fn rows(sandbox: &Sandbox, path: &str) -> Result<Vec<Value>> {
    let mut rows = Vec::new();
    for page in 1.. {
        let url = format!("{}{path}?pageIndex={page}&pageSize=100", sandbox.base_url());
        let answer = answer(sandbox, |http| http.post(&url).json(&json!({}))).await?;
        rows.extend(answer["data"].as_array().ok_or("no list")?.iter().cloned());
        if Some(rows.len() as u64) == answer["metadata"]["totalCount"].as_u64() {
            break;
        }
    }
    Ok(rows)
}

/// How often an operation was called, with which outcome.
fn statuses(sandbox: &Sandbox, operation: &str) -> Vec<Option<u16>> {
    let requests = sandbox.requests().into_iter();
    let requests = requests.filter(|request| request.operation == Some(operation));
    requests.map(|request| request.status).collect()
}

/// The customers and jobs that have failed so far, and are no scans.
async fn failed_jobs(sandbox: &Sandbox) -> Result<BTreeSet<(String, String)>> {
    let mut failed = BTreeSet::new();
    for customer in rows(sandbox, &format!("{ELEMENTS}/general/customers/batch")).await? {
        let id = customer["id"].as_str().ok_or("no id")?;
        let path = format!("{ELEMENTS}/general/customers/{id}/avpt-products/jobs/batch");
        for job in rows(sandbox, &path).await? {
            if [3, 7].map(Value::from).contains(&job["status"]) && ![0, 10].map(Value::from).contains(&job["jobType"]) {
                let name = |value: &Value| value.as_str().map(str::to_owned);
                failed.insert((
                    name(&customer["organization"]).ok_or("no name")?,
                    name(&job["jobId"]).ok_or("no id")?,
                ));
            }
        }
    }
    Ok(failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_failed_backups_are_listed_though_the_service_refuses_and_breaks() -> Result {
    let sandbox = Sandbox::builder().customers(8).start().await?;
    // Jobs go on while they are read, and what has failed stays so.
    let mut before = failed_jobs(&sandbox).await?;
    assert!(before.len() > 20, "{before:?}");
    for program in both!("failed_backups") {
        for fault in [REFUSED, DOWN, Fault::CutBefore] {
            sandbox.fail_next(fault);
        }
        let written = text(&sandbox, program, &[]).await?;
        let mut csv = csv::Reader::from_reader(written.as_bytes());
        assert_eq!(
            csv.headers()?,
            ["customer", "job", "service", "status", "started", "failed objects"].as_slice()
        );
        let mut listed = BTreeSet::new();
        for row in csv.records() {
            let row = row?;
            assert!(
                [
                    "Microsoft365",
                    "GoogleWorkspace",
                    "IaasPaas",
                    "Salesforce",
                    "Dynamics365"
                ]
                .contains(&&row[2])
            );
            assert!(["Failed", "FailedToStart"].contains(&&row[3]));
            assert!(row[4].starts_with("2026-"), "{row:?}");
            assert!(row[5].parse::<u32>().is_ok(), "{row:?}");
            assert!(listed.insert((row[0].to_owned(), row[1].to_owned())), "twice: {row:?}");
        }
        let after = failed_jobs(&sandbox).await?;
        assert!(before.is_subset(&listed) && listed.is_subset(&after), "{program}");
        before = after;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_told() -> Result {
    let down = Sandbox::builder().customers(1).fault(Fault::Status {
        status: 400,
        retry_after: None,
    });
    let down = down.start().await?;
    for program in [both!("failed_backups"), both!("reconcile_licences")].concat() {
        let complaint = complaint(&down, program, &[]).await?;
        assert!(
            complaint.starts_with("error: ") && complaint.contains("400"),
            "{complaint}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn licences_are_reconciled_to_the_last_seat() -> Result {
    let sandbox = Sandbox::builder().customers(120).start().await?;
    let mut expected = String::from("customer,service,seats,assigned,difference\n");
    for customer in rows(&sandbox, &format!("{ELEMENTS}/general/customers/services/batch")).await? {
        for product in customer["products"].as_array().ok_or("no products")? {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let seats = text(&product["purchasedUserSeats"]);
            if seats == "N/A" {
                continue;
            }
            let assigned = text(&product["microsoftLicenseAssigned"]);
            let difference = seats.parse::<i64>()? - assigned.parse::<i64>()?;
            let (customer, service) = (text(&customer["organization"]), text(&product["service"]));
            assert!(!(customer.clone() + &service).contains([',', '"']));
            expected += &format!("{customer},{service},{seats},{assigned},{difference}\n");
        }
    }
    assert!(expected.lines().count() > 120, "{expected}");
    for program in both!("reconcile_licences") {
        sandbox.fail_next(REFUSED);
        assert_eq!(text(&sandbox, program, &[]).await?, expected, "{program}");
    }
    Ok(())
}

const NORTHWIND: [&str; 4] = ["Northwind", "ines.moreau@northwind.example", "Ines", "Moreau"];

/// The ids of the customers with that name.
async fn northwinds(sandbox: &Sandbox) -> Result<Vec<String>> {
    let customers = rows(sandbox, &format!("{ELEMENTS}/general/customers/batch"))
        .await?
        .into_iter();
    let customers = customers.filter(|customer| customer["organization"] == "Northwind");
    Ok(customers
        .filter_map(|customer| customer["id"].as_str().map(str::to_owned))
        .collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_onboarded_once_however_often_it_is_asked_for() -> Result {
    for program in both!("onboard_and_subscribe") {
        let sandbox = Sandbox::builder().customers(3).start().await?;
        sandbox.fail_next(REFUSED);
        let first = text(&sandbox, program, &NORTHWIND).await?;
        let ids = northwinds(&sandbox).await?;
        let [id] = ids.as_slice() else {
            return Err(format!("{program}: {ids:?}").into());
        };
        assert_eq!(
            first,
            format!("Northwind is customer {id}\nBaselineManagement is on trial\n")
        );
        let services = rows(&sandbox, &format!("{ELEMENTS}/general/customers/services/batch")).await?;
        let services = services.iter().find(|customer| customer["customerId"] == **id);
        let products = services
            .and_then(|customer| customer["products"].as_array())
            .ok_or("no products")?;
        assert_eq!(products.len(), 1, "{products:?}");
        assert_eq!(products[0]["source"], "Trial");

        let second = text(&sandbox, program, &NORTHWIND).await?;
        assert_eq!(
            second,
            format!("Northwind is customer {id}\nBaselineManagement was there before\n")
        );
        assert_eq!(northwinds(&sandbox).await?, ids);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_that_may_have_been_onboarded_is_not_asked_for_again() -> Result {
    for program in both!("onboard_and_subscribe") {
        for (fault, carried_out) in [(Fault::CutAfter, true), (DOWN, false)] {
            let sandbox = Sandbox::builder().customers(3).start().await?;
            sandbox.fail_next(fault);
            let complaint = complaint(&sandbox, program, &NORTHWIND).await?;
            assert!(complaint.contains("may have been carried out"), "{complaint}");
            assert_eq!(statuses(&sandbox, "onboardCustomer").len(), 1, "{program}");
            assert_eq!(northwinds(&sandbox).await?.len(), usize::from(carried_out));
            // The next run finds out.
            let next = text(&sandbox, program, &NORTHWIND).await?;
            assert!(next.ends_with("BaselineManagement is on trial\n"), "{next}");
            assert_eq!(northwinds(&sandbox).await?.len(), 1);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_the_body_and_missing_arguments_are_told() -> Result {
    let sandbox = Sandbox::builder().customers(3).start().await?;
    for program in both!("onboard_and_subscribe") {
        let told = complaint(&sandbox, program, &["Northwind", "", "Ines", "Moreau"]).await?;
        assert!(told.contains("Northwind was not onboarded"), "{told}");
        let told = complaint(&sandbox, program, &["Northwind"]).await?;
        assert!(told.contains("usage: onboard_and_subscribe ORGANIZATION"), "{told}");
    }
    Ok(())
}

/// Who manages nobody yet.
const MANAGER: &str = "sofia.lindqvist@northwind.example";

/// A tenant, and fifty of its users.
struct Managers {
    customer: String,
    tenant: String,
    users: Vec<(String, String)>,
    pages: usize,
}

async fn managers(sandbox: &Sandbox) -> Result<Managers> {
    for customer in rows(sandbox, &format!("{ELEMENTS}/general/customers/batch")).await? {
        for tenant in customer["tenants"].as_array().ok_or("no tenants")? {
            let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("no text");
            let (customer, tenant) = (text(&customer["id"])?, text(&tenant["id"])?);
            let path = format!("{ELEMENTS}/um/customers/{customer}/tenants/{tenant}/users/batch");
            let all = rows(sandbox, &path).await?;
            if all.len() <= 50 {
                continue;
            }
            let pages = all.len().div_ceil(100);
            let mut users = Vec::new();
            for user in all {
                users.push((text(&user["userPrincipalName"])?, text(&user["id"])?));
            }
            users.truncate(50);
            return Ok(Managers {
                customer,
                tenant,
                users,
                pages,
            });
        }
    }
    Err("no tenant has so many users".into())
}

impl Managers {
    /// The file that names them, in a folder.
    fn file(&self, folder: &Path) -> Result<String> {
        let file = folder.join("managers.csv");
        let mut csv = csv::Writer::from_path(&file)?;
        csv.write_record(["user", "manager"])?;
        for (user, _) in &self.users {
            csv.write_record([user, MANAGER])?;
        }
        csv.flush()?;
        Ok(file.to_string_lossy().into_owned())
    }

    /// How many of the users have the manager.
    async fn set(&self, sandbox: &Sandbox) -> Result<usize> {
        let mut count = 0;
        for (_, user) in &self.users {
            let path = format!(
                "{ELEMENTS}/um/customers/{}/tenants/{}/users/{user}",
                self.customer, self.tenant
            );
            let url = format!("{}{path}", sandbox.base_url());
            count += usize::from(answer(sandbox, |http| http.get(&url)).await?["manager"] == *MANAGER);
        }
        Ok(count)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_fifty_changes_and_sends_none() -> Result {
    let sandbox = Sandbox::builder().customers(20).start().await?;
    let managers = managers(&sandbox).await?;
    let folder = tempfile::tempdir()?;
    let file = managers.file(folder.path())?;
    let (customer, tenant) = (&*managers.customer, &*managers.tenant);
    let mut expected = String::new();
    for (name, id) in &managers.users {
        let url =
            sandbox.base_url() + &format!("{ELEMENTS}/um/customers/{customer}/tenants/{tenant}/users/{id}/manager");
        expected += &format!("PUT {url}: the manager of {name} is {}\n", MANAGER);
    }
    for program in both!("set_managers") {
        assert_eq!(text(&sandbox, program, &[customer, tenant, &file]).await?, expected);
    }
    // One row that is wrong, and none is sent.
    for (row, says) in [
        (
            "nobody@nowhere.example,x".to_owned(),
            "the tenant has no user nobody@nowhere.example",
        ),
        (format!("{},{}", managers.users[0].0, "x".repeat(1025)), "1024"),
        ("three,columns,here".to_owned(), "CSV error"),
    ] {
        let wrong = folder.path().join("wrong.csv");
        std::fs::write(&wrong, std::fs::read_to_string(&file)? + &row + "\n")?;
        let wrong = wrong.to_string_lossy();
        for program in both!("set_managers") {
            let told = complaint(&sandbox, program, &[customer, tenant, &wrong, "--write"]).await?;
            assert!(told.contains(says), "{told}");
        }
    }
    for program in both!("set_managers") {
        let told = complaint(&sandbox, program, &[customer, tenant, "no-such-file.csv"]).await?;
        assert!(told.contains("no-such-file.csv"), "{told}");
    }
    assert_eq!(statuses(&sandbox, "updateUserManager"), []);
    assert_eq!(managers.set(&sandbox).await?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_managers_are_set_and_a_write_that_broke_is_told_and_not_repeated() -> Result {
    for program in both!("set_managers") {
        let sandbox = Sandbox::builder().customers(20).start().await?;
        let managers = managers(&sandbox).await?;
        let folder = tempfile::tempdir()?;
        let file = managers.file(folder.path())?;
        let arguments = [&*managers.customer, &managers.tenant, &file, "--write"];
        // The pages of users come late, and no harm is done; the first write is refused, the second breaks.
        let moment = Fault::Delay {
            least: Duration::ZERO,
            most: Duration::ZERO,
        };
        let faults = std::iter::repeat_n(moment, managers.pages).chain([REFUSED, Fault::CutBefore]);
        faults.for_each(|fault| sandbox.fail_next(fault));
        let output = run(&sandbox, program, &arguments).await?;
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let (told, written) = (String::from_utf8(output.stderr)?, String::from_utf8(output.stdout)?);
        assert!(written.ends_with("49 of 50 managers set\n"), "{written}");
        assert_eq!(told.lines().count(), 2, "{told}");
        assert!(told.contains("may have been carried out"), "{told}");
        assert!(told.ends_with("error: 1 managers not set\n"), "{told}");
        assert_eq!(managers.set(&sandbox).await?, 49);
        let writes = statuses(&sandbox, "updateUserManager");
        assert_eq!(writes.len(), 51, "{writes:?}");
        assert_eq!(writes.iter().filter(|status| **status == Some(204)).count(), 49);

        assert!(
            text(&sandbox, program, &arguments)
                .await?
                .ends_with("50 of 50 managers set\n")
        );
        assert_eq!(managers.set(&sandbox).await?, 50);
    }
    Ok(())
}

/// Addresses of 250 sites: those that there are, among others.
async fn sites(sandbox: &Sandbox) -> Result<(Vec<String>, BTreeSet<String>)> {
    let url = format!("{}/insights/sites/overview", sandbox.base_url());
    let answer = answer(sandbox, |http| http.post(&url).json(&json!({ "pageSize": 100 }))).await?;
    let found = answer["values"].as_array().ok_or("no sites")?;
    let found: BTreeSet<_> = found
        .iter()
        .filter_map(|site| site["siteUrl"].as_str().map(str::to_owned))
        .collect();
    let mut all: Vec<_> = found.iter().cloned().collect();
    all.extend((all.len()..250).map(|number| format!("https://northwind.example/sites/{number}")));
    // Each part of the report has some of both.
    let all = (0..250).map(|place| all[place * 7 % 250].clone()).collect();
    Ok((all, found))
}

/// All that stands in the cells of the workbooks of a report.
fn cells(report: &Path) -> Result<BTreeSet<String>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(report)?)?;
    let mut cells = BTreeSet::new();
    for number in 0..archive.len() {
        let mut bytes = Vec::new();
        std::io::copy(&mut archive.by_index(number)?, &mut bytes)?;
        let mut workbook = Xlsx::new(std::io::Cursor::new(bytes))?;
        for (_, sheet) in workbook.worksheets() {
            cells.extend(sheet.cells().filter_map(|(.., cell)| match cell {
                Data::String(text) => Some(text.clone()),
                _ => None,
            }));
        }
    }
    Ok(cells)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_on_250_sites_has_every_one_that_there_is() -> Result {
    let sandbox = Sandbox::builder().customers(3).start().await?;
    let (all, found) = sites(&sandbox).await?;
    assert!(found.len() > 10, "{found:?}");
    for program in both!("sharing_report") {
        let folder = tempfile::tempdir()?;
        let list = folder.path().join("sites.txt");
        std::fs::write(&list, all.join("\n") + "\n\n")?;
        let reports = folder.path().join("reports");
        let arguments = [&*list.to_string_lossy(), &*reports.to_string_lossy()];
        sandbox.fail_next(REFUSED);
        let so_far = sandbox.requests().len();
        let written = text(&sandbox, program, &arguments).await?;
        let mut asked = Vec::new();
        for request in sandbox.requests().split_off(so_far) {
            if request.operation == Some("exportSitePermissions") && request.status == Some(200) {
                asked.push(request.query.len());
            }
        }
        asked.sort_unstable();
        assert_eq!(asked, [50, 100, 100], "{program}");
        let mut expected = String::new();
        let mut reported = BTreeSet::new();
        for (number, count) in [(1, 100), (2, 100), (3, 50)] {
            let report = reports.join(format!("permissions-{number}.zip"));
            let bytes = std::fs::metadata(&report)?.len();
            expected += &format!("{}: {count} sites, {bytes} bytes\n", report.display());
            reported.append(&mut cells(&report)?);
        }
        assert_eq!(written, expected);
        assert!(found.is_subset(&reported), "{program}: {reported:?}");
        assert_eq!(std::fs::read_dir(&reports)?.count(), 3);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_report_that_fails_does_not_cost_the_others() -> Result {
    let sandbox = Sandbox::builder().customers(3).start().await?;
    let (all, _) = sites(&sandbox).await?;
    for program in both!("sharing_report") {
        let folder = tempfile::tempdir()?;
        let list = folder.path().join("sites.txt");
        std::fs::write(&list, all[..200].join("\n"))?;
        let reports = folder.path().join("reports");
        let arguments = [&*list.to_string_lossy(), &*reports.to_string_lossy()];
        sandbox.next_export(ExportPlan::default().ending(ExportEnding::Failed));
        let told = complaint(&sandbox, program, &arguments).await?;
        assert!(
            told.contains("fail") && told.ends_with("error: 100 sites have no report\n"),
            "{told}"
        );
        assert_eq!(std::fs::read_dir(&reports)?.count(), 1, "{program}");
    }
    Ok(())
}

/// How often each text is among these.
fn tally<'a>(texts: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut counts = BTreeMap::new();
    for value in texts {
        let name = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        *counts.entry(name).or_insert(0) += 1;
    }
    json!(counts)
}

/// With it the clients of other languages are compared, so every member is held against the sandbox here.
#[tokio::test(flavor = "multi_thread")]
async fn the_journey_tells_what_the_sandbox_has() -> Result {
    let sandbox = Sandbox::builder().customers(130).seed(7).start().await?;
    let customers = rows(&sandbox, &format!("{ELEMENTS}/general/customers/batch")).await?;
    let mut jobs = Vec::new();
    for customer in &customers[..40] {
        let id = customer["id"].as_str().ok_or("no id")?;
        let url = format!("{}/partner/customers/{id}/jobs", sandbox.base_url());
        let mut list = answer(&sandbox, |http| http.get(&url)).await?;
        jobs.append(list["value"].as_array_mut().ok_or("no list")?);
    }
    jobs.retain(|job| {
        job["endTime"]
            .as_str()
            .is_some_and(|time| time < "2026-11-02T08:00:00Z")
    });
    let tenant = format!(
        "{ELEMENTS}/um/customers/{}/tenants/{}",
        customers[0]["id"].as_str().ok_or("no id")?,
        customers[0]["tenants"][0]["id"].as_str().ok_or("no tenant")?,
    );
    let before = rows(&sandbox, &format!("{tenant}/users/batch")).await?.swap_remove(0);
    let id = before["id"].as_str().ok_or("no id")?;

    let folder = tempfile::tempdir()?;
    let pem = folder.path().join("app.pem");
    let certificate = sandbox.certificate()?;
    std::fs::write(&pem, certificate.pem() + &certificate.key_pem())?;
    let variables = [("AVEPOINT_CLIENT_CERTIFICATE_PATH", &*pem)];
    let output = run_with(&sandbox, env!("CARGO_BIN_EXE_journey"), &[], &variables).await?;
    assert!(output.status.success(), "{output:?}");
    let mut told: Value = serde_json::from_slice(&output.stdout)?;

    let files = told["export"]["files"].take();
    let names: Vec<_> = files
        .as_array()
        .ok_or("no files")?
        .iter()
        .map(|file| &file["name"])
        .collect();
    assert_eq!(names, ["Overview.xlsx", "archive.xlsx", "board.xlsx", "campaigns.xlsx"]);
    for file in files.as_array().ok_or("no files")? {
        assert!(file["bytes"].as_u64() > Some(100), "{file}");
        assert_eq!(file["sha256"].as_str().map(str::len), Some(64), "{file}");
    }
    let scopes = [
        "elements.customers.read.all",
        "elements.um.user.read.all",
        "elements.um.user.readwrite.all",
        "insights.graph.readwrite.all",
        "partner.jobs.read.all",
    ];
    let expected = json!({
        "tokens": {"secret": scopes, "assertion": scopes},
        "customers": {
            "count": 130,
            "pages": 2,
            "first": customers[0]["organization"],
            "last": customers[129]["organization"],
            "byManagementMode": tally(customers.iter().map(|customer| &customer["managementMode"])),
        },
        "jobs": {
            "customers": 40,
            "jobs": jobs.len(),
            "byState": tally(jobs.iter().map(|job| &job["status"])),
        },
        "user": {"id": id, "before": before["displayName"], "after": "Journey"},
        "export": {"status": 2, "files": null},
        "throttled": {
            "status": 429,
            "retryAfter": "1",
            "message": "The sandbox was told to refuse this request.",
            "then": 1,
        },
        "unknownCode": {"jobStatus": 9999, "managementMode": 9999},
        "nullMember": {"id": null, "organization": null, "tenants": null},
    });
    assert_eq!(told, expected);

    let url = format!("{}{tenant}/users/{id}", sandbox.base_url());
    let after = answer(&sandbox, |http| http.get(&url)).await?;
    assert_eq!(after["displayName"], "Journey");
    for member in ["firstName", "lastName", "jobTitle", "employeeId"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    Ok(())
}

/// The page for developers shows what the programs print, and how many lines they have.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_is() -> Result {
    let page = include_str!("../../../crates/README.md");
    let count = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/count")).output()?;
    assert!(count.status.success(), "{count:?}");
    let count = String::from_utf8(count.stdout)?;
    assert_eq!(count.lines().count(), 7, "{count}");
    let sandbox = Sandbox::builder().customers(3).start().await?;
    let licences = text(&sandbox, both!("reconcile_licences")[0], &[]).await?;
    let licences: String = licences.split_inclusive('\n').take(4).collect();
    let onboarded = text(&sandbox, both!("onboard_and_subscribe")[0], &NORTHWIND).await?;
    for shown in [count, licences, onboarded] {
        assert!(
            page.contains(&format!("\n{shown}")),
            "crates/README.md should have:\n{shown}"
        );
    }
    Ok(())
}
