//! The response samples of the vendor's pages. They stand beside the project and not in it.

use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use serde_json::Value;

use crate::client::APIS;
use crate::specs::{Case, cases};

/// Operations whose page shows no response.
const WITHOUT_SAMPLE: &[(&str, &str)] = &[
    ("elements-legacy", "getScanProfileDailyReport"),
    ("insights-legacy", "exportGroupPermissions"),
    ("insights-legacy", "exportSharingLinks"),
    ("insights-legacy", "exportSitePermissions"),
    ("insights-legacy", "exportUserPermissions"),
    ("insights-legacy", "getExportJob"),
];

/// The response samples of every operation with the API's name, and a problem for each operation that should have one.
///
/// # Panics
/// If the pages or the specs cannot be read.
#[must_use]
pub fn samples() -> (Vec<(&'static str, Case, String)>, Vec<String>) {
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
///
/// # Errors
/// If it is no JSON even so.
pub fn parsed(sample: &str, answer: Option<&Value>) -> Result<Value, String> {
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
