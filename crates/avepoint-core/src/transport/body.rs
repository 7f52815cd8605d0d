//! Reading answers, within bounds.

use bytes::Bytes;
use reqwest::Response;

use crate::error::Error;
use crate::protection::Protection;

/// How much is set aside for a response before any of it has come, whatever the server says.
const AT_FIRST: usize = 1024 * 1024;

/// Why a response was not read to its end.
#[derive(Debug)]
pub enum ReadError {
    /// The connection broke.
    Broken(Error),
    /// It is longer than the bound. The length is the one that the server declared, if it did.
    TooLong(Option<u64>),
}

/// Reads a response to its end.
///
/// # Errors
/// Where the connection breaks, or the response has more bytes than `most`: nothing beyond is read.
pub async fn whole(response: &mut Response, most: usize) -> Result<Bytes, ReadError> {
    let most = if Protection::AnswerBound.is_on() {
        most
    } else {
        usize::MAX
    };
    let declared_length = response.content_length();
    let expected = declared_length.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if expected > most {
        return Err(ReadError::TooLong(declared_length));
    }
    // What comes in one piece, as most answers do, is not copied.
    let (mut only, mut body) = (Bytes::new(), Vec::new());
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| ReadError::Broken(Error::from_transport(error)))?
    {
        if chunk.len() > most.saturating_sub(only.len() + body.len()) {
            return Err(ReadError::TooLong(declared_length));
        }
        if only.is_empty() && body.is_empty() {
            only = chunk;
            continue;
        }
        if body.is_empty() {
            body.reserve(expected.min(AT_FIRST));
            body.extend_from_slice(&std::mem::take(&mut only));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(if body.is_empty() { only } else { body.into() })
}

/// Reads the beginning of a response into a buffer that is the caller's, so that what has come is there whenever the
/// reading is given up. A cut answer is as good as it came.
pub async fn beginning(response: &mut Response, most: usize, body: &mut Vec<u8>) {
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = most.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() >= most {
            return;
        }
    }
}
