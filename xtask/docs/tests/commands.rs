//! `cargo xtask docs …` as a person runs it, on a workspace and pages of the test's own.

mod contract;
mod garden;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use garden::{BED, COLOURS, PAGES, SEARCH, SERVICE, SPEC, replaced};
use serde_json::Value;
use xtask_docs::lock::Lock;

const LOCK: &str = "specs/elements-v3/upstream.lock.json";
const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

/// A workspace with the garden as `elements-v3`, the other APIs without any operation, and a folder with the pages.
struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    /// Without locks for the garden's pages.
    fn new() -> Self {
        let workspace = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        workspace.write("work/xtask/Cargo.toml", "");
        for api in xtask_spec::api::APIS {
            let file = |name: &str| format!("work/specs/{}/{name}", api.name);
            workspace.write(
                &file("openapi.yaml"),
                "openapi: 3.0.3\ninfo: { title: A, version: '1' }\npaths: {}\n",
            );
            workspace.write(&file("deviations.yaml"), "deviations: []\n");
            workspace.write(
                &file("upstream.lock.json"),
                Lock::merge(None, Vec::new(), None).render(),
            );
        }
        workspace.write("work/specs/elements-v3/openapi.yaml", SPEC);
        for (name, text) in PAGES {
            workspace.write(&format!("pages/{name}"), text);
        }
        workspace
    }

    /// With the pages locked.
    fn locked() -> Self {
        let workspace = Self::new();
        let output = workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]);
        assert_eq!(status(&output), 0, "{}", reported(&output));
        workspace
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    /// Changes a page.
    fn edit(&self, page: &str, old: &str, new: &str) {
        self.edit_file(&format!("pages/{page}"), old, new);
    }

    fn edit_file(&self, file: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(file)).expect("a text");
        self.write(file, replaced(&text, old, new));
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.path("work").join(LOCK)).expect("the lock")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let pages = self.path("pages");
        let arguments = arguments.iter().map(|argument| match *argument {
            "PAGES" => pages.clone().into_os_string(),
            other => other.into(),
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-docs"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("XTASK_MANIFEST_DIR", self.path("work/xtask"))
            .env("XTASK_DOCS_REPOSITORY", "file:///there/is/no/such/repository");
        command
    }

    /// Runs `cargo xtask docs` with these arguments; `PAGES` is the folder with the pages.
    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("xtask runs")
    }

    /// Locks the garden, of a commit that is named.
    fn lock_garden(&self) -> Output {
        let garden = ["--revision", REVISION, "--api", "elements-v3"];
        self.run(&[&["lock", "--docs", "PAGES"], &garden[..]].concat())
    }

    /// Measures the drift of the garden, as JSON.
    fn drift(&self) -> (i32, Value) {
        let output = self.run(&["drift", "--docs", "PAGES", "--api", "elements-v3", "--format", "json"]);
        let json =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", reported(&output)));
        (status(&output), json)
    }
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn reported(output: &Output) -> String {
    format!("{}{}", out(output), err(output))
}

