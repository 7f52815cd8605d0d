//! Paging: what `x-paging` names exists.

use super::report::Report;
use xtask_spec::names::{write_nearest, write_one_of};
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// Stands before the name of a member of the request body; a query parameter is named as it is.
const BODY: &str = "body.";

/// What the text in a member of `x-paging` names, and its type.
#[derive(Clone, Copy)]
enum Names {
    /// What a request says: a query parameter, or a member of the body as `body.pageSize`.
    Request(&'static str),
    /// A member of the answer (dotted, if it lies deeper).
    Answer(&'static str),
    /// A member of the answer that need not be named.
    Optional(&'static str),
}

/// The members that describe a way of paging.
type Members = &'static [(&'static str, Names)];

use Names::{Answer, Optional, Request};

/// Every style. To add one: a row here, its paragraph in `specs/README.md`, and the generator's pager.
const STYLES: [(&str, Members); 3] = [
    (
        "page-number",
        &[
            ("page", Request("integer")),
            ("size", Request("integer")),
            ("items", Answer("array")),
            ("total", Optional("integer")),
            ("more", Optional("boolean")),
        ],
    ),
    ("single", &[("items", Answer("array"))]),
    (
        "token",
        &[
            ("token", Request("string")),
            ("size", Request("integer")),
            ("items", Answer("array")),
            ("next", Answer("string")),
        ],
    ),
];

pub fn check(spec: &Spec, report: &mut Report) {
    for operation in &spec.operations {
        if let Some(paging) = operation.place.get("x-paging") {
            extension(spec, operation, &paging, report);
        }
    }
}

fn extension(spec: &Spec, operation: &Operation, paging: &Place, report: &mut Report) {
    let name = paging.text("style");
    let Some((style, members)) = STYLES.into_iter().find(|(style, _)| Some(*style) == name) else {
        let known = STYLES.map(|(style, _)| style);
        report.add(
            "paging",
            &format!("{}/style", paging.pointer),
            format!("the paging of {} has no known style", operation.name()),
            format!("{} as its `style`", write_one_of(name.unwrap_or_default(), &known)),
        );
        return;
    };
    let known: Vec<_> = members.iter().map(|(known, _)| *known).collect();
    for (key, member) in paging.members() {
        if key != "style" && !known.contains(&key) {
            report.add(
                "paging",
                &member,
                format!("paging of style `{style}` has no field `{key}`"),
                format!("{}, or delete it", write_one_of(key, &known)),
            );
        }
    }
    for (member, names) in members {
        match (paging.get(member), names) {
            (Some(place), _) => target(spec, operation, member, *names, &place, report),
            (None, Optional(_)) => {}
            (None, _) => report.add(
                "paging",
                &paging,
                format!("the paging of {} has no `{member}`", operation.name()),
                "add it",
            ),
        }
    }
}

/// What a member names exists and has the type that paging needs.
fn target(spec: &Spec, operation: &Operation, member: &str, names: Names, place: &Place, report: &mut Report) {
    let name = place.value.as_str().unwrap_or_default();
    let (known, what, wanted) = match names {
        Request(wanted) => match name.strip_prefix(BODY) {
            Some(name) => {
                let members = members(spec, spec.body(operation), name);
                let members = members
                    .into_iter()
                    .map(|(name, schema)| (format!("{BODY}{name}"), schema));
                (members.collect(), "property of the body", wanted)
            }
            None => (query(spec, operation), "query parameter", wanted),
        },
        Answer(wanted) | Optional(wanted) => (
            members(spec, spec.answer(operation), name),
            "property of the response",
            wanted,
        ),
    };
    let right = known.iter().filter(|(_, schema)| spec.type_of(schema) == Some(wanted));
    let right: Vec<_> = right.map(|(name, _)| name.as_str()).collect();
    if !right.contains(&name) {
        let name = name.strip_prefix(BODY).unwrap_or(name);
        report.add(
            "paging",
            &place,
            format!("{} has no {what} `{name}` of type {wanted}", operation.name()),
            write_nearest(name, right, &format!("set `{member}` to one")),
        );
    }
}

fn query<'d>(spec: &Spec<'d>, operation: &Operation<'d>) -> Vec<(String, Place<'d>)> {
    let parameters = spec.parameters(operation).into_iter().filter_map(|parameter| {
        let ("query", name) = parameter.key()? else { return None };
        Some((name.to_owned(), parameter.described.get("schema")?))
    });
    parameters.collect()
}

