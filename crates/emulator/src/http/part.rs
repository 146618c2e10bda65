//! Path and query, with refusals in the API's own form.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use wixapp_core::input::{Unreadable, query_pairs, read_query};

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

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        read_query(parts.uri.query().unwrap_or_default()).map(Self).map_err(refuse)
    }
}

/// The query as names and texts, whatever they are.
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Pairs {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        query_pairs(parts.uri.query().unwrap_or_default()).map(Self).map_err(refuse)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn refuse(error: Unreadable) -> Refusal {
    Refusal::invalid(error.to_string())
}
