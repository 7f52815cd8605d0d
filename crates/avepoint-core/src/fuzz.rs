//! What the fuzz targets reach and no caller needs.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::Error;
#[cfg(feature = "export")]
use crate::export::archive::Tail;
use crate::generated::{decode, decoder};
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::redact::Secrets;
use crate::response::Response;

/// The error of a call that was answered so, with a status that is no success.
pub fn failed(status: StatusCode, headers: &HeaderMap, body: &[u8], secrets: &Secrets) -> Error {
    Error::from_status(status, headers, body, None, secrets)
}

/// The typed response of a call that succeeded.
///
/// # Errors
/// As the call.
pub async fn answered<T: DeserializeOwned + Send + 'static>(
    operation: &'static Operation,
    body: impl Into<Bytes>,
) -> Result<Response<T>, Error> {
    let read = decode(
        operation,
        http::Response::new(body.into()),
        &CallOptions::default(),
        decoder::<T>,
    )
    .await;
    read.map(Response::of)
}

/// Whether what came in these pieces ends as an archive that is whole.
#[cfg(feature = "export")]
pub fn is_whole_archive<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let mut tail = Tail::default();
    pieces.into_iter().for_each(|piece| tail.push(piece));
    tail.is_whole()
}
