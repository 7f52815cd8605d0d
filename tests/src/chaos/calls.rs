//! The calls of a run, each carried out and judged.

use std::collections::HashMap;
use std::error::Error as _;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use avepoint_auth::{ClientCertificate, ClientCertificateCredential, ClientSecretCredential, CredentialBuilder};
use avepoint_core::{
    AccessToken, ApiClient, BoxFuture, CallOptions, ClientBuilder, Credential, Error, ErrorKind, ExportOptions,
    Operation, Transport,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures_util::StreamExt;
use pem::Pem;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};

use super::plan::{ENTRIES, Kind, List, PAGES, Plan, TOO_SLOW, known};
use super::report::{Report, Violation};
use super::run_state::{CALL, Call, CallClock, RunState};
use super::secrets::{API_KEY, CLIENT_SECRET, DEFAULT_KEY, TOKENS};
use super::service::{CALL_HEADER, OUTSIDE, Service};
use super::{Options, capture, secure, storms, zip};
use crate::client::{APIS, AnyClient, MakeClient};
use crate::raw_server::RawServer;

/// How many calls run at once.
const AT_ONCE: usize = 64;

/// How long a call may really take before it counts as hung. Nothing is silent here, but for what is meant to be.
const HUNG: Duration = Duration::from_secs(15 * 60);

/// The time for one attempt: far more than a busy machine needs, and little where nobody answers.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
const IMPATIENCE: Duration = Duration::from_secs(6);

/// How many calls nobody answers.
const SILENT: u64 = 24;

/// What an error says of a write that may have been carried out.
const WARNING: &str = "may have been carried out";

/// The longest line that a person reads, in characters.
const LINE: usize = 3000;

/// What the calls of a run need.
pub struct Setup {
    pub run_state: Arc<RunState>,
    pub service: Service,
    server: RawServer,
    stranger: RawServer,
    clients: Clients,
    certificate: ClientCertificate,
    folder: PathBuf,
}

/// One client of each API, which most calls share.
struct Clients {
    v3: avepoint_elements_v3::Client,
    insights: avepoint_insights::Client,
    insights_legacy: avepoint_insights_legacy::Client,
    by_name: HashMap<&'static str, AnyClient>,
}

impl Setup {
    async fn new(run_state: &Arc<RunState>, folder: &Path) -> Self {
        // It knows no other host.
        let strange = Service {
            run_state: Arc::clone(run_state),
            elsewhere: String::new(),
        };
        let stranger = RawServer::start(move |request| strange.elsewhere(&request)).await;
        let service = Service {
            run_state: Arc::clone(run_state),
            elsewhere: stranger.url(),
        };
        let server = {
            let service = service.clone();
            RawServer::start(move |request| service.answer(&request)).await
        };
        let new = |clock| ClientFactory {
            run_state: Arc::clone(run_state),
            stranger: stranger.address(),
            url: server.url(),
            clock,
        };
        let client_factory = new(CallClock::of_the_task(run_state));
        Setup {
            clients: Clients {
                v3: client_factory.client(transport()),
                insights: client_factory.client(transport()),
                insights_legacy: client_factory.client(transport()),
                by_name: APIS
                    .iter()
                    .map(|api| (*api, AnyClient::made(api, &client_factory).expect("a client")))
                    .collect(),
            },
            certificate: certificate(),
            folder: folder.to_owned(),
            run_state: Arc::clone(run_state),
            service,
            server,
            stranger,
        }
    }

    /// The client factory of one call.
    pub fn client_factory(&self, number: u64, url: &str) -> ClientFactory {
        ClientFactory {
            run_state: Arc::clone(&self.run_state),
            stranger: self.stranger.address(),
            url: url.to_owned(),
            clock: CallClock::of_the_call(&self.run_state, number),
        }
    }

    /// Makes a call and judges how it ends.
    async fn make(&self, plan: Plan) {
        let call = self.run_state.open(plan);
        judge(&self.run_state, &call, self.outcome(&call)).await;
    }

