//! The operations of a document, as far as a server needs them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Api;
use super::document::Part;
use super::schemas::Schema;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One operation of one API.
pub(crate) struct Operation {
    pub(crate) api: Api,
    pub(crate) id: &'static str,
    /// The method, in capitals.
    pub(crate) method: String,
    /// The path template.
    pub(crate) path: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// What a token must allow: all scopes of one of the sets.
    pub(crate) scopes: Vec<Vec<&'static str>>,
    /// The status of an answer with what was asked for.
    pub(crate) success: u16,
    /// Whether the spec names each answer by a header `request-id`.
    pub(crate) is_named: bool,
    /// The answers by their status.
    pub(super) answers: BTreeMap<u16, Answer>,
    pub(crate) paging: Option<Paging>,
}

impl Operation {
    /// The example of the answer with what was asked for; none if that has no body.
    pub(crate) fn example(&self) -> Option<&'static Value> {
        self.answers.get(&self.success)?.example
    }

    /// What a member of the body left out stands for; none if the spec does not say.
    pub(crate) fn body_default(&self, member: &str) -> Option<&'static Value> {
        self.body.as_ref()?.schema.default_of(member)
    }
}

/// A value in the path or the query.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// In the path, or else in the query.
    pub(crate) is_in_path: bool,
    pub(crate) is_required: bool,
    pub(super) schema: Schema,
}

/// What a request carries.
pub(crate) struct Body {
    pub(crate) is_required: bool,
    pub(super) schema: Schema,
}

/// One answer of an operation.
pub(super) struct Answer {
    /// The media type and, of JSON, the schema. An answer without a body has none.
    pub(super) body: Option<(&'static str, Option<Schema>)>,
    pub(super) example: Option<&'static Value>,
    /// Whether it has a header `request-id`.
    is_named: bool,
}

/// How a list comes in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Whole, in one answer.
    Single,
    /// By the number of the page.
    PageNumber,
    /// By a token of the answer before.
    Token,
}

/// Where a request says which page it wants, and where an answer says what it got. Members of the request's body have the
/// prefix `body.`, members within members are joined by dots; what the list does not have is empty.
pub(crate) struct Paging {
    pub(crate) style: Style,
    pub(crate) page: &'static str,
    pub(crate) size: &'static str,
    pub(crate) token: &'static str,
    pub(crate) items: &'static str,
    pub(crate) total: &'static str,
    pub(crate) more: &'static str,
    pub(crate) next: &'static str,
}

/// All operations of an API, in the order of the document.
pub(super) fn all(api: Api) -> Vec<Operation> {
    let paths = Part::root(api).get("paths").map(|paths| paths.members());
    let mut operations = Vec::new();
    for (path, item) in paths.unwrap_or_default() {
        for method in METHODS {
            if let Some(part) = item.get(method) {
                operations.push(operation(api, path, &item, method, &part));
            }
        }
    }
    operations
}

fn operation(api: Api, path: &'static str, item: &Part, method: &str, part: &Part) -> Operation {
    let answers = answers(api, part);
    Operation {
        api,
        id: part.text("operationId"),
        method: method.to_ascii_uppercase(),
        path,
        parameters: parameters(api, item, part),
        body: part.get("requestBody").and_then(|body| {
            let media = body.get("content")?.get("application/json")?;
            Some(Body {
                is_required: body.is("required"),
                schema: Schema::new(api, &media.get("schema")?),
            })
        }),
        scopes: scopes(part),
        success: answers
            .keys()
            .copied()
            .find(|status| (200..300).contains(status))
            .unwrap_or(200),
        is_named: !answers.is_empty() && answers.values().all(|answer| answer.is_named),
        answers,
        paging: part.get("x-paging").map(|paging| self::paging(&paging)),
    }
}

/// The parameters of the path item and of the operation.
fn parameters(api: Api, item: &Part, operation: &Part) -> Vec<Parameter> {
    let lists = [item, operation].into_iter().filter_map(|part| part.get("parameters"));
    let parameters = lists.flat_map(|list| list.entries()).filter_map(|parameter| {
        Some(Parameter {
            name: parameter.text("name"),
            is_in_path: parameter.text("in") == "path",
            is_required: parameter.is("required"),
            schema: Schema::new(api, &parameter.get("schema")?),
        })
    });
    parameters.collect()
}

fn answers(api: Api, operation: &Part) -> BTreeMap<u16, Answer> {
    let responses = operation.get("responses").map(|responses| responses.members());
    let answers = responses
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(status, response)| {
            let media = response
                .get("content")
                .and_then(|content| content.members().into_iter().next());
            let example = media.as_ref().and_then(|(_, media)| media.value.get("example"));
            let body = media.map(|(name, media)| {
                let schema = media.get("schema").filter(|_| name == "application/json");
                (name, schema.map(|schema| Schema::new(api, &schema)))
            });
            let is_named = response
                .get("headers")
                .is_some_and(|headers| headers.get("request-id").is_some());
            Some((
                status.parse().ok()?,
                Answer {
                    body,
                    example,
                    is_named,
                },
            ))
        });
    answers.collect()
}

fn scopes(operation: &Part) -> Vec<Vec<&'static str>> {
    let sets = operation.value.get("security").and_then(Value::as_array);
    let sets = sets.into_iter().flatten().filter_map(Value::as_object);
    sets.map(|schemes| {
        let scopes = schemes.values().filter_map(Value::as_array).flatten();
        scopes.filter_map(Value::as_str).collect()
    })
    .collect()
}

fn paging(part: &Part) -> Paging {
    Paging {
        style: match part.text("style") {
            "page-number" => Style::PageNumber,
            "token" => Style::Token,
            _ => Style::Single,
        },
        page: part.text("page"),
        size: part.text("size"),
        token: part.text("token"),
        items: part.text("items"),
        total: part.text("total"),
        more: part.text("more"),
        next: part.text("next"),
    }
}
