//! One paid life of an instance, from its first purchase until it ends.

mod answer;
mod payment;

use jiff::SignedDuration;

use super::invoice::Invoices;
use super::life::FREE_GRACE;
use super::segment::{EntryKind, Segment, first_invoice, names};
use crate::catalog::Plan;
use crate::clock::Timestamp;
use crate::cycle::{CyclePolicy, Cycles, period_end_after, period_start_before};
use crate::fact::{BillingCycle, Fact, FactKind, PlanTerms};

/// A free trial may be of thirty days, in February too.
const LONGEST_MONTH: SignedDuration = SignedDuration::from_hours(31 * 24);

/// A lower plan that begins when the paid period ends.
#[derive(Debug, Clone)]
pub(super) struct Pending<'a> {
    pub(super) plan: &'a Plan,
    billing: BillingCycle,
    /// When it was chosen.
    chosen_at: Timestamp,
    from: Timestamp,
    names: Vec<String>,
    /// Whether Wix shows the higher plan after that moment, because the payment for the lower one failed.
    unpaid: bool,
}

/// A second payment for a plan that runs.
#[derive(Debug, Clone)]
pub(super) struct Extra<'a> {
    pub(super) plan: &'a Plan,
    pub(super) at: Timestamp,
    pub(super) invoice_id: String,
    pub(super) fact: String,
}

/// One paid life of an instance, from its first purchase until it ends.
#[derive(Debug, Clone)]
pub(super) struct Epoch<'a> {
    /// Whether a purchase or an answer of Wix stands behind it. Without one, grants wait.
    pub(super) anchored: bool,
    pub(super) started_at: Timestamp,
    /// From when the paid periods are counted: the purchase, or the last upgrade or change of the way of paying.
    period_anchor: Timestamp,
    pub(super) segments: Vec<Segment<'a>>,
    pub(super) extras: Vec<Extra<'a>>,
    /// The latest moment at which Wix's word says it was paid.
    pub(super) paid_until: Timestamp,
    /// The explicit end of what is paid, where Wix names one.
    expires_at: Option<Timestamp>,
    pub(super) auto_renew: bool,
    /// When renewal was switched off.
    cancelled_at: Option<Timestamp>,
    /// When Wix last said by itself whether it renews.
    renewal_told_at: Option<Timestamp>,
    /// When it is over, once that is known.
    pub(super) ends_at: Option<Timestamp>,
    /// Whether only the passing of time ended it, and not a word of Wix.
    pub(super) ended_by_time: bool,
    /// Whether it was cancelled because the plan moved to another site.
    pub(super) moved: bool,
    /// A lower plan chosen for the next period.
    pub(super) pending: Option<Pending<'a>>,
    pub(super) invoices: Invoices,
    /// When an invoice that had failed was last paid.
    recovered_at: Option<Timestamp>,
    /// When an answer first said of the plan that runs that it is paid, and no free trial.
    seen_paid_at: Option<Timestamp>,
    /// When an answer last showed it.
    answered_at: Option<Timestamp>,
}

impl<'a> Epoch<'a> {
    pub(super) fn begin(
        fact: &Fact,
        plan: &'a Plan,
        terms: &PlanTerms,
        entry: EntryKind,
        anchored: bool,
    ) -> Self {
        let mut epoch = Self {
            anchored,
            started_at: fact.at,
            period_anchor: fact.at,
            segments: vec![Segment::begin(fact, plan, terms, entry)],
            extras: Vec::new(),
            paid_until: fact.at,
            expires_at: terms.expires_at,
            auto_renew: true,
            cancelled_at: None,
            renewal_told_at: None,
            ends_at: None,
            ended_by_time: false,
            moved: false,
            pending: None,
            invoices: Invoices::default(),
            recovered_at: None,
            seen_paid_at: None,
            answered_at: None,
        };
        epoch.evidence(fact.at, terms.expires_at);
        epoch.invoices.begin(first_invoice(terms, fact), fact.at, epoch.regular_end(fact.at));
        epoch
    }

