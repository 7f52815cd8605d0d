//! What a change of a spec does to the programs of users.
//!
//! A program uses every item of the golden client. Each kind of change that [`between`] knows is made to the golden spec, and
//! a client is generated of it: after one that is additive the program compiles as it is; after one that breaks callers it
//! does not, and the compiler's errors are at the uses of the item that is meant; or Rust cannot see the change, and the
//! version of the spec alone tells of it.

mod caller;
mod cases;
#[cfg(unix)]
mod semver;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use serde_json::Value;
use xtask_spec::changes::{Class, Kind, between};

use super::*;
use cases::{Case, Effect};

/// The golden spec after some edits: each a JSON pointer and what is to stand there, `null` for nothing.
fn edited(golden: &Value, edits: &[(String, Value)]) -> Value {
    let mut spec = golden.clone();
    for (pointer, value) in edits {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let name = name.replace("~1", "/");
        match spec.pointer_mut(parent) {
            Some(Value::Object(members)) if value.is_null() => {
                members
                    .shift_remove(&name)
                    .unwrap_or_else(|| panic!("{pointer} is not there"));
            }
            Some(Value::Object(members)) => drop(members.insert(name, value.clone())),
            other => panic!("{pointer} cannot be edited: {other:?}"),
        }
    }
    spec
}

fn golden_spec() -> Value {
    let document = Document::load(&golden().join("openapi.yaml")).expect("the spec of the garden");
    document.value
}

#[test]
fn there_is_a_case_for_each_kind_of_change_and_it_is_of_its_kind() {
    let golden = golden_spec();
    let mut missing: Vec<_> = Kind::all().collect();
    for Case {
        name,
        kind,
        edits,
        effect,
    } in cases::all()
    {
        missing.retain(|other| *other != kind);
        let changes = between(&golden, &edited(&golden, &edits));
        assert!(changes.iter().any(|change| change.kind == kind), "{name}: {changes:#?}");
        // The gravest is the first, and the lint asks for the step of the version that it takes.
        assert_eq!(changes[0].class, kind.class(), "{name}: {changes:#?}");
        match effect {
            Effect::None => assert!(kind.class() < Class::Breaking, "{name} breaks callers"),
            Effect::Breaks(_) | Effect::Unseen => assert_eq!(kind.class(), Class::Breaking, "{name}"),
            Effect::Refused(_) => {}
        }
    }
    assert_eq!(missing, [], "a kind of change without a case: add one to `cases.rs`");
}

/// The names behind each `pub`, of what users see: found by another way than the program's.
fn declared(text: &str) -> impl Iterator<Item = &str> {
    let seen = text.split("pub(crate) mod constraints").next().unwrap_or_default();
    let public = seen.lines().filter_map(|line| line.trim_start().strip_prefix("pub "));
    let public = public.filter(|line| !line.starts_with("use "));
    public.filter_map(|line| {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.find(|word| !["async", "const", "enum", "fn", "mod", "static", "struct", ""].contains(word))
    })
}

/// The setters of what is filled in where nothing is given. The compiler does not see that one is not any more.
fn filled_in(files: &Files) -> BTreeSet<&str> {
    let is_filled_in = |named: &Named| named.above.iter().any(|line| line.contains("/ Filled in with "));
    let setters = named(&files["client.rs"]).into_iter().filter(is_filled_in);
    setters.map(|named| named.name).collect()
}

/// What is compiled: a client, and what comes of the program that uses it.
struct Variant {
    name: String,
    files: Files,
    effect: Effect,
}

