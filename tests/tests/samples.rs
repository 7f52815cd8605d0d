//! Every response sample of the vendor's pages, as the server's answer: none fails to decode, and nothing that was in
//! one is missing after the client has read it and written it again.
//!
//! The pages stand beside the project and not in it; without them the test is ignored.

use avepoint_tests::client::AnyClient;
use avepoint_tests::json::differences;
use avepoint_tests::samples::{parsed, samples};
use avepoint_tests::server::{Reply, Server};
use avepoint_tests::specs::Case;

#[tokio::test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
async fn every_sample_of_the_pages_survives() {
    let (samples, mut problems) = samples();
    let mut survived = 0;
    for (api, case, sample) in samples {
        match survives(api, &case, &sample).await {
            Ok(()) => survived += 1,
            Err(problem) => problems.push(format!("{api} {}: {problem}", case.id)),
        }
    }
    println!("{survived} samples survived");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(
        survived >= 37,
        "only {survived} samples were found: are the pages read as they are written?"
    );
}

async fn survives(api: &str, case: &Case, sample: &str) -> Result<(), String> {
    let sample = parsed(sample, case.answer.as_ref())?;
    let server = Server::always(Reply::json(case.status, &sample)).await;
    let client = AnyClient::new(api, &server.url());
    let answer = client
        .call(&case.id, case.parameters.clone())
        .await
        .map_err(|error| error.to_string())?;
    match differences(&sample, &answer).as_slice() {
        [] => Ok(()),
        lost => Err(lost.join(", ")),
    }
}
