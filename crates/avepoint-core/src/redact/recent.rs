//! The tokens that a session has used last.

use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::Secrets;

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

    pub(crate) fn secrets(&self) -> Secrets {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Secrets::new(kept.iter().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_known_and_no_more() {
        let tokens = RecentTokens::default();
        let token = |number: u32| format!("token-number-{number:03}");
        for number in 1..=9 {
            tokens.keep(&token(1));
            tokens.keep(&token(number));
        }
        let hides = |number| tokens.secrets().clean(&token(number), 100) == "[redacted]";
        // All begin alike, so that what is left of one that is forgotten is its own number.
        let known: Vec<_> = (1..=9).filter(|number| hides(*number)).collect();
        assert_eq!(known, [1, 3, 4, 5, 6, 7, 8, 9]);
    }
}
