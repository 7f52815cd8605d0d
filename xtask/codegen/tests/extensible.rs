//! What users see of the crates can grow: a type that gets a field or a variant breaks nobody, and neither does a trait that
//! gets a method.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{Attribute, Fields, Item, ItemStruct, TraitItem, Visibility};

/// The types that are complete, by their crate and name, each with the reason.
const COMPLETE: &[(&str, &str)] = &[
    ("avepoint-core: Code", "JSON has no other scalars"),
    ("avepoint-core: NumberOrText", "it is one of the two that its name says"),
    ("avepoint-core: OneOrMany", "it is one of the two that its name says"),
    ("avepoint-core: TextOr", "it is one of the two that its name says"),
    (
        "avepoint-core: Protection",
        "of a hidden module, for the tests of this workspace",
    ),
    ("avepoint-core: ReadError", "of a hidden module, for avepoint-auth"),
    (
        "avepoint-auth: Assertion",
        "of a hidden module, for the tests of this workspace",
    ),
    (
        "avepoint-sandbox: Fault::Delay",
        "users write it: another fault is another variant",
    ),
    (
        "avepoint-sandbox: Fault::Status",
        "users write it: another fault is another variant",
    ),
];

/// The crates that users depend on.
fn crates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let crates = fs::read_dir(root.join("crates")).expect("the crates");
    let paths = crates.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_dir()).collect()
}

/// The items of a crate's source, those of its modules too, but for its tests and what is hidden.
fn items(folder: &Path) -> Vec<Item> {
    let mut items = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            items.extend(self::items(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a text");
            items.extend(flat(syn::parse_file(&text).expect("Rust").items));
        }
    }
    items
}

fn flat(items: Vec<Item>) -> Vec<Item> {
    let items = items.into_iter().flat_map(|item| match item {
        Item::Mod(module) if !says(&module.attrs, "cfg(test)") => {
            flat(module.content.map(|(_, items)| items).unwrap_or_default())
        }
        item => vec![item],
    });
    items.collect()
}

/// Whether one of the attributes is this one.
fn says(attributes: &[Attribute], words: &str) -> bool {
    let mut texts = attributes
        .iter()
        .map(|attribute| attribute.meta.to_token_stream().to_string().replace(' ', ""));
    texts.any(|text| text == words)
}

fn is_seen(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_)) && !says(attributes, "doc(hidden)")
}

/// Whether nothing can be added to an object, since users may write all of its fields. What is transparent is the one value
/// that it holds.
fn is_closed(object: &ItemStruct) -> bool {
    let mut fields = object.fields.iter();
    fields.all(|field| matches!(field.vis, Visibility::Public(_)))
        && !says(&object.attrs, "non_exhaustive")
        && !says(&object.attrs, "serde(transparent)")
}

/// The names of the types that cannot grow.
fn closed(items: &[Item]) -> BTreeSet<String> {
    let mut closed = BTreeSet::new();
    for item in items {
        match item {
            Item::Struct(object) if is_seen(&object.vis, &object.attrs) && is_closed(object) => {
                closed.insert(object.ident.to_string());
            }
            Item::Enum(choice) if is_seen(&choice.vis, &choice.attrs) => {
                if !says(&choice.attrs, "non_exhaustive") {
                    closed.insert(choice.ident.to_string());
                }
                for variant in &choice.variants {
                    if matches!(variant.fields, Fields::Named(_)) && !says(&variant.attrs, "non_exhaustive") {
                        closed.insert(format!("{}::{}", choice.ident, variant.ident));
                    }
                }
            }
            _ => {}
        }
    }
    closed
}

#[test]
fn every_type_can_grow_but_those_that_are_complete() {
    let mut unused: BTreeSet<_> = COMPLETE.iter().map(|(name, _)| *name).collect();
    let mut found = Vec::new();
    for folder in crates() {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        for item in closed(&items(&folder.join("src"))) {
            let item = format!("{name}: {item}");
            if !unused.remove(item.as_str()) {
                found.push(item);
            }
        }
    }
    assert!(
        found.is_empty(),
        "these types cannot get a field or a variant without breaking users: mark them `#[non_exhaustive]` and give them \
         setters, or add them to `COMPLETE` with the reason: {found:#?}"
    );
    assert!(unused.is_empty(), "these can grow, or are gone: {unused:?}");
}

/// What the traits that users implement ask of them: more would break all who do, other than a method with a default.
const ASKED: &[(&str, &[&str])] = &[
    ("Clock", &["now", "elapsed", "sleep"]),
    ("Credential", &["token"]),
    ("RequestHook", &[]),
    ("Signer", &["sign"]),
    ("TokenStore", &["get", "put", "remove"]),
];

/// What the documentation of such a trait says, and that of any other.
const KEPT: &str = "A minor version adds only methods with a default.";
const OURS: &str = "a minor version may add to it.";

#[test]
fn no_trait_asks_for_more() {
    let mut asked = BTreeMap::new();
    for folder in crates() {
        for item in items(&folder.join("src")) {
            let Item::Trait(item) = item else { continue };
            if !is_seen(&item.vis, &item.attrs) {
                continue;
            }
            let attributes = item.attrs.iter();
            let says: String = attributes
                .map(|attribute| attribute.to_token_stream().to_string())
                .collect();
            if says.contains(OURS) {
                continue;
            }
            assert!(
                says.contains(KEPT),
                "`{}` does not say who implements it, nor what a minor version adds",
                item.ident
            );
            let needed = item.items.iter().filter_map(|part| match part {
                TraitItem::Fn(method) if method.default.is_none() => Some(method.sig.ident.to_string()),
                TraitItem::Const(constant) if constant.default.is_none() => Some(constant.ident.to_string()),
                TraitItem::Type(kind) if kind.default.is_none() => Some(kind.ident.to_string()),
                _ => None,
            });
            asked.insert(item.ident.to_string(), needed.collect::<Vec<_>>());
        }
    }
    let known = ASKED
        .iter()
        .map(|(name, parts)| (name.to_string(), parts.iter().map(|part| part.to_string()).collect()));
    assert_eq!(asked, known.collect::<BTreeMap<String, Vec<String>>>());
}