/// Expects an error that names these words, and nothing for a program that reads the output.
#[track_caller]
fn expect_error(output: &Output, words: &[&str]) {
    assert_eq!(status(output), 1, "{}", reported(output));
    let message = err(output);
    assert_eq!(out(output), "");
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

/// Kind, operation and place of each finding.
fn kinds(json: &Value) -> Vec<(&str, &str, &str)> {
    let findings = json["findings"].as_array().expect("a list");
    findings
        .iter()
        .map(|finding| {
            let member = |name: &str| finding[name].as_str().expect("a text");
            (member("kind"), member("operation"), member("place"))
        })
        .collect()
}

#[test]
fn drift_is_in_step_drifted_or_failed_by_its_exit_status() {
    let workspace = Workspace::locked();
    let formats = ["text", "json", "markdown", "github"];
    let choices: [&[&str]; 4] = [
        &[],
        &["--docs", "PAGES"],
        &["--api", "elements-v3"],
        &["--docs", "PAGES", "--api", "elements-v3"],
    ];
    let run = |choice: &[&str], format: &str| workspace.run(&[&["drift", "--format", format], choice].concat());
    for choice in choices {
        for format in formats {
            let output = run(choice, format);
            assert_eq!(status(&output), 0, "{choice:?} {format}: {}", reported(&output));
            assert!(!out(&output).is_empty());
        }
    }

    // The pages have changed, and without them nobody sees it.
    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    for choice in choices {
        for format in formats {
            let output = run(choice, format);
            let expected = if choice.contains(&"--docs") { 4 } else { 0 };
            assert_eq!(status(&output), expected, "{choice:?} {format}: {}", reported(&output));
            assert_eq!(out(&output).contains("maximum 50"), expected == 4, "{}", out(&output));
        }
    }
    let page_size = SPEC
        .lines()
        .position(|line| line.contains("name: pageSize"))
        .expect("a line")
        + 1;
    let annotation = format!("::error file=specs/elements-v3/openapi.yaml,line={page_size},title=");
    let github = out(&run(&["--docs", "PAGES"], "github"));
    assert!(github.starts_with(&annotation), "{github}");
    let other = workspace.run(&["drift", "--docs", "PAGES", "--api", "insights"]);
    assert_eq!(status(&other), 0, "the drift is another API's: {}", reported(&other));

    // The spec has changed: that is seen either way.
    workspace.edit(SEARCH, "allowed is 50", "allowed is 100");
    workspace.edit_file("work/specs/elements-v3/openapi.yaml", "maximum: 100", "maximum: 50");
    for choice in choices {
        let output = run(choice, "text");
        assert_eq!(status(&output), 4, "{choice:?}: {}", reported(&output));
    }
    let github = out(&run(&[], "github"));
    let additive = annotation.replace("::error", "::warning");
    assert!(github.starts_with(&additive), "{github}");

    workspace.edit_file("work/specs/elements-v3/openapi.yaml", "paths:", "paths: [");
    for choice in choices {
        for format in formats {
            expect_error(&run(choice, format), &["specs/elements-v3/openapi.yaml:"]);
        }
    }
}

#[test]
fn what_programs_read_has_the_members_of_the_contract_and_nothing_else() {
    let workspace = Workspace::locked();
    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    workspace.edit_file("work/specs/elements-v3/openapi.yaml", "maxLength: 40", "maxLength: 30");
    // A run over all APIs has something to remark: one stands on a web page, which was not passed.
    let output = workspace.run(&["drift", "--docs", "PAGES", "--format", "json"]);
    assert_eq!(status(&output), 4, "{}", reported(&output));
    assert!(err(&output).contains("NOTICE: insights-legacy: "), "{}", err(&output));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    let findings = contract::findings(&json);
    let steps: Vec<_> = findings.iter().map(|finding| &finding["step"]).collect();
    assert_eq!(steps, ["page-lock", "lock-spec"]);
    let line = PAGES[0]
        .1
        .lines()
        .position(|line| line.starts_with("| pageSize"))
        .expect("a row")
        + 1;
    assert_eq!(
        findings[0]["remedy"]
            .as_str()
            .map(|remedy| remedy.contains("specs/elements-v3/openapi.yaml")),
        Some(true)
    );
    let mut first = findings[0].clone();
    first.as_object_mut().expect("an object").remove("remedy");
    assert_eq!(
        first,
        serde_json::json!({
            "api": "elements-v3", "step": "page-lock", "operation": "POST /garden/v1/beds/{bedId}/plants",
            "place": "query.pageSize", "kind": "limit", "class": "breaking", "was": "maximum 100", "is": "maximum 50",
            "page": SEARCH, "line": line,
        })
    );
    assert_eq!(json["summary"]["findings"], 2);

    let markdown = workspace.run(&["drift", "--docs", "PAGES", "--format", "markdown"]);
    assert!(err(&markdown).contains("NOTICE"), "{}", err(&markdown));
    assert!(
        out(&markdown).starts_with('#') && !out(&markdown).contains("NOTICE"),
        "{}",
        out(&markdown)
    );
}

#[test]
fn a_reader_may_leave_early() {
    let workspace = Workspace::locked();
    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    for (arguments, expected) in [
        (&["drift", "--docs", "PAGES"][..], 4),
        (&["scaffold", "--docs", "PAGES", SEARCH], 0),
    ] {
        let mut command = workspace.command(arguments);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("xtask runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("xtask ends");
        assert_eq!(
            (status(&output), err(&output).contains("panicked")),
            (expected, false),
            "{}",
            err(&output)
        );
    }
}

#[test]
fn a_lock_is_the_same_for_the_same_pages_and_a_changed_row_is_a_changed_line() {
    let workspace = Workspace::locked();
    let first = workspace.lock();
    for _ in 0..2 {
        let again = workspace.lock_garden();
        assert_eq!(status(&again), 0, "{}", reported(&again));
        assert_eq!(workspace.lock(), first);
    }
    let other = Workspace::locked();
    assert_eq!(other.lock(), first, "the folder does not matter");
    assert!(first.contains(REVISION));
    for value in ["north", "Basil", "Moss", "2030-04", "Looks", "p-1"] {
        assert!(!first.contains(value), "`{value}` is the page's, and no fact");
    }

    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    let output = workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    let second = workspace.lock();
    let diff = similar::TextDiff::from_lines(&first, &second);
    let new: Vec<_> = diff
        .iter_all_changes()
        .filter(|line| line.tag() == similar::ChangeTag::Insert)
        .map(|line| line.value().to_owned())
        .collect();
    let [hash, row] = new.as_slice() else { panic!("{new:?}") };
    assert!(
        hash.contains("\"sha256\"") && row.contains("\"pageSize\"") && row.contains("50"),
        "{new:?}"
    );
    assert_eq!(workspace.drift().0, 4, "the spec does not follow by itself");
}

#[test]
fn pages_that_cannot_be_understood_are_drift_and_are_never_locked() {
    let whole = PAGES[0].1;
    let mut latin = whole.as_bytes().to_vec();
    latin[whole.find("How tall").expect("a text")] = 0xe9;
    let broken: [(&str, Vec<u8>); 6] = [
        (
            "page-unread",
            replaced(whole, "| height | How tall. | integer |", "| height | How tall. |").into(),
        ),
        (
            "page-unreadable",
            replaced(whole, "| POST | `/garden/v1/beds/{bedId}/plants` |", "| POST | |").into(),
        ),
        ("page-unread", latin),
        ("page-unreadable", Vec::new()),
        ("page-unreadable", b"<html><body>Moved</body></html>".to_vec()),
        ("page-unreadable", b"\xff\xfe#\0 \0P\0".to_vec()),
    ];
    for (index, (kind, bytes)) in broken.into_iter().enumerate() {
        let workspace = Workspace::locked();
        let before = workspace.lock();
        workspace.write(&format!("pages/{SEARCH}"), bytes);
        let (exit, json) = workspace.drift();
        assert_eq!(exit, 4, "{index}: {json}");
        let found = kinds(&json);
        assert!(found.contains(&(kind, "*", "page")), "{index}: {found:?}");
        assert!(
            !found.iter().any(|(kind, ..)| *kind == "operation-removed"),
            "{index}: {found:?}"
        );

        let lock = workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]);
        assert_eq!(status(&lock), 4, "{index}: {}", reported(&lock));
        assert!(err(&lock).contains(&format!("{SEARCH}:")), "{}", reported(&lock));
        assert!(
            out(&lock).contains(&format!("{SEARCH} stays as it was locked")),
            "{}",
            reported(&lock)
        );
        assert_eq!(workspace.lock(), before, "{index}: the lock is as it was");
    }
}

