//! The specs held against the vendor's pages: what the pages say is extracted into facts, the facts are locked beside
//! each spec, and drift is measured in two steps, page → lock and lock → spec.

pub mod compare;
pub mod deviations;
pub mod extract;
pub mod facts;
pub mod finding;
pub mod json_type;
pub mod lock;
pub mod page;
pub mod paths;
pub mod places;
pub mod report;
pub mod spec;
pub mod words;
