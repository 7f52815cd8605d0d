//! Pages and tables that list values and describe no operation.

use std::collections::HashMap;

use crate::facts::{Code, CodeList, Listed};
use crate::markup;

use super::codes;
use super::columns::{Column, Columns};
use super::found::Extraction;
use super::patterns::{Pattern, pattern};

/// What to do about a row without what its table lists.
const REMEDY: &str = "see whether the row is cut off or lacks a `|`";

/// The values of a column, each with its line.
pub fn values(table: &markup::Table, columns: &Columns, column: Column, found: &mut Extraction) -> Vec<Listed> {
    let values = table.rows.iter().filter_map(|row| {
        let (value, line) = (columns.text(row, column), row.line);
        found.coverage.rows.count(!value.is_empty());
        if value.is_empty() {
            let titles = columns.titles();
            found.report(line, format!("the row has no value in a table of `{titles}`"), REMEDY);
            return None;
        }
        Some(Listed { value, line })
    });
    values.collect()
}

/// The codes of a table of codes: a column of values, and beside it their names.
pub fn codes_of_table(table: &markup::Table, columns: &Columns, found: &mut Extraction) -> CodeList {
    let mut values = [Column::Value, Column::Status, Column::Name].into_iter();
    let values = values.find(|column| columns.has(*column)).unwrap_or(Column::Value);
    let codes = table.rows.iter().filter_map(|row| {
        let code = codes::code_value(&columns.text(row, values), "");
        found.coverage.rows.count(code.is_some());
        if code.is_none() {
            found.report(row.line, "the row of a list of codes has no code", REMEDY);
        }
        let names = [Column::Name, Column::Other, Column::Description].into_iter();
        let mut names = names
            .filter(|column| *column != values)
            .map(|column| columns.text(row, column));
        Some(Code {
            code: code?,
            label: names.find(|name| !name.is_empty()).and_then(|name| codes::label(&name)),
        })
    });
    CodeList {
        codes: codes.collect(),
        line: table.rows.first().map_or(table.line, |row| row.line),
    }
}

static MEMBER: Pattern = pattern!(r#"("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*")"#);

/// The codes of a page that lists them as an object of JSON: each member is a code and its name, and may stand there
/// twice. None if it is something else.
pub fn codes_of_json(code: &markup::Code) -> Result<Option<CodeList>, (usize, String)> {
    if !code.text.trim_start().starts_with('{') {
        return Ok(None);
    }
    serde_json::from_str::<HashMap<String, String>>(&code.text).map_err(|error| {
        let line = code.line + error.line().saturating_sub(1);
        (
            line,
            format!("the list of codes is not a JSON object of texts: {error}"),
        )
    })?;
    let codes = MEMBER.captures_iter(&code.text).filter_map(|member| {
        let [name, meaning] = member.extract().1.map(|text| serde_json::from_str::<String>(text).ok());
        Some(Code {
            code: codes::code_value(&name?, "")?,
            label: codes::label(&meaning?),
        })
    });
    let codes: Vec<Code> = codes.collect();
    Ok((!codes.is_empty()).then_some(CodeList { line: code.line, codes }))
}