    async fn outcome(&self, call: &Call) -> Result<(), Error> {
        let plan = &call.plan;
        let options = options_of(plan);
        match &plan.kind {
            Kind::ByName(known) => {
                let mut parameters = known.case.parameters.clone();
                if parameters["body"].get("password").is_some() {
                    parameters["body"]["password"] = plan.password.into();
                }
                self.clients
                    .of(known.api, options)
                    .call(&known.case.id, parameters)
                    .await
                    .map(drop)
            }
            Kind::Onboard => {
                self.onboard(&self.clients.v3.with_options(options), plan.password)
                    .await
            }
            Kind::List(list) => {
                let entries = self.clients.entries(*list, options).await?;
                let expected = PAGES as usize * ENTRIES;
                if plan.turn(self.run_state.seed, *list).ends() && entries != expected {
                    let turn = plan.turn(self.run_state.seed, *list);
                    self.run_state.violation(Violation::LostEntry, || {
                        format!("call {}: {list:?}, {turn:?}: {entries} of {expected}", plan.number)
                    });
                }
                Ok(())
            }
            Kind::Export => self.export(call, options).await,
            Kind::Token { certificate, discovery } => {
                let identity = format!("{}/app-{}", self.server.url(), plan.number);
                let clock = CallClock::of_the_call(&self.run_state, plan.number);
                let operation = known("elements-v3", "getUser").operation;
                if *certificate {
                    let builder = ClientCertificateCredential::builder("an-app", self.certificate.clone());
                    let credential = asking(builder, &identity, plan, clock).discovery(*discovery).build()?;
                    credential.token(operation).await.map(drop)
                } else {
                    let builder = ClientSecretCredential::builder("an-app", CLIENT_SECRET);
                    let credential = asking(builder, &identity, plan, clock).discovery(*discovery).build()?;
                    credential.token(operation).await.map(drop)
                }
            }
        }
    }

    pub async fn onboard(&self, client: &avepoint_elements_v3::Client, password: &str) -> Result<(), Error> {
        let mut body = known("elements-v3", "onboardCustomer")
            .case
            .body
            .clone()
            .expect("an example");
        body["password"] = password.into();
        let body: avepoint_elements_v3::types::OnboardCustomerRequest =
            serde_json::from_value(body).expect("a request");
        let call = client.onboard_customer().body(body);
        self.run_state.check_text("a call", &format!("{call:?}"));
        call.send().await.map(drop)
    }

    async fn export(&self, call: &Call, options: CallOptions) -> Result<(), Error> {
        let (number, seed) = (call.plan.number, self.run_state.seed);
        // The jobs of one client queue, and here each call stands for itself.
        let client: avepoint_insights::Client = self.client_factory(number, &self.server.url()).client(transport());
        let client = client.with_options(options);
        let run_state = Arc::clone(&self.run_state);
        let watched = ExportOptions::default()
            .on_event(move |event| run_state.check_text("an export's event", &format!("{event:?}")));
        let path = self.folder.join(format!("{number}.zip"));
        let outcome = async {
            let sites = vec!["https://northwind.example/sites/a".to_owned()];
            let job = client
                .export_site_permissions()
                .site_urls(sites)
                .start_with(watched)
                .await?;
            job.download_to(&path).await
        };
        let outcome = outcome.await;
        if let Ok(file) = std::fs::read(&path) {
            let versions = u64::from(call.log().downloads);
            if !(0..versions).any(|version| zip::sample_archive(seed, number, version) == file) {
                self.run_state.violation(Violation::BadFile, || {
                    format!(
                        "call {number}: {} bytes: {:.40}",
                        file.len(),
                        String::from_utf8_lossy(&file)
                    )
                });
            }
        } else if call.log().resumes && call.plan.max_attempts > 1 {
            self.run_state.violation(Violation::LostAnswer, || {
                format!("call {number}: {:?}", outcome.as_ref().err())
            });
        }
        outcome.map(drop)
    }
}

impl Clients {
    fn of(&self, api: &str, options: CallOptions) -> AnyClient {
        let client = self.by_name.get(api).expect("a client of every API");
        client.with_options(options)
    }

