//! References: each leads to something of the right kind, and no component lies about unused.

use std::collections::{BTreeMap, HashMap};

use super::report::{Problem, Report};
use xtask_spec::Spec;
use xtask_spec::document::Document;
use xtask_spec::model::{Kind, Node};
use xtask_spec::names::nearest_above;

/// Finds the references that lead nowhere or to something else than they should. Beside these problems it is the document
/// with each reference as the remedy has it, so that what else is wrong can be told without blaming what only the reference
/// has hidden; none if a remedy is not known.
pub fn mend(document: &Document) -> (Vec<Problem>, Option<Document>) {
    let spec = Spec::new(document);
    let kinds = spec
        .nodes
        .iter()
        .map(|node| (node.place.pointer.as_str(), node.kind))
        .collect();
    let mut report = Report::new(document);
    let mut mended = Some(document.clone());
    for node in spec.nodes.iter().filter(|node| node.is_reference()) {
        let Some((rule, message)) = wrong(&spec, &kinds, node) else {
            continue;
        };
        let pointer = format!("{}/$ref", node.place.pointer);
        let near = nearest(&spec, &kinds, node);
        let otherwise = "refer to a component of the right section of this file, and add it if there is none";
        let remedy = near
            .as_ref()
            .map(|near| format!("write `{near}`, or add the component that is meant"));
        report.add(rule, &pointer, message, remedy.unwrap_or_else(|| otherwise.to_owned()));
        mended = mended.zip(near).and_then(|(mut document, near)| {
            *document.value.pointer_mut(&pointer)? = near.into();
            Some(document)
        });
    }
    (report.finish(), mended)
}

/// The rule that a reference breaks, and how.
fn wrong(spec: &Spec, kinds: &HashMap<&str, Kind>, node: &Node) -> Option<(&'static str, String)> {
    let reference = node.place.reference()?;
    let target = reference.strip_prefix('#').unwrap_or_default();
    if !target.starts_with("/components/") {
        return Some(("reference", format!("`{reference}` points outside `#/components/`")));
    }
    match kinds.get(target) {
        None => Some(("reference", format!("`{reference}` has no target"))),
        Some(kind) if *kind != node.kind => {
            let message = format!("{} is expected, and `{reference}` is {}", node.kind.name(), kind.name());
            Some(("reference-kind", message))
        }
        Some(_) => {
            let is_circle = spec.resolve(&node.place).is_none();
            is_circle.then(|| ("reference", format!("`{reference}` is a circular reference")))
        }
    }
}

/// The reference to the component of the right kind whose name is nearest to what is written.
fn nearest(spec: &Spec, kinds: &HashMap<&str, Kind>, node: &Node) -> Option<String> {
    let name = node.place.reference()?.rsplit('/').next()?;
    let sections = spec.root.members_of("components");
    let components = sections.iter().flat_map(|(_, components)| components.members());
    let right = components.filter(|(_, component)| {
        let is_right = kinds.get(component.pointer.as_str()) == Some(&node.kind) && component.reference().is_none();
        is_right && !node.place.pointer.starts_with(&component.pointer)
    });
    let right: BTreeMap<_, _> = right.collect();
    // It stands for what was meant in all the other rules.
    let near = nearest_above(0.75, name, right.keys().copied())?;
    Some(format!("#{}", right[near].pointer))
}

/// A component that no operation reaches is either a leftover or a `$ref` that someone forgot.
pub fn check(spec: &Spec, report: &mut Report) {
    let used = spec.reached(spec.root.get("paths"));
    for (section, components) in spec.root.members_of("components") {
        // Security schemes are used by name, not by reference; the security rules see to them.
        let components = components
            .members()
            .into_iter()
            .filter(|_| section != "securitySchemes");
        for (name, component) in components.filter(|(_, component)| !used.contains(&component.pointer)) {
            let message = format!("no operation uses the component `{name}` of `{section}`");
            report.add("unused-component", component, message, "refer to it, or delete it");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{expect, problems};

    #[test]
    fn references_are_local() {
        let line = "$ref: 'other.yaml#/components/responses/BadRequest'";
        expect(
            &[("$ref: '#/components/responses/BadRequest'", line)],
            &[("reference", line)],
        );
    }

    #[test]
    fn references_lead_somewhere() {
        let line = "$ref: '#/components/schemas/RoundReqest'";
        expect(
            &[("$ref: '#/components/schemas/RoundRequest'", line)],
            &[("reference", line)],
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
            &[("reference-kind", line)],
        );
    }

    #[test]
    fn a_wrong_reference_comes_first_and_blames_nothing_else() {
        let wrong = (
            "                $ref: '#/components/schemas/GardenerPage'",
            "                $ref: '#/components/schemas/GardnerPage'",
        );
        let found = problems(&[wrong]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].remedy.starts_with("write `#/components/schemas/GardenerPage`"),
            "{found:?}"
        );
        // What else is wrong is found all the same, further up too.
        let found = problems(&[
            wrong,
            (
                "summary: List the gardeners of the garden",
                "summary: List the gardeners.",
            ),
        ]);
        let rules: Vec<_> = found.iter().map(|problem| problem.rule).collect();
        assert_eq!(rules, ["reference", "summary"]);
        // Where no name is near, the rest waits: it may follow from the reference.
        let found = problems(&[(wrong.0, "                $ref: '#/components/schemas/Zebra'")]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn circles_of_references_are_found() {
        expect(
            &[(
                "    ErrorBody:\n      type: object\n      description: What a refusal carries.\n      additionalProperties: {description: What else there is to say.}\n",
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
