//! Paging: what `x-paging` names exists.

use super::Report;
use super::place::Place;
use super::spec::{Operation, Spec};

/// A way of paging: its name, and the members that describe it.
struct Style {
    name: &'static str,
    members: &'static [Member],
}

/// A member of `x-paging`.
struct Member {
    name: &'static str,
    is_required: bool,
    names: Names,
}

/// What the text in a member names.
#[derive(Clone, Copy)]
enum Names {
    /// A query parameter of a type.
    Query(&'static str),
    /// A member of the answer (dotted, if it lies deeper) of a type.
    Answer(&'static str),
}

const fn required(name: &'static str, names: Names) -> Member {
    Member {
        name,
        is_required: true,
        names,
    }
}

const fn optional(name: &'static str, names: Names) -> Member {
    Member {
        name,
        is_required: false,
        names,
    }
}

/// Every style. To add one: a row here, its paragraph in `specs/README.md`, and the generator's pager.
const STYLES: &[Style] = &[
    Style {
        name: "page-number",
        members: &[
            required("page", Names::Query("integer")),
            required("size", Names::Query("integer")),
            required("items", Names::Answer("array")),
            optional("total", Names::Answer("integer")),
        ],
    },
    Style {
        name: "single",
        members: &[required("items", Names::Answer("array"))],
    },
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
    let Some(style) = STYLES.iter().find(|style| Some(style.name) == name) else {
        let known: Vec<_> = STYLES.iter().map(|style| style.name).collect();
        report.add(
            "paging",
            &format!("{}/style", paging.pointer),
            format!("the paging of {} has no style that we know", operation.name()),
            format!("write `style:` with one of {}", known.join(", ")),
        );
        return;
    };
    for (key, member) in paging.members() {
        if key != "style" && style.members.iter().all(|known| known.name != key) {
            let known: Vec<_> = style.members.iter().map(|member| member.name).collect();
            report.add(
                "paging",
                &member.pointer,
                format!("paging of style `{}` has no member `{key}`", style.name),
                format!("delete it, or use one of {}", known.join(", ")),
            );
        }
    }
    for member in style.members {
        match paging.get(member.name) {
            Some(place) => target(spec, operation, member, &place, report),
            None if member.is_required => report.add(
                "paging",
                &paging.pointer,
                format!("the paging of {} has no `{}`", operation.name(), member.name),
                "add it",
            ),
            None => {}
        }
    }
}

/// What a member names exists and has the type that paging needs.
fn target(spec: &Spec, operation: &Operation, member: &Member, place: &Place, report: &mut Report) {
    let name = place.value.as_str().unwrap_or_default();
    let (schema, what, wanted) = match member.names {
        Names::Query(wanted) => (query(spec, operation, name), "query parameter", wanted),
        Names::Answer(wanted) => {
            let answer = spec.answer(operation);
            let schema = answer.and_then(|answer| spec.member(&answer, name));
            (schema, "member of the answer", wanted)
        }
    };
    if schema.and_then(|schema| spec.type_of(&schema)) != Some(wanted) {
        report.add(
            "paging",
            &place.pointer,
            format!("{} has no {what} `{name}` of type {wanted}", operation.name()),
            format!("let `{}` name one", member.name),
        );
    }
}

fn query<'d>(spec: &Spec<'d>, operation: &Operation<'d>, name: &str) -> Option<Place<'d>> {
    let parameters = spec.parameters(operation);
    let found = parameters.into_iter().find(|parameter| {
        let described = &parameter.described;
        described.text("in") == Some("query") && described.text("name") == Some(name)
    })?;
    found.described.get("schema")
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::expect;

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
        ] {
            expect(&[(from, to)], &[("paging", to)]);
        }
    }
}
