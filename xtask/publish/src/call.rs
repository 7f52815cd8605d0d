//! The calls of an API with the examples of its document, as the files that send them need them, and the clouds they go to.

use std::collections::BTreeSet;

use anyhow::Context;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// What stands in a URL as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An operation, and the values to call it with.
pub struct Call<'d> {
    pub id: &'d str,
    pub tag: &'d str,
    pub summary: &'d str,
    pub description: &'d str,
    pub is_deprecated: bool,
    pub method: String,
    pub path: &'d str,
    pub parameters: Vec<Parameter<'d>>,
    /// The media type of the request body, and its examples by name.
    pub body: Option<(&'d str, Examples<'d>)>,
    /// What takes the token of a page, as `x-paging` names it. An answer gives it: with that of an example nothing is found.
    token: Option<&'d str>,
    /// The scopes of the least permission that allows the call.
    pub scopes: Vec<&'d str>,
    /// The answers that the operation describes itself: status, description, and the examples of a body by name.
    pub answers: Vec<(&'d str, &'d str, Examples<'d>)>,
}

/// A parameter, and the value it has in a call.
pub struct Parameter<'d> {
    pub name: &'d str,
    /// Where it stands: `path`, `query`, `header`.
    pub place: &'d str,
    pub description: &'d str,
    pub is_required: bool,
    pub example: &'d Value,
}

/// Examples by name; one that stands alone has no name.
pub type Examples<'d> = Vec<(&'d str, &'d Value)>;

/// One cloud in which the API runs.
pub struct Cloud {
    /// Such as `Commercial cloud`; each has another.
    pub name: String,
    /// The address of the API, in which variables stand in braces.
    pub base_url: String,
    /// The variables with their defaults.
    pub variables: Vec<(String, String)>,
    pub token_url: String,
}

impl<'d> Call<'d> {
    /// Every call of an API, in the order of the document.
    ///
    /// # Errors
    /// If a parameter has no example: what the lint refuses.
    pub fn all(spec: &Spec<'d>) -> anyhow::Result<Vec<Self>> {
        spec.operations
            .iter()
            .map(|operation| Self::new(spec, operation))
            .collect()
    }

    fn new(spec: &Spec<'d>, operation: &Operation<'d>) -> anyhow::Result<Self> {
        let parameters = spec.parameters(operation).into_iter().map(|parameter| {
            let place = parameter.described;
            let example = examples(&place).first().map(|(_, value)| *value);
            Ok(Parameter {
                name: place.text("name").unwrap_or_default(),
                place: place.text("in").unwrap_or_default(),
                description: place.text("description").unwrap_or_default(),
                is_required: place.says("required"),
                example: example.with_context(|| {
                    spec.document
                        .fault(&place.pointer, "the parameter has no example", "add one")
                        .to_string()
                })?,
            })
        });
        let body = spec.request_body(operation).and_then(|body| {
            let (media_type, media) = body.members_of("content").into_iter().next()?;
            Some((media_type, examples(&media)))
        });
        let answers = operation.place.members_of("responses").into_iter();
        // What a `$ref` names is an answer of all operations.
        let own = answers.filter(|(_, answer)| answer.reference().is_none());
        let answers = own.map(|(status, answer)| {
            let media = answer.members_of("content").into_iter().next();
            let examples = media.map(|(_, media)| examples(&media)).unwrap_or_default();
            (status, answer.text("description").unwrap_or_default(), examples)
        });
        Ok(Self {
            id: operation.id().unwrap_or_default(),
            tag: operation.place.texts("tags").first().copied().unwrap_or_default(),
            summary: operation.place.text("summary").unwrap_or_default(),
            description: operation.place.text("description").unwrap_or_default(),
            is_deprecated: operation.place.says("deprecated"),
            method: operation.method.to_uppercase(),
            path: operation.path,
            parameters: parameters.collect::<anyhow::Result<_>>()?,
            body,
            token: operation.place.get("x-paging").and_then(|paging| paging.text("token")),
            scopes: operation.permissions().into_iter().next().unwrap_or_default(),
            answers: answers.collect(),
        })
    }

