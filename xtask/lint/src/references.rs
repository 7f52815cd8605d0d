//! References: each leads to something of the right kind, and no component lies about unused.

use similar::get_close_matches;

use super::report::{Problem, Report};
use xtask_spec::Spec;
use xtask_spec::document::Document;
use xtask_spec::model::Node;

/// A document whose references lead nowhere, as it will be when they are mended.
pub struct Mended {
    /// What is wrong with the references.
    pub problems: Vec<Problem>,
    /// The document with each reference as the remedy has it; none if a remedy is not known. What else is wrong can be
    /// told from it without blaming what only the reference has hidden.
    pub document: Option<Document>,
}

/// Finds the references that lead nowhere or to something else than they should; none if all are right.
pub fn mend(document: &Document) -> Option<Mended> {
    let spec = Spec::new(document);
    let mut report = Report::new(document);
    let mut mended = Some(document.clone());
    for node in spec.nodes().iter().filter(|node| node.kind.is_referable()) {
        let Some((rule, message)) = node
            .place
            .reference()
            .and_then(|reference| wrong(&spec, node, reference))
        else {
            continue;
        };
        let pointer = format!("{}/$ref", node.place.pointer);
        let near = nearest(&spec, node);
        let remedy = match &near {
            Some(near) => format!("write `{near}`, or add the component that is meant"),
            None => "refer to a component of the right section of this file, and add it if there is none".to_owned(),
        };
        report.add(rule, &pointer, message, remedy);
        let place = mended
            .as_mut()
            .and_then(|document| document.value.pointer_mut(&pointer));
        match (place, near) {
            (Some(place), Some(near)) => *place = near.into(),
            _ => mended = None,
        }
    }
    (!report.is_empty()).then(|| Mended {
        problems: report.finish(),
        document: mended,
    })
}

/// The rule that a reference breaks, and how.
fn wrong(spec: &Spec, node: &Node, reference: &str) -> Option<(&'static str, String)> {
    let target = reference
        .strip_prefix('#')
        .filter(|target| target.starts_with("/components/"));
    let Some(target) = target else {
        return Some(("reference", format!("`{reference}` points outside `#/components/`")));
    };
    match spec.kind(target) {
        None => Some(("reference", format!("`{reference}` has no target"))),
        Some(kind) if kind != node.kind => {
            let message = format!("{} is expected, and `{reference}` is {}", node.kind.name(), kind.name());
            Some(("reference-kind", message))
        }
        Some(_) if spec.resolve(&node.place).is_none() => {
            Some(("reference", format!("`{reference}` is a circular reference")))
        }
        Some(_) => None,
    }
}

/// The reference to the component of the right kind whose name is nearest to what is written.
fn nearest(spec: &Spec, node: &Node) -> Option<String> {
    let name = node.place.reference()?.rsplit('/').next()?;
    let sections = spec.root.members_of("components");
    let components = sections.iter().flat_map(|(_, components)| components.members());
    let right = components.filter(|(_, component)| {
        spec.kind(&component.pointer) == Some(node.kind) && !node.place.pointer.starts_with(&component.pointer)
    });
    let right: Vec<_> = right.collect();
    let names: Vec<_> = right.iter().map(|(name, _)| *name).collect();
    let near = get_close_matches(name, &names, 1, 0.7).first().copied()?;
    let (_, component) = right
        .iter()
        .find(|(known, component)| *known == near && component.reference().is_none())?;
    Some(format!("#{}", component.pointer))
}

/// A component that no operation reaches is either a leftover or a `$ref` that someone forgot.
pub fn check(spec: &Spec, report: &mut Report) {
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
