//! The page that a link leads to.

use percent_encoding::percent_decode_str;
use url::Url;

/// The folder of the vendor's repository in which all pages stand.
const ROOT: &str = "docs/";

/// The path in the vendor's repository of the page to which a link of `page` leads; none if it leads elsewhere, or to
/// a section of a page: a list of codes is a page of its own.
pub fn resolve(page: &str, target: &str) -> Option<String> {
    // The vendor's site shows a page of the repository under the same name.
    let stem = target.strip_suffix(".md").or_else(|| target.strip_suffix(".html"))?;
    let root = Url::parse("file:///").ok()?;
    let there = root.join(page).ok()?.join(stem).ok()?;
    if there.scheme() != "file" || there.fragment().is_some() {
        return None;
    }
    let path = percent_decode_str(there.path().trim_start_matches('/'))
        .decode_utf8()
        .ok()?;
    // Some links go up one folder too many; the vendor's site resolves them all the same.
    let lacks_root = page.starts_with(ROOT) && !path.starts_with(ROOT);
    Some(format!("{}{path}.md", if lacks_root { ROOT } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn links_are_relative_to_the_page() {
        let page = "docs/plants/labels/print.md";
        let cases = [
            ("./colors.md", Some("docs/plants/labels/colors.md")),
            ("../sizes.md", Some("docs/plants/sizes.md")),
            ("../sizes.html", Some("docs/plants/sizes.md")),
            ("../../../plants/labels/fonts.md", Some("docs/plants/labels/fonts.md")),
            ("/plants/all%20sizes.md", Some("docs/plants/all sizes.md")),
            ("../../../../../../sizes.md", Some("docs/sizes.md")),
            ("../use.md#status", None),
            ("https://plants.example/colors.md", None),
        ];
        for (target, expected) in cases {
            assert_eq!(resolve(page, target).as_deref(), expected, "{target}");
        }
    }
}
