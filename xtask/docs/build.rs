//! Looks for the vendor's pages, for the tests of this package and of `tests/` that read them: those are ignored without.
//!
//! `VENDOR_PAGES` is the checkout that the specs and locks are made from, `EARLIER_PAGES` an older state of it.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=AVEPOINT_SHARED");
    println!("cargo::rustc-check-cfg=cfg(shared_pages)");
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = package.ancestors().find(|folder| folder.join("specs").is_dir());
    let beside = || project.unwrap_or(package).join("../shared");
    let folder = std::env::var_os("AVEPOINT_SHARED").map_or_else(beside, PathBuf::from);
    // The tests run elsewhere than cargo.
    if folder.is_relative() {
        println!(
            "cargo::error=AVEPOINT_SHARED is `{}`: name the folder from `/` on",
            folder.display()
        );
        return;
    }
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
