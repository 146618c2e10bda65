//! The app's settings at the platform, its coupons, and what it reported.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::world::coupon::Coupon;
use crate::world::report::BiEvent;
use crate::world::settings::{AppSettings, Permission};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingsView {
    #[serde(flatten)]
    settings: AppSettings,
    /// Every permission there is, to choose from.
    known_permissions: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    id: Permission,
    name: &'static str,
}

fn view(emulator: &Emulator) -> SettingsView {
    let known = Permission::ALL.into_iter().map(|id| Named { id, name: id.name() });
    SettingsView { settings: emulator.settings(), known_permissions: known.collect() }
}

/// `GET app/settings`
pub(crate) async fn get(State(emulator): State<Emulator>) -> Json<SettingsView> {
    Json(view(&emulator))
}

/// `POST app/settings`: all of them at once.
pub(crate) async fn set(
    State(emulator): State<Emulator>,
    Strict(settings): Strict<AppSettings>,
) -> Result<Json<SettingsView>, Refusal> {
    emulator.engine().set_settings(settings)?;
    Ok(Json(view(&emulator)))
}

#[derive(Serialize)]
pub(crate) struct Coupons {
    coupons: Vec<Coupon>,
}

/// `GET coupons`
pub(crate) async fn coupons(State(emulator): State<Emulator>) -> Json<Coupons> {
    Json(Coupons { coupons: emulator.engine().read(|world| world.coupons.clone()) })
}

/// `POST coupons`: adds one, or replaces the one with its code.
pub(crate) async fn put_coupon(
    State(emulator): State<Emulator>,
    Strict(coupon): Strict<Coupon>,
) -> Result<Json<Coupons>, Refusal> {
    emulator.engine().change(|world| world.put_coupon(coupon))?;
    Ok(coupons(State(emulator)).await)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BiEvents {
    bi_events: Vec<BiEvent>,
}

/// `GET bi-events`: newest first.
pub(crate) async fn bi_events(State(emulator): State<Emulator>) -> Json<BiEvents> {
    Json(BiEvents {
        bi_events: emulator.engine().read(|world| world.bi_events.iter().rev().cloned().collect()),
    })
}
