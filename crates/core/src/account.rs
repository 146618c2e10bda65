//! The books of one instance: every change of its credits goes through an [`Account`].
//!
//! An account is loaded with what a decision needs (balances, grants that have credits left, the holds in question,
//! the business keys that were used), changed by pure calls, and written back as [`AccountChanges`]. Nothing here can
//! make a balance negative, end a hold twice, or use a business key twice; the database's constraints say the same
//! once more.

mod adjust;
mod balance;
mod changes;
mod debt;
mod error;
mod expire;
mod give_back;
mod hold;
mod promo;
mod reset;
mod spend;
mod undo;

pub use adjust::{AdjustError, Adjustment, Change, adjust_key};
pub use balance::Balances;
pub use changes::AccountChanges;
pub use error::LedgerError;
pub use promo::{PromoError, promo_key};
pub(crate) use reset::Cutting;
pub use reset::Reset;
pub use undo::{Undo, undo_key};

use std::collections::HashSet;

use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, Entry, EntryCode, GENESIS, LedgerAccount, id_bytes};
use crate::grant::{CreditGrant, GrantRequest, Pool};
use crate::hold::Hold;
use crate::id::{EntryId, GrantId, HoldId, InstanceId};

/// The loaded books of one instance, and the changes made to them.
///
/// # Example
/// ```
/// use wixapp_core::{Account, Credits, account::LedgerError, entry::Cause};
/// let now = "2026-01-01T00:00:00Z".parse()?;
/// let mut account = Account::new("site-1".parse()?);
/// let ten = Credits::new(10).expect("not negative");
/// let broke = account.spend("click-1", "publish", ten, &Cause::new("user", "a post"), now);
/// assert!(matches!(broke, Err(LedgerError::InsufficientCredits { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose books.
    pub instance_id: InstanceId,
    /// The cached sums.
    pub balances: Balances,
    /// The number of the last entry; 0 before the first.
    pub seq: i64,
    /// The hash of the last entry.
    pub head: String,
    /// Grants with something left, and any other that a loaded hold draws on; all of them when facts are looked at.
    pub grants: Vec<CreditGrant>,
    /// The ends of paid lives at which the plan pool was cut, in order of time.
    pub resets: Vec<Reset>,
    /// The holds that were asked for.
    pub holds: Vec<Hold>,
    /// The business keys that are known to be used.
    pub used_keys: HashSet<String>,
    /// What was changed since loading.
    pub changes: AccountChanges,
}

impl Account {
    /// Empty books.
    #[must_use]
    pub fn new(instance_id: InstanceId) -> Self {
        Self {
            instance_id,
            balances: Balances::default(),
            seq: 0,
            head: GENESIS.to_owned(),
            grants: Vec::new(),
            resets: Vec::new(),
            holds: Vec::new(),
            used_keys: HashSet::new(),
            changes: AccountChanges::default(),
        }
    }

    /// What can be spent now, over all pools.
    #[must_use]
    pub fn available(&self) -> Credits {
        Credits::new(self.balances.available()).unwrap_or(Credits::ZERO)
    }

    /// Gives credits once under their business key; `Ok(false)` when they were given before.
    ///
    /// The caller must have loaded the used keys.
    ///
    /// # Errors
    /// [`LedgerError::BadAmount`] for zero; [`LedgerError::Overflow`] when the books cannot hold the sum.
    pub fn grant(&mut self, request: GrantRequest, now: Timestamp) -> Result<bool, LedgerError> {
        if self.used_keys.contains(&request.business_key) {
            return Ok(false);
        }
        self.issue(request, EntryCode::Grant, now).map(|_| true)
    }

    /// Gives credits under a business key that is not used.
    pub(crate) fn issue(
        &mut self,
        request: GrantRequest,
        code: EntryCode,
        now: Timestamp,
    ) -> Result<CreditGrant, LedgerError> {
        let movement = Movement {
            debit: LedgerAccount::Issued(request.source),
            credit: LedgerAccount::Available(request.pool),
            amount: request.amount,
            code,
            key: request.business_key.clone(),
            hold: None,
        };
        self.record(movement, &request.cause, now)?;
        self.use_key(&request.business_key);
        let grant = CreditGrant {
            id: GrantId::new(now, id_bytes(&self.instance_id, &request.business_key)),
            business_key: request.business_key,
            pool: request.pool,
            source: request.source,
            amount: request.amount,
            remaining: request.amount,
            plan_id: request.plan_id,
            catalog_version: request.catalog_version,
            effective_at: request.effective_at,
            expires_at: request.expires_at,
            closed: Credits::ZERO,
            taken: Vec::new(),
            taken_back: false,
            rules: String::new(),
        };
        self.changes.new_grants.push(grant.clone());
        self.grants.push(grant.clone());
        Ok(grant)
    }

    /// Checks the books against themselves.
    ///
    /// # Errors
    /// A sentence that names the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        for pool in Pool::ALL {
            let sum: i64 = self.grants.iter().filter(|g| g.pool == pool).map(|g| g.remaining.get()).sum();
            if sum != self.balances.pool(pool) {
                return Err(format!(
                    "the {} pool holds {sum}, its balance says {}",
                    pool.as_str(),
                    self.balances.pool(pool)
                ));
            }
        }
        let b = &self.balances;
        let all = [b.promo, b.plan, b.purchased, b.held, b.spent, b.expired, b.debt];
        if all.iter().any(|balance| *balance < 0) {
            return Err(format!("a balance is negative: {b:?}"));
        }
        Ok(())
    }

    pub(crate) fn use_key(&mut self, key: &str) {
        self.used_keys.insert(key.to_owned());
        self.changes.keys.push(key.to_owned());
    }

    /// Moves credits between two accounts and appends the entry that says so.
    pub(crate) fn record(
        &mut self,
        movement: Movement,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<EntryId, LedgerError> {
        let Movement { debit, credit, amount, code, key, hold } = movement;
        if amount.is_zero() {
            return Err(LedgerError::BadAmount);
        }
        let mut balances = self.balances;
        if !balances.move_between(debit, credit, amount) {
            return Err(LedgerError::Overflow);
        }
        let mut entry = Entry {
            id: EntryId::new(now, id_bytes(&self.instance_id, &key)),
            instance_id: self.instance_id.clone(),
            seq: self.seq + 1,
            debit,
            credit,
            amount,
            code,
            business_key: key,
            pending_id: hold,
            cause: cause.clone(),
            created_at: now,
            available_after: balances.available(),
            hash: String::new(),
        };
        entry.hash = entry.chain(&self.head);
        self.balances = balances;
        self.seq = entry.seq;
        self.head.clone_from(&entry.hash);
        let id = entry.id.clone();
        self.changes.entries.push(entry);
        Ok(id)
    }
}

/// Credits that move from one account to another.
pub(crate) struct Movement {
    pub(crate) debit: LedgerAccount,
    pub(crate) credit: LedgerAccount,
    pub(crate) amount: Credits,
    pub(crate) code: EntryCode,
    pub(crate) key: String,
    pub(crate) hold: Option<HoldId>,
}

#[cfg(test)]
mod tests;
