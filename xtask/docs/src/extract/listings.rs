//! Pages and tables that list values and describe no operation.

use std::collections::HashMap;

use crate::facts::{Code, CodeList};
use crate::markup::{self, Unread};

use super::codes;
use super::columns::{Column, Columns};
use super::found::Extraction;
use super::pattern::{Pattern, pattern};
use super::row::CUT;

/// The codes of a table of codes: a column of values, and beside it their names.
pub fn codes_of_table(table: &markup::Table, columns: &Columns, found: &mut Extraction) -> CodeList {
    let values = columns.first_of(&[Column::Value, Column::Status, Column::Name]);
    let codes = table.rows.iter().filter_map(|row| {
        let code = codes::code_value(&columns.text(row, values), "");
        if code.is_none() {
            found.report(row.line, "the row of a list of codes has no code", CUT);
        }
        let names = [Column::Name, Column::Other, Column::Description].into_iter();
        let names = names.filter(|column| *column != values);
        let mut names = names.map(|column| columns.text(row, column));
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
/// twice.
pub fn codes_of_json(code: &markup::Code) -> Result<CodeList, Unread> {
    if let Err(error) = serde_json::from_str::<HashMap<String, String>>(&code.text) {
        let what = format!("the list of codes is not a JSON object of texts: {error}");
        let remedy = "mend the object in a copy of the page, or read it by hand";
        return Err(Unread::fatal(code.line + error.line().saturating_sub(1), what, remedy));
    }
    let codes = MEMBER.captures_iter(&code.text).filter_map(|member| {
        let [name, meaning] = member.extract().1.map(|text| serde_json::from_str::<String>(text).ok());
        let (code, label) = (codes::code_value(&name?, "")?, codes::label(&meaning?));
        Some(Code { code, label })
    });
    let codes = codes.collect();
    Ok(CodeList { line: code.line, codes })
}
