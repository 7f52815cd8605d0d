//! The page that a link leads to.

/// The folder of the vendor's repository in which all pages stand.
const ROOT: &str = "docs";

/// The path in the vendor's repository of the page to which a link of `page` leads; none if it leads elsewhere, or to
/// a section of a page: a list of codes is a page of its own.
pub fn resolve(page: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.contains('#') {
        return None;
    }
    // The vendor's site shows a page of the repository under the same name.
    let stem = target.strip_suffix(".md").or_else(|| target.strip_suffix(".html"))?;
    let target = format!("{}.md", stem.replace("%20", " "));
    let mut parts: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        parts.extend(page.split('/'));
        parts.pop();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    // Some links go up one folder too many; the vendor's site resolves them all the same.
    if page.split('/').next() == Some(ROOT) && parts.first() != Some(&ROOT) {
        parts.insert(0, ROOT);
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn links_are_relative_to_the_page() {
        let page = "docs/parcels/labels/print.md";
        let cases = [
            ("./colors.md", Some("docs/parcels/labels/colors.md")),
            ("../sizes.md", Some("docs/parcels/sizes.md")),
            ("../sizes.html", Some("docs/parcels/sizes.md")),
            ("../../../parcels/labels/fonts.md", Some("docs/parcels/labels/fonts.md")),
            ("/parcels/all%20sizes.md", Some("docs/parcels/all sizes.md")),
            ("../../../../../../sizes.md", Some("docs/sizes.md")),
            ("../use.md#status", None),
            ("https://parcels.example/colors.md", None),
        ];
        for (target, expected) in cases {
            assert_eq!(resolve(page, target).as_deref(), expected, "{target}");
        }
    }
}
