//! How the pages of a list follow each other.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use avepoint_core::Paging;
use serde::Serialize;
use serde_json::Value;
use xtask_cli::counted;

use super::compare::Difference;
use super::report::Kind;

/// What was seen of a list, over all times that it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct List {
    pub pages: u64,
    pub entries: u64,
    /// What was seen, and how often.
    pub observed: BTreeMap<String, u64>,
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pages, entries) = (self.pages as usize, self.entries as usize);
        write!(formatter, "{}, {}", counted(pages, "page"), counted(entries, "row"))?;
        for (what, count) in &self.observed {
            write!(formatter, "; {what} ({count})")?;
        }
        Ok(())
    }
}

/// A list that is being read.
pub struct Walk {
    paging: Paging,
    size: Option<u64>,
    pages: u64,
    entries: u64,
    seen: HashSet<String>,
    tokens: HashSet<Value>,
    /// What the page before said of the total.
    total: Option<u64>,
}

/// What follows a page.
pub struct Step {
    pub differences: Vec<Difference>,
    /// What the next request is to carry, and where; none if nothing more is to be read.
    pub next: Option<(&'static str, Value)>,
}

impl Walk {
    /// Begins a list, of which each page is asked to have `size` entries.
    pub fn new(paging: Paging, size: Option<u64>) -> Self {
        Self {
            paging,
            size,
            pages: 0,
            entries: 0,
            seen: HashSet::new(),
            tokens: HashSet::new(),
            total: None,
        }
    }

    /// Takes a page.
    pub fn page(&mut self, answer: &Value, list: &mut List) -> Step {
        let mut step = Step {
            differences: Vec::new(),
            next: None,
        };
        let items = self.paging.items();
        let Some(entries) = at(answer, items).and_then(Value::as_array) else {
            // A null or something else is told of by its kind.
            if at(answer, items).is_none() {
                step.say(items, "the list is missing");
            }
            return step;
        };
        let count = entries.len() as u64;
        self.pages += 1;
        self.entries += count;
        list.pages += 1;
        list.entries += count;
        if self.size.is_some_and(|size| count > size) {
            step.say(items, "more entries than were asked for");
        }
        // Entries without a value are alike, and no page again.
        if entries.iter().any(has_value) && !self.seen.insert(Value::from(entries.clone()).to_string()) {
            step.say(items, "a page comes again");
            return step;
        }
        match self.paging {
            Paging::PageNumber { page, total, more, .. } => {
                self.numbered(answer, count, (page, total, more), list, &mut step)
            }
            Paging::Token { token, next, .. } => self.chained(answer, count, (token, next), list, &mut step),
            _ => {}
        }
        step
    }

    fn numbered(
        &mut self,
        answer: &Value,
        count: u64,
        (page, total, more): (&'static str, Option<&'static str>, Option<&'static str>),
        list: &mut List,
        step: &mut Step,
    ) {
        let says = total.and_then(|total| Some((total, at(answer, total)?.as_u64()?)));
        if let Some((total, says)) = says
            && self.total.replace(says).is_some_and(|before| before != says)
        {
            step.say(total, "changes from page to page");
        }
        let is_more = more.and_then(|more| at(answer, more)).and_then(Value::as_bool);
        let is_short = self.size.is_some_and(|size| count < size);
        if let (Some(more), Some(true)) = (more, is_more)
            && is_short
        {
            step.say(more, "true behind a page that is not full");
        }
        if count > 0 && !is_short {
            step.next = Some((page, (self.pages + 1).into()));
            return;
        }
        let end = if count == 0 {
            "ends with an empty page"
        } else {
            "ends with a page that is not full"
        };
        list.observe(end);
        if let Some((total, says)) = says
            && let Some(problem) = list.total(says, count, self.entries)
        {
            step.say(total, problem);
        }
    }

    fn chained(
        &mut self,
        answer: &Value,
        count: u64,
        (token, next): (&'static str, &'static str),
        list: &mut List,
        step: &mut Step,
    ) {
        // Where there is a total, it stands beside the token; the spec does not say what it counts.
        let beside = next
            .rsplit_once('.')
            .map_or("totalCount".to_owned(), |(parent, _)| format!("{parent}.totalCount"));
        let total = at(answer, &beside).and_then(Value::as_u64);
        match at(answer, next) {
            Some(Value::String(text)) if !text.is_empty() => {
                let sent = Value::from(text.clone());
                if count == 0 {
                    step.say(next, "a token behind an empty page");
                }
                if let Some(total) = total {
                    let counts = if total == count {
                        "beside a token, the total counts the page"
                    } else {
                        "beside a token, the total does not count the page"
                    };
                    list.observe(counts);
                }
                if self.tokens.insert(sent.clone()) {
                    step.next = Some((token, sent));
                } else {
                    step.say(next, "a token comes again");
                }
                return;
            }
            Some(Value::String(_)) => list.observe("ends with an empty token"),
            Some(_) => list.observe("ends with a token that is null"),
            None => list.observe("ends without a token"),
        }
        if let Some(total) = total {
            list.total(total, count, self.entries);
        }
    }
}

impl List {
    fn observe(&mut self, what: &str) {
        *self.observed.entry(what.to_owned()).or_default() += 1;
    }

