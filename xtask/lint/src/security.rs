//! Security: one OAuth2 client-credentials scheme, and the scopes of every operation.

use std::collections::HashSet;

use super::report::Report;
use xtask_spec::names::write_nearest;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// The name of the one security scheme.
const SCHEME: &str = "oauth2";

pub fn check(spec: &Spec, report: &mut Report) {
    let Some(scopes) = scheme(spec, report) else {
        return;
    };
    let declared: HashSet<_> = scopes.members().into_iter().map(|(name, _)| name).collect();
    let mut used = HashSet::new();
    for operation in &spec.operations {
        requirements(operation, &declared, &mut used, report);
    }
    for (name, description) in scopes.members() {
        if !scopes.has_text(name) {
            report.add(
                "scope",
                &description.pointer,
                format!("the scope `{name}` has no description"),
                "say what it allows",
            );
        }
        if !used.contains(name) {
            report.add(
                "scope",
                &description.pointer,
                format!("no operation needs the scope `{name}`"),
                "delete it, or name it where it is needed",
            );
        }
    }
}

/// The scopes that the one scheme declares.
fn scheme<'d>(spec: &Spec<'d>, report: &mut Report) -> Option<Place<'d>> {
    let schemes = spec.components("securitySchemes");
    let [(SCHEME, scheme)] = schemes.as_slice() else {
        report.add(
            "security-scheme",
            "/components/securitySchemes",
            format!("there must be exactly one security scheme, `{SCHEME}`"),
            format!("declare exactly one, called `{SCHEME}`"),
        );
        return None;
    };
    let flows = scheme.members_of("flows");
    let (Some("oauth2"), [("clientCredentials", flow)]) = (scheme.text("type"), flows.as_slice()) else {
        report.add(
            "security-scheme",
            &scheme.pointer,
            "the security scheme is not OAuth2 with only client credentials",
            "write `type: oauth2` and the one flow `clientCredentials`",
        );
        return None;
    };
    let scopes = flow.get("scopes");
    if scopes.is_none() {
        report.add(
            "security-scheme",
            &flow.pointer,
            "the flow declares no scopes",
            "list every scope with a description",
        );
    }
    scopes
}

/// Each entry of an operation's `security` is a set of scopes that suffices.
fn requirements<'d>(
    operation: &Operation<'d>,
    declared: &HashSet<&str>,
    used: &mut HashSet<&'d str>,
    report: &mut Report,
) {
    let entries = operation.place.entries_of("security");
    if entries.is_empty() {
        report.add(
            "security",
            &format!("{}/security", operation.place.pointer),
            format!("{} does not say which scope it needs", operation.name()),
            format!("write `security` with an entry `{SCHEME}: [the.scope]`"),
        );
    }
    for entry in entries {
        let scopes = match entry.members().as_slice() {
            [(SCHEME, scopes)] => scopes.entries(),
            _ => Vec::new(),
        };
        if scopes.is_empty() {
            report.add(
                "security",
                &entry.pointer,
                format!("this entry of {} is not `{SCHEME}` with a scope", operation.name()),
                format!("write `{SCHEME}: [the.scope]`"),
            );
        }
        for scope in scopes {
            let name = scope.value.as_str().unwrap_or_default();
            used.insert(name);
            if !declared.contains(name) {
                report.add(
                    "scope",
                    &scope.pointer,
                    format!("the scope `{name}` of {} is not declared", operation.name()),
                    write_nearest(name, declared.iter().copied(), "declare it in the security scheme"),
                );
            }
        }
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
        expect(
            &[("clientCredentials:", "password:")],
            &[("security-scheme", "oauth2:")],
        );
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
