//! What an answer of Wix tells of a paid life: that it is paid, since when, and which plan.

use jiff::SignedDuration;

use super::{Epoch, Pending};
use crate::catalog::Plan;
use crate::clock::Timestamp;
use crate::derive::invoice::Invoices;
use crate::derive::life::FREE_GRACE;
use crate::fact::{BillingCycle, PaidSnapshot};

/// The shortest time there is.
const MOMENT: SignedDuration = SignedDuration::from_micros(1);

impl<'a> Epoch<'a> {
    /// An answer of Wix that shows this life, once more. One that names an end that is past shows what is owed: access stays,
    /// and it was paid until then only.
    pub(in crate::derive) fn confirm(&mut self, paid: &PaidSnapshot, at: Timestamp) {
        self.answered_at = Some(at);
        let lapsed = paid.terms.expires_at.filter(|end| at.duration_since(*end) >= FREE_GRACE);
        let lapsed = lapsed.filter(|end| paid.auto_renewing && *end > self.last_change());
        let paid_at = lapsed.and_then(|end| end.checked_sub(MOMENT).ok()).unwrap_or(at);
        self.evidence(paid_at, paid.terms.expires_at);
        let changed = self.last_change();
        if !paid.in_trial && self.seen_paid_at.is_none_or(|seen| seen < changed) {
            self.seen_paid_at = Some(at);
        }
        if let Some(id) = &paid.terms.invoice_id {
            self.see_invoice(id, paid_at);
        }
        // Right after a word of Wix the answer may be older than that word.
        let told = self.renewal_told_at.is_some_and(|told| at.duration_since(told) < FREE_GRACE);
        if self.auto_renew != paid.auto_renewing && !told {
            self.switch(paid.auto_renewing, self.before_turn(at));
        }
    }

    /// It is paid at `at`. If it does not renew, and the period is over in which that was known, it was switched off once
    /// more since.
    pub(in crate::derive) fn outlast(&mut self, at: Timestamp) {
        if !self.auto_renew && self.ends_at.is_none() && self.period_end(at).is_some_and(|end| end <= at) {
            self.cancelled_at = Some(self.before_turn(at));
        }
    }

    /// `at`, or the period before when that has only just ended: our clock may run ahead of Wix's.
    fn before_turn(&self, at: Timestamp) -> Timestamp {
        let start = self.period_start(at);
        let turned = start > self.period_anchor && at.duration_since(start) < FREE_GRACE;
        at.checked_sub(FREE_GRACE).ok().filter(|_| turned).unwrap_or(at)
    }

    /// It, or the plan that runs, began earlier than the first word of it told: it was bought at `since`.
    pub(in crate::derive) fn begin_earlier(&mut self, plan: &Plan, since: Timestamp) {
        let first = match self.segments.as_mut_slice() {
            [first] => first,
            [.., before, last] if last.told_late && last.plan.id == plan.id => {
                if before.from < since && since < last.from {
                    self.invoices.begin_earlier(last.from, since);
                    (last.from, self.period_anchor) = (since, since);
                }
                return;
            }
            _ => return,
        };
        if self.anchored || first.plan.id != plan.id || since >= first.from {
            return;
        }
        (first.from, self.started_at, self.period_anchor) = (since, since, since);
        let told = self.invoices.clone();
        self.invoices = Invoices::default();
        self.invoices.begin(None, since, self.regular_end(since));
        if let Some(mut pending) = self.pending.take() {
            if let Some(id) = told.at(pending.chosen_at) {
                self.see_invoice(id, pending.chosen_at);
            }
            pending.from = self.period_end(pending.chosen_at).unwrap_or(pending.from);
            self.pending = Some(pending);
        }
    }

    /// Wix shows the lower plan that was chosen, since a later moment than that of the choice, or since the turn of a
    /// period when the choice was told late: it began then.
    pub(in crate::derive) fn begin_pending(&mut self, plan: &Plan, since: Timestamp) {
        let turn = self.is_turn(since) && since > self.last_change();
        let chosen =
            |pending: &&mut Pending<'_>| pending.plan.id == plan.id && (turn || since > pending.chosen_at);
        if let Some(pending) = self.pending.as_mut().filter(chosen) {
            pending.from = pending.from.min(since);
        }
    }

    /// Whether an answer of `at` that shows it after its end is to be believed: it never ended, then.
    pub(in crate::derive) fn may_go_on(
        &self,
        plan: &Plan,
        paid: &PaidSnapshot,
        since: Timestamp,
        at: Timestamp,
    ) -> bool {
        let Some(end) = self.ends_at else { return true };
        // A change that nobody told: the time that passed was that of another plan.
        let untold = !self.runs(plan, &paid.terms.cycle) && self.last_change() < since && since < end;
        at.duration_since(end) >= FREE_GRACE
            || since == end
            || (self.ended_by_time && (paid.auto_renewing || untold))
    }

