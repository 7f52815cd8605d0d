//! Says whether the vendor's pages are there, for the tests that read them: those are ignored without them.

use std::path::PathBuf;

fn main() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("XTASK_SHARED").map_or(beside, PathBuf::from);
    println!("cargo::rerun-if-env-changed=XTASK_SHARED");
    println!("cargo::rerun-if-changed={}", folder.join("upstream").display());
    println!("cargo::rustc-check-cfg=cfg(shared_pages)");
    println!("cargo::rustc-env=SHARED_PAGES={}", folder.display());
    if folder.join("upstream/cloud-api").is_dir() {
        println!("cargo::rustc-cfg=shared_pages");
    }
}
