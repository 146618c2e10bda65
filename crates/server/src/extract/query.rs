//! [`ValidQuery`]: the part of an address behind `?`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use wixapp_core::input::read_query;

use crate::error::ApiError;

/// The query of an address; one that does not fit is 422.
#[derive(Debug)]
pub struct ValidQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ValidQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = read_query(parts.uri.query().unwrap_or_default());
        query.map(Self).map_err(|error| ApiError::invalid(error.to_string()))
    }
}