    /// Every name this life may have been known by; the first is the one that counts.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(|segment| segment.names.iter().map(String::as_str))
    }

    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| at < end)
    }

    pub(super) fn is_trial(&self) -> bool {
        self.segments.last().is_some_and(|segment| segment.entry == EntryKind::Trial)
    }

    /// Wix's word that it is paid at `at`. A payment covers the whole period it was made for, not only that moment.
    pub(super) fn evidence(&mut self, at: Timestamp, expires_at: Option<Timestamp>) {
        self.paid_until = self.paid_until.max(at);
        self.expires_at = expires_at.or(self.expires_at);
        let end = self.expires_at.filter(|end| *end > at).or_else(|| self.regular_end(at));
        if let Some((segment, end)) = self.segments.last_mut().zip(end) {
            segment.covered_until = segment.covered_until.max(end);
        }
    }

    /// A word of Wix that it renews from `at` on, or does not.
    pub(super) fn renew(&mut self, on: bool, at: Timestamp) {
        self.renewal_told_at = Some(at);
        self.switch(on, at);
    }

    /// It goes on for as long as nobody says that it is over.
    pub(super) fn hold_on(&mut self) {
        self.pending = None;
        self.ends_at = None;
        self.cancelled_at = None;
        self.auto_renew = true;
    }

    fn switch(&mut self, on: bool, at: Timestamp) {
        if on {
            self.ends_at = None;
            self.cancelled_at = None;
            self.moved = false;
        } else if self.auto_renew {
            self.cancelled_at = Some(at);
            // What does not renew has no next plan.
            self.pending = None;
        }
        self.auto_renew = on;
    }

    pub(super) fn last_change(&self) -> Timestamp {
        self.segments.last().map_or(self.started_at, |segment| segment.from)
    }

    /// Whether `plan` runs, however it is paid.
    pub(super) fn is_on(&self, plan: &Plan) -> bool {
        self.segments.last().is_some_and(|segment| segment.plan.id == plan.id)
    }

    /// Whether `plan` runs, paid in that way.
    pub(super) fn runs(&self, plan: &Plan, billing: &BillingCycle) -> bool {
        let same = |segment: &Segment<'_>| segment.plan.id == plan.id && segment.billing == *billing;
        self.segments.last().is_some_and(same)
    }

    /// Whether what was known as a purchase of `plan` can be a free trial that ends at `at`: a trial is shorter than a period,
    /// and no answer called it paid before that.
    pub(super) fn can_be_trial(&self, plan: &Plan, at: Timestamp) -> bool {
        let Some(last) = self.segments.last() else { return false };
        let before = |seen: Timestamp| seen >= last.from && at.duration_since(seen) >= FREE_GRACE;
        if !self.is_trial() && self.seen_paid_at.is_some_and(before) {
            return false;
        }
        let month = last.from.saturating_add(LONGEST_MONTH).unwrap_or(last.from);
        let end = self.regular_end(last.from).map(|end| end.max(month));
        self.is_trial() || (last.plan.id == plan.id && end.is_none_or(|end| at < end))
    }

    /// Whether it is known that a free trial of `plan` became a paid plan at `at` or before.
    pub(super) fn is_converted(&self, plan: &Plan, at: Timestamp) -> bool {
        let conversion = |segment: &Segment<'_>| {
            segment.entry == EntryKind::Conversion && segment.plan.id == plan.id && segment.from <= at
        };
        self.segments.iter().any(conversion)
    }

    /// What was known as a purchase was a free trial.
    pub(super) fn mark_trial(&mut self) {
        let only = self.segments.len() == 1;
        if let Some(first) =
            self.segments.first_mut().filter(|first| only && first.entry == EntryKind::Purchase)
        {
            first.entry = EntryKind::Trial;
        }
    }

    /// The trial became a paid plan: it is paid from here on.
    pub(super) fn convert(&mut self, fact: &Fact, plan: &'a Plan, terms: &PlanTerms) {
        self.mark_trial();
        // Another plan, or way of paying, chosen in the trial goes on with it.
        let kind = |kind| self.segments.iter().any(|segment| segment.entry == kind);
        let goes_on = kind(EntryKind::Trial)
            && !kind(EntryKind::Conversion)
            && self.segments.last().is_some_and(|last| last.entry == EntryKind::Continue);
        if self.is_trial() || goes_on {
            self.period_anchor = fact.at;
            self.expires_at = None;
            self.segments.push(Segment::begin(fact, plan, terms, EntryKind::Conversion));
        }
    }

    /// The plan from `at` on. A higher plan counts at once; a lower one when the paid period ends.
    pub(super) fn change(&mut self, plan: &'a Plan, terms: &PlanTerms, fact: &Fact, at: Timestamp) {
        let Some(current) = self.segments.last() else { return };
        let names = names(terms, fact);
        if plan.rank < current.plan.rank {
            if self.pending.as_ref().is_none_or(|pending| pending.plan.id != plan.id) {
                // At the turn of a period it begins at once: the period before it is over.
                let from = if self.is_turn(at) { at } else { self.period_end(at).unwrap_or(at) };
                self.pending = Some(Pending {
                    plan,
                    billing: terms.cycle.clone(),
                    chosen_at: at,
                    from,
                    names,
                    unpaid: false,
                });
            }
            return;
        }
        self.pending = None;
        let entry = match &fact.kind {
            _ if plan.rank <= current.plan.rank => EntryKind::Continue,
            // It was paid where it came from.
            FactKind::PlanTransferred(_) => EntryKind::Transfer,
            // Who tries a plan out has paid nothing, and may try another one.
            _ if self.is_trial() => EntryKind::Trial,
            _ => EntryKind::Upgrade,
        };
        if entry != EntryKind::Continue || current.billing != terms.cycle {
            let from = at.max(current.from);
            // It is paid anew from here on; what was said of the period before is over.
            self.period_anchor = from;
            self.expires_at = None;
            let segment = Segment { from, covered_until: from, ..Segment::begin(fact, plan, terms, entry) };
            self.segments.push(segment);
            self.invoices.begin(first_invoice(terms, fact), from, self.regular_end(from));
        } else if let Some(current) = self.segments.last_mut() {
            current.add_names(names);
        }
    }

    /// Lets happen what was to happen by `at`: a pending lower plan begins, a cancelled life ends.
    pub(super) fn settle(&mut self, at: Timestamp) {
        if self.ends_at.is_none() && !self.auto_renew {
            self.ends_at = self.period_end(at).filter(|end| *end <= at);
            self.ended_by_time = self.ends_at.is_some();
        }
        let over = self.ends_at;
        let failing = self.invoices.has_failed();
        let begins = |pending: &mut Pending<'_>| {
            let waits = pending.unpaid && failing;
            !waits && pending.from <= at && over.is_none_or(|end| pending.from < end)
        };
        if let Some(Pending { plan, billing, from, names, .. }) = self.pending.take_if(begins) {
            let fact = names.last().cloned().unwrap_or_default();
            if self.segments.last().is_none_or(|current| current.billing != billing) {
                // Its periods are of another length: they are counted from its own beginning.
                self.period_anchor = from;
            }
            self.segments.push(Segment {
                plan,
                billing,
                from,
                entry: EntryKind::Continue,
                fact,
                names,
                covered_until: from,
                by_time: true,
                told_late: false,
            });
        }
    }

    /// The end of the paid period: the one running at `at`, or the one in which renewal was switched off.
    pub(super) fn period_end(&self, at: Timestamp) -> Option<Timestamp> {
        let at = self.cancelled_at.unwrap_or(at);
        self.expires_at.filter(|end| *end > at).or_else(|| self.regular_end(at))
    }

    /// Whether one paid period ends and the next begins at `at`.
    fn is_turn(&self, at: Timestamp) -> bool {
        at > self.period_anchor && (self.period_start(at) == at || self.expires_at == Some(at))
    }

    fn regular_end(&self, at: Timestamp) -> Option<Timestamp> {
        let months = self.segments.last().and_then(|segment| segment.billing.months())?;
        period_end_after(self.period_anchor, months, at)
    }

    /// When the period that is paid at `at` began.
    pub(super) fn period_start(&self, at: Timestamp) -> Timestamp {
        let months = self.segments.last().and_then(|segment| segment.billing.months());
        let start = months.map(|months| period_start_before(self.period_anchor, months, at));
        start.unwrap_or(self.period_anchor).min(at)
    }

    /// The cycles of the plan in force, counted from where the last one restarted.
    pub(super) fn cycles(&self, policy: CyclePolicy) -> Cycles {
        let restart = self.segments.iter().rev().find(|segment| segment.entry.restarts());
        let anchor = restart.map_or(self.started_at, |segment| segment.from);
        let billing = self.segments.last().map_or(&BillingCycle::NoCycle, |segment| &segment.billing);
        Cycles::new(anchor, policy, billing)
    }

    /// Whether Wix's word covers the moment `at` in `segment`: grants for moments it does not cover wait.
    pub(super) fn is_confirmed(&self, segment: &Segment<'_>, at: Timestamp) -> bool {
        (at <= self.paid_until || at < segment.covered_until) && !self.invoices.is_failing(at)
    }

    /// Whether what is told as a purchase may be a free trial that gives other credits: only an answer tells them apart.
    fn may_be_trial(&self) -> bool {
        let first = self.segments.first().filter(|first| first.entry == EntryKind::Purchase);
        self.answered_at.is_none() && first.is_some_and(|first| first.plan.trial_credits.is_some())
    }

    /// Whether a cycle has come that no word of Wix covers yet, or a plan that may be a trial or be paid.
    pub(super) fn has_unconfirmed(&self, cycles: &Cycles, now: Timestamp) -> bool {
        if self.may_be_trial() {
            return true;
        }
        let untold = self.answered_at.is_none_or(|at| at < self.last_change());
        if self.is_trial() && self.segments.len() > 1 && untold {
            return true;
        }
        let last = cycles.next_after(now).checked_sub(1).filter(|n| *n > 0).and_then(|n| cycles.start(n));
        let segment = self.segments.last().filter(|segment| segment.entry != EntryKind::Trial);
        segment.zip(last).is_some_and(|(segment, at)| at <= now && !self.is_confirmed(segment, at))
    }
}
