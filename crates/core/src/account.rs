//! The books of one instance: every change of its credits goes through an [`Account`].
//!
//! An account is loaded with what a decision needs (balances, grants that have credits left, the holds in question,
//! the business keys that were used), changed by pure calls, and written back as [`AccountChanges`]. Nothing here can
//! make a balance negative, end a hold twice, or use a business key twice; the database's constraints say the same
//! once more.

mod adjust;
mod promo;

pub use adjust::{AdjustError, Adjustment, Change, Undo, adjust_key, undo_key};
pub use promo::{PromoError, promo_key};

use std::collections::HashSet;

use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, Entry, EntryCode, GENESIS, LedgerAccount, id_bytes};
use crate::grant::{CreditGrant, GrantRequest, Pool};
use crate::hold::{Draw, Hold, HoldState, ReserveRequest};
use crate::id::{EntryId, GrantId, HoldId, InstanceId};

/// Cached sums of an instance's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balances {
    /// What the promo pool has left to spend.
    pub promo: i64,
    /// What the plan pool has left to spend.
    pub plan: i64,
    /// What the purchased pool has left to spend.
    pub purchased: i64,
    /// What is put aside in open holds.
    pub held: i64,
    /// What was spent, ever.
    pub spent: i64,
    /// What expired or was reset, ever.
    pub expired: i64,
    /// What was refunded after it had been spent.
    pub debt: i64,
}

impl Balances {
    /// What can be spent, over all pools.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.promo.saturating_add(self.plan).saturating_add(self.purchased)
    }

    /// What one pool has left to spend.
    #[must_use]
    pub fn pool(&self, pool: Pool) -> i64 {
        match pool {
            Pool::Promo => self.promo,
            Pool::Plan => self.plan,
            Pool::Purchased => self.purchased,
        }
    }

    /// Moves credits between two accounts; `false`, and nothing moved, when one would leave its range.
    pub fn move_between(&mut self, debit: LedgerAccount, credit: LedgerAccount, amount: Credits) -> bool {
        let mut next = *self;
        if let Some(from) = next.slot(debit) {
            match from.checked_sub(amount.get()).filter(|left| *left >= 0) {
                Some(left) => *from = left,
                None => return false,
            }
        }
        if let Some(to) = next.slot(credit) {
            match to.checked_add(amount.get()) {
                Some(sum) => *to = sum,
                None => return false,
            }
        }
        // The pools together must fit too: what can be spent is their sum.
        if next.promo.checked_add(next.plan).and_then(|sum| sum.checked_add(next.purchased)).is_none() {
            return false;
        }
        *self = next;
        true
    }

    fn slot(&mut self, account: LedgerAccount) -> Option<&mut i64> {
        match account {
            LedgerAccount::Available(Pool::Promo) => Some(&mut self.promo),
            LedgerAccount::Available(Pool::Plan) => Some(&mut self.plan),
            LedgerAccount::Available(Pool::Purchased) => Some(&mut self.purchased),
            LedgerAccount::Held => Some(&mut self.held),
            LedgerAccount::Spent => Some(&mut self.spent),
            LedgerAccount::Expired => Some(&mut self.expired),
            LedgerAccount::Debt => Some(&mut self.debt),
            LedgerAccount::Issued(_) => None,
        }
    }
}

/// Why credits cannot be spent, given or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// More was asked for than there is.
    #[error("{requested} credits were asked for and {available} are there")]
    InsufficientCredits {
        /// What there is.
        available: Credits,
        /// What was asked for.
        requested: Credits,
    },
    /// An amount of zero, or more than the hold has.
    #[error("the amount must be at least 1 and at most what is held")]
    BadAmount,
    /// The sum would not fit.
    #[error("the balance would be larger than an account can hold")]
    Overflow,
    /// There is no such hold, or it was not loaded.
    #[error("there is no such hold")]
    NoSuchHold,
    /// The hold was posted, voided or expired before.
    #[error("the hold has ended")]
    HoldEnded {
        /// How it ended.
        state: HoldState,
    },
}

