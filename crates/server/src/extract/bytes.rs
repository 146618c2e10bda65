//! [`BoundedBytes`]: a body of bounded size.

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use wixapp_core::ErrorCode;

use crate::error::ApiError;

/// Reads a whole body of at most `LIMIT` bytes; a larger one is refused without being read.
#[derive(Debug)]
pub struct BoundedBytes<const LIMIT: usize>(pub Bytes);

impl<S: Send + Sync, const LIMIT: usize> axum::extract::FromRequest<S> for BoundedBytes<LIMIT> {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, ApiError> {
        let declared = request.headers().get(axum::http::header::CONTENT_LENGTH);
        let declared =
            declared.and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
        let too_large = || {
            ApiError::new(ErrorCode::PayloadTooLarge)
                .with_message(format!("The body may have {LIMIT} bytes at the most."))
        };
        if declared.is_some_and(|length| length > LIMIT as u64) {
            return Err(too_large());
        }
        // The only other failure is a connection that broke, and then nobody reads the answer.
        axum::body::to_bytes(request.into_body(), LIMIT).await.map(Self).map_err(|_| too_large())
    }
}
