//! TROUBLESHOOTING.md: the lines that it quotes are those that the code prints.

use std::fs;
use std::path::{Path, PathBuf};

/// The parts of a quoted line that stand in one text of the code: what is filled in and what one text puts before
/// another separates them.
const SEPARATORS: [char; 5] = ['…', ':', '(', ')', ';'];

#[test]
fn every_quoted_line_is_printed_by_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = String::new();
    for folder in ["crates", "xtask"] {
        for path in rust_files(&root.join(folder)) {
            sources.push_str(&fs::read_to_string(path).expect("a source"));
        }
    }
    // A text that is broken into lines is one text.
    let lines = sources.split("\\\n");
    let sources: String = lines
        .enumerate()
        .map(|(at, line)| if at > 0 { line.trim_start() } else { line })
        .collect();

    let text = fs::read_to_string(root.join("TROUBLESHOOTING.md")).expect("TROUBLESHOOTING.md");
    let quoting = text.lines().filter_map(|line| match line.strip_prefix("| ") {
        Some(row) => row.split(" | ").next(),
        None => line.strip_prefix("### "),
    });
    let quotes: Vec<_> = quoting.flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    assert!(quotes.len() > 40, "{quotes:?}");
    let mut gone = Vec::new();
    for quote in quotes {
        let parts = quote.split(|character: char| SEPARATORS.contains(&character) || character.is_ascii_digit());
        let sentences = parts.map(str::trim).filter(|part| part.split(' ').count() > 2);
        gone.extend(
            sentences
                .filter(|part| !sources.contains(part))
                .map(|part| (quote, part)),
        );
    }
    assert!(
        gone.is_empty(),
        "TROUBLESHOOTING.md quotes what nothing prints: {gone:#?}"
    );
}

/// The Rust files below a folder, without what Cargo builds.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let below = folders.iter().filter(|folder| !folder.ends_with("target"));
    below
        .flat_map(|folder| rust_files(folder))
        .chain(files.into_iter().filter(is_rust))
        .collect()
}
