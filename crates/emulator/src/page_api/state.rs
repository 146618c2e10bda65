//! `GET /_emulator/state`: everything the dashboard pages show.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use wixapp_core::catalog::Plan;
use wixapp_core::id::PlanId;

use crate::Emulator;
use crate::checkout::plans_on_sale;
use crate::config::EmulatorConfig;
use crate::view::Site;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageState {
    now: Timestamp,
    clock_offset_ms: i64,
    app: App,
    plans: Vec<PlanOnSale>,
    sites: Vec<Site>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct App {
    app_id: String,
    name: String,
    tagline: String,
    description: String,
    developer: String,
    icon_url: Option<String>,
    app_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanOnSale {
    plan_id: PlanId,
    product_id: String,
    name: String,
    price_monthly: String,
    price_yearly: String,
    currency: String,
}

impl From<&EmulatorConfig> for App {
    fn from(config: &EmulatorConfig) -> Self {
        Self {
            app_id: config.app_id.clone(),
            name: config.app_name.clone(),
            tagline: config.tagline.clone(),
            description: config.description.clone(),
            developer: config.developer.clone(),
            icon_url: config.icon_url.clone(),
            app_url: config.app_url.clone(),
        }
    }
}

impl PlanOnSale {
    fn new(plan: &Plan, currency: &str) -> Self {
        Self {
            plan_id: plan.id.clone(),
            product_id: plan.product_id().to_owned(),
            name: plan.name.clone(),
            price_monthly: plan.price_monthly.clone(),
            price_yearly: plan.price_yearly.clone(),
            currency: currency.to_owned(),
        }
    }
}

pub(crate) async fn get(State(emulator): State<Emulator>) -> Json<PageState> {
    let engine = emulator.engine();
    let catalog = &engine.config.catalog;
    Json(PageState {
        now: engine.now(),
        clock_offset_ms: engine.clock().offset_ms(),
        app: App::from(&engine.config),
        plans: plans_on_sale(catalog).map(|plan| PlanOnSale::new(plan, catalog.currency())).collect(),
        sites: emulator.sites(),
    })
}
