//! The tokens that a session has used last.

use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

/// How many are kept: one for each permission that calls of one job take, and as many for those that were renewed.
const KEPT: usize = 8;

/// Tokens that a server may still quote in an answer after the call that sent them, as in the message of a failed job.
#[derive(Default)]
pub(crate) struct RecentTokens(Mutex<Vec<SecretString>>);

impl RecentTokens {
    pub(crate) fn keep(&self, token: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.iter().position(|one| one.expose_secret() == token) {
            Some(place) => kept[place..].rotate_left(1),
            None => {
                if kept.len() == KEPT {
                    kept.remove(0);
                }
                kept.push(token.into());
            }
        }
    }

    pub(crate) fn all(&self) -> Vec<SecretString> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_known_and_no_more() {
        let tokens = RecentTokens::default();
        let token = |number: u32| format!("token {number}");
        for number in 1..=9 {
            tokens.keep(&token(1));
            tokens.keep(&token(number));
        }
        let known: Vec<_> = tokens
            .all()
            .iter()
            .map(|token| token.expose_secret().to_owned())
            .collect();
        assert_eq!(known, [3, 4, 5, 6, 7, 8, 1, 9].map(token));
    }
}
