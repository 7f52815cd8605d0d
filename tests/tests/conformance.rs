//! The clients against a validating mock of someone else's make: Prism serves the spec and refuses what breaks it.
//!
//! `tests/conformance/run` starts it and names its address in `AVEPOINT_PRISM_URL`, and the API in `AVEPOINT_PRISM_API`.

use avepoint_tests::client::AnyClient;
use avepoint_tests::specs::cases;

#[tokio::test]
#[ignore = "needs a mock: tests/conformance/run starts one"]
async fn every_operation_passes_a_validating_mock() {
    let url = std::env::var("AVEPOINT_PRISM_URL").expect("AVEPOINT_PRISM_URL is the address of a mock");
    let api = std::env::var("AVEPOINT_PRISM_API").unwrap_or_else(|_| "elements-v3".to_owned());
    let client = AnyClient::new(&api, &url);
    let mut violations = Vec::new();
    let cases = cases(&api);
    for case in &cases {
        match client.call(&case.id, case.parameters.clone()).await {
            // The mock answers with the example: an answer of another operation would show here.
            Ok(answer) if case.answer.is_some() && answer.is_null() => {
                violations.push(format!("{}: the answer was lost", case.id));
            }
            Ok(_) => {}
            Err(error) => violations.push(format!("{error}\n    {}", error.body_excerpt())),
        }
    }
    println!("{} operations went through the mock", cases.len());
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}
