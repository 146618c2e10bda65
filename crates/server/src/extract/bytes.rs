//! [`BoundedBytes`]: a body of bounded size that arrives in time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use wixapp_core::ErrorCode;

use crate::error::ApiError;

/// How long a body may take to arrive.
const TIME: Duration = Duration::from_secs(30);
/// How much of a body that is too large is still read, so that its sender can finish and see the answer.
const SPILL: usize = 1024 * 1024;
/// How long that may take.
const SPILL_TIME: Duration = Duration::from_secs(1);

/// Reads a whole body of at most `LIMIT` bytes. A larger one is 413, one that does not arrive in time
/// 408, one that breaks off 400.
#[derive(Debug)]
pub struct BoundedBytes<const LIMIT: usize>(pub Bytes);

impl<S: Send + Sync, const LIMIT: usize> axum::extract::FromRequest<S> for BoundedBytes<LIMIT> {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, ApiError> {
        let declared = declared(request.headers());
        let mut body = request.into_body().into_data_stream();
        if declared.is_some_and(|length| length > LIMIT as u64) {
            spill(&mut body, declared).await;
            return Err(too_large(LIMIT));
        }
        let read = tokio::time::timeout(TIME, read(&mut body, LIMIT)).await;
        match read {
            Ok(Ok(Some(bytes))) => Ok(Self(bytes)),
            Ok(Ok(None)) => {
                spill(&mut body, None).await;
                Err(too_large(LIMIT))
            }
            Ok(Err(_)) => {
                Err(ApiError::new(ErrorCode::MalformedJson)
                    .with_message("The body broke off before its end."))
            }
            Err(_) => Err(ApiError::new(ErrorCode::RequestTimeout)),
        }
    }
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The whole body; `None` when it has more than `limit` bytes.
async fn read(body: &mut BodyDataStream, limit: usize) -> Result<Option<Bytes>, axum::Error> {
    let mut whole = BytesMut::new();
    while let Some(part) = body.next().await {
        let part = part?;
        if whole.len() + part.len() > limit {
            return Ok(None);
        }
        whole.extend_from_slice(&part);
    }
    Ok(Some(whole.freeze()))
}

/// Reads on and forgets, within limits: a connection that is closed on a sender takes the answer with it.
async fn spill(body: &mut BodyDataStream, declared: Option<u64>) {
    if declared.is_some_and(|length| length > SPILL as u64) {
        return;
    }
    let mut left = SPILL;
    let forget = async {
        while let Some(Ok(part)) = body.next().await {
            let Some(rest) = left.checked_sub(part.len()) else { return };
            left = rest;
        }
    };
    // What did not come by then is not waited for.
    let _ = tokio::time::timeout(SPILL_TIME, forget).await;
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(ErrorCode::PayloadTooLarge)
        .with_message(format!("The body may have {limit} bytes at the most."))
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequest;
    use futures_util::stream;

    use super::*;

    async fn read(body: Body) -> Result<usize, ErrorCode> {
        let read = BoundedBytes::<8>::from_request(Request::new(body), &()).await;
        read.map(|BoundedBytes(bytes)| bytes.len()).map_err(|refusal| refusal.code())
    }

    fn parts(
        parts: &'static [&'static str],
    ) -> impl stream::Stream<Item = Result<&'static str, std::io::Error>> {
        stream::iter(parts).map(|part| Ok(*part))
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit_and_not_beyond() {
        assert_eq!(read(Body::from_stream(parts(&["1234", "5678"]))).await, Ok(8));
        assert_eq!(read(Body::from_stream(parts(&["1234", "56789"]))).await, Err(ErrorCode::PayloadTooLarge));
        assert_eq!(read(Body::empty()).await, Ok(0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_or_breaks_off_is_not_waited_for() {
        let (started, slow) = (tokio::time::Instant::now(), parts(&["1"]).chain(stream::pending()));
        assert_eq!(read(Body::from_stream(slow)).await, Err(ErrorCode::RequestTimeout));
        assert!(started.elapsed() < TIME * 2);
        let broken = parts(&["1"]).chain(stream::iter([Err(std::io::Error::other("reset"))]));
        assert_eq!(read(Body::from_stream(broken)).await, Err(ErrorCode::MalformedJson));
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096])));
        assert_eq!(read(Body::from_stream(endless)).await, Err(ErrorCode::PayloadTooLarge));
    }
}
