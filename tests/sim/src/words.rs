//! One paid life in the true history, and what the words that got through tell of it.
//!
//! Lost words make a difference that nobody can avoid in these respects only. From the moment of the first such gap on,
//! what a life earned is not sure:
//!
//! - **A plan without a word**: it was moved to, and no webhook and no answer ever named it.
//! - **An end without a word**: neither it, nor the cancellation before it, nor an answer after that got through. It
//!   counts from the next answer on; a purchase before that answer looks like a move from one plan to another.
//! - **A trial without a word**: nothing told that it was one, so it looks like a purchase.
//! - **A failed payment, or its recovery, without a word.**
//! - **A reactivation without a word**, once the period ends in which renewal was known to be off.
//! - **A cancellation without a word** that drops a lower plan which was to begin: from the moment on at which it would have.
//! - **A refund whose invoice nobody ever named.**
//! - **A cycle without a word**: no webhook and no answer falls into its paid period or any later moment of its life.
//!
//! And an answer is as old as the app's own clock says, which may be minutes off: what lies within [`SLACK`] of it is
//! not sure either.

use jiff::{SignedDuration, Timestamp};

use super::chronicle::{Deed, Entry, Purchase, Story};

/// How far the app's clock may be off, and a little.
pub const SLACK: SignedDuration = SignedDuration::from_mins(20);

/// One paid life.
#[derive(Debug)]
pub struct Life<'a> {
    story: &'a Story,
    /// Everything that happened in it, in order.
    pub entries: Vec<&'a Entry>,
    /// When it ended.
    pub over: Option<Timestamp>,
    /// When its end was known; the moment of the verdict for a life that goes on.
    pub known_over: Timestamp,
    /// From when on what it earned is not sure.
    pub unsure_from: Option<Timestamp>,
    /// The plans that the life before it may still seem to be on.
    before: Vec<(Timestamp, i64)>,
}

/// The paid lives of an instance, in order, as they were at `now`.
#[must_use]
pub fn lives(story: &Story, now: Timestamp) -> Vec<Life<'_>> {
    let mut lives: Vec<Life<'_>> = Vec::new();
    let told = story.deeds.iter().filter(|e| !matches!(e.deed, Deed::Installed { .. } | Deed::Removed));
    for entry in told {
        match lives.last_mut().filter(|_| !matches!(&entry.deed, Deed::Bought(plan) if plan.fresh)) {
            Some(life) => {
                life.over = (entry.deed == Deed::Over).then_some(entry.at).or(life.over);
                life.entries.push(entry);
            }
            None => lives.push(Life {
                story,
                entries: vec![entry],
                over: None,
                known_over: now,
                unsure_from: None,
                before: Vec::new(),
            }),
        }
    }
    for n in 0..lives.len() {
        let next = lives.get(n + 1).map(|next| next.entries[0].at);
        let (life, before) = (&lives[n], n.checked_sub(1).map(|n| &lives[n]));
        let inherits = before.filter(|before| before.known_over > life.entries[0].at - SLACK);
        // Whoever does not know how long a period lasts does not know when it ends.
        let is_clear = inherits.is_none() && life.first_gap().is_none();
        let known_over = life.over.map_or(now, |over| life.end_is_known(over, is_clear, now));
        // It ended without a word, and the next was bought before anybody knew: they look like one.
        let merges = next.is_some_and(|next| next < known_over.saturating_add(SLACK).unwrap_or(known_over));
        let carried = inherits.map_or_else(Vec::new, Life::plans);
        let start = inherits.map(|_| life.entries[0].at);
        let gap = life.over.filter(|over| merges || known_over > *over);
        let unsure_from = [start, gap, life.first_gap()].into_iter().flatten().min();
        let life = &mut lives[n];
        // A life that merges into the next is not over before the next one is.
        life.known_over = if merges { now } else { known_over };
        (life.unsure_from, life.before) = (unsure_from, carried);
    }
    lives
}

