//! The first page: the APIs, and all their operations.

use maud::html;

use super::guides::first_sentence;
use super::layout::{Page, Site, operations};

/// The page.
pub fn page(site: &Site) -> Page {
    let count: usize = site.subjects.iter().map(|subject| subject.calls.len()).sum();
    let content = html! {
        div.hero {
            h1 { "AvePoint’s cloud APIs, operation by operation" }
            p {
                (count) " operations of " (site.subjects.len()) " APIs: what each needs, sends and answers, every code by its name, "
                "and the call as a program in eight languages. Written by hand from the vendor’s pages, with each place where these "
                "contradict themselves."
            }
        }
        ul.cards { @for subject in site.subjects {
            li {
                h2 { a href=(subject.path("index.html")) { (subject.title) } }
                p.note { (subject.version) ", " (xtask_cli::counted(subject.calls.len(), "operation")) }
                p { (first_sentence(&subject.spec.root.get("info").map(|info| info.description()).unwrap_or_default())) }
            }
        } }
        @for (heading, guides) in site.guides() {
            section {
                h2 { (heading) }
                ul.cards { @for guide in guides { li { h3 { a href=(guide.path) { (guide.title) } } p { (guide.about) } } } }
            }
        }
        @for subject in site.subjects {
            section {
                h2 { (subject.title) }
                @for (tag, _, calls) in subject.tags() {
                    details {
                        summary { (tag) " " span.count { (calls.len()) } }
                        (operations(&calls, |id| subject.operation_path(id)))
                    }
                }
            }
        }
    };
    Page::new(site, "index.html".to_owned(), "Reference", None, &content)
}
