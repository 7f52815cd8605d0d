//! What programs use nearly always: `use avepoint_elements_v3::prelude::*` has all of it, and the client.

#[cfg(feature = "export")]
pub use crate::export::{ExportApi, ExportEvent, ExportOptions, ExportState};
pub use crate::{
    ApiClient, CallOptions, Cloud, Code, CodeOrText, Credential, Error, ErrorKind, Method, OpenEnum, Region,
    ResponseRecorder, RetryPolicy, SecretText, StaticToken, Time, Transport, Validation,
};
