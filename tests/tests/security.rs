//! SECURITY.md: each promise names the tests that hold it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_test_that_holds_a_promise_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: BTreeSet<String> = fs::read_dir(root.join("tests"))
        .expect("the tests")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .flat_map(|path| functions(&fs::read_to_string(path).expect("a test")))
        .collect();
    let text = fs::read_to_string(root.join("../SECURITY.md")).expect("SECURITY.md");
    let promises: Vec<_> = text.lines().filter(|line| line.starts_with("| **")).collect();
    assert!(promises.len() > 10, "{promises:?}");
    let mut gone = Vec::new();
    for promise in promises {
        let (_, holders) = promise.trim_end_matches(" |").rsplit_once(" | ").expect("two columns");
        let holders = holders.split(", ").map(|holder| holder.trim_matches('`'));
        gone.extend(holders.filter(|holder| !tests.contains(*holder)));
    }
    let below = [
        "calls_by_the_thousand_break_nothing",
        "without_a_protection_its_harm_is_counted",
    ];
    for name in below {
        assert!(text.contains(&format!("`{name}`")) && tests.contains(name), "{name}");
    }
    assert!(gone.is_empty(), "SECURITY.md names tests that are not there: {gone:?}");
}

/// The names of the tests in a file.
fn functions(file: &str) -> Vec<String> {
    let lines: Vec<_> = file.lines().map(str::trim).collect();
    let tests = lines.iter().enumerate().filter(|(place, line)| {
        line.contains("fn ")
            && lines[place.saturating_sub(3)..*place]
                .iter()
                .any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    });
    tests
        .filter_map(|(_, line)| Some(line.split_once("fn ")?.1.split_once('(')?.0.to_owned()))
        .collect()
}
