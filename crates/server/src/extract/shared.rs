//! [`Shared`]: what the app's handlers and jobs share.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use wixapp_jobs::State;

use crate::error::ApiError;

/// The value of this type that the app was built with: the same one its jobs see.
#[derive(Debug)]
pub struct Shared<T>(pub Arc<T>);

impl<S: Send + Sync, T: Send + Sync + 'static> FromRequestParts<S> for Shared<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let shared = parts.extensions.get::<Arc<State>>().and_then(|state| state.get::<T>());
        shared.map(Self).ok_or_else(|| {
            ApiError::internal(&format_args!("the app has no state of type `{}`", std::any::type_name::<T>()))
        })
    }
}
