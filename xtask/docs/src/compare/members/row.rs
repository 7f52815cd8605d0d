//! One row against one member of the spec.

use crate::compare::codes::{self, are_truth_values, codes_of, codes_of_row, holder_of_codes, text_of};
use crate::facts::{Page, Required, Row};
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
        found.extend(required(row, member).map(|(was, is)| (Kind::Required, was.to_owned(), is.to_owned())));
        let text = |value: &Option<serde_json::Value>| value.as_ref().map(text_of).unwrap_or_default();
        found.push((Kind::Default, text(&member.default), text(&row.default)));
    }
    found.extend(limits(row, member).map(|(was, is)| (Kind::Limit, was, is)));
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

/// Whether a row and the spec differ in what must be sent; what must be sent in some cases is optional to a schema.
fn required(row: &Row, member: &Member) -> Option<(&'static str, &'static str)> {
    match (member.required, row.required?) {
        (false, Required::Yes) => Some(("no", "yes")),
        (true, Required::No) => Some(("yes", "no")),
        (true, Required::Sometimes) => Some(("yes", "sometimes")),
        _ => None,
    }
}

/// The limits: what the spec says, what the row says.
fn limits(row: &Row, member: &Member) -> impl Iterator<Item = (String, String)> {
    let signed = |limit: Option<i64>| limit.map(i128::from);
    let count = |limit: Option<u64>| limit.map(i128::from);
    // That a page or a number of things begins at 0 or 1 goes without saying.
    let minimum = member.minimum.filter(|least| row.minimum.is_some() || *least > 1);
    // A list of codes limits its texts by itself.
    let max_length = row
        .max_length
        .filter(|_| member.codes.is_empty() || member.max_length.is_some());
    let limits = [
        ("minimum", signed(minimum), signed(row.minimum)),
        ("maximum", signed(member.maximum), signed(row.maximum)),
        ("maxLength", count(member.max_length), count(max_length)),
        ("maxItems", count(member.max_items), count(row.max_items)),
    ];
    limits.into_iter().map(|(name, was, is)| {
        let text = |limit: Option<i128>| limit.map_or_else(String::new, |limit| format!("{name} {limit}"));
        (text(was), text(is))
    })
}
