//! The code of the READMEs and of the crates' documentation, built by packages outside the workspace that have the
//! dependencies which the README names and no others; and the programs of the page for Rust developers, run.

mod tools;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use avepoint_sandbox::Sandbox;
use tools::{Result, text};

/// A block of code, with its lines as they are shown.
struct Block {
    /// What stands behind its fence.
    info: String,
    /// Where it begins.
    line: usize,
    /// The section that it stands in.
    section: usize,
    code: String,
}

impl Block {
    /// Whether rustdoc would compile it.
    fn is_rust(&self) -> bool {
        let known = |word| ["", "rust", "no_run"].contains(&word);
        self.info.split(',').all(known)
    }

    /// A module of a program that has the block as rustdoc reads it: hidden lines included, and within a function unless it
    /// has its own.
    fn module(&self, name: &str) -> String {
        fn unhidden(line: &str) -> &str {
            match line.trim_start() {
                "#" => "",
                trimmed => trimmed.strip_prefix("# ").unwrap_or(line),
            }
        }
        // The manifest has the feature on, and the package of a user has none of that name.
        let lines = self
            .code
            .lines()
            .map(unhidden)
            .filter(|line| !line.starts_with("#[cfg(feature"));
        let (attributes, code): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("#!["));
        let (attributes, mut code) = (attributes.join("\n"), code.join("\n"));
        if !code.contains("fn main()") {
            let fails = code.lines().last().is_some_and(|line| line.starts_with("Ok::<"));
            let result = if fails {
                "-> Result<(), impl std::fmt::Debug>"
            } else {
                ""
            };
            code = format!("fn example() {result} {{\n{code}\n}}");
        }
        let is_test = if code.contains("::test]") { "#[cfg(test)]\n" } else { "" };
        format!("{is_test}mod {name} {{\n{attributes}\n{code}\n}}\n")
    }
}

/// The blocks of code of a text in Markdown.
fn blocks<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut inside, mut section) = (false, 0);
    for (index, text) in lines.enumerate() {
        match text.strip_prefix("```") {
            Some(info) if !inside => {
                inside = true;
                let (info, line) = (info.to_owned(), index + 1);
                blocks.push(Block {
                    info,
                    line,
                    section,
                    code: String::new(),
                });
            }
            Some(_) => inside = false,
            None if inside => {
                let code = &mut blocks.last_mut().expect("a block").code;
                *code += text;
                code.push('\n');
            }
            None => section += usize::from(text.starts_with("## ")),
        }
    }
    blocks
}

/// The text of the documentation in a source file, line by line.
fn documentation(source: &str) -> impl Iterator<Item = &str> {
    source.lines().map(|line| {
        let line = line.trim_start();
        let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        let text = text.unwrap_or_default();
        text.strip_prefix(' ').unwrap_or(text)
    })
}

/// All files with Rust code in a folder.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn workspace() -> Result<PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?)
}

/// Makes a package outside the workspace whose manifest has these dependencies.
fn package(folder: &Path, dependencies: &str) -> Result {
    let workspace = workspace()?;
    let crates = workspace.join("crates");
    let dependencies = dependencies.replace("../avepoint/crates", &crates.to_string_lossy());
    let package = "[package]\nname = \"page\"\nedition = \"2024\"\n\n[workspace]\n\n";
    // The workspace's own profiles, so that what both depend on is built once.
    let manifest = fs::read_to_string(workspace.join("Cargo.toml"))?;
    let profiles = manifest.find("[profile.").map_or("", |start| &manifest[start..]);
    fs::create_dir_all(folder.join("src"))?;
    fs::write(
        folder.join("Cargo.toml"),
        format!("{package}{dependencies}\n{profiles}"),
    )?;
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// The folder in which all these packages are built.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("readmes")
}

/// Runs cargo in a package. It gives whether that succeeded, and what it told.
fn cargo(package: &Path, arguments: &[&str]) -> Result<(bool, String)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(package);
    cargo.env("CARGO_TARGET_DIR", target());
    cargo.env("CARGO_BUILD_BUILD_DIR", target().join("../.."));
    let built = cargo.output()?;
    let told = String::from_utf8(built.stdout)? + &String::from_utf8(built.stderr)?;
    Ok((built.status.success(), told))
}

