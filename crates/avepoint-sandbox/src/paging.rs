//! Lists in pages, in each shape that the services have. Which one an operation has, its spec says (`x-paging`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, Outcome, Refusal};
use crate::spec::{Paging, Style, Violation};
use crate::world::World;

/// How many rows a page has where neither the request nor the spec says.
const PAGE_SIZE: usize = 50;

/// How many rows a page of a list without an end has at most, where the list itself has fewer: some pages have no limit.
const FULL: usize = 1_000;

/// The rows of a list, which are made when a page shows them.
pub(crate) struct Rows<'r, R> {
    total: usize,
    nth: Box<dyn FnMut(usize) -> Option<R> + 'r>,
}

impl<'r, R: 'r> Rows<'r, R> {
    /// As many rows as there are, each made from its index.
    pub(crate) fn lazy(total: usize, mut nth: impl FnMut(usize) -> R + 'r) -> Self {
        Self {
            total,
            nth: Box::new(move |index| Some(nth(index))),
        }
    }

    /// Rows that are there.
    pub(crate) fn of(rows: Vec<R>) -> Self {
        let mut rows: Vec<_> = rows.into_iter().map(Some).collect();
        Self {
            total: rows.len(),
            nth: Box::new(move |index| rows.get_mut(index).and_then(Option::take)),
        }
    }

    /// Only the rows that a filter keeps; all stay lazy if there is none.
    pub(crate) fn matching(self, keep: Option<impl Fn(&R) -> bool>) -> Self {
        match keep {
            Some(keep) => Self::of(self.into_vec().into_iter().filter(keep).collect()),
            None => self,
        }
    }

    /// The rows sorted by a key; as they are if there is none.
    pub(crate) fn sorted<K: Ord>(self, key: Option<impl Fn(&R) -> K>, is_descending: bool) -> Self {
        let Some(key) = key else { return self };
        let mut rows = self.into_vec();
        rows.sort_by(|left, right| match is_descending {
            true => key(right).cmp(&key(left)),
            false => key(left).cmp(&key(right)),
        });
        Self::of(rows)
    }

    fn into_vec(mut self) -> Vec<R> {
        (0..self.total).filter_map(|index| (self.nth)(index)).collect()
    }

    fn range(&mut self, start: usize, size: usize) -> Vec<R> {
        let end = start.saturating_add(size).min(self.total);
        (start.min(end)..end).filter_map(|index| (self.nth)(index)).collect()
    }

    /// What a page shows. One of a list without an end is full: behind the last row it goes on with the first.
    fn shown(mut self, start: usize, size: usize, is_endless: bool, view: impl Fn(R) -> Value) -> Value {
        let mut found = self.range(start, size);
        if !is_endless {
            return found.into_iter().map(view).collect();
        }
        let full = size.min(self.total.max(FULL));
        found.extend(self.range(0, (full - found.len()).min(start)));
        let found: Vec<_> = found.into_iter().map(view).collect();
        found.iter().cycle().take(full).cloned().collect()
    }
}

/// What a `totalCount` beside a token counts: the services have both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    List,
    Page,
}

/// Answers with the page that a call asks for.
///
/// # Errors
/// If its token was not given out for this list.
pub(crate) fn page<R>(call: &Call, world: &World, rows: Rows<R>, view: impl Fn(R) -> Value) -> Outcome {
    counted_page(call, world, Counted::List, rows, view)
}

