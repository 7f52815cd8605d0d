//! Words of a server, made fit to be shown: on one line, short, and without the secrets that it may quote.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest piece of a server's words that is shown, in characters.
const LONGEST: usize = 300;

/// A text of a server for people to read; nothing if it says nothing.
pub(crate) fn shown(text: &str, secrets: &[&str]) -> Option<String> {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        for spelling in spellings(secret) {
            text = text.replace(&spelling, "[redacted]");
        }
    }
    let line = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let line = match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    };
    (!line.is_empty()).then_some(line)
}

/// A secret as it is, and as URLs, forms, HTML and JSON within JSON spell it.
fn spellings(secret: &str) -> Vec<String> {
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.trim_matches('"').to_owned();
    // How a form is written is settled by the standard that `Url` follows.
    let form = reqwest::Url::parse_with_params("form:", [("", secret)])
        .map(|url| url.query().unwrap_or_default().trim_start_matches('=').to_owned())
        .unwrap_or_default();
    // A signed token is as secret in its parts: what it says, and its signature.
    let parts = match secret.split('.').collect::<Vec<_>>()[..] {
        [_, claims, signature] => vec![claims.to_owned(), signature.to_owned()],
        _ => Vec::new(),
    };
    let mut all: Vec<_> = [
        secret.to_owned(),
        small_escapes(&encoded),
        encoded,
        html,
        json,
        small_escapes(&form),
        form,
    ]
    .into_iter()
    .chain(parts.into_iter().filter(|part| part.len() >= 16))
    .filter(|spelling| !spelling.is_empty())
    .collect();
    // The longest first, so that none is left in part.
    all.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    all
}

/// The same text with `%2b` for `%2B`.
fn small_escapes(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push('%');
        match piece.split_at_checked(2) {
            Some((escape, rest)) => {
                text.push_str(&escape.to_ascii_lowercase());
                text.push_str(rest);
            }
            None => text.push_str(piece),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_a_secret_is_left() {
        let secret = "p<a>&s \"w\"+/=é";
        for spelling in spellings(secret) {
            let said = shown(&format!("the secret {spelling} is wrong"), &[secret]).expect("words");
            assert!(
                said.starts_with("the secret [redacted]") && said.ends_with("is wrong"),
                "{said}"
            );
        }
    }

    #[test]
    fn parts_of_a_signed_token_are_not_shown() {
        let assertion = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhcHAifQ-and-more.c2lnbmF0dXJlLW9mLWl0";
        let said = shown("bad signature c2lnbmF0dXJlLW9mLWl0", &[assertion]);
        assert_eq!(said.as_deref(), Some("bad signature [redacted]"));
    }

    #[test]
    fn words_are_one_short_line() {
        assert_eq!(shown("a\r\n b\u{1b}[31m", &[]).as_deref(), Some("a b [31m"));
        assert_eq!(shown(" \n", &[]), None);
        let long = shown(&"ü".repeat(1000), &[]).expect("words");
        assert_eq!(long.chars().count(), LONGEST + 1);
    }
}
