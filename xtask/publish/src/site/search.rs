//! What the search looks in: an entry for each operation, shared answer, list of codes, deviations, changelog and guide.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xtask_spec::Operation;
use xtask_spec::place::Place;

use super::Subject;
use super::guides::{Guide, first_sentence};
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
        "facts": facts(subject, operation),
        "text": format!("{} {}", call.tag, call.description),
    })
}

/// The permissions and the limits of an operation, called so.
fn facts(subject: &Subject, operation: &Operation) -> String {
    let scopes = operation.permissions().concat();
    let parameters = subject.spec.parameters(operation).into_iter();
    let limited = parameters.filter_map(|parameter| {
        let schema = subject.spec.schema(&parameter.described.get("schema")?)?;
        let most = ["maximum", "maxLength", "maxItems"]
            .iter()
            .find_map(|key| schema.value.get(key))?;
        Some(format!("limit {} {}", parameter.described.text("name")?, plain(most)))
    });
    let scopes = scopes.into_iter().map(|scope| format!("permission {scope}"));
    scopes.chain(limited).collect::<Vec<_>>().join("\n")
}

/// The entries of the answers that operations share, such as a 429; the first operation that has one shows it.
pub fn answers(subject: &Subject) -> Vec<Value> {
    let mut entries = BTreeMap::new();
    for (operation, call) in subject.spec.operations.iter().zip(&subject.calls) {
        for (status, listed) in operation.place.members_of("responses") {
            let Some(response) = listed.reference().and_then(|_| subject.spec.resolve(&listed)) else {
                continue;
            };
            let path = format!("{}#response-{status}", subject.operation_path(call.id));
            entries.entry(response.pointer.clone()).or_insert_with(|| {
                json!({
                    "path": path,
                    "title": format!("{status}: {}", first_sentence(&response.description())),
                    "method": "answer",
                    "about": subject.title,
                    // What others call it.
                    "names": if status == "429" { "rate limit, throttling" } else { "" },
                    "text": response.description(),
                })
            });
        }
    }
    entries.into_values().collect()
}

/// The entries of the deviations and the changelog.
pub fn lists(subject: &Subject) -> [Value; 2] {
    let records = &subject.records;
    let deviations = records.deviations.iter().map(|record| (&record.place, &record.reason));
    let decisions = records
        .decisions
        .iter()
        .map(|decision| (&decision.place, &decision.reason));
    let differences = deviations
        .chain(decisions)
        .map(|(place, reason)| format!("{place}: {reason}"));
    let differences = differences.collect::<Vec<_>>().join("\n");
    [
        ("deviations.html", "Deviations", differences),
        ("changelog.html", "Changelog", subject.changelog.markdown()),
    ]
    .map(|(file, title, text)| {
        json!({
            "path": subject.path(file),
            "title": format!("{title}: {}", subject.title),
            "method": "list",
            "about": format!("{}, version {}", subject.title, subject.version),
            "text": text,
        })
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
    json!({ "path": guide.path, "title": guide.title, "method": "guide", "about": guide.about, "names": guide.headings, "text": guide.text })
}

/// The entries as a script, since a page of a disk may fetch nothing.
pub fn script(entries: Vec<Value>) -> Vec<u8> {
    format!("const ENTRIES = {};\n", Value::from(entries)).into_bytes()
}
