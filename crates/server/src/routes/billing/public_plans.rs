//! `GET billing/public-plans`: the catalogue for everybody, for a pricing page that is opened before the app is installed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::Plan;

use super::words::{Words, by_language};
use crate::extract::Stranger;
use crate::reply::Reply;
use crate::state::App;

/// Long enough to take a crowd off the server, short enough for a price that changes.
const KEEP: &str = "public, max-age=300";

/// All plans, seen by somebody who does not have the app yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicPlans {
    /// The catalogue's name.
    pub catalog: String,
    /// Its version.
    pub version: String,
    /// The currency of all prices.
    pub currency: String,
    /// Where the app is added to a site; `null` where the operator has named no address.
    pub install_url: Option<String>,
    /// The plans, lowest first.
    pub plans: Vec<PublicPlan>,
}

/// One plan as the catalogue has it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicPlan {
    /// The plan's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Higher is more.
    pub rank: u32,
    /// The credits of one cycle.
    pub credits_per_cycle: i64,
    /// Whether they are given once and not in each cycle: the free plan's are.
    pub credits_once: bool,
    /// The price of a month, as a decimal text; `null` where it is agreed on in person.
    pub price_monthly: Option<String>,
    /// The price of a year; `null` where it is agreed on in person.
    pub price_yearly: Option<String>,
    /// What it gives, line by line.
    pub benefits: Vec<String>,
    /// Its words in other languages, by language: `de`, `pt-br`.
    pub translations: BTreeMap<String, Words>,
    /// Whether it is marked as popular.
    pub popular: bool,
    /// Whether it is agreed on in person.
    pub custom: bool,
}

impl PublicPlan {
    fn new(plan: &Plan) -> Self {
        Self {
            id: plan.id.to_string(),
            name: plan.name.clone(),
            rank: plan.rank,
            credits_per_cycle: plan.credits.get(),
            credits_once: plan.is_free(),
            price_monthly: plan.shown_price_monthly().map(str::to_owned),
            price_yearly: plan.shown_price_yearly().map(str::to_owned),
            benefits: plan.benefits.clone(),
            translations: by_language(&plan.translations, &plan.name, &plan.benefits),
            popular: plan.popular,
            custom: plan.custom,
        }
    }
}

/// All plans, for everybody: it asks for no token and says nothing of any site. Answers may be kept for five minutes.
#[utoipa::path(get, path = "/billing/public-plans", tag = "billing", operation_id = "billing_public_plans", security(()),
    responses(
        (status = 200, body = Reply<PublicPlans>),
        (status = 429, description = "`rate_limited`: too many requests from one address; `Retry-After` says when to try \
            again", body = crate::error::Refusal),
    ))]
pub async fn handle(State(app): State<Arc<App>>, _: Stranger) -> impl IntoResponse {
    let plans = PublicPlans {
        catalog: app.catalog.name().to_owned(),
        version: app.catalog.version().to_owned(),
        currency: app.catalog.currency().to_owned(),
        install_url: app.config.wix.install_url.clone(),
        plans: app.catalog.plans().iter().map(PublicPlan::new).collect(),
    };
    ([(header::CACHE_CONTROL, KEEP)], Reply::new(plans))
}
