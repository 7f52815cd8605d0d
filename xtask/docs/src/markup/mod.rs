//! A page as blocks: headings, paragraphs, tables, lists, samples and notes in the page's order, each with its line.
//!
//! There is one reader, that of HTML. Markdown is first rendered by a parser of GitHub markdown, which says for each
//! element where it stands, so that both forms of a page give the same blocks.

mod content;
mod html;
mod markdown;
mod marks;
mod table;

pub use html::{read as read_html, read_marked};
pub use markdown::read as read_markdown;
pub use marks::{cells, table, tag};

use std::fmt;
use std::rc::Rc;

/// The bytes of a page that are read at most. The largest of the vendor's pages has a tenth of it.
pub const BYTES: usize = 1 << 20;

/// The elements that may be open at once: a page that nests deeper is not written by a person, and the parsers take
/// time that grows with the depth.
pub const DEPTH: usize = 64;

/// The columns that a table may have. The largest of the vendor's has five; a reader of markdown fills each row up to
/// the width of its table, so that a wide header and many short rows make a tree far larger than the page.
pub const COLUMNS: usize = 32;

/// Why a page was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has more than [`BYTES`] bytes.
    Size,
    /// On this line it is nested deeper than [`DEPTH`].
    Depth(usize),
    /// On this line a table has more than [`COLUMNS`] columns.
    Columns(usize),
}

impl Refused {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Size | Self::Depth(_) => "pass the page itself, without what is wrapped around it",
            Self::Columns(_) => "see whether the table is broken; else read it by hand",
        }
    }

    /// The line of the page, from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Size => 1,
            Self::Depth(line) | Self::Columns(line) => *line,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size => write!(f, "the page has more than {BYTES} bytes"),
            Self::Depth(_) => write!(f, "the page is nested more than {DEPTH} levels deep"),
            Self::Columns(_) => write!(f, "a table has more than {COLUMNS} columns"),
        }
    }
}

/// A part of a page.
#[derive(Debug)]
pub enum Block {
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        text: String,
        /// The line, from 1.
        line: usize,
    },
    /// A paragraph.
    Paragraph {
        /// What it says.
        content: Content,
        /// The line, from 1.
        line: usize,
    },
    /// A table.
    Table(Table),
    /// A list.
    List {
        /// The entries.
        items: Vec<Item>,
        /// The line, from 1.
        line: usize,
    },
    /// A sample.
    Code(Code),
    /// A note or quotation, with blocks of its own.
    Note {
        /// What stands in it.
        blocks: Vec<Block>,
        /// The line, from 1.
        line: usize,
    },
}

/// A sample.
#[derive(Clone, Debug)]
pub struct Code {
    /// The text, line by line as on the page.
    pub text: String,
    /// The line of the page on which the text begins, from 1.
    pub line: usize,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// The line of its first row, from 1: that of the header.
    pub line: usize,
    /// The cells of the header.
    pub header: Vec<Rc<Content>>,
    /// The rows below.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// The line, from 1.
    pub line: usize,
    /// The cells; a cell that spans rows or columns stands in each of them.
    pub cells: Vec<Rc<Content>>,
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The line, from 1.
    pub line: usize,
    /// What it says.
    pub content: Content,
}

/// The content of a cell, a paragraph or an entry of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text, with its blanks.
    Text(String),
    /// Bold text.
    Bold(String),
    /// Text in the markup of code.
    Code(String),
    /// A link.
    Link {
        /// Its text.
        text: String,
        /// Where it leads, as the page has it.
        target: String,
    },
    /// The end of a line or paragraph.
    Break,
    /// A list.
    List(Vec<Item>),
    /// A table within the content. No page of the vendor has one.
    Table {
        /// The line, from 1.
        line: usize,
    },
}

impl Content {
    /// The text without markup and without lists, its blanks brought to one each.
    pub fn text(&self) -> String {
        squeeze(&text_of(&self.pieces))
    }

    /// The lists within.
    pub fn lists(&self) -> impl Iterator<Item = &[Item]> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    /// The text, if all of it is bold: so a title without the markup of a heading looks.
    pub fn bold_only(&self) -> Option<String> {
        let mut bold = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bold(text) => bold.push_str(text),
                Piece::Text(text) if text.trim().trim_matches(':').is_empty() => bold.push(' '),
                Piece::Break => {}
                _ => return None,
            }
        }
        let bold = squeeze(&bold);
        (!bold.is_empty()).then_some(bold)
    }
}

/// The text of pieces, without lists.
pub fn text_of(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) | Piece::Bold(part) | Piece::Code(part) => text.push_str(part),
            Piece::Link { text: part, .. } => text.push_str(part),
            Piece::Break | Piece::List(_) | Piece::Table { .. } => text.push('\n'),
        }
    }
    text
}

/// The text with one blank wherever it has blanks, and none at its ends.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