    /// Notes what a total counts at the end of a list; what is wrong if that is not the list.
    fn total(&mut self, total: u64, page: u64, entries: u64) -> Option<&'static str> {
        let (what, problem) = if total == entries {
            ("the total counts the list", None)
        } else if total == page {
            ("the total counts the page", Some("counts the page, not the list"))
        } else {
            (
                "the total counts something else",
                Some("counts neither the list nor the page"),
            )
        };
        self.observe(what);
        problem
    }
}

impl Step {
    fn say(&mut self, place: &str, problem: &str) {
        self.differences.push(Difference {
            kind: Kind::Paging,
            place: place.to_owned(),
            detail: problem.to_owned(),
            code: None,
        });
    }
}

/// What stands at a dotted path, in whatever capitals.
fn at<'v>(answer: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(answer, |value, name| {
        let members = value.as_object()?;
        let other = || members.keys().find(|member| member.eq_ignore_ascii_case(name));
        members.get(name).or_else(|| members.get(other()?))
    })
}

/// Whether a text or a number stands anywhere in a value.
fn has_value(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().any(has_value),
        Value::Array(entries) => entries.iter().any(has_value),
        Value::String(_) | Value::Number(_) => true,
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NUMBERED: Paging = Paging::page_number("pageIndex", "pageSize", "data", Some("metadata.totalCount"), None);
    const CHAINED: Paging = Paging::token("skipToken", "pageSize", "data", "metadata.skipToken");

    /// What is said of some pages of up to two entries, and what was seen of the list.
    fn walk(paging: Paging, pages: &[Value]) -> (Vec<String>, Vec<String>) {
        let (mut walk, mut list, mut said) = (Walk::new(paging, Some(2)), List::default(), Vec::new());
        for page in pages {
            let step = walk.page(page, &mut list);
            said.extend(
                step.differences
                    .into_iter()
                    .map(|found| format!("{} {}", found.place, found.detail)),
            );
            if step.next.is_none() {
                break;
            }
        }
        (said, list.observed.into_keys().collect())
    }

    #[test]
    fn pages_that_go_wrong_are_told_of() {
        let numbered = |rows: &[u8], total: u64| json!({ "data": rows, "metadata": { "totalCount": total } });
        let chained = |rows: &[u8], token: Value| json!({ "data": rows, "metadata": { "skipToken": token } });
        let none: &[&str] = &[];
        for (paging, pages, said, seen) in [
            (
                NUMBERED,
                vec![numbered(&[1, 2], 3), numbered(&[3], 3)],
                none,
                &["ends with a page that is not full", "the total counts the list"][..],
            ),
            (
                NUMBERED,
                vec![numbered(&[1, 2], 2), numbered(&[], 2)],
                none,
                &["ends with an empty page", "the total counts the list"],
            ),
            (
                NUMBERED,
                vec![numbered(&[1, 2], 2), numbered(&[3], 1)],
                &[
                    "metadata.totalCount changes from page to page",
                    "metadata.totalCount counts the page, not the list",
                ],
                &["ends with a page that is not full", "the total counts the page"],
            ),
            (
                NUMBERED,
                vec![numbered(&[1, 2], 9), numbered(&[3], 9)],
                &["metadata.totalCount counts neither the list nor the page"],
                &["ends with a page that is not full", "the total counts something else"],
            ),
            (
                NUMBERED,
                vec![numbered(&[1, 2], 2), numbered(&[1, 2], 2)],
                &["data a page comes again"],
                none,
            ),
            (
                NUMBERED,
                vec![numbered(&[1, 2, 3], 3)],
                &["data more entries than were asked for"],
                none,
            ),
            (NUMBERED, vec![json!({})], &["data the list is missing"], none),
            (
                CHAINED,
                vec![
                    json!({ "Data": [1], "Metadata": { "SkipToken": "a" } }),
                    chained(&[2], json!("")),
                ],
                none,
                &["ends with an empty token"],
            ),
            (
                CHAINED,
                vec![chained(&[1], json!("a")), chained(&[2], json!(""))],
                none,
                &["ends with an empty token"],
            ),
            (
                CHAINED,
                vec![chained(&[1], json!("a")), chained(&[2], json!("a"))],
                &["metadata.skipToken a token comes again"],
                none,
            ),
            (
                CHAINED,
                vec![chained(&[], json!("a")), chained(&[], json!(null))],
                &["metadata.skipToken a token behind an empty page"],
                &["ends with a token that is null"],
            ),
        ] {
            let found = walk(paging, &pages);
            assert_eq!((found.0, found.1), (owned(said), owned(seen)), "{pages:?}");
        }
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }
}
