//! Path and query, with refusals in the API's own form.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::Refusal;

/// The parts of the path, as text.
pub(crate) struct Segment<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segment<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let unreadable = |_| {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "invalid_path",
                "The path is not valid text, or has the wrong form.",
            )
        };
        Path::from_request_parts(parts, state).await.map(|Path(value)| Self(value)).map_err(unreadable)
    }
}

/// The query, of exactly the form `T`.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let wrong = |error| Refusal::invalid(format!("The query is not as expected: {error}."));
        Query::from_request_parts(parts, state).await.map(|Query(value)| Self(value)).map_err(wrong)
    }
}
