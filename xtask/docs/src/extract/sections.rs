//! Which part of a page a heading opens.

use std::sync::LazyLock;

use super::patterns::{Pattern, pattern};
use crate::facts::{Row, Section};

/// A part of the description of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The scopes.
    Permission,
    /// Method and endpoint.
    Endpoint,
    /// A table of parameters or members.
    Table(Section),
    /// The sample of the request.
    RequestSample,
    /// The sample of the response.
    ResponseSample,
    /// Words about how to begin, which hold tables that are of no operation.
    Introduction,
}

/// The part that a heading opens; none if it is a title of something else.
pub fn part(heading: &str) -> Option<Part> {
    let lower = heading.to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    // A long heading is a sentence that happens to hold such a word.
    if words.len() > 4 {
        return None;
    }
    if has(&["token", "authentication"]) {
        return Some(Part::Introduction);
    }
    let known = [
        "permission",
        "permissions",
        "request",
        "requests",
        "response",
        "responses",
        "url",
        "path",
        "query",
        "body",
        "parameter",
        "parameters",
        "sample",
        "samples",
        "example",
        "examples",
        "information",
        "required",
        "uri",
        "header",
        "headers",
        "s",
        "the",
        "payload",
        "schema",
    ];
    if !words.iter().all(|word| known.contains(word)) {
        return None;
    }
    let sample = has(&["sample", "samples", "example", "examples"]);
    let request = has(&["request", "requests", "body", "parameter", "parameters", "payload"]);
    let response = has(&["response", "responses"]);
    match (sample, response, request) {
        (true, true, _) => Some(Part::ResponseSample),
        (true, false, true) => Some(Part::RequestSample),
        (false, true, _) => Some(Part::Table(Section::Response)),
        (true, false, false) => None,
        (false, false, _) if has(&["permission", "permissions"]) => Some(Part::Permission),
        (false, false, _) if has(&["header", "headers"]) => None,
        (false, false, _) if has(&["url", "path", "uri"]) => Some(Part::Table(Section::Path)),
        (false, false, _) if has(&["query"]) => Some(Part::Table(Section::Query)),
        (false, false, _) if has(&["body", "payload"]) => Some(Part::Table(Section::Body)),
        (false, false, _) if has(&["parameter", "parameters", "information"]) && request => {
            Some(Part::Table(Section::Request))
        }
        (false, false, true) => Some(Part::Endpoint),
        (false, false, false) => None,
    }
}

/// The method and the endpoint that a heading names, as `[GET]/path` or `GET path`.
pub fn endpoint(heading: &str) -> Option<(String, String)> {
    static ENDPOINT: Pattern = LazyLock::new(|| pattern(r"^\[?([A-Z]{3,7})\]?[\s:]*(\S*/\S*)$"));
    let found = ENDPOINT.captures(heading.trim())?;
    let method = method(found.get(1)?.as_str())?;
    Some((method, found.get(2)?.as_str().to_owned()))
}

/// An endpoint without its query, and the names of the parameters in it: `/parcels?id={id}` takes an `id`.
pub fn split_query(endpoint: &str) -> (String, Vec<String>) {
    let (path, query) = endpoint.split_once('?').unwrap_or((endpoint, ""));
    let names = query.split('&').filter_map(|parameter| parameter.split_once('='));
    (path.to_owned(), names.map(|(name, _)| name.to_owned()).collect())
}

/// The part of a call that a table describes: one of a request lists what stands in the query, if the endpoint says so.
pub fn section_of(section: Section, query: &[String], rows: &[Row]) -> Section {
    let in_query = !query.is_empty() && rows.iter().all(|row| query.contains(&row.name));
    if section == Section::Request && in_query {
        Section::Query
    } else {
        section
    }
}

/// The HTTP method, in capitals.
pub fn method(text: &str) -> Option<String> {
    let method = text.trim().to_ascii_uppercase();
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    known.contains(&method.as_str()).then_some(method)
}

#[cfg(test)]
mod tests {
    use super::{Part, endpoint, part};
    use crate::facts::Section;

    #[test]
    fn headings_vary() {
        let cases = [
            ("Permissions", Part::Permission),
            ("Request", Part::Endpoint),
            ("URL Parameters", Part::Table(Section::Path)),
            ("Parameters (Query)", Part::Table(Section::Query)),
            ("Request Body", Part::Table(Section::Body)),
            ("Request Body Parameters", Part::Table(Section::Body)),
            ("Request Information", Part::Table(Section::Request)),
            ("Request Parameters", Part::Table(Section::Request)),
            ("Responses", Part::Table(Section::Response)),
            ("Response Information", Part::Table(Section::Response)),
            ("Request Body Sample", Part::RequestSample),
            ("Response Example", Part::ResponseSample),
            ("Get the Access Token", Part::Introduction),
        ];
        for (heading, expected) in cases {
            assert_eq!(part(heading), Some(expected), "{heading}");
        }
    }

    #[test]
    fn titles_of_tables_open_no_part() {
        for title in [
            "Action data parameters",
            "Sample Reports",
            "Parcel information",
            "Add a request for a new label",
        ] {
            assert_eq!(part(title), None, "{title}");
        }
    }

    #[test]
    fn a_heading_may_name_an_operation() {
        let of = |method: &str, path: &str| Some((method.to_owned(), path.to_owned()));
        assert_eq!(endpoint("[GET]/parcels/{id}"), of("GET", "/parcels/{id}"));
        assert_eq!(endpoint("POST api/v1/parcels"), of("POST", "api/v1/parcels"));
        assert_eq!(endpoint("[FETCH]/parcels"), None);
        assert_eq!(endpoint("GET the parcels and/or letters"), None);
    }
}
