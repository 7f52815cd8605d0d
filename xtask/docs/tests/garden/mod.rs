//! An invented service, whose pages and spec agree: a garden. The tests change the one or the other.

/// The pages that describe its operations, and those that list codes, and hosts, statuses and endpoints.
pub const SEARCH: &str = "docs/elements/plants/search-plants.md";
pub const BED: &str = "docs/elements/plants/get-bed.md";
pub const COLOURS: &str = "docs/elements/reference/colours.md";
pub const SERVICE: &str = "docs/elements/reference/service.md";

/// Every page by its name.
pub const PAGES: [(&str, &str); 4] = [
    (
        SEARCH,
        include_str!("../fixtures/garden/docs/elements/plants/search-plants.md"),
    ),
    (BED, include_str!("../fixtures/garden/docs/elements/plants/get-bed.md")),
    (
        COLOURS,
        include_str!("../fixtures/garden/docs/elements/reference/colours.md"),
    ),
    (
        SERVICE,
        include_str!("../fixtures/garden/docs/elements/reference/service.md"),
    ),
];

/// The spec.
pub const SPEC: &str = include_str!("../fixtures/garden/openapi.yaml");

/// A text with one other part, which must stand in it once.
#[track_caller]
pub fn replaced(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "`{old}` must stand there once");
    text.replacen(old, new, 1)
}
