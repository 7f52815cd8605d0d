//! What has changed between two states of a document, and what that does to a caller.
//!
//! Operations are matched by method and path. A component is compared at each of its uses, on the side of the call on which
//! it stands: what narrows a request widens what may go wrong, and what widens an answer does too.

mod kind;
mod schemas;
mod unions;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::kind::{Aspect, Kind, Part, Rule, Side};
use crate::spec::METHODS;

/// What a change does to a caller, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Only words differ.
    Documentation,
    /// There is more than before, and what worked works.
    Additive,
    /// A caller can fail, or the code that a generator makes has other names or types.
    Breaking,
}

impl Class {
    /// The class in a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it does to a caller.
    pub class: Class,
    /// What kind of change it is.
    #[serde(skip)]
    pub kind: Kind,
    /// The operations that it is in, as `GET /beds`; none if it is the document's.
    pub operations: Vec<String>,
    /// Where: `query.…`, `path.…`, `body.…`, `response.STATUS.…`, a component as `Bed.size`, or a member of the document.
    pub place: String,
    /// What is different now, without a full stop.
    pub what: String,
}

/// A sentence for a person.
impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operations.as_slice() {
            [] => {}
            [one] => write!(out, "`{one}`, ")?,
            [one, other] => write!(out, "`{one}` and `{other}`, ")?,
            [one, others @ ..] => write!(out, "`{one}` and {} others, ", others.len())?,
        }
        write!(out, "`{}`: {}.", self.place, self.what)
    }
}

/// The changes from one state of a document to another, the gravest first. The version itself is none.
#[must_use]
pub fn between(old: &Value, new: &Value) -> Vec<Change> {
    let mut comparison = Comparison {
        documents: [old, new],
        operation: None,
        compared: BTreeSet::new(),
        found: BTreeMap::new(),
    };
    comparison.document();
    let found = comparison.found.into_iter();
    let mut changes: Vec<_> = found
        .map(|((place, what), (kind, operations))| Change {
            class: kind.class(),
            kind,
            operations: operations.into_iter().collect(),
            place,
            what,
        })
        .collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.class));
    changes
}

/// The changes as they are found.
struct Comparison<'d> {
    documents: [&'d Value; 2],
    /// The operation that is compared, if it is one.
    operation: Option<String>,
    /// The components that were compared for this operation, each on its sides.
    compared: BTreeSet<(String, Side)>,
    /// By place and words: the gravest kind, and the operations.
    found: BTreeMap<(String, String), (Kind, BTreeSet<String>)>,
}

/// The old and the new state of one value.
type Pair<'d> = [&'d Value; 2];

impl<'d> Comparison<'d> {
    fn add(&mut self, kind: Kind, place: &str, what: impl Into<String>) {
        let key = (place.to_owned(), what.into());
        let (known, operations) = self.found.entry(key).or_insert((kind, BTreeSet::new()));
        if kind.class() > known.class() {
            *known = kind;
        }
        operations.extend(self.operation.clone());
    }

    fn document(&mut self) {
        let root = self.documents;
        let info = root.map(|root| &root["info"]);
        self.object(
            info,
            "info",
            &["title", "description", "contact", "license"],
            &["version"],
        );
        self.object(
            root,
            "document",
            &["tags", "externalDocs"],
            &["info", "servers", "paths", "components"],
        );
        self.servers(root.map(|root| &root["servers"]));
        self.security_schemes(root.map(|root| &root["components"]["securitySchemes"]));
        let [old, new] = root.map(operations);
        let names: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
        for name in names {
            self.operation = Some(name.clone());
            self.compared.clear();
            match (old.get(&name), new.get(&name)) {
                (Some(old), Some(new)) => self.operation([old, new]),
                (Some(_), None) => self.add(Kind::Removed(Part::Operation), "operation", "it is gone"),
                _ => self.add(Kind::Added(Part::Operation), "operation", "it is new"),
            }
        }
        self.operation = None;
        self.unions();
    }

    /// Members that only people read, and all the others but those that are compared elsewhere: whatever they say, code may
    /// be made of it.
    fn object(&mut self, pair: Pair<'d>, place: &str, words: &[&str], elsewhere: &[&str]) {
        let members = pair.into_iter().filter_map(Value::as_object);
        let keys: BTreeSet<_> = members.flat_map(|members| members.keys()).collect();
        for key in keys.into_iter().filter(|key| !elsewhere.contains(&key.as_str())) {
            match words.contains(&key.as_str()) {
                true => self.words(pair, place, key),
                false => self.differ(pair, place, key, Kind::Altered(Aspect::Statement)),
            }
        }
    }

