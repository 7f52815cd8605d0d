//! The sandbox as a program.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_avepoint-sandbox");

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn it_says_where_it_is_and_serves_there() {
    let mut command = Command::new(PROGRAM);
    let child = command
        .args(["--customers", "3", "--latency", "1ms", "--client", "app:it's"])
        .stdout(Stdio::piped())
        .spawn();
    let mut running = Running(child.expect("it starts"));
    let output = BufReader::new(running.0.stdout.take().expect("its output"));
    let lines: Vec<_> = output.lines().take(19).map(|line| line.expect("text")).collect();
    let url = &*variable(&lines, "AVEPOINT_BASE_URL");
    assert!(lines[0].contains(url) && lines[0].contains("3 customers"), "{lines:?}");
    assert!(lines[0].contains("where it is 2026-11-02T08:"), "{lines:?}");
    assert!(
        lines.contains(&format!("export AVEPOINT_BASE_URL='{url}'")),
        "{lines:?}"
    );
    assert!(
        lines.contains(&format!("$env:AVEPOINT_BASE_URL = '{url}'")),
        "{lines:?}"
    );
    assert!(
        lines.contains(&"export AVEPOINT_CLIENT_SECRET='it'\\''s'".to_owned()),
        "{lines:?}"
    );
    let token = reqwest::Client::new()
        .post(format!("{url}/connect/token"))
        .basic_auth("app", Some("it's"));
    let token = token.form(&[("grant_type", "client_credentials")]).send().await;
    assert_eq!(token.expect("an answer").status(), 200);
    let answer = reqwest::get(format!("{url}/_sandbox/requests"))
        .await
        .expect("an answer");
    let requests = answer.text().await.expect("a body");
    assert!(requests.contains(r#""path":"/connect/token""#), "{requests}");
}

#[tokio::test]
async fn it_listens_where_it_is_told_and_says_how_to_call_it() {
    let mut command = Command::new(PROGRAM);
    let child = command.args(["--listen", "0.0.0.0"]).stdout(Stdio::piped()).spawn();
    let mut running = Running(child.expect("it starts"));
    let output = BufReader::new(running.0.stdout.take().expect("its output"));
    let lines: Vec<_> = output.lines().take(19).map(|line| line.expect("text")).collect();
    let url = variable(&lines, "AVEPOINT_BASE_URL");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let answer = reqwest::get(format!("{url}/_sandbox/requests")).await;
    assert_eq!(answer.expect("an answer").status(), 200);
}

#[test]
fn what_it_cannot_do_it_refuses_with_the_remedy() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (arguments, reason) in [
        (["--port", &port], "choose another port"),
        (["--customers", "99999999"], "4194304 customers at most"),
        (
            ["--log", "/no/such/folder/log"],
            "cannot write the log /no/such/folder/log",
        ),
        (["--rate", "fast"], "such as 10/s"),
        (["--client", "s3cret"], "such as app:secret"),
        (["--clients", "/no/such/file"], "cannot read the clients /no/such/file"),
        (
            ["--certificate", "/no/such/folder/app.pem"],
            "cannot write the certificate",
        ),
        (["--latency", "slow"], "such as 200ms"),
        (["--now", "2027-03-01"], "such as 2027-03-01T00:00:00Z"),
        (["--now", "1969-12-31T23:59:59Z"], "in the years 1970 to 9900"),
        (["--fault", "strange"], "write delay=200ms"),
    ] {
        let output = Command::new(PROGRAM).args(arguments).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && text.contains(reason),
            "{arguments:?}: {text}"
        );
        assert!(!text.contains("s3cret"), "{text}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// What the first lines that a program prints say of a variable.
fn variable(lines: &[String], name: &str) -> String {
    let line = lines.iter().find_map(|line| line.strip_prefix(&format!("{name}=\"")));
    let value = line.and_then(|line| line.strip_suffix('"'));
    value.unwrap_or_else(|| panic!("{name} is not in {lines:?}")).to_owned()
}

#[tokio::test]
async fn clients_come_from_a_file_and_the_certificate_goes_into_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, clients) = (folder.path().join("own.pem"), folder.path().join("clients.json"));
    let reader = r#"[{"id": "reader", "secret": "s3cret", "scopes": ["elements.customers.read.all"]}]"#;
    std::fs::write(&clients, reader).expect("written");
    let child = Command::new(PROGRAM)
        .arg("--certificate")
        .arg(&certificate)
        .arg("--clients")
        .arg(&clients)
        .args(["--client", "own:own-s3cret", "--now", "2027-03-01T01:30:00+01:00"])
        .stdout(Stdio::piped())
        .spawn();
    let mut running = Running(child.expect("it starts"));
    let output = BufReader::new(running.0.stdout.take().expect("its output"));
    let lines: Vec<_> = output.lines().take(19).map(|line| line.expect("text")).collect();
    assert!(lines[0].contains("where it is 2027-03-01T00:3"), "{lines:?}");
    let pem = std::fs::read_to_string(variable(&lines, "AVEPOINT_CLIENT_CERTIFICATE_PATH")).expect("a certificate");
    assert!(pem.contains("BEGIN CERTIFICATE") && pem.contains("BEGIN PRIVATE KEY"));
    assert!(!lines.iter().any(|line| line.contains("AVEPOINT_CLIENT_SECRET")));
    #[cfg(unix)]
    {
        let metadata = std::fs::metadata(&certificate).expect("a file");
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
        assert_eq!(mode & 0o777, 0o600, "the key is for its owner alone");
    }
    // What is there is not written over.
    let again = Command::new(PROGRAM).arg("--certificate").arg(&certificate).output();
    let again = again.expect("it runs");
    let shown = String::from_utf8_lossy(&again.stderr);
    assert!(
        !again.status.success() && shown.contains("name a new file, or remove it"),
        "{shown}"
    );
    assert_eq!(std::fs::read_to_string(&certificate).expect("a certificate"), pem);
    // The certificate is one more proof of the client: its secret still holds.
    let endpoint = format!("{}/connect/token", variable(&lines, "AVEPOINT_IDENTITY_URL"));
    let token = reqwest::Client::new()
        .post(&endpoint)
        .basic_auth("own", Some("own-s3cret"));
    let token = token.form(&[("grant_type", "client_credentials")]).send().await;
    assert_eq!(token.expect("an answer").status(), 200);
    let token = reqwest::Client::new()
        .post(endpoint)
        .basic_auth("reader", Some("s3cret"));
    let token = token.form(&[("grant_type", "client_credentials")]).send().await;
    let token: serde_json::Value = token.expect("an answer").json().await.expect("JSON");
    assert_eq!(token["scope"], "elements.customers.read.all");
}

#[test]
fn a_file_of_clients_that_is_wrong_is_refused_with_the_place_and_without_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clients.json");
    for (text, reason) in [
        ("[\n{\"id\": \"s3cret\"", "clients.json:2:"),
        (
            r#"[{"id": "app", "password": "s3cret"}]"#,
            "clients.json: the client \"app\" has a member \"password\", which there is not; there are id, secret",
        ),
        (
            "[\n{\"id\": \"app\", \"secret\": [\"s3cret\"]}]",
            "there is no list of clients",
        ),
        (r#"[{"id": "app"}]"#, "the client \"app\" can prove nothing"),
        (r#"[{"id": "app", "certificate": "none.pem"}]"#, "none.pem"),
        (
            r#"[{"id": "app", "certificate": "clients.json"}]"#,
            "no X.509 certificate",
        ),
        (
            r#"[{"id": "app", "secret": "s3cret", "scopes": ["none"]}]"#,
            "the scope \"none\"",
        ),
    ] {
        std::fs::write(&file, text).expect("written");
        let output = Command::new(PROGRAM)
            .arg("--clients")
            .arg(&file)
            .output()
            .expect("it runs");
        let shown = String::from_utf8_lossy(&output.stderr);
        let is_refused = shown.starts_with("error: --clients: ") || shown.starts_with("error: the app");
        assert!(
            !output.status.success() && is_refused && shown.contains(reason),
            "{text}: {shown}"
        );
        assert!(!shown.contains("s3cret") && output.stdout.is_empty(), "{shown}");
    }
}
