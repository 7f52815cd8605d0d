//! What the fuzz targets do with bytes from outside. It stands here, and not with the targets, so that stable Rust can
//! play back what was found.

use std::fmt::Debug;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use avepoint_auth::{ClientCertificate, FileStore, TokenKey, TokenStore};
use avepoint_core::redact::Secrets;
use avepoint_core::{Method, Operation, Paging, RetryPolicy, Time, parse_retry_after};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
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
pub const TARGETS: [Target; 16] = [
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
    Target {
        name: "lists",
        run: lists,
    },
    Target {
        name: "errors",
        run: errors,
    },
    Target {
        name: "tokens",
        run: tokens,
    },
    Target {
        name: "discovery",
        run: discovery,
    },
    Target {
        name: "token_file",
        run: token_file,
    },
    Target {
        name: "archives",
        run: archives,
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
    let Some(value) = decoded::<T>(&OPERATION, body) else {
        return;
    };
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again = decoded::<T>(&OPERATION, &written)
        .unwrap_or_else(|| panic!("{value:?} became {}", String::from_utf8_lossy(&written)));
    assert_eq!(serde_json::to_vec(&again).expect("again"), written, "{value:?}");
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

fn decoded<T: DeserializeOwned + Send + 'static>(operation: &'static Operation, body: &[u8]) -> Option<T> {
    match RUNTIME.block_on(avepoint_core::fuzz::answered::<T>(operation, body.to_vec())) {
        Ok(value) => Some(value.into_inner()),
        Err(error) => {
            readable(&error);
            None
        }
    }
}

static OPERATION: Operation = Operation::new("readThing", Method::Get, "/thing", "Read the thing");

/// A list is the same whether its paging is known or not, or it is refused.
pub fn lists(data: &[u8]) {
    use avepoint_elements_v3::types::UserPage;
    const THINGS: Operation = Operation::new("listThings", Method::Get, "/things", "List the things");
    static LISTS: [Operation; 3] = [
        THINGS.paging(Paging::page_number(
            "pageIndex",
            "pageSize",
            "data",
            Some("metadata.totalCount"),
            None,
        )),
        THINGS.paging(Paging::token("nextToken", "pageSize", "data", "nextToken")),
        THINGS.paging(Paging::single("data")),
    ];
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    if let Some(list) = decoded::<UserPage>(&LISTS[usize::from(*choice) % LISTS.len()], body) {
        let page = decoded::<UserPage>(&OPERATION, body).expect("what is read as a list is read without");
        assert_eq!(
            serde_json::to_vec(&list).expect("a list"),
            serde_json::to_vec(&page).expect("a page")
        );
    }
}

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
        let asked = parse_retry_after(&headers, now.into());
        for policy in [
            RetryPolicy::default(),
            RetryPolicy::default()
                .initial_backoff(Duration::MAX)
                .max_backoff(Duration::MAX),
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
        // What it quotes stands as it came: whoever prints it makes one line of it.
        Err(error) => assert!(error.to_string().starts_with("openapi.yaml"), "{error:?}"),
    }
}

/// What a server may quote: a token, a secret with marks that every spelling writes in another way, and a repetitive one.
const QUOTABLE: [&str; 3] = [
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
    "Pä55 w/0rd+&'<=%>~;\\",
    "abababababababab",
];

/// A refusal that quotes secrets shows no eight characters of one. The first byte says which secret stands where the text
/// has `\u{1}`, or in another spelling `\u{2}` and `\u{3}`; the second says where the quotation stands, and the status.
pub fn errors(data: &[u8]) {
    let [choice, place, text @ ..] = data else { return };
    let secret = QUOTABLE[usize::from(*choice) % QUOTABLE.len()];
    let text = quoting(secret, text);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(&text)
        && place % 2 == 0
    {
        for name in ["x-request-id", "request-id", "content-type", "retry-after", "location"] {
            headers.insert(name, value.clone());
        }
    }
    let status = StatusCode::from_u16(400 + u16::from(*place)).expect("a status");
    let error = avepoint_core::fuzz::failed(status, &headers, &text, &Secrets::new([secret.into()]));
    readable(&error);
    let id = error.request_id().unwrap_or_default();
    // The backslash before a quotation mark is of `Debug`'s making.
    let debug = format!("{error:#?}").replace("\\\"", "\"");
    // The line has nothing else but words and a status of our own, which are no part of what they stand beside.
    for shown in [error.message().to_owned(), debug, id.to_owned()] {
        hides(secret, &shown);
    }
}