impl<'a> Life<'a> {
    /// Whether Wix said something in a stretch of time, with room for a clock that is off.
    fn is_asked(&self, from: Timestamp, until: Timestamp) -> bool {
        self.story.asked.iter().any(|(at, _)| from <= *at - SLACK && *at < until - SLACK)
    }

    fn ends(&self) -> Timestamp {
        self.over.unwrap_or(Timestamp::MAX)
    }

    /// The plans of the life with the moment from which each was chosen, and those it may seem to go on with.
    #[must_use]
    pub fn plans(&self) -> Vec<(Timestamp, i64)> {
        let own = self.purchases().map(|(_, at, plan)| (at, plan.credits));
        own.chain(self.before.iter().copied()).collect()
    }

    fn purchases(&self) -> impl Iterator<Item = (usize, Timestamp, &'a Purchase)> {
        self.entries.iter().enumerate().filter_map(|(n, entry)| match &entry.deed {
            Deed::Bought(plan) => Some((n, entry.at, plan)),
            _ => None,
        })
    }

    fn after(&self, n: usize) -> impl Iterator<Item = &&'a Entry> {
        self.entries[n + 1..].iter()
    }

    /// When its end was known.
    fn end_is_known(&self, over: Timestamp, is_clear: bool, now: Timestamp) -> Timestamp {
        let switches = |e: &&&Entry| matches!(e.deed, Deed::Cancelled | Deed::Reactivated | Deed::Bought(_));
        let cancelled = self.entries.iter().rev().find(switches).filter(|e| e.deed == Deed::Cancelled);
        let told = |deed: &Deed| self.entries.iter().any(|e| e.deed == *deed && e.told.is_some());
        let foreseen = is_clear && cancelled.is_some_and(|e| e.told.is_some() || self.is_asked(e.at, over));
        if foreseen || told(&Deed::Over) {
            return over;
        }
        let answers = self.story.asked.iter().map(|(at, _)| *at);
        answers.filter(|at| *at >= over + SLACK).min().unwrap_or(now)
    }

    /// The first moment about which words are missing.
    fn first_gap(&self) -> Option<Timestamp> {
        let plans = self.purchases().filter(|(n, ..)| !self.is_traced(*n)).map(|(_, at, _)| at);
        let trials = self.purchases().filter(|(n, _, plan)| plan.trial && !self.is_known_trial(*n));
        let trials = trials.map(|(_, at, _)| at);
        let entries = self.entries.iter().enumerate();
        let failures = entries.clone().filter(|(_, e)| e.deed == Deed::PaymentFailed);
        let failures = failures.filter(|(n, e)| !self.failure_is_known(*n, e)).map(|(_, e)| e.at);
        let refunds = entries.clone().filter(|(_, e)| e.deed == Deed::Refunded && e.told.is_some());
        let refunds = refunds.filter_map(|(_, e)| {
            let (from, until) = self.period_of(e.at)?;
            (!self.invoice_is_known(from, until)).then_some(from)
        });
        let conversions = entries.clone().filter(|(_, e)| matches!(e.deed, Deed::Converted { .. }));
        let conversions = conversions.filter(|(n, _)| !self.is_traced(*n)).map(|(_, e)| e.at);
        let again = entries.clone().filter(|(_, e)| e.deed == Deed::Reactivated);
        let again = again.filter(|(n, _)| self.is_lost_reactivation(*n));
        let again = again.filter_map(|(_, e)| Some(self.period_of(e.at)?.1));
        let dropped =
            entries.filter_map(|(n, e)| (e.deed == Deed::Cancelled).then(|| self.lost_drop(n)).flatten());
        let told = plans.chain(trials).chain(conversions).chain(failures).chain(refunds);
        told.chain(again).chain(dropped).min()
    }

    /// Whether a word tells that the plan was tried out from the `n`-th entry on.
    #[must_use]
    pub fn trial_is_traced(&self, n: usize) -> bool {
        let entry = self.entries[n];
        let until = self.entries.get(n + 1).map_or(self.ends(), |next| next.at);
        entry.told.is_some() || self.is_asked(entry.at, until)
    }

    /// Whether a word names the plan that was chosen in the `n`-th entry.
    fn is_traced(&self, n: usize) -> bool {
        let next = self.after(n).find(|e| matches!(e.deed, Deed::Bought(_) | Deed::Over));
        let until = next.map_or(Timestamp::MAX, |next| next.at);
        let from = match &self.entries[n].deed {
            // Before a lower plan begins, answers name the higher one.
            Deed::Bought(plan) if self.begins_later(n) => self.money_came(plan.until),
            _ => self.entries[n].at,
        };
        self.entries[n].told.is_some() || self.is_asked(from, until)
    }

    /// When the period that begins at `start` was paid: as it began, or later with the invoice that was open then. Until
    /// then answers show the plan and the invoice of before.
    fn money_came(&self, start: Timestamp) -> Timestamp {
        let failed = |(_, e): &(usize, &&Entry)| e.deed == Deed::PaymentFailed && e.at <= start;
        let Some((n, _)) = self.entries.iter().enumerate().rfind(failed) else { return start };
        let paid = self.after(n).find(|e| matches!(e.deed, Deed::PaymentMade { .. }));
        paid.map_or(Timestamp::MAX, |paid| paid.at.max(start))
    }

    /// Whether the plan chosen in the `n`-th entry begins only when the period ends.
    fn begins_later(&self, n: usize) -> bool {
        let (mut running, mut pending): (u32, Option<(u32, Timestamp)>) = (0, None);
        for (place, entry) in self.entries[..=n].iter().enumerate() {
            if let Some((rank, _)) = pending.take_if(|pending| pending.1 <= entry.at) {
                running = rank;
            }
            match &entry.deed {
                Deed::Cancelled => pending = None,
                Deed::Bought(plan) if plan.rank < running && place == n => return true,
                Deed::Bought(plan) if plan.rank < running => pending = Some((plan.rank, plan.until)),
                Deed::Bought(plan) => (running, pending) = (plan.rank, None),
                _ => {}
            }
        }
        false
    }

    /// Whether it was known that the plan does not renew, and no word told that it does again.
    fn is_lost_reactivation(&self, n: usize) -> bool {
        let entry = self.entries[n];
        let before = self.entries[..n].iter().rev().find(|e| e.deed == Deed::Cancelled);
        let known = before.is_some_and(|e| e.told.is_some() || self.is_asked(e.at, entry.at));
        let next = self.after(n).find(|e| matches!(e.deed, Deed::Cancelled | Deed::Bought(_) | Deed::Over));
        known && entry.told.is_none() && !self.is_asked(entry.at, next.map_or(Timestamp::MAX, |next| next.at))
    }

    /// When the lower plan was to begin that the cancellation of the `n`-th entry dropped, if no word told of that.
    fn lost_drop(&self, n: usize) -> Option<Timestamp> {
        let entry = self.entries[n];
        let next = self.after(n).find(|e| !matches!(e.deed, Deed::Refunded));
        if entry.told.is_some() || self.is_asked(entry.at, next.map_or(self.ends(), |next| next.at)) {
            return None;
        }
        let (place, _, plan) = self.purchases().take_while(|(place, ..)| *place < n).last()?;
        let begins = self.begins_later(place) && plan.until > entry.at;
        let dropped = self.entries[place..n].iter().any(|e| e.deed == Deed::Cancelled);
        (begins && !dropped).then_some(plan.until)
    }

    fn is_known_trial(&self, n: usize) -> bool {
        let end = self.after(n).find(|e| matches!(e.deed, Deed::Converted { .. } | Deed::Cancelled));
        let until = end.map_or(self.ends(), |end| end.at);
        end.is_some_and(|end| end.told.is_some()) || self.is_asked(self.entries[n].at, until)
    }

    /// Whether the app knew of a failed payment in time, and of what came after it.
    fn failure_is_known(&self, n: usize, failure: &Entry) -> bool {
        let paid = self.after(n).find(|e| matches!(e.deed, Deed::PaymentMade { .. }));
        let in_time = failure.told.is_some_and(|told| told.at < failure.at + SLACK);
        // An invoice of before that is named only later looks like a new one, and so like a payment.
        let before = self.period_of(failure.at - SLACK);
        let in_time = in_time && before.is_none_or(|(from, until)| self.invoice_is_known(from, until));
        in_time && paid.is_none_or(|paid| paid.told.is_some_and(|told| told.at < paid.at + SLACK))
    }

    /// Whether a word names the invoice of the period from `from` to `until`.
    fn invoice_is_known(&self, from: Timestamp, until: Timestamp) -> bool {
        let names = |e: &&&Entry| {
            let at_start = matches!(e.deed, Deed::Bought(_) | Deed::PaymentMade { .. }) && e.at == from;
            at_start || (e.deed == Deed::Reactivated && from <= e.at && e.at < until)
        };
        let told = self.entries.iter().filter(names).any(|e| e.told.is_some());
        told || self.is_asked(self.money_came(from), until.min(self.ends()))
    }

    /// The periods that were paid.
    fn periods(&self) -> Vec<(Timestamp, Timestamp)> {
        let mut periods: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (n, entry) in self.entries.iter().enumerate() {
            match &entry.deed {
                Deed::Bought(plan) if !self.begins_later(n) => {
                    periods.iter_mut().for_each(|period| period.1 = period.1.min(entry.at));
                    periods.push((entry.at, plan.until));
                }
                Deed::Renewed { until } | Deed::PaymentMade { until } | Deed::Converted { until } => {
                    let from = periods.last().map_or(entry.at, |period| period.1);
                    periods.push((from, *until));
                }
                _ => {}
            }
        }
        periods
    }

    fn period_of(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        self.periods().into_iter().find(|(from, until)| *from <= at && at < *until)
    }

    /// Whether a failed payment left the moment `at` unpaid for good.
    #[must_use]
    pub fn is_unpaid(&self, at: Timestamp) -> bool {
        self.period_of(at).is_none()
    }

    /// Whether the money for the moment `at` was given back, and the app was told.
    #[must_use]
    pub fn is_refunded(&self, at: Timestamp) -> bool {
        let refunds = self.entries.iter().filter(|e| e.deed == Deed::Refunded && e.told.is_some());
        let mut periods = refunds.filter_map(|refund| self.period_of(refund.at));
        periods.any(|(from, until)| from <= at && at < until)
    }

    /// Whether a word of Wix stands behind a cycle at `at`.
    #[must_use]
    pub fn is_worded(&self, at: Timestamp) -> bool {
        let Some((from, _)) = self.period_of(at) else { return false };
        let tells_of_payment = |(n, e): (usize, &&Entry)| match e.deed {
            Deed::Over | Deed::PaymentFailed | Deed::Refunded => false,
            // It names a plan: of another one it says nothing.
            Deed::Cancelled => self.is_on_a_traced_plan(n),
            _ => true,
        };
        let mut told = self.entries.iter().enumerate().filter(|(_, e)| e.told.is_some() && e.at >= from);
        told.any(tells_of_payment) || self.is_asked(self.money_came(from), self.ends())
    }

    /// Whether a word names the plan that runs as the `n`-th entry happens.
    fn is_on_a_traced_plan(&self, n: usize) -> bool {
        let begun = |place: &usize| match &self.entries[*place].deed {
            Deed::Bought(plan) => !self.begins_later(*place) || plan.until <= self.entries[n].at,
            _ => false,
        };
        (0..n).rev().find(begun).is_some_and(|place| self.is_traced(place))
    }
}
