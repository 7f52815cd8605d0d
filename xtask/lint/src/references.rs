//! References: each leads to something of the right kind, and no component lies about unused.

use super::report::Report;
use xtask_spec::Spec;

pub fn check(spec: &Spec, report: &mut Report) {
    targets(spec, report);
    unused_components(spec, report);
}

fn targets(spec: &Spec, report: &mut Report) {
    for node in spec.nodes() {
        let Some(reference) = node.place.reference().filter(|_| node.kind.is_referable()) else {
            continue;
        };
        let pointer = format!("{}/$ref", node.place.pointer);
        let Some(target) = reference
            .strip_prefix('#')
            .filter(|target| target.starts_with("/components/"))
        else {
            report.add(
                "reference",
                &pointer,
                format!("`{reference}` points outside `#/components/`"),
                "move its target into the components of this file, and refer to it there",
            );
            continue;
        };
        match spec.kind(target) {
            None => report.add(
                "reference",
                &pointer,
                format!("`{reference}` has no target"),
                "fix the name, or add the component",
            ),
            Some(kind) if kind != node.kind => report.add(
                "reference-kind",
                &pointer,
                format!("{} is expected, and `{reference}` is {}", node.kind.name(), kind.name()),
                "refer to a component of the right section",
            ),
            Some(_) if spec.resolve(&node.place).is_none() => report.add(
                "reference",
                &pointer,
                format!("`{reference}` is a circular reference"),
                "replace one of them with a definition",
            ),
            Some(_) => {}
        }
    }
}

/// A component that no operation reaches is either a leftover or a `$ref` that someone forgot.
fn unused_components(spec: &Spec, report: &mut Report) {
    let used = spec.reached(spec.root.get("paths"));
    let sections = spec.root.members_of("components");
    // Security schemes are used by name, not by reference; the security rules see to them.
    for (section, components) in sections
        .into_iter()
        .filter(|(section, _)| *section != "securitySchemes")
    {
        for (name, component) in components.members() {
            if !used.contains(&component.pointer) {
                report.add(
                    "unused-component",
                    &component.pointer,
                    format!("no operation uses the component `{name}` of `{section}`"),
                    "refer to it, or delete it",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    #[test]
    fn references_are_local() {
        let line = "$ref: 'other.yaml#/components/responses/BadRequest'";
        expect(
            &[("$ref: '#/components/responses/BadRequest'", line)],
            &[
                ("reference", line),
                ("unused-component", "BadRequest:"),
                ("unused-component", "ErrorBody:"),
            ],
        );
    }

    #[test]
    fn references_lead_somewhere() {
        let line = "$ref: '#/components/schemas/ScanReqest'";
        expect(
            &[("$ref: '#/components/schemas/ScanRequest'", line)],
            &[("reference", line), ("unused-component", "ScanRequest:")],
        );
    }

    #[test]
    fn references_lead_to_the_right_kind() {
        let line = "$ref: '#/components/parameters/PageSize'";
        expect(
            &[(
                "            $ref: '#/components/schemas/ErrorBody'",
                &format!("            {line}"),
            )],
            &[("reference-kind", line), ("unused-component", "ErrorBody:")],
        );
    }

    #[test]
    fn circles_of_references_are_found() {
        expect(
            &[(
                "    ErrorBody:\n      type: object\n      description: What a refusal carries.\n      additionalProperties: true\n",
                "    ErrorBody:\n      $ref: '#/components/schemas/Round'\n    Round:\n      $ref: '#/components/schemas/ErrorBody'\n",
            )],
            &[
                ("reference", "$ref: '#/components/schemas/ErrorBody'"),
                ("reference", "$ref: '#/components/schemas/Round'"),
                ("reference", "$ref: '#/components/schemas/ErrorBody'"),
            ],
        );
    }

    #[test]
    fn components_are_used() {
        let extra = "    Spare:\n      type: string\n      description: Unused.\n";
        expect(
            &[("    ErrorBody:\n", &format!("{extra}    ErrorBody:\n"))],
            &[("unused-component", "Spare:")],
        );
    }
}
