//! The sandbox in a process of its own: this program once more.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use avepoint_sandbox::{ExportPlan, Sandbox};

/// The client that is registered there. The sandbox is reached from this machine alone, and for no longer than the load.
pub const CLIENT: &str = "load";
pub const SECRET: &str = "load-on-loopback";

/// The other process, which ends with this one.
pub struct Service {
    process: Child,
    pub url: String,
}

impl Service {
    /// # Errors
    /// If it does not start.
    pub fn start(customers: usize, export_size: u64) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the system does not tell where this program is")?;
        let mut process = Command::new(program)
            .args(["serve", &customers.to_string(), &export_size.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the sandbox cannot be started")?;
        let output = process.stdout.take().context("the sandbox has no output")?;
        let mut service = Self {
            process,
            url: String::new(),
        };
        BufReader::new(output).read_line(&mut service.url)?;
        service.url.truncate(service.url.trim_end().len());
        ensure!(!service.url.is_empty(), "the sandbox did not start");
        Ok(service)
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Its input ends, and so does the process.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Serves until the input ends, which it does with the process that has started this one.
///
/// # Errors
/// If the sandbox does not start.
pub fn serve(customers: usize, export_size: u64) -> anyhow::Result<()> {
    // One thread, as the sandbox as a program has.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let builder = Sandbox::builder()
            .customers(customers)
            .client(CLIENT, SECRET)
            .exports(ExportPlan::default().takes(Duration::ZERO))
            .export_size(export_size);
        let sandbox = builder.start().await?;
        xtask_cli::print(&format!("{}\n", sandbox.base_url()))?;
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
        Ok(())
    })
}
