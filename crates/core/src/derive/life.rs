//! Folding facts into the paid lives ("epochs") of an instance.

use jiff::SignedDuration;

use super::{Input, ParkReason};
use crate::catalog::Plan;
use crate::clock::Timestamp;
use crate::cycle::{Cycles, period_end_after};
use crate::fact::{BillingCycle, Fact, FactKind, InvoiceStatus, PaidSnapshot, PlanTerms, Snapshot};
use crate::subscription::{Subscription, SubscriptionStatus};

/// Facts further ahead than this wait (billing-rules §6.6).
const FUTURE_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);
/// "Free" in an answer of Get App Instance is not believed this soon after proof of payment: its data may lag.
const FREE_GRACE: SignedDuration = SignedDuration::from_mins(10);

/// Whether the app is on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Never,
    Installed(Timestamp),
    Removed,
}

/// A stretch of a paid life on one plan.
#[derive(Debug, Clone)]
pub(super) struct Segment<'a> {
    pub(super) plan: &'a Plan,
    pub(super) billing: BillingCycle,
    pub(super) from: Timestamp,
    pub(super) entry: EntryKind,
    /// The fact that began it.
    pub(super) fact: String,
    /// The invoices and facts that speak of this stretch: whatever it earned may have been granted under any of them.
    pub(super) names: Vec<String>,
}

/// How a segment began, which decides what its beginning earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// The first purchase: cycle 0.
    Purchase,
    /// A higher plan: its credits at once, and the cycle restarts.
    Upgrade,
    /// A lower plan or another way of paying: nothing at once, the cycle goes on.
    Continue,
}

/// A lower plan that begins when the paid period ends.
#[derive(Debug, Clone)]
struct Pending<'a> {
    plan: &'a Plan,
    billing: BillingCycle,
    from: Timestamp,
    names: Vec<String>,
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
    /// The latest moment at which Wix's word says it was paid.
    pub(super) paid_until: Timestamp,
    /// The explicit end of what is paid, where Wix names one.
    expires_at: Option<Timestamp>,
    auto_renew: bool,
    /// When renewal was switched off.
    cancelled_at: Option<Timestamp>,
    /// When it is over, once that is known.
    pub(super) ends_at: Option<Timestamp>,
    /// Whether only the passing of time ended it, and not a word of Wix.
    ended_by_time: bool,
    /// A lower plan chosen for the next period.
    pending: Option<Pending<'a>>,
    /// Since when payments fail, and the first invoice that did.
    failing: Option<(Timestamp, String)>,
    /// The invoices that were paid.
    paid_invoices: Vec<String>,
    in_trial: bool,
}

/// The state of the fold.
pub(super) struct Life<'a> {
    pub(super) input: Input<'a>,
    presence: Presence,
    pub(super) installed_at: Option<Timestamp>,
    pub(super) origin: Option<String>,
    pub(super) epochs: Vec<Epoch<'a>>,
}

