//! What the platform does: time passes there, and its webhooks go out.

use super::*;

impl Run<'_> {
    pub(super) fn play_platform(&mut self) {
        let passed = self.platform.pass_time(self.now);
        for (n, (at, id, happening)) in passed.iter().enumerate() {
            let at = *at;
            // A period ends where the next thing happens, and the last one where the platform says.
            let next = passed[n + 1..].iter().find(|next| next.1 == *id).map(|next| next.0);
            let live = || self.platform.live_plan(id, self.now).map(|live| live.period_end_at);
            let until = next.or_else(live).unwrap_or(at);
            let deed = match happening {
                Happening::Renewed => Deed::Renewed { until },
                Happening::Ended => Deed::Over,
                Happening::Converted => Deed::Converted { until },
                Happening::PaymentFailed => Deed::PaymentFailed,
            };
            self.chronicle_deed(at, id, deed);
        }
        for webhook in self.platform.take_due(self.now) {
            self.send(webhook);
        }
    }

    pub(super) fn chronicle_deed(&mut self, at: Timestamp, id: &InstanceId, deed: Deed) {
        self.log.note(at, id, "truth:", 0, || deed.in_words());
        self.count_deed(id, &deed);
        let place = self.chronicle.entry(id.clone()).or_default().add(at, deed);
        // What was sent about it is what this instance has under way that belongs to no deed yet.
        for webhook in self.platform.take_due(self.now) {
            if webhook.instance_id == *id && !self.deliveries.contains_key(&webhook.delivery_id) {
                self.deliveries.insert(webhook.delivery_id, (id.clone(), Some(place)));
            }
        }
    }

    pub(super) fn count_deed(&mut self, id: &InstanceId, deed: &Deed) {
        let story = self.chronicle.get(id);
        let last_bought = story.and_then(|story| {
            story.deeds.iter().rev().find_map(|entry| match &entry.deed {
                Deed::Bought(purchase) => Some(purchase.clone()),
                _ => None,
            })
        });
        let was_failing = story
            .is_some_and(|story| story.deeds.last().is_some_and(|last| last.deed == Deed::PaymentFailed));
        let site = self.sites.iter().find(|site| site.instance.as_ref() == Some(id));
        match deed {
            Deed::Bought(purchase) if !purchase.fresh => {
                let before = last_bought.map_or((0, false), |before| (before.rank, before.yearly));
                if purchase.rank > before.0 && self.weather.fault(self.now).is_some() {
                    self.rare.count(Rare::UpgradeDuringOutage);
                }
                if purchase.yearly != before.1 && purchase.rank == before.0 {
                    self.rare.count(Rare::CycleSwitched);
                }
            }
            Deed::Installed { copy: true } => self.rare.count(Rare::SiteDuplicated),
            Deed::Installed { copy: false } if self.platform.live_plan(id, self.now).is_some() => {
                self.rare.count(Rare::ReinstallOnPaidPlan);
            }
            Deed::PaymentMade { .. } => self.rare.count(Rare::PaymentRecovered),
            Deed::Converted { .. } => self.rare.count(Rare::TrialConverted),
            Deed::Refunded => {
                let spent = self.app.store.books.get(id).is_some_and(|books| books.balances.spent > 0);
                if spent {
                    self.rare.count(Rare::RefundOfSpentCredits);
                }
            }
            Deed::Over => {
                if was_failing {
                    self.rare.count(Rare::PaymentGivenUp);
                }
                if site.is_some_and(|site| !site.holds.is_empty()) {
                    self.rare.count(Rare::HoldAcrossPlanEnd);
                }
            }
            _ => {}
        }
    }

    pub(super) fn send(&mut self, webhook: Outgoing) {
        let known = (webhook.instance_id.clone(), None);
        self.deliveries.entry(webhook.delivery_id.clone()).or_insert(known);
        // Whether the platform signs a repetition anew is unknown, so both happen.
        let anew = webhook.attempt > 1 && self.chance.chance(250);
        let signed_at = if anew { self.now } else { webhook.signed_at };
        let fate = self.weather.fate(self.now);
        let (id, delivery_id) = (webhook.instance_id.clone(), webhook.delivery_id.clone());
        self.log.note(self.now, &id, "sent:", 0, || {
            format!("{} {:?} {fate:?}", webhook.event_type, webhook.attempt)
        });
        let late = |run: &mut Self, wait| {
            run.at(run.now + wait, Event::Arrive { webhook: Box::new(webhook.clone()), signed_at });
        };
        let status = match fate {
            Fate::Arrives => self.deliver(&webhook, signed_at),
            Fate::ArrivesTwice(wait) => {
                late(self, wait);
                self.deliver(&webhook, signed_at)
            }
            Fate::AnswerLost => {
                self.deliver(&webhook, signed_at);
                None
            }
            Fate::Late(wait) => {
                late(self, wait);
                None
            }
            Fate::Fails => None,
            Fate::Vanishes => Some(200),
        };
        self.platform.answered(&delivery_id, status, self.now);
    }
}
