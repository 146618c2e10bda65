//! Whether the server lives, is ready, and what it counts.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::state::App;
use crate::telemetry;

/// `GET /health`: the process answers.
#[utoipa::path(get, path = "/health", tag = "operation", operation_id = "health", security(()), responses((status = 200, description = "The process answers")))]
pub async fn live() -> &'static str {
    "ok"
}

/// `GET /ready`: the database answers and has this version's schema.
#[utoipa::path(get, path = "/ready", tag = "operation", operation_id = "ready", security(()), responses(
    (status = 200, description = "Requests are served"),
    (status = 503, description = "`unavailable`: the database cannot be used", body = crate::error::Refusal),
))]
pub async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    app.store.check().await.map_err(|error| {
        tracing::warn!(error = %error, "not ready");
        ApiError::new(wixapp_core::ErrorCode::Unavailable).with_retry_after(2)
    })?;
    Ok("ready")
}

/// `GET /metrics`: counters in Prometheus' text form.
#[utoipa::path(get, path = "/metrics", tag = "operation", operation_id = "metrics", security(()), responses((status = 200, description = "Counters in Prometheus' text form")))]
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    if let Ok((waiting, parked)) = app.store.count_waiting().await {
        telemetry::set_waiting(waiting, parked);
    }
    telemetry::set_streams(app.live.count());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], telemetry::render()).into_response()
}