fn quoting(secret: &str, text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::new();
    for byte in text {
        match byte {
            1 => quoted.extend(secret.bytes()),
            2 => quoted.extend(secret.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes())),
            3 => quoted.extend(BASE64_STANDARD.encode(secret).into_bytes()),
            other => quoted.push(*other),
        }
    }
    quoted
}

/// Nothing that can be told from the secret stands in a text, as it is or as in a URL. White space plays no part, nor
/// does `+`, which forms write for it. A text with other escapes than those of a URL is left undecoded: all are taken off
/// at once, and what one kind of them alone says is another text.
fn hides(secret: &str, shown: &str) {
    let plain = |text: &str| {
        text.replace('+', " ")
            .split_whitespace()
            .collect::<String>()
            .to_lowercase()
    };
    let secret: Vec<char> = plain(secret).chars().collect();
    let decoded = match shown.contains(['\\', '&']) {
        true => shown.into(),
        false => percent_decode_str(shown).decode_utf8_lossy(),
    };
    for text in [plain(shown), plain(&decoded)] {
        for piece in secret.windows(8).map(String::from_iter) {
            assert!(!text.contains(&piece), "{piece} in {shown}");
        }
    }
}

/// The answer of a token endpoint. The first byte says which secret may be quoted, as for the errors; the second is about
/// the status and the kind.
pub fn tokens(data: &[u8]) {
    let [choice, kind, text @ ..] = data else { return };
    let secret = QUOTABLE[usize::from(*choice) % QUOTABLE.len()];
    let body = quoting(secret, text);
    let status = StatusCode::from_u16([200, 400, 401, 302, 500][usize::from(*kind) % 5]).expect("a status");
    let content_type = String::from_utf8_lossy(&body[..body.len().min(64)]);
    let kinds = ["application/json", "text/html", &*content_type];
    let secrets = Secrets::new([secret.into()]);
    match avepoint_auth::fuzz::token(status, kinds[usize::from(*kind) % 3], &body, &secrets) {
        Ok(token) => {
            assert!(HeaderValue::from_str(&format!("Bearer {}", token.token().expose())).is_ok());
            assert!(token.expires_at() >= token.issued_at());
        }
        Err(line) => {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            hides(secret, &line);
        }
    }
}

/// A discovery document leads to the origin that was asked, or nowhere.
pub fn discovery(data: &[u8]) {
    for identity in ["https://id.example.com", "http://127.0.0.1:8080/stem"] {
        let found = avepoint_auth::fuzz::token_endpoint(identity, "application/json", data).expect("an address");
        match found {
            Ok(endpoint) => {
                let (to, from) = (reqwest::Url::parse(&endpoint), reqwest::Url::parse(identity));
                assert_eq!(to.expect("an address").origin(), from.expect("an address").origin());
            }
            Err(line) => assert!(!line.chars().any(char::is_control), "{line:?}"),
        }
    }
}

/// The file that processes share. What stands in it is read, or the error does not quote it.
pub fn token_file(data: &[u8]) {
    static STORE: LazyLock<(tempfile::TempDir, FileStore)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tokens.json");
        std::fs::write(&path, "").expect("a file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("for its owner");
        }
        let store = FileStore::new(path).expect("a store");
        (folder, store)
    });
    let (_, store) = &*STORE;
    std::fs::write(store.path(), quoting(QUOTABLE[0], data)).expect("a file");
    let key = TokenKey::new("https://id.example.com", "app", "read");
    match RUNTIME.block_on(store.get(&key)) {
        Ok(token) => hides(QUOTABLE[0], &format!("{token:?}")),
        Err(error) => {
            readable(&error);
            hides(QUOTABLE[0], &format!("{error:#?}"));
        }
    }
}

/// Whether an archive is whole does not depend on the pieces in which it comes; the first byte is about their length.
pub fn archives(data: &[u8]) {
    if let Some((length, archive)) = data.split_first() {
        let whole = avepoint_core::fuzz::is_whole_archive([archive]);
        let pieces = archive.chunks(usize::from(*length) + 1);
        assert_eq!(avepoint_core::fuzz::is_whole_archive(pieces), whole);
    }
}
