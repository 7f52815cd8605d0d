//! What a command prints for a reader that may be a program.

use std::io::{ErrorKind, Write};

use anyhow::Context;

/// Prints a text. A reader that has seen enough, such as `head`, is no error.
///
/// # Errors
/// If it cannot be written.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot print the result; see whether the disk is full")
        }
        _ => Ok(()),
    }
}
