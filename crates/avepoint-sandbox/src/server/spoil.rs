//! Answers that are spoilt on purpose.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use fastrand::Rng;
use futures_util::{StreamExt, stream};
use headers::{ContentLength, HeaderMapExt};
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::spec::{self, Operation};

/// In how many pieces a body comes that dribbles.
const PIECES: usize = 16;

/// How long an answer is held back.
pub(super) fn delay(faults: &[Fault]) -> Duration {
    let delays = faults.iter().filter_map(|fault| match fault {
        Fault::Delay { least, most } => Some(*least + (*most - *least).mul_f64(Rng::new().f64())),
        _ => None,
    });
    delays.fold(Duration::ZERO, Duration::saturating_add)
}

/// Changes what an answer says; that of an operation, or of the identity service.
pub(crate) fn value(operation: Option<&Operation>, value: &mut Value, faults: &[Fault]) {
    for fault in faults {
        match (fault, operation) {
            (Fault::UnknownCodes, Some(operation)) => spec::each_code(operation, value, &mut |code| {
                *code = if code.is_string() {
                    json!("SandboxUnknown")
                } else {
                    json!(9_999)
                };
            }),
            (Fault::UnknownMembers, _) => add_members(value),
            (Fault::Nulls, _) => match operation.and_then(|operation| entries(operation, value)) {
                Some(entries) => entries.iter_mut().for_each(empty_members),
                None => empty_members(value),
            },
            _ => {}
        }
    }
}

fn entries<'v>(operation: &Operation, value: &'v mut Value) -> Option<&'v mut Vec<Value>> {
    value.get_mut(operation.paging.as_ref()?.items)?.as_array_mut()
}

fn empty_members(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| *member = Value::Null),
        Value::Array(entries) => entries.iter_mut().for_each(empty_members),
        _ => {}
    }
}

fn add_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(add_members);
            members.insert("sandboxUnknown".to_owned(), json!({ "list": [1, null], "text": "new" }));
        }
        Value::Array(entries) => entries.iter_mut().for_each(add_members),
        _ => {}
    }
}

/// Changes how an answer's body comes.
pub(super) async fn body(answer: Response, faults: &[Fault]) -> Response {
    let is_spoilt = |fault: &&Fault| {
        matches!(
            fault,
            Fault::Malformed | Fault::Empty | Fault::Dribble(_) | Fault::CutMiddle
        )
    };
    let Some(fault) = faults.iter().find(is_spoilt) else {
        return answer;
    };
    let (mut parts, body) = answer.into_parts();
    if *fault == Fault::CutMiddle {
        // The length of all of it is still told: by that a client knows that there is more.
        let told = parts.headers.typed_get::<ContentLength>().map(|length| length.0);
        let length = told.or(body.size_hint().exact()).unwrap_or_default();
        parts.headers.typed_insert(ContentLength(length));
        return Response::from_parts(parts, half(body, length / 2));
    }
    parts.headers.remove(CONTENT_LENGTH);
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let body = match fault {
        Fault::Malformed => Body::from(bytes.slice(..bytes.len() / 2)),
        Fault::Dribble(pause) => dribble(&bytes, *pause),
        _ => Body::empty(),
    };
    Response::from_parts(parts, body)
}

/// As many bytes of a body, and then an error, by which the connection is closed.
fn half(body: Body, length: u64) -> Body {
    let parts = body.into_data_stream();
    Body::from_stream(stream::unfold((parts, length), |(mut parts, left)| async move {
        if left > 0
            && let Some(Ok(mut part)) = parts.next().await
        {
            part.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            let left = left - part.len() as u64;
            return Some((Ok(part), (parts, left)));
        }
        // What was written so far is sent while this waits.
        tokio::task::yield_now().await;
        Some((
            Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted)),
            (parts, 0),
        ))
    }))
}

fn dribble(bytes: &Bytes, pause: Duration) -> Body {
    let size = bytes.len().div_ceil(PIECES).max(1);
    let pieces: Vec<_> = bytes.chunks(size).map(Bytes::copy_from_slice).collect();
    Body::from_stream(stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        let piece = pieces.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, std::io::Error>(piece), pieces))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_added_up_however_long_they_are() {
        let fault = |time| Fault::Delay {
            least: time,
            most: time,
        };
        let second = fault(Duration::from_secs(1));
        assert_eq!(delay(&[second.clone(), Fault::Empty, second]), Duration::from_secs(2));
        let faults = [fault(Duration::MAX), fault(Duration::MAX)];
        assert_eq!(delay(&faults), Duration::MAX);
    }
}
