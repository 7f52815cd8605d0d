//! Paging: what `x-paging` names exists, and has the type that paging needs.

use super::report::Report;
use xtask_spec::names::write_nearest;
use xtask_spec::place::Place;
use xtask_spec::{Operation, Spec};

/// Stands before the name of a member of the request body; a query parameter is named as it is.
const BODY: &str = "body.";

/// The types of what the members name in the answer (dotted, if it lies deeper), and of what the others name in a request.
const ANSWER: [(&str, &str); 4] = [
    ("items", "array"),
    ("total", "integer"),
    ("more", "boolean"),
    ("next", "string"),
];
const REQUEST: [(&str, &str); 3] = [("page", "integer"), ("size", "integer"), ("token", "string")];

/// The members that each style has.
const STYLES: [(&str, &str); 3] = [
    ("page-number", "page size items total more"),
    ("single", "items"),
    ("token", "token size items next"),
];

pub fn check(spec: &Spec, report: &mut Report) {
    for operation in &spec.operations {
        let Some(paging) = operation.place.get("x-paging") else {
            continue;
        };
        let style = STYLES.iter().find(|(style, _)| paging.text("style") == Some(style));
        for (member, place) in paging.members().into_iter().filter(|(member, _)| *member != "style") {
            if let Some((style, members)) = style
                && !members.split(' ').any(|known| known == member)
            {
                let message = format!("paging of style `{style}` has no field `{member}`");
                report.add("paging", place, message, "delete it");
                continue;
            }
            let name = place.value.as_str().unwrap_or_default();
            let wanted = |table: &[(&str, &'static str)]| Some(table.iter().find(|(known, _)| *known == member)?.1);
            let (known, what, wanted) = match (wanted(&ANSWER), wanted(&REQUEST), name.strip_prefix(BODY)) {
                (Some(wanted), ..) => (
                    members(spec, spec.answer(operation), "", name),
                    "property of the response",
                    wanted,
                ),
                (_, Some(wanted), Some(name)) => (
                    members(spec, spec.body(operation), BODY, name),
                    "property of the body",
                    wanted,
                ),
                (_, Some(wanted), None) => (query(spec, operation), "query parameter", wanted),
                _ => continue,
            };
            let right = known.iter().filter(|(_, schema)| spec.type_of(schema) == Some(wanted));
            let right: Vec<_> = right.map(|(name, _)| name.as_str()).collect();
            if !right.contains(&name) {
                let message = format!("{} has no {what} `{name}` of type {wanted}", operation.name());
                let remedy = write_nearest(name, right, &format!("set `{member}` to one"));
                report.add("paging", place, message, remedy);
            }
        }
    }
}

fn query<'d>(spec: &Spec<'d>, operation: &Operation<'d>) -> Vec<(String, Place<'d>)> {
    let parameters = spec.parameters(operation).into_iter().filter_map(|parameter| {
        let ("query", name) = parameter.key()? else {
            return None;
        };
        Some((name.to_owned(), parameter.described.get("schema")?))
    });
    parameters.collect()
}

/// The members beside the one that a dotted path names, each with its whole name.
fn members<'d>(spec: &Spec<'d>, schema: Option<Place<'d>>, start: &str, path: &str) -> Vec<(String, Place<'d>)> {
    let (parent, inner) = match path.rsplit_once('.') {
        Some((inner, _)) => (
            schema.and_then(|schema| spec.member(&schema, inner)),
            format!("{inner}."),
        ),
        None => (schema, String::new()),
    };
    let properties = parent.iter().flat_map(|parent| spec.properties(parent));
    properties
        .map(|(name, schema)| (format!("{start}{inner}{name}"), schema))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{expect, problems};

    #[test]
    fn styles() {
        expect(&[("style: page-number", "style: pages")], &[("paging", "style: pages")]);
        expect(&[("        style: page-number\n", "")], &[("paging", "x-paging:")]);
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
