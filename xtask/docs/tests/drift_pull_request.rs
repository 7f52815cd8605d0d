//! The script that keeps the pull request of the workflow "Docs drift": with real git, a remote on this disk, and a
//! `gh` that remembers what it was asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What stands in for GitHub: it has the pull requests of `open.json`, evaluates `--jq` as gh does, and writes down
/// each call and the last text.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
[ "${GH_TOKEN-}" = secret ]
printf '%s\n' "$*" >>"$GH_FOLDER/calls"
[ ! -e "$GH_FOLDER/down" ]
what="$1 $2"
while [ $# -gt 0 ]; do
    case $1 in
        --jq) jq -r "$2" "$GH_FOLDER/open.json" ;;
        --body-file) cp "$2" "$GH_FOLDER/body" ;;
    esac
    shift
done
case $what in
    'pr create') echo '[{"number": 7, "isCrossRepository": false}]' >"$GH_FOLDER/open.json" ;;
    'pr close') echo '[]' >"$GH_FOLDER/open.json" ;;
esac
"#;

const LOCK: &str = "specs/elements-v3/upstream.lock.json";

/// A repository on GitHub: its bare remote, a person's clone of it, and the stand-in for gh.
struct GitHub {
    folder: tempfile::TempDir,
    /// How often the script was run.
    runs: std::cell::Cell<u32>,
}

