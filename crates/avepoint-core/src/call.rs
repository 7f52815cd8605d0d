//! A call as its builder puts it together, and how it is carried out.
//!
//! Nothing here is generic but the last step, which reads the response: so that what is compiled for each operation is small.

use std::any::Any;
use std::fmt;

use http::header;
use reqwest::{Request, Url};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::BoxFuture;
use crate::argument::Given;
use crate::error::{Error, ErrorKind};
use crate::fields::{Fields, set_member};
#[cfg(feature = "dynamic")]
use crate::generated::value_decoder;
use crate::generated::{Decode, decode, decoder, encode_path, show_members};
use crate::operation::{Constraint, Operation, Paging, Parameter, ParameterLocation};
use crate::options::{CallOptions, Validation, misplaced};
use crate::paging::{Origin, PageRequest};
use crate::prepared::PreparedRequest;
use crate::reader::{Spelling, read_whole, to_json};
use crate::response::{ByteStream, Response};
use crate::session::{Answer, Body, JSON, Session, set_header};
use crate::validation::{Violation, check_length, check_scalar, spell, spelled, violations};
use crate::value::id::InvalidId;

/// A call that is being put together: what every builder of one is made of. It owns all that it needs.
#[derive(Clone)]
pub struct Call {
    session: Session,
    operation: &'static Operation,
    /// The parameters of the path and of the query, by their names on the wire.
    parameters: Vec<(&'static str, Given)>,
    /// Parameters of the query that the specification does not know.
    further: Vec<(String, Given)>,
    body: Option<Given>,
}

/// A request that was checked, and its body as JSON.
pub(crate) struct Checked {
    pub(crate) request: Request,
    pub(crate) body: Option<Value>,
    /// What must not be shown of it, besides the members of the body that the specification calls secret.
    pub(crate) secrets: Vec<SecretString>,
}

/// A response that holds a page, and where it comes from.
type AnyPage = (Box<dyn Any + Send>, Origin);

impl Call {
    /// A call without parameters.
    pub fn new(session: &Session, operation: &'static Operation) -> Self {
        Call {
            session: session.clone(),
            operation,
            parameters: Vec::new(),
            further: Vec::new(),
            body: None,
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The session in which the call is made.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The same call in another session, such as one with other options.
    #[must_use]
    pub fn in_session(mut self, session: &Session) -> Self {
        self.session = session.clone();
        self
    }

    /// The same call with these options, replacing its session's.
    #[must_use]
    pub fn with_options(self, options: CallOptions) -> Self {
        let session = self.session.with_options(options);
        self.in_session(&session)
    }

    /// The same call, held against the specification or not.
    #[must_use]
    pub fn with_validation(self, validation: Validation) -> Self {
        let options = self.session.options().clone().validation(validation);
        self.with_options(options)
    }

    /// Sets a parameter by its name on the wire, in the place of what was there. `None` leaves it out.
    pub fn set(&mut self, name: &'static str, given: Given) {
        self.parameters.retain(|(other, _)| *other != name);
        if !matches!(given, Given::Nothing) {
            self.parameters.push((name, given));
        }
    }

    /// Adds a parameter of the query that the specification does not know.
    #[cfg(feature = "dynamic")]
    pub(crate) fn add(&mut self, name: String, given: Given) {
        self.further.push((name, given));
    }

    /// Sets the body, in the place of what was there.
    pub fn set_body(&mut self, given: Given) {
        self.body = Some(given).filter(|given| !matches!(given, Given::Nothing));
    }

    /// Changes the members of a body that is an object; where none was set, it begins with these.
    pub fn change_body(&mut self, empty: Fields, change: impl FnOnce(Fields) -> Fields) {
        let fields = match self.body.take() {
            None | Some(Given::Nothing) => Ok(empty),
            Some(Given::Fields(fields)) => Ok(fields),
            Some(Given::Value(Value::Object(members))) => Ok(empty.with(members)),
            // What was refused stays so.
            Some(other) => Err(other),
        };
        self.body = Some(match fields {
            Ok(fields) => Given::Fields(change(fields)),
            Err(other) => other,
        });
    }

    /// The entries of a parameter that is a list, by which a call can be split.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`] where it is none, or holds what does not convert.
    pub fn entries<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, Error> {
        match self.parameters.iter().find(|(other, _)| *other == name) {
            Some((_, given)) => self.as_type(given, name),
            None => {
                let mut needed = self.operation.parameters.iter().filter(|parameter| parameter.required);
                match needed.any(|parameter| parameter.name == name) {
                    true => Err(self.invalid(Problems::of(name, vec![Violation::missing(name)]))),
                    false => Ok(Vec::new()),
                }
            }
        }
    }

    /// The body, by which a call can be split.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`] where there is none, or it breaks the specification.
    pub fn typed_body<T: DeserializeOwned>(&self) -> Result<T, Error> {
        match &self.body {
            Some(given) => self.as_type(given, "body"),
            None => Err(self.invalid(Problems::of("body", vec![Violation::missing("body")]))),
        }
    }

    fn as_type<T: DeserializeOwned>(&self, given: &Given, name: &str) -> Result<T, Error> {
        let (value, mut problems) = self.finish(given);
        // A list that is too long for one call is what it is split for.
        problems.retain(Violation::is_gap);
        if !problems.is_empty() {
            return Err(self.invalid(Problems::of(name, problems)));
        }
        // Through the text, by the reader of answers: that of a `Value` would be compiled for every type once more.
        let json = to_json(&value.unwrap_or_default());
        let codes = match self.is_strict() {
            true => Spelling::Documented,
            false => Spelling::Verbatim,
        };
        read_whole(json.as_bytes(), codes)
            .map_err(|problem| self.invalid(Problems(vec![format!("`{name}`: {problem}")])))
    }

    /// Whether the request is held against the specification.
    fn is_strict(&self) -> bool {
        self.session.options().validation == Validation::Strict
    }

    /// The value that was given, and what forbids it: where nothing is held against the specification, what cannot be sent.
    fn finish(&self, given: &Given) -> (Option<Value>, Vec<Violation>) {
        let (value, mut problems) = given.clone().finish();
        if !self.is_strict() {
            problems.retain(Violation::is_unfit);
        }
        (value, problems)
    }

    fn invalid(&self, problems: Problems) -> Error {
        Error::new(ErrorKind::InvalidRequest, problems.0.join("; ")).with_operation(self.operation)
    }

    /// The request as it goes out, if the specification allows it or is not asked.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`] with all that is wrong with it.
    pub(crate) fn check(&self) -> Result<Checked, Error> {
        let mut problems = Problems::default();
        let mut path = Vec::new();
        let mut query = Vec::new();
        for parameter in self.operation.parameters {
            let mut texts = match self.checked_texts(parameter) {
                Ok(texts) => texts,
                Err(found) => {
                    problems.add(parameter.name, found);
                    continue;
                }
            };
            match parameter.location {
                ParameterLocation::Query => query.extend(texts.into_iter().map(|text| (parameter.name, text))),
                ParameterLocation::Path => {
                    let text = texts.pop().unwrap_or_default();
                    path.push((parameter.name, encode_path(&text)));
                }
            }
        }
        for (name, given) in &self.further {
            let (value, found) = self.finish(given);
            problems.add(name, found);
            query.extend(value.into_iter().flat_map(scalars).map(|given| (&**name, text(&given))));
        }
        let body = self.checked_body(&mut problems);
        problems
            .0
            .extend(misplaced(self.operation, self.session.options().headers.keys()));
        if !problems.0.is_empty() {
            return Err(self.invalid(problems));
        }
        let url = self.url(&filled(self.operation.path, &path), query);
        let mut request = Request::new(self.operation.method.into(), url);
        if matches!(self.operation.response, crate::operation::ResponseBody::Json) {
            set_header(&mut request, header::ACCEPT, JSON);
        }
        if let Some(body) = &body {
            set_header(&mut request, header::CONTENT_TYPE, JSON);
            *request.body_mut() = Some(to_json(body).into());
        }
        Ok(Checked {
            request,
            body,
            secrets: Vec::new(),
        })
    }

    /// The texts of a parameter as they go out.
    fn checked_texts(&self, parameter: &Parameter) -> Result<Vec<String>, Vec<Violation>> {
        let given = self.parameters.iter().find(|(name, _)| *name == parameter.name);
        let (value, found) = given.map_or((None, Vec::new()), |(_, given)| self.finish(given));
        if !found.is_empty() {
            return Err(found);
        }
        let given = value.map(scalars).unwrap_or_default();
        let mut texts: Vec<_> = given.iter().map(text).collect();
        let is_in_path = parameter.location == ParameterLocation::Path;
        let outcome = match texts.as_slice() {
            [] if is_in_path => Err(Violation::missing(parameter.name)),
            _ if self.is_strict() => check_parameter(parameter, &given, &mut texts),
            _ => Ok(()),
        };
        // Another text than one of an id would make another path of the request.
        let outcome = match texts.last() {
            Some(text) if is_in_path && outcome.is_ok() => {
                InvalidId::check(text).map_err(|problem| Violation::new(format!("is not an id: {problem}")))
            }
            _ => outcome,
        };
        outcome.map(|()| texts).map_err(|problem| vec![problem])
    }

    fn url(&self, path: &str, query: Vec<(&str, String)>) -> Url {
        let mut url = self.session.url_of(path);
        // They are few: to sort them by std's means would be six kilobytes of every program.
        let mut sorted: Vec<(&str, String)> = Vec::with_capacity(query.len());
        for pair in query {
            let place = sorted.partition_point(|(name, _)| *name <= pair.0);
            sorted.insert(place, pair);
        }
        if !sorted.is_empty() {
            url.query_pairs_mut().extend_pairs(sorted);
        }
        url
    }

    /// The body as it goes out: its codes and times spelled as they are documented, unless nothing is held against the specification.
    fn checked_body(&self, problems: &mut Problems) -> Option<Value> {
        let Some(body) = self.operation.body.as_ref() else {
            // Of an operation that has none according to the specification.
            let (value, found) = self.finish(self.body.as_ref()?);
            problems.add("body", found);
            return value;
        };
        let (value, found) = match (&self.body, body.constraint) {
            (Some(given), _) => self.finish(given),
            // All of its members may be optional; which are not is told one by one.
            (None, Constraint::Object { .. }) if body.required => {
                self.finish(&Given::Fields(Fields::new(body.constraint, &[])))
            }
            (None, _) => (None, Vec::new()),
        };
        if !found.is_empty() {
            problems.add("body", found);
            return None;
        }
        let Some(mut value) = value else {
            if body.required && self.is_strict() {
                problems.add("body", vec![Violation::missing("body")]);
            }
            return None;
        };
        if self.is_strict() {
            problems.add("body", violations(body.constraint, &value));
            spell(body.constraint, &mut value);
        }
        Some(value)
    }

    /// Validates and returns the request without sending it.
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::InvalidRequest`] with all that is wrong with it.
    pub fn dry_run(&self) -> Result<PreparedRequest, Error> {
        let checked = self.check()?;
        Ok(PreparedRequest::new(self.operation, checked, &self.session))
    }

    async fn execute(&self) -> Result<Answer, Error> {
        self.session.execute(self.operation, self.check()).await
    }

    async fn read(self, read: Decode) -> Result<Response<Box<dyn Any + Send>>, Error> {
        let answer = self.execute().await?.map(Body::whole);
        decode(self.operation, answer, self.session.options(), read).await
    }

    /// Sends the request, and reads the response.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn json<T: DeserializeOwned + Send + 'static>(self) -> Result<Response<T>, Error> {
        self.read(decoder::<T>).await.map(Response::of)
    }

    /// Sends the request, reads the response as the other does, and gives its JSON as it came.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    #[cfg(feature = "dynamic")]
    pub(crate) async fn value<T: DeserializeOwned + Send + 'static>(self) -> Result<Value, Error> {
        self.read(value_decoder::<T>)
            .await
            .map(|answer| Response::<Value>::of(answer).into_inner())
    }

    /// Sends the request; the response holds nothing to read.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn empty(self) -> Result<Response<()>, Error> {
        self.execute()
            .await
            .map(|answer| Response::with_head_of(answer, |_| ()))
    }

    /// Sends the request; the response is a file.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn file(self) -> Result<Response<ByteStream>, Error> {
        let pause = self.session.options().timeout;
        self.execute()
            .await
            .map(|answer| Response::with_head_of(answer, |body| body.pieces(pause)))
    }

    /// The page at which the list begins: the one that was asked for, or the first.
    pub(crate) fn first_page(&self) -> Result<u32, Error> {
        let Some(Paging::PageNumber { page, .. }) = &self.operation.paging else {
            return Ok(1);
        };
        let (given, problems) = match page.strip_prefix("body.") {
            Some(member) => match &self.body {
                Some(Given::Fields(fields)) => (fields.get(member).cloned(), Vec::new()),
                Some(Given::Value(value)) => (value.get(member).cloned(), Vec::new()),
                _ => (None, Vec::new()),
            },
            None => {
                let given = self.parameters.iter().find(|(name, _)| name == page);
                given.map_or((None, Vec::new()), |(_, given)| self.finish(given))
            }
        };
        if !problems.is_empty() {
            return Err(self.invalid(Problems::of(page, problems)));
        }
        let Some(number) = given else {
            return Ok(1);
        };
        match number.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) if number > 0 => Ok(number),
            _ => {
                let problem = format!("there is no page {}; the first is 1", to_json(&number));
                Err(self.invalid(Problems(vec![problem])))
            }
        }
    }

    /// Asks for one page of the list.
    pub(crate) fn page(&self, wanted: PageRequest, read: Decode) -> BoxFuture<'static, Result<AnyPage, Error>> {
        let mut call = self.clone();
        let turn = match &self.operation.paging {
            Some(Paging::PageNumber { page, .. }) => Some((*page, Value::from(wanted.page))),
            Some(Paging::Token { token, .. }) => wanted.token.map(|text| (*token, Value::from(text))),
            _ => None,
        };
        if let Some((name, value)) = turn {
            match name.strip_prefix("body.") {
                Some(member) => call.set_member(member, value),
                None => call.set(name, Given::Value(value)),
            }
        }
        Box::pin(async move { call.read(read).await?.into_page() })
    }

    fn set_member(&mut self, name: &'static str, value: Value) {
        match &mut self.body {
            Some(Given::Fields(fields)) => fields.set(name, Given::Value(value)),
            Some(Given::Value(Value::Object(members))) => set_member(members, name, Some(value)),
            None => {
                let mut members = Map::new();
                set_member(&mut members, name, Some(value));
                self.body = Some(Given::Value(members.into()));
            }
            // It will be refused.
            Some(_) => {}
        }
    }
}

/// All that is wrong with a request.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn of(place: &str, found: Vec<Violation>) -> Self {
        let mut problems = Problems::default();
        problems.add(place, found);
        problems
    }

    fn add(&mut self, place: &str, found: Vec<Violation>) {
        self.0
            .extend(found.into_iter().map(|violation| violation.in_place(place)));
    }
}

/// The path of an operation with the texts of its parameters, by their names.
fn filled(path: &str, texts: &[(&str, String)]) -> String {
    let parts = path.split(['{', '}']).enumerate();
    let filled = parts.map(|(index, part)| {
        let mut named = texts.iter().filter(|(name, _)| index % 2 == 1 && *name == part);
        named.next().map_or(part, |(_, text)| text)
    });
    filled.collect()
}

/// What a parameter holds: nothing, one, or each entry of a list.
fn scalars(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(entries) => entries.into_iter().flat_map(scalars).collect(),
        other => vec![other],
    }
}

/// A scalar as it stands in a path or a query.
fn text(scalar: &Value) -> String {
    match scalar {
        Value::String(text) => text.clone(),
        other => to_json(other),
    }
}

/// Checks what a parameter holds, and spells its codes and times as they are documented.
fn check_parameter(parameter: &Parameter, given: &[Value], texts: &mut [String]) -> Result<(), Violation> {
    let constraint = parameter.constraint;
    if texts.is_empty() {
        return if parameter.required {
            Err(Violation::missing(parameter.name))
        } else {
            Ok(())
        };
    }
    for (given, text) in given.iter().zip(&mut *texts) {
        check_scalar(constraint, given, text)?;
        if let Some(documented) = spelled(constraint, text) {
            *text = documented;
        }
    }
    match constraint {
        Constraint::List { min, max, .. } => check_length(["entry", "entries"], texts.len(), *min, *max),
        _ => Ok(()),
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("session", &self.session)
            .field("operation", &self.operation.id)
            .field("given", &ShownGiven(self))
            .finish()
    }
}

/// What was given to a call, but for secrets.
struct ShownGiven<'a>(&'a Call);

impl fmt::Debug for ShownGiven<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ShownGiven(call) = self;
        let mut members = Map::new();
        let parameters = call.parameters.iter().map(|(name, given)| (*name, given));
        let further = call.further.iter().map(|(name, given)| (&**name, given));
        for (name, given) in parameters.chain(further) {
            members.extend(given.clone().finish().0.map(|value| (name.to_owned(), value)));
        }
        let body = call.body.clone().and_then(|body| body.finish().0);
        members.extend(body.map(|body| ("body".to_owned(), body)));
        show_members(f, &members, call.session.secret_members())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde::{Serialize, Serializer};
    use serde_json::json;

    use super::*;
    use crate::argument::IntoGiven;
    use crate::operation::{Format, Member};
    use crate::session::for_tests::session;
    use crate::{Argument, Method};

    static GROW: Operation = Operation::new("grow", Method::Post, "/plants", "Grow a plant").body(
        true,
        &Constraint::Object {
            members: &[],
            open: true,
        },
    );

    #[test]
    fn a_body_that_may_be_left_out_is_left_out_and_another_is_told_of_member_by_member() {
        static NAMED: Constraint = Constraint::object(
            &[Member::new("name", true, &Constraint::text(1, None, Format::Plain))],
            false,
        );
        static OPTIONAL: Operation =
            Operation::new("grow", Method::Post, "/plants", "Grow a plant").body(false, &NAMED);
        static REQUIRED: Operation = Operation::new("grow", Method::Post, "/plants", "Grow a plant").body(true, &NAMED);
        let check = |operation| Call::new(&session(), operation).check();
        assert_eq!(check(&OPTIONAL).expect("a request").body, None);
        assert_eq!(check(&GROW).expect("a request").body, Some(json!({})));
        let problem = check(&REQUIRED).err().expect("no name").to_string();
        assert!(problem.ends_with("`body.name` is missing"), "{problem}");
    }

    /// A body that counts how often it is written. It is of no type that can be read.
    struct Counted(Arc<AtomicUsize>);

    impl Serialize for Counted {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.fetch_add(1, Ordering::Relaxed);
            json!({ "name": "fern", "password": "a secret" }).serialize(serializer)
        }
    }

    impl IntoGiven for Counted {}

    fn given<M>(value: impl Argument<Counted, M>) -> Given {
        value.given()
    }

    #[test]
    fn a_body_is_written_once_and_never_read_to_be_checked_sent_or_hidden() {
        let session = session();
        let written = Arc::new(AtomicUsize::new(0));
        let mut call = Call::new(&session, &GROW);
        call.set_body(given(Counted(Arc::clone(&written))));
        for _ in 0..2 {
            let Checked { request, body, .. } = call.check().expect("a request");
            let bytes = request.body().and_then(reqwest::Body::as_bytes).expect("bytes");
            assert_eq!(bytes, br#"{"name":"fern","password":"a secret"}"#);
            // What secrets are taken from is the value that was checked.
            assert_eq!(body, Some(json!({ "name": "fern", "password": "a secret" })));
        }
        assert_eq!(written.load(Ordering::Relaxed), 1);
    }
}
