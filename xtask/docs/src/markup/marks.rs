//! The lines of an HTML page's elements: a parser of HTML does not keep them, so each start tag is given the line
//! in the attribute that the renderer of markdown uses too.

use std::collections::HashMap;

use super::{DEPTH, Refused};

/// The attribute that holds the line.
pub const ATTRIBUTE: &str = "data-sourcepos";

/// Elements that hold no others, or end by themselves where the next one begins. They do not nest.
const FLAT: [&str; 26] = [
    "a", "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "optgroup",
    "option", "p", "param", "source", "tbody", "td", "th", "thead", "tr", "track", "wbr",
];

/// Elements that the parser opens again in each paragraph for as long as they are not closed: a few of them and many
/// paragraphs would make a tree far larger than the page.
const FORMATTING: [&str; 13] = [
    "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// The elements of [`FORMATTING`] that may be open at once.
const FORMATTED: usize = 8;

/// A tag of a page.
struct Tag<'a> {
    /// Where its name ends, as an offset of the page.
    end: usize,
    name: &'a str,
    closes: bool,
}

/// The page, with its line in each start tag.
pub fn mark(page: &str) -> String {
    let mut out = String::with_capacity(page.len() * 2);
    let (mut copied, mut line) = (0, 1);
    for tag in tags(page) {
        if tag.closes {
            continue;
        }
        let part = &page[copied..tag.end];
        line += part.matches('\n').count();
        out.push_str(part);
        out.push_str(&format!(" {ATTRIBUTE}=\"{line}:1\""));
        copied = tag.end;
    }
    out.push_str(&page[copied..]);
    out
}

/// An element that stands on a line of the page; its content is HTML.
pub fn tag(name: &str, line: usize, content: &str) -> String {
    format!("<{name} {ATTRIBUTE}=\"{line}:1\">{content}</{name}>\n")
}

/// A table with the row of its titles.
pub fn table<'a>(line: usize, titles: impl IntoIterator<Item = &'a str>, rows: &str) -> String {
    tag("table", line, &(cells(line, titles) + rows))
}

/// A row of a table.
pub fn cells<'a>(line: usize, cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells = cells.into_iter().map(|cell| format!("<td>{cell}</td>"));
    tag("tr", line, &cells.collect::<String>())
}

/// Refuses a page that nests its elements too deeply: the parser's time grows with the depth.
pub fn refuse_depth(page: &str) -> Result<(), Refused> {
    // By name: an end tag without a start tag must not make up for another element that is open.
    let mut open: HashMap<String, usize> = HashMap::new();
    let (mut depth, mut formatted) = (0, 0);
    for tag in tags(page) {
        let name = tag.name.to_ascii_lowercase();
        if FLAT.contains(&name.as_str()) {
            continue;
        }
        let formats = usize::from(FORMATTING.contains(&name.as_str()));
        let count = open.entry(name).or_default();
        if !tag.closes {
            *count += 1;
            depth += 1;
            formatted += formats;
        } else if *count > 0 {
            *count -= 1;
            depth -= 1;
            formatted -= formats;
        }
        if depth > DEPTH || formatted > FORMATTED {
            let line = page[..tag.end].matches('\n').count() + 1;
            return Err(Refused::Depth(line));
        }
    }
    Ok(())
}

/// The tags, without those in comments, scripts and style sheets.
fn tags(page: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + page.get(at..)?.find('<')?;
            let rest = &page[start + 1..];
            at = start + 1;
            if let Some(comment) = rest.strip_prefix("!--") {
                at += 3 + comment.find("-->").unwrap_or(comment.len());
                continue;
            }
            let (closes, named) = match rest.strip_prefix('/') {
                Some(named) => (true, named),
                None => (false, rest),
            };
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':');
            let length = named.bytes().take_while(is_name).count();
            if !named.starts_with(|first: char| first.is_ascii_alphabetic()) {
                continue;
            }
            let name = &named[..length];
            let end = start + 1 + usize::from(closes) + length;
            at = end;
            if !closes && ["script", "style"].iter().any(|raw| raw.eq_ignore_ascii_case(name)) {
                at = end_of_raw(page, end, name);
            }
            return Some(Tag { end, name, closes });
        }
    })
}

/// Where the content of a script or a style sheet ends. What names another element in it does not count.
fn end_of_raw(page: &str, from: usize, name: &str) -> usize {
    let rest = page.as_bytes().get(from..).unwrap_or_default();
    let ends = |window: &[u8]| window.starts_with(b"</") && window[2..].eq_ignore_ascii_case(name.as_bytes());
    let length = rest.windows(name.len() + 2).position(ends);
    from + length.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::{mark, refuse_depth};

    #[test]
    fn each_start_tag_tells_its_line() {
        let page = "<div>\n<p class=x>a < b</p>\n<!-- <p> -->\n<script>if (a<b) {}</script><BR/>\n";
        assert_eq!(
            mark(page),
            "<div data-sourcepos=\"1:1\">\n<p data-sourcepos=\"2:1\" class=x>a < b</p>\n<!-- <p> -->\n\
             <script data-sourcepos=\"4:1\">if (a<b) {}</script><BR data-sourcepos=\"4:1\"/>\n"
        );
    }

    #[test]
    fn an_end_tag_makes_up_for_no_other_element() {
        assert!(refuse_depth(&"<div></span>".repeat(1_000)).is_err());
        assert!(refuse_depth(&"<div></div>".repeat(1_000)).is_ok());
        assert!(refuse_depth(&"<li>entry".repeat(1_000)).is_ok());
        assert!(refuse_depth(&"<b>bold</B>".repeat(1_000)).is_ok());
        assert!(refuse_depth(&"<b>bold".repeat(10)).is_err());
    }
}
