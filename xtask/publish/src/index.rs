//! What says what was published: an index, checksums, and a bill of materials.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The index of a published folder, and the mark by which the tool knows its own.
pub const INDEX: &str = "index.json";
/// The checksums of all files, as `sha256sum --check` reads them.
pub const SUMS: &str = "SHA256SUMS";
/// The bill of materials.
pub const MATERIALS: &str = "sbom.cdx.json";

/// Everything in one file, for those who download.
pub const ARCHIVE: &str = "avepoint-openapi.tar.gz";

/// What says by whom a folder was published.
pub const PUBLISHER: &str = env!("CARGO_PKG_NAME");

/// Files by their paths in the published folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// SHA-256 of files by their paths.
pub type Sums = BTreeMap<String, String>;

/// One API, or all of them in one document.
pub struct Subject {
    pub api: String,
    pub title: Value,
    pub version: Value,
    /// The `source` of the lock: repository, revision and date of the pages. Null if the pages are in no repository.
    pub source: Value,
}

/// What a file is, as the index says it.
pub fn edition(path: &str) -> &'static str {
    let name = path.split_once('/').map_or(path, |(_, name)| name);
    match name {
        _ if name.starts_with("fixtures/") => "fixture",
        _ if name.starts_with("postman/environment") => "postman-environment",
        _ if name.starts_with("postman/") => "postman-collection",
        _ if name.starts_with("openapi.portable.3.1.") => "portable-3.1",
        _ if name.starts_with("openapi.portable.") => "portable",
        _ if name.starts_with("openapi.3.1.") => "exact-3.1",
        _ if name.starts_with("openapi.") => "exact",
        "changelog.json" | "changelog.md" => "changelog",
        "types.schema.json" => "json-schema",
        "requests.http" => "http",
        "README.md" => "readme",
        _ => "licence",
    }
}

/// The index: one row a file.
pub fn index(subjects: &[Subject], sums: &Sums) -> Value {
    let rows = sums.iter().map(|(path, sum)| {
        let folder = path.split_once('/').map(|(folder, _)| folder);
        let subject = subjects.iter().find(|subject| Some(subject.api.as_str()) == folder);
        let source = subject.map_or(&Value::Null, |subject| &subject.source);
        json!({
            "api": folder,
            "edition": edition(path),
            "file": path,
            "sha256": sum,
            "version": subject.map(|subject| &subject.version),
            "revision": source["revision"],
            "date": source["date"],
        })
    });
    json!({ "publisher": PUBLISHER, "files": rows.collect::<Vec<_>>() })
}

/// The paths of what a publisher has written, by the index of a folder; none if it is not this publisher's.
pub fn published(index: &[u8], publisher: &str) -> Vec<String> {
    let index: Value = serde_json::from_slice(index).unwrap_or_default();
    let rows = index["files"].as_array().filter(|_| index["publisher"] == publisher);
    let listed = rows.into_iter().flatten().filter_map(|row| row["file"].as_str());
    let about = [INDEX, SUMS, MATERIALS, ARCHIVE].into_iter().filter(|_| rows.is_some());
    listed.chain(about).map(str::to_owned).collect()
}

/// A bill of materials in the format of CycloneDX: each API made of its files and of the vendor's pages.
pub fn materials(subjects: &[Subject], sums: &Sums) -> Value {
    let file = |(path, sum): (&String, &String)| {
        json!({
            "type": "file",
            "bom-ref": path,
            "name": path,
            "hashes": [{ "alg": "SHA-256", "content": sum }],
        })
    };
    let components = subjects.iter().map(|subject| {
        let own = sums
            .iter()
            .filter(|(path, _)| path.starts_with(&format!("{}/", subject.api)));
        let mut component = json!({
            "type": "data",
            "bom-ref": subject.api,
            "name": subject.title,
            "version": subject.version,
            "licenses": [{ "expression": env!("CARGO_PKG_LICENSE") }],
            "components": own.map(file).collect::<Vec<_>>(),
        });
        if let (Some(repository), Some(revision)) = (
            subject.source["repository"].as_str(),
            subject.source["revision"].as_str(),
        ) {
            component["externalReferences"] =
                json!([{ "type": "vcs", "url": repository, "comment": format!("the described pages at {revision}") }]);
        }
        component
    });
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": { "type": "data", "bom-ref": "avepoint-openapi", "name": "avepoint-openapi", "version": env!("CARGO_PKG_VERSION") },
            "tools": { "components": [{ "type": "application", "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") }] },
        },
        "components": components.collect::<Vec<_>>(),
    })
}

/// Sums, as `sha256sum --check` reads them.
pub fn lines(sums: &Sums) -> Vec<u8> {
    let lines = sums.iter().map(|(path, sum)| format!("{sum}  {path}\n"));
    lines.collect::<String>().into_bytes()
}

/// The sum of a file.
pub fn sum(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
