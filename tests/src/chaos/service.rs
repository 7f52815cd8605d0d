//! The services of a run: the APIs, the identity service, and hosts that nobody should trust.

use std::sync::Arc;

use bytes::Bytes;
use fastrand::Rng;
use serde_json::{Value, json};

use super::fault::{Documented, Fault, FaultContext, Quote};
use super::plan::{ENTRIES, Kind, List, PAGES, Plan, SLOW, Turn, known};
use super::report::Violation;
use super::run_state::{Call, RunState};
use super::secrets::excerpt;
use super::{chance, pick, zip};
use crate::raw_server::{Script, head};
use crate::server::Received;

/// The header by which a server knows a call.
pub const CALL_HEADER: &str = "x-chaos-call";

/// The name of a machine that plain http must not reach.
pub const OUTSIDE: &str = "outside.example";

/// How many pages of a list without end are asked for at most: to see that it turns in circles, and to see that it is
/// hollow.
const CIRCLING: u32 = 16;
const HOLLOW: u32 = 64;

/// How many connections a download takes at most.
const CONNECTIONS: u32 = 40;

#[derive(Clone)]
pub struct Service {
    pub run_state: Arc<RunState>,
    /// The address of the host that nobody should trust.
    pub elsewhere: String,
}

/// What a request asks for.
enum Ask {
    Page(List),
    Start,
    Status,
    File,
    Token,
    Discovery,
    Other,
}

