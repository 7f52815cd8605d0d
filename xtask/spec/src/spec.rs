//! The document as the rules see it: its objects by kind, its operations, and what references lead to.

use std::collections::BTreeSet;
use std::iter::successors;

use crate::document::Document;

use super::model::{Kind, Node, walk};
use super::place::Place;

/// The methods that a path may have, as a spec writes them.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// How many references or `allOf`s are followed in a row. A circle ends there instead of never.
const MAX_STEPS: usize = 16;

/// The document as the rules see it.
pub struct Spec<'d> {
    /// The document, which knows the lines.
    pub document: &'d Document,
    /// Its value as a place.
    pub root: Place<'d>,
    /// The operations, in the order of the file.
    pub operations: Vec<Operation<'d>>,
    /// Every object of the document.
    pub nodes: Vec<Node<'d>>,
}

/// One operation: a method of a path.
pub struct Operation<'d> {
    /// The HTTP method, in small letters.
    pub method: &'d str,
    /// The path, with its parameters in braces.
    pub path: &'d str,
    /// The path item that holds it.
    pub item: Place<'d>,
    /// The operation itself.
    pub place: Place<'d>,
}

/// A parameter of an operation: where it is listed, and where it is described (elsewhere, if by `$ref`).
pub struct Parameter<'d> {
    /// Where the operation or its path lists it.
    pub listed: Place<'d>,
    /// Where it is described.
    pub described: Place<'d>,
}

impl<'d> Parameter<'d> {
    /// Where in a call it stands (`in`), and its name: no two of an operation have both alike.
    pub fn key(&self) -> Option<(&'d str, &'d str)> {
        self.described.text("in").zip(self.described.text("name"))
    }
}

impl<'d> Spec<'d> {
    /// Finds the objects and operations of a document.
    pub fn new(document: &'d Document) -> Self {
        let root = Place::root(&document.value);
        Self {
            document,
            operations: operations(&root),
            root,
            nodes: walk(&document.value),
        }
    }

    /// The components of a section (`schemas`, `parameters`, …), by name.
    pub fn components(&self, section: &str) -> Vec<(&'d str, Place<'d>)> {
        let sections = self.root.get("components");
        sections.map_or_else(Vec::new, |sections| sections.members_of(section))
    }

