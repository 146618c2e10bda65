//! The part of Wix's own HTTP API that the platform answers, with Wix's paths, shapes and errors.

pub(crate) mod app_token;
pub(crate) mod billing;
pub(crate) mod instance;
pub(crate) mod oauth;

use axum::Router;
use axum::routing::{get, post};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::reply::WixError;

/// The paths below which only the API answers, never a page.
pub(crate) const PREFIXES: [&str; 8] =
    ["/oauth", "/oauth2", "/apps", "/apps-plans", "/wix-data", "/_api", "/_emulator", "/_fake-network"];

pub(crate) fn routes() -> Router<Emulator> {
    Router::new()
        .route("/oauth2/token", post(oauth::token))
        .route("/oauth2/token-info", post(oauth::token_info))
        .route("/apps/v1/checkout", post(billing::checkout))
        .route("/apps/v1/checkout/history", get(billing::history))
        .route("/apps/v1/instance", get(instance::get))
        .method_not_allowed_fallback(method_not_allowed)
}

async fn method_not_allowed() -> WixError {
    let message = "This address does not answer this method.";
    Refusal::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).into()
}
