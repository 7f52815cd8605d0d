//! Scopes: those that operations need are those that are declared.

use std::collections::{BTreeMap, HashSet};

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::Kind;
use xtask_spec::names::write_nearest;

pub fn check(spec: &Spec, report: &mut Report) {
    let declared: BTreeMap<_, _> = spec
        .all(Kind::Flow)
        .flat_map(|flow| flow.members_of("scopes"))
        .collect();
    let mut used = HashSet::new();
    for operation in &spec.operations {
        let entries = operation.place.entries_of("security").into_iter();
        for scope in entries.flat_map(|entry| entry.entries_of("oauth2")) {
            let name = scope.value.as_str().unwrap_or_default();
            used.insert(name);
            // Where there are none at all, that is the problem.
            if !declared.is_empty() && !declared.contains_key(name) {
                let message = format!("the scope `{name}` of {} is not declared", operation.name());
                let remedy = write_nearest(name, declared.keys().copied(), "declare it in the security scheme");
                report.add("scope", scope, message, remedy);
            }
        }
    }
    for (name, scope) in declared.into_iter().filter(|(name, _)| !used.contains(name)) {
        let message = format!("no operation needs the scope `{name}`");
        report.add("scope", scope, message, "delete it, or name it where it is needed");
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    #[test]
    fn the_scheme() {
        expect(
            &[("    oauth2:\n", "    oauth:\n")],
            &[("security-scheme", "securitySchemes:")],
        );
        expect(&[("clientCredentials:", "password:")], &[("security-scheme", "flows:")]);
    }

    #[test]
    fn requirements() {
        expect(
            &[("        - oauth2: [rounds.run]\n", "        - {}\n")],
            &[("security", "- {}"), ("scope", "rounds.run: Run rounds.")],
        );
        expect(
            &[("- oauth2: [rounds.run]", "- oauth2: [rounds.run, round.runs]")],
            &[("scope", "- oauth2: [rounds.run, round.runs]")],
        );
        expect(
            &[(
                "      deprecated: true\n      security:\n        - oauth2: [gardeners.read]\n",
                "      deprecated: true\n",
            )],
            &[("security", "get:")],
        );
    }

    #[test]
    fn scopes() {
        expect(
            &[("rounds.run: Run rounds.", "rounds.run: ''")],
            &[("scope", "rounds.run: ''")],
        );
        expect(
            &[(
                "            rounds.run: Run rounds.\n",
                "            rounds.run: Run rounds.\n            more: More.\n",
            )],
            &[("scope", "more: More.")],
        );
    }
}
