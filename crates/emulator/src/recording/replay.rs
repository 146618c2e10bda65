//! Telling a recording again: signed anew, in order, and each at its time on the virtual clock.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use wixapp_core::clock::{Clock, SystemClock};
use wixapp_core::id::DeliveryId;
use wixapp_platform::webhook::{EventDraft, Identity, LIFETIME};

use super::read::is_known_event;
use super::{RecordedLife, RecordedWebhook};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::record::{Kind, Outcome};
use crate::world::World;
use crate::world::delivery::{Delivery, DeliveryState, Exchange};
use crate::world::site::{Install, Site};

/// What telling a recording again led to, from its beginning until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// The platform's time after it.
    pub now: Timestamp,
    /// Webhooks that the app took, at once or on a later attempt.
    pub delivered: u64,
    /// Webhooks that it did not take, or not yet: they are tried again on Wix's schedule, as any other.
    pub open: u64,
}

/// What became of the webhooks since the replay began. The records of deliveries are forgotten before it ends.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Sent>);

#[derive(Debug, Default)]
struct Sent {
    count: u64,
    /// Those the app did not take so far.
    open: BTreeSet<DeliveryId>,
}

impl Tally {
    pub(crate) fn begin(&self) {
        *self.lock() = Sent::default();
    }

    fn add(&self, id: DeliveryId) {
        let mut sent = self.lock();
        sent.count += 1;
        sent.open.insert(id);
    }

    /// Takes note of an attempt. What is sent again by hand and taken counts too.
    pub(crate) fn note(&self, delivery: &Delivery) {
        if delivery.state == DeliveryState::Delivered {
            let first = delivery.resend_of.as_ref().unwrap_or(&delivery.delivery_id);
            self.lock().open.remove(first);
        }
    }

    fn told_by(&self, now: Timestamp) -> Replayed {
        let sent = self.lock();
        let open = sent.open.len() as u64;
        Replayed { now, delivered: sent.count - open, open }
    }

