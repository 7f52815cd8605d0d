//! HTML as the parser of browsers reads it, and on which line of the page each of its elements stands: a tree does not
//! say so, so that each element has its line in the attribute that the renderer of markdown uses too.

use std::cell::Cell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::{Tag, Token, TokenSink, TokenSinkResult, Tokenizer};
use html5ever::tree_builder::{TreeBuilder, TreeSink};
use html5ever::{Attribute, LocalName, QualName, TokenizerResult, ns};
use scraper::{ElementRef, Html, HtmlTreeSink};

use super::block::{DEPTH, Unread};

pub const ATTRIBUTE: &str = "data-sourcepos";

/// The nodes that a tag or a text may make on the average. Elements that format are opened again in each paragraph for as
/// long as they are not closed: a few of them and many paragraphs would make a tree far larger than the page.
const NODES: usize = 8;

/// The tree of a page. What was rendered of a page with so many lines carries them already.
pub fn parse(text: &str, rendered_of: Option<usize>) -> Result<Html, Unread> {
    let marker = Marker {
        builder: TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), Default::default()),
        lines: rendered_of.unwrap_or_else(|| text.lines().count()).max(1),
        marked: rendered_of.is_some(),
        mark: Cell::default(),
        tokens: Cell::new(DEPTH),
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
    Ok(builder.sink.finish())
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
    /// The line of the last mark of marked text: on the page, and in the text.
    mark: Cell<(usize, usize)>,
    /// How many tags and texts there were, and some more for a small page.
    tokens: Cell<usize>,
    /// The line on which the page nests too deeply.
    refused: Cell<Option<usize>>,
}

impl Marker {
    /// The line of the page: what carries no mark stands as far below the last that does as in the text.
    fn place(&self, line: usize) -> usize {
        let (place, mark) = self.mark.get();
        (place + line.saturating_sub(mark)).clamp(1, self.lines)
    }

    /// Takes the line of marked text.
    fn take(&self, mark: &str, line: usize) -> bool {
        let place = mark.split(':').next().and_then(|place| place.parse().ok());
        let place = place.filter(|place| self.marked && (1..=self.lines).contains(place));
        place.inspect(|place| self.mark.set((*place, line))).is_some()
    }

    fn mark(&self, tag: &mut Tag, line: usize) {
        // A page may have such an attribute of its own.
        tag.attrs
            .retain(|attribute| *attribute.name.local != *ATTRIBUTE || self.take(&attribute.value, line));
        if tag.attrs.iter().all(|attribute| *attribute.name.local != *ATTRIBUTE) {
            tag.attrs.push(Attribute {
                name: QualName::new(None, ns!(), LocalName::from(ATTRIBUTE)),
                value: format!("{}:1", self.place(line)).into(),
            });
        }
    }

    /// Whether the tree is too deep where it grows, or too large for its page.
    fn is_too_large(&self) -> bool {
        self.tokens.update(|tokens| tokens + 1);
        let tree = &self.builder.sink.0.borrow().tree;
        let depth = tree.nodes().next_back().map_or(0, |node| node.ancestors().count());
        depth > DEPTH || tree.nodes().len() > NODES * self.tokens.get()
    }
}

impl TokenSink for Marker {
    type Handle = <HtmlTreeSink as TreeSink>::Handle;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        if self.refused.get().is_some() {
            return TokenSinkResult::Continue;
        }
        let place = usize::try_from(line).unwrap_or(1);
        match &mut token {
            Token::TagToken(tag) => self.mark(tag, place),
            Token::CommentToken(mark) => drop(self.take(mark, place)),
            _ => {}
        }
        let result = self.builder.process_token(token, line);
        if self.is_too_large() {
            self.refused.set(Some(self.place(place)));
        }
        result
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
        let html = parse(page, None).unwrap();
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
    fn a_tree_that_is_too_deep_or_too_large_is_refused() {
        let refused = |page: &str| parse(&page.repeat(1_000), None).is_err();
        for page in ["<div></span>", "<b>bold", "<svg><a>"] {
            assert!(refused(page), "{page}");
        }
        let open: String = (0..20).map(|number| format!("<b class={number}>")).collect();
        assert!(parse(&format!("<p>{open}{}", "<p>x".repeat(1_000)), None).is_err());
        for page in ["<div></div>", "<li>entry", "<b>bold</B>", "<br>"] {
            assert!(!refused(page), "{page}");
        }
    }
}
