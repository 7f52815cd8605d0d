//! The wire against the spec: calls the reads of an API, and tells what their answers say that the spec does not know.
//!
//! It never calls what changes something, and its report has no value of an answer.

mod compare;
mod ids;
mod pages;
mod report;

pub use report::{Finding, Kind, Read, Report, Sent};

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use avepoint_core::{CallOptions, Error, Operation, RawResponse, ResponseBody, ResponseRecorder, RetryPolicy};
use serde_json::Value;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};
use xtask_spec::api::Api;
use xtask_spec::place::Place;
use xtask_spec::{Spec, is_json};

use crate::client::{AnyClient, operations};
use crate::specs::cases;
use compare::{Comparison, Difference, shown};
use ids::{Bindings, Call, Known};
use pages::{List, Walk};
use report::Findings;

/// How often a read is tried with other ids while its answers are empty or refusals.
const MORE_TRIES: usize = 4;

/// The longest that a refusal for too many calls is waited out.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Headers of HTTP itself and of what stands between a server and its clients: the API's spec need not have them.
const HTTP: [&str; 27] = [
    "accept-ranges",
    "age",
    "alt-svc",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "etag",
    "expires",
    "keep-alive",
    "last-modified",
    "pragma",
    "referrer-policy",
    "server",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "via",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
];

/// Headers that name an answer, of which support asks: whether they come is told, whatever the spec says.
const REQUEST_IDS: [&str; 3] = ["request-id", "x-request-id", "x-ms-request-id"];

/// What a run is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// How often each read is called, with other ids each time as far as there are any.
    pub times: usize,
    /// The most calls in a second.
    pub rate: f64,
    /// The most pages that are read of a list.
    pub pages: u64,
    /// The entries that a page is asked to have; as many as the service likes unless set.
    pub page_size: Option<u64>,
    /// Ids that no list has, by the name of the parameter.
    pub given: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            times: 1,
            rate: 2.0,
            pages: 3,
            page_size: None,
            given: Vec::new(),
        }
    }
}

/// Calls the reads of an API.
///
/// # Errors
/// If the spec cannot be read, an option has no meaning, or nothing was answered at all.
pub async fn run(api: &'static Api, client: &AnyClient, options: &Options) -> anyhow::Result<Report> {
    ensure!(
        options.rate.is_finite() && options.rate > 0.0,
        "the rate must be more than 0 calls in a second"
    );
    let document = api.document()?;
    let spec = Spec::new(&document);
    let recorder = ResponseRecorder::default();
    let call_options = CallOptions::default()
        .retry(RetryPolicy::none())
        .record_responses(&recorder);
    let mut clock = interval(Duration::from_secs_f64(1.0 / options.rate));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut run = Run {
        spec: &spec,
        comparison: Comparison::new(&spec),
        client: client.with_options(call_options),
        recorder,
        clock,
        options,
        known: Known::new(&options.given, options.page_size),
        findings: Findings::default(),
        reads: BTreeMap::new(),
        lists: BTreeMap::new(),
        headers: BTreeMap::new(),
        too_soon: false,
        error: None,
    };
    run.all(api.name).await;
    let was_answered = |read: &Read| read.answers > 0 || !read.refused.is_empty();
    if !run.reads.values().any(was_answered) {
        return match run.error {
            Some(error) => Err(error).context("nothing was answered"),
            None => bail!("no read of {} can be called", api.name),
        };
    }
    run.headers.retain(|_, header| header.in_spec || header.sent > 0);
    let version = spec.root.get("info").and_then(|info| info.text("version"));
    Ok(Report {
        api: api.name,
        version: version.unwrap_or_default().to_owned(),
        findings: run.findings.into_list(),
        reads: run.reads,
        lists: run.lists,
        headers: run.headers,
    })
}

struct Run<'d> {
    spec: &'d Spec<'d>,
    comparison: Comparison<'d>,
    client: AnyClient,
    recorder: ResponseRecorder,
    clock: Interval,
    options: &'d Options,
    known: Known,
    findings: Findings,
    reads: BTreeMap<&'static str, Read>,
    lists: BTreeMap<&'static str, List>,
    headers: BTreeMap<String, Sent>,
    /// Whether the last call was refused because it came too soon, and is to be made once more.
    too_soon: bool,
    /// The first of the calls that no server answered.
    error: Option<Error>,
}