impl<'a> Life<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self { input, presence: Presence::Never, installed_at: None, origin: None, epochs: Vec::new() }
    }

    pub(super) fn is_removed(&self) -> bool {
        self.presence == Presence::Removed
    }

    /// Takes one fact in; refuses it when it must wait.
    pub(super) fn fold(&mut self, fact: &Fact) -> Result<(), ParkReason> {
        if fact.at > self.input.now.saturating_add(FUTURE_TOLERANCE).unwrap_or(Timestamp::MAX) {
            return Err(ParkReason::FromTheFuture { at: fact.at });
        }
        let catalog = self.input.catalog;
        let plan = match fact.kind.vendor_product_id() {
            None => None,
            Some(id) => Some(
                catalog
                    .normalise(id)
                    .ok_or_else(|| ParkReason::UnknownPlan { vendor_product_id: id.to_owned() })?,
            ),
        };
        self.settle(fact.at);
        if self.presence == Presence::Never && !matches!(fact.kind, FactKind::AppRemoved) {
            // Anything Wix says of an instance proves that the app was installed, even when that event was lost.
            self.presence = Presence::Installed(fact.at);
            self.installed_at = Some(fact.at);
        }
        match (&fact.kind, plan) {
            (FactKind::AppInstalled { origin_instance_id }, _) => {
                self.presence = Presence::Installed(fact.at);
                self.origin = self.origin.take().or_else(|| origin_instance_id.clone());
            }
            (FactKind::AppRemoved, _) => self.presence = Presence::Removed,
            (FactKind::PlanPurchased(terms), Some(plan)) => {
                self.paid(fact, plan, terms, true);
                self.renew_paid(plan, fact.at);
            }
            (FactKind::TrialConverted(terms), Some(plan)) => {
                self.paid(fact, plan, terms, true);
                self.with_open(|epoch| epoch.in_trial = false);
            }
            (FactKind::PlanReactivated(terms), Some(plan)) => {
                self.paid(fact, plan, terms, true);
                self.with_open(|epoch| epoch.renew(true, fact.at));
            }
            (FactKind::PlanChanged { terms, .. }, Some(plan)) => {
                self.paid(fact, plan, terms, false);
                self.renew_paid(plan, fact.at);
            }
            (FactKind::PlanTransferred(terms), Some(plan)) => self.paid(fact, plan, terms, false),
            (FactKind::RenewalCancelled { immediately, in_trial, .. }, _) => {
                self.with_open(|epoch| {
                    epoch.renew(false, fact.at);
                    if *immediately || *in_trial {
                        epoch.ends_at = Some(fact.at);
                    }
                });
            }
            (FactKind::InvoiceUpdated { invoice_id, status }, _) => self.invoice(invoice_id, status, fact.at),
            (FactKind::Snapshot(snapshot), plan) => self.snapshot(fact, snapshot, plan),
            // Every other kind names a plan, so the look-up above has found it or refused the fact.
            (_, None) => {}
        }
        Ok(())
    }

    /// Brings the last epoch to its end when that lies at or before `at`.
    fn settle(&mut self, at: Timestamp) {
        if let Some(epoch) = self.epochs.last_mut() {
            epoch.settle(at);
        }
    }

    /// After the last fact: what has ended or begun by now.
    pub(super) fn close(&mut self) {
        let now = self.input.now;
        self.settle(now);
    }

    fn open_epoch(&mut self, at: Timestamp) -> Option<&mut Epoch<'a>> {
        self.epochs.last_mut().filter(|epoch| epoch.ends_at.is_none_or(|end| at < end))
    }

    fn with_open(&mut self, change: impl FnOnce(&mut Epoch<'a>)) {
        if let Some(epoch) = self.epochs.last_mut() {
            change(epoch);
        }
    }

    /// A fact that says: this plan is paid from now on.
    fn paid(&mut self, fact: &Fact, plan: &'a Plan, terms: &PlanTerms, anchors: bool) {
        if plan.is_free() {
            self.with_open(|epoch| epoch.renew(false, fact.at));
            return;
        }
        let names = names(terms, fact);
        match self.open_epoch(fact.at) {
            Some(epoch) => {
                epoch.anchored |= anchors;
                epoch.change(plan, &terms.cycle, fact.at, names);
                epoch.evidence(fact.at, terms.expires_at);
                epoch.failing = None;
            }
            None => self.epochs.push(Epoch::begin(fact, plan, terms, names, anchors)),
        }
    }

    /// Buying a plan, or another one, switches renewal on again.
    fn renew_paid(&mut self, plan: &Plan, at: Timestamp) {
        if !plan.is_free() {
            self.with_open(|epoch| epoch.renew(true, at));
        }
    }

    fn invoice(&mut self, invoice_id: &str, status: &InvoiceStatus, at: Timestamp) {
        self.with_open(|epoch| match status {
            // An invoice that was paid cannot fail any more: the word of its failure came late.
            InvoiceStatus::PaymentFailed if !epoch.paid_invoices.iter().any(|paid| paid == invoice_id) => {
                epoch.failing.get_or_insert_with(|| (at, invoice_id.to_owned()));
            }
            InvoiceStatus::Paid => {
                epoch.failing = None;
                epoch.paid_until = epoch.paid_until.max(at);
                epoch.paid_invoices.push(invoice_id.to_owned());
            }
            InvoiceStatus::PaymentFailed
            | InvoiceStatus::Refunded
            | InvoiceStatus::ChargedBack
            | InvoiceStatus::Unknown(_) => {}
        });
    }

    fn snapshot(&mut self, fact: &Fact, snapshot: &Snapshot, plan: Option<&'a Plan>) {
        let (Some(paid), Some(plan)) = (&snapshot.paid, plan) else {
            return self.snapshot_free(fact.at);
        };
        let since = paid.since.unwrap_or(fact.at).min(fact.at);
        self.reopen(since, fact.at);
        self.with_open(|epoch| epoch.recover(paid.terms.invoice_id.as_deref(), fact.at));
        match self.open_epoch(fact.at) {
            Some(epoch) => {
                let from = since.max(epoch.last_change());
                epoch.anchored = true;
                epoch.change(plan, &paid.terms.cycle, from, names(&paid.terms, fact));
            }
            None => {
                let names = names(&paid.terms, fact);
                let began = Fact { at: since, ..fact.clone() };
                self.epochs.push(Epoch::begin(&began, plan, &paid.terms, names, true));
            }
        }
        self.with_open(|epoch| epoch.confirm(paid, fact.at, snapshot.seen_until));
    }

    /// Wix says that a plan is paid since before the last paid life ended: so it never ended.
    ///
    /// Right after an end the answer may lag, and is not believed.
    fn reopen(&mut self, since: Timestamp, at: Timestamp) {
        let Some(epoch) = self.epochs.last_mut() else { return };
        let ended = epoch.ends_at.filter(|end| *end <= at && since <= *end);
        if ended
            .is_some_and(|end| at.duration_since(end) >= FREE_GRACE || since == end || epoch.ended_by_time)
        {
            epoch.renew(true, at);
        }
    }

    fn snapshot_free(&mut self, at: Timestamp) {
        let epoch = self.open_epoch(at).filter(|epoch| at.duration_since(epoch.paid_until) >= FREE_GRACE);
        if let Some(epoch) = epoch {
            epoch.ends_at = Some(at);
        }
    }

    /// The subscription now, the next moment of change, and whether Wix should be asked.
    pub(super) fn summary(&self) -> (Subscription, Option<Timestamp>, bool) {
        let now = self.input.now;
        let free = Subscription::free(self.input.catalog.free().id.clone());
        let Some(epoch) = self.epochs.last().filter(|epoch| epoch.ends_at.is_none_or(|end| now < end)) else {
            let status =
                if self.is_removed() { SubscriptionStatus::Removed } else { SubscriptionStatus::Free };
            return (Subscription { status, ..free }, None, false);
        };
        let Some(segment) = epoch.segments.last() else { return (free, None, false) };
        let cycles = epoch.cycles(self.input.policy.cycle);
        let next_cycle = cycles.start(cycles.next_after(now));
        let unconfirmed = !epoch.anchored || epoch.has_unconfirmed(&cycles, now);
        let period_end = epoch.period_end(now);
        let subscription = Subscription {
            plan_id: segment.plan.id.clone(),
            status: self.status(epoch),
            epoch: epoch.names().next().map(str::to_owned),
            billing_cycle: Some(segment.billing.clone()),
            started_at: Some(epoch.started_at),
            current_period_end: period_end,
            next_cycle_at: next_cycle.filter(|at| epoch.auto_renew || period_end.is_none_or(|end| *at < end)),
            auto_renew: epoch.auto_renew,
            pending_plan_id: epoch.pending.as_ref().map(|pending| pending.plan.id.clone()),
        };
        let turning = if epoch.auto_renew && epoch.pending.is_none() { None } else { period_end };
        let next_at = if unconfirmed { Some(now) } else { [next_cycle, turning].into_iter().flatten().min() };
        (subscription, next_at.filter(|_| !self.is_removed()), unconfirmed)
    }

    fn status(&self, epoch: &Epoch<'_>) -> SubscriptionStatus {
        match () {
            () if self.is_removed() => SubscriptionStatus::Removed,
            () if epoch.failing.is_some() => SubscriptionStatus::BillingIssue,
            () if !epoch.auto_renew => SubscriptionStatus::Cancelled,
            () if epoch.in_trial => SubscriptionStatus::Trial,
            () => SubscriptionStatus::Active,
        }
    }
}

