//! What a client asks to do, and what it may.

use std::collections::BTreeSet;

use super::denied::Denied;

/// How long the text of a scope may be, in characters. The scopes of Elements together are longer.
const LONGEST: usize = 300;

/// The scopes that a token is to have.
///
/// The services do not say what a request without a scope gets. Identity servers of their make grant all that the client
/// may do, and so does the sandbox, unless a scope `is_required`.
pub(super) fn granted<'s>(
    allowed: &BTreeSet<&'s str>,
    asked: Option<&'s str>,
    is_required: bool,
) -> Result<Vec<&'s str>, Denied> {
    let denied = |description: String| Denied::new("invalid_scope", description);
    let Some(asked) = asked else {
        return match is_required {
            true => Err(denied("There is no scope.".to_owned())),
            false => Ok(allowed.iter().copied().collect()),
        };
    };
    let length = asked.chars().count();
    if length > LONGEST {
        return Err(denied(format!(
            "The scope is {length} characters long, and {LONGEST} are taken: ask for the scopes of a call, not for all."
        )));
    }
    // The characters that RFC 6749 has in a scope, and no others in a description.
    let is_plain = |byte: u8| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    let mut scopes = BTreeSet::new();
    for scope in asked.split(' ').filter(|scope| !scope.is_empty()) {
        if !scope.bytes().all(is_plain) {
            return Err(denied("The scope has a character that no scope has.".to_owned()));
        }
        if !allowed.contains(scope) {
            return Err(denied(format!(
                "The scope {scope} does not exist, or the client may not have it."
            )));
        }
        scopes.insert(scope);
    }
    match scopes.is_empty() {
        true => Err(denied("The scope is blank.".to_owned())),
        false => Ok(scopes.into_iter().collect()),
    }
}
