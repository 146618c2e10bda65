//! Sites: installing, removing and opening the app, duplicating and giving away.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Serialize;

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::http::part::{Pairs, Segment};
use crate::market::NewOwner;
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

/// `POST sites/{siteId}/duplicate`: the new site.
pub(crate) async fn duplicate(
    State(emulator): State<Emulator>,
    Segment(site_id): Segment<String>,
    _: NoBody,
) -> Result<Json<Site>, Refusal> {
    let engine = emulator.engine();
    let copy = engine.change(|world| world.duplicate(&site_id, engine.now()))?;
    engine.site(&copy).map(Json)
}

/// `POST sites/{siteId}/transfer`
pub(crate) async fn transfer(
    State(emulator): State<Emulator>,
    Segment(site_id): Segment<String>,
    Strict(owner): Strict<NewOwner>,
) -> Result<Json<Site>, Refusal> {
    let engine = emulator.engine();
    engine.change(|world| world.transfer(&site_id, owner, engine.now()))?;
    engine.site(&site_id).map(Json)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DashboardToken {
    access_token: String,
}

/// `POST sites/{siteId}/access-token`: what the dashboard's SDK gives to the app's page.
pub(crate) async fn access_token(
    State(emulator): State<Emulator>,
    Segment(site_id): Segment<String>,
    _: NoBody,
) -> Result<Json<DashboardToken>, Refusal> {
    Ok(Json(DashboardToken { access_token: emulator.engine().dashboard_token(&site_id)? }))
}

/// `POST sites/{siteId}/install-link`: where an app with custom authentication is opened to be installed.
pub(crate) async fn install_link(
    State(emulator): State<Emulator>,
    Segment(site_id): Segment<String>,
    _: NoBody,
) -> Result<Json<AppFrame>, Refusal> {
    Ok(Json(AppFrame { url: emulator.engine().install_link(&site_id)? }))
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
