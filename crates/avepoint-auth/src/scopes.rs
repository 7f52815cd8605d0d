//! Which permissions the token of a call carries.

use std::borrow::Cow;

use avepoint_core::{Error, ErrorKind, Operation};

use crate::failure::listed;

/// The longest `scope` of a token request that the service accepts, in characters.
pub(crate) const LONGEST: usize = 300;

/// How the permissions of a token are chosen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scopes {
    /// Exactly those of the operation; the least of its alternatives.
    OfOperation,
    /// Those that the caller has fixed, in sets that are each under the limit.
    Fixed(Vec<Set>),
}

/// Permissions that one token carries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Set {
    names: Vec<String>,
    value: String,
}

impl Scopes {
    /// The sets for permissions that a caller fixes: in their order, each set filled before the next is begun.
    ///
    /// # Errors
    /// A configuration error if there are none, or one that cannot be asked for.
    pub(crate) fn fixed(wanted: &[String]) -> Result<Self, Error> {
        let mut sets: Vec<Set> = Vec::new();
        for name in wanted.iter().flat_map(|text| text.split_whitespace()) {
            check(name)?;
            if sets.iter().any(|set| set.holds(name)) {
                continue;
            }
            match sets.last_mut() {
                Some(set) if set.value.len() + 1 + name.len() <= LONGEST => set.add(name),
                _ => sets.push(Set::of(name)),
            }
        }
        if sets.is_empty() {
            return Err(configuration(
                "`scopes` names no scope: leave it out to request each operation's own",
            ));
        }
        Ok(Scopes::Fixed(sets))
    }

    /// Whether the caller has fixed them.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self, Scopes::Fixed(_))
    }

    /// The `scope` of the token for a call.
    ///
    /// # Errors
    /// What is missing, where the fixed permissions do not allow the operation.
    pub(crate) fn choose(&self, operation: &'static Operation) -> Result<Cow<'_, str>, String> {
        let Scopes::Fixed(sets) = self else {
            return Ok(match operation.scopes.first() {
                // The rule, and without a new text for it.
                Some([only]) => Cow::Borrowed(*only),
                Some(several) => Cow::Owned(several.join(" ")),
                None => Cow::Borrowed(""),
            });
        };
        let Some((first, _)) = sets.split_first() else {
            return Ok(Cow::Borrowed(""));
        };
        if operation.scopes.is_empty() {
            return Ok(Cow::Borrowed(&first.value));
        }
        for alternative in operation.scopes {
            if let Some(set) = sets.iter().find(|set| alternative.iter().all(|name| set.holds(name))) {
                return Ok(Cow::Borrowed(&set.value));
            }
            // All of them were fixed, and the limit has put them into different sets: a token of its own.
            if alternative.iter().all(|name| sets.iter().any(|set| set.holds(name))) {
                return Ok(Cow::Owned(alternative.join(" ")));
            }
        }
        let needed: Vec<_> = operation
            .scopes
            .iter()
            .map(|alternative| alternative.join(" "))
            .collect();
        Err(format!(
            "`{}` needs {}, which is not among those set with `scopes`: add it",
            operation.id,
            listed(needed.iter().map(String::as_str)).replace(", ", " or ")
        ))
    }
}

impl Set {
    fn of(name: &str) -> Self {
        Set {
            names: vec![name.to_owned()],
            value: name.to_owned(),
        }
    }

    fn add(&mut self, name: &str) {
        self.names.push(name.to_owned());
        self.value.push(' ');
        self.value.push_str(name);
    }

    fn holds(&self, name: &str) -> bool {
        self.names.iter().any(|held| held == name)
    }
}