    fn words(&mut self, pair: Pair<'d>, place: &str, key: &str) {
        let [old, new] = pair.map(|value| &value[key]);
        if old != new {
            self.add(Kind::Words, place, format!("the words of `{key}` are others"));
        }
    }

    fn servers(&mut self, pair: Pair<'d>) {
        for (url, server) in self.entries(pair, "url", "servers", Part::Server) {
            let place = format!("servers.{url}");
            self.object(server, &place, &["description"], &["variables"]);
            for (name, variable) in
                self.members(server.map(|server| &server["variables"]), &place, Part::ServerVariable)
            {
                let place = format!("{place}.{name}");
                self.object(variable, &place, &["description"], &["enum"]);
                self.values(variable.map(|variable| &variable["enum"]), &place, Part::VariableValue);
            }
        }
    }

    fn security_schemes(&mut self, pair: Pair<'d>) {
        for (name, scheme) in self.members(pair, "security", Part::SecurityScheme) {
            let place = format!("security.{name}");
            self.object(scheme, &place, &["description"], &["flows"]);
            for (name, flow) in self.members(scheme.map(|scheme| &scheme["flows"]), &place, Part::Flow) {
                let place = format!("{place}.{name}");
                self.object(flow, &place, &[], &["scopes", "x-token-urls"]);
                for (name, [old, new]) in self.members(flow.map(|flow| &flow["scopes"]), &place, Part::Scope) {
                    if old != new {
                        self.add(
                            Kind::Words,
                            &place,
                            format!("the words of the scope `{name}` are others"),
                        );
                    }
                }
                let urls = flow.map(|flow| &flow["x-token-urls"]);
                for (server, [old, new]) in self.members(urls, &place, Part::TokenUrl) {
                    if old != new {
                        self.add(
                            Kind::Altered(Aspect::TokenUrl),
                            &place,
                            format!("the tokens for `{server}` come from {}", shown(new)),
                        );
                    }
                }
            }
        }
    }

