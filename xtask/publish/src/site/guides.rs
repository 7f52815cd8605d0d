//! Texts of the repository as pages, and markdown as HTML.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use comrak::nodes::NodeValue;
use comrak::{Arena, Node, Options};
use maud::{Markup, PreEscaped, html};
use walkdir::WalkDir;

use super::layout::{Page, Site};
use super::samples;
use crate::readme;

/// A guide.
pub struct Guide {
    /// Its path in the site.
    pub path: String,
    pub title: String,
    /// The language that it is a recipe for, and the tool; the heading has both.
    pub recipe: Option<(String, String)>,
    /// Its first sentence.
    pub about: String,
    /// Its headings, for the search.
    pub headings: String,
    pub html: Markup,
    /// Its text, for the search.
    pub text: String,
}

/// A file that a guide links, as a page: a browser may not show it by itself.
pub struct File {
    /// Its path in the site.
    pub path: String,
    pub name: String,
    pub text: String,
}

/// Where the recipes are: a folder a tool, with a README of its own.
const RECIPES: &str = "tests/languages";

/// The recipe of all: which to choose.
const INDEX: &str = "recipes/index.html";

/// The guides of the repository that are no recipes: where a text stands, its path in the site, what it is called there.
const GUIDES: [(&str, &str, &str); 4] = [
    (
        "xtask/publish/site/tokens.md",
        "guides/tokens.html",
        "Get an access token",
    ),
    (
        "crates/avepoint-sandbox/README.md",
        "guides/sandbox.html",
        "Try it without an account: the sandbox",
    ),
    (
        readme::SOURCE,
        "guides/documents.html",
        "Generate a client: the OpenAPI documents",
    ),
    (
        "TROUBLESHOOTING.md",
        "guides/troubleshooting.html",
        "Errors of the Rust clients",
    ),
];

/// Where the guides stand and their paths in the site, in their order.
fn sources(root: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut sources: Vec<_> = GUIDES
        .map(|(source, path, _)| (source.to_owned(), path.to_owned()))
        .into();
    let folder = root.join(RECIPES);
    if folder.is_dir() {
        let entries = WalkDir::new(&folder).max_depth(2).sort_by_file_name();
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {RECIPES}"))?;
            if entry.file_name() != "README.md" {
                continue;
            }
            let source = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let source = source.to_string_lossy().replace('\\', "/");
            let tool = entry.path().parent().filter(|parent| *parent != folder);
            let path = tool.and_then(Path::file_name).map_or(INDEX.to_owned(), |name| {
                format!("recipes/{}.html", name.to_string_lossy())
            });
            sources.push((source, path));
        }
    }
    Ok(sources)
}

/// Every guide of the repository at `root`, and the files of the recipes that they link.
///
/// # Errors
/// If one cannot be read, a recipe does not name its language, or a link leads to no file.
pub fn all(root: &Path) -> anyhow::Result<(Vec<Guide>, Vec<File>)> {
    let mut sources = sources(root)?;
    let texts = sources.iter().map(|(source, path)| {
        let text = match source == readme::SOURCE {
            true => readme::text(root)?,
            false => std::fs::read_to_string(root.join(source)).with_context(|| format!("cannot read {source}"))?,
        };
        Ok((source.clone(), path.clone(), text))
    });
    let texts: Vec<_> = texts.collect::<anyhow::Result<_>>()?;
    let mut files = BTreeMap::new();
    for (source, _, text) in &texts {
        for url in links(text) {
            let named = named(&url, source);
            let Some(named) = named.filter(|named| root.join(named).is_file()) else {
                bail!("{source} links {url}, which is no file of the repository; name one that is there");
            };
            let is_guide = sources.iter().any(|(guide, _)| *guide == named);
            if let Some(path) = recipe_file(&named).filter(|_| !is_guide) {
                let text = std::fs::read_to_string(root.join(&named));
                let text = text.with_context(|| format!("{source} links {url}, which cannot be shown as text"))?;
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                let path = format!("recipes/{path}.html");
                files.insert(named, File { path, name, text });
            }
        }
    }
    sources.extend(files.iter().map(|(named, file)| (named.clone(), file.path.clone())));
    let guides = texts.into_iter().map(|(source, path, text)| {
        let given = GUIDES
            .iter()
            .find(|(guide, ..)| *guide == source)
            .map(|(.., title)| *title);
        let title = given.or_else(|| text.lines().find_map(|line| line.strip_prefix("# ")));
        let title = title.with_context(|| format!("{source} has no title; begin it with `# …`"))?;
        let title = title.replace('`', "");
        let recipe = title.split_once(": ").filter(|_| source.starts_with(RECIPES));
        if recipe.is_none() && source.starts_with(RECIPES) && path != INDEX {
            bail!("{source} is called `{title}`; write `# LANGUAGE: TOOL`, which leads to it from the calls in its language");
        }
        Ok(Guide {
            recipe: recipe.map(|(language, tool)| (language.to_owned(), tool.to_owned())),
            title,
            about: first_sentence(&opening(&text)).to_owned(),
            headings: headings(&text),
            html: markdown(&text, Some((&source, &path, &sources))),
            path,
            text,
        })
    });
    let mut guides: Vec<_> = guides.collect::<anyhow::Result<_>>()?;
    // By their languages, behind what tells which to choose.
    guides[GUIDES.len()..].sort_by_cached_key(|recipe| (recipe.path != INDEX, recipe.title.to_lowercase()));
    Ok((guides, files.into_values().collect()))
}