/// What a decision changed, to be written in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChanges {
    /// New entries, in order.
    pub entries: Vec<Entry>,
    /// New business keys.
    pub keys: Vec<String>,
    /// Grants that are new.
    pub new_grants: Vec<CreditGrant>,
    /// Grants whose remainder changed.
    pub touched_grants: Vec<GrantId>,
    /// Holds that are new or changed.
    pub touched_holds: Vec<HoldId>,
}

impl AccountChanges {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.keys.is_empty() && self.touched_holds.is_empty()
    }
}

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
    /// Grants with something left, and any other that a loaded hold draws on.
    pub grants: Vec<CreditGrant>,
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
    fn issue(
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
        };
        self.changes.new_grants.push(grant.clone());
        self.grants.push(grant.clone());
        Ok(grant)
    }

    /// Books spent credits that have to be given back as debt: as much of `amount` as was ever spent.
    fn owe(&mut self, key: &str, amount: Credits, cause: &Cause, now: Timestamp) -> Result<(), LedgerError> {
        let amount = amount.min(Credits::new(self.balances.spent).unwrap_or(Credits::ZERO));
        if amount.is_zero() {
            return Ok(());
        }
        let movement = Movement {
            debit: LedgerAccount::Spent,
            credit: LedgerAccount::Debt,
            amount,
            code: EntryCode::Reversal,
            key: key.to_owned(),
            hold: None,
        };
        self.record(movement, cause, now).map(|_| ())
    }

    /// Spends credits at once under the caller's `key`; returns the last entry's id.
    ///
    /// # Errors
    /// [`LedgerError::InsufficientCredits`] when there are not enough; [`LedgerError::BadAmount`] for zero.
    pub fn spend(
        &mut self,
        key: &str,
        action: &str,
        amount: Credits,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<EntryId, LedgerError> {
        let draws = self.draw(amount)?;
        let reason =
            [action, cause.reason.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let cause = Cause { reason: reason.join(": "), ..cause.clone() };
        let mut last = None;
        for (pool, part) in by_pool(&draws) {
            let movement = Movement {
                debit: LedgerAccount::Available(pool),
                credit: LedgerAccount::Spent,
                amount: part,
                code: EntryCode::Spend,
                key: format!("spend:{key}:{}", pool.as_str()),
                hold: None,
            };
            last = Some(self.record(movement, &cause, now)?);
        }
        last.ok_or(LedgerError::BadAmount)
    }

    /// Puts credits aside. Under a key that has a loaded hold, that hold is returned and nothing changes.
    ///
    /// # Errors
    /// [`LedgerError::InsufficientCredits`] when there are not enough; [`LedgerError::BadAmount`] for zero.
    pub fn reserve(&mut self, request: ReserveRequest, now: Timestamp) -> Result<Hold, LedgerError> {
        if let Some(hold) = self.holds.iter().find(|hold| hold.key == request.key) {
            return Ok(hold.clone());
        }
        let draws = self.draw(request.amount)?;
        let id = HoldId::new(now, id_bytes(&self.instance_id, &request.key));
        let cause = Cause::new("user", request.action.clone());
        for (pool, part) in by_pool(&draws) {
            let movement = Movement {
                debit: LedgerAccount::Available(pool),
                credit: LedgerAccount::Held,
                amount: part,
                code: EntryCode::Reserve,
                key: format!("reserve:{id}:{}", pool.as_str()),
                hold: Some(id.clone()),
            };
            self.record(movement, &cause, now)?;
        }
        let hold = Hold {
            id: id.clone(),
            key: request.key,
            action: request.action,
            amount: request.amount,
            draws,
            state: HoldState::Open,
            posted: Credits::ZERO,
            created_at: now,
            expires_at: request.expires_at,
        };
        self.changes.touched_holds.push(id);
        self.holds.push(hold.clone());
        Ok(hold)
    }

    /// Spends a hold: all of it, or `amount` of it and the rest comes back.
    ///
    /// # Errors
    /// [`LedgerError::HoldEnded`] when it was ended before or its time ran out; [`LedgerError::BadAmount`] for zero or
    /// more than is held; [`LedgerError::NoSuchHold`].
    pub fn post(
        &mut self,
        id: &HoldId,
        amount: Option<Credits>,
        now: Timestamp,
    ) -> Result<Hold, LedgerError> {
        let hold = self.open_hold(id)?;
        if hold.is_overdue(now) {
            return Err(LedgerError::HoldEnded { state: HoldState::Expired });
        }
        let amount = amount.unwrap_or(hold.amount);
        if amount.is_zero() || amount > hold.amount {
            return Err(LedgerError::BadAmount);
        }
        let movement = Movement {
            debit: LedgerAccount::Held,
            credit: LedgerAccount::Spent,
            amount,
            code: EntryCode::Post,
            key: format!("post:{id}"),
            hold: Some(id.clone()),
        };
        self.record(movement, &Cause::new("user", hold.action.clone()), now)?;
        let rest = hold.amount.checked_sub(amount).ok_or(LedgerError::BadAmount)?;
        self.give_back(&hold, rest, now)?;
        self.end_hold(id, HoldState::Posted, amount)
    }

    /// Gives a hold's credits back. A hold whose time ran out ends as expired, with the same effect.
    ///
    /// # Errors
    /// [`LedgerError::HoldEnded`] when it was ended before; [`LedgerError::NoSuchHold`].
    pub fn void(&mut self, id: &HoldId, now: Timestamp) -> Result<Hold, LedgerError> {
        let hold = self.open_hold(id)?;
        self.give_back(&hold, hold.amount, now)?;
        let state = if hold.is_overdue(now) { HoldState::Expired } else { HoldState::Voided };
        self.end_hold(id, state, Credits::ZERO)
    }

    /// Gives back every loaded hold whose time ran out; returns how many.
    ///
    /// # Errors
    /// [`LedgerError::Overflow`] only, which the books' own limits rule out.
    pub fn expire_holds(&mut self, now: Timestamp) -> Result<usize, LedgerError> {
        // In an order that does not depend on how they were loaded: the books come out the same everywhere.
        let mut overdue: Vec<_> = self.holds.iter().filter(|hold| hold.is_overdue(now)).collect();
        overdue.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let overdue: Vec<HoldId> = overdue.into_iter().map(|hold| hold.id.clone()).collect();
        for id in &overdue {
            self.void(id, now)?;
        }
        Ok(overdue.len())
    }

    /// Cuts the plan pool to at most `keep`, once under `key`; `Ok(false)` when that was done before.
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
        let excess = Credits::new(self.balances.plan - keep.get()).unwrap_or(Credits::ZERO);
        if !excess.is_zero() {
            self.draw_from(excess, |grant| grant.pool == Pool::Plan)?;
            let movement = Movement {
                debit: LedgerAccount::Available(Pool::Plan),
                credit: LedgerAccount::Expired,
                amount: excess,
                code: EntryCode::Reset,
                key: key.to_owned(),
                hold: None,
            };
            self.record(movement, cause, now)?;
        }
        Ok(true)
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

    fn draw(&mut self, amount: Credits) -> Result<Vec<Draw>, LedgerError> {
        if amount.is_zero() {
            return Err(LedgerError::BadAmount);
        }
        let available = self.available();
        if available < amount {
            return Err(LedgerError::InsufficientCredits { available, requested: amount });
        }
        self.draw_from(amount, |_| true)
    }

    /// Takes `amount` from the grants in drawing order. The caller has checked that there is enough.
    fn draw_from(
        &mut self,
        amount: Credits,
        from: impl Fn(&CreditGrant) -> bool,
    ) -> Result<Vec<Draw>, LedgerError> {
        self.grants.sort_by(|a, b| a.draw_order().cmp(&b.draw_order()));
        let mut missing = amount;
        let mut draws = Vec::new();
        for grant in self.grants.iter_mut().filter(|g| !g.remaining.is_zero() && from(g)) {
            let part = grant.remaining.min(missing);
            grant.remaining = grant.remaining.checked_sub(part).ok_or(LedgerError::Overflow)?;
            missing = missing.checked_sub(part).ok_or(LedgerError::Overflow)?;
            draws.push(Draw { grant_id: grant.id.clone(), pool: grant.pool, amount: part });
            self.changes.touched_grants.push(grant.id.clone());
            if missing.is_zero() {
                return Ok(draws);
            }
        }
        Err(LedgerError::InsufficientCredits { available: self.available(), requested: amount })
    }

    /// Returns `amount` of a hold to the grants it came from, last drawn first.
    fn give_back(&mut self, hold: &Hold, amount: Credits, now: Timestamp) -> Result<(), LedgerError> {
        let mut rest = amount;
        let mut back = Vec::new();
        for draw in hold.draws.iter().rev() {
            let part = draw.amount.min(rest);
            if part.is_zero() {
                continue;
            }
            rest = rest.checked_sub(part).ok_or(LedgerError::Overflow)?;
            let grant =
                self.grants.iter_mut().find(|g| g.id == draw.grant_id).ok_or(LedgerError::NoSuchHold)?;
            grant.remaining = grant.remaining.checked_add(part).ok_or(LedgerError::Overflow)?;
            self.changes.touched_grants.push(grant.id.clone());
            back.push(Draw { amount: part, ..draw.clone() });
        }
        for (pool, part) in by_pool(&back) {
            let movement = Movement {
                debit: LedgerAccount::Held,
                credit: LedgerAccount::Available(pool),
                amount: part,
                code: EntryCode::Void,
                key: format!("void:{}:{}", hold.id, pool.as_str()),
                hold: Some(hold.id.clone()),
            };
            self.record(movement, &Cause::new("user", hold.action.clone()), now)?;
        }
        Ok(())
    }

    fn open_hold(&self, id: &HoldId) -> Result<Hold, LedgerError> {
        let hold = self.holds.iter().find(|h| h.id == *id).ok_or(LedgerError::NoSuchHold)?;
        match hold.state {
            HoldState::Open => Ok(hold.clone()),
            state @ (HoldState::Posted | HoldState::Voided | HoldState::Expired) => {
                Err(LedgerError::HoldEnded { state })
            }
        }
    }

    fn end_hold(&mut self, id: &HoldId, state: HoldState, posted: Credits) -> Result<Hold, LedgerError> {
        let hold = self.holds.iter_mut().find(|h| h.id == *id).ok_or(LedgerError::NoSuchHold)?;
        hold.state = state;
        hold.posted = posted;
        self.changes.touched_holds.push(id.clone());
        Ok(hold.clone())
    }

    fn use_key(&mut self, key: &str) {
        self.used_keys.insert(key.to_owned());
        self.changes.keys.push(key.to_owned());
    }

    /// Moves credits between two accounts and appends the entry that says so.
    fn record(&mut self, movement: Movement, cause: &Cause, now: Timestamp) -> Result<EntryId, LedgerError> {
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

struct Movement {
    debit: LedgerAccount,
    credit: LedgerAccount,
    amount: Credits,
    code: EntryCode,
    key: String,
    hold: Option<HoldId>,
}

/// The sum of the draws of each pool, in drawing order.
fn by_pool(draws: &[Draw]) -> Vec<(Pool, Credits)> {
    let sum = |pool: Pool| draws.iter().filter(|d| d.pool == pool).map(|d| d.amount.get()).sum::<i64>();
    let sums = Pool::ALL.into_iter().map(|pool| (pool, Credits::new(sum(pool)).unwrap_or(Credits::ZERO)));
    sums.filter(|(_, amount)| !amount.is_zero()).collect()
}

#[cfg(test)]
mod tests;
