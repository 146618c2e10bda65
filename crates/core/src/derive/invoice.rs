//! The invoices of a paid life: which was paid, which failed, and which one a moment belongs to.

use super::life::FREE_GRACE;
use crate::clock::Timestamp;

/// The invoices of a paid life.
#[derive(Debug, Clone, Default)]
pub(super) struct Invoices {
    /// The period that each pays, in order of time.
    periods: Vec<Period>,
    paid: Vec<String>,
    /// Since when payments fail, and the first invoice that did.
    failing: Option<(Timestamp, String)>,
}

/// What an invoice pays.
#[derive(Debug, Clone)]
struct Period {
    /// `None` when nobody has named it so far.
    id: Option<String>,
    from: Timestamp,
    /// `None` for what is paid once and for ever.
    until: Option<Timestamp>,
    /// When its name was first seen.
    seen: Timestamp,
}

impl Invoices {
    /// A plan began at `at`, under this invoice if one is told.
    pub(super) fn begin(&mut self, id: Option<&str>, at: Timestamp, until: Option<Timestamp>) {
        self.insert(Period { id: id.map(str::to_owned), from: at, until, seen: Timestamp::MAX });
        self.failing = None;
    }

    /// Wix names an invoice at `seen`: it pays the period from `from` to `until`, unless it is known.
    pub(super) fn see(&mut self, id: &str, seen: Timestamp, from: Timestamp, until: Option<Timestamp>) {
        self.insert(Period { id: Some(id.to_owned()), from, until, seen });
    }

    fn insert(&mut self, period: Period) {
        if period.id.as_ref().is_some_and(|id| self.knows(id)) {
            return;
        }
        let place = self.periods.partition_point(|known| known.from <= period.from);
        self.periods.insert(place, period);
    }

    /// What was named right after the last of `starts` was the invoice of the period before, by a clock that runs ahead of
    /// Wix's: so it turns out as another is named, when nothing else is known of the period before. What is known of that may
    /// have been named as early, and so on back through the `starts` of all periods.
    pub(super) fn belongs_before(&mut self, starts: &[Timestamp]) -> bool {
        let [earlier @ .., start] = starts else { return false };
        let Some(before) = earlier.last() else { return false };
        let early = |p: &Period| {
            p.from == *start
                && p.id.is_some()
                && p.seen.duration_since(*start) < FREE_GRACE
                && p.seen >= *start
        };
        let is_named = |p: &Period| p.id.is_some() && p.from >= *before && p.from < *start;
        let has_room = |invoices: &Self| !invoices.periods.iter().any(is_named);
        let is_early = self.periods.iter().any(early);
        if !is_early || !(has_room(self) || self.belongs_before(earlier) && has_room(self)) {
            return false;
        }
        let Some(period) = self.periods.iter_mut().find(|period| early(period)) else { return false };
        (period.from, period.until) = (*before, Some(*start));
        self.periods.sort_by_key(|period| period.from);
        true
    }

    /// What began at `told` had begun at `since`.
    pub(super) fn begin_earlier(&mut self, told: Timestamp, since: Timestamp) {
        self.periods.iter_mut().filter(|period| period.from == told).for_each(|period| period.from = since);
        self.periods.sort_by_key(|period| period.from);
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.periods.iter().any(|period| period.id.as_deref() == Some(id))
    }

    /// Whether an invoice of `start` or later is known.
    pub(super) fn is_known_from(&self, start: Timestamp) -> bool {
        self.periods.iter().any(|period| period.from >= start && period.id.is_some())
    }

    /// The invoice that a moment belongs to; `None` in a period whose invoice nobody named.
    pub(super) fn at(&self, at: Timestamp) -> Option<&str> {
        let last = self.periods.iter().rev().find(|period| period.from <= at)?;
        last.id.as_deref().filter(|_| last.until.is_none_or(|until| at < until))
    }

    pub(super) fn fail(&mut self, id: &str, at: Timestamp) {
        // An invoice that was paid cannot fail any more: the word of its failure came late.
        if !self.paid.iter().any(|paid| paid == id) {
            self.failing.get_or_insert_with(|| (at, id.to_owned()));
        }
    }

    /// Since when the payment of that invoice fails.
    pub(super) fn fails_since(&self, id: &str) -> Option<Timestamp> {
        self.failing.as_ref().filter(|(_, failed)| failed == id).map(|(since, _)| *since)
    }

    pub(super) fn pay(&mut self, id: &str) {
        self.failing = None;
        self.paid.push(id.to_owned());
    }

    /// Something proves that the plan is paid again.
    pub(super) fn recover(&mut self) {
        self.failing = None;
    }

    /// A later invoice than the one that failed stands behind the plan: the payment went through after all. An answer
    /// of the very minutes of the failure is no such news: its data may lag.
    pub(super) fn recover_by(&mut self, id: Option<&str>, at: Timestamp) {
        let Some(id) = id.filter(|id| !self.knows(id)) else { return };
        self.failing.take_if(|(since, failed)| at.duration_since(*since) >= FREE_GRACE && failed != id);
    }

    pub(super) fn is_failing(&self, at: Timestamp) -> bool {
        self.failing.as_ref().is_some_and(|(since, _)| *since <= at)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failing.is_some()
    }
}
