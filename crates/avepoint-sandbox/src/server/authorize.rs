//! Whether the token of a request allows an operation (RFC 6750).

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};

use crate::call::Refusal;
use crate::spec::Operation;

const REALM: &str = r#"Bearer realm="avepoint-sandbox""#;

/// Lets a request make a call of an operation, if it carries a token with a scope for it. `scopes` says what a token allows,
/// or what is wrong with it.
///
/// # Errors
/// 401 without a token that holds, 403 without the scope; the header `WWW-Authenticate` says why.
pub(crate) fn authorize(
    headers: &HeaderMap,
    operation: &Operation,
    scopes: impl FnOnce(&str) -> Result<Vec<String>, &'static str>,
) -> Result<(), Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let scheme_and_token = |text: &str| {
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    };
    let invalid = |problem: &str| {
        let challenge = format!(r#"{REALM}, error="invalid_token", error_description="{problem}""#);
        Refusal::new(401, problem).with_header(WWW_AUTHENTICATE, challenge)
    };
    let token = match values.next().map(|value| value.to_str().map(scheme_and_token)) {
        Some(Ok(Some(token))) => token,
        Some(Err(_)) => return Err(invalid("The token is malformed.")),
        // Who sends none, or proves otherwise who it is, may not know that one is needed: no error (section 3.1).
        None | Some(Ok(None)) => {
            let message = "There is no token: send one in the header Authorization, as Bearer.";
            return Err(Refusal::new(401, message).with_header(WWW_AUTHENTICATE, REALM));
        }
    };
    if values.next().is_some() {
        return Err(invalid("There is more than one token."));
    }
    let granted = scopes(&token).map_err(invalid)?;
    let has_all = |set: &Vec<&str>| set.iter().all(|scope| granted.iter().any(|granted| granted == scope));
    let sets = &operation.scopes;
    if sets.is_empty() || sets.iter().any(has_all) {
        return Ok(());
    }
    let sets: Vec<_> = sets.iter().map(|set| set.join(" ")).collect();
    let message = format!(
        "The token does not allow this: it needs the scope {}.",
        sets.join(" or ")
    );
    // One set is enough, and the header can name no alternatives.
    let challenge = format!(
        r#"{REALM}, error="insufficient_scope", error_description="{message}", scope="{}""#,
        sets[0]
    );
    Err(Refusal::new(403, message).with_header(WWW_AUTHENTICATE, challenge))
}
