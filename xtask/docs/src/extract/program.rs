//! Samples that are programs: the body of a call stands in them as a text between quotes.

use super::patterns::{Pattern, pattern};
use crate::markup::Code;

/// A text of C# that holds JSON.
static VERBATIM: Pattern = pattern!(r#"= @"(\s*[\[{][^"]*)""#);

/// Whether a line is the beginning of a program.
pub fn begins(line: &str) -> bool {
    line.starts_with("var ") || line.starts_with("using ")
}

/// The body that a program sends, if the block is a program: within, none if it sends no body.
pub fn sent(code: &Code) -> Option<Option<Code>> {
    let mut lines = code.text.lines().enumerate();
    code.text.lines().any(begins).then(|| {
        lines.find_map(|(index, text)| {
            let text = VERBATIM.captures(text)?[1].to_owned();
            Some(Code {
                text,
                line: code.line + index,
            })
        })
    })
}