/// How far one read has come.
#[derive(Default)]
struct Progress {
    /// The calls that were made, by their parameters.
    made: HashSet<String>,
    tries: usize,
    /// Those whose answer held something.
    full: usize,
}

impl<'d> Run<'d> {
    /// Calls all reads, those that need the ids of others once these are known.
    async fn all(&mut self, api: &str) {
        let examples: HashMap<_, _> = cases(api).into_iter().map(|case| (case.id, case.parameters)).collect();
        let reads: Vec<_> = operations(api).iter().filter(|operation| operation.read_only).collect();
        let mut progress: Vec<_> = reads.iter().map(|_| Progress::default()).collect();
        let mut is_going_on = true;
        while is_going_on {
            is_going_on = false;
            for (operation, progress) in reads.iter().zip(&mut progress) {
                let example = examples.get(operation.id).unwrap_or(&Value::Null);
                while let Some(call) = self.next(operation, example, progress) {
                    self.read(operation, call, progress).await;
                    is_going_on = true;
                }
            }
        }
        for (operation, progress) in reads.iter().zip(&mut progress) {
            // There are no other ids: the same again.
            while (1..self.options.times).contains(&progress.tries) {
                progress.made.clear();
                let example = examples.get(operation.id).unwrap_or(&Value::Null);
                let Some(call) = self.next(operation, example, progress) else {
                    break;
                };
                self.read(operation, call, progress).await;
            }
            if progress.tries == 0 {
                let calls = self
                    .known
                    .calls(operation, examples.get(operation.id).unwrap_or(&Value::Null), 1);
                let reason = calls
                    .err()
                    .map(|name| format!("no list has a `{name}`; give one with `--id`"));
                self.reads.entry(operation.id).or_default().not_called = reason;
            }
        }
    }

    /// The next call of a read, with ids that it was not called with.
    fn next(&self, operation: &'static Operation, example: &Value, progress: &Progress) -> Option<Call> {
        let times = self.options.times;
        if progress.full >= times || progress.tries >= times + MORE_TRIES {
            return None;
        }
        let calls = self.known.calls(operation, example, progress.made.len() + 1).ok()?;
        let is_new = |call: &Call| !progress.made.contains(&call.parameters.to_string());
        calls.into_iter().find(is_new)
    }

    /// Makes a call, and those for the pages behind it.
    async fn read(&mut self, operation: &'static Operation, call: Call, progress: &mut Progress) {
        let Call {
            mut parameters,
            bindings,
        } = call;
        let made = parameters.to_string();
        progress.made.insert(made.clone());
        progress.tries += 1;
        let mut list = operation
            .paging
            .map(|paging| Walk::new(paging, ids::size_of(operation, &parameters)));
        let before = self.lists.get(operation.id).map_or(0, |list| list.entries);
        for _ in 0..self.options.pages.max(1) {
            let Some(answer) = self.call(operation, &parameters, &bindings).await else {
                if std::mem::take(&mut self.too_soon) {
                    progress.made.remove(&made);
                }
                return;
            };
            let Some(walk) = &mut list else {
                progress.full += 1;
                return;
            };
            let step = walk.page(&answer, self.lists.entry(operation.id).or_default());
            for difference in step.differences {
                self.findings.add(operation.id, difference);
            }
            match step.next {
                Some((place, value)) => ids::set(&mut parameters, place, value),
                None => break,
            }
        }
        let after = self.lists.get(operation.id).map_or(0, |list| list.entries);
        progress.full += usize::from(after > before);
    }

    /// Makes one call and compares its answer; gives that if it is JSON.
    async fn call(&mut self, operation: &'static Operation, parameters: &Value, bindings: &Bindings) -> Option<Value> {
        self.clock.tick().await;
        let result = self.client.call(operation.id, parameters.clone()).await;
        let raw = self.recorder.take().pop();
        let read = self.reads.entry(operation.id).or_default();
        match (raw, result) {
            (Some(raw), _) => {
                read.answers += 1;
                let answer = self.answered(operation, &raw)?;
                self.known.learn(operation, bindings, &answer);
                Some(answer)
            }
            // A file.
            (None, Ok(_)) => {
                read.answers += 1;
                Some(Value::Null)
            }
            (None, Err(error)) => {
                match error.status() {
                    Some(status) => *read.refused.entry(status.as_u16()).or_default() += 1,
                    None => *read.failed.entry(format!("{:?}", error.kind())).or_default() += 1,
                }
                self.refused(operation, &error);
                if error.is_throttled() {
                    self.too_soon = true;
                    sleep(error.retry_after().unwrap_or_default().min(LONGEST_PAUSE)).await;
                }
                if error.status().is_none() && self.error.is_none() {
                    self.error = Some(error);
                }
                None
            }
        }
    }

