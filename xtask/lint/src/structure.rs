//! The document is OpenAPI 3.0.3: the version, the keys, and that it can be read as such.
//!
//! The official JSON Schema of OpenAPI 3.0 is not used: none of our dependencies carries it, and the table in
//! [`model`](xtask_spec::model) is stricter about keys while saying better what is wrong.

use openapiv3 as typed;
use serde::de::DeserializeOwned;
use serde_json::Value;

use xtask_spec::document::{Misfit, read};

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::{Kind, Node};
use xtask_spec::names::write_one_of;

/// A misspelled key does nothing at all, and no reader of the document notices.
pub fn check_keys(spec: &Spec, report: &mut Report) {
    for node in spec.nodes.iter().filter(|node| !node.is_reference()) {
        let known: Vec<_> = node.kind.members().iter().map(|(name, _)| *name).collect();
        let members = node.place.members().into_iter();
        for (key, member) in members.filter(|(key, _)| !known.contains(key)) {
            let remedy = format!("{}, or delete it", write_one_of(key, &known));
            let message = format!("{} cannot have `{key}`", node.kind.name());
            report.add("unknown-key", member, message, remedy);
        }
    }
}

/// The document can be read by the crate that the generator is built on.
pub fn check_types(spec: &Spec, report: &mut Report) {
    if read::<typed::OpenAPI>(spec.root.value).is_ok() {
        return;
    }
    // The crate says "did not match any variant" of something large. Its smallest part that cannot be read says more.
    let nodes = spec.nodes.iter().filter(|node| !node.is_reference());
    let unreadable: Vec<_> = nodes
        .filter_map(|Node { kind, place }| Some((place, misfit(*kind, place.value)?)))
        .collect();
    for (place, misfit) in &unreadable {
        let inside = format!("{}/", place.pointer);
        if !unreadable.iter().any(|(other, _)| other.pointer.starts_with(&inside)) {
            let pointer = format!("{}{}", place.pointer, misfit.pointer);
            report.add("openapi", pointer, &misfit.message, &misfit.remedy);
        }
    }
}

/// Why an object cannot be read as what it should be.
fn misfit(kind: Kind, object: &Value) -> Option<Misfit> {
    let read = match kind {
        Kind::Root => try_read::<typed::OpenAPI>,
        Kind::Info => try_read::<typed::Info>,
        Kind::Server => try_read::<typed::Server>,
        Kind::Tag => try_read::<typed::Tag>,
        Kind::PathItem => try_read::<typed::PathItem>,
        Kind::Operation => try_read::<typed::Operation>,
        Kind::Parameter => try_read::<typed::Parameter>,
        Kind::RequestBody => try_read::<typed::RequestBody>,
        Kind::Response => try_read::<typed::Response>,
        Kind::Header => try_read::<typed::Header>,
        Kind::MediaType => try_read::<typed::MediaType>,
        Kind::Schema => try_read::<typed::Schema>,
        Kind::SecurityScheme => try_read::<typed::SecurityScheme>,
        _ => return None,
    };
    read(object)
}

fn try_read<T: DeserializeOwned>(object: &Value) -> Option<Misfit> {
    read::<T>(object).err()
}

#[cfg(test)]
mod tests {
    use crate::testing::{expect, problems};

    #[test]
    fn the_version_is_fixed() {
        expect(
            &[("openapi: 3.0.3", "openapi: 3.1.0")],
            &[("openapi-version", "openapi: 3.1.0")],
        );
    }

    #[test]
    fn misspelled_keys_are_found_and_the_right_one_is_suggested() {
        let edit = ("          maxLength: 100", "          maxLenght: 100");
        expect(&[edit], &[("unknown-key", "maxLenght: 100")]);
        assert_eq!(problems(&[edit])[0].remedy, "write `maxLength`, or delete it");
        expect(
            &[("  title: Garden", "  title: Garden\n  x-logo: a")],
            &[("unknown-key", "x-logo: a")],
        );
    }

    #[test]
    fn nothing_stands_beside_a_reference() {
        let (from, to) = ("        id:\n", "        id:\n          description: Lost.\n");
        expect(&[(from, to)], &[("reference-sibling", "description: Lost.")]);
    }

    #[test]
    fn statuses_are_numbers() {
        expect(&[("'400':", "'40':")], &[("status", "'40':")]);
    }

    #[test]
    fn what_no_rule_names_is_found_by_reading_the_smallest_part() {
        expect(
            &[("          description: A page of gardeners.\n", "")],
            &[("openapi", "'200':")],
        );
        expect(&[("  title: Garden\n", "")], &[("openapi", "info:")]);
    }
}
