//! Webhook deliveries: one record for each event sent, with every attempt.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wixapp_core::id::{DeliveryId, InstanceId};
use wixapp_platform::webhook::{EventDraft, Identity};

use super::World;
use crate::chaos::{ChaosEffect, ChaosMark};
use crate::error::Refusal;
use crate::event::{AppEvent, Cause};

/// The waits between attempts, in seconds: 1 m, 10 m, 1 h, 3 × 2 h, 3 × 4 h, 2 × 8 h, 12 h (wix-protocol §4).
pub(crate) const RETRY_WAITS_S: [i64; 12] =
    [60, 600, 3_600, 7_200, 7_200, 7_200, 14_400, 14_400, 14_400, 28_800, 28_800, 43_200];

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Not sent yet.
    Pending,
    /// Answered with 200 in time.
    Delivered,
    /// Failed at least once; another attempt is due.
    Retrying,
    /// Failed for the last time.
    GaveUp,
}

/// One event on its way to the app.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Delivery {
    pub(crate) delivery_id: DeliveryId,
    pub(crate) event_type: String,
    pub(crate) instance_id: InstanceId,
    pub(crate) site_name: String,
    /// The event's own payload: the innermost of the three layers.
    pub(crate) payload: Value,
    /// Who brought it about.
    #[serde(default = "Identity::unspecified")]
    pub(crate) identity: Identity,
    pub(crate) state: DeliveryState,
    pub(crate) created_at: Timestamp,
    pub(crate) next_attempt_at: Option<Timestamp>,
    /// The delivery this one repeats by hand. A repetition is one POST and is never retried.
    pub(crate) resend_of: Option<DeliveryId>,
    /// The signed body that was sent last.
    pub(crate) body: Option<String>,
    pub(crate) attempts: Vec<Attempt>,
    /// What went over the wire in the last attempt.
    pub(crate) exchange: Exchange,
    /// Its place in a run of chaos.
    #[serde(default)]
    pub(crate) chaos: Option<ChaosMark>,
}

/// The request and the answer of one attempt, without the request's body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) request_headers: BTreeMap<String, String>,
    pub(crate) response_headers: BTreeMap<String, String>,
    pub(crate) response_body: String,
}

/// One POST of a webhook and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attempt {
    /// 1 for the first POST, up to 13.
    pub attempt: u32,
    /// The platform's time of the POST.
    pub at: Timestamp,
    /// How long it took in real time.
    pub duration_ms: u64,
    /// The answer's status, if an answer began in time.
    pub response_status: Option<u16>,
    /// Why it counts as failed.
    pub error: Option<String>,
    /// What chaos did to it.
    #[serde(default)]
    pub chaos: Option<ChaosEffect>,
}

impl Attempt {
    /// Wix counts 200 within the deadline as delivered and nothing else, not even 204.
    pub(crate) fn is_success(&self) -> bool {
        self.response_status == Some(200) && self.error.is_none()
    }
}

impl Delivery {
    /// What is signed of it.
    pub(crate) fn draft(&self) -> EventDraft<'_> {
        EventDraft {
            event_type: &self.event_type,
            instance_id: &self.instance_id,
            payload: &self.payload,
            identity: &self.identity,
        }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.next_attempt_at.is_none()
    }

    /// What chaos did last: to the newest attempt, else to the delivery as it was queued.
    pub(crate) fn chaos_effect(&self) -> Option<ChaosEffect> {
        let queued = || self.chaos.as_ref().and_then(|mark| mark.effect);
        self.attempts.last().and_then(|attempt| attempt.chaos).or_else(queued)
    }

    /// Notes an attempt and decides what follows.
    pub(crate) fn record(&mut self, attempt: Attempt) {
        let (at, success) = (attempt.at, attempt.is_success());
        self.attempts.push(attempt);
        let wait_s = RETRY_WAITS_S.get(self.attempts.len() - 1).filter(|_| self.resend_of.is_none());
        (self.state, self.next_attempt_at) = match wait_s {
            _ if success => (DeliveryState::Delivered, None),
            Some(wait_s) => {
                (DeliveryState::Retrying, at.checked_add(SignedDuration::from_secs(*wait_s)).ok())
            }
            None => (DeliveryState::GaveUp, None),
        };
    }
}

