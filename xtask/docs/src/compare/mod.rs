//! The comparisons of three sides: the pages with what was locked of them, with the spec, and with their own samples.

mod api_wide;
mod codes;
mod collector;
mod documented;
mod lock_spec;
mod match_operations;
mod members;
mod page_lock;
mod page_sample;
#[cfg(test)]
mod testing;
mod verdict;

pub use collector::Context;
pub use lock_spec::lock_spec;
pub use match_operations::MatchedPages;
pub use page_lock::{matched, page_lock};
pub use page_sample::page_sample;
