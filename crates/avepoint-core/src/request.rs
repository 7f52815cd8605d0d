//! Requests that the specification does not know.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, header};
use percent_encoding::{percent_decode, percent_decode_str};
use reqwest::{Request, Url};
use secrecy::SecretString;
use serde::Serialize;

use crate::call::Checked;
use crate::error::{Error, ErrorKind};
use crate::generated::encode_path;
use crate::operation::{Method, Operation};
use crate::options::{CallOptions, RawResponse};
use crate::prepared::PreparedRequest;
use crate::redact::members;
use crate::session::{JSON, Session, set_header};

/// A request to any path of the service: for what the specification does not have, or has wrong. A client's `request`
/// makes one.
///
/// It gets a token with the scopes that are given, is sent again as any call is (a write only where it cannot have been
/// carried out), fails with the same [`Error`], and its response has the same bound of size. It is not checked against the
/// specification.
///
/// ```
/// use avepoint_core::{Error, Method, Session};
/// use avepoint_core::serde_json::{Value, json};
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
    secrets: Vec<SecretString>,
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
            is_read_only: method.is_read(),
            parameters: Vec::new(),
            secrets: Vec::new(),
            body: None,
            problem: None,
        }
    }

    /// Adds a scope that the token must carry. Default: none.
    ///
    /// Scopes are few and known beforehand: after a thousand different sets a program is refused further ones.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// A parameter: in the path if the path has its name in braces, otherwise in the query, where a name may be given
    /// several times; in the path it has one value.
    pub fn parameter(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.parameters.push((name.into(), value.to_string()));
        self
    }

    /// A body of JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body = Some((JSON, json.into())),
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

    /// A text that must not be shown: not in an error, an event or the text of a [dry run](Self::dry_run), whoever quotes
    /// it. May be called several times.
    ///
    /// Known without it are the access token, the headers of the caller, and the values of parameters, of members of JSON
    /// and of the fields of a form that the specification calls secret or whose name says so (`newPassword`,
    /// `client_secret`, `access-token`). Of other bodies nobody knows what is secret.
    ///
    /// ```
    /// use avepoint_core::{Method, RawRequest, Session};
    ///
    /// fn unlock(session: &Session, pin: &str) -> RawRequest {
    ///     session.request(Method::Post, "/vault/unlock").body("text/plain", pin.to_owned()).secret(pin)
    /// }
    /// ```
    pub fn secret(mut self, text: impl Into<String>) -> Self {
        self.secrets.push(text.into().into());
        self
    }

    /// Whether the request changes nothing, so that it may be sent again after any failure. Default: true for GET, HEAD and OPTIONS.
    pub fn read_only(mut self, is_read_only: bool) -> Self {
        self.is_read_only = is_read_only;
        self
    }

    /// Options for this request only, replacing the client's.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.session = self.session.with_options(options);
        self
    }

    /// Sends the request. If the future is dropped before it is done, a write may have been carried out.
    ///
    /// # Errors
    /// As any call. An error of kind [`ErrorKind::InvalidRequest`] where the path does not begin with a slash, lacks a
    /// parameter or has two values for one, or leads out of the address of the API; and where the program has named more
    /// than a thousand paths and a thousand sets of scopes.
    pub async fn send(self) -> Result<RawResponse, Error> {
        let operation = self.operation();
        self.session.execute_raw(operation, self.checked(operation)).await
    }

    /// Validates and returns the request without sending it.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`], as [`send`](Self::send).
    pub fn dry_run(&self) -> Result<PreparedRequest, Error> {
        let operation = self.operation();
        Ok(PreparedRequest::new(operation, self.checked(operation)?, &self.session))
    }

    fn operation(&self) -> &'static Operation {
        operation(self.method, &self.path, &self.scopes, self.is_read_only)
    }

    fn checked(&self, operation: &'static Operation) -> Result<Checked, Error> {
        let request = self.request(operation)?;
        let bytes = self.body.as_ref().map(|(_, bytes)| &bytes[..]).unwrap_or_default();
        let body = serde_json::from_slice(bytes).ok();
        let mut secrets = self.secrets.clone();
        let named = self.parameters.iter().filter(|(name, _)| self.is_secret(name));
        secrets.extend(named.map(|(_, value)| value.as_str().into()));
        match &body {
            Some(body) => members::collect(&|name| self.is_secret(name), body, &mut secrets),
            None => secrets.extend(
                form_fields(bytes)
                    .filter(|(name, _)| self.is_secret(name))
                    .map(|(_, value)| value.into()),
            ),
        }
        Ok(Checked { request, body, secrets })
    }

    /// Whether values of this name are secrets: by the specification, or since the name says so.
    fn is_secret(&self, name: &str) -> bool {
        members::is_one(self.session.secret_members(), name) || says_secret(name)
    }

    fn request(&self, operation: &'static Operation) -> Result<Request, Error> {
        let invalid = |problem| Error::new(ErrorKind::InvalidRequest, problem).with_operation(operation);
        if let Some(problem) = &self.problem {
            return Err(invalid(problem.clone()));
        }
        if operation.scopes.first().map_or(0, |scopes| scopes.len()) < self.scopes.len() {
            let problem =
                "the program has named too many different scopes: they are few, and hold no value of a request";
            return Err(invalid(problem.to_owned()));
        }
        let url = url(self.session.url(), &self.path, &self.parameters).map_err(invalid)?;
        let mut request = Request::new(self.method.into(), url);
        if let Some((content_type, body)) = &self.body {
            set_header(&mut request, header::CONTENT_TYPE, content_type.clone());
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
    // How a URL is read would leave tabs and line breaks out, so that other text remains than what is looked at here.
    if path.contains(char::is_control) {
        return Err("the path contains a control character, such as a tab or a line break".to_owned());
    }
    if !path.starts_with('/') {
        return Err("the path does not begin with a slash: paths are relative to the API's base URL".to_owned());
    }
    if let Some(sign) = path.chars().find(|sign| ['?', '#', '\\'].contains(sign)) {
        return Err(format!(
            "the path contains `{sign}`: give what stands in the query with `parameter`"
        ));
    }
    let (mut filled, mut used, mut rest) = (String::new(), Vec::new(), path);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("the path has a `{` without a `}`")?;
        let mut given = parameters.iter().filter(|(known, _)| known == name);
        let (_, value) = given.next().ok_or_else(|| format!("`{name}` is missing"))?;
        if given.next().is_some() {
            return Err(format!("`{name}` is given twice, but stands in the path"));
        }
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
    let whole = format!("{}{filled}", base.path().trim_end_matches('/'));
    url.set_path(&whole);
    // Whatever else there is in how a URL is read: the path is the one that was given, or nothing is sent.
    if !percent_decode_str(url.path()).eq(percent_decode_str(&whole)) {
        return Err("the path leads to another path as URLs are read".to_owned());
    }
    let query: Vec<_> = parameters.iter().filter(|(name, _)| !used.contains(&&**name)).collect();
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// The fields of a form, if a body is one. Of any other body there are none with a name that says anything.
fn form_fields(body: &[u8]) -> impl Iterator<Item = (String, String)> {
    let text = |bytes| percent_decode(bytes).decode_utf8_lossy().into_owned();
    body.split(|byte| *byte == b'&').filter_map(move |field| {
        let sign = field.iter().position(|byte| *byte == b'=')?;
        Some((text(&field[..sign]), text(&field[sign + 1..])))
    })
}

/// Whether a name says that its value is a secret, in any of the ways of joining words.
fn says_secret(name: &str) -> bool {
    const WORDS: [&str; 11] = [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "credential",
        "assertion",
        "apikey",
        "accesskey",
        "privatekey",
    ];
    let letters = name.chars().filter(|sign| sign.is_ascii_alphanumeric());
    let joined: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    WORDS.iter().any(|word| joined.contains(word))
}

/// How many of them are kept with their paths, and how many more without.
const MOST: usize = 1000;

/// What a request is for those who tell of it and those who give a token for it: both take operations that live as long
/// as the program. There is one for each path and set of scopes that the program names, however often it does; beyond so
/// many, whose paths can only hold what belongs in parameters, the path is left out, and beyond twice as many the scopes
/// are: then the request is refused.
fn operation(method: Method, path: &str, scopes: &[String], read_only: bool) -> &'static Operation {
    type Known = HashMap<(&'static str, String, Vec<String>, bool), &'static Operation>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut key = (method.as_str(), path.to_owned(), scopes.to_vec(), read_only);
    if known.len() >= MOST && !known.contains_key(&key) {
        "…".clone_into(&mut key.1);
    }
    if known.len() >= 2 * MOST && !known.contains_key(&key) {
        key.2.clear();
    }
    let (path, scopes) = (key.1.clone(), key.2.clone());
    known.entry(key).or_insert_with(|| {
        let id = leak(format!("{} {path}", method.as_str()));
        let mut operation = Operation::new(id, method, leak(path), "A request outside the specification");
        if !scopes.is_empty() {
            let scopes: Vec<_> = scopes.into_iter().map(leak).collect();
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
    use crate::session::for_tests::session;

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
            ("/a/.\t./.\t./etc", "x", "a control character"),
            ("/a/.%2\te/b", "x", "a control character"),
            ("/a/.\n./b", "x", "a control character"),
            ("\r/a", "x", "a control character"),
            ("/a/{id}/{id}\u{85}", "x", "a control character"),
            ("/a/{id}", "", "`id` is empty"),
            ("/a/{other}", "x", "`other` is missing"),
            ("/a/{id", "x", "a `{` without a `}`"),
        ] {
            let refused = filled(path, &[("id", id)]).expect_err(path);
            assert!(refused.contains(problem), "{path}: {refused}");
        }
        // Of what is given for a parameter nothing is left out.
        assert_eq!(
            filled("/ä b/{id}", &[("id", ".\t.")]).as_deref(),
            Ok("https://api.example.com/base/%C3%A4%20b/.%09.")
        );
        // What looks like a host is a path.
        assert_eq!(
            filled("//other.example.com/a", &[]).as_deref(),
            Ok("https://api.example.com/base//other.example.com/a")
        );
    }

    #[test]
    fn a_parameter_of_the_path_has_one_value() {
        let refused = filled("/a/{id}/{id}", &[("id", "x"), ("id", "y")]).expect_err("two values");
        assert!(refused.contains("`id` is given twice"), "{refused}");
        assert_eq!(
            filled("/a/{id}/{id}", &[("id", "x")]).as_deref(),
            Ok("https://api.example.com/base/a/x/x")
        );
    }

    #[test]
    fn a_name_says_whether_its_value_is_secret() {
        for name in [
            "password",
            "newPassword",
            "client_secret",
            "Access-Token",
            "apiKey",
            "x-api-key",
            "PWD",
        ] {
            assert!(says_secret(name), "{name}");
        }
        for name in ["pageSize", "keyword", "passport", "author", "customerId", ""] {
            assert!(!says_secret(name), "{name}");
        }
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

        // Scopes, too: a token with others than those that were named is worth nothing.
        let made = |number| operation(Method::Get, "/own", &[format!("scope-of-{number}")], true);
        assert_eq!(made(0).scopes, [["scope-of-0"]]);
        for number in 1..2 * MOST {
            made(number);
        }
        let last = made(2 * MOST);
        assert_eq!((last.id, last.scopes.len()), ("GET …", 0));
        assert!(std::ptr::eq(last, made(2 * MOST + 1)));
        assert!(std::ptr::eq(made(0), made(0)) && made(0).scopes == [["scope-of-0"]]);

        let session = session();
        let with = |scope: &str| session.request(Method::Get, "/own").scope(scope).dry_run();
        with("scope-of-0").expect("one that is known");
        let refused = with("one-more").expect_err("one too many");
        assert!(
            refused.is_invalid_request() && refused.to_string().contains("too many different scopes"),
            "{refused}"
        );
    }
}
