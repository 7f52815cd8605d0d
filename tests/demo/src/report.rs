//! What is in the file of an export.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Reader, Xlsx};
use zip::ZipArchive;

/// A workbook in the file, and the names of its sheets.
pub struct Workbook {
    pub name: String,
    pub sheets: Vec<String>,
}

/// The workbooks in the file of an export, in its order.
///
/// # Errors
/// If it is no archive of workbooks.
pub fn workbooks(path: &Path) -> anyhow::Result<Vec<Workbook>> {
    let mut archive = ZipArchive::new(File::open(path)?)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        found.push(Workbook {
            name: entry.name()?.into_owned(),
            sheets: Xlsx::new(Cursor::new(content))?.sheet_names(),
        });
    }
    Ok(found)
}