/// The members beside the one that a dotted path names.
fn members<'d>(spec: &Spec<'d>, schema: Option<Place<'d>>, path: &str) -> Vec<(String, Place<'d>)> {
    let (parent, start) = match path.rsplit_once('.') {
        Some((parent, _)) => (
            schema.and_then(|schema| spec.member(&schema, parent)),
            format!("{parent}."),
        ),
        None => (schema, String::new()),
    };
    let properties = parent.iter().flat_map(|parent| spec.properties(parent));
    properties
        .map(|(name, schema)| (format!("{start}{name}"), schema))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{expect, problems};

    #[test]
    fn styles() {
        expect(&[("style: page-number", "style: pages")], &[("paging", "style: pages")]);
        expect(
            &[(
                "        style: page-number\n        page: pageIndex\n        size: pageSize\n        items: data\n        total: metadata.totalCount\n",
                "        style: single\n        items: data\n",
            )],
            &[],
        );
        expect(
            &[(
                "        style: page-number\n        page: pageIndex\n        size: pageSize\n        items: data\n",
                "        style: single\n        items: data\n",
            )],
            &[("paging", "total: metadata.totalCount")],
        );
    }

    #[test]
    fn members() {
        expect(&[("        items: data\n", "")], &[("paging", "x-paging:")]);
        expect(
            &[("        items: data\n", "        items: data\n        token: next\n")],
            &[("paging", "token: next")],
        );
    }

    #[test]
    fn what_members_name() {
        for (from, to) in [
            ("page: pageIndex", "page: index"),
            ("size: pageSize", "size: status2"),
            ("items: data", "items: metadata"),
            ("total: metadata.totalCount", "total: metadata.total"),
            ("total: metadata.totalCount", "total: data"),
            ("total: metadata.totalCount", "more: metadata.totalCount"),
        ] {
            expect(&[(from, to)], &[("paging", to)]);
        }
    }

    /// The round as a list, with the token and the size in its body, and `paging` in the place of its `x-paging`.
    fn rounds(paging: &str) -> [(String, String); 3] {
        let with = |text: &str, more: &str| (text.to_owned(), format!("{text}{more}"));
        [
            with("      x-read-only: true\n", &format!("      x-paging:\n{paging}")),
            (
                "        '204':\n          description: It runs.\n".to_owned(),
                "        '200':\n          description: A page of gardeners.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/GardenerPage'\n              example:\n                data: []\n                next: t-2\n".to_owned(),
            ),
            with(
                "          items:\n            $ref: '#/components/schemas/Gardener'\n",
                "        next:\n          type: string\n          description: Leads to the next page.\n",
            ),
        ]
    }

    const TOKEN: &str = "        style: token\n        token: body.contact\n        size: body.depth\n        items: data\n        next: next\n";

    #[track_caller]
    fn expect_rounds(paging: &str, expected: &[(&str, &str)]) {
        let edits = rounds(paging);
        let edits: Vec<_> = edits.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        expect(&edits, expected);
    }

    #[test]
    fn tokens() {
        expect_rounds(TOKEN, &[]);
        let without = |gone: &str| TOKEN.replace(&format!("        {gone}\n"), "");
        for member in ["token: body.contact", "size: body.depth", "items: data", "next: next"] {
            expect_rounds(&without(member), &[("paging", "x-paging:")]);
        }
        expect_rounds(
            &format!("{TOKEN}        total: metadata.totalCount\n"),
            &[("paging", "total: metadata.totalCount")],
        );
    }

    #[test]
    fn a_wrong_name_gets_the_nearest_one() {
        for (from, to, near) in [
            ("style: page-number", "style: page_number", "page-number"),
            ("items: data", "item: data", "items"),
            ("page: pageIndex", "page: pageIndx", "pageIndex"),
            (
                "total: metadata.totalCount",
                "total: metadata.totalcount",
                "metadata.totalCount",
            ),
        ] {
            let found = problems(&[(from, to)]);
            assert!(
                found
                    .iter()
                    .any(|problem| problem.remedy.starts_with(&format!("write `{near}`"))),
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_names_of_the_body_name() {
        for (from, to) in [
            ("token: body.contact", "token: body.nobody"),
            ("token: body.contact", "token: body.depth"),
            ("token: body.contact", "token: contact"),
            ("size: body.depth", "size: body.contact"),
            ("next: next", "next: metadata.totalCount"),
            ("next: next", "next: body.contact"),
        ] {
            expect_rounds(&TOKEN.replace(from, to), &[("paging", to)]);
        }
        let numbered =
            "        style: page-number\n        page: body.depth\n        size: body.depth\n        items: data\n";
        expect_rounds(numbered, &[]);
        // Only a body has members to name.
        expect(
            &[("page: pageIndex", "page: body.pageIndex")],
            &[("paging", "page: body.pageIndex")],
        );
    }
}
