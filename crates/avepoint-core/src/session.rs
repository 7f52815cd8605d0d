//! What a client carries through every call: where to, who asks, and how often.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{CONTROLS, percent_encode};
use reqwest::{Request, Response, Url};
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span, field};

use crate::call::Checked;
use crate::clock::Clock;
use crate::cloud::may_carry_token;
use crate::counted::counted;
use crate::credential::{AccessToken, Credential};
use crate::error::{Error, ErrorKind, request_id};
#[cfg(feature = "export")]
use crate::export::Places;
use crate::gate::{Gate, Pass};
use crate::hook::{RequestHook, Watched};
use crate::log::CallLog;
use crate::network::{HttpClient, Transport};
use crate::operation::{Method, Operation, ResponseBody};
use crate::options::{CallOptions, RawResponse, secrets_of};
use crate::paging::reported_status;
use crate::protection::Protection;
use crate::redact::{RecentTokens, Secrets, members};
use crate::renewals::Renewals;
use crate::request::RawRequest;
use crate::response::ByteStream;
use crate::retry::{is_transient, parse_retry_after};
use crate::transport::{self, Attempts, ReadError};

/// The inner part of every client: cheap to clone, and shared by its clones but for the [`CallOptions`].
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
    options: Arc<CallOptions>,
}

pub(crate) struct Shared {
    pub(crate) base_url: Url,
    pub(crate) credential: Arc<dyn Credential>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: HttpClient,
    pub(crate) transport: Transport,
    pub(crate) renewals: Renewals,
    pub(crate) gate: Gate,
    pub(crate) hook: Option<Arc<dyn RequestHook>>,
    /// The names of the members that hold secrets.
    pub(crate) secret_members: &'static [&'static str],
    #[cfg(feature = "export")]
    pub(crate) places: Places,
    pub(crate) tokens: RecentTokens,
}

/// How many times a read follows a redirection.
const REDIRECTIONS: usize = 5;

/// How much is read of a response that has failed, or that is to be empty, in bytes; more says nothing that helps.
const SHORT_BODY: usize = 64 * 1024;

/// How long the rest of a response is waited for that is to be empty.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What a read by redirection takes along to another host: what it wants of the response, and nothing that is anyone's.
const HARMLESS: [HeaderName; 3] = [header::ACCEPT, header::RANGE, header::IF_RANGE];

impl Session {
    pub(crate) fn new(shared: Shared, options: CallOptions) -> Self {
        Session {
            shared: Arc::new(shared),
            options: Arc::new(options),
        }
    }

    /// The base URL of the API.
    pub fn base_url(&self) -> &str {
        self.shared.base_url.as_str()
    }

    /// The same, to be worked with.
    pub(crate) fn url(&self) -> &Url {
        &self.shared.base_url
    }

    /// The address of a path below the base URL, whose parts are encoded.
    pub(crate) fn url_of(&self, path: &str) -> Url {
        let base = &self.shared.base_url;
        let mut url = base.clone();
        url.set_path(&[base.path().trim_end_matches('/'), path].concat());
        url
    }

    /// The options of this clone.
    pub fn options(&self) -> &CallOptions {
        &self.options
    }

