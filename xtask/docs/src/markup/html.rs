//! HTML, as the vendor's sites serve it or as markdown is rendered, read by the parser of browsers.

use std::sync::LazyLock;

use scraper::{ElementRef, Html, Node, Selector};

use super::block::{Block, Code, Content, Piece, Unread, squeeze, text_of};
use super::content::{AROUND, INLINE, add_element, holds_blocks, items, selector};
use super::parse::{line_of, parse};
use super::table;

/// The blocks of HTML. What is rendered carries the lines of its source, which has so many.
pub fn read(page: &str, rendered_of: Option<usize>) -> Result<Vec<Block>, Unread> {
    let page = parse(page, rendered_of)?;
    let mut reader = Reader::default();
    reader.walk(content_root(&page))?;
    reader.end_paragraph();
    Ok(reader.blocks)
}

/// The element that holds the content: `main` or `article` if there is one and only one, else the whole body.
fn content_root(page: &Html) -> ElementRef<'_> {
    static ROOTS: LazyLock<[Selector; 3]> = LazyLock::new(|| ["article", "main", "body"].map(selector));
    for selector in ROOTS.iter() {
        let mut found = page.select(selector);
        if let (Some(root), None) = (found.next(), found.next()) {
            return root;
        }
    }
    page.root_element()
}

#[derive(Default)]
struct Reader {
    /// What stands between two blocks, and its line.
    inline: Vec<Piece>,
    line: usize,
    blocks: Vec<Block>,
}

impl Reader {
    fn walk(&mut self, parent: ElementRef<'_>) -> Result<(), Unread> {
        for child in parent.children() {
            let element = ElementRef::wrap(child);
            if self.inline.is_empty() {
                let above = || child.prev_sibling().and_then(ElementRef::wrap);
                self.line = line_of(element.or_else(above).unwrap_or(parent));
            }
            match (element, child.value()) {
                (Some(element), Node::Element(tag)) => {
                    let name = tag.name();
                    if name == "br" || AROUND.contains(&name) || INLINE.contains(&name) && !holds_blocks(element) {
                        add_element(element, &mut self.inline);
                    } else {
                        self.end_paragraph();
                        self.block(element, name)?;
                        self.end_paragraph();
                    }
                }
                (_, Node::Text(text)) => self.inline.push(Piece::Text(text.to_string())),
                _ => {}
            }
        }
        Ok(())
    }

    fn block(&mut self, element: ElementRef<'_>, name: &str) -> Result<(), Unread> {
        let line = line_of(element);
        let code = || element.child_elements().find(|inner| inner.value().name() == "code");
        let block = match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Block::Heading {
                level: name.as_bytes()[1] - b'0',
                text: squeeze(&element.text().collect::<String>()),
                line,
            },
            "table" => Block::Table(table::read(element)?),
            "ul" | "ol" => Block::List {
                items: items(element),
                line,
            },
            "pre" => Block::Code(Code {
                text: element.text().collect(),
                line: line_of(code().unwrap_or(element)),
            }),
            _ if name == "blockquote" || is_note(element) => {
                let start = self.blocks.len();
                self.walk(element)?;
                self.end_paragraph();
                // A note is prose. Its tables are not.
                let inner = self.blocks.split_off(start).into_iter();
                self.blocks
                    .extend(inner.filter(|block| matches!(block, Block::Table(_) | Block::Rows { .. })));
                return Ok(());
            }
            _ => return self.walk(element),
        };
        self.blocks.push(block);
        Ok(())
    }

    /// What stood between two blocks is a paragraph, with or without the markup of one.
    fn end_paragraph(&mut self) {
        let pieces = std::mem::take(&mut self.inline);
        if !pieces.iter().all(Piece::is_blank) {
            let (line, rows, content) = (self.line, rows(&pieces), Content { pieces });
            self.blocks.push(match rows {
                Some(text) => Block::Rows { text, line },
                None => Block::Paragraph { content, line },
            });
        }
    }
}

