//! The end of a paid life: the plan pool is cut to what the free plan gives.
//!
//! A reset closes the grants before it: nothing is left in them, and what the owner keeps stands in one grant of its own,
//! the carry. So the books know for ever what was used before the end and what after it, and facts that come late, or
//! credits that come back from a hold, count as if they had been there at the end (see [`crate::settle`]).

use serde::{Deserialize, Serialize};

use super::{Account, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, EntryCode, LedgerAccount, id_bytes};
use crate::grant::{CreditGrant, Pool, Source};
use crate::id::GrantId;

/// One time at which the plan pool was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// The key under which it happens once.
    pub key: String,
    /// When the paid life ended: grants before this moment are closed.
    pub at: Timestamp,
    /// How much of the pool stays at the most.
    pub target: Credits,
    /// How much stayed.
    pub kept: Credits,
    /// How much expired.
    pub cut: Credits,
    /// The grant that holds what stayed; `None` while nothing did.
    pub carry: Option<GrantId>,
    /// The rules it was derived under.
    pub rules: String,
}

impl Account {
    /// Cuts the plan pool to at most `keep`, once under `key`; `Ok(false)` when that was done before.
    ///
    /// Grants that are effective from `now` on are not touched.
    ///
    /// # Errors
    /// [`LedgerError::Overflow`] only, which the books' own limits rule out.
    pub fn reset_plan_pool(
        &mut self,
        key: &str,
        keep: Credits,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        if self.used_keys.contains(key) {
            return Ok(false);
        }
        self.use_key(key);
        let mut pool = Credits::ZERO;
        for grant in self.grants.iter_mut().filter(|g| g.pool == Pool::Plan && g.effective_at < now) {
            if !grant.remaining.is_zero() {
                pool = pool.checked_add(grant.remaining).ok_or(LedgerError::Overflow)?;
                grant.close();
                self.changes.touched_grants.push(grant.id.clone());
            }
        }
        let kept = keep.min(pool);
        let cut = pool.checked_sub(kept).ok_or(LedgerError::Overflow)?;
        let mut reset = Reset {
            key: key.to_owned(),
            at: now,
            target: keep,
            kept,
            cut,
            carry: None,
            rules: String::new(),
        };
        if !kept.is_zero() {
            reset.carry = Some(self.carry(&reset, kept, now));
        }
        self.resets.push(reset);
        self.resets.sort_by_key(|reset| reset.at);
        self.move_cut(key.to_owned(), cut, Cutting::Expires, cause, now)?;
        Ok(true)
    }

    /// Makes the grant that holds what a reset leaves.
    pub(crate) fn carry(&mut self, reset: &Reset, kept: Credits, now: Timestamp) -> GrantId {
        let business_key = format!("carry:{}", reset.key);
        let grant = CreditGrant {
            id: GrantId::new(now, id_bytes(&self.instance_id, &business_key)),
            business_key,
            pool: Pool::Plan,
            source: Source::Carried,
            amount: kept,
            remaining: kept,
            plan_id: None,
            catalog_version: String::new(),
            effective_at: reset.at,
            expires_at: None,
            closed: Credits::ZERO,
            taken: Vec::new(),
            taken_back: false,
            rules: reset.rules.clone(),
        };
        let id = grant.id.clone();
        self.changes.new_grants.push(grant.clone());
        self.grants.push(grant);
        id
    }

    /// Books what a reset cuts, or what of it comes back.
    pub(crate) fn move_cut(
        &mut self,
        key: String,
        amount: Credits,
        direction: Cutting,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        if amount.is_zero() {
            return Ok(());
        }
        let (pool, expired) = (LedgerAccount::Available(Pool::Plan), LedgerAccount::Expired);
        let (debit, credit) = match direction {
            Cutting::Expires => (pool, expired),
            Cutting::ComesBack => (expired, pool),
        };
        let movement = Movement { debit, credit, amount, code: EntryCode::Reset, key, hold: None };
        self.record(movement, cause, now).map(|_| ())
    }
}

/// Which way the credits of a reset go.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cutting {
    Expires,
    ComesBack,
}
