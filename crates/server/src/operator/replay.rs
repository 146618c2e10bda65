//! Looking at a webhook again.

use wixapp_core::{DeliveryId, ErrorCode, Fact};
use wixapp_platform::webhook::Payload;
use wixapp_store::{Arrival, Store};

use crate::error::ApiError;
use crate::webhook_fact;

/// Reads a webhook's payload again, by this version, and puts it among the new facts: whatever it brings that is not there
/// yet will be, and nothing twice.
///
/// # Errors
/// [`ErrorCode::NotFound`] when there is no such arrival; [`ErrorCode::Conflict`] when this version cannot use it either.
pub async fn replay(store: &Store, id: &DeliveryId) -> Result<Arrival, ApiError> {
    let arrival = store.find_arrival(id).await?.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound)
            .with_message(format!("There is no delivery `{id}`."))
            .with_hint("`webhook list` shows the deliveries with their ids.")
    })?;
    let payload = Payload::parse(&arrival.fact.event_type, &arrival.fact.payload);
    let at = payload.occurred_at().unwrap_or(arrival.fact.happened_at);
    let kind = webhook_fact::kind(&payload).ok_or_else(|| useless(&arrival, &payload))?;
    store.replay_fact(&arrival.instance_id, Fact { key: arrival.fact.key.clone(), at, kind }).await?;
    Ok(arrival)
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
