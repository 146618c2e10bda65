//! Answers of Get App Instance: the truth at one moment, which may lag behind the words before it.

use super::{FREE_GRACE, Life};
use crate::catalog::Plan;
use crate::clock::Timestamp;
use crate::derive::epoch::Epoch;
use crate::derive::segment::EntryKind;
use crate::fact::{Fact, Snapshot};

/// 2012-10-01, the year in which Wix opened its App Market: no plan of an app is older.
const EARLIEST: Timestamp = Timestamp::constant(1_349_049_600, 0);

impl<'a> Life<'a> {
    pub(super) fn snapshot(&mut self, fact: &Fact, snapshot: &Snapshot, plan: &'a Plan) {
        let Some(paid) = &snapshot.paid else { return };
        if plan.is_free() {
            return self.snapshot_free(fact.at);
        }
        // Our clock may run minutes behind Wix's.
        let latest = fact.at.saturating_add(FREE_GRACE).unwrap_or(fact.at);
        let plausible = |since: &Timestamp| *since <= latest && *since >= EARLIEST;
        let since = paid.since.filter(plausible).unwrap_or(fact.at);
        self.join(since);
        match self.ended(since, fact.at) {
            // Right after an end the answer may lag, or our clock be ahead: that it is paid still is no news.
            Some(epoch) if !epoch.may_go_on(plan, paid, since, fact.at) => {
                let end = epoch.ends_at;
                self.doubted_until = end.and_then(|end| end.checked_add(FREE_GRACE).ok());
                return;
            }
            Some(epoch) => epoch.revive(),
            None => {}
        }
        let outdated = self.open_epoch(fact.at).filter(|epoch| epoch.is_outdated(plan, paid, since, fact.at));
        if let Some(changed) = outdated.map(|epoch| epoch.last_change()) {
            self.doubted_until = changed.checked_add(FREE_GRACE).ok();
            return;
        }
        // A trial, or a lower plan before what was paid is over, begins a paid life: the one before it ended, and nobody told.
        let begins = |epoch: &&mut Epoch<'_>| {
            epoch.is_before_trial(plan, paid, since) || epoch.is_before_purchase(plan, paid, since)
        };
        if let Some(epoch) = self.open_epoch(fact.at).filter(begins) {
            epoch.ends_at = Some(since);
            // What was taken for a second payment beside it began that life.
            epoch.extras.retain(|extra| paid.terms.invoice_id.as_ref() != Some(&extra.invoice_id));
        }
        let mut failed = None;
        if self.open_epoch(fact.at).is_none() {
            let of_it = |failed: &&(Timestamp, String)| {
                failed.0 >= since && paid.terms.invoice_id.as_deref() != Some(&failed.1)
            };
            failed = self.failed_early.iter().find(of_it).cloned();
            let began = Fact { at: since, ..fact.clone() };
            let mut epoch = Epoch::begin(&began, plan, &paid.terms, EntryKind::Purchase, true);
            // An end that lies behind the answer cannot be meant.
            epoch.settle(since);
            self.epochs.push(epoch);
        }
        let Some(epoch) = self.epochs.last_mut() else { return };
        epoch.begin_earlier(plan, since);
        epoch.begin_pending(plan, since);
        epoch.invoices.recover_by(paid.terms.invoice_id.as_deref(), fact.at);
        epoch.anchored = true;
        if paid.in_trial {
            epoch.mark_trial();
        } else if epoch.is_trial() {
            // It became a paid plan when Wix says that this one began, not when Wix was asked.
            let at = if since > epoch.last_change() { since } else { fact.at };
            epoch.convert(&Fact { at, ..fact.clone() }, plan, &paid.terms);
        }
        if !epoch.undo_downgrade(plan, since, fact.at) {
            self.doubted_until = epoch.shown_from().checked_add(FREE_GRACE).ok();
            return;
        }
        if !epoch.keeps_pending(plan, since) {
            let from = epoch.change_shown(plan, &paid.terms.cycle, since, fact.at);
            epoch.change(plan, &paid.terms, fact, from);
        }
        epoch.outlast(fact.at);
        // A lower plan that began by now is there before renewal is looked at.
        epoch.settle(fact.at);
        epoch.confirm(paid, fact.at);
        if let Some((at, id)) = failed {
            epoch.fail(&id, at);
        }
    }

    /// What seemed to begin a new life was told of the one before, which had not ended: it is paid since before its end.
    fn join(&mut self, since: Timestamp) {
        let [.., before, last] = self.epochs.as_mut_slice() else { return };
        if !last.anchored && before.ends_at.is_some_and(|end| since < end) {
            before.revive();
            self.epochs.pop();
        }
    }

    /// The last paid life, if it ended by `at` and an answer says that a plan is paid since before that end.
    fn ended(&mut self, since: Timestamp, at: Timestamp) -> Option<&mut Epoch<'a>> {
        self.epochs.last_mut().filter(|epoch| epoch.ends_at.is_some_and(|end| end <= at && since <= end))
    }

    pub(super) fn snapshot_free(&mut self, at: Timestamp) {
        let epoch = self.open_epoch(at).filter(|epoch| at.duration_since(epoch.paid_until) >= FREE_GRACE);
        if let Some(epoch) = epoch {
            epoch.ends_at = Some(at);
        }
    }
}
