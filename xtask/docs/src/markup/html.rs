//! HTML, as the vendor's sites serve it or as markdown is rendered, read by the parser of browsers.

use std::sync::LazyLock;

use scraper::{ElementRef, Html, Node, Selector};

use super::content::{AROUND, INLINE, add_element, content, holds_blocks, items, line_of, selector};
use super::{BYTES, Block, Code, Content, DEPTH, Piece, Refused, marks, squeeze, table};

/// Classes of the boxes in which sites put notes.
const NOTES: [&str; 8] = [
    "note",
    "tip",
    "warning",
    "important",
    "caution",
    "alert",
    "admonition",
    "markdown-alert",
];

/// The blocks of a page in HTML.
///
/// # Errors
/// The page is too large or nested too deeply.
pub fn read(page: &str) -> Result<Vec<Block>, Refused> {
    if page.len() > BYTES {
        return Err(Refused::Size);
    }
    marks::refuse_depth(page)?;
    blocks(&marks::mark(page), page.lines().count())
}

/// The blocks of HTML that carries the lines of its source, which has so many.
pub fn read_marked(marked: &str, lines: usize) -> Result<Vec<Block>, Refused> {
    // The lines in `Depth` would be those of the rendered text: only the first is sure to be one of the page.
    marks::refuse_depth(marked).map_err(|_| Refused::Depth(1))?;
    blocks(marked, lines)
}

fn blocks(marked: &str, lines: usize) -> Result<Vec<Block>, Refused> {
    let page = Html::parse_document(marked);
    refuse_deep_tree(&page)?;
    let mut reader = Reader {
        lines: lines.max(1),
        line: 1,
        inline: Content::default(),
        inline_line: 1,
        blocks: Vec::new(),
        refused: None,
    };
    reader.walk(content_root(&page));
    reader.end_paragraph();
    reader.refused.map_or(Ok(reader.blocks), Err)
}

/// What the tags do not show: in drawings and formulas any element nests, and a parser adds some of its own. The
/// reader calls itself for each level, and must not run out of stack.
fn refuse_deep_tree(page: &Html) -> Result<(), Refused> {
    let mut open = vec![(page.tree.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > 4 * DEPTH {
            return Err(Refused::Depth(1));
        }
        open.extend(node.children().map(|child| (child, depth + 1)));
    }
    Ok(())
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

/// Collects blocks on the way through the page.
struct Reader {
    lines: usize,
    line: usize,
    inline: Content,
    inline_line: usize,
    blocks: Vec<Block>,
    refused: Option<Refused>,
}

impl Reader {
    fn walk(&mut self, parent: ElementRef<'_>) {
        for child in parent.children() {
            match child.value() {
                Node::Text(text) => {
                    if self.inline.pieces.is_empty() {
                        self.inline_line = self.line;
                    }
                    self.inline.pieces.push(Piece::Text(text.to_string()));
                }
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(child) {
                        self.element(element);
                    }
                }
                _ => {}
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>) {
        let name = element.value().name();
        if AROUND.contains(&name) {
            return;
        }
        let line = line_of(element, self.line, self.lines);
        let outside = std::mem::replace(&mut self.line, line);
        if name == "br" {
            self.inline.pieces.push(Piece::Break);
        } else if INLINE.contains(&name) && !holds_blocks(element) {
            if self.inline.pieces.is_empty() {
                self.inline_line = line;
            }
            add_element(element, &mut self.inline.pieces, line, self.lines);
        } else {
            self.end_paragraph();
            self.block(element, name, line);
            self.end_paragraph();
        }
        self.line = outside;
    }

    fn block(&mut self, element: ElementRef<'_>, name: &str, line: usize) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.blocks.push(Block::Heading {
                level: name.as_bytes().get(1).map_or(1, |digit| digit - b'0'),
                text: squeeze(&element.text().collect::<String>()),
                line,
            }),
            "p" => {
                self.inline_line = line;
                self.inline = content(element, line, self.lines);
            }
            "table" => match table::read(element, line, self.lines) {
                Ok(table) => self.blocks.push(Block::Table(table)),
                Err(refused) => self.refused = Some(refused),
            },
            "ul" | "ol" => self.blocks.push(Block::List {
                items: items(element, line, self.lines),
                line,
            }),
            "pre" => self.blocks.push(Block::Code(code(element, line, self.lines))),
            _ if name == "blockquote" || is_note(element) => {
                let outside = std::mem::take(&mut self.blocks);
                self.walk(element);
                self.end_paragraph();
                let blocks = std::mem::replace(&mut self.blocks, outside);
                self.blocks.push(Block::Note { blocks, line });
            }
            _ => self.walk(element),
        }
    }

    /// What stood between two blocks is a paragraph, with or without the markup of one.
    fn end_paragraph(&mut self) {
        let content = std::mem::take(&mut self.inline);
        let blank = |piece: &Piece| matches!(piece, Piece::Text(text) if text.trim().is_empty());
        if !content
            .pieces
            .iter()
            .all(|piece| blank(piece) || *piece == Piece::Break)
        {
            let line = self.inline_line;
            self.blocks.push(Block::Paragraph { content, line });
        }
    }
}

