//! [`ValidJson`]: a JSON body of the right type.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use wixapp_core::ErrorCode;

use crate::error::ApiError;
use crate::extract::BoundedBytes;

/// No request of this API needs more.
const LIMIT: usize = 64 * 1024;

/// serde_json's words for a number such as 1e309.
const TOO_LARGE: &str = "number out of range";

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
    // serde would also take an array of the fields in their order; the API's bodies are objects.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|byte| matches!(byte, b'[' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n')) {
        serde_json::from_slice::<serde::de::IgnoredAny>(bytes).map_err(|error| refuse(&error))?;
        return Err(ApiError::invalid("The body must be a JSON object."));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        // serde_json counts a value of another type in the place of a choice (`true` for "fail") to the broken JSON.
        let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        if error.is_syntax() && !error.to_string().starts_with(TOO_LARGE) && is_json() {
            return ApiError::invalid("The body does not fit: a field has a value of the wrong type.");
        }
        refuse(&error)
    })
}

fn is_json(request: &Request<Body>) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn refuse(error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    // What a caller can act on is the reason; "at line 1 column 23" stays out of a sentence for people.
    let reason = text.split(" at line ").next().unwrap_or(&text);
    // serde_json counts 1e309 to the broken JSON; it is a number, and too large for any field.
    let too_large = error.is_syntax() && reason == TOO_LARGE;
    match error.classify() {
        Category::Syntax if too_large => ApiError::invalid("The body does not fit: a number is too large."),
        Category::Data => ApiError::invalid(format!("The body does not fit: {reason}.")),
        Category::Syntax | Category::Eof | Category::Io => ApiError::new(ErrorCode::MalformedJson)
            .with_message(format!("The body is not valid JSON: {text}.")),
    }
}
