//! Taking back what an operator changed by hand: on the very grants that it changed.

use super::adjust::{explained, gift};
use super::{Account, AdjustError, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, Entry, EntryCode, LedgerAccount};
use crate::grant::{Pool, Source};
use crate::id::GrantId;
use crate::settle::take_back;

/// Taking back an adjustment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// Who does it; never empty.
    pub actor: String,
    /// Why; never empty.
    pub reason: String,
}

/// The business key under which an adjustment's entry is taken back; the account must have been loaded with it.
#[must_use]
pub fn undo_key(original: &Entry) -> String {
    format!("undo:{}", original.business_key)
}

impl Account {
    /// Takes an adjustment back by a reverse entry; `Ok(false)` when that was done before.
    ///
    /// `original` is the adjustment's entry; the account must have been loaded with [`undo_key`], with all its grants and with
    /// every open hold.
    ///
    /// Of credits that were given, what is left of their grant leaves, and what was spent of it is booked as debt. What expired
    /// unused, or was cut at the end of a plan, is owed by nobody; what is put aside leaves, or is owed, when its hold ends.
    /// Credits that were taken go back to the grants they came from, and are what they would be if they had stayed there: they
    /// expire when these do, and are gone when these have expired or were taken back meanwhile.
    ///
    /// # Errors
    /// [`AdjustError::NoAdjustment`] for any other entry; [`AdjustError::Unexplained`] without an actor or a reason.
    pub fn undo_adjustment(
        &mut self,
        original: &Entry,
        undo: &Undo,
        now: Timestamp,
    ) -> Result<bool, AdjustError> {
        let cause = explained(&undo.actor, &undo.reason)?;
        if original.code != EntryCode::Adjust
            || original.instance_id != self.instance_id
            || !original.business_key.starts_with("adjust:")
        {
            return Err(AdjustError::NoAdjustment);
        }
        let key = undo_key(original);
        if self.used_keys.contains(&key) {
            return Ok(false);
        }
        match (original.debit, original.credit) {
            (LedgerAccount::Issued(_), LedgerAccount::Available(_)) => {
                let given = |grant: &crate::grant::CreditGrant| grant.business_key == original.business_key;
                let id = self.grants.iter().find(|grant| given(grant)).map(|grant| grant.id.clone());
                take_back(self, &id.ok_or(AdjustError::NoAdjustment)?, &key, &cause, now)?;
            }
            (LedgerAccount::Available(pool), LedgerAccount::Issued(_)) => {
                self.put_back(original, pool, &key, &cause, now)?;
            }
            _ => return Err(AdjustError::NoAdjustment),
        }
        Ok(true)
    }

    /// Puts what was taken back into the grants it came from.
    fn put_back(
        &mut self,
        original: &Entry,
        pool: Pool,
        key: &str,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.expire_grants(now)?;
        let parts = self.take_out_notes(&original.business_key);
        let found: i64 = parts.iter().map(|(_, part)| part.get()).sum();
        self.use_key(key);
        for share in self.take_in_all(&parts, now)? {
            let (code, name) = match share.to {
                LedgerAccount::Available(_) => (EntryCode::Adjust, String::new()),
                LedgerAccount::Expired => (EntryCode::Expire, ":expired".to_owned()),
                // It came from an adjustment, and goes there now: nothing moves.
                LedgerAccount::Issued(Source::Adjust) => continue,
                other => (EntryCode::Reversal, format!(":{other}")),
            };
            let movement = Movement {
                debit: LedgerAccount::Issued(Source::Adjust),
                credit: share.to,
                amount: share.amount,
                code,
                key: format!("{key}{name}"),
                hold: None,
            };
            self.record(movement, cause, now)?;
        }
        // What was taken from the carry of an end that never was, or before grants kept what was taken, has no grant to go to.
        let lost = Credits::new(original.amount.get() - found).unwrap_or(Credits::ZERO);
        if !lost.is_zero() {
            self.issue(gift(format!("{key}:rest"), pool, lost, cause.clone(), now), EntryCode::Adjust, now)?;
        }
        Ok(())
    }

    /// Takes the notes of one taking out of the grants; returns what was taken from which.
    fn take_out_notes(&mut self, taking: &str) -> Vec<(GrantId, Credits)> {
        self.grants.sort_by(|a, b| a.draw_order().cmp(&b.draw_order()));
        let mut parts = Vec::new();
        for grant in &mut self.grants {
            let is_gone = grant.taken_back && grant.source == Source::Carried;
            let (its, others): (Vec<_>, Vec<_>) =
                grant.taken.drain(..).partition(|taken| taken.key == taking);
            grant.taken = others;
            if is_gone && !its.is_empty() {
                // What stood in for other grants goes with its notes: the credits come back on their own.
                let part = its.iter().map(|taken| taken.amount.get()).sum::<i64>();
                grant.closed = Credits::new(grant.closed.get() + part).unwrap_or(grant.closed);
                self.changes.touched_grants.push(grant.id.clone());
                continue;
            }
            parts.extend(its.into_iter().map(|taken| (grant.id.clone(), taken.amount)));
        }
        parts
    }
}
