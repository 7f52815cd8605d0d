//! The pages of an API in a checkout of the vendor's repository.

use std::io::ErrorKind;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use walkdir::WalkDir;

use super::page::{REPOSITORY, Source, read};
use xtask_spec::api::{APIS, Api};

/// The pages of an API in a checkout, by name. A folder or page that is gone is no error: drift tells it.
///
/// # Errors
/// If `dir` is no checkout of the repository, or a page cannot be read or lies outside of it.
pub fn checkout(dir: &Path, api: &Api) -> anyhow::Result<Vec<Source>> {
    let top = top(dir)?;
    let mut sources = Vec::new();
    for path in api.pages {
        for file in files(&top, &top.join(path))? {
            sources.push(Source {
                name: name(&top, &file)?,
                bytes: read(&file)?,
                elsewhere: false,
            });
        }
    }
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sources)
}

/// The real path of a folder that has pages of any API. One API's may all be gone, which is drift; if none has any, it
/// is another folder.
fn top(dir: &Path) -> anyhow::Result<PathBuf> {
    let shown = dir.display();
    let remedy = format!("name a checkout of {} with --docs, or use --fetch", REPOSITORY);
    let top = dir
        .canonicalize()
        .map_err(|error| anyhow!("cannot open the folder {shown}: {error}; {remedy}"))?;
    if !top.is_dir() {
        bail!("{shown} is not a folder; {remedy}");
    }
    let mut known = APIS.iter().flat_map(|api| api.pages);
    if !known.any(|path| top.join(path).exists()) {
        bail!("{shown} has none of the vendor's pages, such as docs/elements; {remedy}");
    }
    Ok(top)
}

/// The page, or those in the folder and below it.
fn files(top: &Path, path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let gone = [ErrorKind::NotFound, ErrorKind::NotADirectory];
    if path.symlink_metadata().is_err_and(|error| gone.contains(&error.kind())) {
        return Ok(files);
    }
    let remedy = "check that the checkout is whole and that you may read it";
    for entry in WalkDir::new(path).follow_links(true) {
        // The error names the file, and where links lead round in a loop.
        let entry = entry.map_err(|error| anyhow!("cannot read the checkout: {error}; {remedy}"))?;
        let (shown, file_type) = (entry.path().display(), entry.file_type());
        let real = entry.path().canonicalize();
        let real = real.map_err(|error| anyhow!("cannot read {shown}: {error}; {remedy}"))?;
        if !real.starts_with(top) {
            let real = real.display();
            bail!(
                "{shown} links to {real}, outside the checkout; delete the link: pages must be inside the repository"
            );
        }
        if file_type.is_dir() || !is_page(entry.path()) {
            continue;
        }
        // A pipe would never end.
        if !file_type.is_file() {
            bail!("{shown} is not a regular file; delete it");
        }
        files.push(entry.into_path());
    }
    Ok(files)
}

