//! Which part of a page a heading opens.

use super::pattern::{Pattern, pattern};
use crate::facts::Section;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Permission,
    Endpoint,
    Table(Section),
    RequestSample,
    ResponseSample,
    /// What the headers of a request are: those of all.
    Headers,
    /// Words about how to begin, which hold tables that are of no operation.
    Introduction,
}

/// The words of headings that open a part, without the `s` of their plurals.
static KNOWN: Pattern = pattern!(
    "^(?:permission|request|response|url|uri|path|query|body|payload|parameter|sample|example|information|required",
    "|header|schema|the|http|string|object|field|propertie|element|attribute|data|detail|format|status|code|)$",
);

/// The part that a heading opens; none if it is a title of something else.
pub fn part(heading: &str) -> Option<Part> {
    let lower = heading.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(|word| word.strip_suffix('s').unwrap_or(word)).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    // What is long or quotes something is a sentence or a sample that happens to hold such a word.
    if words.len() > 4 || heading.contains('"') {
        return None;
    }
    if has(&["token", "authentication"]) {
        return Some(Part::Introduction);
    }
    if !words.iter().all(|word| KNOWN.is_match(word)) {
        return None;
    }
    let request = has(&["request", "body", "parameter", "payload"]);
    let parts = [
        (Part::Table(Section::Response), has(&["response"])),
        (Part::Permission, has(&["permission"])),
        (Part::Headers, has(&["header"])),
        (Part::Table(Section::Path), has(&["url", "path", "uri"])),
        (Part::Table(Section::Query), has(&["query"])),
        (Part::Table(Section::Body), has(&["body", "payload"])),
        (
            Part::Table(Section::Request),
            request && has(&["parameter", "information"]),
        ),
        (Part::Endpoint, request),
    ];
    match has(&["sample", "example"]) {
        true if has(&["response"]) => Some(Part::ResponseSample),
        true => request.then_some(Part::RequestSample),
        false => parts.into_iter().find_map(|(part, fits)| fits.then_some(part)),
    }
}

/// The method and the endpoint that a heading names, as `[GET]/path` or `GET path`.
pub fn endpoint(heading: &str) -> Option<(String, String)> {
    static ENDPOINT: Pattern = pattern!(r"^\[?([A-Z]{3,7})\]?[\s:]*(\S*/\S*)$");
    let found = ENDPOINT.captures(heading.trim())?;
    let method = method(found.get(1)?.as_str())?;
    Some((method, found.get(2)?.as_str().to_owned()))
}

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
            ("Request Headers", Part::Headers),
            ("Query String Parameters", Part::Table(Section::Query)),
            ("Response Fields", Part::Table(Section::Response)),
            ("HTTP Request", Part::Endpoint),
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
            "Plant information",
            "Add a request for a new label",
        ] {
            assert_eq!(part(title), None, "{title}");
        }
    }

    #[test]
    fn a_heading_may_name_an_operation() {
        let of = |method: &str, path: &str| Some((method.to_owned(), path.to_owned()));
        assert_eq!(endpoint("[GET]/plants/{id}"), of("GET", "/plants/{id}"));
        assert_eq!(endpoint("POST api/v1/plants"), of("POST", "api/v1/plants"));
        assert_eq!(endpoint("[FETCH]/plants"), None);
        assert_eq!(endpoint("GET the plants and/or herbs"), None);
    }
}
