//! Every response sample of the vendor's pages, as the server's answer: none fails to decode, and nothing that was in
//! one is missing after the client has read it and written it again.
//!
//! The pages stand beside the project and not in it; without them the test is ignored.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use avepoint_tests::client::{APIS, AnyClient};
use avepoint_tests::json::differences;
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::{Case, cases};
use jsonc_parser::ParseOptions;
use serde_json::Value;
use xtask_publish::Judge;
use xtask_spec::api::Api;
use xtask_spec::document::child;

/// Operations whose page shows no response.
const WITHOUT_SAMPLE: &[(&str, &str)] = &[
    ("elements-legacy", "getScanProfileDailyReport"),
    ("insights-legacy", "exportGroupPermissions"),
    ("insights-legacy", "exportSharingLinks"),
    ("insights-legacy", "exportSitePermissions"),
    ("insights-legacy", "exportUserPermissions"),
    ("insights-legacy", "getExportJob"),
];

#[tokio::test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
async fn every_sample_of_the_pages_survives() {
    let (samples, mut problems) = samples();
    let mut survived = 0;
    for (api, case, sample) in samples {
        match survives(api, &case, &sample).await {
            Ok(()) => survived += 1,
            Err(problem) => problems.push(format!("{api} {}: {problem}", case.id)),
        }
    }
    println!("{survived} samples survived");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(
        survived >= 37,
        "only {survived} samples were found: are the pages read as they are written?"
    );
}

/// What the spec accepts of what the pages show, the portable edition of it accepts too.
#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn every_sample_that_a_spec_accepts_is_portable() {
    let mut judges = HashMap::new();
    let (mut problems, mut accepted) = (Vec::new(), 0);
    for (api, case, sample) in samples().0 {
        let [exact, portable] = judges.entry(api).or_insert_with(|| {
            let document = Api::parse(api).and_then(Api::document).expect("a spec");
            let portable = xtask_publish::to_portable(&document).expect("a portable edition");
            [&document.value, &portable].map(|document| Judge::new(document).expect("schemas"))
        });
        let (method, status) = (case.method.to_lowercase(), case.status);
        let media = child(&child("/paths", &case.template), method) + &format!("/responses/{status}/content");
        let schema = child(&media, "application/json") + "/schema";
        let Ok(sample) = parsed(&sample, case.answer.as_ref()) else {
            continue;
        };
        // Operations without an answer have none.
        let Ok(exact) = exact.validator(&schema) else { continue };
        if exact.is_valid(&sample) {
            accepted += 1;
            if let Err(problem) = portable.validator(&schema).expect("a schema").validate(&sample) {
                problems.push(format!("{api} {}: {problem}", case.id));
            }
        }
    }
    println!("{accepted} samples are accepted");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(accepted >= 37, "the specs accept only {accepted} samples");
}

