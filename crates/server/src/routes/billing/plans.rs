//! `GET billing/plans`: what can be bought, seen from the caller's plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::subscription::Subscription;
use wixapp_core::{BillingSource, Plan};
use wixapp_store::Profile;

use super::words::{Words, by_language};
use crate::billing_source;
use crate::error::ApiError;
use crate::extract::OwnerSession;
use crate::openapi::closed;
use crate::reply::Reply;
use crate::state::App;

/// All plans.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plans {
    /// The catalogue's name.
    pub catalog: String,
    /// Its version.
    pub version: String,
    /// The currency of all prices.
    pub currency: String,
    /// Where they are bought: `wix`, `stripe` or `none`.
    #[schema(value_type = closed::BillingSource)]
    pub billing_source: BillingSource,
    /// The plan in force.
    pub current_plan_id: String,
    /// The plans, lowest first.
    pub plans: Vec<PlanView>,
}

/// One plan on the pricing page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
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
    /// Whether it is in force.
    pub current: bool,
    /// What the caller can do with it.
    pub action: PlanAction,
}

/// What can be done with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanAction {
    /// Nothing: it is in force.
    Current,
    /// It can be bought.
    Upgrade,
    /// It is chosen in Wix, not here.
    Downgrade,
    /// It is agreed on in person, or not sold to this instance.
    Contact,
}

impl PlanView {
    /// `ends` when the plan in force was given, and ends: then it can be bought.
    fn new(plan: &Plan, current: &Plan, ends: bool, source: BillingSource) -> Self {
        let is_sold = !plan.custom && is_sold(plan, source);
        let action = match plan.rank.cmp(&current.rank) {
            std::cmp::Ordering::Equal if ends && is_sold => PlanAction::Upgrade,
            std::cmp::Ordering::Equal => PlanAction::Current,
            std::cmp::Ordering::Less if !plan.custom => PlanAction::Downgrade,
            _ if !is_sold => PlanAction::Contact,
            std::cmp::Ordering::Greater => PlanAction::Upgrade,
            std::cmp::Ordering::Less => PlanAction::Downgrade,
        };
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
            current: plan.id == current.id,
            action,
        }
    }
}

/// Whether the source sells the plan at all.
pub(crate) fn is_sold(plan: &Plan, source: BillingSource) -> bool {
    match source {
        BillingSource::Wix => true,
        BillingSource::Stripe => plan.stripe_price_monthly.is_some() || plan.stripe_price_yearly.is_some(),
        BillingSource::None => false,
    }
}

/// The plan in force for an instance and its subscription, if `check` has nothing against its profile.
pub(crate) async fn current<'a>(
    app: &'a App,
    session: &OwnerSession,
    check: fn(&Profile) -> Result<(), ApiError>,
) -> Result<(&'a Plan, Option<Subscription>), ApiError> {
    let found = app.store.find_instance(&session.instance_id).await?;
    let profile = found.map(|instance| instance.profile).unwrap_or_default();
    check(&profile)?;
    let plan = profile.subscription.as_ref().and_then(|now| app.catalog.find(&now.plan_id));
    Ok((plan.unwrap_or_else(|| app.catalog.free()), profile.subscription))
}

/// All plans, with the caller's own marked.
#[utoipa::path(get, path = "/billing/plans", tag = "billing", operation_id = "billing_plans", responses(
    (status = 200, body = Reply<Plans>),
))]
pub async fn handle(State(app): State<Arc<App>>, session: OwnerSession) -> Result<Reply<Plans>, ApiError> {
    let (current, now_on) = current(&app, &session, |_| Ok(())).await?;
    let source = billing_source::of(&app, &session.instance_id).await?;
    let ends = now_on.is_some_and(|now_on| now_on.is_given() && now_on.current_period_end.is_some());
    Ok(Reply::new(Plans {
        catalog: app.catalog.name().to_owned(),
        version: app.catalog.version().to_owned(),
        currency: app.catalog.currency().to_owned(),
        billing_source: source,
        current_plan_id: current.id.to_string(),
        plans: app.catalog.plans().iter().map(|plan| PlanView::new(plan, current, ends, source)).collect(),
    }))
}