    /// Every object of a kind that is described in its place, not by a `$ref`.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = &Place<'d>> {
        self.nodes
            .iter()
            .filter(move |node| node.kind == kind && !node.is_reference())
            .map(|node| &node.place)
    }

    /// What the API calls itself.
    pub fn title(&self) -> Option<&'d str> {
        self.root.get("info")?.text("title")
    }

    /// The codes of the regions in which the API has a host; none where one host serves all.
    pub fn regions(&self) -> Vec<&'d str> {
        let servers = self.root.entries_of("servers").into_iter();
        servers
            .filter_map(|server| server.get("variables")?.get("region"))
            .flat_map(|region| region.texts("enum"))
            .collect()
    }

    /// What the `$ref` of a place names; none if it has none, or it leads nowhere.
    pub fn target(&self, place: &Place<'d>) -> Option<Place<'d>> {
        let pointer = place.reference()?.strip_prefix('#')?.to_owned();
        let value = self.document.value.pointer(&pointer)?;
        Some(Place { pointer, value })
    }

    /// The components that places refer to, whatever lies between: their pointers, such as `/components/schemas/User`.
    pub fn reached(&self, places: impl IntoIterator<Item = Place<'d>>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<_> = places.into_iter().collect();
        while let Some(place) = waiting.pop() {
            // A discriminator refers to schemas too.
            let mapping = place.members_of("mapping").into_iter();
            let references = mapping.filter_map(|(_, target)| target.value.as_str());
            for reference in references.chain(place.reference()) {
                // Deeper pointers lead into a component.
                let pointer: String = reference.trim_start_matches('#').split_inclusive('/').take(4).collect();
                let pointer = pointer.trim_end_matches('/').to_owned();
                if let Some(value) = self.document.value.pointer(&pointer)
                    && found.insert(pointer.clone())
                {
                    waiting.push(Place { pointer, value });
                }
            }
            waiting.extend(place.parts());
        }
        found
    }

    /// What a place describes, after all its `$ref`s; none if they lead nowhere.
    pub fn resolve(&self, place: &Place<'d>) -> Option<Place<'d>> {
        let places = successors(Some(place.clone()), |place| self.target(place));
        places.take(MAX_STEPS).find(|place| place.reference().is_none())
    }

    /// The schema itself: what a `$ref` names, or an `allOf` of one entry, which only describes it again.
    pub fn schema(&self, place: &Place<'d>) -> Option<Place<'d>> {
        let places = successors(self.resolve(place), |place| self.resolve(&place.only_part()?));
        places.take(MAX_STEPS).find(|place| place.only_part().is_none())
    }

    /// The properties of an object schema, with those that its `allOf` adds.
    pub fn properties(&self, schema: &Place<'d>) -> Vec<(&'d str, Place<'d>)> {
        let parts = self.parts(schema, MAX_STEPS).into_iter();
        parts.flat_map(|part| part.members_of("properties")).collect()
    }

    /// The schema, and those that its `allOf` adds.
    fn parts(&self, schema: &Place<'d>, steps: usize) -> Vec<Place<'d>> {
        let schema = self.resolve(schema).filter(|_| steps > 0);
        let added = schema.iter().flat_map(|schema| schema.entries_of("allOf"));
        let added: Vec<_> = added.flat_map(|part| self.parts(&part, steps - 1)).collect();
        schema.into_iter().chain(added).collect()
    }

    /// The schema of a member named by a dotted path, such as `metadata.totalCount`.
    pub fn member(&self, schema: &Place<'d>, path: &str) -> Option<Place<'d>> {
        path.split('.').try_fold(schema.clone(), |schema, name| {
            let properties = self.properties(&schema);
            let found = properties.into_iter().find(|(known, _)| *known == name);
            found.map(|(_, member)| member)
        })
    }

    /// The `type` of a schema, looked up through `$ref` and `allOf`.
    pub fn type_of(&self, schema: &Place<'d>) -> Option<&'d str> {
        self.parts(schema, MAX_STEPS).iter().find_map(|part| part.text("type"))
    }

    /// The parameters of an operation, with those of its path, as far as their references lead somewhere.
    pub fn parameters(&self, operation: &Operation<'d>) -> Vec<Parameter<'d>> {
        let holders = [&operation.item, &operation.place].into_iter();
        let listed = holders.flat_map(|holder| holder.entries_of("parameters"));
        let parameters = listed.filter_map(|listed| {
            let described = self.resolve(&listed)?;
            Some(Parameter { listed, described })
        });
        parameters.collect()
    }

    /// The request body of an operation.
    pub fn request_body(&self, operation: &Operation<'d>) -> Option<Place<'d>> {
        self.resolve(&operation.place.get("requestBody")?)
    }

    /// The schema of an operation's JSON body.
    pub fn body(&self, operation: &Operation<'d>) -> Option<Place<'d>> {
        json_schema(&self.request_body(operation)?)
    }

    /// The success responses of an operation: those of a 2xx status.
    pub fn successes(&self, operation: &Operation<'d>) -> Vec<Place<'d>> {
        let responses = operation.place.members_of("responses").into_iter();
        let successes = responses.filter(|(status, _)| status.starts_with('2'));
        successes.filter_map(|(_, response)| self.resolve(&response)).collect()
    }

    /// The schema of an operation's JSON answer.
    pub fn answer(&self, operation: &Operation<'d>) -> Option<Place<'d>> {
        self.successes(operation).iter().find_map(json_schema)
    }

    /// Whether an operation answers with a file.
    pub fn is_file(&self, operation: &Operation<'d>) -> bool {
        let has_content = |response: &Place| response.get("content").is_some();
        self.answer(operation).is_none() && self.successes(operation).iter().any(has_content)
    }
}

impl<'d> Operation<'d> {
    /// Its `operationId`.
    pub fn id(&self) -> Option<&'d str> {
        self.place.text("operationId")
    }

    /// The address of its page.
    pub fn page(&self) -> Option<&'d str> {
        self.place.value.get("externalDocs")?.get("url")?.as_str()
    }

    /// The permissions that allow it, the lesser first: the scopes that each takes together.
    pub fn permissions(&self) -> Vec<Vec<&'d str>> {
        let entries = self.place.entries_of("security").into_iter();
        let schemes = entries.flat_map(|entry| entry.members().into_iter().map(move |(scheme, _)| entry.texts(scheme)));
        schemes.collect()
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        self.id().map_or_else(
            || format!("{} {}", self.method.to_uppercase(), self.path),
            |id| format!("`{id}`"),
        )
    }
}

/// The JSON schema of a body.
fn json_schema<'d>(body: &Place<'d>) -> Option<Place<'d>> {
    let mut content = body.members_of("content").into_iter();
    let (_, media) = content.find(|(media_type, _)| is_json(media_type))?;
    media.get("schema")
}

/// Whether a media type is JSON.
pub fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

fn operations<'d>(root: &Place<'d>) -> Vec<Operation<'d>> {
    let items = root.members_of("paths").into_iter();
    let operations = items.flat_map(|(path, item)| {
        let members = item.members().into_iter();
        let operations = members.filter(|(method, _)| METHODS.contains(method));
        operations.map(move |(method, place)| Operation {
            method,
            path,
            item: item.clone(),
            place,
        })
    });
    operations.collect()
}
