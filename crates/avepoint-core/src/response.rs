//! What a successful call gives back.

use std::fmt;
use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode, header};
use progenitor_client::ByteStream;

use crate::error::Error;
use crate::paging::{Fingerprint, Origin};
use crate::reader::Unread;

/// An answer with its status and headers; it dereferences to the answer.
pub struct Response<T> {
    inner: T,
    status: StatusCode,
    headers: HeaderMap,
    unread: Unread,
    fingerprint: Fingerprint,
    /// Why this is no page of a list, although it is a success.
    failure: Option<Error>,
}

impl<T> Response<T> {
    /// An answer of this status and with these headers, all of which was read.
    pub fn new(inner: T, status: StatusCode, headers: HeaderMap) -> Self {
        Response {
            inner,
            status,
            headers,
            unread: Unread::default(),
            fingerprint: Fingerprint::default(),
            failure: None,
        }
    }

    pub(crate) fn with_unread(self, unread: Unread) -> Self {
        Response { unread, ..self }
    }

    pub(crate) fn with_fingerprint(self, fingerprint: Fingerprint, failure: Option<Error>) -> Self {
        Response {
            fingerprint,
            failure,
            ..self
        }
    }

    /// The answer alone.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How many bytes the server said it would send, if it did.
    pub fn content_length(&self) -> Option<u64> {
        self.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// What of the answer could not be read, and is missing in the typed one.
    pub fn unread(&self) -> &Unread {
        &self.unread
    }

    /// The answer and where it comes from, for the pager that has asked for it. For use by generated code.
    ///
    /// # Errors
    /// Where it has no entries, but tells of a failure: whoever makes a single call reads that in it.
    #[doc(hidden)]
    pub fn into_page(self) -> Result<(T, Origin), Error> {
        match self.failure {
            None => {
                let (bytes, unread) = (self.fingerprint, self.unread);
                Ok((self.inner, Origin { bytes, unread }))
            }
            Some(failure) => Err(failure),
        }
    }

    /// The same with another answer. For use by generated code, which takes a result.
    #[doc(hidden)]
    pub fn map<U, E>(self, change: impl FnOnce(T) -> U) -> Result<Response<U>, E> {
        Ok(Response {
            inner: change(self.inner),
            status: self.status,
            headers: self.headers,
            unread: self.unread,
            fingerprint: self.fingerprint,
            failure: self.failure,
        })
    }
}

impl Response<()> {
    /// An answer of which nothing is read. For use by generated code.
    #[doc(hidden)]
    pub fn empty(response: reqwest::Response) -> Self {
        Response::new((), response.status(), response.headers().clone())
    }
}

impl Response<ByteStream> {
    /// An answer that is read piece by piece. For use by generated code.
    #[doc(hidden)]
    pub fn stream(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Response::new(ByteStream::new(Box::pin(response.bytes_stream())), status, headers)
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T> AsRef<T> for Response<T> {
    fn as_ref(&self) -> &T {
        &self.inner
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
