//! What an element says.

use std::sync::LazyLock;

use scraper::{ElementRef, Node, Selector};

use super::block::{Content, Item, Piece};
use super::parse::line_of;

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

pub fn content(element: ElementRef<'_>) -> Content {
    let mut pieces = Vec::new();
    add_children(element, &mut pieces);
    Content { pieces }
}

pub fn items(list: ElementRef<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for entry in list.children().filter_map(ElementRef::wrap) {
        // A list directly within a list belongs to the entry above it.
        let nested = matches!(entry.value().name(), "ul" | "ol");
        match items.last_mut() {
            Some(Item { content, .. }) if nested => add_element(entry, &mut content.pieces),
            _ => items.push(Item {
                line: line_of(entry),
                content: content(entry),
            }),
        }
    }
    items
}

fn add_children(element: ElementRef<'_>, pieces: &mut Vec<Piece>) {
    for child in element.children() {
        match (ElementRef::wrap(child), child.value()) {
            (Some(element), _) => add_element(element, pieces),
            (None, Node::Text(text)) => pieces.push(Piece::Text(text.to_string())),
            _ => {}
        }
    }
}

pub fn add_element(element: ElementRef<'_>, pieces: &mut Vec<Piece>) {
    let text = || element.text().collect::<String>();
    match element.value().name() {
        name if AROUND.contains(&name) => {}
        "br" => pieces.push(Piece::Break),
        "b" | "strong" if !holds_blocks(element) => {
            pieces.extend(Some(text()).filter(|text| !text.trim().is_empty()).map(Piece::Bold));
        }
        "code" => pieces.push(Piece::Code(text())),
        "a" if element.attr("href").is_some() && !holds_blocks(element) => pieces.push(Piece::Link {
            text: text(),
            target: element.attr("href").unwrap_or_default().to_owned(),
        }),
        "ul" | "ol" => pieces.push(Piece::List(items(element))),
        "table" => pieces.push(Piece::Table(line_of(element))),
        name if INLINE.contains(&name) => add_children(element, pieces),
        _ => {
            pieces.push(Piece::Break);
            add_children(element, pieces);
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
