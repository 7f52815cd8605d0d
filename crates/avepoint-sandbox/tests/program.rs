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
    let lines: Vec<_> = output.lines().take(16).map(|line| line.expect("text")).collect();
    let url = lines
        .iter()
        .find_map(|line| line.strip_prefix("AVEPOINT_BASE_URL=\"")?.strip_suffix('"'));
    let url = url.unwrap_or_else(|| panic!("{lines:?}"));
    assert!(lines[0].contains(url) && lines[0].contains("3 customers"), "{lines:?}");
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
        (["--latency", "slow"], "such as 200ms"),
        (["--fault", "strange"], "write delay=200ms"),
    ] {
        let output = Command::new(PROGRAM).args(arguments).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && text.contains(reason),
            "{arguments:?}: {text}"
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
