//! Asking Stripe how an instance stands, so that lost events do not matter.

use wixapp_core::InstanceId;
use wixapp_core::fact::PaidSnapshot;
use wixapp_store::StripeLink;
use wixapp_stripe::event::{Status, Subscription};

use super::{StripeSide, fact};
use crate::error::ApiError;
use crate::state::App;

/// An instance has one subscription; more only after it bought anew.
const NEWEST: i64 = 3;

/// What Stripe said of a plan: which one is paid, if any; the outer `None` when nothing was ever bought there.
type Told = Option<Option<PaidSnapshot>>;

/// What Stripe says of the instance's plan; `None` when it does not say, or not yet.
pub(crate) async fn ask(app: &App, instance_id: &InstanceId) -> Option<Told> {
    let side = app.stripe.as_ref()?;
    match look(app, side, instance_id).await {
        Ok(told) => told,
        Err(error) => {
            tracing::warn!(instance.id = %instance_id, error = error.message(), "Stripe could not be asked");
            None
        }
    }
}

async fn look(app: &App, side: &StripeSide, instance_id: &InstanceId) -> Result<Option<Told>, ApiError> {
    let found = subscriptions(app, side, instance_id).await?;
    if found.is_empty() {
        return Ok(Some(None));
    }
    for subscription in &found {
        match subscription.status {
            Status::Trialing => return Ok(Some(Some(Some(fact::paid(subscription))))),
            // In the first hour of a period the invoice waits to be paid.
            Status::Active if subscription.latest_invoice_paid != Some(false) => {
                return Ok(Some(Some(Some(fact::paid(subscription)))));
            }
            Status::Active | Status::PastDue | Status::Unpaid | Status::Incomplete | Status::Unknown(_) => {
                return Ok(None);
            }
            Status::Canceled | Status::IncompleteExpired | Status::Paused => {}
        }
    }
    Ok(Some(Some(None)))
}

/// The instance's subscriptions, newest first. One that no event told of is found by the checkout it began with.
pub(super) async fn subscriptions(
    app: &App,
    side: &StripeSide,
    instance_id: &InstanceId,
) -> Result<Vec<Subscription>, ApiError> {
    let mut ids = app.store.list_stripe_ids(instance_id, "sub_", NEWEST).await?;
    let newest = app.store.list_stripe_ids(instance_id, "cs_", 1).await?;
    if let Some(session) = newest.first() {
        let begun = side.client.checkout(session).await?.subscription;
        if let Some(id) = begun.filter(|id| !ids.contains(id)) {
            let link = StripeLink { stripe_id: id.clone(), invoice_id: None };
            app.store.link_stripe_ids(instance_id, vec![link], app.clock.now()).await?;
            ids.insert(0, id);
        }
    }
    let mut found = Vec::new();
    for id in ids {
        match side.client.subscription(&id).await {
            Ok(subscription) => found.push(subscription),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}
