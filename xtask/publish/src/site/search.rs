//! What the search looks in: an entry for each operation, list of codes and guide.

use serde_json::{Value, json};
use xtask_spec::Operation;
use xtask_spec::place::Place;

use super::Subject;
use super::guides::Guide;
use super::schema::plain;
use crate::call::Call;

/// How deep the names of members are followed.
const DEPTH: usize = 6;

/// The entry of an operation.
pub fn operation(subject: &Subject, operation: &Operation, call: &Call) -> Value {
    let mut names: Vec<&str> = call.parameters.iter().map(|parameter| parameter.name).collect();
    for schema in subject
        .spec
        .body(operation)
        .into_iter()
        .chain(subject.spec.answer(operation))
    {
        collect(subject, &schema, &mut names, DEPTH);
    }
    names.sort_unstable();
    names.dedup();
    json!({
        "path": subject.operation_path(call.id),
        "title": call.summary,
        "method": call.method,
        "about": format!("{}{} · {}", if call.is_deprecated { "deprecated · " } else { "" }, subject.title, call.path),
        "id": call.id,
        "call": call.path,
        "names": names.join(" "),
        "text": format!("{} {} {}", call.tag, call.description, operation.permissions().concat().join(" ")),
    })
}

/// The names of the members below a schema.
fn collect<'d>(subject: &Subject<'d>, schema: &Place<'d>, names: &mut Vec<&'d str>, left: usize) {
    let Some(schema) = subject.spec.schema(schema).filter(|_| left > 0) else {
        return;
    };
    for (name, property) in subject.spec.properties(&schema) {
        names.push(name);
        collect(subject, &property, names, left - 1);
    }
    let choices = ["oneOf", "anyOf"].iter().flat_map(|key| schema.entries_of(key));
    for inner in choices.chain(schema.get("items")) {
        collect(subject, &inner, names, left - 1);
    }
}

/// The entries of the lists of codes.
pub fn codes(subject: &Subject) -> Vec<Value> {
    let lists = subject.spec.components("schemas").into_iter();
    let lists = lists.filter(|(_, schema)| schema.value.get("enum").is_some());
    let entries = lists.map(|(name, schema)| {
        json!({
            "path": format!("{}#{name}", subject.path("codes.html")),
            "title": name,
            "method": "codes",
            "about": format!("{} · {}", subject.title, schema.description()),
            "names": schema.texts("x-enum-varnames").join(" "),
            "codes": schema.entries_of("enum").iter().map(|code| plain(code.value)).collect::<Vec<_>>().join(" "),
            "text": schema.texts("x-enum-descriptions").join(" "),
        })
    });
    entries.collect()
}

/// The entry of a guide.
pub fn guide(guide: &Guide) -> Value {
    json!({ "path": guide.path, "title": guide.title, "method": "guide", "about": guide.about, "text": guide.text })
}

/// The entries as a script, since a page of a disk may fetch nothing.
pub fn script(entries: Vec<Value>) -> Vec<u8> {
    format!("const ENTRIES = {};\n", Value::from(entries)).into_bytes()
}
