//! [`ValidJson`]: a JSON body of the right type.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use wixapp_core::ErrorCode;
use wixapp_core::input::{Unreadable, read_json};

use crate::error::ApiError;
use crate::extract::BoundedBytes;

/// No request of this API needs more.
const LIMIT: usize = 64 * 1024;

/// A JSON body that reads as `T`, with the bytes it came as.
///
/// Not JSON by its content type is 415; broken JSON 400; the wrong fields or types 422; more than 64 KiB 413.
#[derive(Debug)]
pub struct ValidJson<T> {
    /// The value.
    pub value: T,
    /// The body as it came.
    pub bytes: Bytes,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ValidJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, ApiError> {
        if !is_json(&request) {
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType));
        }
        let BoundedBytes::<LIMIT>(bytes) = BoundedBytes::from_request(request, state).await?;
        let value = parse(&bytes)?;
        Ok(Self { value, bytes })
    }
}

/// A request that says nothing: no body at all, or an empty JSON object.
#[derive(Debug)]
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, ApiError> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}

        let is_json = is_json(&request);
        let BoundedBytes::<LIMIT>(bytes) = BoundedBytes::from_request(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self);
        }
        if !is_json {
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType));
        }
        parse::<Nothing>(&bytes).map(|Nothing {}| Self)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    read_json(bytes).map_err(|error| {
        let code = match error {
            Unreadable::Malformed(_) => ErrorCode::MalformedJson,
            Unreadable::Unfit(_) => ErrorCode::InvalidRequest,
        };
        ApiError::new(code).with_message(error.to_string())
    })
}

fn is_json(request: &Request<Body>) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