#[test]
#[ignore = "it compiles a client for each kind of change; `.ci/run` asks for it"]
fn additive_changes_compile_and_breaking_ones_do_not() {
    let golden = golden_spec();
    let files = generated(&golden.to_string()).expect("code");
    let program = caller::write(&files);
    let words: BTreeSet<_> = program.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let unused: Vec<_> = files
        .values()
        .flat_map(|text| declared(text))
        .filter(|name| !words.contains(name))
        .collect();
    assert_eq!(unused, [""; 0], "items that the program does not use");
    assert!(!filled_in(&files).is_empty());
    let mut variants = vec![Variant {
        name: "nothing".to_owned(),
        files,
        effect: Effect::None,
    }];
    let mut wrong = Vec::new();
    let mut cases = cases::all();
    cases.push(cases::additive_at_once());
    for Case {
        name, edits, effect, ..
    } in cases
    {
        match (generated(&edited(&golden, &edits).to_string()), effect) {
            (Err(problem), Effect::Refused(message)) if problem.contains(message) => {}
            (Err(problem), _) => wrong.push(format!("{name}: {problem}")),
            (Ok(_), Effect::Refused(_)) => wrong.push(format!("{name}: it is not refused")),
            (Ok(files), Effect::None) if !filled_in(&files).is_superset(&filled_in(&variants[0].files)) => {
                wrong.push(format!("{name}: less is filled in than before"));
            }
            // What gives the same code does the same.
            (Ok(files), Effect::None | Effect::Unseen) if files == variants[0].files => {}
            (Ok(files), effect) => {
                let name = name.to_owned();
                variants.push(Variant { name, files, effect });
            }
        }
    }
    let workspace = Workspace::new(&program, &variants);
    let mut places = workspace.check();
    for (index, variant) in variants.iter().enumerate() {
        let found = places.remove(&index).unwrap_or_default();
        let expected: &[&str] = match variant.effect {
            Effect::Breaks(items) => items,
            _ => &[],
        };
        let is_expected = |place: &String| expected.iter().any(|item| place.contains(item));
        let is_found = |item: &&str| found.iter().any(|place| place.contains(item));
        if !found.iter().all(is_expected) || !expected.iter().all(is_found) {
            wrong.push(format!(
                "{}: expected errors at {expected:?}, found {found:#?}",
                variant.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A workspace with a client and the program for each variant.
struct Workspace {
    folder: PathBuf,
    target: PathBuf,
    program: String,
}

impl Workspace {
    /// One without members, in a folder of this name.
    fn empty(name: &str, program: &str) -> Self {
        let root = xtask_spec::api::root();
        // In the same folder as the rest, so that what the core crate needs is built once.
        let executable = env::current_exe().expect("the path of this test");
        let target = executable
            .ancestors()
            .nth(3)
            .expect("the folder of what is built")
            .to_owned();
        let folder = target.join("tmp").join(name);
        let _ = fs::remove_dir_all(&folder);
        let workspace = Self {
            folder,
            target,
            program: program.to_owned(),
        };
        let lock = fs::read(root.join("Cargo.lock")).expect("a lock");
        workspace.write("Cargo.lock", lock);
        let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
        let profiles = manifest.find("[profile.").expect("the profiles");
        let core = root.join("crates/avepoint-core");
        let head = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n\n[workspace.dependencies]\n\
             avepoint-core = {{ path = {core:?} }}\n"
        );
        workspace.write(
            "Cargo.toml",
            format!("{head}{}\n{}", dependencies(&manifest), &manifest[profiles..]),
        );
        workspace
    }

    fn new(program: &str, variants: &[Variant]) -> Self {
        let workspace = Self::empty("compatibility", program);
        for (index, variant) in variants.iter().enumerate() {
            workspace.member(&format!("garden-{index}"), CLIENT, &variant.files);
            let garden = format!(
                "garden = {{ package = \"garden-{index}\", path = \"../garden-{index}\", features = [\"dynamic\", \"schemars\"] }}\n"
            );
            workspace.member(&format!("caller-{index}"), &format!("{CALLER}{garden}"), &Files::new());
        }
        workspace
    }

    fn member(&self, name: &str, manifest: &str, files: &Files) {
        let head = format!("[package]\nname = {name:?}\nversion = \"1.0.0\"\nedition = \"2024\"\npublish = false\n\n");
        self.write(&format!("{name}/Cargo.toml"), head + manifest);
        for (file, text) in files {
            self.write(&format!("{name}/src/generated/{file}"), text);
        }
        let library = match files.is_empty() {
            true => &self.program,
            false => "mod generated;\npub use generated::*;\n",
        };
        self.write(&format!("{name}/src/lib.rs"), library);
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    fn cargo(&self) -> Command {
        let mut command = Command::new(env!("CARGO"));
        for name in ["CARGO_MANIFEST_DIR", "XTASK_MANIFEST_DIR", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_NET_OFFLINE", "true");
        command
    }

    /// Checks all of it, and tells for each variant the items at whose uses the compiler has found errors.
    fn check(&self) -> BTreeMap<usize, BTreeSet<String>> {
        let mut command = self.cargo();
        command.args(["check", "--workspace", "--keep-going", "--message-format", "json"]);
        let output = command.output().expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut places: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        let mut finished = 0;
        for message in messages {
            finished += usize::from(message["reason"] == "build-finished");
            let of = message["target"]["name"].as_str().unwrap_or_default();
            let (package, index) = of.rsplit_once('_').unwrap_or_default();
            let error = &message["message"];
            if error["level"] != "error" || error["spans"].as_array().is_none_or(Vec::is_empty) {
                continue;
            }
            let line = error["spans"]
                .as_array()
                .and_then(|spans| spans.iter().find(|span| span["is_primary"] == true));
            let line = line.and_then(|span| span["line_start"].as_u64()).unwrap_or_default();
            let place = match package {
                "caller" => self.place(line),
                _ => format!("the client itself: {}", error["rendered"]),
            };
            let index = index.parse().expect("the index of a variant");
            places.entry(index).or_default().insert(place);
        }
        assert_eq!(finished, 1, "{}", String::from_utf8_lossy(&output.stderr));
        places
    }

    /// The item whose use stands in a line of the program.
    fn place(&self, line: u64) -> String {
        let line = usize::try_from(line).expect("a line");
        let before = self
            .program
            .lines()
            .take(line)
            .filter_map(|line| line.strip_prefix("/// Use of "));
        before.last().unwrap_or("nothing").to_owned()
    }
}

/// The versions that the workspace has, but for its own crates.
fn dependencies(manifest: &str) -> String {
    let named = |name: &&str| ["schemars", "serde", "serde_json"].contains(name);
    let lines = manifest
        .lines()
        .filter(|line| line.split_once(" = ").is_some_and(|(name, _)| named(&name)));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What a client needs, as the golden one.
const CLIENT: &str = "\
[features]
dynamic = [\"avepoint-core/dynamic\"]
schemars = [\"dep:schemars\", \"avepoint-core/schemars\"]

[dependencies]
avepoint-core.workspace = true
schemars = { workspace = true, optional = true }
serde.workspace = true
serde_json.workspace = true
";

/// What the program needs.
const CALLER: &str = "\
[dependencies]
schemars.workspace = true
serde.workspace = true
serde_json.workspace = true
";