/// Whether a file is a page, by its name.
pub fn is_page(file: &Path) -> bool {
    let extension = file.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

/// The path in the repository, as the lock has it on every system.
fn name(top: &Path, file: &Path) -> anyhow::Result<String> {
    let name = file.strip_prefix(top).unwrap_or(file).to_str();
    let shown = file.display();
    let name = name.with_context(|| format!("the name of the page {shown} is not UTF-8; rename it in the checkout"))?;
    Ok(name.replace(MAIN_SEPARATOR, "/"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::fs;

    use super::*;

    fn api(name: &str) -> &'static Api {
        Api::parse(name).unwrap()
    }

    /// A checkout with these pages, each with its own name as its text.
    fn tree(pages: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for page in pages {
            let file = dir.path().join(page);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, page).unwrap();
        }
        dir
    }

    fn names(dir: &Path, name: &str) -> Vec<String> {
        let sources = checkout(dir, api(name)).unwrap();
        for source in &sources {
            assert!(!source.elsewhere);
            assert_eq!(source.bytes, source.name.as_bytes(), "each page has its own bytes");
        }
        sources.into_iter().map(|source| source.name).collect()
    }

    fn refusal(dir: &Path) -> String {
        format!("{:#}", checkout(dir, api("elements-v3")).unwrap_err())
    }

    #[test]
    fn each_api_has_its_own_pages_and_they_are_sorted() {
        let dir = tree(&[
            "docs/elements/z.md",
            "docs/elements/b c/one.md",
            "docs/elements/b/two.md",
            "docs/elements/toc.yml",
            "docs/docs/Overview.md",
            "docs/docs/other.md",
            "docs/docs/change-log.md",
            "docs/docs/services-and-features/insights/users/u.md",
            "docs/docs/services-and-features/elements/Index.MD",
            "README.md",
        ]);
        assert_eq!(
            names(dir.path(), "elements-v3"),
            [
                "docs/elements/b c/one.md",
                "docs/elements/b/two.md",
                "docs/elements/z.md"
            ]
        );
        assert_eq!(
            names(dir.path(), "elements-legacy"),
            ["docs/docs/services-and-features/elements/Index.MD"]
        );
        assert_eq!(
            names(dir.path(), "insights"),
            [
                "docs/docs/Overview.md",
                "docs/docs/change-log.md",
                "docs/docs/services-and-features/insights/users/u.md"
            ]
        );
        assert!(
            names(dir.path(), "insights-legacy").is_empty(),
            "it has a web page only"
        );
    }

    #[test]
    fn an_api_whose_pages_are_all_gone_has_none() {
        let dir = tree(&["docs/docs/Overview.md"]);
        assert!(names(dir.path(), "elements-v3").is_empty());
    }

    #[test]
    fn what_is_no_checkout_is_refused_with_its_name_and_the_remedy() {
        let dir = tree(&["readme.md"]);
        let file = dir.path().join("readme.md");
        for (dir, words) in [
            (dir.path().join("missing"), "cannot open the folder"),
            (file, "is not a folder"),
            (dir.path().to_owned(), "has none of the vendor's pages"),
        ] {
            let message = refusal(&dir);
            assert!(
                message.contains(words) && message.contains(dir.to_str().unwrap()) && message.contains("--fetch"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_page_that_is_not_utf_8_is_the_vendors_and_comes_as_it_is() {
        let dir = tree(&["docs/elements/good.md"]);
        fs::write(dir.path().join("docs/elements/bad.md"), b"ab\xffcd").unwrap();
        let sources = checkout(dir.path(), api("elements-v3")).unwrap();
        assert_eq!(sources[0].bytes, b"ab\xffcd");
    }

    #[test]
    fn a_page_that_is_too_large_is_refused() {
        let dir = tree(&["docs/elements/large.md"]);
        let file = fs::File::create(dir.path().join("docs/elements/large.md")).unwrap();
        file.set_len(super::super::page::LIMIT as u64 + 1).unwrap();
        let message = refusal(dir.path());
        assert!(message.contains("large.md has more than 16777216 bytes"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_in_the_checkout_and_lead_to_an_end() {
        use std::os::unix::fs::symlink;

        let outside = tree(&["secret.md"]);
        for (target, words) in [
            (outside.path().to_owned(), "outside the checkout"),
            (outside.path().join("secret.md"), "outside the checkout"),
            (PathBuf::from(".."), "loop"),
            (PathBuf::from("nowhere.md"), "cannot read"),
        ] {
            let dir = tree(&["docs/elements/a/page.md"]);
            symlink(&target, dir.path().join("docs/elements/a/link.md")).unwrap();
            let message = refusal(dir.path());
            assert!(
                message.contains(words) && message.contains("link.md"),
                "{target:?}: {message}"
            );
        }

        let dir = tree(&["docs/docs/Overview.md"]);
        symlink(outside.path(), dir.path().join("docs/elements")).unwrap();
        assert!(
            refusal(dir.path()).contains("outside the checkout"),
            "the folder itself may be a link"
        );

        let dir = tree(&["docs/elements/page.md"]);
        symlink("page.md", dir.path().join("docs/elements/same.md")).unwrap();
        let sources = checkout(dir.path(), api("elements-v3")).unwrap();
        assert_eq!(sources.len(), 2, "a link within the checkout is a page");

        let dir = tree(&["docs/elements/page.md"]);
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("docs/elements/s.md")).unwrap();
        assert!(refusal(dir.path()).contains("s.md is not a regular file"));
    }

    #[test]
    #[cfg_attr(
        not(shared_pages),
        ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
    )]
    fn the_vendors_pages_are_found() {
        let dir = Path::new(env!("VENDOR_PAGES"));
        for (name, page) in [
            ("elements-v3", "docs/elements/general/customer/get-all-customers.md"),
            (
                "elements-legacy",
                "docs/docs/services-and-features/elements/jobs/all-backup-jobs.md",
            ),
            ("insights", "docs/docs/Overview.md"),
        ] {
            let sources = checkout(dir, api(name)).unwrap();
            assert!(sources.iter().any(|source| source.name == page), "{name}: {page}");
        }
    }
}
