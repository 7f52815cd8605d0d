#![doc = include_str!("../README.md")]

mod client;
mod clock;
mod cloud;
mod credential;
mod error;
#[cfg(feature = "export")]
mod export;
mod limits;
mod operation;
mod options;
mod paging;
mod reader;
mod renewals;
mod response;
mod retry;
mod session;
mod value;
#[cfg(feature = "export")]
mod witness;

#[cfg(feature = "dynamic")]
#[doc(hidden)]
pub mod dynamic;
#[doc(hidden)]
pub mod fuzz;
#[doc(hidden)]
pub mod generated;
#[doc(hidden)]
pub mod protection;
#[doc(hidden)]
pub mod redact;
#[doc(hidden)]
pub mod transport;

pub use client::{ApiClient, ClientBuilder};
pub use clock::{Clock, SystemClock};
pub use cloud::{Cloud, Region, Service, checked_url};
pub use credential::{AccessToken, Credential, StaticToken};
pub use error::{Error, ErrorKind};
#[cfg(feature = "export")]
pub use export::{ExportApi, ExportEvent, ExportJob, ExportOptions, ExportPart, ExportState, ExportStatus};
#[doc(hidden)]
#[cfg(feature = "export")]
pub use export::{export_all, parts};
pub use operation::{Answer, Body, Format, Member, Method, Operation, Paging, Parameter, Place, Shape};
pub use options::{CallOptions, Capture, RawAnswer};
#[doc(hidden)]
pub use paging::{Ask, Origin};
pub use paging::{Continuation, Discrepancy, Items, Page, Pages};
pub use reader::{Unread, UnreadMember};
pub use response::ResponseValue;
pub use retry::{RetryPolicy, retry_after};
pub use session::Session;
pub use value::code::{Code, CodeOrText, OpenEnum};
pub use value::id::InvalidId;
pub use value::json::Json;
pub use value::list::{List, OneOrMany};
pub use value::number::{Number, NumberOrText};
pub use value::secret::SecretText;
pub use value::text_or::TextOr;
pub use value::time::{InvalidTime, Time};

/// A file as it comes.
pub use progenitor_client::ByteStream;
