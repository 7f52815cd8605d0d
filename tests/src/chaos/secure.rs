//! Calls over TLS and HTTP/2.

use std::sync::Arc;

use bytes::Bytes;
use h2::Reason;

use super::calls::{Setup, judge, options_of, transport};
use super::plan::{Kind, Plan, known};
use super::report::Violation;
use super::run_state::CALL;
use super::service::CALL_HEADER;
use super::{chance, pick};
use crate::raw_server::http2::Answer;
use crate::raw_server::tls::Authority;
use crate::raw_server::{RawServer, Script};

/// How many calls each server gets.
const TRUSTED: u64 = 120;
const UNTRUSTED: u64 = 12;
const HTTP2: u64 = 240;

/// Makes the calls; their numbers begin here.
pub async fn make(setup: &Arc<Setup>, first: u64) {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let root = &authority.pem();
    let service = setup.service.clone();
    let right = authority.identity("127.0.0.1", 2099);
    let trusted = RawServer::start_tls(&right, move |request| service.answer(&request)).await;
    let mut numbers = first..;
    calls(setup, &trusted.url(), root, numbers.by_ref().take(TRUSTED as usize)).await;

    for (why, identity) in [
        ("another host", authority.identity("localhost", 2099)),
        ("expired", authority.identity("127.0.0.1", 2001)),
        ("another authority", stranger.identity("127.0.0.1", 2099)),
    ] {
        let run_state = Arc::clone(&setup.run_state);
        let untrusted = RawServer::start_tls(&identity, move |request| {
            run_state.violation(Violation::UntrustedServer, || {
                format!("{why}: {} {}", request.method, request.path)
            });
            Script::answer(200, &[], "{}")
        });
        calls(
            setup,
            &untrusted.await.url(),
            root,
            numbers.by_ref().take(UNTRUSTED as usize),
        )
        .await;
    }

    let framed = Arc::clone(setup);
    let server = RawServer::start_http2(&right, move |request| {
        let number = request.header(CALL_HEADER).and_then(|number| number.parse().ok());
        let Some(call) = number.and_then(|number| framed.run_state.call(number)) else {
            return Answer::HangUp;
        };
        let write = matches!(call.plan.kind, Kind::Onboard);
        let seen = call.arrived(&framed.run_state, 0, !write, true);
        let answer = answer(
            &mut chance((framed.run_state.seed, call.plan.number, "h2", seen)),
            write,
        );
        framed.run_state.count_fault(&format!("Http2/{}", name(&answer)));
        // A stream that is refused was not looked at (RFC 9113, section 8.7).
        let undone = matches!(answer, Answer::Reset(Reason::REFUSED_STREAM) | Answer::Whole(429, _));
        let mut log = call.log();
        log.carried_out |= write && !undone;
        log.story += &format!(" {}", name(&answer));
        answer
    });
    calls(setup, &server.await.url(), root, numbers.by_ref().take(HTTP2 as usize)).await;
}

/// Reads and writes in turn, each over a connection of its own: what one call does to its connection is no other's
/// affair.
async fn calls(setup: &Arc<Setup>, url: &str, root: &[u8], numbers: impl Iterator<Item = u64>) {
    for number in numbers {
        let kind = if number % 2 == 0 {
            Kind::Onboard
        } else {
            Kind::ByName(known("elements-v3", "getUser"))
        };
        let plan = Plan {
            kind,
            late_token: false,
            ..Plan::of(setup.run_state.seed, number)
        };
        let call = setup.run_state.open(plan);
        let client: avepoint_elements_v3::Client = setup
            .client_factory(number, url)
            .client(transport().root_certificate(root));
        let client = client.with_options(options_of(&call.plan));
        let outcome = CALL.scope(number, async {
            match &call.plan.kind {
                Kind::ByName(known) => {
                    let parameters = known.case.parameters.clone();
                    avepoint_elements_v3::dynamic::call(&client, &known.case.id, parameters)
                        .await
                        .map(drop)
                }
                _ => setup.onboard(&client, call.plan.password).await,
            }
        });
        judge(&setup.run_state, &call, outcome).await;
    }
}

fn answer(chance: &mut fastrand::Rng, write: bool) -> Answer {
    let id = if write { "onboardCustomer" } else { "getUser" };
    let case = &known("elements-v3", id).case;
    let body = Bytes::from(case.answer.as_ref().expect("an example").to_string());
    let whole = Answer::Whole(case.status, body.clone());
    let answers = [
        whole.clone(),
        whole,
        Answer::Whole(429, Bytes::new()),
        Answer::Whole(503, Bytes::new()),
        Answer::Broken(body.slice(..body.len() / 2)),
        Answer::Reset(Reason::REFUSED_STREAM),
        Answer::Reset(Reason::INTERNAL_ERROR),
        Answer::Reset(Reason::ENHANCE_YOUR_CALM),
        Answer::GoAway(Reason::NO_ERROR),
        Answer::GoAway(Reason::ENHANCE_YOUR_CALM),
        Answer::HangUp,
    ];
    pick(chance, &answers)
}

fn name(answer: &Answer) -> String {
    match answer {
        Answer::Whole(status, _) => status.to_string(),
        Answer::Broken(_) => "Broken".to_owned(),
        Answer::Reset(reason) => format!("Reset {reason:?}"),
        Answer::GoAway(reason) => format!("GoAway {reason:?}"),
        Answer::HangUp => "HangUp".to_owned(),
    }
}