impl GitHub {
    /// None, with a word on the terminal, where the test cannot run.
    fn new() -> Option<Self> {
        for tool in ["bash", "git", "jq"] {
            if Command::new(tool).arg("--version").output().is_err() {
                println!("SKIPPED: there is no {tool} on this machine");
                return None;
            }
        }
        let github = GitHub {
            folder: tempfile::tempdir().expect("a folder"),
            runs: std::cell::Cell::default(),
        };
        let tools = github.path("tools");
        fs::create_dir_all(&tools).expect("a folder");
        fs::write(tools.join("gh"), GH).expect("written");
        let run = Command::new("chmod").arg("+x").arg(tools.join("gh")).status();
        assert!(run.expect("chmod runs").success());
        github.pull_requests("[]");

        git(
            &github.path(""),
            &["init", "--quiet", "--bare", "--initial-branch=main", "remote"],
        );
        git(&github.path(""), &["clone", "--quiet", "remote", "person"]);
        let person = github.path("person");
        git(&person, &["switch", "--quiet", "--create", "main"]);
        github.commit("main", LOCK, "old\n");
        github.commit("main", "specs/elements-v3/openapi.yaml", "spec\n");
        github.commit("main", "specs/insights/openapi.yaml", "spec\n");
        Some(github)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The open pull requests, as gh tells them.
    fn pull_requests(&self, json: &str) {
        fs::write(self.path("open.json"), json).expect("written");
    }

    /// A person commits a file and pushes it.
    fn commit(&self, branch: &str, file: &str, text: &str) {
        let person = self.path("person");
        if branch != "main" {
            git(&person, &["fetch", "--quiet"]);
            let remote = format!("origin/{branch}");
            git(&person, &["switch", "--quiet", "--force-create", branch, &remote]);
        }
        let path = person.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
        git(&person, &["add", "."]);
        git(&person, &["commit", "--quiet", "--message", file]);
        git(&person, &["push", "--quiet", "origin", branch]);
        git(&person, &["switch", "--quiet", "main"]);
    }

    /// Runs the script in a new clone, as the workflow does, each time on another day.
    fn run(&self, arguments: &[&str]) -> Output {
        self.runs.set(self.runs.get() + 1);
        let clone = tempfile::tempdir_in(self.folder.path()).expect("a folder");
        let remote = self.path("remote");
        let remote = remote.to_str().expect("a path of UTF-8");
        git(clone.path(), &["clone", "--quiet", remote, "."]);
        let tools = std::env::join_paths(
            std::iter::once(self.path("tools"))
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        Command::new("bash")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.github/scripts/docs-drift-pull-request"))
            .args(arguments)
            .current_dir(clone.path())
            .env("PATH", tools.expect("a search path"))
            .env("GH_FOLDER", self.folder.path())
            .env("GH_TOKEN", "secret")
            .env(
                "GIT_COMMITTER_DATE",
                format!("2030-01-{:02}T00:00:00Z", self.runs.get()),
            )
            .env("BASE_BRANCH", "main")
            .env("RUN_URL", "https://example.com/run/1")
            .output()
            .expect("bash runs")
    }

    /// Opens or updates the pull request for a drift with this lock.
    fn open(&self, lock: &str, report: &str) -> Output {
        let artifact = self.path("artifact");
        fs::create_dir_all(artifact.join("specs/elements-v3")).expect("a folder");
        fs::write(artifact.join("report.md"), report).expect("written");
        fs::write(artifact.join(LOCK), lock).expect("written");
        self.run(&["open", artifact.to_str().expect("a path of UTF-8")])
    }

    fn opened(&self, lock: &str, report: &str) {
        let output = self.open(lock, report);
        assert!(output.status.success(), "{output:?}");
    }

    fn closed(&self) {
        let output = self.run(&["close"]);
        assert!(output.status.success(), "{output:?}");
    }

    /// The calls of gh that changed something, without their last arguments, since the last time this was asked.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        fs::write(self.path("calls"), "").expect("written");
        let changes = calls.lines().filter(|call| !call.starts_with("pr list "));
        changes
            .map(|call| call.split(' ').take(3).collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// The text of the pull request.
    fn body(&self) -> String {
        fs::read_to_string(self.path("body")).expect("a text")
    }

    /// A file on the branch.
    fn file(&self, file: &str) -> String {
        git(&self.path("remote"), &["show", &format!("docs-drift:{file}")])
    }

    /// The branch's commits that main has not, by their subjects, the newest first.
    fn commits(&self) -> Vec<String> {
        let log = git(&self.path("remote"), &["log", "--format=%s", "main..docs-drift"]);
        log.lines().map(str::to_owned).collect()
    }

    /// The commit of the branch; none if there is no branch.
    fn tip(&self) -> Option<String> {
        let listed = git(
            &self.path("remote"),
            &["for-each-ref", "--format=%(objectname)", "refs/heads/docs-drift"],
        );
        (!listed.is_empty()).then_some(listed)
    }
}

/// Runs git as a person, and gives what it printed.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=A Person", "-c", "user.email=person@example.com"])
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

const OURS: &str = "Take over the vendor's changed pages";

#[test]
fn a_drift_opens_one_pull_request_and_its_end_closes_it() {
    let Some(github) = GitHub::new() else { return };
    github.opened("new\n", "The report.\n");
    assert_eq!(github.calls(), ["pr create --base"]);
    assert_eq!(github.file(LOCK), "new");
    assert_eq!(github.commits(), [OURS]);
    let body = github.body();
    assert!(
        body.starts_with("The report.\n") && body.contains("https://example.com/run/1"),
        "{body}"
    );

    let first = github.tip();
    github.opened("new\n", "The same, in other words.\n");
    assert_eq!(github.calls(), ["pr edit 7"], "never a second one");
    assert_eq!(github.tip(), first, "nothing changed, and nothing is pushed");
    assert!(github.body().starts_with("The same, in other words.\n"));

    github.opened("newer\n", "More.\n");
    assert_eq!(github.calls(), ["pr edit 7"]);
    assert_eq!(github.file(LOCK), "newer");
    assert_eq!(github.commits(), [OURS], "one commit, not a history of days");

    github.commit("main", "README.md", "on main\n");
    github.opened("newer\n", "More.\n");
    assert_eq!(github.file("README.md"), "on main", "the branch follows main");
    assert_eq!(github.commits(), [OURS]);
    github.calls();

    github.closed();
    assert_eq!(github.calls(), ["pr close 7"]);
    assert_eq!(github.tip(), None);

    github.closed();
    assert!(github.calls().is_empty(), "there is nothing to close");
}

#[test]
fn what_people_commit_is_kept_while_the_pull_request_is_open() {
    let Some(github) = GitHub::new() else { return };
    github.opened("new\n", "Report.\n");
    github.commit("docs-drift", "specs/elements-v3/openapi.yaml", "the spec follows\n");
    let theirs = github.tip();
    github.opened("new\n", "Report.\n");
    assert_eq!(github.tip(), theirs);

    github.opened("newer\n", "Report.\n");
    assert_eq!(github.file("specs/elements-v3/openapi.yaml"), "the spec follows");
    assert_eq!(github.file(LOCK), "newer");
    assert_eq!(github.commits(), [OURS, "specs/elements-v3/openapi.yaml", OURS]);

    // Closed by a person, or merged as one commit: what is left of the branch is no one's work any more.
    github.pull_requests("[]");
    github.opened("newest\n", "Report.\n");
    assert_eq!(github.commits(), [OURS]);
    assert_eq!(github.file("specs/elements-v3/openapi.yaml"), "spec");
}

#[test]
fn only_locks_of_known_apis_are_taken() {
    let Some(github) = GitHub::new() else { return };
    let artifact = github.path("artifact");
    for (file, text) in [
        ("specs/elements-v3/openapi.yaml", "not asked for\n"),
        ("specs/unknown/upstream.lock.json", "no API\n"),
        (".github/workflows/mine.yml", "a workflow\n"),
    ] {
        fs::create_dir_all(artifact.join(file).parent().expect("a folder")).expect("a folder");
        fs::write(artifact.join(file), text).expect("written");
    }
    #[cfg(unix)]
    {
        fs::create_dir_all(artifact.join("specs/insights")).expect("a folder");
        let link = artifact.join("specs/insights/upstream.lock.json");
        std::os::unix::fs::symlink(github.path("tools/gh"), link).expect("a link");
    }
    github.opened("new\n", "Report.\n");
    let changed = git(&github.path("remote"), &["diff", "--name-only", "main", "docs-drift"]);
    assert_eq!(changed, LOCK);
}

#[test]
fn the_pull_request_of_a_fork_is_not_ours() {
    let Some(github) = GitHub::new() else { return };
    github.pull_requests(r#"[{"number": 3, "isCrossRepository": true}]"#);
    github.closed();
    assert!(github.calls().is_empty());
    github.opened("new\n", "Report.\n");
    assert_eq!(github.calls(), ["pr create --base"]);

    github.pull_requests(r#"[{"number": 3, "isCrossRepository": true}, {"number": 7, "isCrossRepository": false}]"#);
    github.closed();
    assert_eq!(github.calls(), ["pr close 7"]);
}

#[test]
fn a_report_that_is_too_long_is_cut_at_the_end_of_a_line() {
    let Some(github) = GitHub::new() else { return };
    github.opened("new\n", &"A line of the réport.\n".repeat(5000));
    let body = github.body();
    assert!(body.len() < 65_536, "{} bytes", body.len());
    let (report, rest) = body.split_once("\n\n").expect("a paragraph after the report");
    assert!(report.lines().all(|line| line == "A line of the réport."));
    assert!(report.lines().count() > 2000, "no more is cut than must be");
    assert!(rest.starts_with("_The report goes on"), "{rest}");
}

#[test]
fn a_failure_changes_nothing_and_says_what_to_do() {
    let Some(github) = GitHub::new() else { return };
    for (output, words) in [
        (
            github.open("old\n", "Report.\n"),
            "the locks are unchanged; read the report",
        ),
        (
            github.open("new\n", ""),
            "report.md is missing or empty; run the drift check again",
        ),
        (github.run(&["open"]), "usage: open FOLDER | close"),
        (github.run(&[]), "usage: open FOLDER | close"),
    ] {
        assert!(!output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{output:?}");
    }
    // A list that could not be had is not an empty list.
    fs::write(github.path("down"), "").expect("written");
    assert!(!github.open("new\n", "Report.\n").status.success());
    assert!(!github.run(&["close"]).status.success());
    assert_eq!(github.tip(), None);
    assert!(github.calls().is_empty());
}

/// The script of the workflow's step that measures, as it stands in the file.
fn measure() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.github/workflows/docs-drift.yml");
    let workflow = fs::read_to_string(file).expect("the workflow");
    let step = workflow.split("- name: Measure the drift\n").nth(1).expect("the step");
    let script = step.split("        run: |\n").nth(1).expect("its script");
    let lines = script
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with("          "));
    lines.map(|line| line.trim_start().to_owned() + "\n").collect()
}

#[test]
fn what_was_locked_is_proposed_though_a_page_could_not_be_read_whole() {
    if !cfg!(target_os = "linux") {
        println!("SKIPPED: the workflow runs on Linux, with its tools");
        return;
    }
    for (drift, lock, expected) in [
        (0, 9, Some("drift=no\n")),
        (4, 0, Some("drift=yes\n")),
        (4, 4, Some("drift=yes\n")),
        (4, 1, None),
        (1, 9, None),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("written");
        fs::create_dir_all(folder.path().join("specs/elements-v3")).expect("a folder");
        write("specs/elements-v3/upstream.lock.json", "new\n".to_owned());
        write("run", measure());
        // In cargo's place something that ends as the commands do, and reports like the first of them.
        let cargo = format!(
            "cargo() {{ case \"$*\" in *'docs drift'*) echo 'The report.'; return {drift} ;; *'docs lock'*) return {lock} ;; esac; }}\n"
        );
        write("cargo", cargo);
        let output = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", ". ./cargo; . ./run"])
            .current_dir(folder.path())
            .env("PAGE", "")
            .env("GITHUB_OUTPUT", "output")
            .env("GITHUB_STEP_SUMMARY", "summary")
            .output()
            .expect("bash runs");
        assert_eq!(
            output.status.success(),
            expected.is_some(),
            "{drift} {lock}: {output:?}"
        );
        let said = fs::read_to_string(folder.path().join("output")).unwrap_or_default();
        assert_eq!(said, expected.unwrap_or_default(), "{drift} {lock}");
        let artifact = folder.path().join("target/docs-drift");
        assert_eq!(
            fs::read_to_string(artifact.join("report.md")).expect("a report"),
            "The report.\n"
        );
        let is_kept = artifact.join("specs/elements-v3/upstream.lock.json").exists();
        assert_eq!(is_kept, expected == Some("drift=yes\n"), "{drift} {lock}");
    }
}
