//! The address from which owners reach an app's plans (wix-protocol §5), where `https://www.wix.com` stands for Wix.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::installer::answer;
use crate::Emulator;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::http::guard::ensure_known_host;
use crate::http::part::{Params, Segment};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Upgrade {
    app_instance_id: Option<String>,
}

/// `GET /apps/upgrade/{appId}`: leads to the app's own pricing page, signed for the owner of the named instance; where the app
/// has none, to the platform's page on which the owner chooses a plan.
pub(crate) async fn open(
    State(emulator): State<Emulator>,
    path: Result<Segment<String>, Refusal>,
    headers: HeaderMap,
    query: Result<Params<Upgrade>, Refusal>,
) -> Response {
    let engine = emulator.engine();
    let target = || {
        ensure_known_host(&headers, engine.addresses.public.host_str())?;
        if path?.0 != engine.config.app_id {
            return Err(Refusal::not_found("There is no app with this id on this local platform."));
        }
        target(engine, query?.0.app_instance_id.as_deref())
    };
    answer(engine, target().map(|target| Redirect::to(&target).into_response()))
}

fn target(engine: &Engine, instance_id: Option<&str>) -> Result<String, Refusal> {
    let has_pricing_page = engine.read(|world| world.settings.external_pricing_page);
    let Some(instance_id) = instance_id else {
        // Somebody who has not installed it yet, and so has nobody's token.
        let listing = || engine.page(&format!("/app-market/{}", engine.config.app_id));
        return Ok(if has_pricing_page { engine.addresses.pricing.to_string() } else { listing() });
    };
    // A removed app stays known, so that whoever still has its link reads what became of it.
    let site_id = engine.read(|world| {
        let found = world.find_instance(instance_id).map(|(site, _)| site);
        let site = found.ok_or_else(|| Refusal::not_found("`appInstanceId` is no instance of this app."))?;
        site.active_install().map(|_| site.site_id.clone())
    })?;
    if has_pricing_page {
        return engine.pricing_page(&site_id);
    }
    Ok(engine.page(&format!("/dashboard/{site_id}/manage-apps")))
}