    /// Reads a list to its end, and counts its entries.
    #[allow(deprecated)] // the vendor has replaced a whole API, and here it is one of four
    async fn entries(&self, list: List, options: CallOptions) -> Result<usize, Error> {
        match list {
            List::Customers => Ok(self
                .v3
                .with_options(options)
                .list_customers()
                .stream()
                .collect_all()
                .await?
                .len()),
            List::Users => Ok(self
                .insights
                .with_options(options)
                .list_users()
                .page_size(2)
                .stream()
                .collect_all()
                .await?
                .len()),
            List::Sites => Ok(self
                .insights
                .with_options(options)
                .list_site_overviews()
                .stream()
                .collect_all()
                .await?
                .len()),
            List::Permissions => {
                let client = self.insights_legacy.with_options(options);
                let sites = vec!["https://northwind.example/sites/a".to_owned()];
                let list = client.list_site_permissions().body_map(|body| body.site_urls(sites));
                Ok(list.stream().collect_all().await?.len())
            }
        }
    }
}

/// Makes clients, by the same clock.
pub struct ClientFactory {
    run_state: Arc<RunState>,
    stranger: SocketAddr,
    url: String,
    clock: CallClock,
}

impl ClientFactory {
    pub fn client<C: ApiClient>(&self, transport: Transport) -> C {
        ClientBuilder::default()
            .base_url(&self.url)
            .credential(Tokens(Arc::clone(&self.run_state)))
            .clock(Arc::new(self.clock.clone()))
            .waits_alone()
            .transport(transport.resolve(OUTSIDE, [self.stranger]))
            .build()
            .expect("a client")
    }
}

impl MakeClient for ClientFactory {
    fn make<C: ApiClient>(&self) -> Result<C, Error> {
        Ok(self.client(transport()))
    }
}

/// The settings of a caller who has a key for the service in every header.
pub fn transport() -> Transport {
    let mut key = HeaderValue::from_static(DEFAULT_KEY);
    key.set_sensitive(true);
    let headers = HeaderMap::from_iter([(HeaderName::from_static("x-default-key"), key)]);
    Transport::new().adjust_reqwest(move |http| http.default_headers(headers.clone()))
}

pub fn options_of(plan: &Plan) -> CallOptions {
    let options = CallOptions::default()
        .timeout(if plan.silent { IMPATIENCE } else { PATIENCE })
        .retry(plan.policy())
        .header(CALL_HEADER, &plan.number.to_string())
        .and_then(|options| options.header("x-api-key", API_KEY));
    options.expect("headers")
}

fn asking<C>(builder: CredentialBuilder<C>, identity: &str, plan: &Plan, clock: CallClock) -> CredentialBuilder<C> {
    builder
        .identity_url(identity)
        .clock(Arc::new(clock))
        .retry(plan.policy())
        .timeout(PATIENCE)
        .transport(transport())
}

/// An app's certificate, with its key.
fn certificate() -> ClientCertificate {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
    let certificate = CertificateParams::default().self_signed(&key).expect("a certificate");
    let blocks = [
        Pem::new("CERTIFICATE", certificate.der().as_ref()),
        Pem::new("PRIVATE KEY", key.serialize_der()),
    ];
    ClientCertificate::from_pem(pem::encode_many(&blocks).as_bytes(), None).expect("a certificate with its key")
}

/// Gives each call its tokens: another one after each that was not accepted.
struct Tokens(Arc<RunState>);

impl Tokens {
    fn call(&self) -> Arc<Call> {
        self.0.call(CALL.get()).expect("a call that runs")
    }
}

impl Credential for Tokens {
    fn token<'a>(&'a self, _: &'static Operation) -> BoxFuture<'a, Result<AccessToken, Error>> {
        Box::pin(async move {
            let call = self.call();
            if call.plan.late_token {
                call.advance(TOO_SLOW);
            }
            let turn = call.plan.number as usize + call.log().tokens;
            Ok(AccessToken::new(TOKENS[turn % TOKENS.len()].as_str(), None))
        })
    }

