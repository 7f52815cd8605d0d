//! The vendor's repository itself: a clone of today's pages, and the revision of a checkout.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{anyhow, bail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::checkout::is_page;
use super::page::REPOSITORY;
use xtask_spec::api::Api;

/// Clones the vendor's repository, or the one that `XTASK_DOCS_REPOSITORY` names (for tests), into a folder that is
/// deleted when it is dropped.
///
/// # Errors
/// If git is missing or the clone fails.
pub fn fetch() -> anyhow::Result<TempDir> {
    let repository = std::env::var_os("XTASK_DOCS_REPOSITORY").unwrap_or_else(|| OsString::from(REPOSITORY));
    clone(OsStr::new("git"), &repository)
}

fn clone(program: &OsStr, repository: &OsStr) -> anyhow::Result<TempDir> {
    let shown = repository.to_string_lossy();
    let folder = TempDir::with_prefix("cloud-api-")
        .map_err(|error| anyhow!("cannot make a folder for the clone: {error}; check TMPDIR and the disk"))?;
    let output = git(program)
        // The bytes of the repository: another end of line would be another hash.
        .args(["-c", "core.autocrlf=false"])
        // A connection on which nothing moves for a minute is given up.
        .args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60"])
        .args(["clone", "--depth", "1", "--quiet", "--"])
        .arg(repository)
        .arg(folder.path())
        .output()
        .map_err(|error| {
            anyhow!("cannot start git: {error}; install it, or get {shown} in another way and use --docs DIR")
        })?;
    if !output.status.success() {
        let reported = String::from_utf8_lossy(&output.stderr);
        // After the reason, git gives advice over several lines.
        let reason = reported.lines().find(|line| line.starts_with("fatal: "));
        let reason = reason.or(reported.lines().last()).unwrap_or("it gave no reason");
        bail!("git could not clone {shown}: {reason}; try again later, or clone it yourself and use --docs DIR");
    }
    Ok(folder)
}

/// Where the pages come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Source")]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The vendor's repository.
    pub repository: String,
    /// The commit of the checkout; none if the folder was a copy that does not tell it.
    pub revision: Option<String>,
    /// The day of that commit, such as 2026-11-27, where it is known.
    pub date: Option<String>,
}

impl Revision {
    /// The commit that an argument names.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse_commit(text: &str) -> Result<String, &'static str> {
        let is_commit = (7..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let problem = "a commit is 7 to 40 hexadecimal digits, as `git log` shows it";
        is_commit.then(|| text.to_owned()).ok_or(problem)
    }

    /// A commit of the vendor's repository, and its day, as far as they are known.
    #[must_use]
    pub fn new(revision: Option<String>, date: Option<String>) -> Self {
        Self {
            repository: REPOSITORY.to_owned(),
            revision,
            date,
        }
    }
}

/// The commit of a checkout: none if the folder is not the top of a work tree, since its commit would be that of
/// another repository, or if git cannot tell.
#[must_use]
pub fn revision(dir: &Path) -> Option<Revision> {
    if !dir.join(".git").exists() {
        return None;
    }
    let output = git(OsStr::new("git"))
        .arg("-C")
        .arg(dir)
        .args(["show", "--no-patch", "--format=%H %cs", "HEAD"])
        .output()
        .ok()?;
    let shown = String::from_utf8(output.stdout).ok()?;
    let (commit, date) = shown.trim().split_once(' ')?;
    let is_commit = output.status.success() && !commit.is_empty() && commit.bytes().all(|b| b.is_ascii_hexdigit());
    is_commit.then(|| Revision::new(Some(commit.to_owned()), Some(date.to_owned())))
}

/// The pages of an API that are not as the commit of a checkout has them: changed, added or deleted since.
#[must_use]
pub fn uncommitted(dir: &Path, api: &Api) -> Vec<String> {
    if api.pages.is_empty() || revision(dir).is_none() {
        return Vec::new();
    }
    let status = "status --porcelain -z --no-renames --untracked-files=all --ignored --".split(' ');
    let mut command = git(OsStr::new("git"));
    // What is only looked at is not locked.
    command.arg("--no-optional-locks").arg("-C").arg(dir);
    let shown = command
        .args(status)
        .args(api.pages)
        .output()
        .map(|output| output.stdout);
    let shown = String::from_utf8_lossy(shown.as_deref().unwrap_or_default());
    let names = shown.split('\0').filter_map(|entry| entry.get(3..));
    let pages = names.filter(|name| is_page(Path::new(name)));
    pages.map(str::to_owned).collect()
}

