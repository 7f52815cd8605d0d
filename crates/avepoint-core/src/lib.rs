#![doc = include_str!("../README.md")]

mod argument;
mod call;
mod client;
mod clock;
mod cloud;
mod counted;
mod credential;
mod environment;
mod error;
#[cfg(feature = "export")]
mod export;
mod fields;
mod gate;
mod hook;
mod log;
mod network;
mod operation;
mod options;
mod paging;
pub mod prelude;
mod prepared;
mod reader;
mod renewals;
mod request;
mod response;
mod retry;
mod session;
mod validation;
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
pub mod testing;
#[doc(hidden)]
pub mod transport;

#[doc(hidden)]
pub use reader::outline;

/// What an asynchronous method of a trait returns: `Box::pin(async move { … })`.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// So that a program names these in its own functions without a dependency that has to be of the same version.
pub use {bytes, http, serde_json};

pub use argument::{Argument, Arguments};
pub use client::{ApiClient, ClientBuilder};
pub use clock::{Clock, SystemClock};
pub use cloud::{Cloud, Region, Service, parse_base_url};
pub use credential::{AccessToken, Credential, StaticToken};
pub use error::{Error, ErrorKind, FieldError, Obstacle};
#[cfg(feature = "export")]
pub use export::{ExportApi, ExportEvent, ExportJob, ExportOptions, ExportPart, ExportState, ExportStatus};
#[doc(hidden)]
#[cfg(feature = "export")]
pub use export::{export_all, parts};
pub use hook::{OutgoingRequest, RequestHook, RequestOutcome};
pub use network::Transport;
pub use operation::{
    Constraint, Format, Member, Method, Operation, Paging, Parameter, ParameterLocation, RequestBody, ResponseBody,
};
pub use options::{CallOptions, RawResponse, ResponseRecorder, Validation};
pub use paging::{Continuation, Discrepancy, Items, Page, Pages};
#[doc(hidden)]
pub use paging::{Origin, PageRequest};
pub use prepared::PreparedRequest;
pub use reader::{UnknownMember, Unread, UnreadMember};
pub use request::RawRequest;
pub use response::{ByteStream, Response};
pub use retry::{RetryPolicy, parse_retry_after};
pub use session::Session;
pub use value::code::{Code, CodeOrText, OpenEnum};
pub use value::id::InvalidId;
pub use value::json::Json;
pub use value::list::{List, OneOrMany};
pub use value::local_time::LocalTime;
pub use value::number::{Number, NumberOrText};
pub use value::secret::SecretText;
pub use value::text_or::TextOr;
pub use value::time::{InvalidTime, Time};
