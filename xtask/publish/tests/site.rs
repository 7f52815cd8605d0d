//! The reference site: every operation and every link of it, whatever stands in a text, and the folder whole or not at all.
//!
//! A browser opens it in `tests/conformance/site`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use scraper::{Html, Selector};
use url::Url;
use xtask_spec::Spec;
use xtask_spec::api::{APIS, Api, root};
use xtask_spec::document::Document;

type Files = BTreeMap<String, Vec<u8>>;

static SITE: LazyLock<Files> = LazyLock::new(|| site(&documents()));

fn documents() -> Vec<(&'static Api, Document)> {
    let documents = APIS.iter().map(|api| (api, api.document().expect("a spec")));
    documents.collect()
}

fn site(documents: &[(&'static Api, Document)]) -> Files {
    site_with(root(), documents).expect("a site")
}

/// The site with the guides of a folder, and with texts in the place of the scripts of others.
fn site_with(root: &Path, documents: &[(&'static Api, Document)]) -> anyhow::Result<Files> {
    let scripts =
        ["minisearch", "highlight", "powershell"].map(|name| (format!("assets/{name}.js"), b"// Others'.".to_vec()));
    xtask_publish::site_files(root, documents, scripts.into())
}

fn page(site: &Files, path: &str) -> Html {
    let bytes = site.get(path).unwrap_or_else(|| panic!("there is no {path}"));
    Html::parse_document(std::str::from_utf8(bytes).expect("UTF-8"))
}

fn all(page: &Html, selector: &str, attribute: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    let found = page.select(&selector).filter_map(|element| element.attr(attribute));
    found.map(str::to_owned).collect()
}

fn text(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).flat_map(|element| element.text()).collect()
}

/// Every link leads to a file, and to a place in it; nothing is loaded from elsewhere.
fn check_links(site: &Files) {
    let pages: BTreeMap<_, _> = site
        .keys()
        .filter(|path| path.ends_with(".html"))
        .map(|path| (path, page(site, path)))
        .collect();
    for (path, page) in &pages {
        let loaded = [all(page, "[src]", "src"), all(page, "link[rel=stylesheet]", "href")].concat();
        let here = Url::parse("https://site.example")
            .and_then(|site| site.join(path))
            .expect("a URL");
        for link in all(page, "a[href]", "href").iter().chain(&loaded) {
            let there = here.join(link).expect("a URL");
            if there.host() != here.host() {
                assert!(!loaded.contains(link), "{path} loads {link}");
                continue;
            }
            let target = there.path().trim_start_matches('/').to_owned();
            assert!(
                site.contains_key(&target),
                "{path} links {link}, and there is no {target}"
            );
            if let Some(anchor) = there.fragment() {
                let ids = all(&pages[&target], "[id]", "id");
                assert!(
                    ids.iter().any(|id| id == anchor),
                    "{path} links {link}, and {target} has no {anchor}"
                );
            }
        }
        let ids = all(page, "[id]", "id");
        assert_eq!(
            ids.len(),
            ids.iter().collect::<BTreeSet<_>>().len(),
            "{path}: an id is there twice"
        );
    }
}

#[test]
fn every_link_leads_somewhere_and_every_operation_is_linked() {
    check_links(&SITE);
    let linked = all(&page(&SITE, "index.html"), "main a", "href");
    for (api, document) in documents() {
        for operation in Spec::new(&document).operations {
            let path = format!("{}/operations/{}.html", api.name, operation.id().expect("an id"));
            assert!(linked.contains(&path), "the first page has no {path}");
        }
    }
}

#[test]
fn a_page_has_what_a_caller_must_know() {
    let page = page(&SITE, "elements-v3/operations/listCustomers.html");
    let shown = text(&page, "main");
    for words in [
        "elements.customers.read.all",
        "By number: pageIndex of the query is the page, from 1.",
        "at most 100",
        // A code of the answer by its name, with its meaning.
        "WaitingForConfiguration",
        "The configuration is still to be done.",
        // A deviation, and its reason.
        "the table omits the list around the entries",
        "Authorization: Bearer $AVEPOINT_ACCESS_TOKEN",
        // As in the documentation of the crate.
        "let mut customers = client.list_customers().stream();",
    ] {
        assert!(shown.contains(words), "{words}");
    }
    assert_eq!(
        all(&page, "[data-tab]", "data-tab"),
        ["curl", "Rust", "Python", "TypeScript", "C#", "Java", "Go", "PowerShell"]
    );
    assert!(shown.contains("A read: it may be repeated."));
    assert!(text(&page, ".samples").contains("the sandbox knows no such ids"));
    let page = self::page(&SITE, "elements-v3/operations/getUser.html");
    let sources = text(&page, "#path + .note");
    assert_eq!(
        sources,
        "customerId is data[].id of List the customers of the partner, tenantId is data[].tenants[].id of List the customers of \
         the partner, userId is data[].id of List the users of a tenant."
    );
    let page = self::page(&SITE, "insights/operations/exportSitePermissions.html");
    assert!(
        text(&page, ".facts").contains("A write: do not repeat it"),
        "a GET that starts a job"
    );
    let page = self::page(&SITE, "elements-v3/operations/getScanProfileDailyReport.html");
    assert!(text(&page, ".warning").starts_with("Deprecated"));
}

#[test]
fn a_text_is_a_text_whatever_stands_in_it() {
    let (api, document) = documents().remove(0);
    let hostile =
        r#"</script><script>alert(1)</script><img src=x onerror=alert(2)> & "a" 'b' `c` """ ''' \ ${d} $(e) #{f}"#;
    let mut value = document.value.clone();
    let operation = &mut value["paths"]["/partner/external/v3/general/customers/batch"]["post"];
    operation["summary"] = hostile.into();
    let links = "![a picture](https://other.example/x.png) [a link](javascript:alert(3)) [a file](../../README.md)";
    operation["description"] = format!("{links} {hostile}").into();
    operation["requestBody"]["content"]["application/json"]["example"]["customerIds"][0] = hostile.into();
    // What is not required is not in the program in Rust.
    let operation = &mut value["paths"]["/partner/external/v3/general/customers"]["post"];
    operation["requestBody"]["content"]["application/json"]["example"]["firstName"] = hostile.into();
    value["components"]["parameters"]["PageIndex"]["description"] = hostile.into();
    value["components"]["schemas"]["CustomerJobStatus"]["x-enum-descriptions"][0] = hostile.into();
    let document = Document::parse(&api.spec(), &value.to_string()).expect("a document");
    let site = site(&[(api, document)]);
    for path in site.keys().filter(|path| path.ends_with(".html")) {
        let page = page(&site, path);
        let scripts = all(&page, "script", "src");
        assert_eq!(scripts.len(), 5, "{path}");
        assert!(all(&page, "img, [onerror]", "src").is_empty(), "{path}");
        let links = all(&page, "a", "href");
        assert!(
            !links
                .iter()
                .any(|link| link.starts_with("javascript") || link.contains("README.md")),
            "{path}"
        );
    }
    let page = |name: &str| page(&site, &format!("elements-v3/operations/{name}.html"));
    let rust = text(&page("onboardCustomer"), "[data-tab=Rust] code");
    assert!(rust.contains(&format!("{hostile:?}")), "{rust}");
    let page = page("listCustomers");
    assert_eq!(text(&page, "h1"), hostile);
    assert!(text(&page, ".intro").contains("a picture a link a file"));
    let programs = Selector::parse("[data-tab]:not([data-tab=Rust]) code").expect("a selector");
    let programs: Vec<String> = page.select(&programs).map(|program| program.text().collect()).collect();
    let json = serde_json::Value::from(hostile).to_string();
    // As each language has it: the shell ends its text for an apostrophe, C# has as many marks as the text has not, Java
    // doubles what escapes and ends no block, Go has no raw text with its mark; PowerShell replaces nothing in it.
    for (program, spelled) in programs.iter().zip([
        json.replace('\'', r"'\''"),
        json.clone(),
        json.clone(),
        json.clone(),
        json.replace('\\', r"\\"),
        serde_json::Value::from(json.as_str())
            .to_string()
            .trim_matches('"')
            .to_owned(),
        json.clone(),
    ]) {
        assert!(program.contains(&spelled), "{spelled}\n{program}");
    }
}

#[test]
fn a_recipe_leads_to_its_files_and_to_the_calls_in_its_language_and_these_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    };
    for guide in [
        "xtask/publish/site/tokens.md",
        "crates/avepoint-sandbox/README.md",
        "specs/README.md",
        "TROUBLESHOOTING.md",
    ] {
        write(guide, &fs::read_to_string(root().join(guide)).expect("a guide"));
    }
    for linked in [
        "crates/avepoint-elements-v3/README.md",
        "crates/avepoint-auth/README.md",
    ] {
        write(linked, "");
    }
    write("tests/languages/shared/Tokens.cs", "record Token<T>(T Text);\n");
    write(
        "tests/languages/README.md",
        "# Which client\n\nSee [ours](kiosk/README.md#set-up).\n",
    );
    write(
        "tests/languages/kiosk/README.md",
        "# C#: `Kiosk`\n\nIt is quick. [All](../README.md), [tokens](../shared/Tokens.cs).\n\n## Set up\n\n```sh\nmake\n```\n",
    );
    write("tests/languages/ancient/README.md", "# Pascal: turbo\n\nIt is old.\n");
    let site = site_with(folder.path(), &documents()).expect("a site");
    check_links(&site);
    let start = page(&site, "index.html");
    let recipes = all(&start, "main a[href^=recipes]", "href");
    assert_eq!(
        recipes,
        ["recipes/index.html", "recipes/kiosk.html", "recipes/ancient.html"]
    );
    for (api, document) in documents() {
        for operation in Spec::new(&document).operations {
            let path = format!("{}/operations/{}.html", api.name, operation.id().expect("an id"));
            let page = page(&site, &path);
            assert_eq!(
                all(&page, "[data-tab] p a", "href"),
                ["../../recipes/kiosk.html"],
                "{path}"
            );
            assert_eq!(text(&page, "[data-tab='C#'] p a"), "Kiosk", "{path}");
        }
    }
    let calls = |name: &str| {
        all(
            &page(&site, &format!("recipes/{name}.html")),
            "main a[href*=operations]",
            "href",
        )
    };
    assert_eq!(
        calls("kiosk"),
        ["../elements-v3/operations/listCustomers.html#call-csharp"]
    );
    assert!(calls("ancient").is_empty(), "no call is in Pascal");
    let links = all(&page(&site, "recipes/kiosk.html"), "main .guide p a", "href");
    assert_eq!(links, ["../recipes/index.html", "../recipes/shared/Tokens.cs.html"]);
    let file = page(&site, "recipes/shared/Tokens.cs.html");
    assert_eq!(text(&file, "main pre"), "record Token<T>(T Text);\n");

    for link in ["tokens.pas", "../kiosk", "../../../../outside.txt"] {
        write(
            "tests/languages/ancient/README.md",
            &format!("# Pascal: turbo\n\n[It]({link}) is old.\n"),
        );
        let error = site_with(folder.path(), &documents()).expect_err("a link to no file");
        assert_eq!(
            error.to_string(),
            format!(
                "tests/languages/ancient/README.md links {link}, which is no file of the repository; name one that is there"
            )
        );
    }
    write("tests/languages/ancient/README.md", "# Turbo\n");
    let error = site_with(folder.path(), &documents()).expect_err("a recipe of no language");
    assert_eq!(
        error.to_string(),
        "tests/languages/ancient/README.md is called `Turbo`; write `# LANGUAGE: TOOL`, which leads to it from the calls in \
         its language"
    );
}

#[test]
fn the_same_specs_give_the_same_bytes_and_nothing_of_this_machine() {
    assert!(*SITE == site(&documents()), "the bytes differ");
    let here = root();
    let here = here.to_str().expect("UTF-8");
    for (path, bytes) in &*SITE {
        assert!(!String::from_utf8_lossy(bytes).contains(here), "{path} names {here}");
    }
}

#[cfg(unix)]
#[test]
fn the_folder_is_written_whole_or_not_at_all() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let (tools, out) = (folder.path().join("tools"), folder.path().join("out"));
    fs::create_dir(&tools).expect("a folder");
    // A script in the place of npm.
    let npm = |script: &str| {
        let path = tools.join("npm");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    };
    let publish = |option: &str, folder: &Path, path: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-publish"));
        let output = command
            .arg(option)
            .arg(folder)
            .env("PATH", path)
            .output()
            .expect("the command runs");
        let message = String::from_utf8(output.stderr).expect("UTF-8");
        (output.status.code(), message)
    };
    let tools_first = format!("{}:/usr/bin:/bin", tools.display());

    let (status, message) = publish("--site", &out, "/nowhere");
    assert_eq!(status, Some(1));
    assert!(
        message.contains("cannot start npm") && message.contains("install Node"),
        "{message}"
    );
    npm("echo 'the registry is away' >&2; exit 1");
    let (status, message) = publish("--site", &out, &tools_first);
    assert_eq!(status, Some(1));
    assert!(message.contains("the registry is away; check the network"), "{message}");
    npm("exit 0");
    let (status, message) = publish("--site", &out, &tools_first);
    assert_eq!(status, Some(1));
    assert!(
        message.contains("the package has no minisearch/dist/umd/index.js"),
        "{message}"
    );
    assert!(!out.exists(), "nothing half written is left");

    npm("test \"$1\" = ci && cd \"$PWD\" && test -f package-lock.json || exit 1
         mkdir -p node_modules/minisearch/dist/umd node_modules/@highlightjs/cdn-assets/languages
         for file in minisearch/dist/umd/index.js minisearch/LICENSE.txt @highlightjs/cdn-assets/highlight.min.js \
             @highlightjs/cdn-assets/languages/powershell.min.js @highlightjs/cdn-assets/LICENSE; do
             echo others >\"node_modules/$file\"
         done");
    for _ in 0..2 {
        let (status, message) = publish("--site", &out, &tools_first);
        assert_eq!(status, Some(0), "{message}");
    }
    assert_eq!(
        fs::read(out.join("assets/minisearch.js")).expect("a script"),
        b"others\n"
    );
    fs::write(out.join("guides/notes.txt"), "mine").expect("written");
    let (status, message) = publish("--site", &out, &tools_first);
    assert_eq!(status, Some(1));
    assert!(
        message.contains("holds guides/notes.txt, which this command has not written"),
        "{message}"
    );
    fs::remove_file(out.join("guides/notes.txt")).expect("removed");

    // What one option has written is not the other's to replace.
    let (status, message) = publish("--out", &out, &tools_first);
    assert_eq!(status, Some(1));
    assert!(message.contains("which this command has not written"), "{message}");
    assert!(out.join("index.html").exists());
}
