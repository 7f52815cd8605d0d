//! JSON as it is shown to people.

use super::lexer::Lexer;
use super::{Problem, to_json};

/// Whether a text is a whole JSON document.
pub(crate) fn is_json(text: &str) -> bool {
    let mut lexer = Lexer::new(text.as_bytes());
    lexer.skip().and_then(|()| lexer.end()).is_ok()
}

/// JSON without whitespace, its texts without escapes that they do not need; what is none stays as it is.
// Through a `Value` numbers would be rounded, and std's parser of floats is fifteen kilobytes of every program.
pub(crate) fn compact(json: &str) -> String {
    match is_json(json) {
        true => compacted(json).unwrap_or_default(),
        false => json.to_owned(),
    }
}

fn compacted(json: &str) -> Result<String, Problem> {
    let mut lexer = Lexer::new(json.as_bytes());
    let mut compact = String::new();
    while let Ok(first) = lexer.peek() {
        let start = lexer.position();
        match first {
            b'"' => match lexer.text() {
                Ok(text) => {
                    compact.push_str(&to_json(&text.into()));
                    continue;
                }
                Err(_) => {
                    lexer.go_back(start);
                    lexer.skip()?;
                }
            },
            b'[' | b']' | b'{' | b'}' | b',' | b':' => lexer.open(),
            _ => lexer.skip()?,
        }
        compact.push_str(lexer.text_since(start).unwrap_or_default());
    }
    Ok(compact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_whitespace_and_escapes_is_left_out() {
        let json = " {\"a\" : [1.50 , -1E400,{ }, [ ],true ,null], \"\\u0062\\n\" :\t\"\\u00e9\\ud800 \\\" \"}\n";
        assert_eq!(
            compact(json),
            r#"{"a":[1.50,-1E400,{},[],true,null],"b\n":"\u00e9\ud800 \" "}"#
        );
        assert_eq!(compact("\"\\u0027\""), "\"'\"");
        let deep = "[ ".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(compact(&deep), deep.replace(' ', ""));
        for broken in ["{ \"a\": ", "[1, ]", "nul l", "1 2", ""] {
            assert_eq!(compact(broken), broken);
        }
    }
}
