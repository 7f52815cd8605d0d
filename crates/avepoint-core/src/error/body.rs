//! What the body of an error says, whatever its form.

use std::iter::{self, successors};

use super::cause::says;
use crate::reader::outline::{self, Outline, entries};
use crate::reader::{compact, is_json};

/// How many objects within each other are looked at.
const DEEPEST: usize = 4;

/// How many problems with values are told.
const PROBLEMS: usize = 20;

/// The elements with which pages begin, also those that leave out what HTML lets them.
const FIRST_ELEMENTS: [&str; 14] = [
    "html", "head", "title", "meta", "link", "base", "style", "script", "body", "center", "div", "h1", "h2", "p",
];

/// What the body of an error says, as it came.
#[derive(Default)]
pub(crate) struct ErrorBody {
    pub(super) code: Option<String>,
    /// What it says to a person, problems with values included.
    pub(crate) message: Option<String>,
    /// What is wrong with which value of the request.
    pub(super) problems: Vec<(String, String)>,
    pub(super) request_id: Option<String>,
    pub(super) trace_id: Option<String>,
}

impl ErrorBody {
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return ErrorBody::default();
        }
        if let Some(outline) = Outline::of(text) {
            return ErrorBody::of(&outline);
        }
        let message = match is_json(text) {
            true => text.starts_with('"').then(|| outline::text(text)),
            false if is_html(text) => html_title(text),
            // XML, or a list that is cut off, tells a person nothing as a message; the excerpt has it.
            false => (!text.starts_with(['<', '['])).then(|| text.to_owned()),
        };
        ErrorBody {
            message,
            ..ErrorBody::default()
        }
    }

    pub(crate) fn of(whole: &Outline<'_>) -> Self {
        // {"error": {"code": …, "message": …}}, as OData and many gateways have it: the innermost says most.
        let inner = successors(whole.object("error"), |object| object.object("error"));
        let inner: Vec<_> = inner.take(DEEPEST).collect();
        let objects: Vec<_> = iter::once(whole).chain(&inner).collect();
        let words = ["message", "error_description", "detail", "errorMessage", "title"];
        let words = first(&objects, &words, Outline::words);
        // RFC 9457 and what was before it; OData has `details`.
        let lists = ["errors", "details", "invalid-params", "validationErrors", "modelState"];
        let told_in = |object: &Outline<'_>, name| object.get(name).map(problems).filter(|told| !told.is_empty());
        let problems = objects
            .iter()
            .rev()
            .find_map(|object| lists.iter().find_map(|name| told_in(object, name)));
        let problems = problems.unwrap_or_default();
        let said = words.as_deref().unwrap_or_default();
        let told = problems.iter().map(told).filter(|problem| !says(said, problem));
        let told = told.collect::<Vec<_>>().join("; ");
        let message = match words {
            Some(words) if !told.is_empty() => Some(format!("{words} ({told})")),
            Some(words) => Some(words),
            None if !told.is_empty() => Some(told),
            None => first(&objects, &["errors"], Outline::words),
        };
        // In problem details the status is that of HTTP.
        let codes: &[&str] = match whole.get("title") {
            Some(_) => &["code", "errorCode", "error"],
            None => &["code", "errorCode", "error", "status"],
        };
        // Graph and its like put the ids a step deeper than what went wrong.
        let details: Vec<_> = objects
            .iter()
            .filter_map(|object| object.object("innerError"))
            .collect();
        let detailed: Vec<_> = objects.iter().copied().chain(&details).collect();
        let ids = [
            "requestId",
            "request-id",
            "request_id",
            "correlationId",
            "correlation_id",
        ];
        ErrorBody {
            code: first(&objects, codes, Outline::text),
            message,
            problems,
            request_id: first(&detailed, &ids, Outline::text),
            trace_id: first(&detailed, &["traceId", "trace_id"], Outline::text),
        }
    }
}

/// What the innermost object says that says any of these things.
fn first<'a>(
    objects: &[&Outline<'a>],
    names: &[&str],
    read: impl Fn(&Outline<'a>, &str) -> Option<String>,
) -> Option<String> {
    let said = |object: &&Outline<'a>, name| read(object, name).filter(|text| !text.trim().is_empty());
    let mut objects = objects.iter().rev();
    objects.find_map(|object| names.iter().find_map(|name| said(object, name)))
}

/// The problems with values: a map from names to texts, or a list of objects with a name and a text, or of texts.
fn problems(json: &str) -> Vec<(String, String)> {
    let problems: Vec<_> = match Outline::of(json) {
        Some(fields) => {
            let whole = fields.members().iter().filter(|(_, json)| is_json(json));
            whole.map(|(name, json)| (name.to_string(), text(json))).collect()
        }
        None => entries(json).into_iter().map(problem).collect(),
    };
    let told = problems.into_iter().filter(|(_, text)| !text.is_empty());
    told.take(PROBLEMS).collect()
}

fn problem(entry: &str) -> (String, String) {
    let Some(members) = Outline::of(entry) else {
        return (String::new(), text(entry));
    };
    let named = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| members.get(name));
        texts.find(|json| json.starts_with('"')).map(text)
    };
    let name = named(&[
        "field",
        "name",
        "propertyName",
        "property",
        "target",
        "pointer",
        "path",
        "key",
    ]);
    let problem = named(&["message", "detail", "errorMessage", "reason", "description", "error"]);
    (name.unwrap_or_default(), problem.unwrap_or_else(|| compact(entry)))
}

/// The texts that stand in a value, one after the other.
fn text(json: &str) -> String {
    text_within(json, DEEPEST)
}

