//! One row against one member of the spec.

use crate::compare::codes::{self, are_truth_values, codes_of, codes_of_row, holder_of_codes, text_of};
use crate::facts::{Page, Required};
use crate::finding::Kind;
use crate::json_type::{JsonType, documented_types, type_names};
use crate::placement::{Part, Placed};
use crate::spec::{Member, Operation};

/// A difference: its kind, what the spec says, what the page says, the line of the spec.
pub type Difference = (Kind, String, String, usize);

/// How a row differs from a member that stands in a place of an operation of the spec.
pub fn differences(
    placed: &Placed,
    place: &str,
    member: &Member,
    known: &Operation,
    pages: &[Page],
) -> Vec<Difference> {
    let row = placed.row;
    let mut found: Vec<(Kind, String, String)> = Vec::new();
    let part = |part: Option<Part>| part.map_or_else(String::new, |part| part.name().to_owned());
    found.push((
        Kind::Placement,
        part(placed.part()),
        part(placed.listed.or(placed.part())),
    ));
    let (documented, _) = documented_types(row.kind.as_deref().unwrap_or_default());
    let takes_it = documented.is_empty() || documented.iter().any(|json| member.takes(*json));
    if !takes_it {
        let is = format!("table: {}", row.kind.as_deref().unwrap_or_default());
        found.push((Kind::Type, type_names(&member.types), is));
    }
    // Nobody relies on what an answer may lack.
    if placed.part() != Some(Part::Response) {
        let was = if member.required { "yes" } else { "no" };
        // What must be sent in some cases is optional to a schema.
        let is = match row.required {
            Some(Required::Yes) => "yes",
            Some(Required::Sometimes) if member.required => "sometimes",
            Some(_) => "no",
            None => was,
        };
        found.push((Kind::Required, was.to_owned(), is.to_owned()));
        let text = |value: &Option<serde_json::Value>| value.as_ref().map(text_of).unwrap_or_default();
        found.push((Kind::Default, text(&member.default), text(&row.default)));
    }
    // That a page or a number of things begins at 0 or 1 goes without saying.
    let minimum = member.minimum.filter(|least| row.minimum.is_some() || *least > 1);
    // A list of codes limits its texts by itself.
    let max_length = row
        .max_length
        .filter(|_| member.codes.is_empty() || member.max_length.is_some());
    found.push(limit("minimum", minimum, row.minimum));
    found.push(limit("maximum", member.maximum, row.maximum));
    found.push(limit("maxLength", member.max_length, max_length));
    found.push(limit("maxItems", member.max_items, row.max_items));
    let says_time = row.format.as_deref() == Some("date-time") || row.kind.as_deref() == Some("date-time");
    let is_time = member.formats.contains("date-time") || member.formats.contains("date");
    if takes_it && says_time != is_time {
        let formats: Vec<_> = member.formats.iter().map(String::as_str).collect();
        let is = if says_time { "date-time" } else { "" };
        found.push((Kind::Format, formats.join(" | "), is.to_owned()));
    }
    let holder = holder_of_codes(member, place, known);
    // Where the spec has no boolean in the place of one, the type says it all.
    let is_boolean = member.takes(JsonType::Boolean) || documented.contains(&JsonType::Boolean);
    match codes_of_row(row, pages) {
        Err(fault) => {
            let link = row.codes_page.as_deref().unwrap_or_default();
            found.push((
                Kind::CodesPage,
                codes_of(&holder.codes),
                format!("{link}, which {fault}"),
            ));
        }
        Ok(codes) if is_boolean && are_truth_values(codes) => {}
        Ok(codes) => found.extend(codes::differences(codes, holder)),
    }
    let line = |kind: Kind| holder.codes_line.filter(|_| kind.is_of_codes()).unwrap_or(member.line);
    let found = found.into_iter().filter(|(_, was, is)| was != is);
    found.map(|(kind, was, is)| (kind, was, is, line(kind))).collect()
}

fn limit<T: ToString>(name: &str, was: Option<T>, is: Option<T>) -> (Kind, String, String) {
    let text = |limit: Option<T>| limit.map_or_else(String::new, |limit| format!("{name} {}", limit.to_string()));
    (Kind::Limit, text(was), text(is))
}
