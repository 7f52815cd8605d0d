//! What the demo shows of itself: one line a step, and on a terminal how far it has come.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// The lines, each with the time that its step took.
pub struct Timeline {
    begin: Instant,
    step: Instant,
    is_terminal: bool,
}

impl Timeline {
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            begin: now,
            step: now,
            is_terminal: std::io::stdout().is_terminal(),
        }
    }

    /// Shows that a step has begun; on a pipe nothing. With a length it is a bar, without one something that turns.
    pub fn begin(&self, label: &'static str, length: Option<usize>) -> ProgressBar {
        if !self.is_terminal {
            return ProgressBar::hidden();
        }
        let template = match length {
            Some(_) => "          {msg} {bar:30} {pos}/{len}",
            None => "          {msg} {spinner}",
        };
        let bar = ProgressBar::no_length().with_message(label);
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        if let Some(length) = length {
            bar.set_length(length as u64);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    /// Prints what a step has come to.
    ///
    /// # Errors
    /// If it cannot be printed.
    pub fn end(&mut self, bar: &ProgressBar, outcome: &str) -> anyhow::Result<()> {
        bar.finish_and_clear();
        let begin = std::mem::replace(&mut self.step, Instant::now());
        line(begin, outcome)
    }

    /// Prints what belongs to the step before.
    ///
    /// # Errors
    /// If it cannot be printed.
    pub fn detail(&self, text: &str) -> anyhow::Result<()> {
        xtask_cli::print(&format!("{:10}{text}\n", ""))
    }

    /// Prints how long it was in all.
    ///
    /// # Errors
    /// If it cannot be printed.
    pub fn finish(self) -> anyhow::Result<()> {
        line(self.begin, "in all")
    }
}

fn line(since: Instant, text: &str) -> anyhow::Result<()> {
    xtask_cli::print(&format!("{:6.2} s  {text}\n", since.elapsed().as_secs_f64()))
}
