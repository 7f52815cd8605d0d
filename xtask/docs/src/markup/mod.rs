//! A page as blocks: headings, paragraphs, tables, lists, samples and notes in the page's order, each with its line.
//!
//! There is one reader, that of HTML. Markdown is first rendered by a parser of GitHub markdown, which says for each
//! element where it stands, so that both forms of a page give the same blocks.

mod block;
mod content;
mod html;
mod markdown;
mod parse;
mod table;

pub use block::{BYTES, Block, Code, Content, Item, Piece, Row, Table, Unread, squeeze, text_of};
pub use html::read as read_html;
pub use markdown::read as read_markdown;
pub use parse::ATTRIBUTE;
