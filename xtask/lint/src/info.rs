//! What the document says of itself: under which licence it may be used, and nothing that only this repository has.

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::Node;
use xtask_spec::place::Place;

/// The extension for the SPDX expression, which is `identifier` from OpenAPI 3.1 on; it is in OpenAPI's registry.
const SPDX: &str = "x-oai-license-identifier";

/// The endings of files that only this repository has.
const FILES: [&str; 7] = [".json", ".lock", ".md", ".rs", ".toml", ".yaml", ".yml"];

pub fn check(spec: &Spec, report: &mut Report) {
    if let Some(info) = spec.root.get("info") {
        licence(&info, report);
    }
    for node in &spec.nodes {
        texts(node).iter().for_each(|text| own_file(text, report));
    }
}

fn licence(info: &Place, report: &mut Report) {
    let licence = info.get("license");
    let text = |key: &str| licence.as_ref()?.text(key);
    let wrong = match text(SPDX).map(spdx::Expression::parse) {
        Some(Ok(_)) if text("name").is_some() && text("url").is_some() => return,
        Some(Ok(_)) => "the licence lacks its `name` or `url`".to_owned(),
        Some(Err(why)) => format!("`{SPDX}` is not an SPDX expression: {}", why.reason),
        None => format!("there is no licence with `{SPDX}`"),
    };
    let remedy = format!("write `license` with `name`, `url` and `{SPDX}`, such as `MIT OR Apache-2.0`");
    report.add("licence", format!("{}/license", info.pointer), wrong, remedy);
}

/// The texts of an object that people read.
fn texts<'d>(node: &Node<'d>) -> Vec<Place<'d>> {
    let own = ["description", "summary", "title"]
        .into_iter()
        .filter_map(|key| node.place.get(key));
    let codes = node.place.entries_of("x-enum-descriptions");
    let scopes = node.place.members_of("scopes").into_iter().map(|(_, scope)| scope);
    own.chain(codes).chain(scopes).collect()
}

fn own_file(text: &Place, report: &mut Report) {
    let is_end = |character: char| !character.is_alphanumeric();
    let words = text.value.as_str().unwrap_or_default().split_whitespace();
    let names = words
        .map(|word| word.trim_end_matches(is_end))
        .filter(|word| !word.contains("://"));
    let is_file = |word: &&str| word.contains("../") || FILES.iter().any(|ending| word.ends_with(ending));
    if let Some(file) = names.into_iter().find(is_file) {
        report.add(
            "own-file",
            text,
            format!("`{file}` is a file that who downloads the document does not have"),
            "say what it says, or give its address",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    const LICENCE: &str = "    x-oai-license-identifier: MIT OR Apache-2.0\n";

    #[test]
    fn the_licence_is_an_spdx_expression() {
        expect(&[(LICENCE, "")], &[("licence", "license:")]);
        for wrong in ["Apache 2", "MIT OR", "Gardeners-1.0", "''"] {
            let line = format!("    x-oai-license-identifier: {wrong}\n");
            expect(&[(LICENCE, &line)], &[("licence", "license:")]);
        }
        expect(
            &[("    url: https://example.com/licence\n", "")],
            &[("licence", "license:")],
        );
    }

    #[test]
    fn no_text_points_into_the_repository() {
        for text in [
            "How deep, as (deviations.yaml) says.",
            "How deep; see `../README`.",
            "How deep: notes/depth.md, 2.",
        ] {
            let line = format!("          description: '{text}'\n");
            expect(
                &[("          description: How deep.\n", &line)],
                &[("own-file", line.trim())],
            );
        }
        let scope = "            rounds.run: Run rounds. See scopes.json.";
        expect(
            &[("            rounds.run: Run rounds.", scope)],
            &[("own-file", scope.trim())],
        );
        let address = "          description: How deep, as https://example.com/depth.md says, e.g. Cargo.\n";
        expect(&[("          description: How deep.\n", address)], &[]);
    }
}
