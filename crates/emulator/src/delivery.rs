//! Sending what is queued: sign, post, note the result.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use wixapp_core::id::DeliveryId;

use crate::chaos::ChaosEffect;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::live::LiveEvent;
use crate::record::{About, Kind, Outcome as Ended};
use crate::sender::Outcome;
use crate::view;
use crate::world::delivery::{Attempt, Delivery, DeliveryState};

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
        let number = u32::try_from(delivery.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        let fate = self.fate_of(&delivery, number);
        let outcome = match fate {
            Some(ChaosEffect::Drop) => Outcome::lost(),
            Some(ChaosEffect::Slow) => self.sender.post(body.clone()).await.too_late(),
            _ => self.sender.post(body.clone()).await,
        };
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
            delivery.record(Attempt {
                attempt: number,
                at,
                duration_ms: outcome.duration_ms,
                response_status: outcome.status,
                error: outcome.error,
                chaos: fate,
            });
            Ok(Some(delivery.clone()))
        })?;
        if let Some(noted) = noted {
            self.tally.note(&noted);
            if let Some(last) = noted.attempts.last() {
                self.record_attempt(&noted, last);
            }
            self.tell(LiveEvent::Delivery(Box::new(view::Delivery::from(&noted))));
        }
        Ok(())
    }

    /// Notes the attempts that an earlier process, or a snapshot, knows of.
    pub(crate) fn recall_attempts(&self) {
        let deliveries = self.read(|world| world.deliveries.clone());
        let mut attempts: Vec<(&Delivery, &Attempt)> = deliveries
            .iter()
            .flat_map(|delivery| delivery.attempts.iter().map(move |attempt| (delivery, attempt)))
            .collect();
        attempts.sort_by_key(|(_, attempt)| attempt.at);
        for (delivery, attempt) in attempts {
            self.record_attempt(delivery, attempt);
        }
    }

    fn record_attempt(&self, sent: &Delivery, attempt: &Attempt) {
        let answer = match (attempt.response_status, &attempt.error) {
            (Some(200), _) => "200".to_owned(),
            (_, Some(error)) => error.clone(),
            (status, None) => status.map_or_else(String::new, |status| status.to_string()),
        };
        let title = match attempt.attempt {
            1 => format!("{} → {answer}", sent.event_type),
            number => format!("{}, attempt {number} → {answer}", sent.event_type),
        };
        let is_last = usize::try_from(attempt.attempt).is_ok_and(|number| number >= sent.attempts.len());
        let about = About {
            instance_id: Some(sent.instance_id.clone()),
            delivery_id: Some(sent.delivery_id.clone()),
            detail: serde_json::json!({
                "eventType": sent.event_type,
                "attempt": attempt.attempt,
                "state": if is_last { sent.state } else { DeliveryState::Retrying },
                "durationMs": attempt.duration_ms,
                "chaos": attempt.chaos.or_else(|| sent.chaos.as_ref()?.effect),
                "resendOf": sent.resend_of,
            }),
        };
        let outcome = if attempt.is_success() { Ended::Done } else { Ended::Failed };
        self.record_at(attempt.at, Kind::Delivery, title, outcome, about);
    }

    fn fate_of(&self, delivery: &Delivery, attempt: u32) -> Option<ChaosEffect> {
        let mark = delivery.chaos.as_ref()?;
        self.read(|world| world.chaos.as_ref()?.fate(mark.number, attempt))
    }

    /// The same text again while it is valid, else the same event signed now: a retry hours later must not fail on its
    /// own `exp`. Whether Wix signs a retry anew is unknown; an app must not tell deliveries apart by the raw text.
    fn body_for(&self, delivery: &Delivery, now: Timestamp) -> Result<String, Refusal> {
        let fresh = |body: &&String| now.checked_add(EXPIRY_MARGIN).is_ok_and(|soon| is_valid_at(body, soon));
        if let Some(body) = delivery.body.as_ref().filter(fresh) {
            return Ok(body.clone());
        }
        self.signer.sign_event(delivery.draft(), now).map_err(|error| {
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
