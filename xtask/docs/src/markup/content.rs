//! What an element says, and where it stands.

use std::sync::LazyLock;

use scraper::{ElementRef, Node, Selector};

use super::{Content, Item, Piece, marks};

/// What stands in a page around its content.
pub const AROUND: [&str; 13] = [
    "aside", "button", "footer", "form", "head", "iframe", "nav", "noscript", "script", "select", "style", "svg",
    "template",
];

/// Elements within a line of text. Any other begins a block of its own.
pub const INLINE: [&str; 28] = [
    "a", "abbr", "b", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "label", "mark", "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// The line of an element, or that of what it stands in.
pub fn line_of(element: ElementRef<'_>, parent: usize, lines: usize) -> usize {
    let line = element
        .attr(marks::ATTRIBUTE)
        .and_then(|position| position.split(':').next()?.parse().ok());
    line.filter(|line| (1..=lines).contains(line)).unwrap_or(parent)
}

/// What an element says.
pub fn content(element: ElementRef<'_>, line: usize, lines: usize) -> Content {
    let mut pieces = Vec::new();
    add_children(element, &mut pieces, line, lines);
    Content { pieces }
}

pub fn items(list: ElementRef<'_>, line: usize, lines: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for entry in list.children().filter_map(ElementRef::wrap) {
        let line = line_of(entry, line, lines);
        // A list directly within a list belongs to the entry above it.
        let nested = matches!(entry.value().name(), "ul" | "ol");
        match items.last_mut() {
            Some(Item { content, .. }) if nested => add_element(entry, &mut content.pieces, line, lines),
            _ => items.push(Item {
                line,
                content: content(entry, line, lines),
            }),
        }
    }
    items
}

fn add_children(element: ElementRef<'_>, pieces: &mut Vec<Piece>, line: usize, lines: usize) {
    for child in element.children() {
        match child.value() {
            Node::Text(text) => pieces.push(Piece::Text(text.to_string())),
            Node::Element(_) => {
                if let Some(element) = ElementRef::wrap(child) {
                    add_element(element, pieces, line_of(element, line, lines), lines);
                }
            }
            _ => {}
        }
    }
}

pub fn add_element(element: ElementRef<'_>, pieces: &mut Vec<Piece>, line: usize, lines: usize) {
    let text = || element.text().collect::<String>();
    match element.value().name() {
        name if AROUND.contains(&name) => {}
        "br" => pieces.push(Piece::Break),
        "b" | "strong" if !holds_blocks(element) => {
            let text = text();
            if !text.trim().is_empty() {
                pieces.push(Piece::Bold(text));
            }
        }
        "code" => pieces.push(Piece::Code(text())),
        "a" if element.attr("href").is_some() && !holds_blocks(element) => pieces.push(Piece::Link {
            text: text(),
            target: element.attr("href").unwrap_or_default().to_owned(),
        }),
        "ul" | "ol" => pieces.push(Piece::List(items(element, line, lines))),
        "table" => pieces.push(Piece::Table { line }),
        name if INLINE.contains(&name) => add_children(element, pieces, line, lines),
        _ => {
            pieces.push(Piece::Break);
            add_children(element, pieces, line, lines);
            pieces.push(Piece::Break);
        }
    }
}

/// Whether an element of a line holds blocks after all, as a link around a table does.
pub fn holds_blocks(element: ElementRef<'_>) -> bool {
    static BLOCKS: LazyLock<Selector> =
        LazyLock::new(|| selector("table, ul, ol, p, div, pre, blockquote, section, h1, h2, h3, h4, h5, h6"));
    element.select(&BLOCKS).next().is_some()
}

/// A selector of this program: a page has no say in whether it is well-formed.
pub fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("the selectors of this program are well-formed")
}
