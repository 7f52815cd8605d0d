//! HTML as the parser of browsers reads it, and on which line of the page each of its elements stands: a tree does not
//! say so, so that each element has its line in the attribute that the renderer of markdown uses too.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use html5ever::tree_builder::{TreeBuilder, TreeSink};
use html5ever::{Attribute, LocalName, QualName, TokenizerResult, ns};
use scraper::{ElementRef, Html, HtmlTreeSink};

use super::{DEPTH, Unread};

/// The attribute that holds the line.
pub const ATTRIBUTE: &str = "data-sourcepos";

/// Elements that hold no others, or end by themselves where the next one begins. They do not nest.
const FLAT: [&str; 26] = [
    "a", "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "optgroup",
    "option", "p", "param", "source", "tbody", "td", "th", "thead", "tr", "track", "wbr",
];

/// Elements that the parser opens again in each paragraph for as long as they are not closed: a few of them and many
/// paragraphs would make a tree far larger than the page.
const FORMATTING: [&str; 13] = [
    "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// The elements of [`FORMATTING`] that may be open at once.
const FORMATTED: usize = 8;

/// The tree of a page that has so many lines. What carries its lines already is not `marked` with those of its own.
///
/// # Errors
/// The page is nested too deeply.
pub fn parse(text: &str, lines: usize, marked: bool) -> Result<Html, Unread> {
    let marker = Marker {
        builder: TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), Default::default()),
        lines: lines.max(1),
        marked,
        open: RefCell::default(),
        refused: Cell::default(),
    };
    let input = BufferQueue::default();
    input.push_back(text.into());
    let tokenizer = Tokenizer::new(marker, Default::default());
    // It stops behind a script, which a browser would run now.
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let Marker { builder, refused, .. } = tokenizer.sink;
    if let Some(line) = refused.get() {
        return Err(Unread::depth(line));
    }
    let html = builder.sink.finish();
    refuse_deep_tree(&html)?;
    Ok(html)
}

/// What the tags do not show: in drawings and formulas any element nests, and a parser adds some of its own. The
/// reader calls itself for each level, and must not run out of stack.
fn refuse_deep_tree(page: &Html) -> Result<(), Unread> {
    let mut open = vec![(page.tree.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > 4 * DEPTH {
            return Err(Unread::depth(1));
        }
        open.extend(node.children().map(|child| (child, depth + 1)));
    }
    Ok(())
}

/// The line of an element, or that of what it stands in.
pub fn line_of(element: ElementRef<'_>) -> usize {
    let around = element.ancestors().filter_map(ElementRef::wrap);
    let line = |element: ElementRef<'_>| element.attr(ATTRIBUTE)?.split(':').next()?.parse().ok();
    std::iter::once(element).chain(around).find_map(line).unwrap_or(1)
}

/// Stands between the two halves of the parser: writes lines into the tags, and refuses a page that nests its elements
/// too deeply, since the parser's time grows with the depth.
struct Marker {
    builder: TreeBuilder<<HtmlTreeSink as TreeSink>::Handle, HtmlTreeSink>,
    lines: usize,
    marked: bool,
    /// How many elements are open, by name: an end tag without a start tag must not make up for another element.
    open: RefCell<HashMap<LocalName, usize>>,
    /// The line on which the page nests too deeply.
    refused: Cell<Option<usize>>,
}

impl Marker {
    fn mark(&self, tag: &mut Tag, line: usize) {
        // A page may have such an attribute of its own.
        tag.attrs.retain(|attribute| {
            let line = attribute.value.split(':').next().and_then(|line| line.parse().ok());
            *attribute.name.local != *ATTRIBUTE
                || (self.marked && line.is_some_and(|line: usize| (1..=self.lines).contains(&line)))
        });
        if !self.marked {
            tag.attrs.push(Attribute {
                name: QualName::new(None, ns!(), LocalName::from(ATTRIBUTE)),
                value: format!("{line}:1").into(),
            });
        }
    }

    fn is_too_deep(&self, tag: &Tag) -> bool {
        let mut open = self.open.borrow_mut();
        if !FLAT.contains(&&*tag.name) {
            let count = open.entry(tag.name.clone()).or_default();
            *count = match tag.kind {
                TagKind::StartTag => *count + 1,
                TagKind::EndTag => count.saturating_sub(1),
            };
        }
        let formatted = FORMATTING.iter().filter_map(|name| open.get(&LocalName::from(*name)));
        open.values().sum::<usize>() > DEPTH || formatted.sum::<usize>() > FORMATTED
    }
}

impl TokenSink for Marker {
    type Handle = <HtmlTreeSink as TreeSink>::Handle;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        if let Token::TagToken(tag) = &mut token {
            let line = usize::try_from(line).unwrap_or(1).clamp(1, self.lines);
            self.mark(tag, line);
            if self.refused.get().is_none() && self.is_too_deep(tag) {
                // The lines of rendered text are not those of the page: only the first is sure to be one.
                self.refused.set(Some(if self.marked { 1 } else { line }));
            }
        }
        match self.refused.get() {
            Some(_) => TokenSinkResult::Continue,
            None => self.builder.process_token(token, line),
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

#[cfg(test)]
mod tests {
    use scraper::ElementRef;

    use super::{line_of, parse};

    #[test]
    fn each_element_knows_its_line() {
        let page =
            "<div>\n<p class=x>a < b</p>\n<!-- <p> -->\n<script>if (a<b) {}</script>\n<br/><i data-sourcepos=1:1>";
        let html = parse(page, 5, false).unwrap();
        let lines = html.root_element().descendants().filter_map(ElementRef::wrap);
        let lines: Vec<_> = lines
            .map(|element| (element.value().name(), line_of(element)))
            .collect();
        let expected = [
            ("html", 1),
            ("head", 1),
            ("body", 1),
            ("div", 1),
            ("p", 2),
            ("script", 4),
            ("br", 5),
            ("i", 5),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn an_end_tag_makes_up_for_no_other_element() {
        let refuse_depth = |page: &str| parse(page, 1, false);
        assert!(refuse_depth(&"<div></span>".repeat(1_000)).is_err());
        assert!(refuse_depth(&"<div></div>".repeat(1_000)).is_ok());
        assert!(refuse_depth(&"<li>entry".repeat(1_000)).is_ok());
        assert!(refuse_depth(&"<b>bold</B>".repeat(1_000)).is_ok());
        assert!(refuse_depth(&"<b>bold".repeat(10)).is_err());
    }
}