/// The response samples of every operation, and those that have none and should.
fn samples() -> (Vec<(&'static str, Case, String)>, Vec<String>) {
    let shared = Path::new(env!("SHARED_PAGES"));
    let pages = Path::new(env!("VENDOR_PAGES"));
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for &api in APIS {
        for case in cases(api) {
            let texts = match &case.page {
                Some(url) => vec![read(&pages.join(page_of(url)))],
                None => seeds_of(&shared.join("seeds"), &case),
            };
            if texts.is_empty() {
                problems.push(format!("{api} {}: no page describes it", case.id));
            }
            for text in texts {
                let samples = response_samples(&text);
                // An operation without an answer has none; else only those may go without that are known to.
                if samples.is_empty() && case.answer.is_some() && !WITHOUT_SAMPLE.contains(&(api, &case.id)) {
                    problems.push(format!("{api} {}: there is no response sample", case.id));
                }
                found.extend(samples.into_iter().map(|sample| (api, case.clone(), sample)));
            }
        }
    }
    (found, problems)
}

async fn survives(api: &str, case: &Case, sample: &str) -> Result<(), String> {
    let sample = parsed(sample, case.answer.as_ref())?;
    let server = Server::always(Reply::json(case.status, &sample)).await;
    let client = AnyClient::new(api, &server.url());
    let answer = client
        .call(&case.id, case.parameters.clone())
        .await
        .map_err(|error| error.to_string())?;
    match differences(&sample, &answer).as_slice() {
        [] => Ok(()),
        lost => Err(lost.join(", ")),
    }
}

/// The file that a link to the vendor's repository names.
fn page_of(url: &str) -> PathBuf {
    let (_, path) = url
        .split_once("/blob/main/")
        .expect("a link to a page of the vendor's repository");
    PathBuf::from(path.replace("%20", " "))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The older texts that describe an operation without a page: whole ones, or its section of one that describes many.
fn seeds_of(folder: &Path, case: &Case) -> Vec<String> {
    let (method, path) = (&case.method, case.template.trim_start_matches('/'));
    let marks = [
        format!("| {method} | `/{path}` |"),
        format!("| {method} | `{path}` |"),
        format!("[{method}]/{}", path.trim_start_matches("partner/")),
    ];
    let heading = format!("{method} {}", path.trim_start_matches("insights/"));
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    paths.sort();
    let texts = paths.iter().map(|path| read(path));
    texts
        .filter_map(|text| {
            let whole = marks.iter().any(|mark| text.contains(mark));
            if whole { Some(text) } else { section(&text, &heading) }
        })
        .collect()
}

/// The part of a text under a heading such as `POST api/v1/User/summary`, to the next such heading.
fn section(text: &str, heading: &str) -> Option<String> {
    let is_heading = |line: &str| line.starts_with("GET api/") || line.starts_with("POST api/");
    let is_wanted = |line: &str| {
        is_heading(line)
            && line
                .split('?')
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(heading))
    };
    let lines: Vec<_> = text.lines().collect();
    let start = lines.iter().position(|line| is_wanted(line))?;
    let rest = lines[start + 1..].iter().take_while(|line| !is_heading(line));
    Some(rest.copied().collect::<Vec<_>>().join("\n"))
}

/// The texts of the response samples: of each, from the first brace after its heading to the end of its block.
fn response_samples(page: &str) -> Vec<String> {
    let heading = ["Response Sample", "Response Example"];
    let Some(heading) = heading.into_iter().find(|heading| page.contains(heading)) else {
        return Vec::new();
    };
    let samples = page.split(heading).skip(1).map(|rest| {
        rest.lines()
            .skip_while(|line| !line.trim_start().starts_with(['{', '[']))
            .take_while(|line| !line.trim_start().starts_with("```") && *line != "Request Information")
            .collect::<Vec<_>>()
            .join("\n")
    });
    samples.filter(|sample| !sample.is_empty()).collect()
}

/// A sample as JSON. The slips of the pages are fixed: comments, commas too many and too few, lines of dots for what
/// was left out, list brackets around members, and a list that has lost the name that the example of the answer has.
fn parsed(sample: &str, answer: Option<&Value>) -> Result<Value, String> {
    let mut text: String = sample
        .lines()
        .filter(|line| line.trim() != "..." && line.trim() != "...,")
        .collect::<Vec<_>>()
        .join("\n");
    let members_in_a_list = text
        .strip_prefix('[')
        .and_then(|rest| rest.trim_start().strip_prefix('"'))
        .and_then(|rest| rest.split_once('"'))
        .is_some_and(|(_, rest)| rest.trim_start().starts_with(':'));
    if members_in_a_list && let Some(end) = text.rfind(']') {
        text.replace_range(end..=end, "}");
        text.replace_range(0..1, "{");
    }
    let starts_with_a_list = text
        .strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with('['));
    if starts_with_a_list
        && let Some((name, _)) = answer
            .and_then(Value::as_object)
            .and_then(|answer| answer.iter().next())
    {
        text.insert_str(1, &format!("{}:", Value::from(name.as_str())));
    }
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_missing_commas: true,
        ..ParseOptions::default()
    };
    jsonc_parser::parse_to_serde_value::<Value>(&text, &options)
        .map_err(|error| format!("the sample is not JSON: {error}"))
}
