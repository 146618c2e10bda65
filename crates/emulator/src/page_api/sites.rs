//! Installing, removing and opening the app on a site, and its plan's automatic renewal.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::http::part::{Pairs, Segment};
use crate::view::Site;

/// The longest query passed through to the app, name and value lengths added up.
const MAX_EXTRA: usize = 4_096;

/// `POST sites/{siteId}/install`
pub(crate) async fn install(
    State(emulator): State<Emulator>,
    Segment(site_id): Segment<String>,
    _: NoBody,
) -> Result<Json<Site>, Refusal> {
    emulator.engine().install(&site_id).map(Json)
}

/// `POST sites/{siteId}/uninstall`
pub(crate) async fn uninstall(
    State(emulator): State<Emulator>,
    Segment(site_id): Segment<String>,
    _: NoBody,
) -> Result<Json<Site>, Refusal> {
    emulator.engine().uninstall(&site_id).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutoRenew {
    enabled: bool,
}

/// `POST instances/{instanceId}/auto-renew`
pub(crate) async fn auto_renew(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
    Strict(body): Strict<AutoRenew>,
) -> Result<Json<Site>, Refusal> {
    emulator.engine().set_auto_renew(&instance_id, body.enabled).map(Json)
}

#[derive(Serialize)]
pub(crate) struct AppFrame {
    url: String,
}

/// `GET sites/{siteId}/app-frame`: the iframe's address; other query parameters are passed through to the app.
pub(crate) async fn app_frame(
    State(emulator): State<Emulator>,
    Segment(site_id): Segment<String>,
    Pairs(extra): Pairs,
    headers: HeaderMap,
) -> Result<Json<AppFrame>, Refusal> {
    if extra.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_EXTRA {
        return Err(Refusal::invalid(format!("The query has more than {MAX_EXTRA} characters.")));
    }
    let engine = emulator.engine();
    // The app answers to the page that frames it, and that page may be open under another name of this machine.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let public = || engine.addresses.public_origin();
    let origin = host.map_or_else(public, |host| format!("{}://{host}", engine.addresses.public.scheme()));
    Ok(Json(AppFrame { url: engine.app_frame(&site_id, &origin, &extra)? }))
}
