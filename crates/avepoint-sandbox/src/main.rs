//! `avepoint-sandbox`: the sandbox as a program, for clients of any language.

mod clients;

use std::fmt::Write;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use avepoint_sandbox::{Builder, Fault, Sandbox};
use clap::Parser;
use jiff::{SignedDuration, Timestamp};

/// Serve AvePoint's identity service, Elements and Insights on this machine, with a made-up world.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The port to listen on; 0 takes one that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The address to listen on; in a container 0.0.0.0, which others reach.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    listen: IpAddr,
    /// How many customers the partner has.
    #[arg(long, default_value_t = 25)]
    customers: usize,
    /// What the world is made from: the same seed gives the same world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When it is in the world at the start: a time with its offset, such as 2027-03-01T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
    /// Speak TLS, and print the certificate of the authority to trust.
    #[arg(long)]
    tls: bool,
    /// Refuse calls with 429 that come faster: `10/s`, `100/1m`.
    #[arg(long, value_name = "CALLS/TIME", value_parser = rate)]
    rate: Option<(u32, Duration)>,
    /// Hold every answer back: `200ms`, or `100ms..2s` for a time between the two.
    #[arg(long, value_name = "TIME", value_parser = latency)]
    latency: Option<Fault>,
    /// Have every request meet a fault; may be repeated.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// The id and the secret of the client, instead of made-up ones.
    #[arg(long, value_name = "ID:SECRET")]
    client: Option<String>,
    /// More clients: JSON such as `[{"id": "app", "secret": "…", "certificate": "app.pem", "scopes": ["…"]}]`.
    #[arg(long, value_name = "FILE")]
    clients: Option<PathBuf>,
    /// Give the client a certificate beside its secret, which still holds; it is written to this new file with its key, as
    /// PEM, and the lines for the shell name it in place of the secret.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Let everybody call everything, without a token.
    #[arg(long)]
    without_tokens: bool,
    /// Write each request to a file too, behind what is in it, as a line of JSON; secrets are hidden.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// How large the files of exports are at least: `500MB`, `1GiB`.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "0")]
    export_size: u64,
}