#[test]
fn a_page_that_is_not_read_whole_does_not_keep_the_others_from_being_locked() {
    let workspace = Workspace::locked();
    let before = workspace.lock();
    let lock = || workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]);
    workspace.edit(SEARCH, "| height | How tall. | integer |", "| height | How tall. |");
    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    workspace.edit(BED, "garden.beds.read", "garden.beds.all");
    // One that nobody has ever locked has nothing to stay at.
    let new = "docs/elements/plants/new.md";
    workspace.write(&format!("pages/{new}"), "# New\n\n| A | B |\n| - | - |\n| 1 | 2 |\n");
    let output = lock();
    assert_eq!(status(&output), 4, "{}", reported(&output));
    for words in [
        format!("{SEARCH} stays as it was locked"),
        format!("{new} is left out, since it was never locked"),
        format!("{SEARCH}:"),
        "fix these pages or the parser".to_owned(),
    ] {
        assert!(
            reported(&output).contains(&words),
            "{words} is not in {}",
            reported(&output)
        );
    }
    let locked: Value = serde_json::from_str(&workspace.lock()).expect("JSON");
    let was: Value = serde_json::from_str(&before).expect("JSON");
    let page = |lock: &Value, name: &str| -> Value {
        let pages = lock["pages"].as_array().expect("pages");
        pages
            .iter()
            .find(|page| page["page"] == name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(page(&locked, SEARCH), page(&was, SEARCH), "not half of it");
    assert_eq!(page(&locked, BED)["operations"][0]["scopes"][0], "garden.beds.all");
    assert_eq!(page(&locked, new), Value::Null);
    // What was locked is found no more; what was not, is.
    let (exit, json) = workspace.drift();
    let kinds: Vec<_> = kinds(&json).into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(exit, 4);
    for kind in ["page-unread", "page-unreadable", "limit", "scopes"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let steps = json["findings"].as_array().expect("findings").iter();
    let scopes: Vec<_> = steps
        .filter(|one| one["kind"] == "scopes")
        .map(|one| &one["step"])
        .collect();
    assert_eq!(scopes, ["lock-spec"], "the spec has not followed");

    // If none can be read, nothing is locked.
    let before = workspace.lock();
    for (name, _) in PAGES {
        workspace.write(&format!("pages/{name}"), "<html><body>Moved</body></html>");
    }
    expect_error(&lock(), &["none of the pages was understood; no lock was written"]);
    assert_eq!(workspace.lock(), before);
}

#[test]
fn a_lock_names_each_page_that_was_not_just_read_again() {
    let workspace = Workspace::new();
    let [old, moved, new] = [
        "old-bed.md",
        "docs/elements/beds/get-bed.md",
        "docs/elements/plants/dig-bed.md",
    ];
    let page = |method: &str| PAGES[1].1.replace("| GET |", &format!("| {method} |"));
    workspace.write(old, page("DELETE"));
    let passed = ["--page", "elements-v3=old-bed.md"];
    let lock = [
        "lock",
        "--docs",
        "PAGES",
        "--revision",
        REVISION,
        "--api",
        "elements-v3",
    ];
    let first = workspace.run(&[&lock[..], &passed].concat());
    assert_eq!(out(&first), format!("elements-v3: 5 pages, 5 of them read; {LOCK}\n"));

    fs::create_dir_all(workspace.path("pages/docs/elements/beds")).expect("a folder");
    fs::rename(workspace.path("pages").join(BED), workspace.path("pages").join(moved)).expect("moved");
    fs::remove_file(workspace.path("pages").join(COLOURS)).expect("deleted");
    workspace.write(&format!("pages/{new}"), page("PUT"));
    workspace.edit(SEARCH, "| height | How tall. | integer |", "| height | How tall. |");
    let second = workspace.run(&lock);
    assert_eq!(status(&second), 4, "{}", reported(&second));
    let mut lines: Vec<_> = out(&second).lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            format!("  {new} is new"),
            format!("  {BED} has moved to {moved}"),
            format!("  {SEARCH} stays as it was locked"),
            format!("  {COLOURS} is gone"),
            format!("  {old} was not passed, and stays as it was locked"),
            format!("elements-v3: 5 pages, 3 of them read; {LOCK}"),
        ]
    );
    assert!(err(&second).contains("1 place of the pages could"), "{}", err(&second));

    // One that has moved and cannot be read stays under the name by which it was locked.
    let there = "docs/elements/beds/search-plants.md";
    fs::rename(
        workspace.path("pages").join(SEARCH),
        workspace.path("pages").join(there),
    )
    .expect("moved");
    let third = workspace.run(&lock);
    let stays = format!("  {there} stays as it was locked, as {SEARCH}\n");
    assert!(out(&third).contains(&stays), "{}", out(&third));
    assert!(workspace.lock().contains(SEARCH) && !workspace.lock().contains(there));
}

#[test]
#[cfg(unix)]
fn a_shell_reads_the_remedy_for_a_page_of_any_name() {
    for name in [
        "my plants",
        "it's \"tall\" $HOME",
        "\u{1b}[31m\n1`id`\t\u{202e}##[x]\\'",
        "é (1); exit",
    ] {
        let workspace = Workspace::locked();
        let page = format!("docs/elements/plants/{name}.md");
        workspace.write(&format!("pages/{page}"), PAGES[1].1.replace("| GET |", "| DELETE |"));
        for format in ["text", "markdown"] {
            let output = out(&workspace.run(&["drift", "--docs", "PAGES", "--format", format]));
            let command = output
                .split('`')
                .find(|part| part.starts_with("cargo xtask docs scaffold"));
            let command = command.unwrap_or_else(|| panic!("no command in {output}"));
            let shell = Command::new("bash")
                .args(["-c", &format!("cargo() {{ printf '%s\\0' \"$@\"; }}; {command}")])
                .output();
            let words = out(&shell.expect("bash runs"));
            assert_eq!(
                words.split('\0').collect::<Vec<_>>(),
                ["xtask", "docs", "scaffold", "--fetch", &page, ""]
            );
        }
    }
}

