//! What the folded life says of the present: the subscription, and when to look again.

use super::epoch::Epoch;
use super::given::Given;
use super::life::Life;
use super::segment::EntryKind;
use crate::clock::Timestamp;
use crate::cycle::Cycles;
use crate::subscription::{Subscription, SubscriptionStatus};

impl Life<'_> {
    /// The subscription now, the next moment of change, and whether Wix should be asked.
    pub(super) fn summary(&self) -> (Subscription, Option<Timestamp>, bool) {
        let now = self.input.now;
        let paid =
            self.epochs.last().filter(|epoch| epoch.is_open(now)).and_then(|epoch| self.paid_summary(epoch));
        let given = self.given.last().filter(|given| given.is_open(now));
        let (subscription, next_at, unconfirmed) = match (paid, given) {
            (Some(paid), Some(given)) => {
                let (subscription, next_at) = self.given_summary(given);
                let higher =
                    self.input.catalog.find(&paid.0.plan_id).is_none_or(|p| p.rank < given.segment.plan.rank);
                let subscription = if higher { subscription } else { paid.0 };
                (subscription, [next_at, paid.1].into_iter().flatten().min(), paid.2)
            }
            (Some(paid), None) => paid,
            (None, Some(given)) => {
                let (subscription, next_at) = self.given_summary(given);
                (subscription, next_at, false)
            }
            (None, None) => (Subscription::free(self.input.catalog.free().id.clone()), None, false),
        };
        if self.removed_at().is_some() {
            let removed = Subscription { status: SubscriptionStatus::Removed, ..subscription };
            return (removed, None, unconfirmed);
        }
        // Whoever paid beyond the end that we know must not go without the plan until the next day's question.
        let doubted = self.doubted_until.map(|until| until.max(now));
        let next_at = [next_at, doubted].into_iter().flatten().min();
        (subscription, next_at, unconfirmed || doubted == Some(now))
    }

    fn paid_summary(&self, epoch: &Epoch<'_>) -> Option<(Subscription, Option<Timestamp>, bool)> {
        let now = self.input.now;
        let segment = epoch.segments.last()?;
        let cycles = epoch.cycles(self.input.policy.cycle);
        let is_trial = segment.entry == EntryKind::Trial;
        let next_cycle = cycles.start(cycles.next_after(now)).filter(|_| !is_trial);
        let unconfirmed = !epoch.anchored || epoch.has_unconfirmed(&cycles, now);
        let period_end = epoch.period_end(now);
        let subscription = Subscription {
            plan_id: segment.plan.id.clone(),
            status: status(epoch, now),
            epoch: epoch.names().next().map(str::to_owned),
            billing_cycle: Some(segment.billing.clone()),
            started_at: Some(epoch.started_at),
            current_period_end: period_end,
            next_cycle_at: next_cycle.filter(|at| epoch.auto_renew || period_end.is_none_or(|end| *at < end)),
            auto_renew: epoch.auto_renew,
            pending_plan_id: epoch.pending.as_ref().map(|pending| pending.plan.id.clone()),
        };
        // A trial's end is known to Wix alone: it is asked when the first period is over.
        let turning =
            if epoch.auto_renew && epoch.pending.is_none() && !is_trial { None } else { period_end };
        // An end that was told by a clock that runs ahead of ours lies a moment in the future.
        let changes = [next_cycle, turning, epoch.ends_at];
        let next_at = if unconfirmed { Some(now) } else { changes.into_iter().flatten().min() };
        Some((subscription, next_at, unconfirmed))
    }

    fn given_summary(&self, given: &Given<'_>) -> (Subscription, Option<Timestamp>) {
        let (now, segment) = (self.input.now, &given.segment);
        let cycles = Cycles::new(segment.from, self.input.policy.cycle, &segment.billing);
        let ends = |at: &Timestamp| given.until.is_none_or(|until| *at < until);
        let next_cycle = cycles.start(cycles.next_after(now)).filter(ends);
        let subscription = Subscription {
            status: SubscriptionStatus::Active,
            epoch: Some(segment.name().to_owned()),
            started_at: Some(segment.from),
            current_period_end: given.until,
            next_cycle_at: next_cycle,
            ..Subscription::free(segment.plan.id.clone())
        };
        (subscription, [next_cycle, given.until].into_iter().flatten().min())
    }
}

fn status(epoch: &Epoch<'_>, now: Timestamp) -> SubscriptionStatus {
    match () {
        () if epoch.invoices.is_failing(now) => SubscriptionStatus::BillingIssue,
        () if !epoch.auto_renew => SubscriptionStatus::Cancelled,
        () if epoch.is_trial() => SubscriptionStatus::Trial,
        () => SubscriptionStatus::Active,
    }
}