/// git, which asks nobody, speaks English, and does not work on the repository of a hook that has started this program.
fn git(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    command
        .envs([("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")])
        .stdin(Stdio::null());
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    command
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::fs;

    use super::*;
    use crate::source::checkout;

    fn run(dir: &Path, arguments: &[&str]) -> String {
        let output = git(OsStr::new("git"))
            .current_dir(dir)
            .args(["-c", "user.name=A Tester", "-c", "user.email=tester@example.com"])
            .args(arguments)
            .output()
            .expect("git is installed");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A repository with two commits, and the second of them.
    fn repository() -> (TempDir, String) {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), &["init", "--quiet"]);
        fs::create_dir_all(dir.path().join("docs/elements")).unwrap();
        for text in ["# Old\r\n", "# New\r\n"] {
            fs::write(dir.path().join("docs/elements/page.md"), text).unwrap();
            run(dir.path(), &["add", "."]);
            run(dir.path(), &["commit", "--quiet", "--message", text]);
        }
        let commit = run(dir.path(), &["rev-parse", "HEAD"]);
        (dir, commit)
    }

    #[test]
    fn a_clone_has_the_newest_pages_and_knows_its_commit() {
        let (origin, commit) = repository();
        let url = format!("file://{}", origin.path().display());
        let clone = clone(OsStr::new("git"), OsStr::new(&url)).unwrap();
        let sources = checkout(clone.path(), Api::parse("elements-v3").unwrap()).unwrap();
        assert_eq!(sources.len(), 1);
        assert_eq!(sources[0].bytes, b"# New\r\n");
        let at = revision(clone.path()).unwrap();
        let day = run(origin.path(), &["log", "-1", "--date=short", "--format=%cd"]);
        assert_eq!((at.revision, at.date), (Some(commit), Some(day)));
        assert_eq!(
            run(clone.path(), &["rev-list", "--count", "HEAD"]),
            "1",
            "not the history"
        );

        let path = clone.path().to_owned();
        drop(clone);
        assert!(!path.exists(), "nothing is left behind");
    }

    #[test]
    fn a_folder_within_a_work_tree_has_no_commit_of_its_own() {
        let (origin, commit) = repository();
        assert_eq!(revision(origin.path()).and_then(|at| at.revision), Some(commit));
        assert_eq!(revision(&origin.path().join("docs")), None);

        let empty = tempfile::tempdir().unwrap();
        run(empty.path(), &["init", "--quiet"]);
        assert_eq!(revision(empty.path()), None, "nothing was committed");
        fs::remove_dir_all(empty.path().join(".git")).unwrap();
        fs::write(empty.path().join(".git"), "damaged").unwrap();
        assert_eq!(revision(empty.path()), None);
    }

    #[test]
    fn what_is_not_as_committed_is_told_of_the_pages_that_are_read_alone() {
        let (origin, _) = repository();
        let api = Api::parse("elements-v3").unwrap();
        let of = |api| uncommitted(origin.path(), api);
        let write = |file: &str| fs::write(origin.path().join(file), "# Newer\n").unwrap();
        write("README.md");
        write("docs/elements/toc.yml");
        assert_eq!(of(api), [""; 0]);

        write("docs/elements/page.md");
        write("docs/elements/a page \u{fc}.MD");
        write("docs/elements/secret.md");
        fs::write(origin.path().join(".gitignore"), "secret.md\n").unwrap();
        let mut changed = of(api);
        changed.sort();
        let expected = [
            "docs/elements/a page \u{fc}.MD",
            "docs/elements/page.md",
            "docs/elements/secret.md",
        ];
        assert_eq!(changed, expected);
        assert_eq!(
            of(Api::parse("insights").unwrap()),
            [""; 0],
            "another API's pages are not"
        );

        run(
            origin.path(),
            &["mv", "-f", "docs/elements/page.md", "docs/elements/moved.md"],
        );
        let moved = of(api);
        let is_there = |name: &str| moved.iter().any(|page| page == name);
        assert!(
            is_there("docs/elements/page.md") && is_there("docs/elements/moved.md"),
            "{moved:?}"
        );
    }

    #[test]
    fn a_commit_is_of_hexadecimal_digits() {
        for commit in ["13d7c83", "0123456789abcdef0123456789ABCDEF01234567"] {
            assert_eq!(Revision::parse_commit(commit).as_deref(), Ok(commit));
        }
        for other in [
            "",
            "x",
            "13d7c8",
            "main-line",
            "0123456789abcdef0123456789abcdef012345678",
            "13d7c83 ",
        ] {
            assert!(Revision::parse_commit(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_clone_that_fails_tells_why_and_what_to_do() {
        let nowhere = tempfile::tempdir().unwrap();
        let url = format!("file://{}/missing", nowhere.path().display());
        let message = format!("{:#}", clone(OsStr::new("git"), OsStr::new(&url)).unwrap_err());
        assert!(
            message.contains(&url) && message.contains("fatal: ") && message.contains("use --docs DIR"),
            "{message}"
        );

        let message = format!(
            "{:#}",
            clone(OsStr::new("git"), OsStr::new("--upload-pack=x")).unwrap_err()
        );
        assert!(
            message.contains("'--upload-pack=x'"),
            "it is a repository, not an option: {message}"
        );
    }

    #[test]
    fn a_missing_git_is_told_with_the_remedy() {
        let missing = OsStr::new("there-is-no-such-git");
        let message = format!("{:#}", clone(missing, OsStr::new(REPOSITORY)).unwrap_err());
        assert!(
            message.contains("cannot start git")
                && message.contains("install it")
                && message.contains("use --docs DIR"),
            "{message}"
        );
    }
}