    fn lock(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Brings the clock to where a recording begins. A platform on which nothing ever happened also goes back to it.
    pub(crate) async fn begin_replay(&self, from: Timestamp) -> Result<Timestamp, Refusal> {
        self.set_pace(None)?;
        self.tally.begin();
        if from >= self.now() {
            return self.advance_to(from).await.map(|advance| advance.now);
        }
        let _turn = self.turn.lock().await;
        if !self.read(World::is_untouched) {
            let message = format!(
                "The recording begins at {from}, and it is {} here already; only a platform on which nothing was installed \
                 yet goes back by itself.",
                self.now()
            );
            return Err(Refusal::conflict("clock_ahead", message));
        }
        let back = || {
            self.clock().set(from);
            self.save().map_err(|refusal| refusal.message)
        };
        let done = match self.companion() {
            Some(companion) => companion.restart(Box::new(back)).await,
            None => back(),
        };
        done.map_err(|reason| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", reason))?;
        self.record(Kind::Platform, format!("Went back to {from} to replay a recording"), Outcome::Done);
        Ok(self.now())
    }

    /// Makes the recorded instances known, each on a site of its own.
    pub(crate) fn add_recorded(&self, lives: Vec<RecordedLife>) -> Result<usize, Refusal> {
        let (count, now) = (lives.len(), self.now());
        self.change(|world| {
            lives.into_iter().try_for_each(|life| world.add_recorded(life, now))?;
            world.follow_recorded(now);
            Ok(count)
        })
    }

    /// Posts recorded webhooks in order, each at its time; then moves the clock to `until`.
    pub(crate) async fn replay(
        &self,
        webhooks: &[RecordedWebhook],
        until: Option<Timestamp>,
    ) -> Result<Replayed, Refusal> {
        webhooks.iter().try_for_each(|webhook| self.check_recorded(webhook))?;
        let _turn = self.turn.lock().await;
        for webhook in webhooks {
            self.walk(webhook.at.max(self.now())).await?;
            self.tally.add(self.queue_recorded(webhook)?);
            self.walk(self.now()).await?;
        }
        if let Some(until) = until {
            self.walk(until.max(self.now())).await?;
            self.change(|world| {
                world.follow_recorded(self.now());
                Ok(())
            })?;
        }
        if !webhooks.is_empty() {
            self.record(Kind::Platform, format!("Replayed {} webhooks", webhooks.len()), Outcome::Done);
        }
        Ok(self.tally.told_by(self.now()))
    }

    fn check_recorded(&self, webhook: &RecordedWebhook) -> Result<(), Refusal> {
        if webhook.at > self.horizon {
            return Err(Refusal::invalid("`at` must not lie beyond the year 2200."));
        }
        if !is_known_event(&webhook.event) {
            return Err(Refusal::invalid("`event` must be one of Wix's app events or a domain event."));
        }
        let id = webhook.instance_id.as_str();
        let recorded =
            self.read(|world| world.find_instance(id).is_some_and(|(_, install)| install.past.is_some()));
        if recorded {
            return Ok(());
        }
        Err(Refusal::not_found(format!("The instance {id} was not introduced as part of a recording.")))
    }

    fn queue_recorded(&self, webhook: &RecordedWebhook) -> Result<DeliveryId, Refusal> {
        let mut payload = webhook.data.clone();
        if let Some(fields) = payload.as_object_mut()
            && fields.contains_key("appId")
        {
            fields.insert("appId".to_owned(), self.config.app_id.as_str().into());
        }
        let now = self.now();
        // An app that runs beside the platform looks at dates by a clock of its own.
        let latest = now.max(SystemClock.now());
        let expires_at = latest.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let issued_at = webhook.happened_at.min(now);
        // A recording does not say who it was.
        let identity = Identity::unspecified();
        let draft = EventDraft {
            event_type: &webhook.event,
            instance_id: &webhook.instance_id,
            payload: &payload,
            identity: &identity,
        };
        let body = self.signer.sign_until(draft, issued_at, expires_at).map_err(|error| {
            tracing::error!(%error, "the local platform could not sign a webhook");
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The webhook could not be signed.")
        })?;
        self.change(|world| {
            world.follow_recorded(now);
            let delivery_id = world.seed.next_delivery_id(now);
            let delivery = Delivery {
                delivery_id: delivery_id.clone(),
                event_type: webhook.event.clone(),
                instance_id: webhook.instance_id.clone(),
                site_name: world.site_name_of(&webhook.instance_id),
                payload,
                identity,
                state: DeliveryState::Pending,
                created_at: now,
                next_attempt_at: Some(now),
                resend_of: None,
                body: Some(body),
                attempts: Vec::new(),
                exchange: Exchange::default(),
                chaos: None,
            };
            world.deliveries.push_back(delivery);
            Ok(delivery_id)
        })
    }
}

impl World {
    /// Whether nothing happened here yet that could be in the way of an earlier time.
    fn is_untouched(&self) -> bool {
        self.sites.iter().all(|site| site.install.is_none())
            && self.deliveries.is_empty()
            && self.checkouts.is_empty()
            && self.invoices.is_empty()
    }

    /// Makes a recorded instance known, or adds to what is known of it.
    fn add_recorded(&mut self, life: RecordedLife, now: Timestamp) -> Result<(), Refusal> {
        let RecordedLife { instance_id, origin, past } = life;
        if let Some(install) = self.find_instance_mut(instance_id.as_str()) {
            let Some(known) = &mut install.past else {
                let message = format!("The instance {instance_id} is one of this platform's own.");
                return Err(Refusal::conflict("instance_known", message));
            };
            known.extend(past);
            return Ok(());
        }
        let number = 1 + self.recorded().count();
        let name = |what: &str| format!("{what}:{instance_id}");
        let site = Site {
            site_id: self.seed.guid_of(&name("recorded-site")),
            name: format!("Recorded site {number}"),
            url: format!("https://recorded-{number}.example"),
            description: "A site of a recording.".to_owned(),
            owner_id: self.seed.guid_of(&name("recorded-owner")),
            owner_name: format!("Owner {number}"),
            owner_email: format!("owner-{number}@recorded.example"),
            locale: "en".to_owned(),
            install: Some(Install { past: Some(past), ..Install::new(instance_id.clone(), now, origin) }),
            secrets: Vec::new(),
        };
        self.sites.push(site);
        Ok(())
    }

    /// Lets the app be where the recordings say it is at `now`.
    fn follow_recorded(&mut self, now: Timestamp) {
        for install in self.sites.iter_mut().filter_map(|site| site.install.as_mut()) {
            if let Some(past) = &install.past {
                install.removed = !past.is_installed(now);
            }
        }
    }

    fn recorded(&self) -> impl Iterator<Item = &Install> {
        self.sites.iter().filter_map(|site| site.install.as_ref()).filter(|install| install.past.is_some())
    }
}
