//! The tokens that were used last.

use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;

use crate::credential::AccessToken;

/// How many are kept: more than the permissions that one program uses, each with a token of its own.
const KEPT: usize = 32;

/// Tokens that a server may still quote after the call that sent them: one that was renewed holds for a while, and whoever
/// reads it can use it.
#[derive(Debug, Default)]
pub struct RecentTokens(Mutex<Vec<AccessToken>>);

impl RecentTokens {
    /// Keeps a token, in place of the one that was not used for longest where there are many.
    pub fn keep(&self, token: &AccessToken) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.iter().position(|one| one.expose() == token.expose()) {
            Some(place) => kept[place..].rotate_left(1),
            None => {
                if kept.len() == KEPT {
                    kept.remove(0);
                }
                kept.push(token.clone());
            }
        }
    }

    /// Those that are kept.
    pub fn all(&self) -> Vec<SecretString> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(AccessToken::secret).collect()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_last_ones_are_known_and_no_more() {
        let tokens = RecentTokens::default();
        let token = |number: usize| AccessToken::new(format!("token {number}"), None);
        for number in 1..=KEPT + 1 {
            tokens.keep(&token(1));
            tokens.keep(&token(number));
        }
        let expected = (3..=KEPT).chain([1, KEPT + 1]).map(|number| format!("token {number}"));
        let known = tokens.all().into_iter().map(|token| token.expose_secret().to_owned());
        assert!(known.eq(expected));
    }
}
