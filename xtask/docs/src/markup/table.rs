//! A table of HTML, with every cell in each row and column that it spans.

use std::rc::Rc;

use scraper::ElementRef;

use super::block::{COLUMNS, Content, Row, Table, Unread};
use super::content::content;
use super::parse::line_of;

/// A cell, and in how many of the rows below it goes on.
type Span = (usize, Rc<Content>);

/// Reads a table; rows of tables within its cells are not its own. Its first row is its header, whatever its markup.
pub fn read(table: ElementRef<'_>) -> Result<Table, Unread> {
    let (mut rows, mut spans) = (Vec::new(), Vec::new());
    let children = table.child_elements().flat_map(|part| part.child_elements());
    for row in children.filter(|row| row.value().name() == "tr") {
        let line = line_of(row);
        let is_cell = |cell: &ElementRef<'_>| matches!(cell.value().name(), "td" | "th");
        let cells: Vec<_> = row.child_elements().filter(is_cell).collect();
        if cells.len() > COLUMNS {
            return Err(Unread::columns(line));
        }
        let spread = spread(&cells, &mut spans);
        if !cells.is_empty() {
            rows.push(Row { line, cells: spread });
        }
    }
    let header = if rows.is_empty() { None } else { Some(rows.remove(0)) };
    let (line, header) = header.map_or_else(|| (line_of(table), Vec::new()), |row| (row.line, row.cells));
    Ok(Table { line, header, rows })
}

/// The cells of a row, those that reach into it from above included.
fn spread(cells: &[ElementRef<'_>], spans: &mut Vec<Span>) -> Vec<Rc<Content>> {
    let mut out = Vec::new();
    let mut cells = cells.iter();
    while out.len() < COLUMNS {
        if let Some((rows @ 1.., cell)) = spans.get_mut(out.len()) {
            *rows -= 1;
            out.push(Rc::clone(cell));
            continue;
        }
        let Some(cell) = cells.next() else { break };
        let rows = span(*cell, "rowspan", usize::MAX) - 1;
        let end = (out.len() + span(*cell, "colspan", COLUMNS)).min(COLUMNS);
        let cell = Rc::new(content(*cell));
        spans.resize(spans.len().max(end), Span::default());
        spans[out.len()..end].fill((rows, Rc::clone(&cell)));
        out.resize(end, cell);
    }
    out
}

fn span(cell: ElementRef<'_>, attribute: &str, most: usize) -> usize {
    let value = cell.attr(attribute).and_then(|value| value.trim().parse().ok());
    value.unwrap_or(1).clamp(1, most)
}