    fn invalidate(&self, _: &AccessToken) {
        self.call().log().tokens += 1;
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

/// Awaits the end of a call, and judges it.
pub async fn judge(run_state: &RunState, call: &Call, outcome: impl Future<Output = Result<(), Error>>) {
    let begun = Instant::now();
    let ended = tokio::time::timeout(HUNG, outcome).await;
    let what = format!("call {}: {:?}:{}", call.plan.number, call.plan.kind, call.log().story);
    run_state.took(begun.elapsed(), &what);
    match ended {
        Ok(outcome) => check_outcome(run_state, call, outcome),
        Err(_) => run_state.violation(Violation::Hung, || what),
    }
    run_state.close(call.plan.number);
}

/// Counts what is wrong with the end of a call.
fn check_outcome(run_state: &RunState, call: &Call, outcome: Result<(), Error>) {
    let number = call.plan.number;
    let Err(error) = outcome else {
        run_state.count_outcome("Ok");
        return;
    };
    run_state.count_outcome(&format!("{:?}", error.kind()));
    check_redacted(run_state, &error);
    let (text, log) = (error.to_string(), call.log());
    if error.operation().is_some_and(|operation| !operation.read_only) {
        let (warns, lost) = (
            text.contains(WARNING),
            matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Connection),
        );
        if warns && log.requests == 0 {
            run_state.violation(Violation::FalseWarning, || format!("call {number}: {text}"));
        }
        if lost && log.carried_out && !warns {
            run_state.violation(Violation::MissingWarning, || format!("call {number}: {text}"));
        }
    }
    let single = matches!(call.plan.kind, Kind::ByName(_) | Kind::Onboard);
    if single && log.readable && !call.plan.late_token {
        run_state.violation(Violation::LostAnswer, || format!("call {number}: {text}:{}", log.story));
    }
}

/// Reads an error in every form in which it can be shown.
pub fn check_redacted(run_state: &RunState, error: &Error) {
    let text = error.to_string();
    let line = !text.chars().any(|c| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    if !line || text.chars().count() > LINE {
        run_state.violation(Violation::UnreadableError, || text.clone());
    }
    let forms = format!(
        "{text}\n{error:?}\n{error:#?}\n{}\n{:?} {:?}\n{}",
        error.message(),
        error.code(),
        error.request_id(),
        error.body_excerpt()
    );
    run_state.check_text("an error", &forms);
    let mut next = error.source();
    while let Some(cause) = next {
        run_state.check_text("a cause", &format!("{cause} {cause:?}"));
        next = cause.source();
    }
}

pub async fn run(options: &Options) -> Report {
    let run_state = RunState::new(options.seed, options.calls);
    capture::install(&run_state);
    let folder = tempfile::tempdir().expect("a folder");
    let setup = Arc::new(Setup::new(&run_state, folder.path()).await);
    run_state.check_text("a client", &format!("{:?}", setup.clients.v3));

    let silent = (options.calls..options.calls + SILENT).map(|number| {
        let kind = if number % 2 == 0 {
            Kind::Onboard
        } else {
            Kind::ByName(known("elements-v3", "getUser"))
        };
        Plan {
            silent: true,
            late_token: false,
            max_attempts: 2,
            kind,
            ..Plan::of(options.seed, number)
        }
    });
    let plans = silent.chain((0..options.calls).map(|number| Plan::of(options.seed, number)));
    futures_util::stream::iter(plans)
        .for_each_concurrent(AT_ONCE, |plan| {
            let setup = Arc::clone(&setup);
            let call = tokio::spawn(CALL.scope(plan.number, async move { setup.make(plan).await }));
            // The panic of a call is counted where it happens.
            async move { drop(call.await) }
        })
        .await;
    if !options.plain {
        secure::make(&setup, options.calls + SILENT).await;
    }
    storms::make(&setup).await;

    for entry in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "zip") {
            run_state.violation(Violation::BadFile, || format!("{} was left behind", path.display()));
        }
    }
    let mut report = run_state.snapshot();
    report.peak = peak();
    report
}

/// The most memory that the process has had, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
