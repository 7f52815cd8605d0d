//! Whether a request is what the spec asks for.

use serde_json::{Map, Value};

use super::operation::Body;
use super::{Operation, read};

/// A request as it was sent.
pub(crate) struct Sent<'r> {
    /// The texts of the path's variables, decoded.
    pub(crate) path: Vec<(&'static str, String)>,
    /// The query as it stands in the URL.
    pub(crate) query: &'r str,
    /// The header `Content-Type`.
    pub(crate) media_type: Option<&'r str>,
    pub(crate) body: &'r [u8],
}

/// What a valid request says. What it leaves out has the default that the spec gives.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) path: Map<String, Value>,
    pub(crate) query: Map<String, Value>,
    pub(crate) body: Option<Value>,
}

/// Something that the spec forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Where: the name of a parameter, `body`, or a place in the body such as `body.licenseItems[0].userSeat`.
    pub(crate) place: String,
    /// What is wrong; no value is quoted.
    pub(crate) message: String,
}

impl Violation {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

/// Reads a request.
///
/// # Errors
/// Everything that the spec forbids. What it does not know is ignored: parameters of the query, and members of the body
/// unless their schema forbids them.
pub(crate) fn read_input(operation: &Operation, sent: &Sent) -> Result<Input, Vec<Violation>> {
    let mut violations = Vec::new();
    let query: Vec<_> = form_urlencoded::parse(sent.query.as_bytes()).collect();
    let mut input = Input {
        path: Map::new(),
        query: Map::new(),
        body: None,
    };
    for parameter in &operation.parameters {
        let name = parameter.name;
        let (texts, values): (Vec<String>, _) = if parameter.is_in_path {
            let texts = sent.path.iter().filter(|(variable, _)| *variable == name);
            (texts.map(|(_, text)| text.clone()).collect(), &mut input.path)
        } else {
            let texts = query.iter().filter(|(key, _)| key == name);
            (texts.map(|(_, text)| text.to_string()).collect(), &mut input.query)
        };
        if texts.is_empty() {
            if parameter.is_required {
                violations.push(Violation::new(name, "is required"));
            } else if let Some(default) = parameter.schema.default() {
                values.insert(name.to_owned(), default.clone());
            }
            continue;
        }
        let kind = parameter.schema.kind();
        if texts.len() > 1 && !matches!(kind, super::schemas::Kind::List(_)) {
            violations.push(Violation::new(name, "is given more than once"));
            continue;
        }
        let value = read::value(kind, &texts);
        let problems = parameter.schema.problems(&value).into_iter();
        violations.extend(problems.map(|(at, problem)| Violation::new(place(name, &at), problem)));
        values.insert(name.to_owned(), value);
    }
    if let Some(body) = &operation.body {
        match read_body(body, sent) {
            Ok(value) => input.body = value,
            Err(problems) => violations.extend(problems),
        }
    }
    if violations.is_empty() {
        Ok(input)
    } else {
        Err(violations)
    }
}

fn read_body(body: &Body, sent: &Sent) -> Result<Option<Value>, Vec<Violation>> {
    let one = |message: String| Err(vec![Violation::new("body", message)]);
    if sent.body.is_empty() {
        return match body.is_required {
            true => one("is required".to_owned()),
            false => Ok(None),
        };
    }
    if !sent.media_type.is_some_and(is_json) {
        return one("is to be application/json; send that as Content-Type".to_owned());
    }
    let value: Value = match serde_json::from_slice(sent.body) {
        Ok(value) => value,
        // The message of serde_json may quote a value.
        Err(error) => return one(format!("is no JSON: line {}, column {}", error.line(), error.column())),
    };
    let problems = body.schema.problems(&value);
    if problems.is_empty() {
        return Ok(Some(value));
    }
    let violations = problems.into_iter();
    Err(violations
        .map(|(at, problem)| Violation::new(place("body", &at), problem))
        .collect())
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// A JSON pointer within a value, in the notation of programs.
fn place(name: &str, pointer: &str) -> String {
    let mut place = name.to_owned();
    for word in pointer.split('/').skip(1) {
        match word.bytes().all(|byte| byte.is_ascii_digit()) {
            true => place.push_str(&format!("[{word}]")),
            false => place.push_str(&format!(".{}", word.replace("~1", "/").replace("~0", "~"))),
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::super::{Api, Spec};
    use super::*;
    use serde_json::json;

    const JSON: Option<&str> = Some("application/json; charset=utf-8");

    fn read(id: &str, query: &str, media_type: Option<&str>, body: &[u8]) -> Result<Input, Vec<Violation>> {
        let operation = Spec::operation(Api::ElementsV3, id);
        let path = operation.parameters.iter().filter(|parameter| parameter.is_in_path);
        let sent = Sent {
            path: path.map(|parameter| (parameter.name, "x".to_owned())).collect(),
            query,
            media_type,
            body,
        };
        read_input(operation, &sent)
    }

    fn places(result: Result<Input, Vec<Violation>>) -> Vec<String> {
        let violations = result.expect_err("it is refused");
        violations.into_iter().map(|violation| violation.place).collect()
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let input = read("listCustomers", "pageIndex=2&unknown=1", JSON, b"{}").expect("valid");
        assert_eq!(Value::Object(input.query), json!({ "pageIndex": 2, "pageSize": 50 }));
        assert_eq!(input.body, Some(json!({})));
    }

    #[test]
    fn each_violation_is_named_with_its_place() {
        for (query, media_type, body, expected) in [
            ("pageSize=101", JSON, "{}", "pageSize"),
            ("pageIndex=0", JSON, "{}", "pageIndex"),
            ("pageIndex=one", JSON, "{}", "pageIndex"),
            ("pageIndex=", JSON, "{}", "pageIndex"),
            ("pageIndex=2147483648", JSON, "{}", "pageIndex"),
            ("pageIndex=1&pageIndex=2", JSON, "{}", "pageIndex"),
            ("", JSON, "", "body"),
            ("", JSON, "{", "body"),
            ("", JSON, "[]", "body"),
            ("", None, "{}", "body"),
            ("", Some("text/plain"), "{}", "body"),
            ("", JSON, r#"{"customerIds": "a"}"#, "body.customerIds"),
            ("", JSON, r#"{"customerIds": ["a", 1]}"#, "body.customerIds[1]"),
        ] {
            let found = places(read("listCustomers", query, media_type, body.as_bytes()));
            assert_eq!(found, [expected], "{query} {body}");
        }
    }

    #[test]
    fn no_message_quotes_a_value() {
        let body = br#"{"firstName": ["Secret-Name"], "lastName": 7, "displayName": "Secret-Name"}"#;
        let violations = read("updateUserGeneral", "", JSON, body).expect_err("it is refused");
        assert!(violations.len() >= 4, "{violations:?}");
        assert!(!format!("{violations:?}").contains("Secret-Name"), "{violations:?}");
    }
}
