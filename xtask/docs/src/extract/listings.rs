//! Pages and tables that list values and describe no operation.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::facts::{Code, CodeList, Listed};
use crate::markup;

use super::Extraction;
use super::codes;
use super::columns::{Column, Columns};

/// The values of a column, each with its line.
pub fn values(table: &markup::Table, columns: &Columns, column: Column, found: &mut Extraction) -> Vec<Listed> {
    let mut values = Vec::new();
    for row in &table.rows {
        let value = columns.text(row, column);
        found.coverage.rows.count(!value.is_empty());
        if value.is_empty() {
            let remedy = "see whether the row is cut off or lacks a `|`";
            found.report(
                row.line,
                format!("the row has no value in a table of `{}`", columns.titles()),
                remedy,
            );
        } else {
            values.push(Listed { value, line: row.line });
        }
    }
    values
}

/// The codes of a table of codes: a column of values, and beside it their names.
pub fn codes_of_table(table: &markup::Table, columns: &Columns, found: &mut Extraction) {
    let mut list = CodeList {
        line: table.rows.first().map_or(table.line, |row| row.line),
        codes: Vec::new(),
    };
    for row in &table.rows {
        let code = codes::code_value(&columns.text(row, Column::Value), "");
        found.coverage.rows.count(code.is_some());
        let Some(code) = code else {
            let remedy = "see whether the row is cut off or lacks a `|`";
            found.report(row.line, "the row of a list of codes has no code".to_owned(), remedy);
            continue;
        };
        let name = columns.text(row, Column::Other);
        let name = if name.is_empty() {
            columns.text(row, Column::Description)
        } else {
            name
        };
        list.codes.push(Code {
            code,
            label: codes::label(&name),
        });
    }
    found.add_codes(list);
}

/// The codes of a page that lists them as an object of JSON: each member is a code and its name. None if it is
/// something else.
///
/// # Errors
/// The line of the page where the object stops being such a list, and why.
pub fn codes_of_json(code: &markup::Code) -> Result<Option<CodeList>, (usize, String)> {
    if !code.text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let Members(members) = serde_json::from_str(&code.text).map_err(|error| {
        let line = code.line + error.line().saturating_sub(1);
        (
            line,
            format!("the list of codes is not a JSON object of texts: {error}"),
        )
    })?;
    let codes = members.into_iter().filter_map(|(member, name)| {
        Some(Code {
            code: codes::code_value(&member, "")?,
            label: codes::label(&name),
        })
    });
    let codes: Vec<Code> = codes.collect();
    Ok((!codes.is_empty()).then_some(CodeList { line: code.line, codes }))
}

/// The members of an object whose values are texts, those that stand in it twice included.
struct Members(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Members(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
