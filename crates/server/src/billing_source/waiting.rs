//! Events of Stripe that wait until it is known whose they are, or for which invoice money went back.
//!
//! A refund can overtake the word of the purchase. What waits is looked at again whenever something new is known; after a
//! while Stripe is asked.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{broadcast, watch};
use wixapp_core::InstanceId;
use wixapp_store::{StripeEvent, StripeLink, StripeWait, Topic};
use wixapp_stripe::event::{Metadata, Subscription};
use wixapp_stripe::{Event, Payload};

use super::{StripeSide, intake};
use crate::error::ApiError;
use crate::state::App;
use crate::work::unbroken;

/// Events come out of order by seconds; after this long Stripe is asked.
pub(super) const FIRST_ASK: SignedDuration = SignedDuration::from_secs(30);
/// How long until it is asked again, growing with each time.
const ASK_AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// How often Stripe is asked about one event.
const MOST_ASKS: i64 = 6;
/// Polling stands behind every wake-up that could get lost.
const POLL: Duration = Duration::from_secs(5);
const BATCH: i64 = 256;

/// What Stripe said of an event.
enum Told {
    /// These ids are this instance's.
    Owner(InstanceId, Vec<StripeLink>),
    /// It is about something that this app did not sell.
    Foreign,
    /// It does not know, or not yet.
    Nothing,
}

/// Looks at what waits, until `stopping` turns true.
pub(crate) async fn keep(app: &Arc<App>, mut stopping: watch::Receiver<bool>) {
    let Some(side) = &app.stripe else { return };
    let (mut changes, mut wake) = (app.store.watch(), app.wake.subscribe());
    loop {
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            done = unbroken("stripe", round(app, side)) => if let Some(Err(error)) = done {
                tracing::warn!(error = error.message(), "what Stripe sent and waits could not be looked at");
            },
        }
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            () = news(&mut changes) => {}
            _ = wake.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn news(changes: &mut broadcast::Receiver<wixapp_store::Change>) {
    loop {
        match changes.recv().await {
            Ok(change) if matches!(change.topic, Topic::Facts | Topic::Resync) => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            // The store is closed; polling ends the loop.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn round(app: &App, side: &StripeSide) -> Result<(), ApiError> {
    let mut done = Ok(());
    for waiting in app.store.list_waiting_stripe_events(BATCH).await? {
        // One that cannot be looked at for now holds up none behind it.
        done = done.and(look_again(app, side, &waiting).await);
    }
    done
}

async fn look_again(app: &App, side: &StripeSide, waiting: &StripeEvent) -> Result<(), ApiError> {
    let Ok(event) = Event::parse(waiting.payload.as_bytes()) else {
        // What was kept reads back: else a newer version wrote it.
        let settled =
            app.store.settle_stripe_event(&waiting.event_id, StripeWait::Parked, "it does not read back");
        return Ok(settled.await?);
    };
    if intake::accept(app, &event, true).await?.is_some() || waiting.ask_at > app.clock.now() {
        return Ok(());
    }
    look(app, side, waiting, &event).await
}

async fn look(app: &App, side: &StripeSide, waiting: &StripeEvent, event: &Event) -> Result<(), ApiError> {
    let told = ask(app, side, event).await.unwrap_or_else(|error| {
        tracing::warn!(event.id = %event.id, error = %error, "Stripe could not be asked");
        Told::Nothing
    });
    let now = app.clock.now();
    let settle = async |wait, reason| app.store.settle_stripe_event(&event.id, wait, reason).await;
    match told {
        Told::Owner(instance_id, links) => {
            app.store.link_stripe_ids(&instance_id, links, now).await?;
            if intake::accept(app, event, true).await?.is_some() {
                return Ok(());
            }
        }
        Told::Foreign => return Ok(settle(StripeWait::Foreign, "this app did not sell it").await?),
        Told::Nothing => {}
    }
    if waiting.asks + 1 < MOST_ASKS {
        let factor = i32::try_from(waiting.asks + 1).unwrap_or(i32::MAX);
        let pause = ASK_AGAIN.checked_mul(factor).unwrap_or(ASK_AGAIN);
        return Ok(
            settle(StripeWait::Until(now.saturating_add(pause).unwrap_or(now)), "Stripe did not say").await?
        );
    }
    tracing::error!(event.id = %event.id, event.kind = %event.kind, "nobody could say whose an event of Stripe is");
    Ok(settle(StripeWait::Parked, "nobody could say whose it is, or for which invoice").await?)
}

async fn ask(app: &App, side: &StripeSide, event: &Event) -> Result<Told, wixapp_stripe::Error> {
    let charge = match &event.payload {
        Payload::Charge(charge) => Some(charge.id.as_str()),
        Payload::Dispute(dispute) => dispute.charge.as_deref(),
        _ => None,
    };
    if let Some(charge) = charge {
        return about_charge(app, side, charge).await;
    }
    let subscription = match &event.payload {
        Payload::Checkout(it) => it.subscription.as_deref(),
        Payload::Subscription { subscription, .. } => Some(subscription.id.as_str()),
        Payload::Invoice(it) => it.subscription.as_deref(),
        _ => return Ok(Told::Nothing),
    };
    // Not for a subscription at all: not ours.
    let Some(subscription) = subscription else { return Ok(Told::Foreign) };
    Ok(by_subscription(app, &side.client.subscription(subscription).await?, Vec::new()))
}

async fn about_charge(app: &App, side: &StripeSide, id: &str) -> Result<Told, wixapp_stripe::Error> {
    let charge = side.client.charge(id).await?;
    // A payment without an invoice that does not name us was for something else.
    let Some(invoice_id) = charge.paid_for().map(str::to_owned) else { return Ok(Told::Foreign) };
    let link = |id: &String| StripeLink { stripe_id: id.clone(), invoice_id: Some(invoice_id.clone()) };
    let links: Vec<StripeLink> = charge.payment_intent.iter().chain([&charge.id]).map(link).collect();
    if charge.invoice.is_none() {
        return Ok(by_metadata(app, &charge.metadata, links));
    }
    let ids: Vec<String> = charge.invoice.iter().chain(&charge.customer).cloned().collect();
    match app.store.find_stripe_owner(&ids).await {
        Ok(Some(owner)) => Ok(Told::Owner(owner.instance_id, links)),
        Ok(None) => {
            let invoice = side.client.invoice(&invoice_id).await?;
            let Some(subscription) = invoice.subscription else { return Ok(Told::Foreign) };
            Ok(by_subscription(app, &side.client.subscription(&subscription).await?, links))
        }
        Err(_) => Ok(Told::Nothing),
    }
}

fn by_subscription(app: &App, subscription: &Subscription, mut links: Vec<StripeLink>) -> Told {
    let ids = [Some(&subscription.id), subscription.customer.as_ref()].into_iter().flatten();
    links.extend(ids.map(|id| StripeLink { stripe_id: id.clone(), invoice_id: None }));
    by_metadata(app, &subscription.metadata, links)
}

fn by_metadata(app: &App, metadata: &Metadata, links: Vec<StripeLink>) -> Told {
    let ours = metadata.app_id.is_some() && !intake::is_foreign(app, metadata);
    let Some(instance_id) = metadata.instance_id.as_deref().filter(|_| ours) else { return Told::Foreign };
    instance_id.parse().map_or(Told::Foreign, |instance_id| Told::Owner(instance_id, links))
}