impl Service {
    /// Answers a request to an API or to the identity service.
    pub fn answer(&self, request: &Received) -> Script {
        let Some(call) = self.call(request) else {
            // It was given up.
            return Script::hang_up();
        };
        if call.plan.silent {
            call.arrived(&self.run_state, 0, self.is_repeatable(&call, &Ask::Other), true);
            call.log().carried_out = true;
            self.run_state.count_fault("Silence");
            return Script::silence(std::time::Duration::from_secs(120));
        }
        let (hops, path) = without_hops(&request.path);
        let ask = Ask::of(&call.plan, path);
        let content: &[u8] = if matches!(ask, Ask::Token) { b"" } else { &request.body };
        let key = super::chance((&request.method, &request.path, &request.query, content)).u64(..);
        let repeatable = self.is_repeatable(&call, &ask);
        // A start waits for its turn, a wait asks until its time is over, and a file takes what it takes.
        let bound = !matches!(ask, Ask::Start | Ask::Status | Ask::File);
        let seen = call.arrived(&self.run_state, key, repeatable, bound);
        if call.log().requests > super::run_state::MOST_REQUESTS {
            return Script::answer(403, &[], "");
        }
        let mut chance = chance((self.run_state.seed, call.plan.number, key, seen));
        let slow = chance.u32(..7) == 0;
        if matches!(ask, Ask::File) {
            return self.file(&call, request);
        }
        let target = match &request.query {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let context = FaultContext {
            scanner: &self.run_state.scanner,
            secrets: secrets_in(request),
            elsewhere: format!("{}/elsewhere/{}{target}", self.elsewhere, call.plan.number),
            plain: format!(
                "{}/plain/{}{target}",
                self.elsewhere.replace("127.0.0.1", OUTSIDE),
                call.plan.number
            ),
            hops,
            target,
        };
        // What takes many requests would hardly ever come to its end.
        let calm = matches!(ask, Ask::Page(_) | Ask::Status) && chance.u32(..5) > 0;
        let fault = if calm { Fault::Nothing } else { Fault::of(&mut chance) };
        // Of a second refusal the next calls of the client would know, and which calls are next is chance.
        let again = fault == Fault::Unauthorized && call.log().refused_token;
        let fault = if again { Fault::Throttled } else { fault };
        // Within an attempt the client goes by the real time: what follows a redirection is not late by this one.
        if slow && !fault.redirects() {
            call.advance(SLOW);
        }
        self.run_state.count_fault(&format!("{fault:?}"));
        {
            let mut log = call.log();
            log.carried_out |= !repeatable && !fault.says_undone();
            log.refused_token |= fault == Fault::Unauthorized;
            log.redirected = fault.redirects();
            log.readable = fault.is_readable();
            log.story += &format!(" {fault:?} to {:.80}", request.path);
        }
        let good = self.documented(&call, &ask, request, &context, &mut chance);
        // A list is what its pages say: one odd member more would make it another one, and so would an empty answer.
        let fault = if matches!((fault, &ask), (Fault::Odd | Fault::OddStatus, Ask::Page(_))) {
            Fault::Nothing
        } else {
            fault
        };
        fault.script(&good, &context, &mut chance)
    }

    /// Answers a request to a host that is not the one the caller named.
    pub fn elsewhere(&self, request: &Received) -> Script {
        let shown = format!("{:?} {}", request.headers, String::from_utf8_lossy(&request.body));
        if let Some(place) = self.run_state.scanner.find(&shown) {
            let words = || format!("{} {}: {}", request.method, request.path, excerpt(&shown, place));
            self.run_state.violation(Violation::SecretSent, words);
        }
        let mut segments = request.path.splitn(4, '/').skip(1);
        let (kind, number) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
        self.run_state.count_fault(&format!("Stranger/{kind}"));
        if kind == "plain" {
            self.run_state.violation(Violation::PlainHttpSent, || {
                format!("{} {}", request.method, request.path)
            });
        }
        let Some(call) = number.parse().ok().and_then(|number| self.run_state.call(number)) else {
            return Script::answer(404, &[], "");
        };
        if kind == "blob" {
            return self.part(&call, request, "\"blob\"");
        }
        let path = format!("/{}", segments.next().unwrap_or_default());
        let ask = Ask::of(&call.plan, &path);
        call.arrived(&self.run_state, 0, self.is_repeatable(&call, &ask), false);
        call.log().readable = true;
        let context = FaultContext {
            scanner: &self.run_state.scanner,
            secrets: Vec::new(),
            target: String::new(),
            hops: 0,
            elsewhere: String::new(),
            plain: String::new(),
        };
        let mut chance = chance((self.run_state.seed, call.plan.number));
        let good = self.documented(&call, &ask, request, &context, &mut chance);
        Fault::Nothing.script(&good, &context, &mut chance)
    }

    fn call(&self, request: &Received) -> Option<Arc<Call>> {
        let number = match request.header(CALL_HEADER) {
            Some(number) => number,
            // The identity service has an address for each app.
            None => request.path.strip_prefix("/app-")?.split('/').next()?,
        };
        self.run_state.call(number.parse().ok()?)
    }

    fn is_repeatable(&self, call: &Call, ask: &Ask) -> bool {
        match (&call.plan.kind, ask) {
            (Kind::ByName(known), _) => known.operation.read_only,
            (Kind::Onboard, _) | (_, Ask::Start) => false,
            _ => true,
        }
    }

    /// The answer that the spec documents.
    fn documented(
        &self,
        call: &Call,
        ask: &Ask,
        request: &Received,
        context: &FaultContext<'_>,
        chance: &mut Rng,
    ) -> Documented {
        let number = call.plan.number;
        let body = match ask {
            Ask::Page(list) => self.page(call, *list, request),
            Ask::Start if chance.u32(..12) == 0 => {
                let quote = Quote::of(context, chance);
                return raw(format!(
                    r#"{{"jobId": null, "status": 400, "message": "{}"}}"#,
                    quote.json
                ));
            }
            Ask::Start => json!({"jobId": number.to_string(), "status": 200, "message": ""}),
            Ask::Status => return self.status(call, context, chance),
            Ask::Token => {
                let token = format!("token-of-the-identity-service-{number}-{}", chance.u64(..));
                self.run_state.scanner.learn(&token);
                json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600})
            }
            Ask::Discovery => {
                let own = format!("http://{}/app-{number}", request.header("host").unwrap_or_default());
                let endpoint = if chance.u32(..4) == 0 {
                    format!("{}/app-{number}", self.elsewhere)
                } else {
                    own.clone()
                };
                json!({"issuer": own, "token_endpoint": format!("{endpoint}/connect/token")})
            }
            Ask::File => Value::Null,
            Ask::Other => {
                let case = match &call.plan.kind {
                    Kind::ByName(known) => &known.case,
                    _ => &known("elements-v3", "onboardCustomer").case,
                };
                let body = case.answer.as_ref().map(Value::to_string).unwrap_or_default();
                return Documented {
                    status: case.status,
                    body: body.into(),
                };
            }
        };
        raw(body.to_string())
    }

    /// A page of a list.
    fn page(&self, call: &Call, list: List, request: &Received) -> Value {
        let turn = call.plan.turn(self.run_state.seed, list);
        let asked = {
            let mut log = call.log();
            log.pages += 1;
            log.pages
        };
        let most = match turn {
            Turn::Same | Turn::Circle => CIRCLING,
            Turn::Hollow => HOLLOW,
            // One more tells that nothing follows; each may have been asked for in vain a few times.
            _ => (2 * PAGES as u32 + 1) * (call.plan.max_attempts + 1),
        };
        if asked > most {
            self.run_state.violation(Violation::Endless, || {
                format!("call {}: {list:?}, {turn:?}", call.plan.number)
            });
        }
        let (api, id, rows, names): (_, _, _, &[&str]) = match list {
            List::Customers => ("elements-v3", "listCustomers", "data", &["id", "organization"]),
            List::Users => ("insights", "listUsers", "results", &["loginName", "email"]),
            List::Sites => ("insights", "listSiteOverviews", "values", &["siteUrl", "siteName"]),
            List::Permissions => ("insights-legacy", "listSitePermissions", "results", &["url", "name"]),
        };
        let position = position(request);
        // Which of the pages that have entries it is.
        let (shown, more) = match (turn, list) {
            (Turn::Same, _) => (Some(1), true),
            (Turn::Circle, _) => (Some((position - 1) % 2 + 1), true),
            (Turn::Hollow, _) => (None, true),
            (Turn::Gaps, _) => (
                (position % 2 == 1).then_some(position / 2 + 1),
                position < 2 * PAGES - 1,
            ),
            _ => (Some(position), position < PAGES),
        };
        let mut page = known(api, id).case.answer.clone().unwrap_or_default();
        let example = page[rows][0].clone();
        let entries = shown
            .filter(|shown| *shown <= PAGES || !turn.ends())
            .map_or(0, |_| ENTRIES);
        let entry = |index: usize| {
            let mut entry = example.clone();
            let mark = format!("{}-{index}", shown.unwrap_or_default());
            if turn == Turn::Alike {
                // No page documents this one.
                entry["mark"] = mark.into();
            } else {
                names
                    .iter()
                    .for_each(|name| entry[*name] = Value::from(format!("https://northwind.example/{mark}")));
            }
            entry
        };
        page[rows] = (0..entries).map(entry).collect();
        match list {
            List::Customers => {
                let total = match turn {
                    Turn::CountsPage => json!(entries),
                    Turn::CountsTooMany => json!(2_000_000_000),
                    _ => json!(PAGES as usize * ENTRIES),
                };
                page["metadata"]["totalCount"] = if turn.ends() { total } else { Value::Null };
                // A page that is not full and counts what it has would be the last.
                page["metadata"]["pageSize"] = json!(ENTRIES);
            }
            List::Users => {}
            List::Sites | List::Permissions => {
                let next = match turn {
                    Turn::Same => json!("t1"),
                    Turn::Circle => json!(format!("t{}", position % 2 + 1)),
                    _ if more => json!(format!("t{}", position + 1)),
                    _ => Value::Null,
                };
                page[if list == List::Sites { "nextLink" } else { "nextToken" }] = next;
            }
        }
        page
    }

    /// How an export job stands.
    fn status(&self, call: &Call, context: &FaultContext<'_>, chance: &mut Rng) -> Documented {
        let mut fate = super::chance((self.run_state.seed, call.plan.number, "job"));
        let runs = fate.u32(..4);
        let polls = {
            let mut log = call.log();
            log.polls += 1;
            log.polls
        };
        let stands = |state: &str, message: &str| {
            raw(format!(
                r#"{{"jobStatus": {state}, "status": 200, "message": "{message}"}}"#
            ))
        };
        if polls <= runs {
            return stands(pick(&mut fate, &["1", "\"1\"", "0", "99"]), "");
        }
        let strange = fate.u32(..12) == 0;
        let state = if strange {
            pick(&mut fate, &["5", "{}", "null", "\"Waiting\""])
        } else {
            pick(
                &mut fate,
                &["2", "2", "2", "2", "2", "2", "2", "\"2\"", "2.0", "3", "4", "6"],
            )
        };
        // Asked again after a failed attempt, and no more.
        if !strange && polls > runs + 2 * (call.plan.max_attempts + 6) {
            self.run_state.violation(Violation::Endless, || {
                format!("call {}: a job with the state {state}", call.plan.number)
            });
        }
        stands(state, &Quote::of(context, chance).json)
    }

    /// The file of an export, or what comes in its place.
    fn file(&self, call: &Call, request: &Received) -> Script {
        let number = call.plan.number;
        let downloads = {
            let mut log = call.log();
            log.downloads += 1;
            log.downloads
        };
        if downloads > CONNECTIONS {
            self.run_state.violation(Violation::ExcessRequest, || {
                format!("call {number}: connection {downloads} of a download")
            });
        }
        let mut fate = chance((self.run_state.seed, number, "file"));
        let trouble = pick(&mut fate, &Trouble::ALL);
        self.run_state.count_fault(&format!("File/{trouble:?}"));
        let version = u64::from(downloads - 1);
        match trouble {
            Trouble::Cuts => self.part(call, request, "\"one\""),
            Trouble::Elsewhere => {
                Script::answer(302, &[("location", &format!("{}/blob/{number}", self.elsewhere))], "")
            }
            Trouble::OtherVersion | Trouble::OtherVersionUnmarked => {
                let file = zip::sample_archive(self.run_state.seed, number, version);
                let tag = format!("\"v{version}\"");
                let tag = (trouble == Trouble::OtherVersion).then_some(tag.as_str());
                let from = match (range(request), request.header("if-range")) {
                    (Some(from), None) => from,
                    (Some(from), condition) if condition == tag => from,
                    _ => 0,
                };
                let whole = downloads > 2;
                send(
                    &file,
                    from,
                    tag,
                    if whole {
                        file.len()
                    } else {
                        from + (file.len() - from) / 2
                    },
                )
            }
            Trouble::NoLength => {
                let file = zip::sample_archive(self.run_state.seed, number, 0);
                let end = if downloads > 2 { file.len() } else { file.len() / 2 };
                Script::bytes(head(200, "OK", &[ZIP, ("connection", "close")]))
                    .then(file.slice(..end))
                    .close()
            }
            Trouble::OneByte => {
                let file = zip::sample_archive(self.run_state.seed, number, 0);
                let from = range(request).unwrap_or(0);
                send(&file, from, Some("\"one\""), (from + 1).min(file.len()))
            }
            Trouble::WrongRange => {
                let file = zip::sample_archive(self.run_state.seed, number, 0);
                match range(request) {
                    None => send(&file, 0, Some("\"one\""), file.len() / 2),
                    Some(from) => {
                        let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
                        let wrong = file.slice(from / 2..);
                        Script::answer(206, &[ZIP, ("etag", "\"one\""), ("content-range", &range)], wrong)
                    }
                }
            }
            Trouble::Empty => Script::answer(200, &[ZIP], ""),
            Trouble::Failure => {
                let secrets = secrets_in(request);
                let kinds = [
                    "application/json",
                    "Application/JSON",
                    "text/json",
                    "application/problem+json",
                    "text/html",
                    "text/plain",
                    "application/octet-stream",
                ];
                let body = format!(
                    r#"{{"status": 503, "message": "the report is gone {}"}}"#,
                    secrets.join(" ")
                );
                Script::answer(200, &[("content-type", pick(&mut fate, &kinds))], body)
            }
        }
    }

    /// A file on a host that resumes: the first connection is cut in the middle.
    fn part(&self, call: &Call, request: &Received, tag: &str) -> Script {
        let file = zip::sample_archive(self.run_state.seed, call.plan.number, 0);
        let from = range(request).unwrap_or(0);
        let cut = from == 0;
        call.log().resumes = true;
        send(&file, from, Some(tag), if cut { file.len() / 2 } else { file.len() })
    }
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The connection is cut; the server resumes, itself or at another host.
    Cuts,
    Elsewhere,
    /// Every connection has another version of the file, with or without a tag that tells them apart.
    OtherVersion,
    OtherVersionUnmarked,
    /// Neither a length nor all of it.
    NoLength,
    OneByte,
    /// A part that is not the one that was asked for.
    WrongRange,
    Empty,
    /// A failure under a status of success.
    Failure,
}