/// The path of a file below the recipes.
fn recipe_file(named: &str) -> Option<&str> {
    named.strip_prefix(RECIPES)?.strip_prefix('/')
}

/// How all markdown is read.
fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options
}

/// The links of a text that lead to other files.
fn links(text: &str) -> Vec<String> {
    let arena = Arena::new();
    let document = comrak::parse_document(&arena, text, &options());
    let links = document.descendants().filter_map(|node| match &node.data().value {
        NodeValue::Link(link) if is_local(&link.url) => Some(link.url.clone()),
        _ => None,
    });
    links.collect()
}

/// Whether a link leads to another file.
fn is_local(url: &str) -> bool {
    !["#", "https://", "http://"].iter().any(|begin| url.starts_with(begin))
}

/// The first paragraph of a text, without its marks.
fn opening(text: &str) -> String {
    let arena = Arena::new();
    let document = comrak::parse_document(&arena, text, &options());
    let paragraph = document
        .children()
        .find(|node| matches!(node.data().value, NodeValue::Paragraph));
    paragraph.map(words).unwrap_or_default()
}

/// The headings of a text below its title, one a line.
fn headings(text: &str) -> String {
    let arena = Arena::new();
    let document = comrak::parse_document(&arena, text, &options());
    let headings = document
        .children()
        .filter(|node| matches!(&node.data().value, NodeValue::Heading(heading) if heading.level > 1));
    headings.map(|heading| words(heading) + "\n").collect()
}

/// What stands in a part of a text, without its marks.
fn words<'n>(node: Node<'n>) -> String {
    let words = node.descendants().filter_map(|node| match &node.data().value {
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::Code(code) => Some(code.literal.clone()),
        NodeValue::SoftBreak | NodeValue::LineBreak => Some(" ".to_owned()),
        _ => None,
    });
    words.collect()
}

/// A text up to the end of its first sentence.
pub fn first_sentence(text: &str) -> &str {
    text.split_once(". ")
        .map_or(text, |(first, _)| first)
        .trim_end_matches('.')
}

/// The page of a guide; that of a recipe leads to the calls in its language.
pub fn page(site: &Site, guide: &Guide) -> Page {
    let language = guide.recipe.as_ref().map(|(language, _)| language.as_str());
    let anchor = language.and_then(|language| Some((language, samples::anchor(language)?)));
    let first = site
        .subjects
        .first()
        .and_then(|subject| Some((subject, subject.calls.first()?)));
    let content = html! {
        div.guide { (guide.html) }
        @if let Some(((language, anchor), (subject, call))) = anchor.zip(first) {
            p.note {
                "Each operation has its call in " (language) ", such as "
                a href={ "../" (subject.operation_path(call.id)) "#" (anchor) } { (call.summary) } "."
            }
        }
    };
    Page::new(site, guide.path.clone(), &guide.title, None, &content)
}

/// The page of a file.
pub fn file_page(site: &Site, file: &File) -> Page {
    let root = "../".repeat(file.path.matches('/').count());
    let content = html! {
        p.trail { a href={ (root) (INDEX) } { "Recipes" } }
        h1 { (file.name) }
        (code(grammar(&file.name), &file.text))
    };
    Page::new(site, file.path.clone(), &file.name, None, &content)
}

/// What the highlighter calls the language of a file; it complains of names that it does not know.
fn grammar(name: &str) -> &str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csproj") => "xml",
        Some(
            known @ ("cs" | "go" | "java" | "json" | "kt" | "md" | "php" | "ps1" | "py" | "rb" | "rs" | "ts" | "xml"
            | "yaml"),
        ) => known,
        _ => "plaintext",
    }
}

/// A text in a language; the highlighter goes by the class.
pub fn code(grammar: &str, text: &str) -> Markup {
    html! { pre tabindex="0" { code class={ "language-" (grammar) } { (text) } } }
}

