//! Asking Stripe how an instance stands, so that lost events do not matter.

use wixapp_core::clock::Timestamp;
use wixapp_core::fact::{FactKind, PaidSnapshot, Snapshot};
use wixapp_core::{Fact, InstanceId};
use wixapp_store::StripeLink;
use wixapp_stripe::event::{Checkout, Status, Subscription};
use wixapp_stripe::{Event, Payload};

use super::{StripeSide, fact};
use crate::error::ApiError;
use crate::state::App;

/// An instance has one subscription; more only after it bought anew, or when two pages were paid.
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
    Ok(standing(&subscriptions).map(|plan| Told { plan: Some(plan), bought }))
}

/// Which plan is paid by the newest of the subscriptions that are in force, if any is; `None` when Stripe does not say yet.
/// It goes on as long as any of them does.
fn standing(newest_first: &[Subscription]) -> Option<Option<PaidSnapshot>> {
    for subscription in newest_first {
        match subscription.status {
            // In the first hour of a period the invoice waits to be paid.
            Status::Active if subscription.latest_invoice_paid == Some(false) => return None,
            Status::Trialing | Status::Active => {
                let auto_renewing = newest_first.iter().any(goes_on);
                return Some(Some(PaidSnapshot { auto_renewing, ..fact::paid(subscription) }));
            }
            Status::PastDue | Status::Unpaid | Status::Incomplete | Status::Unknown(_) => return None,
            Status::Canceled | Status::IncompleteExpired | Status::Paused => {}
        }
    }
    Some(None)
}

fn goes_on(subscription: &Subscription) -> bool {
    subscription.status.gives_access() && !subscription.is_ending
}

/// Whether it goes on, as the facts of an event about a subscription say last: `Some(true)` when it is over, `Some(false)` when it
/// runs to its end or goes on; `None` when they say nothing of it.
fn is_over(event: &Event, facts: &[Fact]) -> Option<bool> {
    let Payload::Subscription { .. } = &event.payload else { return None };
    match facts.last().map(|fact| &fact.kind) {
        Some(FactKind::RenewalCancelled { immediately, .. }) => Some(*immediately),
        Some(FactKind::PlanReactivated(_)) => Some(false),
        _ => None,
    }
}

/// An event that ends a subscription, or its renewal, of an instance with others: how those stand decides what it comes to.
pub(super) struct BesideOthers<'a> {
    side: &'a StripeSide,
    own: &'a Subscription,
    /// Whether it is over; otherwise it runs to its end.
    is_over: bool,
    /// All subscriptions of the instance, with its own.
    ids: Vec<String>,
}

impl<'a> BesideOthers<'a> {
    /// `None` when the event ends nothing, or there are no others.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(super) async fn of(
        app: &'a App,
        instance_id: &InstanceId,
        event: &'a Event,
        facts: &[Fact],
    ) -> Result<Option<Self>, ApiError> {
        let Payload::Subscription { subscription: own, .. } = &event.payload else { return Ok(None) };
        let (Some(side), Some(is_over)) = (&app.stripe, is_over(event, facts)) else { return Ok(None) };
        let ids = app.store.list_stripe_ids(instance_id, "sub_", NEWEST).await?;
        let has_others = ids.iter().any(|id| *id != own.id);
        Ok(has_others.then_some(Self { side, own, is_over, ids }))
    }

    /// What its facts come to: what ends one subscription is no end of a plan that another one pays. How the instance stands now is
    /// noted in its place.
    ///
    /// # Errors
    /// When Stripe cannot be asked.
    pub(super) async fn weigh(self, now: Timestamp, mut facts: Vec<Fact>) -> Result<Vec<Fact>, ApiError> {
        let Self { side, own, is_over, ids } = self;
        let mut subscriptions = ask_about(side, ids).await?;
        let mut others = subscriptions.iter().filter(|other| other.id != own.id);
        let outlasts =
            |other: &Subscription| if is_over { other.status.gives_access() } else { goes_on(other) };
        let Some(other) = others.find(|other| outlasts(other)) else { return Ok(facts) };
        tracing::info!(subscription.id = %own.id, other.id = %other.id, "the plan stays: another subscription pays it");
        if is_over {
            subscriptions.retain(|subscription| subscription.id != own.id);
        }
        let replaced = facts.pop();
        if let Some((fact, paid)) = replaced.zip(standing(&subscriptions).flatten()) {
            let kind = FactKind::Snapshot(Snapshot { paid: Some(paid), seen_until: now });
            facts.push(Fact { at: now, kind, ..fact });
        }
        Ok(facts)
    }
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
    Ok(Found { subscriptions: ask_about(side, ids).await?, bought })
}

/// The subscriptions with these ids, as far as there are any.
async fn ask_about(side: &StripeSide, ids: Vec<String>) -> Result<Vec<Subscription>, ApiError> {
    let mut subscriptions = Vec::new();
    for id in ids {
        match side.client.subscription(&id).await {
            Ok(subscription) => subscriptions.push(subscription),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(subscriptions)
}

/// What was paid once, as a fact; `None` when it is not paid, or an event told of it.
async fn untold(app: &App, checkout: &Checkout) -> Result<Option<Fact>, ApiError> {
    let Some((kind, payment)) = fact::bought(checkout).zip(checkout.payment()) else { return Ok(None) };
    let owner = app.store.find_stripe_owner(&[payment.to_owned()]).await?;
    let told = owner.is_some_and(|owner| owner.invoice_id.is_some());
    Ok((!told).then(|| Fact { key: checkout.id.clone(), at: app.clock.now(), kind }))
}
