//! Workbooks of rows.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde_json::Value;

/// The longest name of a sheet that spreadsheet programs take, and what it cannot hold.
const LONGEST_NAME: usize = 31;
const FORBIDDEN: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// A workbook of an export.
pub(crate) struct Book {
    pub(crate) name: String,
    pub(crate) sheets: Vec<Sheet>,
}

/// Rows with the same members, each of which is a column.
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) rows: Vec<Value>,
}

impl Book {
    /// A workbook with one sheet of the same name.
    pub(crate) fn of(name: impl Into<String>, rows: Vec<Value>) -> Self {
        let name = name.into();
        let sheets = vec![Sheet {
            name: name.clone(),
            rows,
        }];
        Self { name, sheets }
    }

    /// The workbook as a file; the same rows and time give the same bytes.
    pub(super) fn write(&self, time: Timestamp) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let created = ExcelDateTime::from_timestamp(time.as_second())?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let head = Format::new().set_bold();
        for sheet in &self.sheets {
            let page = workbook.add_worksheet();
            let name = sheet.name.replace(FORBIDDEN, " ");
            page.set_name(name.chars().take(LONGEST_NAME).collect::<String>())?;
            // Not every row has all members.
            let members = sheet.rows.iter().filter_map(Value::as_object);
            let mut seen = BTreeSet::new();
            let columns = members.flat_map(|row| row.keys()).filter(|name| seen.insert(*name));
            for (column, member) in (0..).zip(columns.collect::<Vec<_>>()) {
                page.write_with_format(0, column, title(member), &head)?;
                for (row, value) in (1..).zip(&sheet.rows) {
                    match &value[member] {
                        Value::Null => {}
                        Value::Bool(yes) => drop(page.write(row, column, *yes)?),
                        Value::Number(number) => drop(page.write(row, column, number.as_f64().unwrap_or_default())?),
                        Value::String(text) => drop(page.write(row, column, text.as_str())?),
                        Value::Array(entries) => {
                            let texts: Vec<_> = entries.iter().filter_map(Value::as_str).collect();
                            page.write(row, column, texts.join(", "))?;
                        }
                        Value::Object(_) => drop(page.write(row, column, value[member].to_string())?),
                    }
                }
            }
        }
        workbook.save_to_buffer()
    }
}

/// The name of a member as the head of a column: `siteName` is `Site Name`.
fn title(member: &str) -> String {
    let mut title = String::new();
    for (at, letter) in member.chars().enumerate() {
        if at == 0 {
            title.extend(letter.to_uppercase());
        } else {
            if letter.is_uppercase() {
                title.push(' ');
            }
            title.push(letter);
        }
    }
    title
}
