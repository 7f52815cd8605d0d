//! What the fuzz targets do with bytes from outside. It stands here, and not with the targets, so that stable Rust can
//! play back what was found.

use std::fmt::Debug;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use avepoint_auth::ClientCertificate;
use avepoint_core::{RetryPolicy, Time, retry_after};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;
use xtask_docs::extract::extract;
use xtask_spec::document::Document;

/// A reader of bytes from outside.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

/// Every target; each has a file of its name among the `fuzz_targets`, and a folder of seeds.
pub const TARGETS: [Target; 10] = [
    Target {
        name: "answers_elements_v3",
        run: answers_elements_v3,
    },
    Target {
        name: "answers_elements_legacy",
        run: answers_elements_legacy,
    },
    Target {
        name: "answers_insights",
        run: answers_insights,
    },
    Target {
        name: "answers_insights_legacy",
        run: answers_insights_legacy,
    },
    Target {
        name: "times",
        run: times,
    },
    Target {
        name: "retry_after",
        run: waits,
    },
    Target { name: "pfx", run: pfx },
    Target { name: "pem", run: pem },
    Target {
        name: "pages",
        run: pages,
    },
    Target {
        name: "yaml",
        run: yaml,
    },
];

/// The largest types of each API. The first byte says which, the rest is the answer.
pub fn answers_elements_v3(data: &[u8]) {
    use avepoint_elements_v3::types::{
        CustomerServicesPage, RiskHitItemPage, UserPage, UserProfile, WorkspaceOverview,
    };
    choose(
        data,
        &[
            answer::<RiskHitItemPage>,
            answer::<UserPage>,
            answer::<UserProfile>,
            answer::<CustomerServicesPage>,
            answer::<WorkspaceOverview>,
        ],
    );
}

pub fn answers_elements_legacy(data: &[u8]) {
    use avepoint_elements_legacy::types::{BackupJobList, CustomerServicesList, ScanProfile, ScanProfileDailySummary};
    choose(
        data,
        &[
            answer::<CustomerServicesList>,
            answer::<ScanProfile>,
            answer::<BackupJobList>,
            answer::<ScanProfileDailySummary>,
        ],
    );
}

pub fn answers_insights(data: &[u8]) {
    use avepoint_insights::types::{
        ExportJobStatus, SharingLinkPage, SiteDetailRecordPage, StartedExport, UserPermissionPage,
    };
    choose(
        data,
        &[
            answer::<SiteDetailRecordPage>,
            answer::<SharingLinkPage>,
            answer::<UserPermissionPage>,
            answer::<ExportJobStatus>,
            answer::<StartedExport>,
        ],
    );
}

pub fn answers_insights_legacy(data: &[u8]) {
    use avepoint_insights_legacy::types::{DetailRecordPage, SharingLinkPage, UserPermissionPage, UserSummaryPage};
    choose(
        data,
        &[
            answer::<DetailRecordPage>,
            answer::<SharingLinkPage>,
            answer::<UserPermissionPage>,
            answer::<UserSummaryPage>,
        ],
    );
}

fn choose(data: &[u8], readers: &[fn(&[u8])]) {
    if let Some((choice, body)) = data.split_first() {
        readers[usize::from(*choice) % readers.len()](body);
    }
}

/// What can be read is written so that it can be read again, and is the same then.
fn answer<T: DeserializeOwned + Serialize + Debug + Send + 'static>(body: &[u8]) {
    let Some(value) = decoded::<T>(body) else { return };
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again =
        decoded::<T>(&written).unwrap_or_else(|| panic!("{value:?} became {}", String::from_utf8_lossy(&written)));
    assert_eq!(serde_json::to_vec(&again).expect("again"), written, "{value:?}");
}

fn decoded<T: DeserializeOwned + Send + 'static>(body: &[u8]) -> Option<T> {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    let response = Response::new(body.to_vec()).into();
    match RUNTIME.block_on(avepoint_core::generated::decode::<T>(response)) {
        Ok(value) => Some(value.into_inner()),
        Err(error) => {
            let error = avepoint_core::generated::error(&crate::fuzz::OPERATION, error);
            readable(&error);
            None
        }
    }
}

static OPERATION: avepoint_core::Operation =
    avepoint_core::Operation::new("readThing", avepoint_core::Method::Get, "/thing", "Read the thing");

/// An error is a line that a person can read, whatever came.
fn readable(error: &avepoint_core::Error) {
    let text = error.to_string();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(text.chars().count() < 3000, "{} characters", text.chars().count());
}

/// A time comes out as it came, whatever it says.
pub fn times(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(time) = text.parse::<Time>() {
        assert_eq!(time.to_string(), text);
    }
    let json = serde_json::Value::from(text);
    if let Ok(time) = serde_json::from_value::<Time>(json.clone()) {
        assert_eq!(serde_json::to_value(&time).expect("a time can be written"), json);
    }
}

/// A wait that a server asks for is never a reason to fall over, however often it was asked for.
pub fn waits(data: &[u8]) {
    let Some((count, text)) = data.split_first() else {
        return;
    };
    let Ok(value) = HeaderValue::from_bytes(text) else {
        return;
    };
    let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value)]);
    for now in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        let asked = retry_after(&headers, now);
        for policy in [
            RetryPolicy::default(),
            RetryPolicy {
                initial: Duration::MAX,
                longest: Duration::MAX,
                ..RetryPolicy::default()
            },
        ] {
            let wait = policy.delay(u32::from(*count), 1.0, asked);
            assert!(wait >= asked.unwrap_or_default());
        }
    }
}

/// The passwords that a key is tried with; the seeds are made with them.
const PASSWORDS: [Option<&str>; 3] = [None, Some(""), Some("open")];

pub fn pfx(data: &[u8]) {
    for password in PASSWORDS.into_iter().flatten() {
        read_certificate(ClientCertificate::from_pkcs12(data, password));
    }
}

pub fn pem(data: &[u8]) {
    for password in PASSWORDS {
        read_certificate(ClientCertificate::from_pem(data, password));
    }
}

fn read_certificate(read: Result<ClientCertificate, avepoint_core::Error>) {
    match read {
        Ok(certificate) => assert!(!format!("{certificate:?}").contains("PRIVATE")),
        Err(error) => readable(&error),
    }
}

/// A page of the vendor's. The first byte says in which form it comes.
pub fn pages(data: &[u8]) {
    if let Some((choice, page)) = data.split_first() {
        let forms = ["docs/elements/page.md", "page.html", "page.txt"];
        let found = extract(forms[usize::from(*choice) % forms.len()], page);
        // What was found can be locked.
        serde_json::to_string(&found.page).expect("facts can be written");
    }
}

/// A spec, and the rules that it is held against.
pub fn yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Document::parse(Path::new("openapi.yaml"), text) {
        Ok(document) => drop(xtask_lint::check(&document)),
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error:?}"),
    }
}
