//! A page that is passed, since no checkout has it: `--page API=FILE`.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};

use super::page::{Source, read};
use xtask_spec::api::Api;

/// An argument `API=FILE`: the saved web page of an API, or an older state of a page that the vendor has replaced.
#[derive(Clone, Debug)]
pub struct ExternalPage {
    /// The API that the page describes.
    pub api: &'static Api,
    file: PathBuf,
}

impl ExternalPage {
    /// Reads the argument, not yet the page.
    ///
    /// # Errors
    /// If it is not of this form, there is no such API, or it names an address.
    pub fn parse(argument: &str) -> anyhow::Result<Self> {
        let form = "write API=FILE, such as insights-legacy=page.html";
        let (api, file) = argument
            .split_once('=')
            .ok_or_else(|| anyhow!("`{argument}` names no API; {form}"))?;
        let api = Api::parse(api)?;
        if file.is_empty() {
            bail!("`{argument}` names no page; {form}");
        }
        if file.contains("://") {
            bail!(
                "the page of {} is to be a file, not an address; save it with a browser or `curl --fail --location \
                 --output page.html ADDRESS`, and pass the file",
                api.name
            );
        }
        let file = file.into();
        Ok(Self { api, file })
    }

    /// Reads the page. Its name is the file's, without the folder.
    ///
    /// # Errors
    /// If it cannot be had, or is no text.
    pub fn read(&self) -> anyhow::Result<Source> {
        let shown = self.file.display();
        let name = self.file.file_name().and_then(|name| name.to_str());
        let remedy = "pass a file with a plain name";
        let name = name.with_context(|| format!("{shown} has no name that a lock could hold; {remedy}"))?;
        let bytes = read(&self.file)?;
        if let Err(error) = std::str::from_utf8(&bytes) {
            let from = error.valid_up_to() + 1;
            bail!("the page {shown} is not UTF-8 from byte {from} on; save it as a UTF-8 file, and pass the file");
        }
        Ok(Source {
            name: name.to_owned(),
            bytes,
            elsewhere: true,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::fs;

    use super::*;

    fn parse_refusal(argument: &str) -> String {
        format!("{:#}", ExternalPage::parse(argument).unwrap_err())
    }

    #[test]
    fn a_file_is_named_without_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("page = 1.txt");
        fs::write(&file, "Text").unwrap();
        let external = ExternalPage::parse(&format!("elements-legacy={}", file.display())).unwrap();
        assert_eq!(external.api.name, "elements-legacy");
        assert_eq!(
            external.read().unwrap(),
            Source {
                name: "page = 1.txt".to_owned(),
                bytes: b"Text".to_vec(),
                elsewhere: true
            }
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("page.html");
        fs::write(&binary, b"\xff").unwrap();
        for (file, words) in [
            (binary.clone(), "is not UTF-8 from byte 1 on"),
            (dir.path().join("missing.html"), "cannot read the page"),
            (dir.path().to_owned(), "cannot read the page"),
            (PathBuf::from("/"), "has no name"),
        ] {
            let external = ExternalPage::parse(&format!("insights={}", file.display())).unwrap();
            let message = format!("{:#}", external.read().unwrap_err());
            assert!(
                message.contains(words) && message.contains(file.to_str().unwrap()),
                "{message}"
            );
        }
    }

    #[test]
    fn an_argument_of_another_form_is_refused() {
        for (argument, words) in [
            ("page.html", "names no API; write API=FILE"),
            ("insights-legacy=", "names no page; write API=FILE"),
            ("insight=page.html", "there is no API `insight`"),
            ("insights=https://example.com/page", "is to be a file, not an address"),
            ("insights=https://me:word@example.com/", "curl --fail --location"),
        ] {
            let message = parse_refusal(argument);
            assert!(message.contains(words), "{argument}: {message}");
        }
        assert!(!parse_refusal("insights=https://me:word@example.com/").contains("word@"));
    }
}
