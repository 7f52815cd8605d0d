//! The YAML of an operation that has a page and no spec, and the list of edits for a page that has changed.
//!
//! A scaffold is to be pasted: everything that can be known from the page is written, plain words among it, and every
//! place where a person must decide is marked [`MARK`](xtask_spec::document::MARK), in a value or in a comment. Once these are decided, it keeps the
//! rules of the lint. No word of the vendor's is in it but names, labels of codes and types.

mod assemble;
mod codes;
mod command;
mod components;
mod describe;
mod edits;
mod example;
mod existing;
mod limits;
mod member;
mod names;
mod operation;
mod paging;
mod request_parts;
mod schema;
#[cfg(test)]
mod tests;

pub use command::run;
