//! The part of Wix's own HTTP API that the platform answers, with Wix's paths, shapes and errors.

pub(crate) mod app_token;
mod bi_event;
pub(crate) mod billing;
mod custom_auth;
pub(crate) mod installer;
pub(crate) mod instance;
pub(crate) mod oauth;
pub(crate) mod permitted;
mod plans;
mod scripts;
mod secrets;
mod upgrade;

use axum::Router;
use axum::routing::{get, patch, post};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::reply::WixError;

const SECRETS: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

/// The paths below which only the API answers, never a page.
pub(crate) const PREFIXES: [&str; 9] = [
    "/installer",
    "/oauth",
    "/oauth2",
    "/apps",
    "/apps-plans",
    "/wix-data",
    "/_api",
    "/_emulator",
    "/_fake-network",
];

pub(crate) fn routes() -> Router<Emulator> {
    Router::new()
        .route("/oauth2/token", post(oauth::token))
        .route("/oauth2/token-info", post(oauth::token_info))
        .route("/apps/v1/checkout", post(billing::checkout))
        .route("/apps/v1/checkout/history", get(billing::history))
        .route("/apps/v1/metered-billing-charges", get(billing::metered))
        .route("/apps/v1/instance", get(instance::get))
        .route("/oauth/access", post(custom_auth::access))
        .route("/installer/install", get(installer::ask).post(installer::agree))
        .route("/installer/close-window", get(installer::close_window))
        .route("/apps-plans/v1/apps-plans/{app_ids}", get(plans::list))
        .route("/apps/upgrade/{app_id}", get(upgrade::open))
        .route("/apps/v1/bi-event", post(bi_event::report))
        .route("/apps/v1/scripts", get(scripts::get).post(scripts::embed))
        .route(SECRETS, get(secrets::list).post(secrets::create))
        .route(&format!("{SECRETS}/name/{{name}}"), get(secrets::value))
        .route(&format!("{SECRETS}/{{id}}"), patch(secrets::update).delete(secrets::delete))
        .merge(crate::data::routes())
        .method_not_allowed_fallback(method_not_allowed)
}

async fn method_not_allowed() -> WixError {
    let message = "This address does not answer this method.";
    Refusal::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).into()
}
