//! What `WWW-Authenticate` says of a refusal: often the reason stands there alone (RFC 6750 section 3).

use http::{HeaderMap, header};
use http_auth::{ChallengeRef, parse_challenges};

use super::cause::says;

/// The reason, as it came.
#[derive(Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Challenge {
    /// The code, such as `invalid_token`.
    pub code: Option<String>,
    /// The reason in words, and the scope that would do.
    pub words: Option<String>,
}

impl Challenge {
    /// What the first challenge says that gives a reason.
    pub fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::WWW_AUTHENTICATE).into_iter();
        let read = values.map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            match parse_challenges(&text) {
                Ok(challenges) => challenges.iter().map(Challenge::of).find(Challenge::says_something),
                // Whoever wrote it meant something, unless there is no word in it.
                Err(_) => text.contains(char::is_alphabetic).then(|| Challenge {
                    code: None,
                    words: Some(text.into_owned()),
                }),
            }
        });
        read.flatten().next().unwrap_or_default()
    }

    fn of(challenge: &ChallengeRef<'_>) -> Self {
        let value = |name: &str| {
            let named = challenge
                .params
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            named
                .map(|(_, value)| value.to_unescaped())
                .filter(|value| !value.trim().is_empty())
        };
        let scope = value("scope").map(|scope| format!("the scope to have is {scope}"));
        let words = [value("error_description"), scope];
        let words: Vec<_> = words.into_iter().flatten().collect();
        Challenge {
            code: value("error"),
            words: (!words.is_empty()).then(|| words.join("; ")),
        }
    }

    fn says_something(&self) -> bool {
        *self != Challenge::default()
    }
}

/// What the body and the header of a response say, told once.
pub fn joined(body: Option<String>, header: Option<String>) -> Option<String> {
    match (body, header) {
        (Some(body), Some(header)) if !says(&body, &header) => Some(format!("{body} ({header})")),
        (body, header) => body.or(header),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_found_in_whatever_form_it_comes() {
        let said = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(
                    header::WWW_AUTHENTICATE,
                    http::HeaderValue::from_bytes(value).expect("a header"),
                );
            }
            let Challenge { code, words } = Challenge::read(&headers);
            (code.unwrap_or_default(), words.unwrap_or_default())
        };
        let expired = ("invalid_token".to_owned(), "it expired at \"noon\"".to_owned());
        for values in [
            &[&br#"Bearer error="invalid_token", error_description="it expired at \"noon\"""#[..]] as &[&[u8]],
            &[br#"bearer realm="api", ERROR=invalid_token,Error_Description="it expired at \"noon\"""#],
            &[br#"Basic realm="x", Bearer error="invalid_token", error_description="it expired at \"noon\"""#],
            &[
                b"Negotiate",
                br#"Bearer error="invalid_token", error_description="it expired at \"noon\"""#,
            ],
        ] {
            assert_eq!(said(values), expired);
        }
        let scope = said(&[br#"Bearer error="insufficient_scope", scope="a.read b.read""#]);
        assert_eq!(
            (&*scope.0, &*scope.1),
            ("insufficient_scope", "the scope to have is a.read b.read")
        );
        assert_eq!(said(&[b"Bearer"]), Default::default());
        assert_eq!(said(&[b"Bearer error=\"\""]), Default::default());
        assert_eq!(said(&[]), Default::default());
        // What has no word says nothing, and does not hide what another says.
        assert_eq!(said(&[b",,,", b"=\"7", b"\xff"]), Default::default());
        assert_eq!(said(&[b",,,", br#"Bearer error="invalid_token""#]).0, "invalid_token");
        // What cannot be taken apart is told as it is.
        assert_eq!(
            said(&[b"Bearer error=\"unended \xff"]).1,
            "Bearer error=\"unended \u{fffd}"
        );
    }
}
