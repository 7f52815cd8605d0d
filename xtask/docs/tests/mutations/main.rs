//! The drift check by what the vendor, or somebody who edits a spec, does: each change is one finding.

#[path = "../garden/mod.rs"]
mod garden;

mod broken_pages;
mod check;
mod deviations;
mod page_against_sample;
mod page_against_spec;
mod step_by_step;
mod vendor_changes;
mod ways_of_writing;
