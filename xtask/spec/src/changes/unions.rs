//! Unions of objects that come to stand in requests. One that only answers have is kept by a client as it came, and read as
//! one of its alternatives on demand; one that requests have is written as one of them: these are two types.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Aspect, Comparison, Kind, entries, operations, resolve};

impl Comparison<'_> {
    pub(super) fn unions(&mut self) {
        let [old, new] = self.documents.map(Uses::of);
        let only_answered = old.answers.difference(&old.requests);
        for reference in only_answered.filter(|reference| new.requests.contains(*reference)) {
            if self.documents.into_iter().all(|document| is_union(document, reference)) {
                let name = reference.rsplit('/').next().unwrap_or(reference);
                let what = "a request takes this union now, which only answers had";
                self.add(Kind::Altered(Aspect::UnionSide), name, what);
            }
        }
    }
}

/// The references on each side of a document's calls, and those behind them.
#[derive(Default)]
struct Uses<'d> {
    requests: BTreeSet<&'d str>,
    answers: BTreeSet<&'d str>,
}

impl<'d> Uses<'d> {
    fn of(document: &'d Value) -> Self {
        let mut uses = Self::default();
        for (item, operation) in operations(document).into_values() {
            for sent in [&item["parameters"], &operation["parameters"], &operation["requestBody"]] {
                reach(document, sent, &mut uses.requests);
            }
            reach(document, &operation["responses"], &mut uses.answers);
        }
        uses
    }
}

fn reach<'d>(document: &'d Value, value: &'d Value, found: &mut BTreeSet<&'d str>) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = value["$ref"].as_str()
                && found.insert(reference)
            {
                reach(document, resolve(document, value), found);
            }
            members.values().for_each(|member| reach(document, member, found));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| reach(document, entry, found)),
        _ => {}
    }
}

/// Whether a component is a choice of objects, and of nothing else.
fn is_union(document: &Value, reference: &str) -> bool {
    let target = reference.strip_prefix('#').and_then(|path| document.pointer(path));
    target.is_some_and(|target| {
        let mut alternatives = ["oneOf", "anyOf"]
            .into_iter()
            .flat_map(|key| entries(&target[key]))
            .peekable();
        target["properties"].is_null()
            && alternatives.peek().is_some()
            && alternatives.all(|alternative| resolve(document, alternative)["type"] == "object")
    })
}
