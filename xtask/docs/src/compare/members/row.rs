//! One row against one member of the spec.

use super::Comparison;
use crate::compare::codes::{self, CodeDifference};
use crate::compare::{codes_of_row, text_of};
use crate::facts::{Code, Required, Row};
use crate::finding::Kind;
use crate::json_type::{JsonType, documented_types, type_names};
use crate::placement::{Part, Placed};
use crate::spec::Member;

/// A difference between a row and a member of the spec.
pub struct RowDifference {
    pub kind: Kind,
    pub was: String,
    pub is: String,
}

impl Comparison<'_> {
    /// How a row differs from a member of the spec.
    pub(super) fn row(&self, placed: &Placed, place: &str, member: &Member) -> Vec<RowDifference> {
        let row = placed.row;
        let mut found = Vec::new();
        let mut differ = |kind, was: String, is: String| {
            if was != is {
                found.push(RowDifference { kind, was, is });
            }
        };
        let (documented, _) = documented_types(row.kind.as_deref().unwrap_or_default());
        let takes_it = documented.is_empty() || documented.iter().any(|json| member.takes(*json));
        if !takes_it {
            let was = format!("table: {}", row.kind.as_deref().unwrap_or_default());
            differ(Kind::Type, was, type_names(&member.types));
        }
        let is_answer = placed.part() == Some(Part::Response);
        // Nobody relies on what an answer may lack.
        if !is_answer {
            if let Some((was, is)) = required(row, member) {
                differ(Kind::Required, was.to_owned(), is.to_owned());
            }
            let text = |value: &Option<serde_json::Value>| value.as_ref().map(text_of).unwrap_or_default();
            differ(Kind::Default, text(&row.default), text(&member.default));
        }
        for (was, is) in limits(row, member) {
            differ(Kind::Limit, was, is);
        }
        let says_time = row.format.as_deref() == Some("date-time") || row.kind.as_deref() == Some("date-time");
        let is_time = member
            .formats
            .iter()
            .any(|format| matches!(format.as_str(), "date-time" | "date"));
        let formats: Vec<_> = member.formats.iter().map(String::as_str).collect();
        if takes_it && says_time && !is_time {
            differ(Kind::Format, "date-time".to_owned(), formats.join(" | "));
        }
        if takes_it && is_time && !says_time {
            differ(Kind::Format, String::new(), formats.join(" | "));
        }
        let codes = codes_of_row(row, self.pages);
        // Where the spec has no boolean in the place of one, the type says it all.
        let is_boolean = member.takes(JsonType::Boolean) || documented.contains(&JsonType::Boolean);
        if !(is_boolean && are_truth_values(codes)) {
            let entries = self.known.places.get(&format!("{place}[]"));
            let entries = entries.and_then(|members| members.first());
            let member = entries.filter(|_| member.codes.is_empty()).unwrap_or(member);
            for difference in codes::differences(codes, member) {
                match difference {
                    CodeDifference::Missing(code) => differ(Kind::CodeMissing, code, String::new()),
                    CodeDifference::Undocumented(code) => differ(Kind::CodeUndocumented, String::new(), code),
                    CodeDifference::Label(was, is) => differ(Kind::CodeLabel, was, is),
                }
            }
        }
        found
    }
}

/// Whether a row and the spec differ in what must be sent; what must be sent in some cases is optional to a schema.
fn required(row: &Row, member: &Member) -> Option<(&'static str, &'static str)> {
    let is = if member.required { "yes" } else { "no" };
    match (row.required?, member.required) {
        (Required::Yes, false) => Some(("yes", is)),
        (Required::No, true) => Some(("no", is)),
        (Required::Sometimes, true) => Some(("sometimes", is)),
        _ => None,
    }
}

/// The limits that differ: what the row says, what the spec says.
fn limits(row: &Row, member: &Member) -> Vec<(String, String)> {
    let text = |name: &str, limit: Option<String>| limit.map(|limit| format!("{name} {limit}")).unwrap_or_default();
    let signed = |limit: Option<i64>| limit.map(|limit| limit.to_string());
    let count = |limit: Option<u64>| limit.map(|limit| limit.to_string());
    // That a page or a number of things begins at 0 or 1 goes without saying.
    let minimum = member.minimum.filter(|least| row.minimum.is_some() || *least > 1);
    // A list of codes limits its texts by itself.
    let max_length = row
        .max_length
        .filter(|_| member.codes.is_empty() || member.max_length.is_some());
    [
        ("minimum", signed(row.minimum), signed(minimum)),
        ("maximum", signed(row.maximum), signed(member.maximum)),
        ("maxLength", count(max_length), count(member.max_length)),
        ("maxItems", count(row.max_items), count(member.max_items)),
    ]
    .into_iter()
    .filter(|(_, was, is)| was != is)
    .map(|(name, was, is)| (text(name, was), text(name, is)))
    .collect()
}

/// Whether codes are only the two values of a boolean, whose meanings some pages list.
fn are_truth_values(codes: &[Code]) -> bool {
    let mut codes = codes.iter();
    codes.all(|code| matches!(text_of(&code.code).to_ascii_lowercase().as_str(), "true" | "false"))
}
