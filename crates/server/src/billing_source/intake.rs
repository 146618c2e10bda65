//! Taking events of Stripe in: whose they are, what they say, and into the database with both.

use wixapp_core::{DeliveryId, InstanceId};
use wixapp_store::{NewDelivery, StripeDelivery, StripeEvent, StripeKept, StripeLink};
use wixapp_stripe::event::Metadata;
use wixapp_stripe::{Event, Payload};

use super::answer::BesideOthers;
use super::fact::{self, Said};
use super::waiting;
use crate::error::ApiError;
use crate::state::App;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intake {
    /// It is stored.
    Stored {
        /// Whether it had come before.
        duplicate: bool,
    },
    /// It is about something that another app sold.
    Foreign,
}

/// Stores a verified event.
///
/// # Errors
/// When the database cannot be used; then the event must not be acknowledged.
pub(crate) async fn receive(app: &App, event: &Event, livemode: bool) -> Result<Intake, ApiError> {
    if event.metadata().is_some_and(|metadata| is_foreign(app, metadata)) {
        return Ok(Intake::Foreign);
    }
    if event.livemode != livemode {
        return keep(
            app,
            event,
            StripeKept::Parked("it is of Stripe's other mode than the key: test or live"),
        )
        .await;
    }
    match event.payload {
        Payload::Unknown => return keep(app, event, StripeKept::Unknown).await,
        Payload::Unreadable { reason } => return keep(app, event, StripeKept::Parked(reason)).await,
        _ => {}
    }
    // Stripe waits for the acknowledgement, and nobody is asked before it.
    if let Some(intake) = accept(app, event, false).await? {
        return Ok(intake);
    }
    let kept = keep(app, event, StripeKept::Waiting).await?;
    app.wake_workers();
    Ok(kept)
}

/// Whether what we write into metadata names another app.
pub(super) fn is_foreign(app: &App, metadata: &Metadata) -> bool {
    metadata.app_id.as_deref().is_some_and(|app_id| app_id != app.config.wix.app_id)
}

/// Stores the event with its facts, if it is known whose it is and what it says; `None` when it must wait, for other events or
/// until Stripe may be asked.
///
/// # Errors
/// When the database cannot be used, or Stripe does not say how another subscription of the instance stands.
pub(super) async fn accept(app: &App, event: &Event, may_ask: bool) -> Result<Option<Intake>, ApiError> {
    let ids = event.ids();
    let owner = app.store.find_stripe_owner(&ids).await?;
    let told = event.metadata().and_then(|metadata| metadata.instance_id.as_deref()?.parse().ok());
    let invoice_id = owner.as_ref().and_then(|owner| owner.invoice_id.clone());
    let Some(instance_id) = told.or(owner.map(|owner| owner.instance_id)) else { return Ok(None) };
    let Said::Facts(facts) = fact::read(event, invoice_id.as_deref()) else { return Ok(None) };
    let facts = match BesideOthers::of(app, &instance_id, event, &facts).await? {
        None => facts,
        // What it came to is settled.
        Some(_) if app.store.knows_fact(&instance_id, &event.id).await? => {
            facts.into_iter().take(1).collect()
        }
        Some(beside) if may_ask => beside.weigh(app.clock.now(), facts).await?,
        Some(_) => return Ok(None),
    };
    let accepted = app.store.accept_stripe(delivery(app, event, instance_id, facts)).await?;
    Ok(Some(Intake::Stored { duplicate: accepted.duplicate }))
}

fn delivery(
    app: &App,
    event: &Event,
    instance_id: InstanceId,
    facts: Vec<wixapp_core::Fact>,
) -> StripeDelivery {
    let now = app.clock.now();
    let mut facts = facts.into_iter();
    let (payments, invoice_id) = (event.payments(), event.invoice());
    let link = |id: String| {
        let invoice_id = invoice_id.filter(|_| payments.contains(&id)).map(str::to_owned);
        StripeLink { stripe_id: id, invoice_id }
    };
    StripeDelivery {
        delivery: NewDelivery {
            delivery_id: DeliveryId::new(now, app.random()),
            instance_id,
            event_type: event.kind.clone(),
            fact_key: event.id.clone(),
            fact: facts.next(),
            payload: event.redacted.clone(),
            received_at: now,
            parked: None,
        },
        more: facts.collect(),
        links: event.ids().into_iter().map(link).collect(),
    }
}

async fn keep(app: &App, event: &Event, kept: StripeKept) -> Result<Intake, ApiError> {
    let now = app.clock.now();
    let waiting = StripeEvent {
        event_id: event.id.clone(),
        event_type: event.kind.clone(),
        payload: event.redacted.clone(),
        received_at: now,
        asks: 0,
        ask_at: now.saturating_add(waiting::FIRST_ASK).unwrap_or(now),
    };
    if let StripeKept::Parked(reason) = kept {
        tracing::error!(event.id = %event.id, event.kind = %event.kind, reason, "an event of Stripe is parked");
    }
    let accepted = app.store.keep_stripe_event(waiting, kept).await?;
    Ok(Intake::Stored { duplicate: accepted.duplicate })
}