/// A text of the document: markdown without HTML of its own.
pub fn prose(text: &str) -> Markup {
    match text.is_empty() {
        true => html! {},
        false => markdown(text, None),
    }
}

/// Where a text stands, its path in the site, and the guides and files that are pages in the same form.
type Origin<'o> = (&'o str, &'o str, &'o [(String, String)]);

/// Markdown as HTML, which loads nothing: HTML in it is shown as text, an image is its description. A link within the
/// repository leads to the page of what it names, and is none if that has no page. Headings of guides can be linked.
pub fn markdown(text: &str, origin: Option<Origin>) -> Markup {
    let mut options = options();
    options.extension.header_id_prefix = origin.is_some().then(String::new);
    options.render.escape = true;
    let arena = Arena::new();
    let document = comrak::parse_document(&arena, text, &options);
    let mut plain = Vec::new();
    for node in document.descendants() {
        match &mut node.data_mut().value {
            NodeValue::Link(link) if !is_local(&link.url) => {}
            NodeValue::Link(link) => match origin.and_then(|origin| target(&link.url, origin)) {
                Some(target) => link.url = target,
                None => plain.push(node),
            },
            NodeValue::Image(_) => plain.push(node),
            _ => {}
        }
    }
    for node in plain {
        let children: Vec<_> = node.children().collect();
        children.into_iter().for_each(|child| node.insert_before(child));
        node.detach();
    }
    let mut html = String::new();
    // A string takes whatever is written.
    let _ = comrak::format_html(document, &options, &mut html);
    PreEscaped(focusable(&html))
}

/// What scrolls is reached by the keyboard.
fn focusable(html: &str) -> String {
    html.replace("<pre>", "<pre tabindex=\"0\">")
        .replace(
            "<table>",
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>",
        )
        .replace("</table>", "</table></div>")
}

/// Where a link leads in the site.
fn target(url: &str, (source, path, pages): Origin) -> Option<String> {
    let named = named(url, source)?;
    let (_, page) = pages.iter().find(|(source, _)| *source == named)?;
    let mut target = "../".repeat(path.matches('/').count()) + page;
    if let Some((_, anchor)) = url.split_once('#') {
        let _ = write!(target, "#{anchor}");
    }
    Some(target)
}

/// The file that a link of a text names, from the root of the repository; none if it is not within that.
fn named(url: &str, source: &str) -> Option<String> {
    let (file, _) = url.split_once('#').unwrap_or((url, ""));
    let mut named = PathBuf::from(source).parent()?.to_owned();
    for component in Path::new(file).components() {
        match component {
            Component::ParentDir => named.pop().then_some(())?,
            Component::Normal(name) => named.push(name),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(named.to_str()?.replace('\\', "/"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails here says so")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_guide_is_introduced_by_its_first_sentence() {
        let text = "# Go\n\n- a list\n\n| a | table |\n| --- | --- |\n| b | c |\n\n[oapi-codegen](https://example.com) 2.0 makes `types`\nfor *you*: it is quick. More.\n";
        let paragraph = opening(text);
        assert_eq!(
            first_sentence(&paragraph),
            "oapi-codegen 2.0 makes types for you: it is quick"
        );
    }

    #[test]
    fn a_recipe_is_a_page_to_which_the_others_link() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(RECIPES);
        fs::create_dir_all(folder.join("go/deeper")).unwrap();
        for readme in ["README.md", "go/README.md", "go/deeper/README.md", "go/main.go"] {
            fs::write(folder.join(readme), "# Go\n").unwrap();
        }
        let sources = sources(root.path()).unwrap();
        let recipes: Vec<_> = sources
            .iter()
            .skip(GUIDES.len())
            .map(|(_, path)| path.as_str())
            .collect();
        assert_eq!(recipes, ["recipes/index.html", "recipes/go.html"]);

        let html = |text| {
            markdown(
                text,
                Some(("tests/languages/go/README.md", "recipes/go.html", &sources)),
            )
            .into_string()
        };
        for (text, shown) in [
            (
                "[all](../README.md#choose)",
                "<a href=\"../recipes/index.html#choose\">all</a>",
            ),
            (
                "[errors](../../../TROUBLESHOOTING.md)",
                "<a href=\"../guides/troubleshooting.html\">errors</a>",
            ),
            ("[here](#set-up)", "<a href=\"#set-up\">here</a>"),
            (
                "[there](https://example.com)",
                "<a href=\"https://example.com\">there</a>",
            ),
            ("[the *program*](main.go)", "the <em>program</em>"),
            ("[up](../../../../etc/passwd)", "up"),
            ("![a picture](https://example.com/a.png)", "a picture"),
        ] {
            assert_eq!(html(text).trim(), format!("<p>{shown}</p>"));
        }
    }
}
