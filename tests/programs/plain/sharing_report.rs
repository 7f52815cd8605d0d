//! Writes reports on who may see the sites that a file lists, one address a line: a ZIP for each hundred of them.

mod service;

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::Value;
use service::{Kind, Service};
use tokio::io::AsyncWriteExt;

const SCOPE: &str = "insights.graph.readwrite.all";

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
    let mut service = Service::from_environment()?;

    let mut failed = 0;
    // The service takes a hundred addresses, and runs five jobs at once: here it is one after the other.
    for (number, part) in (1..).zip(sites.chunks(100)) {
        let path = Path::new(folder).join(format!("permissions-{number}.zip"));
        match report(&mut service, part, &path).await {
            Ok(bytes) => println!("{}: {} sites, {bytes} bytes", path.display(), part.len()),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                failed += part.len();
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} sites have no report").into()),
    }
}

/// Starts a job, waits for it and downloads its file.
async fn report(service: &mut Service, sites: &[&str], path: &Path) -> Result<u64, String> {
    let url = service.url("/insights/sites/permission/export");
    let query: Vec<_> = sites.iter().map(|site| ("siteUrls", site)).collect();
    let request = |http: &reqwest::Client| http.get(&url).query(&query);
    let started = checked(service.json(Kind::Write, SCOPE, request).await?)?;
    let job = match &started["jobId"] {
        Value::String(job) => job.clone(),
        Value::Number(job) => job.to_string(),
        _ => return Err("the job was started, and came without an id".to_owned()),
    };
    wait(service, &job)
        .await
        .map_err(|error| format!("job {job}: {error}"))?;
    download(service, &job, path)
        .await
        .map_err(|error| format!("job {job}: {error}"))
}

async fn wait(service: &mut Service, job: &str) -> Result<(), String> {
    let url = service.url(&format!("/insights/job/{job}/exportstatus"));
    let deadline = Instant::now() + Duration::from_secs(3600);
    let mut pause = Duration::from_secs(2);
    while Instant::now() < deadline {
        tokio::time::sleep(pause).await;
        let answer = checked(service.json(Kind::Read, SCOPE, |http| http.get(&url)).await?)?;
        match answer["jobStatus"].as_i64() {
            // Finished, with exceptions or without.
            Some(2 | 4) => return Ok(()),
            Some(3) => return Err("it failed".to_owned()),
            Some(6) => return Err("it was stopped".to_owned()),
            _ => pause = (pause * 2).min(Duration::from_secs(30)),
        }
    }
    Err("it still runs after an hour".to_owned())
}

/// Writes the file under another name, and renames it when it is whole.
async fn download(service: &mut Service, job: &str, path: &Path) -> Result<u64, String> {
    if path.exists() {
        return Err("there is a file already".to_owned());
    }
    let url = service.url(&format!("/insights/job/{job}/exportfile"));
    let response = service.send(Kind::Read, SCOPE, |http| http.get(&url)).await?;
    let part = path.with_extension("part");
    let outcome = save(response, &part).await;
    if outcome.is_ok() {
        tokio::fs::rename(&part, path)
            .await
            .map_err(|error| error.to_string())?;
    } else {
        let _ = tokio::fs::remove_file(&part).await;
    }
    outcome
}

async fn save(mut response: reqwest::Response, path: &Path) -> Result<u64, String> {
    let mut file = tokio::fs::File::create(path).await.map_err(|error| error.to_string())?;
    let mut bytes = 0;
    let mut begins = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.to_string())? {
        if begins.len() < 2 {
            begins.extend_from_slice(&chunk);
        }
        file.write_all(&chunk).await.map_err(|error| error.to_string())?;
        bytes += chunk.len() as u64;
    }
    if !begins.starts_with(b"PK") {
        return Err("the file is no ZIP archive".to_owned());
    }
    file.sync_all().await.map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// A 200 may carry a failure in its body.
fn checked(answer: Value) -> Result<Value, String> {
    match answer["status"].as_i64() {
        Some(status) if status >= 400 => Err(format!("{status}: {}", answer["message"].as_str().unwrap_or_default())),
        _ => Ok(answer),
    }
}