    /// The same session with other options.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Session {
            shared: Arc::clone(&self.shared),
            options: Arc::new(options),
        }
    }

    /// A request to any path of the service: for what the specification does not have. Clients have a method of the same
    /// name.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.clone(), method, path.into())
    }

    /// The clock by which calls wait.
    #[cfg(feature = "export")]
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// The places of the export jobs.
    #[cfg(feature = "export")]
    pub(crate) fn places(&self) -> &Places {
        &self.shared.places
    }

    /// What must not be shown of the responses to calls that are done.
    pub(crate) fn secrets(&self) -> Secrets {
        self.with_tokens(&self.own_secrets(None, Vec::new()))
    }

    /// These secrets, and every token that a server may still quote: that of the call, the one that it replaced, and
    /// those of other permissions.
    fn with_tokens(&self, secrets: &Secrets) -> Secrets {
        secrets.with_all(self.shared.tokens.all())
    }

    /// What must not be shown of a call with this body and these secrets, but for tokens.
    pub(crate) fn own_secrets(&self, body: Option<&Value>, mut own: Vec<SecretString>) -> Secrets {
        let members = self.shared.secret_members;
        own.extend(self.options.secrets());
        if let Some(body) = body {
            members::collect(&|name| members::is_one(members, name), body, &mut own);
        }
        Secrets::new(own).with_members(members)
    }

    /// The names of the members that hold secrets.
    pub(crate) fn secret_members(&self) -> &'static [&'static str] {
        self.shared.secret_members
    }

    /// Carries out one call that the specification does not know.
    pub(crate) async fn execute_raw(
        &self,
        operation: &'static Operation,
        checked: Result<Checked, Error>,
    ) -> Result<RawResponse, Error> {
        let (head, body) = self.execute(operation, checked).await?.into_parts();
        Ok(RawResponse {
            operation,
            status: head.status,
            headers: head.headers,
            body: body.whole(),
        })
    }

    /// Carries out one call that was checked: gets a token, sends it, and again where that is safe; and tells of it.
    pub(crate) async fn execute(
        &self,
        operation: &'static Operation,
        checked: Result<Checked, Error>,
    ) -> Result<Answer, Error> {
        let mut log = CallLog::begin(operation, &*self.shared.clock);
        let span = tracing::debug_span!(
            "call",
            otel.name = %format_args!("{} {}", operation.method.as_str(), operation.path),
            otel.kind = "client",
            avepoint.operation = operation.id,
            http.request.method = operation.method.as_str(),
            http.request.resend_count = field::Empty,
            http.response.status_code = field::Empty,
            url.template = operation.path,
            server.address = self.shared.base_url.host_str(),
            server.port = self.shared.base_url.port_or_known_default(),
            error.type = field::Empty,
        );
        let call = self.call(operation, checked, &span, &mut log.sent);
        let outcome = call.instrument(span.clone()).await.map_err(|error| {
            match error.status() {
                Some(status) if !status.is_success() => span.record("error.type", status.as_str()),
                _ => span.record("error.type", field::debug(error.kind())),
            };
            let own = self.options.request_id().filter(|_| error.was_sent());
            error.with_operation(operation).with_request_id(own)
        });
        log.end(&outcome, || self.secrets());
        outcome
    }

    async fn call(
        &self,
        operation: &'static Operation,
        checked: Result<Checked, Error>,
        span: &Span,
        sent: &mut u32,
    ) -> Result<Answer, Error> {
        let Checked {
            mut request,
            body,
            secrets,
        } = checked?;
        self.set_headers(&mut request);
        let call = Call {
            operation,
            request,
            secrets: self.own_secrets(body.as_ref(), secrets),
            span,
        };
        let Shared {
            renewals, clock, gate, ..
        } = &*self.shared;
        let mut attempts = Attempts::new(&self.options.retry, &**clock);
        let mut token = self.token(operation, attempts.left()).await?;
        let (mut renewed, mut last) = (false, None);
        loop {
            let pass = match gate.pass(&**clock, &attempts).await {
                Ok(pass) => pass,
                // What the service said says more than that there is no time for another attempt.
                Err(refused) => return last.unwrap_or(Err(refused)),
            };
            span.record("http.request.resend_count", *sent);
            *sent = sent.saturating_add(1);
            let outcome = self.attempt(&call, *sent, &token, &pass, &attempts).await;
            drop(pass);
            let error = match outcome {
                Ok(response) => {
                    renewals.resume(operation);
                    match response.extensions().get::<Reported>() {
                        Some(reported) if attempts.pause(reported).await => {}
                        _ => return Ok(response),
                    }
                    last = Some(Ok(response));
                    continue;
                }
                Err(error) => error.with_operation(operation),
            };
            // A gateway's 401 says nothing of the token.
            if error.kind() != ErrorKind::Status || !error.is_authentication() {
                if !attempts.pause(&error).await {
                    return Err(error);
                }
                last = Some(Err(error));
                continue;
            }
            if renewed {
                renewals.pause(operation, clock.elapsed());
            }
            if renewed || renewals.are_paused(operation, clock.elapsed()) {
                return Err(error);
            }
            renewed = true;
            self.shared.credential.invalidate(&token);
            let fresh = self.token(operation, attempts.left()).await?;
            if fresh.expose() == token.expose() {
                return Err(error);
            }
            token = fresh;
        }
    }

    /// A token, within the time that is left.
    async fn token(&self, operation: &'static Operation, left: Duration) -> Result<AccessToken, Error> {
        match tokio::time::timeout(left, self.shared.credential.token(operation)).await {
            Ok(token) => token,
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                "no access token arrived in time; nothing was sent",
            )),
        }
    }

    /// Sends a request, and reads its response, until the time is over; the caller's hook sees it.
    async fn attempt(
        &self,
        call: &Call<'_>,
        number: u32,
        token: &AccessToken,
        pass: &Pass<'_>,
        attempts: &Attempts<'_>,
    ) -> Result<Answer, Error> {
        let Some(hook) = &self.shared.hook else {
            return self.exchange(call, HeaderMap::new(), token, pass, attempts).await;
        };
        let (watched, added) = Watched::begin(&**hook, &*self.shared.clock, call.operation, number);
        let outcome = self.exchange(call, added, token, pass, attempts).await;
        let status = outcome
            .as_ref()
            .map_or_else(Error::status, |answer| Some(answer.status()));
        watched.end(status, outcome.as_ref().err());
        outcome
    }

    /// Sends a request, with headers that the hook has added, and reads its response.
    async fn exchange(
        &self,
        call: &Call<'_>,
        added: HeaderMap,
        token: &AccessToken,
        pass: &Pass<'_>,
        attempts: &Attempts<'_>,
    ) -> Result<Answer, Error> {
        let until = attempts.until(self.options.timeout);
        let request = || {
            // A body that cannot be copied is one that streams; no API takes such a one.
            let copy = call.request.try_clone();
            let copy = copy.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, "the body cannot be sent twice"))?;
            let mut request = authorized(copy, token)?;
            request.headers_mut().extend(added.clone());
            Ok(request)
        };
        let first = request()?;
        self.shared.tokens.keep(token);
        let mut secrets = self.with_tokens(&call.secrets);
        if !added.is_empty() {
            secrets = secrets.with_all(secrets_of(&added));
        }
        let followed = self.follow(call.operation, first, request, until).await;
        let mut answer = followed.map_err(|error| error.without(&secrets))?;
        let status = answer.response.status();
        call.span.record("http.response.status_code", status.as_u16());
        if !status.is_success() {
            return Err(self.refusal(answer, pass, attempts, until, &secrets).await);
        }
        if call.operation.response != ResponseBody::Json {
            self.shared.gate.accepted(pass);
        }
        #[cfg(feature = "export")]
        if let Some(witness) = &self.options.witness {
            witness.answered(call.operation, answer.response.headers());
        }
        match call.operation.response {
            // A file can be larger than memory: its reader takes it piece by piece. The whole of it may take longer than
            // any call; the time was for its beginning, and is for each piece from now on.
            ResponseBody::Bytes => {
                let head = same_head(&answer.response, ());
                let id = request_id(head.headers(), &secrets).or_else(|| self.options.request_id());
                Ok(head.map(|()| {
                    Body::Pieces(File {
                        operation: call.operation,
                        response: answer.response,
                        request_id: id,
                        secrets,
                    })
                }))
            }
            ResponseBody::Json => {
                let whole = transport::whole(&mut answer.response, self.options.max_response_size);
                let body = timeout_at(until, whole).await;
                let headers = answer.response.headers();
                let reported = match &body {
                    Ok(Ok(body)) if call.operation.read_only => self.reported(call.operation, body, headers),
                    _ => None,
                };
                let Shared { clock, gate, .. } = &*self.shared;
                match &reported {
                    Some(reported) if reported.status == StatusCode::TOO_MANY_REQUESTS => {
                        if !answer.away {
                            gate.close(pass, attempts.least_pause(reported.retry_after), clock.elapsed());
                        }
                    }
                    _ => gate.accepted(pass),
                }
                let error = match body {
                    Ok(Ok(body)) => {
                        let mut response = self.complete(call.operation, answer.response, body, secrets);
                        if let Some(reported) = reported {
                            response.extensions_mut().insert(reported);
                        }
                        return Ok(response);
                    }
                    Ok(Err(ReadError::Broken(error))) => error,
                    Ok(Err(ReadError::TooLong(declared_length))) => {
                        Error::from_decode(status, headers, &[], self.too_long(declared_length), &secrets)
                    }
                    Err(_) => Error::late(true),
                };
                // The head has told it, whatever became of the rest.
                Err(error.with_request_id(request_id(headers, &secrets)).without(&secrets))
            }
            // The status has said that the call was carried out, and nothing is expected in the body: what of it comes at
            // once is kept, so that the connection can be used again.
            ResponseBody::Empty => {
                let mut body = Vec::new();
                let beginning = transport::beginning(&mut answer.response, SHORT_BODY, &mut body);
                let _ = timeout_at(until.min(transport::after(AT_ONCE)), beginning).await;
                Ok(self.complete(call.operation, answer.response, body.into(), secrets))
            }
        }
    }

    /// The failure that may pass of which a read's success tells in its body.
    fn reported(&self, operation: &Operation, body: &[u8], headers: &HeaderMap) -> Option<Reported> {
        let status = reported_status(body, operation.paging.as_ref())?;
        is_transient(status, true).then(|| Reported {
            status,
            retry_after: parse_retry_after(headers, self.shared.clock.now()),
        })
    }

    pub(crate) fn set_headers(&self, request: &mut Request) {
        set_header(request, header::USER_AGENT, self.shared.user_agent.clone());
        let headers = request.headers_mut();
        // The caller's stand in the place of ours.
        for name in self.options.headers.keys() {
            headers.remove(name);
        }
        for (name, value) in &self.options.headers {
            headers.append(name, value.clone());
        }
    }

    /// The error of a response whose status is no success.
    async fn refusal(
        &self,
        mut answer: Followed,
        pass: &Pass<'_>,
        attempts: &Attempts<'_>,
        until: Instant,
        secrets: &Secrets,
    ) -> Error {
        let Shared { clock, gate, .. } = &*self.shared;
        let response = &mut answer.response;
        let wait = parse_retry_after(response.headers(), clock.now());
        if response.status() != StatusCode::TOO_MANY_REQUESTS {
            gate.accepted(pass);
        } else if !answer.away {
            // At once, before the others send more; no longer than this call waits itself.
            gate.close(pass, attempts.least_pause(wait), clock.elapsed());
        }
        let mut body = Vec::new();
        // What is late says nothing that the status does not.
        let _ = timeout_at(until, transport::beginning(response, SHORT_BODY, &mut body)).await;
        let error = Error::from_status(response.status(), response.headers(), &body, wait, secrets);
        match error.status() {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) if answer.away => error.of_another_host(),
            _ => error,
        }
    }

    fn too_long(&self, declared_length: Option<u64>) -> String {
        let bound = self.options.max_response_size;
        let length = declared_length.map_or_else(
            || format!("more than {bound} bytes"),
            |length| counted(length, "byte", "bytes"),
        );
        format!(
            "it has {length}, but at most {bound} are read: request less at once, or raise the limit with \
             `CallOptions::max_response_size`"
        )
    }

    /// A successful answer that has been read.
    fn complete(&self, operation: &'static Operation, response: Response, body: Bytes, secrets: Secrets) -> Answer {
        #[cfg(feature = "export")]
        if let Some(witness) = &self.options.witness {
            witness.read(&body);
        }
        let (mut head, _) = http::Response::from(response).into_parts();
        if let Some(recorder) = &self.options.recorder {
            recorder.push(RawResponse {
                operation,
                status: head.status,
                headers: head.headers.clone(),
                body: body.clone(),
            });
        }
        // Who reads the body may have to tell of it.
        head.extensions.insert(secrets);
        Answer::from_parts(head, Body::Whole(body))
    }

    /// Sends a request, and the same once more where the response points if it only reads. It is made anew for that: a copy
    /// kept beside it would be in vain for nearly every call.
    async fn follow(
        &self,
        operation: &'static Operation,
        first: Request,
        same: impl Fn() -> Result<Request, Error>,
        until: Instant,
    ) -> Result<Followed, Error> {
        let (mut next, mut away, mut id) = (first, false, None);
        for _ in 0..=REDIRECTIONS {
            let response = if away {
                let http = self.shared.transport.away(next.url())?;
                transport::send(&http, next, until).await?
            } else {
                transport::send(&self.shared.http, next, until).await?
            };
            let Some(target) = redirection(&response) else {
                return Ok(Followed { response, away });
            };
            let refused = |problem: &str| {
                let message = format!("{} {problem}", response.status().as_u16());
                Error::new(ErrorKind::Redirect, message).with_request_id(shown_id(&response))
            };
            if !operation.read_only {
                return Err(refused("a write is not sent to another address"));
            }
            // What has been elsewhere once brings nothing of the caller's back.
            away |= response.url().origin() != target.origin();
            next = redirected(same()?, response.url(), target, away).map_err(refused)?;
            id = shown_id(&response);
        }
        Err(Error::new(ErrorKind::Redirect, "the server redirects without end").with_request_id(id))
    }
}

