//! What the fuzz targets reach and no caller needs.

use http::{HeaderMap, StatusCode};

use crate::error::Error;
#[cfg(feature = "export")]
use crate::export::archive::Tail;
use crate::redact::Secrets;

/// The error of a call that was answered so, with a status that is no success.
pub fn failed(status: StatusCode, headers: &HeaderMap, body: &[u8], secrets: &Secrets) -> Error {
    Error::from_status(status, headers, body, None, secrets)
}

/// Whether what came in these pieces ends as an archive that is whole.
#[cfg(feature = "export")]
pub fn is_whole_archive<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let mut tail = Tail::default();
    pieces.into_iter().for_each(|piece| tail.push(piece));
    tail.is_whole()
}