/// As [`page`], for a list that says what it counts.
///
/// # Errors
/// If its token was not given out for this list.
pub(crate) fn counted_page<R>(
    call: &Call,
    world: &World,
    counted: Counted,
    rows: Rows<R>,
    view: impl Fn(R) -> Value,
) -> Outcome {
    let Some(paging) = &call.operation.paging else {
        return Err(Refusal::new(500, "The operation has no pages."));
    };
    let total = rows.total;
    let size = wanted(call, paging.size).unwrap_or(PAGE_SIZE);
    let mut answer = Map::new();
    match paging.style {
        Style::Single => {
            set(&mut answer, paging.items, rows.shown(0, total, false, view));
        }
        Style::PageNumber => {
            let index = wanted(call, paging.page).unwrap_or(1).max(1);
            let start = (index - 1).saturating_mul(size);
            // A list without an end begins again.
            let (total, start) = match call.is_endless {
                true => (i32::MAX as usize, start.checked_rem(total).unwrap_or_default()),
                false => (total, start),
            };
            let shown = rows.shown(start, size, call.is_endless, view);
            set(&mut answer, paging.items, shown);
            if let Some((metadata, _)) = paging.total.split_once('.') {
                set(&mut answer, &format!("{metadata}.pageIndex"), json!(index));
                set(&mut answer, &format!("{metadata}.pageSize"), json!(size));
            }
            set(&mut answer, paging.more, json!(start.saturating_add(size) < total));
            set(&mut answer, paging.total, json!(total));
        }
        Style::Token => {
            let start = match sent(call, paging.token).and_then(Value::as_str) {
                None | Some("") => 0,
                Some(token) => read(call, world, token).ok_or_else(|| unknown_token(paging))?,
            };
            let shown = rows.shown(start, size, call.is_endless, view);
            let count = shown.as_array().map_or(0, Vec::len);
            set(&mut answer, paging.items, shown);
            let end = match start.saturating_add(size) {
                end if call.is_endless => end.checked_rem(total).unwrap_or_default(),
                end => end,
            };
            let has_more = end < total || call.is_endless;
            match paging.next.split_once('.') {
                // The last page has no token, not one of null.
                Some((metadata, _)) => {
                    if has_more {
                        set(&mut answer, paging.next, token(call, world, end).into());
                    }
                    let count = if counted == Counted::Page { count } else { total };
                    set(&mut answer, &format!("{metadata}.totalCount"), json!(count));
                }
                None => {
                    status(call, &mut answer);
                    let next = has_more.then(|| token(call, world, end));
                    set(&mut answer, paging.next, next.into());
                    return Ok(Answer::Json(Value::Object(answer)));
                }
            }
        }
    }
    status(call, &mut answer);
    Ok(Answer::Json(Value::Object(answer)))
}

/// Answers of Insights say in the body that nothing went wrong, and have all members; those without a meaning are null.
fn status(call: &Call, answer: &mut Map<String, Value>) {
    if call.operation.api.is_insights() {
        answer.insert("status".to_owned(), json!(200));
        answer.insert("message".to_owned(), json!(""));
        let example = call.operation.example().and_then(Value::as_object);
        for (name, _) in example.into_iter().flatten().filter(|(_, value)| value.is_null()) {
            answer.entry(name).or_insert(Value::Null);
        }
    }
}

/// The value of a place of paging: a member of the body or a parameter of the query.
fn sent<'c>(call: &'c Call, place: &str) -> Option<&'c Value> {
    match place.strip_prefix("body.") {
        Some(member) => call.body(member).or_else(|| call.operation.body_default(member)),
        None => call.query(place),
    }
}

fn wanted(call: &Call, place: &str) -> Option<usize> {
    sent(call, place)?
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
}

/// Sets a member, or a member of a member; nothing if the place is empty.
fn set(answer: &mut Map<String, Value>, place: &str, value: Value) {
    match place.split_once('.') {
        Some((outer, inner)) => {
            let outer = answer.entry(outer.to_owned()).or_insert_with(|| json!({}));
            if let Value::Object(members) = outer {
                members.insert(inner.to_owned(), value);
            }
        }
        None if place.is_empty() => {}
        None => {
            answer.insert(place.to_owned(), value);
        }
    }
}

/// The token for the rows from an offset on. It is good for this list of this world only: for the same path, query and
/// body, apart from what they say of the page.
fn token(call: &Call, world: &World, offset: usize) -> String {
    let list = format!(
        "{} {} {} {offset}",
        call.operation.api.name(),
        call.operation.id,
        call.list()
    );
    URL_SAFE_NO_PAD.encode(format!("{offset}.{:x}", world.digest(&list)))
}

fn read(call: &Call, world: &World, text: &str) -> Option<usize> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let offset = plain.split_once('.')?.0.parse().ok()?;
    (token(call, world, offset) == text).then_some(offset)
}

fn unknown_token(paging: &Paging) -> Refusal {
    let message = "is no token of this list; take the one of the page before";
    Refusal::invalid(vec![Violation::new(paging.token, message)])
}
