//! What the app does: it hears of things, asks, decides, crashes and starts again.

use super::*;

/// How long Wix is left alone at the most while it is silent.
const LONGEST_SILENCE: SignedDuration = SignedDuration::from_hours(3 * 24);

impl Run<'_> {
    pub(super) fn deliver(&mut self, webhook: &Outgoing, signed_at: Timestamp) -> Option<u16> {
        if !self.is_up() {
            return None;
        }
        let received = self.app.receive(webhook, signed_at, self.now);
        let id = &webhook.instance_id;
        self.log.note(
            self.now,
            id,
            if received.duplicate { "again:" } else { "received:" },
            i64::from(received.duplicate),
            || {
                format!(
                    "{} {}",
                    webhook.event_type,
                    if received.told.is_some() { "stored" } else { "lost in a crash" }
                )
            },
        );
        let (_, place) = self.deliveries.get(&webhook.delivery_id).cloned().unwrap_or((id.clone(), None));
        if let (Some(place), Some(told)) = (place, received.told) {
            self.count_told(id, place, told.at);
            self.chronicle.entry(id.clone()).or_default().tell(place, told);
        }
        if received.duplicate && self.unanswered.remove(&webhook.delivery_id) {
            self.rare.count(Rare::DuplicateAfterCrash);
        }
        if received.status.is_none() {
            if received.told.is_some() {
                self.unanswered.insert(webhook.delivery_id.clone());
            }
            self.crash();
        } else {
            let wait = if self.chance.chance(100) { 7_200 } else { 20 };
            self.after(0, wait, Event::Process(id.clone()));
        }
        received.status
    }

    pub(super) fn count_told(&mut self, id: &InstanceId, place: usize, fact_at: Timestamp) {
        let Some(story) = self.chronicle.get(id) else { return };
        let Some(entry) = story.deeds.get(place) else { return };
        let is_first = entry.told.is_none();
        if is_first
            && matches!(entry.deed, Deed::Bought(_))
            && story.asked.iter().any(|(at, _)| *at > entry.at)
        {
            self.rare.count(Rare::AnswerBeforeWebhook);
        }
        let later = story.deeds.iter().skip(place + 1);
        let reinstalled = later.filter(|e| matches!(e.deed, Deed::Installed { .. })).any(|e| e.at < fact_at);
        if is_first && entry.deed == Deed::Removed && reinstalled {
            self.rare.count(Rare::StaleRemoval);
        }
    }

    pub(super) fn crash(&mut self) {
        self.starts_at = self.now + SignedDuration::from_secs(self.chance.between(1, 7_200));
        self.at(self.starts_at, Event::Restart);
    }

    pub(super) fn restart(&mut self) {
        if !self.is_up() {
            return;
        }
        self.app.restart();
        let (news, all): (Vec<_>, Vec<_>) =
            (self.app.news.iter().cloned().collect(), self.app.store.books.keys().cloned().collect());
        for id in news {
            self.after(0, 30, Event::Process(id));
        }
        for id in all {
            self.after(0, 60, Event::Expire(id));
        }
    }

    /// Asks about every instance that is installed: the daily sweep, only rarer.
    pub(super) fn sweep(&mut self) {
        let ids: Vec<_> = self.sites.iter().filter_map(|site| site.instance.clone()).collect();
        for id in ids {
            if self.is_up() {
                self.look(&id);
            }
        }
    }

    pub(super) fn look(&mut self, id: &InstanceId) {
        self.derive(id, true);
    }

    pub(super) fn derive(&mut self, id: &InstanceId, asks: bool) {
        let can_ask = asks && self.weather.can_ask(self.now);
        let asked = asks.then(|| match self.platform.app_instance(id, self.now).filter(|_| can_ask) {
            Some(found) => Asked::Answered(Box::new(found)),
            None if can_ask => Asked::Refused,
            None => Asked::Silent,
        });
        let answered = matches!(asked, Some(Asked::Answered(_)));
        let before = self.plan_rank(id);
        let access_before = self.access_in_words(id);
        let done = self.app.derive(id, asked, self.now);
        // The server asks again after a minute, and after hours in the end; here it waits longer, and longest where nothing
        // comes of it: where the app is not installed, and while Wix is silent.
        let waits = asks && done.as_ref().is_ok_and(|brought| brought.unconfirmed);
        let rests = match (asks && !can_ask, waits) {
            (true, _) => self.silence(),
            (false, true) => SignedDuration::from_hours(if answered { 12 } else { 10 * 24 }),
            (false, false) => SignedDuration::from_mins(10),
        };
        self.rests_until.insert(id.clone(), self.now + rests);
        let changed =
            done.as_ref().map_or(1, |brought| i64::try_from(brought.moves.len()).unwrap_or(i64::MAX));
        if changed > 0 {
            self.log.note(
                self.now,
                id,
                if answered { "asked:" } else { "derived:" },
                changed,
                || match &done {
                    Ok(brought) => in_words(&brought.moves),
                    Err(stop) => format!("{stop:?}"),
                },
            );
        }
        let Some(brought) = self.settle(id, done) else { return };
        let access = self.access_in_words(id);
        if access != access_before {
            self.log.remark(self.now, id, "access:", || access);
        }
        let story = self.chronicle.entry(id.clone()).or_default();
        if answered {
            story.asked.push((self.now, self.app.clock(self.now)));
        }
        let given = brought.moves.iter().filter(|what| matches!(what, Move::Given { .. })).count();
        if given > 3 {
            self.rare.count(Rare::CatchUpOverThree);
        }
        story.moves.extend(brought.moves);
        let after = self.plan_rank(id);
        if after > 0 && after < before {
            self.rare.count(Rare::DowngradeTookEffect);
        }
    }

    /// How long an app that got no answer leaves Wix alone: for days, but only for hours once Wix answers again.
    fn silence(&mut self) -> SignedDuration {
        let left =
            self.weather.ends_at(self.now).map_or(SignedDuration::ZERO, |end| end.duration_since(self.now));
        let hours = SignedDuration::from_secs(self.chance.between(600, 6 * 3_600));
        (left + hours).min(LONGEST_SILENCE)
    }

    /// How the app sees the instance, for a reader; nothing when nobody reads.
    pub(super) fn access_in_words(&self, id: &InstanceId) -> String {
        let subscription = self.app.store.books.get(id).and_then(|books| books.profile.subscription.as_ref());
        let Some(found) = subscription.filter(|_| self.setup.verbose) else { return String::new() };
        let until =
            found.current_period_end.map_or_else(String::new, |end| format!(", period ends {end:.0}"));
        let pending =
            found.pending_plan_id.as_ref().map_or_else(String::new, |plan| format!(", then {plan}"));
        format!("{} on {}{until}{pending}", found.status.as_str(), found.plan_id)
    }

    pub(super) fn plan_rank(&self, id: &InstanceId) -> u32 {
        let subscription = self.app.store.books.get(id).and_then(|books| books.profile.subscription.as_ref());
        subscription.and_then(|found| self.catalog.find(&found.plan_id)).map_or(0, |plan| plan.rank)
    }

    /// What came of the app's work; a crash takes the process with it.
    pub(super) fn settle<T>(&mut self, id: &InstanceId, done: Result<T, Stop>) -> Option<T> {
        match done {
            Ok(brought) => return Some(brought),
            Err(Stop::Crashed { thrown_away, .. }) => {
                if thrown_away {
                    self.rare.count(Rare::GrantThrownAway);
                }
                self.crash();
            }
            Err(Stop::Broken(Violation(wrong))) => {
                self.fail(id, Finding { oracle: Oracle::Constraint, wrong })
            }
            Err(Stop::Refused(error)) => {
                self.fail(
                    id,
                    Finding { oracle: Oracle::Constraint, wrong: format!("the books refused: {error}") },
                );
            }
        }
        None
    }

    pub(super) fn expire(&mut self, id: &InstanceId) {
        let done = self.app.expire(id, self.now);
        let Some(Brought { moves, .. }) = self.settle(id, done) else { return };
        for what in &moves {
            self.rare.count(Rare::HoldExpired);
            self.log.note(self.now, id, "expired:", 0, || format!("{what:?}"));
        }
        self.chronicle.entry(id.clone()).or_default().moves.extend(moves);
    }
}

/// Moves of credits, for a reader.
fn in_words(moves: &[Move]) -> String {
    let words = moves.iter().map(|what| match what {
        Move::Given { since, amount, .. } => format!("+{amount} of {since:.0}"),
        Move::Moved { from, to, amount } => format!("{amount} of {from:.0} count from {to:.0}"),
        Move::Cut(at) => format!("cut of {at:.0}"),
        Move::MovedCut(from, to) => format!("cut of {from:.0} was at {to:.0}"),
        Move::Uncut(at) => format!("cut of {at:.0} undone"),
        Move::TakenBack { since, amount } => format!("-{amount} of {since:.0} taken back"),
        Move::Spent(amount) => format!("-{amount}"),
        Move::Reserved(key, amount) => format!("{key} holds {amount}"),
        Move::Posted(key, amount) => format!("{key} spent {amount}"),
        Move::Returned(key) => format!("{key} came back"),
    });
    words.collect::<Vec<_>>().join(", ")
}
