//! Where the rows of a request go: path, query or body.

use super::member::Member;
use crate::endpoint::parameter_names;
use crate::facts::{Operation, Row};
use crate::placement::{Part, placed};
use xtask_spec::names::folded;

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

/// What an operation takes and answers: the parameters, those of the path in its order and then those of the query; the
/// body of the request; and that of the response. `path` is its path.
pub fn parts(operation: &Operation, path: &str) -> (Vec<(Part, Member)>, Member, Member) {
    let has_body = !["GET", "HEAD"].contains(&operation.method.to_ascii_uppercase().as_str());
    let in_path = parameter_names(path).into_iter();
    let mut parameters: Vec<_> = in_path.map(|name| (Part::Path, Member::of(text(name)))).collect();
    let (mut body, mut answer) = (Vec::new(), Vec::new());
    for placed in placed(operation, None) {
        match placed.part() {
            Some(Part::Response) => answer.push(placed),
            Some(Part::Body) if has_body => body.push(placed),
            part => add(&mut parameters, placed.row, part, placed.listed),
        }
    }
    for name in operation.request.iter().flat_map(|sample| &sample.query) {
        if find(&mut parameters, Part::Query, name).is_none() {
            let note = "only the URL of the sample has it; its type is a guess";
            push(&mut parameters, text(name), Some(note));
        }
    }
    let body = Member::body(Part::Body, operation.request.as_ref(), &body);
    let answer = Member::body(Part::Response, operation.response.as_ref(), &answer);
    (parameters, body, answer)
}

/// A row that says nothing but a name.
fn text(name: &str) -> Row {
    Row {
        name: name.to_owned(),
        kind: Some("string".to_owned()),
        ..Row::default()
    }
}

fn find<'p>(parameters: &'p mut [(Part, Member)], part: Part, name: &str) -> Option<&'p mut Member> {
    let is_it = |(its, known): &&mut (Part, Member)| *its == part && folded(&known.name) == folded(name);
    parameters.iter_mut().find(is_it).map(|(_, known)| known)
}

/// Adds a row to the parameter of the path that it describes, or to the query.
fn add(parameters: &mut Vec<(Part, Member)>, row: &Row, part: Option<Part>, listed: Option<Part>) {
    let in_path = part == Some(Part::Path);
    if let Some(known) = find(parameters, Part::Path, &row.name).filter(|_| in_path) {
        known.row = Row {
            kind: row.kind.clone().or(known.row.kind.take()),
            ..row.clone()
        };
        return;
    }
    let is_guess = listed.is_none() && part.is_none();
    let note = is_guess.then_some("the page does not say where it goes; query is a guess");
    match find(parameters, Part::Query, &row.name) {
        Some(known) => known.notes.note("The tables list it more than once."),
        None => push(parameters, row.clone(), note),
    }
}

/// Adds a parameter of the query, with what a person must decide.
fn push(parameters: &mut Vec<(Part, Member)>, row: Row, note: Option<&str>) {
    if !folded(&row.name).is_empty() {
        let mut member = Member::of(row);
        note.into_iter().for_each(|note| member.notes.todo(note));
        parameters.push((Part::Query, member));
    }
}