/// Whether a permission can be asked for: a `scope-token` of RFC 6749 section 3.3, under the limit by itself.
fn check(name: &str) -> Result<(), Error> {
    if !name
        .bytes()
        .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    {
        return Err(configuration(format!(
            "`{}` in `scopes` is not the name of a scope",
            name.escape_debug()
        )));
    }
    if name.len() > LONGEST {
        return Err(configuration(format!(
            "a permission in `scopes` has {} characters; the service accepts at most {LONGEST} in a request",
            name.len()
        )));
    }
    Ok(())
}

fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use avepoint_core::Method;
    use proptest::prelude::*;

    use super::*;

    static EITHER: Operation = Operation::new("listThings", Method::Get, "/things", "List the things")
        .scopes(&[&["things.read.all"], &["things.readwrite.all"]]);
    static BOTH: Operation = Operation::new("linkThings", Method::Post, "/things", "Link things")
        .scopes(&[&["things.read.all", "links.all"]]);
    static FREE: Operation = Operation::new("ping", Method::Get, "/ping", "Ping");

    fn fixed(names: &[&str]) -> Scopes {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        Scopes::fixed(&names).expect("scopes")
    }

    #[test]
    fn by_default_a_token_has_exactly_the_least_that_the_operation_needs() {
        let scopes = Scopes::OfOperation;
        assert_eq!(scopes.choose(&EITHER).expect("a scope"), "things.read.all");
        assert_eq!(scopes.choose(&BOTH).expect("a scope"), "things.read.all links.all");
        assert_eq!(scopes.choose(&FREE).expect("a scope"), "");
    }

    #[test]
    fn a_fixed_set_serves_every_operation_that_it_covers() {
        let scopes = fixed(&["things.readwrite.all", "other.all"]);
        for operation in [&EITHER, &FREE] {
            assert_eq!(
                scopes.choose(operation).expect("a scope"),
                "things.readwrite.all other.all"
            );
        }
        assert_eq!(
            scopes.choose(&BOTH).expect_err("not covered"),
            "`linkThings` needs `things.read.all links.all`, which is not among those set with `scopes`: add it"
        );
        let none = fixed(&["other.all"]).choose(&EITHER).expect_err("not covered");
        assert!(none.contains("`things.read.all` or `things.readwrite.all`"), "{none}");
    }

    #[test]
    fn what_the_limit_has_parted_is_asked_for_together_where_an_operation_needs_both() {
        let filler = "f".repeat(290);
        let scopes = fixed(&["things.read.all", &filler, "links.all"]);
        assert_eq!(scopes.choose(&BOTH).expect("a scope"), "things.read.all links.all");
        assert_eq!(scopes.choose(&EITHER).expect("a scope"), "things.read.all");
    }

    #[test]
    fn what_cannot_be_asked_for_is_refused() {
        let refused = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
            Scopes::fixed(&names).expect_err("no scopes").to_string()
        };
        assert!(refused(&[]).contains("names no scope"));
        assert!(refused(&[" "]).contains("names no scope"));
        assert!(refused(&["a\"b"]).contains("is not the name of a scope"));
        assert!(refused(&["é"]).contains("is not the name of a scope"));
        assert!(refused(&[&"x".repeat(301)]).contains("301 characters"));
        assert_eq!(fixed(&["a b", "a"]), fixed(&["a", "b"]));
    }

    proptest! {
        #[test]
        fn every_set_is_under_the_limit_and_none_is_lost(names in proptest::collection::vec("[a-z.]{1,120}", 1..40)) {
            let Scopes::Fixed(sets) = Scopes::fixed(&names).expect("scopes") else {
                return Err(TestCaseError::fail("not fixed"));
            };
            for set in &sets {
                prop_assert!(set.value.len() <= LONGEST);
                prop_assert_eq!(&set.names.join(" "), &set.value);
            }
            let mut once = names.clone();
            let mut seen = std::collections::HashSet::new();
            once.retain(|name| seen.insert(name.clone()));
            let all: Vec<_> = sets.iter().flat_map(|set| set.names.clone()).collect();
            prop_assert_eq!(all, once);
        }
    }
}
