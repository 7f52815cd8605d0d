//! What programs use nearly always, and what the signatures of their own functions name: `use
//! avepoint_elements_v3::prelude::*` has all of it, and the client.

#[cfg(feature = "export")]
pub use crate::export::{ExportApi, ExportEvent, ExportOptions, ExportState};
pub use crate::{
    ApiClient, ByteStream, CallOptions, ClientBuilder, Cloud, Code, CodeOrText, Continuation, Credential, Error,
    ErrorKind, Items, Json, LocalTime, Method, OpenEnum, OutgoingRequest, Page, Pages, PreparedRequest, Region,
    RequestHook, RequestOutcome, Response, ResponseRecorder, RetryPolicy, SecretText, StaticToken, Time, Transport,
    Validation,
};
