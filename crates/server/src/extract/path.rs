//! [`ValidPath`]: the variable parts of an address.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use wixapp_core::ErrorCode;

use crate::error::ApiError;

/// The variable parts of an address. A part that is no valid id names nothing, so the answer is 404.
#[derive(Debug)]
pub struct ValidPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ValidPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value)).map_err(|_| ApiError::new(ErrorCode::NotFound))
    }
}