/// One call, through all its attempts.
struct Call<'a> {
    operation: &'static Operation,
    request: Request,
    /// What an error must not show of it, but for tokens.
    secrets: Secrets,
    span: &'a Span,
}

/// A failure that may pass, and that stands in the body of a success. Whoever asked reads the response after the last attempt.
#[derive(Clone)]
struct Reported {
    status: StatusCode,
    retry_after: Option<Duration>,
}

impl transport::Failure for Reported {
    fn may_pass(&self) -> bool {
        true
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

/// A response, from wherever it came in the end.
struct Followed {
    response: Response,
    /// Whether the request has left the API's own host.
    away: bool,
}

/// Where a redirection points, if the response is one.
fn redirection(response: &Response) -> Option<Url> {
    match response.status().as_u16() {
        301 | 302 | 303 | 307 | 308 => {
            let location = response.headers().get(header::LOCATION)?.as_bytes();
            // Some servers write names into it as they are.
            let location: Cow<'_, str> = percent_encode(location, CONTROLS).into();
            response.url().join(&location).ok()
        }
        _ => None,
    }
}

/// The request that follows a redirection. The token stays with the host it was meant for.
fn redirected(mut request: Request, from: &Url, target: Url, away: bool) -> Result<Request, &'static str> {
    if !may_carry_token(&target) || (from.scheme() == "https" && target.scheme() != "https") {
        return Err("the other address is not https");
    }
    if !target.username().is_empty() || target.password().is_some() {
        return Err("the other address contains a user or a password");
    }
    if away && Protection::OwnHost.is_on() {
        if request.body().is_some() {
            return Err("a body is not sent to another host");
        }
        let all = std::mem::take(request.headers_mut());
        for name in HARMLESS {
            for value in all.get_all(&name) {
                request.headers_mut().append(&name, value.clone());
            }
        }
    }
    *request.url_mut() = target;
    Ok(request)
}

/// The id of a request that was redirected. The secrets of the call are taken out of the error as a whole.
fn shown_id(response: &Response) -> Option<String> {
    request_id(response.headers(), &Secrets::default())
}

fn authorized(mut request: Request, token: &AccessToken) -> Result<Request, Error> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| {
        Error::new(
            ErrorKind::Credential,
            "the token contains characters that are not allowed in a header",
        )
    })?;
    value.set_sensitive(true);
    set_header(&mut request, header::AUTHORIZATION, value);
    Ok(request)
}

