//! `GET user/status`: plan, credits and connection of the caller's instance.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::InstanceId;
use wixapp_core::account::Balances;
use wixapp_core::clock::Timestamp;
use wixapp_core::subscription::{Subscription, SubscriptionStatus};
use wixapp_store::{Instance, Profile};

use crate::error::ApiError;
use crate::extract::OwnerSession;
use crate::openapi::closed;
use crate::reply::Reply;
use crate::routes::billing::checkout::CheckoutView;
use crate::state::App;
use crate::work::reconcile;

/// How an instance stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserStatus {
    /// The instance.
    #[schema(value_type = String)]
    pub instance_id: InstanceId,
    /// Whether the caller is the owner of the site.
    pub is_owner: bool,
    /// The owner's language, where Wix says it.
    pub locale: Option<String>,
    /// The plan in force.
    pub plan: PlanSummary,
    /// How it is paid, and until when.
    pub subscription: SubscriptionView,
    /// What can be spent.
    pub credits: CreditsView,
    /// How Wix and the app are connected.
    pub connection: ConnectionView,
    /// A checkout that was opened and not finished.
    pub open_checkout: Option<CheckoutView>,
    /// The server's time; on the local platform it may be ahead.
    pub now: Timestamp,
}

/// A plan in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanSummary {
    /// The plan's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Higher is more.
    pub rank: u32,
    /// The credits of one cycle; of the free plan, what it gives once. A copied site gets nothing of it, unless
    /// `plans.free_for_duplicates` says so.
    pub credits_per_cycle: i64,
}

/// A subscription.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionView {
    /// How the instance stands with its plan.
    #[schema(value_type = closed::SubscriptionStatus, example = "active")]
    pub status: SubscriptionStatus,
    /// How it is paid.
    pub billing_cycle: Option<String>,
    /// Since when.
    pub started_at: Option<Timestamp>,
    /// When the paid period ends or renews.
    pub current_period_end: Option<Timestamp>,
    /// When the next credits are due.
    pub next_cycle_at: Option<Timestamp>,
    /// Whether it renews by itself.
    pub auto_renew: bool,
    /// The plan from the period's end on, when a lower one was chosen.
    pub pending_plan_id: Option<String>,
}

/// What can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreditsView {
    /// What can be spent now, over all pools.
    pub available: i64,
    /// What is put aside for work under way.
    pub held: i64,
    /// The pools by themselves.
    pub by_pool: PoolsView,
    /// What was refunded after it had been spent.
    pub debt: i64,
    /// Rises with every change.
    pub version: i64,
}

/// The pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolsView {
    /// Given by the plan.
    pub plan: i64,
    /// Bought; never expire.
    pub purchased: i64,
    /// Given by hand-outs.
    pub promo: i64,
}

/// How Wix and the app are connected.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// How they are connected.
    pub status: ConnectionStatus,
    /// When the app was first seen on the site.
    pub installed_at: Option<Timestamp>,
    /// When Wix last sent something.
    pub last_webhook_at: Option<Timestamp>,
}

/// Whether Wix and the app know of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// The app is on the site.
    Connected,
    /// Nothing was heard of Wix yet.
    Waiting,
    /// The app was removed from the site.
    Removed,
}

impl CreditsView {
    /// The balances with the number of the last ledger entry.
    #[must_use]
    pub fn new(balances: &Balances, seq: i64) -> Self {
        let by_pool = PoolsView { plan: balances.plan, purchased: balances.purchased, promo: balances.promo };
        Self {
            available: balances.available(),
            held: balances.held,
            by_pool,
            debt: balances.debt,
            version: seq,
        }
    }
}

impl SubscriptionView {
    fn new(subscription: &Subscription) -> Self {
        Self {
            status: subscription.status,
            billing_cycle: subscription.billing_cycle.as_ref().map(|cycle| cycle.as_str().to_owned()),
            started_at: subscription.started_at,
            current_period_end: subscription.current_period_end,
            next_cycle_at: subscription.next_cycle_at,
            auto_renew: subscription.auto_renew,
            pending_plan_id: subscription.pending_plan_id.as_ref().map(ToString::to_string),
        }
    }
}

impl PlanSummary {
    fn new(app: &App, subscription: &Subscription, is_copy: bool) -> Self {
        let plan = app.catalog.find(&subscription.plan_id);
        let known = plan.unwrap_or_else(|| app.catalog.free());
        let gives = !(is_copy && known.is_free()) || app.policy.free_for_duplicates;
        Self {
            id: subscription.plan_id.to_string(),
            name: plan.map_or_else(|| subscription.plan_id.to_string(), |plan| plan.name.clone()),
            rank: known.rank,
            credits_per_cycle: if gives { known.credits.get() } else { 0 },
        }
    }
}

impl ConnectionView {
    fn new(profile: &Profile) -> Self {
        let status = match (profile.removed_at, profile.installed_at) {
            (Some(_), _) => ConnectionStatus::Removed,
            (None, Some(_)) => ConnectionStatus::Connected,
            (None, None) => ConnectionStatus::Waiting,
        };
        Self { status, installed_at: profile.installed_at, last_webhook_at: profile.last_webhook_at }
    }
}

/// Reads how an instance stands, as last committed.
///
/// # Errors
/// When the database cannot be used.
pub async fn load(app: &App, session: &OwnerSession) -> Result<UserStatus, ApiError> {
    let found = app.store.find_instance(&session.instance_id).await?;
    let open_checkout = match &found {
        Some(_) => app.store.find_open_checkout(&session.instance_id).await?,
        None => None,
    };
    let (balances, seq, profile) = match found {
        Some(Instance { balances, seq, profile, .. }) => (balances, seq, profile),
        None => (Balances::default(), 0, Profile::default()),
    };
    let now = app.clock.now();
    let free = || Subscription::free(app.catalog.free().id.clone());
    let subscription = profile.subscription.clone().unwrap_or_else(free);
    Ok(UserStatus {
        instance_id: session.instance_id.clone(),
        is_owner: true,
        locale: session.locale.clone(),
        plan: PlanSummary::new(app, &subscription, profile.origin_instance_id.is_some()),
        subscription: SubscriptionView::new(&subscription),
        credits: CreditsView::new(&balances, seq),
        connection: ConnectionView::new(&profile),
        open_checkout: open_checkout
            .filter(|open| open.expires_at > now)
            .map(|open| CheckoutView::new(&open, now)),
        now,
    })
}

/// How the caller's instance stands: plan, credits, connection.
#[utoipa::path(get, path = "/user/status", tag = "user", operation_id = "user_status", responses(
    (status = 200, body = Reply<UserStatus>),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
) -> Result<Reply<UserStatus>, ApiError> {
    let status = load(&app, &session).await?;
    reconcile_if_unheard(&app, &status);
    Ok(Reply::new(status))
}

/// The owner is here, and no webhook says that the app is: it was lost, or is on its way. Wix knows.
pub(crate) fn reconcile_if_unheard(app: &Arc<App>, status: &UserStatus) {
    match status.connection.status {
        ConnectionStatus::Connected => {}
        ConnectionStatus::Waiting | ConnectionStatus::Removed => {
            reconcile::soon(app, status.instance_id.clone());
        }
    }
}