#[test]
fn a_lock_keeps_the_day_of_its_commit() {
    let workspace = Workspace::new();
    let lock = |more: &[&str]| {
        let output = workspace.run(&[&["lock", "--docs", "PAGES"], more].concat());
        assert_eq!(status(&output), 0, "{}", reported(&output));
        let lock: Value = serde_json::from_str(&workspace.lock()).expect("JSON");
        lock["source"].clone()
    };
    assert_eq!(lock(&["--revision", REVISION])["date"], Value::Null, "nobody knows it");
    assert_eq!(
        lock(&["--revision", REVISION, "--date", "2026-10-05"])["date"],
        "2026-10-05"
    );
    assert_eq!(
        lock(&["--revision", REVISION])["date"],
        "2026-10-05",
        "that of the same commit"
    );
    assert_eq!(lock(&[])["date"], "2026-10-05", "the same pages are of the same commit");
    assert_eq!(lock(&["--revision", "abcdef0"])["date"], Value::Null, "another commit");
    for (arguments, words) in [
        (&["--date", "2026-10-05"][..], ["--revision", "--date"]),
        (
            &["--revision", REVISION, "--date", "2026-13-05"],
            ["2026-13-05", "--date"],
        ),
        (&["--revision", "x"], ["hexadecimal", "--revision"]),
        (
            &["--revision", REVISION, "--date", "yesterday"],
            ["yesterday", "--date"],
        ),
    ] {
        expect_error(
            &workspace.run(&[&["lock", "--docs", "PAGES"], arguments].concat()),
            &words,
        );
    }
}

#[test]
fn the_folder_must_be_a_checkout_of_the_pages() {
    let workspace = Workspace::locked();
    let before = workspace.lock();
    workspace.write("empty/README.md", "nothing");
    let file = workspace.path("pages").join(SEARCH);
    let below = workspace.path("pages/docs/elements");
    for (folder, words) in [
        (workspace.path("missing"), "cannot open the folder"),
        (file, "is not a folder"),
        (workspace.path("empty"), "has none of the vendor's pages"),
        (below, "has none of the vendor's pages"),
    ] {
        let folder = folder.to_str().expect("UTF-8");
        for command in [&["drift"][..], &["lock", "--revision", REVISION], &["scaffold", SEARCH]] {
            let output = workspace.run(&[command, &["--docs", folder]].concat());
            expect_error(&output, &[words, folder, "--fetch"]);
        }
    }
    assert_eq!(workspace.lock(), before);
}

#[test]
fn an_api_whose_pages_are_all_gone_is_drift_and_is_not_locked() {
    let workspace = Workspace::locked();
    let before = workspace.lock();
    workspace.write("pages/docs/docs/Overview.md", "# Welcome\n\nTo the garden.\n");
    fs::remove_dir_all(workspace.path("pages/docs/elements")).expect("deleted");
    let (exit, json) = workspace.drift();
    assert_eq!(exit, 4);
    let found = kinds(&json);
    let removed: Vec<_> = found.iter().filter(|(kind, ..)| *kind == "operation-removed").collect();
    assert_eq!(removed.len(), 2, "{found:?}");
    let lock = workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]);
    expect_error(&lock, &["elements-v3", "docs/elements", "xtask/spec/src/api.rs"]);
    assert_eq!(workspace.lock(), before);
}

