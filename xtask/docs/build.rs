//! Looks for the vendor's pages, for the tests of this package and of `tests/` that read them: those are ignored without.
//!
//! `VENDOR_PAGES` is the checkout that the specs and locks are made from, `EARLIER_PAGES` an older state of it.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=AVEPOINT_SHARED");
    println!("cargo::rustc-check-cfg=cfg(shared_pages)");
    let folder = match std::env::var_os("AVEPOINT_SHARED").map(PathBuf::from) {
        // The tests run elsewhere than cargo.
        Some(named) if named.is_relative() => {
            println!(
                "cargo::error=AVEPOINT_SHARED is `{}`: name the folder from `/` on",
                named.display()
            );
            return;
        }
        Some(named) => named,
        None => beside_the_project(),
    };
    println!("cargo::rustc-env=SHARED_PAGES={}", folder.display());
    let pages = folder.join("upstream-2026-11/cloud-api");
    println!("cargo::rustc-env=VENDOR_PAGES={}", pages.display());
    println!(
        "cargo::rustc-env=EARLIER_PAGES={}",
        folder.join("upstream/cloud-api").display()
    );
    if pages.is_dir() {
        println!("cargo::rustc-cfg=shared_pages");
        // Only if it is there: cargo would build anew each time for what is not.
        println!("cargo::rerun-if-changed={}", pages.display());
    }
}

/// The folder `shared` beside the project, which is the folder that has the specs.
fn beside_the_project() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = package.ancestors().find(|folder| folder.join("specs").is_dir());
    project.unwrap_or(package).join("../shared")
}
