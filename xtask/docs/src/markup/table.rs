//! A table of HTML, with every cell in each row and column that it spans.

use std::rc::Rc;

use scraper::ElementRef;

use super::content::{content, line_of};
use super::{COLUMNS, Content, Refused, Row, Table};

/// A cell that goes on in the rows below.
struct Span {
    rows: usize,
    cell: Rc<Content>,
}

/// Reads a table; rows of tables within its cells are not its own.
///
/// # Errors
/// It has too many columns.
pub fn read(table: ElementRef<'_>, line: usize, lines: usize) -> Result<Table, Refused> {
    let mut found: Vec<Row> = Vec::new();
    let mut header = None;
    let mut spans: Vec<Option<Span>> = Vec::new();
    for (row, in_head) in rows(table) {
        let row_line = line_of(row, line, lines);
        let cells: Vec<_> = elements(row).filter(|cell| is(*cell, &["td", "th"])).collect();
        if cells.is_empty() {
            continue;
        }
        if cells.len() > COLUMNS {
            return Err(Refused::Columns(row_line));
        }
        let titles = in_head || cells.iter().all(|cell| is(*cell, &["th"]));
        let read = Row {
            line: row_line,
            cells: spread(&cells, &mut spans, row_line, lines),
        };
        // A table without the markup of a header has it in its first row.
        if header.is_none() && (titles || found.is_empty()) {
            header = Some(read);
        } else {
            found.push(read);
        }
    }
    let header = header.unwrap_or(Row {
        line,
        cells: Vec::new(),
    });
    Ok(Table {
        line: header.line,
        header: header.cells,
        rows: found,
    })
}

/// The cells of a row, those that reach into it from above included.
fn spread(cells: &[ElementRef<'_>], spans: &mut Vec<Option<Span>>, line: usize, lines: usize) -> Vec<Rc<Content>> {
    let mut out = Vec::new();
    let mut cells = cells.iter();
    while out.len() < COLUMNS {
        let column = out.len();
        if let Some(slot) = spans.get_mut(column)
            && let Some(span) = slot
        {
            out.push(Rc::clone(&span.cell));
            span.rows -= 1;
            if span.rows == 0 {
                *slot = None;
            }
            continue;
        }
        let Some(cell) = cells.next() else { break };
        let read = Rc::new(content(*cell, line, lines));
        let rows = span(*cell, "rowspan", usize::MAX) - 1;
        for column in column..(column + span(*cell, "colspan", COLUMNS)).min(COLUMNS) {
            out.push(Rc::clone(&read));
            if rows > 0 {
                spans.resize_with(spans.len().max(column + 1), || None);
                spans[column] = Some(Span {
                    rows,
                    cell: Rc::clone(&read),
                });
            }
        }
    }
    out
}

fn span(cell: ElementRef<'_>, attribute: &str, most: usize) -> usize {
    let value = cell.attr(attribute).and_then(|value| value.trim().parse().ok());
    value.unwrap_or(1).clamp(1, most)
}

/// The rows, and whether each stands in the head of the table.
fn rows(table: ElementRef<'_>) -> impl Iterator<Item = (ElementRef<'_>, bool)> {
    elements(table).flat_map(|part| {
        let own: Box<dyn Iterator<Item = ElementRef<'_>>> = if is(part, &["tr"]) {
            Box::new(std::iter::once(part))
        } else if is(part, &["thead", "tbody", "tfoot"]) {
            Box::new(elements(part).filter(|row| is(*row, &["tr"])))
        } else {
            Box::new(std::iter::empty())
        };
        let in_head = is(part, &["thead"]);
        own.map(move |row| (row, in_head))
    })
}

fn elements(parent: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    parent.children().filter_map(ElementRef::wrap)
}

fn is(element: ElementRef<'_>, names: &[&str]) -> bool {
    names.contains(&element.value().name())
}
