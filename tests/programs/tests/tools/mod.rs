//! How the tests start a program.

use std::path::Path;
use std::process::{Command, Output};

use avepoint_sandbox::Sandbox;

pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a program with the variables that the sandbox prints and no others that it reads. It must not show a secret.
pub async fn run(sandbox: &Sandbox, program: &str, arguments: &[&str]) -> Result<Output> {
    run_with(sandbox, program, arguments, &[]).await
}

/// The same with some variables more.
pub async fn run_with(
    sandbox: &Sandbox,
    program: &str,
    arguments: &[&str],
    variables: &[(&str, &Path)],
) -> Result<Output> {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy().to_ascii_uppercase();
        if shown.starts_with("AVEPOINT_") || shown.ends_with("_PROXY") || shown == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
        .args(arguments)
        .env("AVEPOINT_BASE_URL", sandbox.base_url())
        .env("AVEPOINT_IDENTITY_URL", sandbox.identity_url())
        .env("AVEPOINT_CLIENT_ID", sandbox.client_id())
        .env("AVEPOINT_CLIENT_SECRET", sandbox.client_secret())
        .env("CUSTOMER_PASSWORD", "Harbour-Lantern-27-Plum")
        .envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    for text in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains(sandbox.client_secret()), "{text}");
        assert!(!text.contains("Harbour-Lantern"), "{text}");
    }
    Ok(output)
}

/// What a program that succeeds writes.
pub async fn text(sandbox: &Sandbox, program: &str, arguments: &[&str]) -> Result<String> {
    let output = run(sandbox, program, arguments).await?;
    assert!(output.status.success(), "{program}: {output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{program}");
    Ok(String::from_utf8(output.stdout)?)
}
