//! Values for the tests of programs that use a client.
//!
//! Responses, lists and errors can be made without a server, although their types may get further fields:
//!
//! - an object of any type by [`from_json`], a response around it by [`Response::ok`](crate::Response::ok), or both at once by
//!   [`Response::from_json`](crate::Response::from_json), as the client reads them;
//! - a response that was not read by [`RawResponse::ok`](crate::RawResponse::ok);
//! - a list by [`Items::from`](crate::Items), [`Pages::from_iter`](crate::Pages) and [`Page::from`](crate::Page), with an
//!   error in its place if it is to break;
//! - a file by [`ByteStream::from`](crate::ByteStream), the status of an export job by `ExportStatus::from`, a part of an
//!   export by `ExportPart::new`;
//! - the error of a response by [`Error::from_response`], any other by [`Error::new`], that of a call that had to wait too
//!   long with [`Error::with_retry_after`].
//!
//! ```
//! use avepoint_core::{Error, Items, testing};
//! use avepoint_core::serde_json::json;
//! # #[derive(Debug, Default, serde::Deserialize)]
//! # struct Customer { organization: Option<String> }
//!
//! /// What is to be tested.
//! async fn names(mut customers: Items<Customer>) -> Result<Vec<String>, Error> {
//!     let mut names = Vec::new();
//!     while let Some(customer) = customers.next().await {
//!         names.extend(customer?.organization);
//!     }
//!     Ok(names)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! let customers = testing::from_json::<Vec<Customer>>(json!([{ "organization": "Northwind" }, {}]))?;
//! assert_eq!(names(customers.into()).await?, ["Northwind"]);
//! # Ok(())
//! # }
//! ```

use std::fmt;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::reader::{Spelling, read_whole};

/// A value of any type of an API, from JSON: a text of it, or a `serde_json::Value`. It is read as from the service: names in
/// any letter case, `null` for what is empty, unknown codes and members.
///
/// ```
/// use avepoint_core::testing;
///
/// # #[derive(Debug, serde::Deserialize)]
/// # struct Job { id: Option<i64> }
/// let job: Job = testing::from_json(r#"{ "ID": "7", "new": [] }"#)?;
/// assert_eq!(job.id, Some(7));
///
/// let error = testing::from_json::<Job>(r#"{ "id": "seven" }"#).expect_err("no number");
/// assert_eq!(error.to_string(), "`id` is a string where a 64-bit integer is expected");
/// # Ok::<(), avepoint_core::Error>(())
/// ```
///
/// # Errors
/// An error of kind [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the place for what is no JSON and for a value that
/// does not fit: unlike from the service, where it is left out, since here nobody would be told.
/// [`Response::from_json`](crate::Response::from_json) tells.
pub fn from_json<T: DeserializeOwned>(json: impl fmt::Display) -> Result<T, Error> {
    let read = read_whole(json.to_string().as_bytes(), Spelling::Documented);
    read.map_err(|problem| Error::unreadable(&problem.to_string()))
}
