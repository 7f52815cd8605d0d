//! Where the rows of a request go: path, query or body.

use crate::endpoint::parameter_names;
use crate::facts::{Operation, Row};
use crate::placement::{Part, Placed, placed};
use xtask_spec::names::folded;

use super::todo;

/// A parameter.
pub struct Parameter {
    /// Where it goes: `path` or `query`.
    pub place: &'static str,
    /// What is known of it.
    pub row: Row,
    /// What a person must look at.
    pub notes: Vec<String>,
}

/// The request and the answer of an operation, sorted.
pub struct Call<'o> {
    /// The path, as a spec writes it.
    pub path: String,
    /// The parameters: those of the path in its order, then those of the query.
    pub parameters: Vec<Parameter>,
    /// The rows about the request's body.
    pub body: Vec<Placed<'o>>,
    /// The rows about the answer.
    pub answer: Vec<Placed<'o>>,
}

/// The path of an endpoint: without host and query, with its first slash and without a last one.
pub fn path(endpoint: &str) -> String {
    let endpoint = endpoint.trim();
    let path = match endpoint.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => endpoint,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    format!("/{}", path.trim_matches('/'))
}

impl<'o> Call<'o> {
    /// The rows of an operation where they belong.
    pub fn new(operation: &'o Operation) -> Self {
        let path = path(&operation.endpoint);
        let has_body = !["GET", "HEAD"].contains(&operation.method.to_ascii_uppercase().as_str());
        let mut parameters = Parameters::new(&path);
        let (mut body, mut answer) = (Vec::new(), Vec::new());
        for placed in placed(operation, None) {
            match placed.part() {
                Some(Part::Response) => answer.push(placed),
                Some(Part::Body) if has_body => body.push(placed),
                part => parameters.add(&placed, part),
            }
        }
        for name in operation.request.iter().flat_map(|sample| &sample.query) {
            parameters.add_from_sample(name);
        }
        Self {
            path,
            parameters: parameters.finish(),
            body,
            answer,
        }
    }
}

/// The parameters of a call.
struct Parameters {
    in_path: Vec<Parameter>,
    in_query: Vec<Parameter>,
}

impl Parameters {
    fn new(path: &str) -> Self {
        let in_path = parameter_names(path).into_iter().map(|name| Parameter {
            place: "path",
            row: Row {
                name: name.to_owned(),
                ..Row::default()
            },
            notes: Vec::new(),
        });
        Self {
            in_path: in_path.collect(),
            in_query: Vec::new(),
        }
    }

    fn add(&mut self, placed: &Placed, part: Option<Part>) {
        if part == Some(Part::Path) && self.add_to_path(placed.row) {
            return;
        }
        let note = match (part, placed.listed) {
            (Some(Part::Path), _) => Some("the page calls it a parameter of the path, which has none of this name"),
            (Some(Part::Body), _) => Some("the page calls it a member of the body, and the method has none"),
            (_, None) => Some("the page does not say where it goes; query is a guess"),
            _ => None,
        };
        self.add_to_query(placed.row.clone(), note);
    }

    fn add_to_path(&mut self, row: &Row) -> bool {
        let wanted = folded(&row.name);
        let mut known = self.in_path.iter_mut();
        let Some(parameter) = known.find(|known| folded(&known.row.name) == wanted) else {
            return false;
        };
        let name = std::mem::take(&mut parameter.row.name);
        if name != row.name {
            parameter
                .notes
                .push(todo(&format!("the table spells it `{}`", row.name)));
        }
        let kind = row.kind.clone().or_else(|| Some("string".to_owned()));
        parameter.row = Row {
            name,
            kind,
            ..row.clone()
        };
        true
    }

    fn add_to_query(&mut self, row: Row, note: Option<&str>) {
        let wanted = folded(&row.name);
        let mut known = self.in_query.iter_mut();
        match known.find(|known| folded(&known.row.name) == wanted) {
            Some(known) => known.notes.push(todo("the tables list it more than once")),
            None if wanted.is_empty() => {}
            None => self.in_query.push(Parameter {
                place: "query",
                row,
                notes: note.map(todo).into_iter().collect(),
            }),
        }
    }

    /// A parameter of the sample's URL, unless a table lists it.
    fn add_from_sample(&mut self, name: &str) {
        if self
            .in_query
            .iter()
            .any(|known| folded(&known.row.name) == folded(name))
        {
            return;
        }
        let row = Row {
            name: name.to_owned(),
            kind: Some("string".to_owned()),
            ..Row::default()
        };
        self.add_to_query(row, Some("only the URL of the sample has it; its type is a guess"));
    }

    fn finish(mut self) -> Vec<Parameter> {
        for parameter in &mut self.in_path {
            if parameter.row.kind.is_none() {
                parameter.row.kind = Some("string".to_owned());
                parameter.notes.push(todo("no table lists it; its type is a guess"));
            }
        }
        self.in_path.append(&mut self.in_query);
        self.in_path
    }
}
