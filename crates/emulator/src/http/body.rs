//! Request bodies: JSON of a known form and of a bounded size, and nothing else.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wixapp_core::input::{Unreadable, read_json};

use crate::error::Refusal;

/// Larger bodies are refused unread.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// A JSON body of the form `T`.
///
/// The platform's own pages refuse fields that `T` does not know. The APIs that stand for Wix's ignore them, as Wix does as far as
/// is known: an app that sends more than the local platform reads must not fail here only.
pub(crate) struct Strict<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Strict<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let is_json = is_json(request.headers());
        let bytes = read(request).await?;
        if !is_json {
            let message = "Send JSON with the header `Content-Type: application/json`.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message));
        }
        parse(&bytes).map(Self)
    }
}

/// No body, or the empty object.
pub(crate) struct NoBody;

impl<S: Sync> FromRequest<S> for NoBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Empty {}

        let bytes = read(request).await?;
        if !bytes.is_empty() {
            let Empty {} = parse(&bytes)?;
        }
        Ok(Self)
    }
}

async fn read(request: Request) -> Result<Bytes, Refusal> {
    let too_large = || {
        let message = format!("The body is larger than {MAX_BODY} bytes.");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", message)
    };
    let length =
        request.headers().get(CONTENT_LENGTH).and_then(|text| text.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(too_large());
    }
    axum::body::to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| too_large())
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    read_json(bytes).map_err(|error| match error {
        Unreadable::Malformed(text) => Refusal::new(StatusCode::BAD_REQUEST, "malformed_json", text),
        Unreadable::Unfit(text) => Refusal::invalid(text),
    })
}