fn is_note(element: ElementRef<'_>) -> bool {
    element
        .value()
        .classes()
        .any(|class| NOTES.iter().any(|note| class.eq_ignore_ascii_case(note)))
}

/// A sample. Its text begins in the line of the markup, or in the next if a fence opens it.
fn code(element: ElementRef<'_>, line: usize, lines: usize) -> Code {
    let inner = element
        .children()
        .filter_map(ElementRef::wrap)
        .find(|inner| inner.value().name() == "code");
    // The renderer of markdown says where a sample ends too; a fence takes a line at each end.
    let fenced = |position: &str| -> Option<bool> {
        let (start, end) = position.split_once('-')?;
        let start: usize = start.split(':').next()?.parse().ok()?;
        let end: usize = end.split(':').next()?.parse().ok()?;
        let text: String = element.text().collect();
        Some(end.saturating_sub(start) + 1 > text.lines().count())
    };
    let fenced = element.attr(marks::ATTRIBUTE).and_then(fenced).unwrap_or(false);
    let line = inner.map_or(line, |inner| line_of(inner, line, lines));
    let text: String = element.text().collect();
    Code {
        text,
        line: (line + usize::from(fenced)).min(lines),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Piece, Refused};
    use super::read;

    #[test]
    fn the_content_of_a_site_is_read_and_what_stands_around_it_is_not() {
        let page = "<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>\n\
                    <nav><ul><li>Home</ul></nav><header><h1>Site</h1></header>\n\
                    <article><div class=wrap>\n<h2>Parcels</h2>Loose words\n<p>A <b>bold</b> word.\n</div></article>\n\
                    <footer><p>Imprint</footer></body></html>";
        let blocks = read(page).unwrap();
        assert!(matches!(&blocks[0], Block::Heading { level: 2, text, line: 4 } if text == "Parcels"));
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
        let blocks = read("<ul><li>Europe:<ul><li>north<li>south</ul><li>Asia</ul>").unwrap();
        let Block::List { items, .. } = &blocks[0] else {
            panic!("{blocks:?}")
        };
        assert_eq!(items.len(), 2);
        assert!(matches!(&items[0].content.pieces[1], Piece::List(inner) if inner.len() == 2));
    }

    #[test]
    fn a_note_keeps_its_blocks_apart() {
        let blocks = read("<div class=\"NOTE\"><h5>Note</h5><p>Mind the gap.</p></div><p>On.</p>").unwrap();
        assert!(matches!(&blocks[0], Block::Note { blocks, .. } if blocks.len() == 2));
        assert!(matches!(&blocks[1], Block::Paragraph { .. }));
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
            Some(Refused::Depth(2))
        );
    }
}
