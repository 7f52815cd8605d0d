//! Every operation of every spec over a real socket: what goes out is the example of the spec, and what comes back is
//! the same JSON after the client has read it and written it again.

use avepoint_tests::client::{APIS, AnyClient};
use avepoint_tests::json::differences;
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::cases;
use percent_encoding::percent_decode_str;

#[tokio::test]
async fn every_operation_goes_out_as_its_example_and_comes_back_as_its_example() {
    let mut problems = Vec::new();
    for api in APIS {
        for case in cases(api) {
            let reply = match &case.answer {
                Some(answer) => Reply::json(case.status, answer),
                None if case.is_file => Reply::text(case.status, "application/zip", "a file"),
                None => Reply::empty(case.status),
            };
            let server = Server::always(reply).await;
            let client = AnyClient::new(api, &server.url());
            let mut problem = |what: String| problems.push(format!("{api} {}: {what}", case.id));

            match client.call(&case.id, case.parameters.clone()).await {
                Ok(answer) => {
                    // A file comes back as its bytes in base64.
                    let file = case.is_file.then(|| "YSBmaWxl".into());
                    let expected = case.answer.clone().or(file).unwrap_or_default();
                    differences(&expected, &answer).into_iter().for_each(&mut problem);
                }
                Err(error) => problem(error.to_string()),
            }
            let received = server.received();
            let [request] = received.as_slice() else {
                problem(format!("{} requests were received", received.len()));
                continue;
            };
            if request.method != case.method || segments(&request.path) != case.path {
                problem(format!(
                    "{} {:?} went out as {} {}",
                    case.method, case.path, request.method, request.path
                ));
            }
            let mut expected = case.query.clone();
            let mut query = form_pairs(request.query.as_deref().unwrap_or_default());
            expected.sort();
            query.sort();
            if query != expected {
                problem(format!("the query is {query:?}, not {expected:?}"));
            }
            if request.header("authorization") != Some("Bearer a-token") {
                problem("the token did not arrive".to_owned());
            }
            match &case.body {
                Some(body) => differences(body, &request.json()).into_iter().for_each(&mut problem),
                None if request.body.is_empty() => {}
                None => problem(format!("a body went out: {}", request.json())),
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// The segments of a path as they are meant: each is encoded by itself.
fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

/// The names and values of a query as they are meant.
fn form_pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}
