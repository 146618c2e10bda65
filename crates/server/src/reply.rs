//! The wrapper of every answer: `{success, data}`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A good answer with its data.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reply<T> {
    /// Always `true`.
    #[schema(example = true)]
    pub success: bool,
    /// What was asked for.
    pub data: T,
}

impl<T> Reply<T> {
    /// Wraps `data`.
    pub fn new(data: T) -> Self {
        Self { success: true, data }
    }
}

impl<T: Serialize> Reply<T> {
    /// The answer as the text that is sent, for keeping.
    pub(crate) fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        (StatusCode::OK, axum::Json(self)).into_response()
    }
}
