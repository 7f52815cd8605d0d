//! What a successful call gives back.

use std::any::Any;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream::{BoxStream, StreamExt};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::paging::Origin;
use crate::reader::{Reading, Spelling, UnknownMember, Unread, read};

/// The content of a response with its status and headers; it dereferences to the content.
pub struct Response<T> {
    inner: T,
    status: StatusCode,
    headers: HeaderMap,
    origin: Origin,
    /// Why this is no page of a list, although it is a success.
    failure: Option<Error>,
}

impl<T> Response<T> {
    /// A response with this content, status and headers, of which nothing was unreadable.
    pub fn new(inner: T, status: StatusCode, headers: HeaderMap) -> Self {
        Response {
            inner,
            status,
            headers,
            origin: Origin::default(),
            failure: None,
        }
    }

    /// A response with the status 200 and without headers, for tests of code that takes one.
    ///
    /// ```
    /// use avepoint_core::Response;
    ///
    /// let response = Response::ok("Northwind");
    /// assert_eq!((response.status().as_u16(), response.len()), (200, 9));
    /// ```
    pub fn ok(inner: T) -> Self {
        Response::new(inner, StatusCode::OK, HeaderMap::new())
    }

    /// What a response holds, with its head.
    pub(crate) fn with_head_of<B>(answer: http::Response<B>, read: impl FnOnce(B) -> T) -> Self {
        let (head, body) = answer.into_parts();
        Response::new(read(body), head.status, head.headers)
    }

    pub(crate) fn with_origin(self, origin: Origin, failure: Option<Error>) -> Self {
        Response {
            origin,
            failure,
            ..self
        }
    }

    /// Returns the content alone.
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

    /// The length of the body that the server announced, if it did.
    pub fn content_length(&self) -> Option<u64> {
        self.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// What of the response could not be read, and is missing in the content.
    pub fn unread(&self) -> &Unread {
        &self.origin.unread
    }

    /// The members that the specification does not have, if the options
    /// [keep](crate::CallOptions::keep_unknown_members) them.
    ///
    /// ```
    /// # fn show<T>(response: avepoint_core::Response<T>) {
    /// for member in response.unknown() {
    ///     println!("{} is {}", member.path(), member.value());
    /// }
    /// # }
    /// ```
    pub fn unknown(&self) -> &[UnknownMember] {
        self.unread().unknown()
    }

    /// The response and where it comes from, for the pager that has asked for it. For use by generated code.
    ///
    /// # Errors
    /// Where it has no entries, but tells of a failure: whoever makes a single call reads that in it.
    #[doc(hidden)]
    pub fn into_page(self) -> Result<(T, Origin), Error> {
        match self.failure {
            None => Ok((self.inner, self.origin)),
            Some(failure) => Err(failure),
        }
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            inner: change(self.inner),
            status: self.status,
            headers: self.headers,
            origin: self.origin,
            failure: self.failure,
        }
    }
}

impl<T: DeserializeOwned> Response<T> {
    /// A response that is read from JSON as from the service, with the status 200 and without headers: for tests of code that
    /// takes one. [`unread`](Response::unread) and [`unknown`](Response::unknown) tell what of it is not in the type.
    ///
    /// ```
    /// use avepoint_core::Response;
    /// use avepoint_core::serde_json::json;
    ///
    /// # #[derive(serde::Deserialize)]
    /// # struct Customer { organization: Option<String>, seats: Option<i64> }
    /// let json = json!({ "Organization": "Northwind", "seats": "N/A", "colour": "blue" });
    /// let customer: Response<Customer> = Response::from_json(json)?;
    /// assert_eq!(customer.organization.as_deref(), Some("Northwind"));
    /// assert_eq!(customer.unread().members()[0].path(), "seats");
    /// assert_eq!(customer.unknown()[0].path(), "colour");
    /// # Ok::<(), avepoint_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An error of kind [`ErrorKind::Decode`](crate::ErrorKind::Decode) for what is no JSON, or something else altogether.
    pub fn from_json(json: impl fmt::Display) -> Result<Self, Error> {
        let reading = Reading {
            codes: Spelling::Documented,
            keeps_unknown: true,
        };
        let read = read::<T>(json.to_string().as_bytes(), reading);
        let (value, unread) = read.map_err(|problem| Error::unreadable(&problem.to_string()))?;
        let origin = Origin {
            unread,
            ..Origin::default()
        };
        Ok(Response::ok(value).with_origin(origin, None))
    }
}

impl<T: Send + 'static> Response<T> {
    /// The response that was read as this type.
    pub(crate) fn of(answer: Response<Box<dyn Any + Send>>) -> Self {
        answer.map(typed)
    }
}

/// What was read, as the type that it was read as.
pub(crate) fn typed<T: 'static>(answer: Box<dyn Any + Send>) -> T {
    match answer.downcast() {
        Ok(value) => *value,
        Err(_) => unreachable!("an answer is asked for as what it was read as"),
    }
}

/// A file as it arrives, piece by piece.
///
/// ```
/// # use avepoint_core::{ByteStream, Error};
/// async fn length(mut file: ByteStream) -> Result<usize, Error> {
///     let mut length = 0;
///     while let Some(piece) = file.next().await {
///         length += piece?.len();
///     }
///     Ok(length)
/// }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct ByteStream(BoxStream<'static, Result<Bytes, Error>>);

impl ByteStream {
    /// A file that comes in these pieces.
    pub fn new(pieces: impl Stream<Item = Result<Bytes, Error>> + Send + 'static) -> Self {
        ByteStream(pieces.boxed())
    }

    /// The next piece, if there is one.
    ///
    /// # Errors
    /// If the connection breaks, or no piece arrives in time.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        self.0.next().await
    }

    /// The same, for `?`: `while let Some(piece) = file.try_next().await?`.
    ///
    /// # Errors
    /// If the connection breaks, or no piece arrives in time.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        self.next().await.transpose()
    }
}

/// A file that is given as a whole, for tests of code that takes one. [`new`](ByteStream::new) makes one of pieces and
/// errors.
///
/// ```
/// use avepoint_core::ByteStream;
///
/// let file = ByteStream::from(b"PK".to_vec());
/// # let _ = file;
/// ```
impl From<Vec<u8>> for ByteStream {
    fn from(bytes: Vec<u8>) -> Self {
        ByteStream::new(futures_util::stream::once(std::future::ready(Ok(bytes.into()))))
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteStream")
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