fn text_within(json: &str, depth: usize) -> String {
    let Some(left) = depth.checked_sub(1) else {
        return compact(json);
    };
    match json.as_bytes().first() {
        Some(b'n') => String::new(),
        Some(b'"') => outline::text(json).trim().to_owned(),
        Some(b'[') => {
            let texts = entries(json).into_iter().map(|entry| text_within(entry, left));
            texts.collect::<Vec<_>>().join(", ")
        }
        _ => match Outline::of(json).and_then(|object| object.get("errors").or_else(|| object.get("_errors"))) {
            Some(errors) => text_within(errors, left),
            None => compact(json),
        },
    }
}

fn told((name, problem): &(String, String)) -> String {
    match name.as_str() {
        "" => problem.clone(),
        name => format!("{name}: {problem}"),
    }
}

/// Whether a response is a page for people, which the service does not send. What stands in the body counts for more than
/// what the head calls it: gateways send their pages under any type, or under none.
pub fn is_page(content_type: Option<&str>, text: &str) -> bool {
    let is_json = text.trim_start().starts_with(['{', '[']);
    let is_called_html = content_type.is_some_and(|kind| says(&kind.to_ascii_lowercase(), "html"));
    is_html(text) || (is_called_html && !is_json)
}

/// Whether a text is HTML, by its first element or its document type. XML may begin in the same way.
fn is_html(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let beyond = |end: &str| rest.split_once(end).map_or("", |(_, beyond)| beyond).trim_start();
        rest = if rest.starts_with("<!--") {
            beyond("-->")
        } else if rest.starts_with("<?") {
            beyond("?>")
        } else {
            break;
        };
    }
    let Some(tag) = rest.strip_prefix('<') else {
        return false;
    };
    let end = tag.find(|character: char| !character.is_ascii_alphanumeric() && character != '!');
    let (name, rest) = tag.split_at(end.unwrap_or(tag.len()));
    match name.to_ascii_lowercase().as_str() {
        "!doctype" => {
            let mut kinds = rest
                .trim_start()
                .split(|character: char| !character.is_ascii_alphanumeric());
            kinds.next().is_some_and(|kind| kind.eq_ignore_ascii_case("html"))
        }
        name => FIRST_ELEMENTS.contains(&name),
    }
}

/// What an HTML page calls itself.
fn html_title(page: &str) -> Option<String> {
    // ASCII lowercase keeps the length, so that places in one are places in the other.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let title = page[start..end].trim();
    (!title.is_empty()).then(|| format!("an HTML page: {title}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_body_and_else_by_its_head() {
        let page = "<html><title>Blocked</title></html>";
        let json = Some("application/json");
        for (kind, body, expected) in [
            (None, page, true),
            (json, page, true),
            (Some("application/octet-stream"), "\n<!DOCTYPE HTML>", true),
            (Some("text/plain"), "<!doctype html PUBLIC \"-//W3C//DTD\">", true),
            (None, "<!-- a --> <!-- b --><HTML lang=en>", true),
            (None, "<?xml version=\"1.0\"?>\n<!DOCTYPE html><html>", true),
            (None, "<title>Blocked</title><p>no", true),
            (Some("Text/HTML; charset=utf-8"), "", true),
            (Some("text/html"), "Blocked", true),
            (Some("text/html"), " {\"message\":\"No.\"}", false),
            (None, "", false),
            (None, "<!-- cut", false),
            (None, "a <html> is said of", false),
            (
                None,
                "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code></Error>",
                false,
            ),
            (
                Some("application/problem+xml"),
                "<problem><title>Bad</title></problem>",
                false,
            ),
            (None, "<!DOCTYPE note><note>", false),
            (json, "{\"message\":\"<html>\"}", false),
        ] {
            assert_eq!(is_page(kind, body), expected, "{kind:?} {body}");
        }
    }

    #[test]
    fn problems_with_values_are_told_in_whatever_form_they_come() {
        for (body, message) in [
            (
                r#"{"title":"Bad","errors":{"a":["b","c"],"$.d":"e"}}"#,
                "Bad (a: b, c; $.d: e)",
            ),
            (
                r##"{"detail":"Bad","errors":[{"pointer":"#/a","detail":"b"},"c"]}"##,
                "Bad (#/a: b; c)",
            ),
            (
                r#"{"title":"Bad","invalid-params":[{"name":"a","reason":"b"}]}"#,
                "Bad (a: b)",
            ),
            (
                r#"{"error":{"message":"Bad","details":[{"target":"a","message":"b","code":"c"}]}}"#,
                "Bad (a: b)",
            ),
            (r#"{"Message":"Bad","ModelState":{"a":["b"]}}"#, "Bad (a: b)"),
            (r#"{"errors":{"a":["b"]}}"#, "a: b"),
            (r#"{"message":"Bad","errors":null}"#, "Bad"),
            (r#"{"message":"Bad","errors":[]}"#, "Bad"),
            (r#"{"message":"Bad","errors":{"a":[]}}"#, "Bad"),
            (r#"{"message":"Bad","errors":7}"#, "Bad"),
            (r#"{"message":"Bad","errors":{"a":{"errors":["b"]}}}"#, "Bad (a: b)"),
            (r#"{"message":"Bad","errors":{"a":["b"#, "Bad"),
            (
                r#"{"errors":{"a":[[[[[ "b" ]]]]], "c" : {"d": 1.50}}}"#,
                r#"a: ["b"]; c: {"d":1.50}"#,
            ),
        ] {
            assert_eq!(ErrorBody::read(body).message.as_deref(), Some(message), "{body}");
        }
        let many: Vec<_> = (0..1000).map(|number| format!(r#""f{number}":["wrong"]"#)).collect();
        let body = ErrorBody::read(&format!(r#"{{"errors":{{{}}}}}"#, many.join(",")));
        assert_eq!(body.problems.len(), PROBLEMS);
    }
}
