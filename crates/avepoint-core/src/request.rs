//! Requests that the specification does not know.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, header};
use percent_encoding::percent_decode_str;
use reqwest::{Request, Url};
use serde::Serialize;

use crate::call::Checked;
use crate::error::{Error, ErrorKind};
use crate::generated::encode_path;
use crate::operation::{Method, Operation};
use crate::options::{CallOptions, RawResponse};
use crate::prepared::PreparedRequest;
use crate::session::Session;

/// A request to any path of the service: for what the specification does not have, or has wrong. A client's `request`
/// makes one.
///
/// It gets a token with the scopes that are given, is sent again as any call is (a write only where it cannot have been
/// carried out), fails with the same [`Error`], and its answer has the same bound of size. It is not checked against the
/// specification.
///
/// ```
/// use avepoint_core::{Error, Method, Session};
/// use serde_json::{Value, json};
///
/// async fn rename(session: &Session, customer: &str) -> Result<Value, Error> {
///     let request = session
///         .request(Method::Put, "/partner/external/v3/general/customers/{customerId}/name")
///         .parameter("customerId", customer)
///         .scope("elements.customers.readwrite.all")
///         .json(&json!({ "name": "Northwind" }));
///     request.send().await?.json()
/// }
/// ```
#[must_use = "nothing is sent before `send`"]
pub struct RawRequest {
    session: Session,
    method: Method,
    path: String,
    scopes: Vec<String>,
    is_read_only: bool,
    parameters: Vec<(String, String)>,
    body: Option<(HeaderValue, Bytes)>,
    problem: Option<String>,
}

impl RawRequest {
    pub(crate) fn new(session: Session, method: Method, path: String) -> Self {
        RawRequest {
            session,
            method,
            path,
            scopes: Vec::new(),
            is_read_only: method == Method::Get,
            parameters: Vec::new(),
            body: None,
            problem: None,
        }
    }

    /// A scope that the token is to carry, besides those given before. Default: none.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// A parameter: in the path if the path has its name in braces, otherwise in the query, where a name may be given
    /// several times.
    pub fn parameter(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.parameters.push((name.into(), value.to_string()));
        self
    }

    /// A body of JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body = Some((HeaderValue::from_static("application/json"), json.into())),
            Err(error) => self.problem = Some(format!("the body cannot be written as JSON: {error}")),
        }
        self
    }

    /// Any other body, and its `Content-Type`.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        match HeaderValue::try_from(content_type) {
            Ok(content_type) => self.body = Some((content_type, body.into())),
            Err(_) => self.problem = Some("the content type contains characters that are not allowed".to_owned()),
        }
        self
    }

    /// Whether the request changes nothing, so that it may be sent again after any failure. Default: true for GET only.
    pub fn read_only(mut self, is_read_only: bool) -> Self {
        self.is_read_only = is_read_only;
        self
    }

    /// Options of this request alone, in the place of the client's.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.session = self.session.with_options(options);
        self
    }

    /// Sends the request.
    ///
    /// # Errors
    /// As any call. An error of kind [`ErrorKind::InvalidRequest`] where the path does not begin with a slash, lacks a
    /// parameter, or leads out of the address of the API.
    pub async fn send(self) -> Result<RawResponse, Error> {
        let operation = self.operation();
        self.session.execute_raw(operation, self.request(operation)).await
    }

    /// The request as it would be sent; nothing is.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`], as [`send`](Self::send).
    pub fn dry_run(&self) -> Result<PreparedRequest, Error> {
        let operation = self.operation();
        let request = self.request(operation)?;
        Ok(PreparedRequest::new(operation, Checked::raw(request), &self.session))
    }

    fn operation(&self) -> &'static Operation {
        operation(self.method, &self.path, &self.scopes, self.is_read_only)
    }

    fn request(&self, operation: &'static Operation) -> Result<Request, Error> {
        let invalid = |problem| Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation);
        if let Some(problem) = &self.problem {
            return Err(invalid(problem.clone()));
        }
        let url = url(self.session.base_url(), &self.path, &self.parameters).map_err(invalid)?;
        let mut request = Request::new(self.method.into(), url);
        if let Some((content_type, body)) = &self.body {
            request.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }
}

