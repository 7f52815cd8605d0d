//! A table of HTML, with every cell in each row and column that it spans.

use std::rc::Rc;

use scraper::ElementRef;

use super::block::{COLUMNS, Content, Row, Table, Unread};
use super::content::content;
use super::parse::line_of;

/// A cell, and in how many of the rows below it goes on.
type Span = (usize, Rc<Content>);

/// Reads a table; rows of tables within its cells are not its own.
pub fn read(table: ElementRef<'_>) -> Result<Table, Unread> {
    let mut header: Option<Row> = None;
    let (mut rows, mut spans) = (Vec::new(), Vec::new());
    for part in table.child_elements() {
        for row in part.child_elements().filter(|row| row.value().name() == "tr") {
            let line = line_of(row);
            let is = |cell: &ElementRef<'_>, name: &str| cell.value().name() == name;
            let cells: Vec<_> = row
                .child_elements()
                .filter(|cell| is(cell, "td") || is(cell, "th"))
                .collect();
            if cells.len() > COLUMNS {
                return Err(Unread::columns(line));
            }
            let titles = is(&part, "thead") || cells.iter().all(|cell| is(cell, "th"));
            let read = Row {
                line,
                cells: spread(&cells, &mut spans),
            };
            match header {
                _ if cells.is_empty() => {}
                // A table without the markup of a header has it in its first row.
                None if titles || rows.is_empty() => header = Some(read),
                _ => rows.push(read),
            }
        }
    }
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
