//! What the tests share: a server on loopback, a clock that does not wait, and the specs.

// Their names say what they are.
#![allow(missing_docs)]

pub mod chaos;
pub mod client;
pub mod clock;
pub mod elements;
pub mod example_values;
pub mod fuzz;
pub mod json;
pub mod raw_server;
pub mod samples;
pub mod server;
pub mod specs;
pub mod traces;
pub mod wire;