    /// Whether an answer of `at` shows what was before a change that was told minutes ago: it is older than that word.
    pub(in crate::derive) fn is_outdated(
        &self,
        plan: &Plan,
        paid: &PaidSnapshot,
        since: Timestamp,
        at: Timestamp,
    ) -> bool {
        let changed = self.last_change();
        since < changed && at.duration_since(changed) < FREE_GRACE && !self.runs(plan, &paid.terms.cycle)
    }

    /// Whether an answer that shows a free trial since `since` shows that of another life. The times of one moment may differ
    /// a little from word to word.
    pub(in crate::derive) fn is_before_trial(
        &self,
        plan: &Plan,
        paid: &PaidSnapshot,
        since: Timestamp,
    ) -> bool {
        let changed = self.last_change();
        let same = self.runs(plan, &paid.terms.cycle) && since.duration_since(changed) < FREE_GRACE;
        paid.in_trial && since > changed && !same
    }

    /// Whether an answer shows a lower plan that was bought since, by an invoice nobody knows: before the end that Wix had
    /// named for what was paid. A lower plan that was only chosen begins with that end, so what ran before is over.
    pub(in crate::derive) fn is_before_purchase(
        &self,
        plan: &Plan,
        paid: &PaidSnapshot,
        since: Timestamp,
    ) -> bool {
        let lower = self.segments.last().is_some_and(|current| plan.rank < current.plan.rank);
        let is_new = paid.terms.invoice_id.as_deref().is_some_and(|id| !self.invoices.knows(id));
        let before_end = self.expires_at.is_some_and(|end| end.duration_since(since) >= FREE_GRACE);
        lower && is_new && before_end && !self.is_trial() && since > self.last_change()
    }

    /// It had not ended after all, whether or not it renews.
    pub(in crate::derive) fn revive(&mut self) {
        self.ends_at = None;
    }

    /// Whether an answer that shows `plan` since `since` leaves a pending lower plan pending: it runs until the period's
    /// end, and the answer is no news.
    pub(in crate::derive) fn keeps_pending(&self, plan: &Plan, since: Timestamp) -> bool {
        let current = self.segments.last().is_some_and(|segment| segment.plan.id == plan.id);
        current && self.pending.as_ref().is_some_and(|pending| since < pending.chosen_at)
    }

    /// When what an answer of `at` shows began. One that calls another plan paid since before the last change tells that it
    /// was changed, and not when: a lower plan begins with a period, and any other counts from the answer on.
    pub(in crate::derive) fn change_shown(
        &self,
        plan: &Plan,
        billing: &BillingCycle,
        since: Timestamp,
        at: Timestamp,
    ) -> Timestamp {
        let changed = self.last_change();
        if since > changed || self.runs(plan, billing) {
            return since.max(changed);
        }
        let lower = self.segments.last().is_some_and(|current| plan.rank < current.plan.rank);
        let turn = self.period_start(at);
        if lower && turn > changed { turn } else { at }
    }

    /// When the plan that runs began to show: as it was chosen or its time came, or later with its payment.
    pub(in crate::derive) fn shown_from(&self) -> Timestamp {
        let changed = self.last_change();
        self.recovered_at.map_or(changed, |at| at.max(changed))
    }

    /// Wix says that `plan` is paid since `since`, and another one had begun later by the passing of time: it never began.
    ///
    /// `false` when that time has only just passed: the answer may lag, or our clock be ahead.
    pub(in crate::derive) fn undo_downgrade(
        &mut self,
        plan: &'a Plan,
        since: Timestamp,
        at: Timestamp,
    ) -> bool {
        let shown = self.shown_from();
        let [.., before, last] = self.segments.as_mut_slice() else { return true };
        if last.by_time && since == last.from && last.plan.id != plan.id && plan.rank < before.plan.rank {
            // Another lower plan had been chosen instead, and nobody told.
            last.plan = plan;
            return true;
        }
        if last.by_time && since < last.from && (before.plan.id == plan.id || since > before.from) {
            if at.duration_since(shown) < FREE_GRACE {
                return false;
            }
            let last = self.segments.pop();
            // A failed payment leaves the higher plan in place until the lower one is paid.
            self.pending = last.filter(|_| self.invoices.has_failed()).map(|last| Pending {
                plan: last.plan,
                billing: last.billing,
                chosen_at: last.from,
                from: last.from,
                names: last.names,
                unpaid: true,
            });
        }
        true
    }
}