    /// The parameters that stand in a place.
    pub fn parameters_in(&self, place: &str) -> impl Iterator<Item = &Parameter<'d>> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// Path and query with the examples in them, for the first page of a list.
    pub fn target(&self) -> String {
        let path = self
            .parameters_in("path")
            .fold(self.path.to_owned(), |path, parameter| {
                path.replace(
                    &format!("{{{}}}", parameter.name),
                    &encoded(&parameter.values().join(",")),
                )
            });
        let first = self
            .parameters_in("query")
            .filter(|parameter| self.token != Some(parameter.name));
        let pairs = first.flat_map(|parameter| {
            let values = parameter.values().into_iter();
            values.map(|value| format!("{}={}", encoded(parameter.name), encoded(&value)))
        });
        let pairs: Vec<_> = pairs.collect();
        if pairs.is_empty() {
            path
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
    }

    /// The media type of the request body, and its first example as it is sent, for the first page of a list.
    pub fn sent(&self) -> Option<(&'d str, String)> {
        let (media_type, examples) = self.body.as_ref()?;
        let (_, example) = examples.first()?;
        let mut example = Value::clone(example);
        if let (Some(token), Some(members)) = (self.token, example.as_object_mut()) {
            members.retain(|name, _| token.strip_prefix("body.") != Some(name));
        }
        Some((media_type, format!("{example:#}")))
    }
}

impl Parameter<'_> {
    /// The values as text; an array has several, and each is sent on its own.
    pub fn values(&self) -> Vec<String> {
        match self.example {
            Value::Array(entries) => entries.iter().map(plain).collect(),
            value => vec![plain(value)],
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text as one segment of a path, or one value of a query.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// The examples of a parameter or a body.
pub fn examples<'d>(holder: &Place<'d>) -> Examples<'d> {
    let named = holder.members_of("examples").into_iter();
    let named = named.filter_map(|(name, example)| Some((name, example.value.get("value")?)));
    holder
        .value
        .get("example")
        .map(|value| ("", value))
        .into_iter()
        .chain(named)
        .collect()
}

/// The clouds of an API, in the order of its servers.
///
/// # Errors
/// If a server does not say where its tokens come from, or is called like another.
pub fn clouds(spec: &Spec) -> anyhow::Result<Vec<Cloud>> {
    let flow = "/components/securitySchemes/oauth2/flows/clientCredentials";
    let token_urls = spec.document.value.pointer(flow).map(|flow| &flow["x-token-urls"]);
    let servers = spec.root.entries_of("servers").into_iter();
    let mut names = BTreeSet::new();
    let clouds = servers.map(|server| {
        let url = server.text("url").unwrap_or_default();
        let description = server.text("description").unwrap_or_default();
        let token_url = token_urls.and_then(|urls| urls.get(url)?.as_str()).with_context(|| {
            let message = "`x-token-urls` does not say where the server's tokens come from";
            let remedy = "write the server's `url` there, with the address of its tokens";
            spec.document.fault(&server.pointer, message, remedy).to_string()
        })?;
        let name = description.split([',', ':', '.']).next().unwrap_or_default();
        let name = capitalized(name.trim_start_matches("The "));
        if !names.insert(name.clone()) {
            let message = format!("another server is called `{name}` too, by the beginning of its description");
            let fault = spec
                .document
                .fault(&server.pointer, message, "begin the description with another name");
            return Err(fault.into());
        }
        let variables = server.members_of("variables").into_iter();
        Ok(Cloud {
            name,
            base_url: url.to_owned(),
            variables: variables
                .map(|(name, variable)| (name.to_owned(), variable.text("default").unwrap_or_default().to_owned()))
                .collect(),
            token_url: token_url.to_owned(),
        })
    });
    clouds.collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::path::Path;

    use xtask_spec::document::Document;

    use super::*;

    #[test]
    fn tokens_come_from_where_the_flow_says() {
        let text = "servers:\n  - {url: 'https://a.example.com', description: 'The first cloud, all regions.'}\n\
                    components: {securitySchemes: {oauth2: {flows: {clientCredentials: {\n  \
                    x-token-urls: {'https://a.example.com': 'https://id.example.com/token'}}}}}}\n";
        let document = Document::parse(Path::new("api.yaml"), text).unwrap();
        let clouds = clouds(&Spec::new(&document)).unwrap();
        assert_eq!(
            (clouds[0].name.as_str(), clouds[0].token_url.as_str()),
            ("First cloud", "https://id.example.com/token")
        );
        let twice = text.replace(
            "regions.'}\n",
            "regions.'}\n  - {url: 'https://b.example.com', description: The first cloud.}\n",
        );
        let twice = twice.replace(
            "id.example.com/token'",
            "id.example.com/token', 'https://b.example.com': 'x'",
        );
        let document = Document::parse(Path::new("api.yaml"), &twice).unwrap();
        let error = super::clouds(&Spec::new(&document)).err().unwrap().to_string();
        assert!(
            error.starts_with("api.yaml:3: another server is called `First cloud`"),
            "{error}"
        );
        let other = text.replace("{'https://a.", "{'https://b.");
        let document = Document::parse(Path::new("api.yaml"), &other).unwrap();
        let error = super::clouds(&Spec::new(&document)).err().unwrap().to_string();
        assert!(error.starts_with("api.yaml:2: `x-token-urls` does not say"), "{error}");
    }
}