/// The type of a body of JSON.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Sets a header in the place of all of this name.
// The map's code is three kilobytes in each part of a program where it is inlined.
#[inline(never)]
pub(crate) fn set_header(request: &mut Request, name: HeaderName, value: HeaderValue) {
    request.headers_mut().insert(name, value);
}

/// A successful answer.
pub(crate) type Answer = http::Response<Body>;

/// The body of a successful answer, as its operation has it.
pub(crate) enum Body {
    /// It was read to its end.
    Whole(Bytes),
    /// It is a file, of which nothing was read.
    Pieces(File),
}

/// A file that comes, and whose it is.
pub(crate) struct File {
    operation: &'static Operation,
    response: Response,
    request_id: Option<String>,
    /// What an error must not show.
    secrets: Secrets,
}

impl File {
    /// The next piece, if there is one and it comes within this time.
    async fn piece(&mut self, time: Duration) -> Result<Option<Bytes>, Error> {
        let piece = match tokio::time::timeout(time, self.response.chunk()).await {
            Ok(piece) => piece.map_err(Error::from_transport),
            Err(_) => Err(Error::late(true)),
        };
        piece.map_err(|error| {
            let error = error.with_operation(self.operation);
            error.with_request_id(self.request_id.take()).without(&self.secrets)
        })
    }
}

