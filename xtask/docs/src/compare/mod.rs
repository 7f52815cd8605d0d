//! The comparisons of three sides: the pages with what was locked of them, with the spec, and with their own samples.

mod codes;
mod collector;
mod documented;
mod lock_spec;
mod members;
mod operations;
mod page_lock;
mod page_sample;
mod service;
#[cfg(test)]
mod testing;
mod verdict;

pub use collector::Context;
pub use lock_spec::lock_spec;
pub use operations::Side;
pub use page_lock::{matched, page_lock};
pub use page_sample::page_sample;
