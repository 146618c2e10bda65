//! Sending what is queued: sign, post, note the result.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use wixapp_core::id::DeliveryId;

use crate::engine::Engine;
use crate::error::Refusal;
use crate::live::LiveEvent;
use crate::view;
use crate::world::delivery::{Attempt, Delivery};

/// A body this close to its expiry is signed anew.
const EXPIRY_MARGIN: Duration = Duration::from_secs(10);

impl Engine {
    /// Posts a queued delivery once, unless it is gone or finished.
    pub(crate) async fn attempt(&self, id: &DeliveryId) -> Result<(), Refusal> {
        let Some(delivery) = self.read(|world| world.delivery(id.as_str()).ok().cloned()) else {
            return Ok(());
        };
        let at = self.now();
        let body = self.body_for(&delivery, at)?;
        let outcome = self.sender.post(body.clone()).await;
        tracing::debug!(
            event.type = delivery.event_type,
            instance.id = %delivery.instance_id,
            status = outcome.status,
            duration_ms = outcome.duration_ms,
            "posted a webhook"
        );
        let noted = self.change(|world| {
            let Some(delivery) = world.find_delivery_mut(id) else { return Ok(None) };
            delivery.body = Some(body);
            delivery.exchange = outcome.exchange;
            let attempt = u32::try_from(delivery.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
            delivery.record(Attempt {
                attempt,
                at,
                duration_ms: outcome.duration_ms,
                response_status: outcome.status,
                error: outcome.error,
            });
            Ok(Some(view::Delivery::from(&*delivery)))
        })?;
        if let Some(noted) = noted {
            self.tell(LiveEvent::Delivery(Box::new(noted)));
        }
        Ok(())
    }

    /// The same text again while it is valid, else the same event signed now: a retry hours later must not fail on its
    /// own `exp`. Whether Wix signs a retry anew is unknown; an app must not tell deliveries apart by the raw text.
    fn body_for(&self, delivery: &Delivery, now: Timestamp) -> Result<String, Refusal> {
        let fresh = |body: &&String| now.checked_add(EXPIRY_MARGIN).is_ok_and(|soon| is_valid_at(body, soon));
        if let Some(body) = delivery.body.as_ref().filter(fresh) {
            return Ok(body.clone());
        }
        let signed = self.signer.sign(&delivery.event_type, &delivery.instance_id, &delivery.payload, now);
        signed.map_err(|error| {
            tracing::error!(%error, "the local platform could not sign a webhook");
            Refusal::new(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The webhook could not be signed.",
            )
        })
    }
}

fn is_valid_at(body: &str, at: Timestamp) -> bool {
    claims_of(body).and_then(|claims| claims.get("exp")?.as_i64()).is_some_and(|exp| at.as_second() < exp)
}

/// The claims of a compact JWT, unchecked: for our own bodies and for showing them.
pub(crate) fn claims_of(body: &str) -> Option<Value> {
    let payload = body.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
