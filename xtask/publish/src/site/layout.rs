//! What all pages have: head, search, the list of the operations beside the text.

use maud::{DOCTYPE, Markup, html};

use super::Subject;
use super::guides::Guide;
use crate::call::Call;

/// What there is to link to.
pub struct Site<'s, 'd> {
    pub subjects: &'s [Subject<'d>],
    pub guides: &'s [Guide],
}

impl<'s> Site<'s, '_> {
    /// The guides under their headings.
    pub fn guides(&self) -> impl Iterator<Item = (&'static str, Vec<&'s Guide>)> {
        let (recipes, guides) = self.guides.iter().partition(|guide| guide.path.starts_with("recipes/"));
        let headed = [("Guides", guides), ("Recipes", recipes)].into_iter();
        headed.filter(|(_, guides): &(_, Vec<_>)| !guides.is_empty())
    }
}

/// A page by its path in the site.
pub struct Page {
    pub path: String,
    pub html: Markup,
}

impl Page {
    /// A page with its text. `subject` is the API that it belongs to.
    pub fn new(site: &Site, path: String, title: &str, subject: Option<&Subject>, content: &Markup) -> Self {
        let root = "../".repeat(path.matches('/').count());
        // Headings of guides have ids without capitals.
        let html = html! {
            (DOCTYPE)
            html lang="en" data-root=(root) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · AvePoint APIs" }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href={ (root) "assets/site.css" };
                    // The theme is there before anything is shown.
                    script src={ (root) "assets/site.js" } {}
                    @for script in ["entries.js", "minisearch.js", "highlight.js", "powershell.js"] {
                        script defer src={ (root) "assets/" (script) } {}
                    }
                }
                body {
                    a.skip href="#siteContent" { "Skip to the content" }
                    header.top {
                        a.brand href={ (root) "index.html" } { "AvePoint" span { "APIs" } }
                        search.search {
                            input #siteSearch type="search" placeholder="Search all APIs" aria-label="Search all APIs"
                                aria-keyshortcuts="/" aria-describedby="siteState" autocomplete="off" spellcheck="false";
                            kbd aria-hidden="true" { "/" }
                            p #siteState role="status" hidden {}
                            ol #siteResults hidden {}
                        }
                        button #siteTheme type="button" aria-label="Dark colours" aria-pressed="false" { "◐" }
                    }
                    div.columns {
                        nav.side aria-label="Pages" {
                            details.menu open { summary { "Pages" } (side(site, &root, &path, subject)) }
                        }
                        main #siteContent tabindex="-1" { (content) }
                    }
                }
            }
        };
        Self { path, html }
    }
}

/// The list beside the text: the APIs, the operations of the one that is shown, the guides.
fn side(site: &Site, root: &str, path: &str, subject: Option<&Subject>) -> Markup {
    let link = |to: &str, text: Markup| {
        html! {
            a href={ (root) (to) } aria-current=[(to == path).then_some("page")] { (text) }
        }
    };
    html! {
        ul {
            @for other in site.subjects {
                @let is_shown = subject.is_some_and(|subject| subject.api.name == other.api.name);
                li.api {
                    (link(&other.path("index.html"), html! { (other.title) }))
                    @if is_shown {
                        @for (tag, _, calls) in other.tags() {
                            details open { summary { (tag) } ul {
                                @for call in calls {
                                    li { (link(&other.operation_path(call.id), html! { (method(&call.method)) (call.summary) })) }
                                }
                            } }
                        }
                        ul {
                            @for (file, name) in super::api::LISTS {
                                li { (link(&other.path(file), html! { (name) })) }
                            }
                        }
                    }
                }
            }
        }
        @for (heading, guides) in site.guides() {
            h2 { (heading) }
            ul { @for guide in guides { li { (link(&guide.path, html! { (guide.title) })) } } }
        }
    }
}

/// A list of operations; `path` is where the page of one is.
pub fn operations(calls: &[&Call], path: impl Fn(&str) -> String) -> Markup {
    html! {
        ul.operations { @for call in calls {
            li {
                a href=(path(call.id)) { (method(&call.method)) (call.summary) }
                @if call.is_deprecated { " " span.mark { "deprecated" } }
                " " code { (call.path) }
            }
        } }
    }
}

/// A method as a mark.
pub fn method(method: &str) -> Markup {
    html! { span.method data-method=(method) { (method) } " " }
}

impl Subject<'_> {
    /// The path of a page of the API.
    pub fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.api.name)
    }

    /// The path of the page of an operation.
    pub fn operation_path(&self, id: &str) -> String {
        format!("{}/operations/{id}.html", self.api.name)
    }
}