    fn answered(&mut self, operation: &'static Operation, raw: &RawResponse) -> Option<Value> {
        let status = raw.status.as_u16();
        let Some(response) = self.response(operation, status) else {
            self.find(operation, Kind::Status, "", format!("status {status}"));
            return None;
        };
        let known = response.members_of("headers");
        for (name, _) in &known {
            self.header(name, status, raw.headers.contains_key(*name), true);
        }
        let in_spec = |name: &str| known.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        for name in REQUEST_IDS.into_iter().filter(|name| !in_spec(name)) {
            self.header(name, status, raw.headers.contains_key(name), false);
        }
        for name in raw.headers.keys().map(|name| name.as_str()) {
            if !in_spec(name) && !HTTP.contains(&name) && !REQUEST_IDS.contains(&name) {
                self.find(operation, Kind::Header, shown(name), format!("with status {status}"));
            }
        }
        if operation.response != ResponseBody::Json {
            return None;
        }
        let media_type = raw
            .headers
            .get("content-type")
            .map(|value| value.to_str().unwrap_or_default());
        match media_type {
            Some(media_type) if is_json(media_type) => {}
            Some(_) => self.find(operation, Kind::Header, "content-type", "not that of JSON".to_owned()),
            None => self.find(operation, Kind::Header, "content-type", "missing".to_owned()),
        }
        let Ok(answer) = serde_json::from_slice(&raw.body) else {
            let detail = if raw.body.is_empty() { "empty" } else { "no JSON" };
            self.find(operation, Kind::Body, "", detail.to_owned());
            return None;
        };
        self.compare(operation, &response, &answer, "");
        Some(answer)
    }

    fn refused(&mut self, operation: &'static Operation, error: &Error) {
        let Some(status) = error.status().map(|status| status.as_u16()) else {
            return;
        };
        let Some(response) = self.response(operation, status) else {
            self.find(operation, Kind::Status, "", format!("status {status}"));
            return;
        };
        for (name, _) in response.members_of("headers") {
            if name.eq_ignore_ascii_case("retry-after") {
                self.header(name, status, error.retry_after().is_some(), true);
            } else if name.eq_ignore_ascii_case("request-id") {
                self.header(name, status, error.request_id().is_some(), true);
            }
        }
        // The beginning of the body: whole, unless it is longer than an error's ever was.
        match error.body_excerpt() {
            "" => self.find(operation, Kind::Body, "", format!("empty with status {status}")),
            text => match serde_json::from_str(text) {
                Ok(answer) => self.compare(operation, &response, &answer, &format!("({status})")),
                Err(_) => self.find(operation, Kind::Body, "", format!("no JSON with status {status}")),
            },
        }
    }

    fn compare(&mut self, operation: &'static Operation, response: &Place<'d>, answer: &Value, place: &str) {
        let mut content = response.members_of("content").into_iter();
        let schema = content.find_map(|(name, media)| media.get("schema").filter(|_| is_json(name)));
        let Some(schema) = schema else {
            return;
        };
        for difference in self.comparison.differences(&schema, answer, place) {
            self.findings.add(operation.id, difference);
        }
    }

    /// What the spec says of an operation's answer with a status.
    fn response(&self, operation: &Operation, status: u16) -> Option<Place<'d>> {
        let mut all = self.spec.operations.iter();
        let described = all.find(|described| described.id() == Some(operation.id))?;
        let responses = described.place.get("responses")?;
        self.spec.resolve(&responses.get(&status.to_string())?)
    }

    fn find(&mut self, operation: &'static Operation, kind: Kind, place: &str, detail: String) {
        let difference = Difference {
            kind,
            place: place.to_owned(),
            detail,
            code: None,
        };
        self.findings.add(operation.id, difference);
    }

    fn header(&mut self, name: &str, status: u16, was_sent: bool, in_spec: bool) {
        let header = self.headers.entry(format!("{name} with status {status}")).or_default();
        header.of += 1;
        header.sent += u64::from(was_sent);
        header.in_spec |= in_spec;
    }
}
