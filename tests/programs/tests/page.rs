//! The programs of the page for Rust developers, built by a package outside the workspace that has the dependencies that
//! the page names and no others, and run.

mod tools;

use std::fs;
use std::path::Path;
use std::process::Command;

use avepoint_sandbox::Sandbox;
use tools::{Result, text};

const PAGE: &str = include_str!("../../../crates/README.md");

/// The blocks of code of a page: what stands behind their fence, and what is in them.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(info) if !inside => {
                inside = true;
                blocks.push((info, String::new()));
            }
            Some(_) => inside = false,
            None => {
                if let Some((_, code)) = blocks.last_mut().filter(|_| inside) {
                    *code += line;
                    code.push('\n');
                }
            }
        }
    }
    blocks
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "builds the clients again, for a package of its own"]
async fn the_programs_of_the_page_need_what_it_names_and_print_what_it_shows() -> Result {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let folder = tempfile::tempdir()?;
    let blocks = blocks(PAGE);
    let manifest = blocks.iter().find(|(info, _)| *info == "toml").ok_or("no manifest")?;
    let crates = workspace.join("crates");
    let manifest = manifest.1.replace("../avepoint/crates", &crates.to_string_lossy());
    let package = "[package]\nname = \"page\"\nedition = \"2024\"\n\n[workspace]\n\n";
    fs::write(folder.path().join("Cargo.toml"), package.to_owned() + &manifest)?;
    fs::copy(workspace.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    for part in ["src/bin", "tests"] {
        fs::create_dir_all(folder.path().join(part))?;
    }
    let mut programs = Vec::new();
    for (place, (info, code)) in blocks.iter().enumerate() {
        let name = format!("page_{place}");
        match *info {
            "rust,no_run" => {
                fs::write(folder.path().join("src/bin").join(format!("{name}.rs")), code)?;
                let shown = blocks.get(place + 1).filter(|(info, _)| *info == "text");
                programs.push((name, &shown.ok_or("a program without what it prints")?.1));
            }
            "rust" => fs::write(folder.path().join("tests").join(format!("{name}.rs")), code)?,
            _ => {}
        }
    }
    assert_eq!(programs.len(), 4);

    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .arg("test")
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", &target);
    let built = tokio::task::spawn_blocking(move || cargo.output()).await??;
    let told = String::from_utf8(built.stdout)? + &String::from_utf8(built.stderr)?;
    assert!(built.status.success(), "{told}");
    assert!(
        told.contains("a_tenant_is_found_though_the_service_is_busy ... ok"),
        "{told}"
    );

    let sandbox = Sandbox::builder().customers(3).start().await?;
    for (name, shown) in programs {
        let program = target.join("debug").join(&name);
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
