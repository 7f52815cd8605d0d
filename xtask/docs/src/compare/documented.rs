//! What a page says of each place of a call, in its rows and in its samples.

use std::collections::BTreeMap;

use serde_json::Value;

use super::page_lock::row_text;
use crate::facts::{Operation, Required};
use crate::placement::{Part, Placed, in_part, samples};

/// What a page says of one place.
#[derive(Default)]
pub struct Documented<'p> {
    /// The rows; several tables may describe one place, each a case.
    pub rows: Vec<&'p Placed<'p>>,
    /// The types that the sample shows, `sent` for a parameter of its URL, and the line where the sample begins.
    pub shown: Option<(&'p str, usize)>,
    /// The codes that the sample shows.
    pub codes: &'p [Value],
}

impl Documented<'_> {
    /// In short: what the table says or, without one, the type of the sample. Of several rows, one that must be sent.
    pub fn what(&self) -> String {
        let shown = self.shown.map_or("listed", |(shape, _)| shape);
        let rows = || self.rows.iter().map(|placed| placed.row);
        let row = rows()
            .find(|row| row.required == Some(Required::Yes))
            .or_else(|| rows().next());
        row.map_or_else(|| shown.to_owned(), |row| row_text(row, shown))
    }

    /// The line of its first row or, without one, of the sample.
    pub fn line(&self) -> usize {
        let row = self.rows.first().map(|placed| placed.line);
        row.or(self.shown.map(|(_, line)| line)).unwrap_or(1)
    }
}

/// Every place of which a page says something. A place comes before what lies below it.
pub fn places<'p>(operation: &'p Operation, rows: &'p [Placed<'p>]) -> BTreeMap<String, Documented<'p>> {
    let mut places: BTreeMap<String, Documented> = BTreeMap::new();
    for placed in rows {
        places.entry(placed.place.clone()).or_default().rows.push(placed);
    }
    for (part, sample) in samples(operation) {
        for (place, shape) in &sample.shape {
            places.entry(in_part(part, place)).or_default().shown = Some((shape, sample.line));
        }
        for (place, codes) in &sample.codes {
            places.entry(in_part(part, place)).or_default().codes = codes;
        }
        if part == Part::Body {
            for name in &sample.query {
                places.entry(format!("query.{name}")).or_default().shown = Some(("sent", sample.line));
            }
        }
    }
    places
}
