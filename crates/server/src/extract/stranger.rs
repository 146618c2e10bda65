//! [`Stranger`]: a caller who proves nothing, and is counted by the address.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::error::ApiError;
use crate::state::App;

/// Somebody, of whom nothing is known but the address. Too many requests from one address are 429.
#[derive(Debug, Clone, Copy)]
pub struct Stranger;

impl<S> FromRequestParts<S> for Stranger
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Arc::<App>::from_ref(state).limits.count_stranger(parts).map(|()| Self)
    }
}
