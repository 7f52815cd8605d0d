//! Taking secrets out of what servers send back: they like to quote what they refuse.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

const REDACTED: &str = "[redacted]";

/// The secrets of one call: its token, and the passwords in its body.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<[SecretString]>);

impl Secrets {
    pub(crate) fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Secrets(
            secrets
                .into_iter()
                .filter(|secret| !secret.expose_secret().is_empty())
                .collect(),
        )
    }

    /// A text in which no secret stands: not as it is, and not escaped as JSON and HTML escape characters.
    pub(crate) fn redact(&self, text: &str) -> String {
        let redacted = self.replace(text);
        let plain = unescaped(&redacted);
        if self.0.iter().any(|secret| plain.contains(secret.expose_secret())) {
            // Escaped, a secret has many spellings; unescaped it has one. The text is for reading, so that serves too.
            self.replace(&plain)
        } else {
            redacted
        }
    }

    fn replace(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.expose_secret(), REDACTED)
        })
    }
}

/// A text with its escapes resolved: `\n`, `\"` and `\u00e9` as in JSON, `&quot;`, `&#39;` and `&#x27;` as in HTML.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let escape = match next {
            '\\' => json_escape(rest),
            '&' => html_escape(rest),
            _ => None,
        };
        let (unit, length) = match escape {
            Some(escape) => escape,
            None => (u32::from(next), next.len_utf8()),
        };
        match char::from_u32(unit) {
            Some(character) => units.extend(character.encode_utf16(&mut [0; 2]).iter()),
            // One half of a pair of `\u` escapes.
            None => units.extend(u16::try_from(unit)),
        }
        rest = &rest[length..];
    }
    String::from_utf16_lossy(&units)
}

/// The character that an escape of JSON at the start of a text stands for, and the length of the escape.
fn json_escape(text: &str) -> Option<(u32, usize)> {
    let kind = text[1..].chars().next()?;
    let character = match kind {
        '"' | '\\' | '/' => kind,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return u32::from_str_radix(text.get(2..6)?, 16).ok().map(|unit| (unit, 6)),
        _ => return None,
    };
    Some((u32::from(character), 2))
}

/// The character that an escape of HTML at the start of a text stands for, and the length of the escape.
fn html_escape(text: &str) -> Option<(u32, usize)> {
    const LONGEST: usize = 10;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => u32::from('&'),
        "lt" => u32::from('<'),
        "gt" => u32::from('>'),
        "quot" => u32::from('"'),
        "apos" => u32::from('\''),
        _ => match name.strip_prefix('#')?.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => name.strip_prefix('#')?.parse().ok()?,
        },
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redact(secret: &str, text: &str) -> String {
        Secrets::new([secret.into()]).redact(text)
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let secret = "a\"b\\c\té<&'😀";
        for text in [
            secret.to_owned(),
            serde_json::Value::from(secret).to_string(),
            r#""a\"b\\c\t\u00e9\u003C\u0026\u0027\uD83D\uDE00""#.to_owned(),
            "a&quot;b\\c\té&lt;&amp;&#39;😀".to_owned(),
            "a&#34;b\\c&#9;&#xE9;&lt;&amp;&apos;&#x1F600;".to_owned(),
        ] {
            let told = redact(secret, &format!("the password {text} is weak"));
            assert!(told.contains(REDACTED) && !told.contains('é'), "{text}: {told}");
        }
    }

    #[test]
    fn a_text_without_a_secret_stays_as_it_is() {
        let text = r#"{"message":"a \"quoted\" word &amp; an \u0041"}"#;
        assert_eq!(redact("hunter2", text), text);
        assert_eq!(redact("", text), text);
    }

    proptest! {
        #[test]
        fn any_text_with_any_secret(secret in "\\PC{1,12}", before in "\\PC{0,20}", after in ".{0,20}") {
            prop_assume!(!REDACTED.contains(&secret));
            let told = redact(&secret, &format!("{before}{secret}{after}"));
            prop_assert!(told.contains(REDACTED));
        }
    }
}
