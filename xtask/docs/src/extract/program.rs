//! Samples that are programs: the body of a call stands in them as a text between quotes.

use super::pattern::{Pattern, pattern};
use crate::markup::Code;

/// A text of C# that holds JSON.
static VERBATIM: Pattern = pattern!(r#"= @"(\s*[\[{][^"]*)""#);

/// Whether a line is the beginning of a program.
pub fn begins(line: &str) -> bool {
    line.starts_with("var ") || line.starts_with("using ")
}

/// The body that a program sends, none if it sends none; what is no program is a body itself.
pub fn sent(code: &Code) -> Option<Code> {
    if !code.text.lines().any(begins) {
        return Some(code.clone());
    }
    let found = VERBATIM.captures(&code.text)?;
    let start = found.get(1)?.start();
    Some(Code {
        text: found[1].to_owned(),
        line: code.line + code.text[..start].matches('\n').count(),
    })
}