impl Arguments {
    fn builder(self) -> Result<Builder, String> {
        let builder = Sandbox::builder()
            .listen(self.listen)
            .port(self.port)
            .customers(self.customers)
            .seed(self.seed)
            .export_size(self.export_size);
        let builder = self.now.into_iter().fold(builder, Builder::now);
        let builder = if self.tls { builder.tls() } else { builder };
        let builder = match self.rate {
            Some((calls, per)) => builder.rate(calls, per),
            None => builder,
        };
        let builder = match &self.client {
            Some(client) => {
                let (id, secret) = clients::pair(client)?;
                builder.client(id, secret)
            }
            None => builder,
        };
        let apps = self
            .clients
            .as_deref()
            .map(clients::read)
            .transpose()
            .map_err(|reason| format!("--clients: {reason}"))?;
        let builder = apps.into_iter().flatten().fold(builder, Builder::app);
        let builder = match self.without_tokens {
            true => builder.without_tokens(),
            false => builder,
        };
        let builder = match self.log {
            Some(file) => builder.log(file),
            None => builder,
        };
        Ok(self.latency.into_iter().chain(self.fault).fold(builder, Builder::fault))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let result = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut message = format!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                let _ = write!(message, ": {cause}");
                source = cause.source();
            }
            let _ = writeln!(std::io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let plural = if arguments.customers == 1 { "" } else { "s" };
    let world = format!("{} customer{plural}, seed {}", arguments.customers, arguments.seed);
    let certificate = arguments.certificate.clone();
    let sandbox = arguments.builder()?.start().await?;
    let proof = match certificate {
        Some(file) => ("AVEPOINT_CLIENT_CERTIFICATE_PATH", write_certificate(&sandbox, &file)?),
        None => ("AVEPOINT_CLIENT_SECRET", sandbox.client_secret().to_owned()),
    };
    let variables = [
        ("AVEPOINT_BASE_URL", sandbox.base_url()),
        ("AVEPOINT_IDENTITY_URL", sandbox.identity_url()),
        ("AVEPOINT_CLIENT_ID", sandbox.client_id().to_owned()),
        proof,
    ];
    let time = sandbox.world_time().strftime("%Y-%m-%dT%H:%MZ");
    let mut text = format!(
        "The sandbox is at {}: {world}, where it is {time}. Ctrl+C ends it.\n",
        sandbox.base_url()
    );
    for (shell, line) in [
        ("sh", sh as fn(&str, &str) -> String),
        ("PowerShell", power_shell),
        (".env", env),
    ] {
        let lines = variables.iter().map(|(name, value)| line(name, value));
        let _ = write!(text, "\n# {shell}\n{}", lines.collect::<String>());
    }
    if let Some(authority) = sandbox.authority() {
        let _ = write!(text, "\n# The authority to trust\n{authority}");
    }
    std::io::stdout().write_all(text.as_bytes())?;
    std::future::pending().await
}

/// Writes the certificate of the client and its key; gives the path, whole.
fn write_certificate(sandbox: &Sandbox, file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let certificate = sandbox.certificate()?;
    let text = certificate.pem() + &certificate.key_pem();
    // It is made to be written: what is there may be a certificate that nobody can make again.
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    // A key is for its owner alone.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut open| open.write_all(text.as_bytes()));
    let written = written.and_then(|()| file.canonicalize());
    let path = written.map_err(|error| {
        let remedy = match error.kind() {
            std::io::ErrorKind::AlreadyExists => "; name a new file, or remove it",
            _ => "",
        };
        format!("cannot write the certificate {}: {error}{remedy}", file.display())
    })?;
    Ok(path.display().to_string())
}

fn sh(name: &str, value: &str) -> String {
    format!("export {name}='{}'\n", value.replace('\'', r"'\''"))
}

fn power_shell(name: &str, value: &str) -> String {
    format!("$env:{name} = '{}'\n", value.replace('\'', "''"))
}

fn env(name: &str, value: &str) -> String {
    let escaped = value.replace('\\', r"\\").replace('"', r#"\""#).replace('$', r"\$");
    format!("{name}=\"{escaped}\"\n")
}

fn time(text: &str) -> Result<Timestamp, String> {
    let usage = |_| "write a time with its offset, as RFC 3339 has it, such as 2027-03-01T00:00:00Z".to_owned();
    text.parse().map_err(usage)
}

fn rate(text: &str) -> Result<(u32, Duration), String> {
    let usage = || "write how many calls in which time, such as 10/s or 100/1m".to_owned();
    let (calls, per) = text.split_once('/').ok_or_else(usage)?;
    let calls = calls.parse().ok().filter(|calls| *calls > 0).ok_or_else(usage)?;
    let is_unit = per.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let per = if is_unit { format!("1{per}") } else { per.to_owned() };
    let per = per
        .parse()
        .ok()
        .and_then(|per: SignedDuration| Duration::try_from(per).ok());
    Ok((calls, per.filter(|per| !per.is_zero()).ok_or_else(usage)?))
}

fn size(text: &str) -> Result<u64, String> {
    let usage = || "write a size in bytes, or with a unit: 500MB, 1GiB".to_owned();
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(usage()),
    };
    let number: u64 = number.parse().map_err(|_| usage())?;
    number.checked_mul(unit).ok_or_else(usage)
}

fn latency(text: &str) -> Result<Fault, String> {
    let fault = format!("delay={text}").parse();
    fault.map_err(|_| "write a time, such as 200ms, or two, such as 100ms..2s".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_an_offset() {
        assert_eq!(time("2027-03-01T01:00:00+01:00"), time("2027-03-01T00:00:00Z"));
        for text in [
            "",
            "now",
            "2027-03-01",
            "2027-03-01T00:00:00",
            "2027-02-30T00:00:00Z",
            "1793606400",
        ] {
            assert!(time(text).is_err_and(|usage| usage.contains("RFC 3339")), "{text}");
        }
    }

    #[test]
    fn rates_are_calls_in_a_time() {
        assert_eq!(rate("10/s"), Ok((10, Duration::from_secs(1))));
        assert_eq!(rate("100/1m"), Ok((100, Duration::from_secs(60))));
        for text in ["", "10", "/s", "0/s", "-1/s", "10/", "10/0s", "10/-1s", "10/x", "1.5/s"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        assert_eq!(size("0"), Ok(0));
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        for text in ["", "GiB", "-1", "1.5GiB", "1TB", "99999999999GiB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_shell_reads_is_the_value() {
        let value = r#"it's a "path" \ $here"#;
        assert_eq!(sh("A", value), "export A='it'\\''s a \"path\" \\ $here'\n");
        assert_eq!(power_shell("A", value), "$env:A = 'it''s a \"path\" \\ $here'\n");
        assert_eq!(env("A", value), "A=\"it's a \\\"path\\\" \\\\ \\$here\"\n");
    }
}