impl<'a> Epoch<'a> {
    fn begin(fact: &Fact, plan: &'a Plan, terms: &PlanTerms, names: Vec<String>, anchored: bool) -> Self {
        let segment = Segment {
            plan,
            billing: terms.cycle.clone(),
            from: fact.at,
            entry: EntryKind::Purchase,
            fact: fact.key.clone(),
            names,
        };
        Self {
            anchored,
            started_at: fact.at,
            period_anchor: fact.at,
            segments: vec![segment],
            paid_until: fact.at,
            expires_at: terms.expires_at,
            auto_renew: true,
            cancelled_at: None,
            ends_at: None,
            ended_by_time: false,
            pending: None,
            failing: None,
            paid_invoices: Vec::new(),
            in_trial: false,
        }
    }

    /// Every name this life may have been known by; the first is the one that counts.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(|segment| segment.names.iter().map(String::as_str))
    }

    fn evidence(&mut self, at: Timestamp, expires_at: Option<Timestamp>) {
        self.paid_until = self.paid_until.max(at);
        self.expires_at = expires_at.or(self.expires_at);
    }

    /// A later invoice than the one that failed stands behind the plan: the payment went through after all.
    fn recover(&mut self, invoice_id: Option<&str>, at: Timestamp) {
        let Some(id) = invoice_id.filter(|id| !self.names().any(|name| name == *id)) else { return };
        self.failing.take_if(|(since, failed)| at >= *since && failed != id);
    }

    fn confirm(&mut self, paid: &PaidSnapshot, at: Timestamp, seen_until: Timestamp) {
        self.evidence(seen_until.max(at), paid.terms.expires_at);
        self.in_trial = paid.in_trial;
        if self.auto_renew != paid.auto_renewing {
            self.renew(paid.auto_renewing, at);
        }
    }

    fn renew(&mut self, on: bool, at: Timestamp) {
        self.auto_renew = on;
        self.cancelled_at = (!on).then_some(at);
        if on {
            self.ends_at = None;
        }
    }

    fn last_change(&self) -> Timestamp {
        self.segments.last().map_or(self.started_at, |segment| segment.from)
    }

    /// The plan from `at` on. A higher plan counts at once; a lower one when the paid period ends.
    fn change(&mut self, plan: &'a Plan, billing: &BillingCycle, at: Timestamp, names: Vec<String>) {
        let Some(current) = self.segments.last() else { return };
        if plan.rank < current.plan.rank {
            if self.pending.as_ref().is_none_or(|pending| pending.plan.id != plan.id) {
                let from = self.period_end(at).unwrap_or(at);
                self.pending = Some(Pending { plan, billing: billing.clone(), from, names });
            }
            return;
        }
        self.pending = None;
        let Some(current) = self.segments.last_mut() else { return };
        let entry = if plan.rank > current.plan.rank { EntryKind::Upgrade } else { EntryKind::Continue };
        if entry == EntryKind::Upgrade || current.billing != *billing {
            let from = at.max(current.from);
            let fact = names.last().cloned().unwrap_or_default();
            // It is paid anew from here on; what was said of the period before is over.
            self.period_anchor = from;
            self.expires_at = None;
            self.segments.push(Segment { plan, billing: billing.clone(), from, entry, fact, names });
        } else {
            current.names.extend(names);
        }
    }

    /// Lets happen what was to happen by `at`: a pending lower plan begins, a cancelled life ends.
    fn settle(&mut self, at: Timestamp) {
        if let Some(Pending { plan, billing, from, names }) =
            self.pending.take_if(|pending| pending.from <= at)
        {
            let fact = names.last().cloned().unwrap_or_default();
            self.segments.push(Segment { plan, billing, from, entry: EntryKind::Continue, fact, names });
        }
        if self.ends_at.is_none() && !self.auto_renew {
            self.ends_at = self.period_end(at).filter(|end| *end <= at);
            self.ended_by_time = self.ends_at.is_some();
        }
    }

    /// The end of the paid period: the one running at `at`, or the one in which renewal was switched off.
    fn period_end(&self, at: Timestamp) -> Option<Timestamp> {
        let at = self.cancelled_at.unwrap_or(at);
        if let Some(end) = self.expires_at.filter(|end| *end > at) {
            return Some(end);
        }
        let months = self.segments.last().and_then(|segment| segment.billing.months())?;
        period_end_after(self.period_anchor, months, at)
    }

    /// The cycles of the plan in force, counted from where the last one restarted.
    pub(super) fn cycles(&self, policy: crate::cycle::CyclePolicy) -> Cycles {
        let restart = self.segments.iter().rev().find(|segment| segment.entry != EntryKind::Continue);
        let anchor = restart.map_or(self.started_at, |segment| segment.from);
        let billing = self.segments.last().map_or(&BillingCycle::NoCycle, |segment| &segment.billing);
        Cycles::new(anchor, policy, billing)
    }

    /// Whether Wix's word covers the moment `at`: grants for moments it does not cover wait.
    ///
    /// A payment covers the whole period it was made for, not only the moment it was seen.
    pub(super) fn is_confirmed(&self, at: Timestamp) -> bool {
        let months = self.segments.last().and_then(|segment| segment.billing.months());
        let period = months.and_then(|months| period_end_after(self.period_anchor, months, self.paid_until));
        let named = self.expires_at.max(period).is_some_and(|end| at < end);
        (at <= self.paid_until || named) && self.failing.as_ref().is_none_or(|(since, _)| at < *since)
    }

    /// Whether a cycle has come that no word of Wix covers yet.
    fn has_unconfirmed(&self, cycles: &Cycles, now: Timestamp) -> bool {
        let last = cycles.next_after(now).checked_sub(1).and_then(|n| cycles.start(n));
        last.is_some_and(|at| at <= now && !self.is_confirmed(at))
    }
}

/// The names under which a fact's plan may be known: its invoice, then the fact itself.
fn names(terms: &PlanTerms, fact: &Fact) -> Vec<String> {
    terms.invoice_id.iter().cloned().chain([fact.key.clone()]).collect()
}
