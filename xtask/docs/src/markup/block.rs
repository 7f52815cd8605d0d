//! What a page consists of.

use std::rc::Rc;

/// The bytes of a page that are read at most. The largest of the vendor's pages has a tenth of it.
pub const BYTES: usize = 1 << 20;

/// The elements that may be open at once: a page that nests deeper is not written by a person, and the parsers take
/// time that grows with the depth.
pub const DEPTH: usize = 64;

/// The columns that a table may have. The largest of the vendor's has five; a reader of markdown fills each row up to
/// the width of its table, so that a wide header and many short rows make a tree far larger than the page.
pub const COLUMNS: usize = 32;

/// Something on a page that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The line of the page, from 1.
    pub line: usize,
    /// What it is.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
    /// Whether the page as a whole is not understood: its facts say nothing then.
    pub fatal: bool,
}

impl Unread {
    /// That a page is not understood, because of something on this line.
    pub fn fatal(line: usize, what: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            line,
            what: what.into(),
            remedy,
            fatal: true,
        }
    }

    /// That a page is too large to be read.
    pub fn size() -> Self {
        Self::fatal(1, format!("the page has more than {BYTES} bytes"), WRAPPED)
    }

    pub(super) fn depth(line: usize) -> Self {
        let what = format!("the page is nested more than {DEPTH} levels deep");
        Self::fatal(line, what, WRAPPED)
    }

    pub(super) fn columns(line: usize) -> Self {
        let remedy = "check whether the table is broken; else read it by hand";
        Self::fatal(line, format!("a table has more than {COLUMNS} columns"), remedy)
    }
}

/// What to do about a page that is more than a page.
const WRAPPED: &str = "pass the page itself, without what is wrapped around it";

/// A part of a page; all lines are counted from 1.
#[derive(Debug)]
pub enum Block {
    Heading {
        level: u8,
        text: String,
        line: usize,
    },
    Paragraph {
        content: Content,
        line: usize,
    },
    Table(Table),
    List {
        items: Vec<Item>,
        line: usize,
    },
    Code(Code),
    /// What is left of a table whose markup is broken: its rows as text.
    Rows {
        text: String,
        line: usize,
    },
}

#[derive(Clone, Debug)]
pub struct Code {
    /// The text, line by line as on the page.
    pub text: String,
    /// The line of the page on which the text begins.
    pub line: usize,
}

#[derive(Debug)]
pub struct Table {
    /// The line of its header.
    pub line: usize,
    pub header: Vec<Rc<Content>>,
    pub rows: Vec<Row>,
}

#[derive(Debug)]
pub struct Row {
    pub line: usize,
    /// The cells; a cell that spans rows or columns stands in each of them.
    pub cells: Vec<Rc<Content>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub line: usize,
    pub content: Content,
}

/// The content of a cell, a paragraph or an entry of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text, with its blanks.
    Text(String),
    Bold(String),
    Code(String),
    /// A link, with what it leads to as the page has it.
    Link {
        text: String,
        target: String,
    },
    /// The end of a line or paragraph.
    Break,
    List(Vec<Item>),
    /// The line of a table within the content. No page of the vendor has one.
    Table(usize),
}

impl Piece {
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty()) || *self == Self::Break
    }
}

impl Content {
    /// The text without markup and without lists, its blanks brought to one each.
    pub fn text(&self) -> String {
        squeeze(&text_of(&self.pieces))
    }

    pub fn lists(&self) -> impl Iterator<Item = &[Item]> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    /// The text, if all of it is bold: so a title without the markup of a heading looks.
    pub fn bold_only(&self) -> Option<String> {
        let is_bold = |piece: &Piece| matches!(piece, Piece::Bold(_));
        let is_between = |piece: &Piece| match piece {
            Piece::Text(text) => text.trim().trim_matches(':').is_empty(),
            piece => *piece == Piece::Break,
        };
        let mut pieces = self.pieces.iter();
        let is_title = pieces.all(|piece| is_bold(piece) || is_between(piece)) && self.pieces.iter().any(is_bold);
        is_title.then(|| self.text())
    }
}

/// The text of pieces, without lists.
pub fn text_of<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> String {
    let text = |piece: &'a Piece| match piece {
        Piece::Text(text) | Piece::Bold(text) | Piece::Code(text) | Piece::Link { text, .. } => text.as_str(),
        Piece::Break | Piece::List(_) | Piece::Table(_) => "\n",
    };
    pieces.into_iter().map(text).collect()
}

/// The text with one blank wherever it has blanks, and none at its ends.
pub fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
