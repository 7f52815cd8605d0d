//! Samples that are programs: the body of a call stands in them as a text between quotes.

use std::sync::LazyLock;

use super::patterns::{Pattern, pattern};
use crate::page::Code;

/// A text of C# that holds JSON.
static VERBATIM: Pattern = LazyLock::new(|| pattern(r#"= @"(\s*[\[{][^"]*)""#));

/// The body that a program sends, if the block is a program: within, none if it sends no body.
pub fn sent(code: &Code) -> Option<Option<Code>> {
    let lines = code.text.lines().enumerate();
    sent_by(lines.map(|(index, text)| (code.line + index, text)))
}

/// As [`sent`], from lines with their numbers.
pub fn sent_by<'a>(lines: impl Iterator<Item = (usize, &'a str)> + Clone) -> Option<Option<Code>> {
    let starts = |text: &str| text.starts_with("var ") || text.starts_with("using ");
    lines.clone().any(|(_, text)| starts(text)).then(|| {
        lines.clone().find_map(|(line, text)| {
            let text = VERBATIM.captures(text)?.get(1)?.as_str().to_owned();
            Some(Code { text, line })
        })
    })
}