impl Trouble {
    const ALL: [Trouble; 9] = [
        Trouble::Cuts,
        Trouble::Elsewhere,
        Trouble::OtherVersion,
        Trouble::OtherVersionUnmarked,
        Trouble::NoLength,
        Trouble::OneByte,
        Trouble::WrongRange,
        Trouble::Empty,
        Trouble::Failure,
    ];
}

const ZIP: (&str, &str) = ("content-type", "application/zip");

/// A file from one place on, of which what follows another place does not arrive.
fn send(file: &Bytes, from: usize, tag: Option<&str>, end: usize) -> Script {
    let (from, length) = (from.min(file.len()), file.len().to_string());
    let (rest, range) = (
        (file.len() - from).to_string(),
        format!("bytes {from}-{}/{length}", file.len() - 1),
    );
    let mut headers = vec![ZIP, ("content-length", &rest)];
    headers.extend(tag.map(|tag| ("etag", tag)));
    let status = if from > 0 {
        headers.push(("content-range", &range));
        206
    } else {
        200
    };
    let script = Script::bytes(head(status, "OK", &headers)).then(file.slice(from..end));
    if end < file.len() { script.close() } else { script }
}

/// Where a request wants a file to begin.
fn range(request: &Received) -> Option<usize> {
    request
        .header("range")?
        .strip_prefix("bytes=")?
        .strip_suffix('-')?
        .parse()
        .ok()
}

