//! The wire's tests, as one program.

use std::path::Path;

#[path = "../../tests/answered_secrets.rs"]
mod answered_secrets;
#[path = "../../tests/auth_secrets.rs"]
mod auth_secrets;
#[path = "../../tests/auth_tokens.rs"]
mod auth_tokens;
#[path = "../../tests/codes.rs"]
mod codes;
#[path = "../../tests/errors.rs"]
mod errors;
#[path = "../../tests/export.rs"]
mod export;
#[path = "../../tests/export_legacy.rs"]
mod export_legacy;
#[path = "../../tests/hostile.rs"]
mod hostile;
#[path = "../../tests/http2.rs"]
mod http2;
#[path = "../../tests/legacy_filters.rs"]
mod legacy_filters;
#[path = "../../tests/lists.rs"]
mod lists;
#[path = "../../tests/observing.rs"]
mod observing;
#[path = "../../tests/one_transport.rs"]
mod one_transport;
#[path = "../../tests/proxy.rs"]
mod proxy;
#[path = "../../tests/reading.rs"]
mod reading;
#[path = "../../tests/redirects.rs"]
mod redirects;
#[path = "../../tests/requests.rs"]
mod requests;
#[path = "../../tests/retry.rs"]
mod retry;
#[path = "../../tests/roundtrip.rs"]
mod roundtrip;
#[path = "../../tests/samples.rs"]
mod samples;
#[path = "../../tests/secrets.rs"]
mod secrets;
#[path = "../../tests/transport.rs"]
mod transport;
#[path = "../../tests/unknown.rs"]
mod unknown;

/// What has no part in it: keys and files of this machine, programs and seeds of the tests, the sandbox, and other people's
/// tools.
const ELSEWHERE: &[&str] = &[
    "auth_certificates",
    "auth_rotation",
    "auth_store",
    "big_download",
    "chaos",
    "conformance",
    "export_files",
    "fuzz",
    "oidc",
    "portable",
    "published_requests",
    "raw_requests",
    "sandbox",
    "security",
    "throttling",
    "times",
    "troubleshooting",
    "wire_report",
];

#[test]
fn no_test_of_the_wire_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let mut forgotten = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the tests") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let here = include_str!("wire.rs").contains(&format!("\nmod {name};\n"));
        if path.is_file() && !here && !ELSEWHERE.contains(&name.as_str()) {
            forgotten.push(name);
        }
    }
    assert!(
        forgotten.is_empty(),
        "a module in this file, or a place in the list: {forgotten:?}"
    );
}
