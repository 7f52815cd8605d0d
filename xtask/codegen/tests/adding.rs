//! Adding APIs, as the README tells, on a copy of the workspace: from nothing to clients that the tests go over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use xtask_spec::document::Document;
use xtask_spec::testing::output_text;

/// A copy of the workspace.
struct Copy {
    folder: tempfile::TempDir,
}

/// One of two invented families of APIs: its name, its folder of pages, its path, what it lists and its scope.
const FAMILIES: [(&str, &str, &str, &str); 2] = [
    (
        "greenhouse",
        "docs/greenhouse",
        "/glass/v2/plants",
        "glass.plants.read.all",
    ),
    (
        "herb-beds",
        "docs/herb-beds",
        "/herbs/public/beds",
        "herbs.beds.read.all",
    ),
];

impl Copy {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let copy = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(&root)
            .output()
            .expect("git runs");
        let names = String::from_utf8(listed.stdout).expect("UTF-8");
        for name in names.split('\0').filter(|name| root.join(name).is_file()) {
            copy.write(name, fs::read(root.join(name)).expect("a file"));
        }
        copy
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a text")
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    #[track_caller]
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert_eq!(text.matches(from).count(), 1, "`{from}` must stand in {name} once");
        self.write(name, text.replacen(from, to, 1));
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        // Its own folder: what is built of the copy must not take the place of what the tests of the workspace run.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adding");
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).current_dir(self.folder.path());
        for name in ["CARGO_MANIFEST_DIR", "XTASK_MANIFEST_DIR", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        let output = command
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .output();
        output.expect("cargo runs")
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.cargo(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", output_text(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str], words: &[&str]) {
        let output = self.cargo(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", output_text(&output));
        for word in words {
            assert!(
                output_text(&output).contains(word),
                "{word} is not in {}",
                output_text(&output)
            );
        }
    }
}

fn page(path: &str, scope: &str) -> String {
    format!(
        "# Retrieve them\n\n## Permission\n\n| API | Permission |\n| --- | --- |\n| `{path}` | {scope} |\n\n## Request\n\n\
         | Method | Endpoint | Description |\n| --- | --- | --- |\n| GET | `{path}` | Lists them. |\n\n\
         ## Query Parameters\n\n| Name | Description | Type | Required |\n| --- | --- | --- | --- |\n\
         | pageSize | How many. The maximum value allowed is 100. | integer | No |\n\
         | pageIndex | Which page. | integer | No |\n\n\
         ## Response\n\n| Name | Description | Type |\n| --- | --- | --- |\n| data | All of them. | array |\n\
         | metadata | How they are split. | object |\n| id | Its id. | string |\n| name | Its name. | string |\n\
         | totalCount | How many. | integer |\n\n\
         ## Response Sample\n\n```json\n{{\"data\": [{{\"id\": \"a-1\", \"name\": \"Oak\"}}], \"metadata\": {{\"totalCount\": 1}}}}\n```\n"
    )
}

/// A spec with a draft in it, whose marks are decided: a word for each.
fn pasted(spec: &str, draft: &str) -> String {
    let read = |text: &str| Document::parse(Path::new("openapi.yaml"), text).expect("YAML").value;
    let (mut spec, mut draft) = (read(spec), read(draft));
    decide(&mut draft);
    merge(&mut spec, draft);
    // JSON is YAML.
    format!("{spec:#}")
}

fn decide(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("TODO(scaffold)") => *text = "All of them".to_owned(),
        Value::Array(entries) => entries.iter_mut().for_each(decide),
        Value::Object(members) => members.values_mut().for_each(decide),
        _ => {}
    }
}

