//! `billing/checkout/{checkoutId}`: how an attempt to buy stands, and its end.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::clock::Timestamp;
use wixapp_core::{CheckoutId, ErrorCode};
use wixapp_store::{Checkout, CheckoutState, Want};

use crate::error::ApiError;
use crate::extract::{NoBody, OwnerSession, ValidPath, ensure_installed};
use crate::reply::Reply;
use crate::state::App;
use crate::work::reconcile;

/// An attempt to buy a plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutView {
    /// Our id of it.
    #[schema(value_type = String)]
    pub checkout_id: CheckoutId,
    /// The plan to buy.
    pub plan_id: String,
    /// How it will be paid.
    pub billing_cycle: String,
    /// Where it stands.
    pub status: CheckoutStatus,
    /// Wix's page to pay on.
    pub checkout_url: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// Where a checkout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutStatus {
    /// Not paid yet.
    Open,
    /// The plan was bought.
    Completed,
    /// Its time ran out.
    Expired,
    /// The payer said that it is over, or opened another.
    Dismissed,
}

impl From<CheckoutState> for CheckoutStatus {
    fn from(state: CheckoutState) -> Self {
        match state {
            CheckoutState::Open => Self::Open,
            CheckoutState::Completed => Self::Completed,
            CheckoutState::Expired => Self::Expired,
            CheckoutState::Dismissed => Self::Dismissed,
        }
    }
}

impl CheckoutView {
    /// The checkout as it stands at `now`.
    #[must_use]
    pub fn new(checkout: &Checkout, now: Timestamp) -> Self {
        let overdue = checkout.state == CheckoutState::Open && checkout.expires_at <= now;
        let state = if overdue { CheckoutState::Expired } else { checkout.state };
        Self {
            checkout_id: checkout.checkout_id.clone(),
            plan_id: checkout.plan_id.to_string(),
            billing_cycle: checkout.billing_cycle.as_str().to_owned(),
            status: state.into(),
            checkout_url: checkout.url.clone(),
            created_at: checkout.created_at,
            completed_at: checkout.completed_at,
        }
    }
}

async fn find(app: &App, session: &OwnerSession, id: &CheckoutId) -> Result<Checkout, ApiError> {
    let found = app.store.find_checkout(&session.instance_id, id).await?;
    found.ok_or_else(|| ApiError::new(ErrorCode::NotFound).with_message("There is no such checkout."))
}

/// How an attempt to buy stands.
#[utoipa::path(get, path = "/billing/checkout/{checkoutId}", tag = "billing", operation_id = "billing_checkout_show",
    params(("checkoutId" = String, Path, description = "The id that `billing/checkout-url` gave")),
    responses((status = 200, body = Reply<CheckoutView>)))]
pub async fn show(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<CheckoutId>,
) -> Result<Reply<CheckoutView>, ApiError> {
    let checkout = find(&app, &session, &id).await?;
    Ok(Reply::new(CheckoutView::new(&checkout, app.clock.now())))
}

/// The payer came back: Wix is asked for the truth at once, so that a lost webhook does not matter.
///
/// Coming back proves nothing and grants nothing. Wix is asked at most once in five seconds for one instance.
#[utoipa::path(post, path = "/billing/checkout/{checkoutId}/return", tag = "billing", operation_id = "billing_checkout_return",
    params(("checkoutId" = String, Path, description = "The id from the address after paying")),
    responses((status = 200, body = Reply<CheckoutView>)))]
pub async fn came_back(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<CheckoutId>,
    _: NoBody,
) -> Result<Reply<CheckoutView>, ApiError> {
    let checkout = find(&app, &session, &id).await?;
    // Wix's page works on after the checkout was dismissed here, so that it may have been paid all the same.
    if checkout.state != CheckoutState::Completed {
        reconcile::soon(&app, session.instance_id);
    }
    Ok(Reply::new(CheckoutView::new(&checkout, app.clock.now())))
}

/// The payer does not want to go on: the checkout is not offered any more.
#[utoipa::path(post, path = "/billing/checkout/{checkoutId}/dismiss", tag = "billing", operation_id = "billing_checkout_dismiss",
    params(("checkoutId" = String, Path, description = "The checkout's id")),
    responses((status = 200, body = Reply<CheckoutView>)))]
pub async fn dismiss(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<CheckoutId>,
    _: NoBody,
) -> Result<Reply<CheckoutView>, ApiError> {
    find(&app, &session, &id).await?;
    let now = app.clock.now();
    let wanted = id.clone();
    let decision = move |tx: &mut wixapp_store::Tx| {
        ensure_installed(&tx.profile)?;
        let open = tx.open_checkouts.iter().find(|open| open.checkout_id == wanted).cloned();
        if let Some(mut open) = open {
            open.state = CheckoutState::Dismissed;
            open.completed_at = Some(now);
            tx.end_checkout(&open);
        }
        Ok::<(), ApiError>(())
    };
    app.store.transact(&session.instance_id, Want::money().open_checkouts(), now, decision).await??;
    let checkout = find(&app, &session, &id).await?;
    Ok(Reply::new(CheckoutView::new(&checkout, now)))
}