#[test]
fn pages_are_handed_over_one_by_one() {
    let workspace = Workspace::locked();
    workspace.write("one/page.md", PAGES[1].1);
    workspace.write("two/page.md", PAGES[1].1.replace("beds", "sheds"));
    workspace.write("page.bin", b"\xff");
    let drift = |pages: &[&str]| {
        let pages = pages.iter().flat_map(|page| ["--page", page]);
        workspace.run(&std::iter::once("drift").chain(pages).collect::<Vec<_>>())
    };
    expect_error(&drift(&["one/page.md"]), &["names no API; write API=FILE"]);
    expect_error(
        &drift(&["insight=one/page.md"]),
        &["there is no API `insight`", "insights-legacy"],
    );
    expect_error(
        &drift(&["insights-legacy=three/page.md"]),
        &["three/page.md", "cannot read the page"],
    );
    expect_error(
        &drift(&["insights-legacy=page.bin"]),
        &["page.bin", "is not UTF-8 from byte 1 on"],
    );
    let twice = ["insights-legacy=one/page.md", "insights-legacy=two/page.md"];
    expect_error(&drift(&twice), &["two pages of insights-legacy are called page.md"]);
    // The other pages of the API are not there, and must not pass for deleted.
    expect_error(
        &drift(&["elements-v3=two/page.md"]),
        &["elements-v3", "--docs DIR or --fetch"],
    );

    let external = workspace.run(&["drift", "--docs", "PAGES", "--page", "elements-v3=two/page.md"]);
    assert_eq!(status(&external), 4, "{}", reported(&external));
    assert!(
        out(&external).contains("GET /garden/v1/sheds/{bedId}"),
        "{}",
        out(&external)
    );

    let before = workspace.lock();
    let output = workspace.run(&["lock", "--page", "insights-legacy=one/page.md"]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    let lock = fs::read_to_string(workspace.path("work/specs/insights-legacy/upstream.lock.json")).expect("a lock");
    assert!(
        lock.contains("\"elsewhere\": true") && lock.contains("\"web page\""),
        "{lock}"
    );
    assert_eq!(workspace.lock(), before, "the locks of the others are as they were");
    let output = workspace.run(&["drift", "--docs", "PAGES", "--api", "insights-legacy"]);
    assert_eq!(
        status(&output),
        4,
        "the spec has no such operation: {}",
        reported(&output)
    );
    assert!(err(&output).contains("NOTICE"), "{}", err(&output));
}

#[test]
fn a_lock_that_is_broken_or_missing_is_named_with_the_remedy() {
    let workspace = Workspace::locked();
    let whole = workspace.lock();
    let cut = &whole[..whole.len() / 2];
    let cut_line = cut.lines().count();
    let unknown = replaced(&whole, "\"source\": {", "\"sauce\": {");
    let unknown_line = unknown.lines().position(|line| line.contains("sauce")).expect("a line") + 1;
    for (text, line, words) in [
        (cut, cut_line, "EOF"),
        (unknown.as_str(), unknown_line, "unknown field `sauce`"),
        ("", 1, "EOF"),
    ] {
        workspace.write(&format!("work/{LOCK}"), text);
        for arguments in [
            &["drift"][..],
            &["drift", "--docs", "PAGES", "--format", "json"],
            &["lock", "--docs", "PAGES", "--revision", REVISION],
        ] {
            let output = workspace.run(arguments);
            expect_error(
                &output,
                &[
                    &format!("{LOCK}:{line}:"),
                    words,
                    &format!("restore it with `git checkout HEAD -- {LOCK}`; or delete it, then lock anew"),
                ],
            );
        }
        assert_eq!(workspace.lock(), text, "what is broken is not overwritten");
    }
    fs::remove_file(workspace.path("work").join(LOCK)).expect("deleted");
    expect_error(
        &workspace.run(&["drift", "--docs", "PAGES"]),
        &[LOCK, "there is no such file", "cargo xtask docs lock --docs DIR"],
    );
    let output = workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    assert_eq!(workspace.lock(), whole);
}

#[test]
fn deviations_silence_and_are_refused_at_their_line() {
    let workspace = Workspace::locked();
    workspace.edit_file("work/specs/elements-v3/openapi.yaml", "maximum: 100", "maximum: 50");
    let entry = "deviations:\n  - operation: POST /garden/v1/beds/{bedId}/plants\n    place: query.pageSize\n    \
                 kind: limit\n    page: maximum 100\n    spec: maximum 50\n    reason: the service refuses more\n";
    let file = "work/specs/elements-v3/deviations.yaml";
    workspace.write(file, entry);
    let (exit, json) = workspace.drift();
    assert_eq!((exit, &json["summary"]["silenced"]), (0, &Value::from(1)), "{json}");

    workspace.write(file, entry.replace("spec: maximum 50", "spec: maximum 60"));
    let (exit, json) = workspace.drift();
    assert_eq!(exit, 4);
    let found: Vec<_> = kinds(&json).into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(found, ["limit", "stale-deviation"]);

    for (old, new, line, words) in [
        ("    reason: the service refuses more\n", "", 2, "reason"),
        ("kind: limit", "kind: limits", 4, "limits"),
        ("deviations:", "deviations: [", 2, ""),
        (
            "spec: maximum 50",
            "sample: maximum 50",
            2,
            "the two sides of the difference are unclear",
        ),
    ] {
        workspace.write(file, replaced(entry, old, new));
        let at = format!("specs/elements-v3/deviations.yaml:{line}");
        expect_error(&workspace.run(&["drift"]), &[&at, words]);
    }
}

#[test]
fn a_scaffold_is_made_for_what_the_spec_has_not_and_edits_for_what_it_has() {
    let workspace = Workspace::locked();
    let run = |page: &str| workspace.run(&["scaffold", "--docs", "PAGES", page]);
    let same = run(SEARCH);
    assert_eq!(status(&same), 0, "{}", reported(&same));
    assert!(
        out(&same).contains("The spec has `POST /garden/v1/beds/{bedId}/plants` already"),
        "{}",
        out(&same)
    );
    assert!(!out(&same).contains("\npaths:"), "{}", out(&same));

    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    let edits = run(&format!("some/folder/{SEARCH}"));
    assert_eq!(status(&edits), 0, "{}", reported(&edits));
    let bullets: Vec<_> = out(&edits)
        .lines()
        .filter(|line| line.starts_with("- "))
        .map(str::to_owned)
        .collect();
    let [bullet] = bullets.as_slice() else {
        panic!("{bullets:?}")
    };
    assert!(
        bullet.contains("query.pageSize") && bullet.contains("`maximum 100` → `maximum 50`"),
        "{bullet}"
    );

    let new = "docs/elements/plants/delete-bed.md";
    workspace.write(&format!("pages/{new}"), PAGES[1].1.replace("| GET |", "| DELETE |"));
    let output = run(new);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    let document = xtask_spec::document::Document::parse(Path::new("scaffold.yaml"), &out(&output)).expect("YAML");
    let operation = document
        .value
        .pointer("/paths/~1garden~1v1~1beds~1{bedId}/delete")
        .expect("the operation");
    assert!(
        operation.get("operationId").is_some() && operation.get("security").is_some(),
        "{operation}"
    );

    // A page with both: the edits are comments below the YAML.
    workspace.edit(
        BED,
        "| sunny | Whether",
        "| damp | Whether it rains. | boolean |\n| sunny | Whether",
    );
    let more = "\n## Request\n\n| Method | Endpoint | Description |\n| --- | --- | --- |\n\
                | PUT | `/garden/v1/beds/{bedId}` | Turns it over. |\n";
    workspace.write(
        &format!("pages/{BED}"),
        fs::read_to_string(workspace.path("pages").join(BED)).expect("a page") + more,
    );
    let output = run(BED);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    let document = xtask_spec::document::Document::parse(Path::new("scaffold.yaml"), &out(&output)).expect("YAML");
    let paths = document
        .value
        .pointer("/paths/~1garden~1v1~1beds~1{bedId}")
        .expect("the path");
    assert_eq!(
        paths.as_object().map(|methods| methods.keys().cloned().collect()),
        Some(vec!["put".to_owned()])
    );
    let bed = SPEC
        .lines()
        .position(|line| line.contains("/garden/v1/beds/{bedId}:"))
        .expect("a path");
    let line = SPEC
        .lines()
        .skip(bed)
        .position(|line| line.trim() == "schema:")
        .expect("the schema of the answer, which holds the member")
        + bed
        + 1;
    for part in [
        format!("\n# - `specs/elements-v3/openapi.yaml:{line}`, `response.damp` of"),
        "\n#     place: response.damp\n#     kind: table-only\n#     table: boolean\n#     sample: nothing\n"
            .to_owned(),
    ] {
        assert!(out(&output).contains(&part), "{part} is not in {}", out(&output));
    }

    expect_error(&run(COLOURS), &[COLOURS, "describes no operation", "list of codes"]);
    expect_error(&run(SERVICE), &[SERVICE, "describes no operation", "overview"]);
    expect_error(
        &run("docs/elements/plants/nothing.md"),
        &["there is no page docs/elements/plants/nothing.md", "--page"],
    );
    expect_error(
        &workspace.run(&["scaffold", SEARCH]),
        &["no pages are named", "--docs DIR"],
    );
}

#[test]
fn a_draft_says_what_could_not_be_read_and_fails_where_nothing_is_left_to_draft() {
    let workspace = Workspace::locked();
    let run = |arguments: &[&str]| workspace.run(&[&["scaffold", "--docs", "PAGES"], arguments].concat());
    let broken = replaced(PAGES[1].1, "reaches it. | boolean |", "reaches it. | |");
    let line = broken
        .lines()
        .position(|line| line.starts_with("| sunny"))
        .expect("a row")
        + 1;

    // The spec has the operation, and what is new may be what could not be read.
    workspace.write(&format!("pages/{BED}"), &broken);
    let unread = format!("{BED}:{line}: `sunny` has no type; check whether the row is cut off");
    for arguments in [&[BED][..], &["--new"], &[BED, SEARCH]] {
        expect_error(&run(arguments), &["nothing can be drafted", &unread]);
    }

    // What is left of it is drafted.
    let new = "docs/elements/plants/delete-bed.md";
    workspace.write(&format!("pages/{new}"), broken.replace("| GET |", "| DELETE |"));
    let unread = format!("{new}:{line}: `sunny` has no type");
    for arguments in [&[new][..], &["--new"]] {
        let output = run(arguments);
        assert_eq!(status(&output), 0, "{}", reported(&output));
        let document = xtask_spec::document::Document::parse(Path::new("scaffold.yaml"), &out(&output)).expect("YAML");
        let schema = document.value.pointer("/components/schemas/DeleteBedResult/properties");
        assert!(schema.expect("a schema").get("title").is_some(), "{}", out(&output));
        let comments = out(&output).replace("\n# ", " ");
        let mark = format!("TODO(scaffold): this could not be read: {unread}");
        assert!(
            comments.contains(&mark) && err(&output).contains(&unread),
            "{}",
            reported(&output)
        );
    }

    // Nothing of this one can be read.
    workspace.write(
        &format!("pages/{new}"),
        "# Delete a Bed\n\n| Method | Endpoint\n| DELETE |",
    );
    expect_error(
        &run(&[new]),
        &["nothing can be drafted", new, "a row of a table outside of any table"],
    );

    // It does not stop the others.
    let other = "docs/elements/plants/dig-bed.md";
    workspace.write(&format!("pages/{other}"), PAGES[1].1.replace("| GET |", "| DELETE |"));
    let output = run(&[new, other]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    for text in [out(&output), err(&output)] {
        let text = text.replace("\n# ", " ");
        assert_eq!(text.matches("outside of any table").count(), 1, "{text}");
    }
    assert!(out(&output).contains("DeleteBedResult"), "{}", out(&output));
}

#[test]
#[cfg(unix)]
fn a_page_of_any_name_is_linked_and_named_as_it_is() {
    let workspace = Workspace::locked();
    let name = "docs/elements/plants/dig\n\t up 100%\u{202e}#1?`$(a)'\\.md";
    let page = PAGES[1].1.replace("| GET |", "| DELETE |");
    workspace.write(&format!("pages/{name}"), page);
    let draft = workspace.run(&["scaffold", "--docs", "PAGES", name]);
    assert_eq!(status(&draft), 0, "{}", reported(&draft));
    let document = xtask_spec::document::Document::parse(Path::new("scaffold.yaml"), &out(&draft)).expect("YAML");
    let url = document
        .value
        .pointer("/paths/~1garden~1v1~1beds~1{bedId}/delete/externalDocs/url");
    let url = url.and_then(Value::as_str).expect("an address");
    assert_eq!(xtask_docs::spec::page_of(url).as_deref(), Some(name), "{url}");
    let comments = out(&draft).replace("\n# ", " ");
    assert!(comments.contains(r"dig\n\t up 100%\u{202e}#1?`$(a)'\.md"), "{comments}");

    // As the new name of a page that has moved it is one line of the remedy.
    let moved = Workspace::locked();
    fs::rename(moved.path("pages").join(BED), moved.path("pages").join(name)).expect("renamed");
    let report = moved.run(&["drift", "--docs", "PAGES"]);
    assert_eq!(status(&report), 4, "{}", reported(&report));
    let report = out(&report);
    let remedy = report.lines().find(|line| line.contains("point `externalDocs.url` at"));
    let remedy = remedy.expect("a remedy");
    assert!(remedy.contains(r"dig\n\t up"), "{remedy}");
}

#[test]
fn a_path_that_has_changed_is_an_edit_and_no_new_operation() {
    let workspace = Workspace::locked();
    workspace.edit(
        BED,
        "| GET | `/garden/v1/beds/{bedId}` |",
        "| GET | `/garden/v2/plots/{bedId}` |",
    );
    let output = workspace.run(&["scaffold", "--docs", "PAGES", BED]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    let edits: Vec<_> = out(&output)
        .lines()
        .filter(|line| line.starts_with("- "))
        .map(str::to_owned)
        .collect();
    assert!(
        !out(&output).contains("\npaths:") && edits.iter().any(|edit| edit.contains("endpoint: `")),
        "{}",
        out(&output)
    );
    let new = workspace.run(&["scaffold", "--docs", "PAGES", "--new"]);
    assert!(out(&new).contains("Nothing to write"), "{}", out(&new));
}

#[test]
fn drafts_are_made_of_several_pages_or_of_all_that_are_new() {
    let workspace = Workspace::locked();
    let pages = [
        "docs/elements/plants/delete-bed.md",
        "docs/elements/sheds/delete-shed.md",
    ];
    let page = PAGES[1].1.replace("| GET |", "| DELETE |");
    workspace.write(&format!("pages/{}", pages[0]), &page);
    workspace.write(&format!("pages/{}", pages[1]), page.replace("beds", "sheds"));
    let named = workspace.run(&["scaffold", "--docs", "PAGES", pages[0], pages[1]]);
    assert_eq!(status(&named), 0, "{}", reported(&named));
    let document = xtask_spec::document::Document::parse(Path::new("scaffold.yaml"), &out(&named)).expect("YAML");
    let paths = document.value["paths"].as_object().expect("paths");
    let paths: Vec<_> = paths.keys().map(String::as_str).collect();
    assert_eq!(paths, ["/garden/v1/beds/{bedId}", "/garden/v1/sheds/{bedId}"]);
    let new = workspace.run(&["scaffold", "--docs", "PAGES", "--new"]);
    assert_eq!(out(&new), out(&named), "these are all that are new");
    expect_error(
        &workspace.run(&["scaffold", "--docs", "PAGES", pages[0], "docs/elements/none.md"]),
        &["there is no page docs/elements/none.md"],
    );
}

#[test]
fn an_api_without_a_spec_is_drafted_and_locked_and_says_what_is_missing() {
    let workspace = Workspace::new();
    fs::remove_dir_all(workspace.path("work/specs/elements-v3")).expect("deleted");
    let begin = "cargo xtask generate --begin --api elements-v3";
    let draft = workspace.run(&["scaffold", "--docs", "PAGES", BED]);
    assert_eq!(status(&draft), 0, "{}", reported(&draft));
    assert!(
        out(&draft).contains(begin) && out(&draft).contains("\npaths:"),
        "{}",
        out(&draft)
    );
    expect_error(
        &workspace.run(&["drift", "--docs", "PAGES", "--api", "elements-v3"]),
        &["lock"],
    );
    let lock = workspace.lock_garden();
    assert_eq!(status(&lock), 0, "{}", reported(&lock));
    assert!(
        err(&lock).contains(begin) && workspace.lock().contains(BED),
        "{}",
        reported(&lock)
    );
    expect_error(
        &workspace.run(&["drift", "--docs", "PAGES", "--api", "elements-v3"]),
        &["openapi.yaml", begin],
    );
}

#[test]
fn the_newest_pages_are_fetched_and_their_commit_is_locked() {
    let workspace = Workspace::new();
    let pages = workspace.path("pages");
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .current_dir(&pages)
            .args(["-c", "user.name=A Gardener", "-c", "user.email=gardener@example.com"])
            .args(arguments)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Plant"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let fetch = |arguments: &[&str]| {
        let url = format!("file://{}", pages.display());
        let mut command = workspace.command(arguments);
        command.env("XTASK_DOCS_REPOSITORY", url).output().expect("xtask runs")
    };
    let output = fetch(&["lock", "--fetch", "--api", "elements-v3"]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    let lock: Value = serde_json::from_str(&workspace.lock()).expect("JSON");
    assert_eq!(lock["source"]["revision"], commit.as_str());
    let day = git(&["log", "-1", "--format=%cs"]);
    assert_eq!(lock["source"]["date"], day.as_str());
    assert_eq!(status(&fetch(&["drift", "--fetch"])), 0);

    // What nobody has committed is not fetched, and what is committed is.
    workspace.edit(BED, "garden.beds.read", "garden.beds.all");
    assert_eq!(status(&fetch(&["drift", "--fetch"])), 0);
    git(&["commit", "--quiet", "--all", "--message", "Dig"]);
    let output = fetch(&["drift", "--fetch", "--format", "json"]);
    assert_eq!(status(&output), 4);
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(kinds(&json), [("scopes", "GET /garden/v1/beds/{bedId}", "scopes")]);
    assert_eq!(json["summary"]["revision"], git(&["rev-parse", "HEAD"]).as_str());

    // What nobody has committed is of no commit, whatever is named; what is not read is all the same.
    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    workspace.write("pages/README.md", "Read");
    let locked = || {
        let output = workspace.lock_garden();
        assert_eq!(status(&output), 0, "{}", reported(&output));
        let lock: Value = serde_json::from_str(&workspace.lock()).expect("JSON");
        (err(&output), lock["source"]["revision"].clone())
    };
    let (notice, revision) = locked();
    assert!(notice.contains(SEARCH) && notice.contains("restore it"), "{notice}");
    assert!(!notice.contains(BED) && !notice.contains("README"), "{notice}");
    assert_eq!(revision, Value::Null);
    assert_eq!(workspace.drift().1["summary"]["revision"], Value::Null);
    git(&["checkout", "--quiet", "--", "."]);
    assert_eq!(locked(), (String::new(), git(&["rev-parse", "HEAD"]).into()));

    expect_error(
        &fetch(&["drift", "--fetch", "--docs", "PAGES"]),
        &["--fetch", "cannot be used with", "--docs"],
    );
    expect_error(
        &workspace.run(&["drift", "--fetch"]),
        &["git could not clone", "use --docs DIR"],
    );
}

#[test]
fn a_lock_needs_pages_and_tells_their_commit_if_it_is_known() {
    let workspace = Workspace::new();
    expect_error(&workspace.run(&["lock"]), &["no pages are named", "--docs DIR"]);
    // A copy does not tell its commit. The same pages are of the commit that was locked; others of an unknown one.
    let output = workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    let dated = workspace.lock();
    assert!(dated.contains(REVISION), "{dated}");
    let output = workspace.run(&["lock", "--docs", "PAGES"]);
    assert_eq!((status(&output), workspace.lock()), (0, dated), "{}", reported(&output));
    workspace.edit(SEARCH, "allowed is 100", "allowed is 50");
    let output = workspace.run(&["lock", "--docs", "PAGES"]);
    assert_eq!(status(&output), 0, "{}", reported(&output));
    assert!(!workspace.lock().contains("\"revision\""), "{}", workspace.lock());
    assert!(reported(&output).contains("--revision COMMIT"), "{}", reported(&output));
    let before = workspace.lock();
    expect_error(&workspace.run(&["drift", "--format", "html"]), &["html", "markdown"]);
    expect_error(
        &workspace.run(&["drift", "--api", "elements-v4"]),
        &["there is no API `elements-v4`"],
    );
    assert_eq!(workspace.lock(), before);
}

/// Looks for what a runner of a GitHub workflow would take for a command that the page, not the tool, has written, and
/// for what a terminal would not show.
#[track_caller]
fn expect_no_command(output: &Output) {
    for line in reported(output).split(['\n', '\r']) {
        let ours = ["::error file=specs/", "::warning file=specs/", "::notice file=specs/"];
        let is_command = line.trim_start().starts_with("::") && !ours.iter().any(|ours| line.starts_with(ours));
        let has_hidden = line.chars().any(xtask_cli::is_hidden);
        assert!(
            !is_command && !has_hidden && !line.contains("##["),
            "{line:?} of {}",
            reported(output)
        );
    }
}

#[test]
#[cfg(unix)]
fn the_name_and_the_text_of_a_page_are_never_commands_to_whoever_reads_the_output() {
    const COMMAND: &str = "a\n::error file=x::boom\r##[error]boom\u{202e}";
    let name = format!("docs/elements/plants/{COMMAND}.md");
    let expect = |output: Output, status_expected: i32, words: &[&str]| {
        expect_no_command(&output);
        assert_eq!(status(&output), status_expected, "{}", reported(&output));
        for word in words {
            assert!(
                reported(&output).contains(word),
                "`{word}` is not in: {}",
                reported(&output)
            );
        }
    };
    let workspace = Workspace::locked();

    // A page that can be read, and says the same things once more.
    let text = PAGES[0].1.replace("/garden/v1/beds", "/garden/v1/sheds");
    let text = text.replace("| height |", "| height\u{202e}##[error]boom |");
    workspace.write(&format!("pages/{name}"), text);
    for format in ["text", "json", "markdown", "github"] {
        let output = workspace.run(&["drift", "--docs", "PAGES", "--format", format]);
        if format == "json" {
            let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let findings = json["findings"].as_array().expect("a list");
            assert!(
                findings.iter().any(|finding| finding["page"] == name.as_str()),
                "a program gets the name as it is: {json}"
            );
        }
        expect(output, 4, &["boom"]);
    }
    expect(workspace.run(&["scaffold", "--docs", "PAGES", &name]), 0, &["boom"]);

    // One that cannot be read.
    workspace.write(&format!("pages/{name}"), "::error::boom\n##[error]boom\n");
    expect(
        workspace.run(&["lock", "--docs", "PAGES", "--revision", REVISION]),
        4,
        &["plants/a\\n::error file=x::boom", "is left out"],
    );
    for format in ["text", "json", "markdown", "github"] {
        expect(
            workspace.run(&["drift", "--docs", "PAGES", "--format", format]),
            4,
            &["boom"],
        );
    }
    expect(workspace.run(&["scaffold", "--docs", "PAGES", &name]), 1, &["boom"]);

    // What is named and is not there, or is refused.
    let handed = format!("insights-legacy={COMMAND}");
    for arguments in [
        &["drift", "--docs", COMMAND][..],
        &["lock", "--docs", COMMAND],
        &["drift", "--page", &handed],
        &["lock", "--page", &handed],
        &["drift", "--page", COMMAND],
        &["drift", "--format", COMMAND],
        &["scaffold", "--docs", "PAGES", COMMAND],
        &["\n::error::boom"],
    ] {
        expect(workspace.run(arguments), 1, &["boom"]);
    }

    // One that is handed over beside the others.
    workspace.write(COMMAND, "no page");
    let handed = format!("elements-v3={COMMAND}");
    for (command, expected) in [("lock", 4), ("drift", 4)] {
        let output = workspace.run(&[command, "--docs", "PAGES", "--page", &handed]);
        expect(output, expected, &["boom"]);
    }
}