// By hand: parameters and bodies may be anything.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The address: the API's own, and the path with its parameters below that.
fn url(base: &Url, path: &str, parameters: &[(String, String)]) -> Result<Url, String> {
    if !path.starts_with('/') {
        return Err("the path does not begin with a slash; it is put behind the address of the API".to_owned());
    }
    if let Some(sign) = path.chars().find(|sign| ['?', '#', '\\'].contains(sign)) {
        return Err(format!(
            "the path contains `{sign}`: give what stands in the query with `parameter`"
        ));
    }
    let (mut filled, mut used, mut rest) = (String::new(), Vec::new(), path);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("the path has a `{` without a `}`")?;
        let value = parameters.iter().find(|(known, _)| known == name);
        let (_, value) = value.ok_or_else(|| format!("`{name}` is missing"))?;
        if value.is_empty() {
            return Err(format!("`{name}` is empty"));
        }
        filled.push_str(before);
        filled.push_str(&encode_path(value));
        used.push(name);
        rest = after;
    }
    filled.push_str(rest);
    let is_dots = |segment: &str| matches!(&*percent_decode_str(segment).decode_utf8_lossy(), "." | "..");
    if filled.split('/').any(is_dots) {
        return Err("the path contains `.` or `..`, which lead to another path".to_owned());
    }
    let mut url = base.clone();
    url.set_path(&format!("{}{filled}", base.path().trim_end_matches('/')));
    let query: Vec<_> = parameters.iter().filter(|(name, _)| !used.contains(&&**name)).collect();
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// How many of them are kept.
const MOST: usize = 1000;

/// What a request is for those who tell of it and those who give a token for it: both take operations that live as long
/// as the program. There is one for each path and set of scopes that the program names, however often it does; beyond so
/// many, whose paths can only hold what belongs into parameters, the path is left out.
fn operation(method: Method, path: &str, scopes: &[String], read_only: bool) -> &'static Operation {
    type Known = HashMap<(&'static str, String, Vec<String>, bool), &'static Operation>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut key = (method.as_str(), path.to_owned(), scopes.to_vec(), read_only);
    if known.len() >= MOST && !known.contains_key(&key) {
        "…".clone_into(&mut key.1);
    }
    let path = key.1.clone();
    known.entry(key).or_insert_with(|| {
        let id = leak(format!("{} {path}", method.as_str()));
        let mut operation = Operation::new(id, method, leak(path), "A request outside the specification");
        if !scopes.is_empty() {
            let scopes: Vec<_> = scopes.iter().cloned().map(leak).collect();
            operation = operation.scopes(Box::leak(Box::new([&*scopes.leak()])));
        }
        Box::leak(Box::new(operation.read_only(read_only)))
    })
}

fn leak(text: String) -> &'static str {
    text.leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(path: &str, parameters: &[(&str, &str)]) -> Result<String, String> {
        let base = Url::parse("https://api.example.com/base/").expect("a URL");
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        url(&base, path, &parameters).map(|url| url.to_string())
    }

    #[test]
    fn parameters_stand_where_they_belong() {
        assert_eq!(filled("/a", &[]).as_deref(), Ok("https://api.example.com/base/a"));
        assert_eq!(
            filled(
                "/a/{id}/b('{key}')",
                &[("id", "x/y?z"), ("n", "1 2"), ("key", "%"), ("n", "3")]
            )
            .as_deref(),
            Ok("https://api.example.com/base/a/x%2Fy%3Fz/b('%25')?n=1+2&n=3")
        );
    }

    #[test]
    fn no_path_leads_elsewhere() {
        for (path, id, problem) in [
            ("a", "x", "does not begin with a slash"),
            ("https://other.example.com/", "x", "does not begin with a slash"),
            ("", "x", "does not begin with a slash"),
            ("/a?b=c", "x", "contains `?`"),
            ("/a#b", "x", "contains `#`"),
            ("/a\\..\\b", "x", "contains `\\`"),
            ("/a/../b", "x", "`.` or `..`"),
            ("/a/%2E%2e/b", "x", "`.` or `..`"),
            ("/a/{id}", "..", "`.` or `..`"),
            ("/a/{id}.", ".", "`.` or `..`"),
            ("/a/{id}", "", "`id` is empty"),
            ("/a/{other}", "x", "`other` is missing"),
            ("/a/{id", "x", "a `{` without a `}`"),
        ] {
            let refused = filled(path, &[("id", id)]).expect_err(path);
            assert!(refused.contains(problem), "{path}: {refused}");
        }
        // What looks like a host is a path.
        assert_eq!(
            filled("//other.example.com/a", &[]).as_deref(),
            Ok("https://api.example.com/base//other.example.com/a")
        );
    }

    #[test]
    fn one_operation_is_kept_for_each_path_and_there_is_an_end_to_them() {
        let scopes = ["a.read".to_owned(), "b.read".to_owned()];
        let one = operation(Method::Post, "/own/{id}", &scopes, true);
        assert_eq!((one.id, one.path, one.read_only), ("POST /own/{id}", "/own/{id}", true));
        assert_eq!(
            (one.scopes, one.scope()),
            (&[&["a.read", "b.read"][..]][..], "a.read b.read".to_owned())
        );
        assert!(std::ptr::eq(one, operation(Method::Post, "/own/{id}", &scopes, true)));
        for number in 0..2 * MOST {
            operation(Method::Get, &format!("/own/{number}"), &[], true);
        }
        assert_eq!(operation(Method::Get, "/one/more", &[], true).id, "GET …");
        assert!(std::ptr::eq(one, operation(Method::Post, "/own/{id}", &scopes, true)));
    }
}