impl World {
    /// Queues an event for the app, to be sent at `due`.
    pub(crate) fn queue_delivery(
        &mut self,
        instance_id: &InstanceId,
        event: AppEvent,
        now: Timestamp,
        due: Timestamp,
    ) {
        let departure = self.chaos.as_mut().map(|chaos| chaos.depart(due));
        let delivery = Delivery {
            delivery_id: self.seed.next_delivery_id(now),
            event_type: event.event_type.to_owned(),
            instance_id: instance_id.clone(),
            site_name: self.site_name_of(instance_id),
            payload: event.payload,
            identity: self.identity_of(event.cause, instance_id),
            state: DeliveryState::Pending,
            created_at: now,
            next_attempt_at: Some(departure.as_ref().map_or(due, |departure| departure.due)),
            resend_of: None,
            body: None,
            attempts: Vec::new(),
            exchange: Exchange::default(),
            chaos: departure.as_ref().map(|departure| departure.mark.clone()),
        };
        let copy = departure.and_then(|departure| departure.copy).map(|(mark, due)| Delivery {
            delivery_id: self.seed.next_delivery_id(now),
            next_attempt_at: Some(due),
            resend_of: Some(delivery.delivery_id.clone()),
            chaos: Some(mark),
            ..delivery.clone()
        });
        self.deliveries.push_back(delivery);
        self.deliveries.extend(copy);
    }

    /// The owner is whoever owns the site now.
    fn identity_of(&self, cause: Cause, instance_id: &InstanceId) -> Identity {
        match cause {
            Cause::Owner => match self.find_instance(instance_id.as_str()) {
                Some((site, _)) => Identity::wix_user(&site.owner_id),
                None => Identity::unspecified(),
            },
            Cause::Nobody => Identity::unspecified(),
            Cause::Caller(identity) => identity,
        }
    }

    pub(crate) fn delivery(&self, id: &str) -> Result<&Delivery, Refusal> {
        let unknown = || Refusal::not_found("There is no such delivery.");
        self.deliveries.iter().find(|delivery| delivery.delivery_id.as_str() == id).ok_or_else(unknown)
    }

    pub(crate) fn find_delivery_mut(&mut self, id: &DeliveryId) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|delivery| delivery.delivery_id == *id)
    }

    /// Queues the same event again, `times` times, for now.
    pub(crate) fn queue_resends(
        &mut self,
        id: &str,
        times: u32,
        now: Timestamp,
    ) -> Result<Vec<Delivery>, Refusal> {
        let original = self.delivery(id)?.clone();
        let repeats: Vec<Delivery> = (0..times)
            .map(|_| Delivery {
                delivery_id: self.seed.next_delivery_id(now),
                state: DeliveryState::Pending,
                created_at: now,
                next_attempt_at: Some(now),
                resend_of: Some(original.delivery_id.clone()),
                attempts: Vec::new(),
                exchange: Exchange::default(),
                chaos: None,
                ..original.clone()
            })
            .collect();
        self.deliveries.extend(repeats.iter().cloned());
        Ok(repeats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(at: Timestamp, attempt: u32) -> Attempt {
        Attempt {
            attempt,
            at,
            duration_ms: 1,
            response_status: Some(500),
            error: Some("status 500".to_owned()),
            chaos: None,
        }
    }

    #[test]
    fn the_waits_add_up_to_the_47_hours_wix_names() {
        assert_eq!(RETRY_WAITS_S.iter().sum::<i64>(), 47 * 3_600 + 660);
    }

    #[test]
    fn a_failed_repetition_by_hand_is_not_retried() {
        let now: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let mut world = World::new("app", crate::world::seed::Seed::fixed(1), now);
        world.queue_delivery(&"i".parse().unwrap(), crate::event::app_installed("app", None), now, now);
        let first = world.deliveries[0].delivery_id.clone();
        let mut repeat = world.queue_resends(first.as_str(), 1, now).unwrap().remove(0);
        repeat.record(failed(now, 1));
        assert_eq!((repeat.state, repeat.next_attempt_at), (DeliveryState::GaveUp, None));
    }
}
