//! The seeds of the fuzz targets, and what has broken them, played back on stable Rust.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use avepoint_tests::fuzz::TARGETS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn names(folder: &Path) -> BTreeSet<OsString> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name()).collect()
}

#[test]
fn every_seed_passes_its_target() {
    for target in TARGETS {
        let seeds = folder("seeds").join(target.name);
        let names = names(&seeds);
        assert!(!names.is_empty(), "{} has no seeds", target.name);
        for name in names {
            println!("{} {}", target.name, name.display());
            (target.run)(&fs::read(seeds.join(name)).expect("a seed"));
        }
    }
}

#[test]
fn every_target_can_be_run_and_nothing_else_lies_beside_them() {
    let known: BTreeSet<OsString> = TARGETS.iter().map(|target| target.name.into()).collect();
    assert_eq!(names(&folder("seeds")), known);
    let files: BTreeSet<OsString> = known
        .iter()
        .map(|name| Path::new(name).with_extension("rs").into())
        .collect();
    assert_eq!(names(&folder("fuzz_targets")), files);
    let manifest = fs::read_to_string(folder("Cargo.toml")).expect("a manifest");
    for target in TARGETS {
        assert!(
            manifest.contains(&format!("name = \"{}\"\n", target.name)),
            "{}",
            target.name
        );
        let file = fs::read_to_string(folder("fuzz_targets").join(format!("{}.rs", target.name))).expect("a target");
        assert!(file.contains("fuzz_target!"), "{}", target.name);
    }
}
