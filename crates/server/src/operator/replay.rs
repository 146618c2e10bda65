//! Looking at a webhook again.

use wixapp_core::clock::Timestamp;
use wixapp_core::{DeliveryId, ErrorCode, Fact};
use wixapp_platform::webhook::Payload;
use wixapp_store::{Arrival, Store, StripeEventRecord};
use wixapp_stripe::Event;

use crate::billing_source::again;
use crate::config::Config;
use crate::error::ApiError;
use crate::webhook_fact;

/// Reads a webhook's payload again, by this version, and puts it among the new facts: whatever it brings that is not there
/// yet will be, and nothing twice. What Stripe sent is read as Stripe's.
///
/// # Errors
/// [`ErrorCode::NotFound`] when there is no such arrival; [`ErrorCode::Conflict`] when this version cannot use it either.
pub async fn replay(store: &Store, id: &DeliveryId) -> Result<Arrival, ApiError> {
    let arrival = store.find_arrival(id).await?.ok_or_else(|| unheard_of(id.as_str()))?;
    if let Some(event) = of_stripe(&arrival) {
        let facts = again::facts(store, &arrival.instance_id, &event).await?;
        store.replay_stripe(&arrival, facts).await?;
        return Ok(arrival);
    }
    let payload = Payload::parse(&arrival.fact.event_type, &arrival.fact.payload);
    let at = payload.occurred_at().unwrap_or(arrival.fact.happened_at);
    let kind = webhook_fact::kind(&payload).ok_or_else(|| useless(&arrival, &payload))?;
    store.replay_fact(&arrival.instance_id, Fact { key: arrival.fact.key.clone(), at, kind }).await?;
    Ok(arrival)
}

/// Has an event of Stripe wait anew that was parked, so that the next worker reads it and looks whose it is. Also one whose
/// type was not known, once this version knows it.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no such event is kept; [`ErrorCode::Conflict`] when it is not parked, when this version cannot
/// use it either, and when it is not for this app and the key that the configuration has.
pub async fn replay_stripe_event(
    store: &Store,
    config: &Config,
    event_id: &str,
    now: Timestamp,
) -> Result<StripeEventRecord, ApiError> {
    let kept = store.find_stripe_event(event_id).await?.ok_or_else(|| unheard_of(event_id))?;
    let conflict = |message: &str| ApiError::new(ErrorCode::Conflict).with_message(message);
    match kept.state.as_str() {
        "waiting" => return Err(conflict("The event waits already: a worker looks at it by itself.")),
        "foreign" => return Err(conflict("The event is about something that this app did not sell.")),
        _ => {}
    }
    let event = Event::parse(kept.payload.as_bytes())
        .map_err(|_| conflict("What is kept of the event does not read back."))?;
    again::may_wait(config, &event)?;
    if !store.retry_stripe_event(event_id, now).await? {
        return Err(conflict("The event was taken up meanwhile."));
    }
    Ok(kept)
}

/// The refusal of an id that names neither an arrival nor an event of Stripe that is kept.
#[must_use]
pub fn unheard_of(id: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound).with_message(format!("There is no delivery `{id}`.")).with_hint(
        "`webhook list` shows the deliveries with their ids, `webhook park list` those that are parked.",
    )
}

/// The event that came, if Stripe sent it: its own id is the key then, which is never so with Wix.
fn of_stripe(arrival: &Arrival) -> Option<Event> {
    Event::parse(arrival.fact.payload.as_bytes()).ok().filter(|event| event.id == arrival.fact.key)
}

fn useless(arrival: &Arrival, payload: &Payload) -> ApiError {
    let refusal = ApiError::new(ErrorCode::Conflict);
    match payload {
        _ if arrival.fact.payload.is_empty() => {
            refusal.with_message("The payload of this delivery was deleted.")
        }
        Payload::Unreadable { reason } => {
            refusal.with_message(format!("The payload still cannot be understood: {reason}."))
        }
        _ => refusal
            .with_message(format!("An event of the type {} changes nothing here.", arrival.fact.event_type)),
    }
}