fn merge(spec: &mut Value, new: Value) {
    match (spec, new) {
        (Value::Object(spec), Value::Object(new)) => {
            for (key, value) in new {
                merge(spec.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(spec), Value::Array(new)) => spec.extend(new),
        (spec, new) => *spec = new,
    }
}

#[test]
#[ignore = "it builds the tools and clients once more; `.ci/weekly` asks for it"]
fn two_families_of_apis_are_added_as_the_readme_tells() {
    let copy = Copy::new();
    let pages = copy.path("pages");
    let pages = pages.to_str().expect("UTF-8");
    for (name, folder, path, scope) in FAMILIES {
        let row = format!(
            "    Api {{\n        name: \"{name}\",\n        service: \"Beds\",\n        pages: &[\"{folder}\"],\n    }},\n];\n\nimpl Api"
        );
        copy.edit("xtask/spec/src/api.rs", "];\n\nimpl Api", &row);
        copy.write(&format!("pages/{folder}/list.md"), page(path, scope));
    }
    // What the vendor's repository has beside them.
    copy.write("pages/docs/elements/overview.md", "# Overview\n\nNothing is here.\n");

    // A service that nobody knows is refused with the line to add.
    copy.refused(
        &["xtask", "generate", "--api", "greenhouse"],
        &["crates/avepoint-core/src/cloud.rs:", "`Beds,` to `enum Service`"],
    );
    copy.edit(
        "crates/avepoint-core/src/cloud.rs",
        "    Insights,\n}\n",
        "    Insights,\n    /// Beds of all kinds.\n    Beds,\n}\n",
    );
    copy.edit(
        "crates/avepoint-core/src/cloud.rs",
        "            (Cloud::Commercial, Service::Elements, None) =>",
        "            (Cloud::Commercial, Service::Beds, None) => \"beds.example.com\".to_owned(),\n            \
         (Cloud::Commercial, Service::Elements, None) =>",
    );
    for (name, folder, path, _) in FAMILIES {
        copy.refused(
            &["xtask", "generate", "--api", name],
            &[
                &format!("specs/{name}/openapi.yaml: there is no such file"),
                "generate --begin",
            ],
        );
        // Pages are drafted and locked before there is a spec.
        let page = format!("{folder}/list.md");
        let draft = copy.cargo(&["xtask", "docs", "scaffold", "--docs", pages, &page]);
        assert!(
            output_text(&draft).contains(&format!("{path}:")) && output_text(&draft).contains("--begin"),
            "{}",
            output_text(&draft)
        );
        let lock = copy.cargo(&[
            "xtask",
            "docs",
            "lock",
            "--docs",
            pages,
            "--revision",
            "0123456",
            "--api",
            name,
        ]);
        assert!(
            lock.status.success() && output_text(&lock).contains("no spec yet"),
            "{}",
            output_text(&lock)
        );

        copy.done(&["xtask", "generate", "--begin", "--api", name]);
        // Nothing was published yet.
        copy.refused(
            &["xtask", "lint", "--api", name],
            &["published.json", "cargo xtask publish --record"],
        );
        copy.refused(
            &["xtask", "generate", "--begin", "--api", name],
            &["it is there already"],
        );
        let draft = copy.done(&["xtask", "docs", "scaffold", "--docs", pages, &page]);
        let spec = format!("specs/{name}/openapi.yaml");
        let begun = copy.text(&spec);
        copy.write(&spec, format!("{begun}\n# TODO(scaffold): decide\n"));
        copy.refused(
            &["xtask", "generate", "--api", name],
            &["TODO(scaffold)", "nothing was generated"],
        );
        copy.write(&spec, pasted(&begun, &draft));
        copy.done(&["xtask", "docs", "drift", "--docs", pages, "--api", name]);
        copy.done(&["xtask", "generate", "--api", name]);
    }
    copy.done(&["xtask", "publish", "--record"]);
    copy.done(&["xtask", "lint"]);
    let stale = copy.text("tests/src/apis.rs");
    for (name, ..) in FAMILIES {
        assert!(stale.contains(&format!("\"{name}\" ")), "{stale}");
        for manifest in ["Cargo.toml", "tests/Cargo.toml", "tests/unified/Cargo.toml"] {
            assert_eq!(
                copy.text(manifest).matches(&format!("\navepoint-{name} =")).count(),
                1,
                "{manifest}"
            );
        }
    }
    copy.done(&["xtask", "generate", "--check", "--api", "greenhouse"]);
    // The tests over all operations go over the new ones.
    copy.done(&["test", "-p", "avepoint-tests", "--test", "roundtrip"]);
}