impl Body {
    /// The body of a response that is no file.
    pub(crate) fn whole(self) -> Bytes {
        match self {
            Body::Whole(bytes) => bytes,
            Body::Pieces(_) => unreachable!("an answer is read as its operation has it"),
        }
    }

    /// The pieces of a file. Their reader fails where none comes for so long.
    pub(crate) fn pieces(self, pause: Duration) -> ByteStream {
        match self {
            Body::Whole(bytes) => ByteStream::new(stream::iter([Ok(bytes)])),
            Body::Pieces(file) => ByteStream::new(stream::try_unfold(file, move |mut file| async move {
                Ok(file.piece(pause).await?.map(|piece| (piece, file)))
            })),
        }
    }
}

/// A response with the head of another.
fn same_head<T>(response: &Response, body: T) -> http::Response<T> {
    let mut same = http::Response::new(body);
    *same.status_mut() = response.status();
    *same.version_mut() = response.version();
    *same.headers_mut() = response.headers().clone();
    same
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("base_url", &self.shared.base_url.as_str())
            .field("credential", &self.shared.credential)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A session for tests that send nothing.
#[cfg(test)]
pub(crate) mod for_tests {
    use super::Session;
    use crate::{ApiClient, ClientBuilder, Service, StaticToken};

    struct Plants(Session);

    impl ApiClient for Plants {
        const SERVICE: Service = Service::Elements;
        const REGIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &["password"];
        const AGENT: &'static str = "plants/1";

        fn from_session(session: Session) -> Self {
            Plants(session)
        }
    }

    pub(crate) fn session() -> Session {
        let client = ClientBuilder::<Plants>::default().credential(StaticToken::new("a-token"));
        let Plants(session) = client.build().expect("a client");
        session
    }
}
