//! Where in a call a row stands.

use std::collections::HashMap;

use crate::facts::{Operation, Row};
use crate::places::placed;

/// The places of the rows of one state of an operation, without the help of a spec: it may know only one of the two
/// states.
pub struct Places(HashMap<*const Row, String>);

impl Places {
    /// The places of an operation.
    pub fn of(operation: &Operation) -> Self {
        let places = placed(operation, None).into_iter();
        Self(
            places
                .map(|placed| (std::ptr::from_ref(placed.row), placed.place))
                .collect(),
        )
    }

    /// The place of a row of the operation, as findings name it.
    pub fn place(&self, row: &Row) -> &str {
        self.0.get(&std::ptr::from_ref(row)).map_or("", String::as_str)
    }
}
