//! How much memory a process has had.

use anyhow::ensure;

use crate::MIB;

/// The most that each process may have had at any time, whatever it was asked for.
const MOST: u64 = 96 * MIB;

/// The most memory that a process has had so far, where the system tells.
pub fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// # Errors
/// If a process has had more than it may.
pub fn judge(name: &str, peak: Option<u64>) -> anyhow::Result<()> {
    let peak = peak.unwrap_or_default();
    ensure!(
        peak <= MOST,
        "the {name} had {} MiB of memory; {} are allowed",
        peak.div_ceil(MIB),
        MOST / MIB
    );
    Ok(())
}