/// The code of a README and, of a crate, of the documentation in its sources: the dependencies that are named for it, and
/// modules. A section that names its own has a package of its own.
fn packages(readme: &Path) -> Result<Vec<(String, String)>> {
    let folder = readme.parent().ok_or("no folder")?;
    let of_readme = blocks(fs::read_to_string(readme)?.lines());
    let manifests: Vec<_> = of_readme.iter().filter(|block| block.info == "toml").collect();
    let mut packages: Vec<_> = manifests
        .iter()
        .map(|block| (block.code.clone(), String::new()))
        .collect();
    let mut add = |manifest: usize, module: String| -> Result {
        let (_, modules) = packages.get_mut(manifest).ok_or("it names no dependencies")?;
        *modules += &module;
        Ok(())
    };
    for block in of_readme.iter().filter(|block| block.is_rust()) {
        let own = manifests.iter().position(|manifest| manifest.section == block.section);
        add(own.unwrap_or_default(), block.module(&format!("readme_{}", block.line)))?;
    }
    if folder.join("src").exists() {
        for source in sources(&folder.join("src"))? {
            let name = source.strip_prefix(folder)?.with_extension("");
            let name = name.to_string_lossy().replace(['/', '\\'], "_");
            for block in blocks(documentation(&fs::read_to_string(source)?)) {
                if block.is_rust() {
                    add(0, block.module(&format!("{name}_{}", block.line)))?;
                }
            }
        }
    }
    packages.retain(|(_, modules)| !modules.is_empty());
    Ok(packages)
}

#[test]
#[ignore = "checks the clients again, for packages of their own"]
fn the_code_of_each_readme_needs_what_it_names() -> Result {
    let workspace = workspace()?;
    let mut readmes: Vec<_> = ["README.md", "SUPPORT.md", "TROUBLESHOOTING.md"]
        .map(|name| workspace.join(name))
        .into();
    for entry in fs::read_dir(workspace.join("crates"))? {
        let readme = entry?.path().join("README.md");
        readmes.extend(readme.exists().then_some(readme));
    }
    let mut failures = String::new();
    let mut checked = 0;
    for readme in readmes {
        let packages = packages(&readme).map_err(|error| format!("{}: {error}", readme.display()))?;
        for (dependencies, modules) in packages {
            let folder = tempfile::tempdir()?;
            package(folder.path(), &dependencies)?;
            // Some operations are deprecated, and the macros of the core ask for a feature of the crate that uses them.
            let allowed = "#![deny(warnings)]\n#![allow(dead_code, deprecated, unexpected_cfgs)]\n";
            // A program has no dependencies for tests.
            let scope = if dependencies.contains("[dependencies]") {
                ""
            } else {
                "#![cfg(test)]\n"
            };
            let library = format!("{allowed}{scope}{modules}");
            fs::write(folder.path().join("src/lib.rs"), library)?;
            let (succeeded, told) = cargo(folder.path(), &["check", "--quiet", "--all-targets"])?;
            if !succeeded {
                writeln!(failures, "{}:\n{told}", readme.display())?;
            }
            checked += 1;
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(checked > 7, "{checked} packages");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "builds the clients again, for a package of its own"]
async fn the_programs_of_the_page_need_what_it_names_and_print_what_it_shows() -> Result {
    let folder = tempfile::tempdir()?;
    let blocks = blocks(include_str!("../../../crates/README.md").lines());
    let manifest = blocks.iter().find(|block| block.info == "toml").ok_or("no manifest")?;
    package(folder.path(), &manifest.code)?;
    for part in ["src/bin", "tests"] {
        fs::create_dir_all(folder.path().join(part))?;
    }
    let mut programs = Vec::new();
    for (place, block) in blocks.iter().enumerate() {
        let name = format!("page_{place}");
        match &*block.info {
            "rust,no_run" => {
                fs::write(folder.path().join("src/bin").join(format!("{name}.rs")), &block.code)?;
                let shown = blocks.get(place + 1).filter(|block| block.info == "text");
                programs.push((name, &shown.ok_or("a program without what it prints")?.code));
            }
            "rust" => fs::write(folder.path().join("tests").join(format!("{name}.rs")), &block.code)?,
            _ => {}
        }
    }
    assert_eq!(programs.len(), 4);

    let path = folder.path().to_owned();
    let built = tokio::task::spawn_blocking(move || cargo(&path, &["test"]).map_err(|error| error.to_string()));
    let (succeeded, told) = built.await??;
    assert!(succeeded, "{told}");
    assert!(
        told.contains("a_tenant_is_found_though_the_service_is_busy ... ok"),
        "{told}"
    );

    let sandbox = Sandbox::builder().customers(3).start().await?;
    for (name, shown) in programs {
        let program = target().join("debug").join(&name);
        let printed = text(&sandbox, &program.to_string_lossy(), &[]).await?;
        let shown = shown.replace("http://127.0.0.1:8090", &sandbox.base_url());
        assert_eq!(lasting(&printed), lasting(&shown), "{name} prints:\n{printed}");
    }
    Ok(())
}

/// A text without what is different each time: when something was and how long it took, and which request it was.
fn lasting(text: &str) -> Vec<Vec<&str>> {
    let differs = |word: &&str| {
        let is_time = word.starts_with("20") && word.ends_with('Z');
        !is_time
            && !["duration_ms=", "request_id="]
                .iter()
                .any(|field| word.starts_with(field))
    };
    text.lines()
        .map(|line| line.split(' ').filter(differs).collect())
        .collect()
}