    fn operation(&mut self, of_path: [&OfPath<'d>; 2]) {
        let items = of_path.map(|(item, _)| *item);
        let apart: Vec<_> = METHODS.into_iter().chain(["parameters"]).collect();
        self.object(items, "path", &["summary", "description"], &apart);
        self.parameters(of_path);
        let pair = of_path.map(|(_, operation)| *operation);
        let place = "operation";
        let apart = [
            "deprecated",
            "parameters",
            "requestBody",
            "responses",
            "security",
            "x-paging",
            "x-read-only",
        ];
        self.object(pair, place, &["summary", "description", "externalDocs"], &apart);
        self.differ(pair, place, "deprecated", Kind::Deprecation);
        for key in ["x-paging", "x-read-only"] {
            let kind = match pair.map(|operation| operation[key].is_null()) {
                [true, _] => Kind::Added(Part::Behaviour),
                [_, true] => Kind::Removed(Part::Behaviour),
                _ => Kind::Altered(Aspect::Behaviour),
            };
            self.differ(pair, place, key, kind);
        }
        // Each entry suffices, and a client takes the first.
        let permissions = pair.map(|operation| &operation["security"]);
        self.values(permissions, "security", Part::Permission);
        let [old, new] = permissions.map(|list| &list[0]);
        if old != new && entries(permissions[1]).contains(old) {
            let what = format!("the first permission is {} instead of {}", shown(new), shown(old));
            self.add(Kind::Altered(Aspect::FirstPermission), "security", what);
        }
        self.body(pair.map(|operation| &operation["requestBody"]));
        for (status, answer) in self.members(pair.map(|operation| &operation["responses"]), "response", Part::Status) {
            let place = format!("response.{status}");
            let answer = self.resolved(answer, &place);
            self.object(answer, &place, &["description"], &["headers", "content"]);
            for (name, header) in self.members(answer.map(|answer| &answer["headers"]), &place, Part::Header) {
                let place = format!("{place}.{name}");
                let header = self.resolved(header, &place);
                self.object(
                    header,
                    &place,
                    &["description", "example", "examples"],
                    &["required", "schema"],
                );
                self.requirement(header, &place, Side::Answer);
                self.schema(header.map(|header| &header["schema"]), &place, Side::Answer);
            }
            self.content(answer, &place, Side::Answer);
        }
    }

    fn parameters(&mut self, [old, new]: [&OfPath<'d>; 2]) {
        let [old, new] = [self.parameters_of(0, old), self.parameters_of(1, new)];
        for (place, before) in &old {
            match new.iter().find(|(other, _)| other == place) {
                Some((_, after)) => self.parameter([before, after], place),
                None => self.add(Kind::Removed(Part::Parameter), place, "the parameter is gone"),
            }
        }
        let is_new = |place: &String| old.iter().all(|(known, _)| known != place);
        for (place, parameter) in new.iter().filter(|(place, _)| is_new(place)) {
            match resolve(self.documents[1], parameter)["required"] == true {
                true => self.add(
                    Kind::Demanded(Part::Parameter),
                    place,
                    "the parameter is new and required",
                ),
                false => self.add(Kind::Added(Part::Parameter), place, "the parameter is new"),
            }
        }
        // In this order they are the arguments of a function.
        let places = [&old, &new].map(|all| all.iter().map(|(place, _)| place).collect::<Vec<_>>());
        let kept = places[0].iter().filter(|place| places[1].contains(place));
        if !kept.eq(places[1].iter().filter(|place| places[0].contains(place))) {
            self.add(
                Kind::Altered(Aspect::ParameterOrder),
                "operation",
                "the parameters are in another order",
            );
        }
    }

    /// The parameters of an operation with their places, such as `query.pageSize`.
    fn parameters_of(&self, state: usize, (item, operation): &OfPath<'d>) -> Vec<(String, &'d Value)> {
        let listed = [item, operation]
            .into_iter()
            .flat_map(|holder| entries(&holder["parameters"]));
        let placed = listed.map(|parameter| {
            let described = resolve(self.documents[state], parameter);
            let word = |key: &str| described[key].as_str().unwrap_or_default();
            (format!("{}.{}", word("in"), word("name")), parameter)
        });
        placed.collect()
    }

    fn parameter(&mut self, pair: Pair<'d>, place: &str) {
        let pair = self.resolved(pair, place);
        let apart = ["required", "deprecated", "schema"];
        self.object(pair, place, &["description", "example", "examples"], &apart);
        self.requirement(pair, place, Side::Request);
        self.differ(pair, place, "deprecated", Kind::Deprecation);
        self.schema(pair.map(|parameter| &parameter["schema"]), place, Side::Request);
    }

    fn body(&mut self, pair: Pair<'d>) {
        let place = "body";
        match pair.map(Value::is_null) {
            [true, true] => {}
            [true, false] if resolve(self.documents[1], pair[1])["required"] == true => {
                self.add(
                    Kind::Demanded(Part::Body),
                    place,
                    "there is a body now, and it is required",
                );
            }
            [true, false] => self.add(Kind::Added(Part::Body), place, "there may be a body now"),
            [false, true] => self.add(Kind::Removed(Part::Body), place, "there is no body any more"),
            [false, false] => {
                let pair = self.resolved(pair, place);
                self.object(pair, place, &["description"], &["required", "content"]);
                self.requirement(pair, place, Side::Request);
                self.content(pair, place, Side::Request);
            }
        }
    }

    /// Whether a part of a call is always there.
    fn requirement(&mut self, pair: Pair<'d>, place: &str, side: Side) {
        match pair.map(|part| part["required"] == true) {
            [false, true] => self.add(Kind::Narrowed(side, Rule::Presence), place, "it is required now"),
            [true, false] => self.add(Kind::Widened(side, Rule::Presence), place, "it may be left out now"),
            _ => {}
        }
    }

    fn content(&mut self, pair: Pair<'d>, place: &str, side: Side) {
        for (_, media) in self.members(pair.map(|part| &part["content"]), place, Part::MediaType) {
            self.object(media, place, &["example", "examples"], &["schema"]);
            self.schema(media.map(|media| &media["schema"]), place, side);
        }
    }

    /// Tells of a member that is another.
    fn differ(&mut self, pair: Pair<'d>, place: &str, key: &str, kind: Kind) {
        let [old, new] = pair.map(|value| &value[key]);
        if old != new {
            self.add(
                kind,
                place,
                format!("`{key}` is {} instead of {}", shown(new), shown(old)),
            );
        }
    }

    /// The members that both have, by name; tells of those that are gone, and of those that are new.
    fn members(&mut self, pair: Pair<'d>, place: &str, part: Part) -> Vec<(&'d str, Pair<'d>)> {
        let [old, new] = pair.map(|value| value.as_object());
        let members = |object: Option<&'d Map<String, Value>>| {
            let members = object.into_iter().flatten();
            members.map(|(name, member)| (name.as_str(), member)).collect()
        };
        self.matched(members(old), members(new), place, part)
    }

    /// The same of lists of objects, by the member that names each.
    fn entries(&mut self, pair: Pair<'d>, key: &str, place: &str, part: Part) -> Vec<(&'d str, Pair<'d>)> {
        let [old, new] = pair.map(|list| {
            let entries = list.as_array().into_iter().flatten();
            entries
                .map(|entry| (entry[key].as_str().unwrap_or_default(), entry))
                .collect()
        });
        self.matched(old, new, place, part)
    }

    fn matched(
        &mut self,
        old: Vec<(&'d str, &'d Value)>,
        new: Vec<(&'d str, &'d Value)>,
        place: &str,
        part: Part,
    ) -> Vec<(&'d str, Pair<'d>)> {
        let mut both = Vec::new();
        for (name, before) in &old {
            match new.iter().find(|(other, _)| other == name) {
                Some((_, after)) => both.push((*name, [*before, *after])),
                None => self.add(Kind::Removed(part), place, format!("{part} `{name}` is gone")),
            }
        }
        for (name, _) in new
            .iter()
            .filter(|(name, _)| old.iter().all(|(known, _)| known != name))
        {
            self.add(Kind::Added(part), place, format!("{part} `{name}` is new"));
        }
        both
    }

    /// Tells of the values of a list that are gone, and of those that are new.
    fn values(&mut self, pair: Pair<'d>, place: &str, part: Part) {
        let [old, new] = pair.map(entries);
        for value in old.iter().filter(|value| !new.contains(value)) {
            self.add(Kind::Removed(part), place, format!("{part} {} is gone", shown(value)));
        }
        for value in new.iter().filter(|value| !old.contains(value)) {
            self.add(Kind::Added(part), place, format!("{part} {} is new", shown(value)));
        }
    }

    /// What both describe, after their references. Generators make types of the components' names.
    fn resolved(&mut self, pair: Pair<'d>, place: &str) -> Pair<'d> {
        self.component(pair.map(schemas::named), place);
        let [old, new] = self.documents;
        [resolve(old, pair[0]), resolve(new, pair[1])]
    }

    /// Tells of a component that is another, where both are there.
    fn component(&mut self, [old, new]: [Option<&str>; 2], place: &str) {
        if old != new {
            let [old, new] =
                [old, new].map(|name| name.map_or("a type without a name".to_owned(), |name| format!("`{name}`")));
            self.add(
                Kind::Altered(Aspect::TypeName),
                place,
                format!("the type is {new} instead of {old}"),
            );
        }
    }
}

/// The entries of a list; none if there is none.
fn entries(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// A value in a sentence.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        value => format!("`{value}`"),
    }
}

/// What a place describes, after its `$ref`s.
fn resolve<'d>(document: &'d Value, mut value: &'d Value) -> &'d Value {
    // A circle is for the lint to refuse.
    for _ in 0..16 {
        let target = value["$ref"]
            .as_str()
            .and_then(|path| document.pointer(path.strip_prefix('#')?));
        let Some(target) = target else { break };
        value = target;
    }
    value
}

/// The item of a path, and one of its operations.
type OfPath<'d> = (&'d Value, &'d Value);

/// The operations of a document by method and path.
fn operations(document: &Value) -> BTreeMap<String, OfPath<'_>> {
    let items = document["paths"].as_object().into_iter().flatten();
    let operations = items.flat_map(|(path, item)| {
        let methods = METHODS
            .iter()
            .filter_map(move |method| Some((method, item.get(method)?)));
        methods.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), (item, operation)))
    });
    operations.collect()
}

#[cfg(test)]
mod tests;
