//! Asking Stripe how an instance stands, so that lost events do not matter.

use wixapp_core::fact::PaidSnapshot;
use wixapp_core::{Fact, InstanceId};
use wixapp_store::StripeLink;
use wixapp_stripe::event::{Checkout, Status, Subscription};

use super::{StripeSide, fact};
use crate::error::ApiError;
use crate::state::App;

/// An instance has one subscription; more only after it bought anew.
const NEWEST: i64 = 3;

/// What Stripe said of an instance.
pub(crate) struct Told {
    /// Which plan is paid, if any; the outer `None` when none was ever bought there.
    pub(crate) plan: Option<Option<PaidSnapshot>>,
    /// A top-up that is paid, and that no event told of.
    pub(crate) bought: Option<Fact>,
}

/// What stands at Stripe.
pub(super) struct Found {
    /// The instance's subscriptions, newest first.
    pub(super) subscriptions: Vec<Subscription>,
    /// What was paid once on the newest page, if no event told of it.
    pub(super) bought: Option<Fact>,
}

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
    let Found { subscriptions, bought } = look_up(app, side, instance_id).await?;
    if subscriptions.is_empty() {
        return Ok(Some(Told { plan: None, bought }));
    }
    for subscription in &subscriptions {
        match subscription.status {
            Status::Trialing => {
                return Ok(Some(Told { plan: Some(Some(fact::paid(subscription))), bought }));
            }
            // In the first hour of a period the invoice waits to be paid.
            Status::Active if subscription.latest_invoice_paid != Some(false) => {
                return Ok(Some(Told { plan: Some(Some(fact::paid(subscription))), bought }));
            }
            Status::Active | Status::PastDue | Status::Unpaid | Status::Incomplete | Status::Unknown(_) => {
                return Ok(None);
            }
            Status::Canceled | Status::IncompleteExpired | Status::Paused => {}
        }
    }
    Ok(Some(Told { plan: Some(None), bought }))
}

/// Looks up what the instance has at Stripe. What no event told of is found by the page it was bought on.
pub(super) async fn look_up(
    app: &App,
    side: &StripeSide,
    instance_id: &InstanceId,
) -> Result<Found, ApiError> {
    let mut ids = app.store.list_stripe_ids(instance_id, "sub_", NEWEST).await?;
    let newest = app.store.list_stripe_ids(instance_id, "cs_", 1).await?;
    let mut bought = None;
    if let Some(session) = newest.first() {
        let session = side.client.checkout(session).await?;
        if let Some(checkout) = session.bought.filter(|checkout| checkout.is_once) {
            bought = untold(app, &checkout).await?;
        }
        let begun = session.subscription;
        if let Some(id) = begun.filter(|id| !ids.contains(id)) {
            let link = StripeLink { stripe_id: id.clone(), invoice_id: None };
            app.store.link_stripe_ids(instance_id, vec![link], app.clock.now()).await?;
            ids.insert(0, id);
        }
    }
    let mut subscriptions = Vec::new();
    for id in ids {
        match side.client.subscription(&id).await {
            Ok(subscription) => subscriptions.push(subscription),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Found { subscriptions, bought })
}

/// What was paid once, as a fact; `None` when it is not paid, or an event told of it.
async fn untold(app: &App, checkout: &Checkout) -> Result<Option<Fact>, ApiError> {
    let Some((kind, payment)) = fact::bought(checkout).zip(checkout.payment()) else { return Ok(None) };
    let owner = app.store.find_stripe_owner(&[payment.to_owned()]).await?;
    let told = owner.is_some_and(|owner| owner.invoice_id.is_some());
    Ok((!told).then(|| Fact { key: checkout.id.clone(), at: app.clock.now(), kind }))
}