impl Ask {
    fn of(plan: &Plan, path: &str) -> Self {
        match &plan.kind {
            Kind::List(list) => Ask::Page(*list),
            Kind::Export if path.ends_with("/exportstatus") => Ask::Status,
            Kind::Export if path.ends_with("/exportfile") => Ask::File,
            Kind::Export => Ask::Start,
            Kind::Token { .. } if path.ends_with("openid-configuration") => Ask::Discovery,
            Kind::Token { .. } => Ask::Token,
            Kind::ByName(_) | Kind::Onboard => Ask::Other,
        }
    }
}

fn raw(body: String) -> Documented {
    Documented {
        status: 200,
        body: body.into(),
    }
}

/// How often a path was redirected, and what it was at first.
fn without_hops(path: &str) -> (u32, &str) {
    let hops = path.strip_prefix("/hop/").and_then(|rest| {
        let end = rest.find('/')?;
        Some((rest[..end].parse().ok()?, &rest[end..]))
    });
    hops.unwrap_or((0, path))
}

/// Which page of a list a request wants, from 1 on.
fn position(request: &Received) -> u64 {
    let body = request.json();
    let token = ["nextLink", "Token"]
        .iter()
        .find_map(|name| body[*name].as_str()?.strip_prefix('t')?.parse().ok());
    let query = request.query.as_deref().unwrap_or_default().split('&');
    let number = query
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| matches!(*name, "pageIndex" | "startPage"));
    token.or_else(|| number?.1.parse().ok()).unwrap_or(1)
}

/// What a request carries that nobody but the service it was meant for may see.
fn secrets_in(request: &Received) -> Vec<String> {
    let mut secrets = Vec::new();
    secrets.extend(
        request
            .header("authorization")
            .map(|value| value.trim_start_matches("Bearer ").to_owned()),
    );
    secrets.extend(request.header("x-api-key").map(str::to_owned));
    secrets.extend(request.json()["password"].as_str().map(str::to_owned));
    if let Ok(form) = std::str::from_utf8(&request.body) {
        let form = reqwest::Url::parse(&format!("http://form/?{form}"));
        let pairs = form.iter().flat_map(|url| url.query_pairs().into_owned());
        secrets.extend(
            pairs
                .filter(|(name, _)| matches!(name.as_str(), "client_secret" | "client_assertion"))
                .map(|(_, value)| value),
        );
    }
    secrets
}