/// The rows of a table whose markup is broken, if these are some.
fn rows(pieces: &[Piece]) -> Option<String> {
    let plain = text_of(pieces.iter().filter(|piece| matches!(piece, Piece::Text(_))));
    (plain.trim_start().starts_with('|') || plain.matches('|').count() > 1).then(|| text_of(pieces))
}

/// Whether it is one of the boxes in which sites put notes.
fn is_note(element: ElementRef<'_>) -> bool {
    element.value().classes().any(|class| {
        let class = class.to_ascii_lowercase();
        let notes = ["note", "tip", "warning", "important", "caution", "alert", "admonition"];
        notes.contains(&class.strip_prefix("markdown-").unwrap_or(&class))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Piece, Unread};

    fn read(page: &str) -> Result<Vec<Block>, Unread> {
        super::read(page, None)
    }

    #[test]
    fn the_content_of_a_site_is_read_and_what_stands_around_it_is_not() {
        let page = "<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>\n\
                    <nav><ul><li>Home</ul></nav><header><h1>Site</h1></header>\n\
                    <article><div class=wrap>\n<h2>Plants</h2>Loose words\n<p>A <b>bold</b> word.\n</div></article>\n\
                    <footer><p>Imprint</footer></body></html>";
        let blocks = read(page).unwrap();
        assert!(matches!(&blocks[0], Block::Heading { level: 2, text, line: 4 } if text == "Plants"));
        assert!(matches!(&blocks[1], Block::Paragraph { content, .. } if content.text() == "Loose words"));
        assert!(matches!(&blocks[2], Block::Paragraph { content, line: 5 } if content.text() == "A bold word."));
        assert_eq!(blocks.len(), 3);
    }

    #[test]
    fn a_cell_stands_in_every_row_and_column_that_it_spans() {
        let page = "<table>\n<tr><td>Parent<td>Name<td>Type\n<tr><td rowspan=2>box<td>width<td>Int\n\
                    <tr><td>height<td>Int\n<tr><td colspan=2>total<td>Int</table>";
        let blocks = read(page).unwrap();
        let Block::Table(table) = &blocks[0] else {
            panic!("{blocks:?}")
        };
        let header: Vec<_> = table.header.iter().map(|cell| cell.text()).collect();
        assert_eq!(header, ["Parent", "Name", "Type"]);
        let rows: Vec<(usize, Vec<String>)> = table
            .rows
            .iter()
            .map(|row| (row.line, row.cells.iter().map(|cell| cell.text()).collect()))
            .collect();
        let row = |line, cells: [&str; 3]| (line, cells.map(str::to_owned).to_vec());
        let expected = [
            row(3, ["box", "width", "Int"]),
            row(4, ["box", "height", "Int"]),
            row(5, ["total", "total", "Int"]),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_list_within_a_list_belongs_to_the_entry_above() {
        let blocks = read("<table><tr><td><ul><li>Europe:<ul><li>north<li>south</ul><li>Asia</ul></table>").unwrap();
        let Block::Table(table) = &blocks[0] else {
            panic!("{blocks:?}")
        };
        let items = table.header[0].lists().next().unwrap();
        assert_eq!(items.len(), 2);
        assert!(matches!(&items[0].content.pieces[1], Piece::List(inner) if inner.len() == 2));
    }

    #[test]
    fn of_a_note_only_the_tables_are_kept() {
        let note = "<div class=\"NOTE\"><h5>Note</h5><p>Mind the gap.</p><table><tr><td>a</table></div><p>On.</p>";
        let blocks = read(note).unwrap();
        assert!(
            matches!(&blocks[..], [Block::Table(_), Block::Paragraph { .. }]),
            "{blocks:?}"
        );
    }

    #[test]
    fn a_span_may_claim_any_number() {
        let page = "<table><tr><td rowspan=99999999999 colspan=99999999999>a</table><table><tr><td rowspan=0>b</table>";
        assert_eq!(read(page).unwrap().len(), 2);
    }

    #[test]
    fn deep_nesting_is_refused_with_its_line() {
        assert_eq!(
            read(&format!("text\n{}", "<div>".repeat(10_000))).err(),
            Some(Unread::depth(2))
        );
    }
}
