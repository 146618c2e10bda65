//! Adjustments: an operator changes a balance by hand.
//!
//! Each grant keeps what was taken out of it, so that nobody is said to have used it, and an undo finds its way back.

use super::{Account, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, EntryCode, LedgerAccount};
use crate::grant::{GrantRequest, Pool, Source, Taken};

/// What an operator does to a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Credits are given.
    Give(Credits),
    /// Credits are taken away: never more than the pool has.
    Take(Credits),
}

/// A change of a balance by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// The request's own id: the same id changes the balance once.
    pub request_id: String,
    /// Which credits. What must outlive the end of a plan belongs to [`Pool::Purchased`].
    pub pool: Pool,
    /// What is done.
    pub change: Change,
    /// When given credits expire.
    pub expires_at: Option<Timestamp>,
    /// Who does it; never empty.
    pub actor: String,
    /// Why; never empty.
    pub reason: String,
}

/// Why a balance is not changed by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdjustError {
    /// Nobody, or no reason, was named.
    #[error("an adjustment needs an actor and a reason")]
    Unexplained,
    /// The request's id is empty.
    #[error("an adjustment needs an id of its own")]
    NoRequestId,
    /// The credits would have expired already.
    #[error("the credits would have expired already")]
    ExpiresInThePast,
    /// The entry is no adjustment of this instance.
    #[error("the entry is no adjustment of this instance")]
    NoAdjustment,
    /// The books refuse it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The business key of an adjustment; the account must have been loaded with it.
#[must_use]
pub fn adjust_key(request_id: &str) -> String {
    format!("adjust:{request_id}")
}

impl Account {
    /// Changes a balance by hand; `Ok(false)` when this request did so before.
    ///
    /// The account must have been loaded with the business key, [`adjust_key`].
    ///
    /// # Errors
    /// [`AdjustError::Unexplained`] without an actor or a reason; [`LedgerError::InsufficientCredits`] when more would be
    /// taken than the pool has.
    ///
    /// # Example
    /// ```
    /// use wixapp_core::{Account, Credits, account::{Adjustment, Change}, grant::Pool};
    /// let mut account = Account::new("site-1".parse()?);
    /// let now = "2026-01-01T00:00:00Z".parse()?;
    /// let sorry = Adjustment {
    ///     request_id: "req-1".into(),
    ///     pool: Pool::Purchased,
    ///     change: Change::Give(Credits::new(25).expect("not negative")),
    ///     expires_at: None,
    ///     actor: "kim".into(),
    ///     reason: "an apology for Tuesday".into(),
    /// };
    /// assert!(account.adjust(&sorry, now)?);
    /// assert!(!account.adjust(&sorry, now)?, "the same request counts once");
    /// assert_eq!(account.available().get(), 25);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn adjust(&mut self, adjustment: &Adjustment, now: Timestamp) -> Result<bool, AdjustError> {
        let Adjustment { request_id, pool, change, expires_at, actor, reason } = adjustment;
        if request_id.trim().is_empty() {
            return Err(AdjustError::NoRequestId);
        }
        let cause = explained(actor, reason)?;
        if expires_at.is_some_and(|at| at <= now) {
            return Err(AdjustError::ExpiresInThePast);
        }
        let key = adjust_key(request_id);
        if self.used_keys.contains(&key) {
            return Ok(false);
        }
        match change {
            Change::Give(amount) => {
                let gift = GrantRequest { expires_at: *expires_at, ..gift(key, *pool, *amount, cause, now) };
                self.issue(gift, EntryCode::Adjust, now)?;
            }
            Change::Take(amount) => self.take_away(&key, *pool, *amount, &cause, now)?,
        }
        Ok(true)
    }

    fn take_away(
        &mut self,
        key: &str,
        pool: Pool,
        amount: Credits,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.expire_grants(now)?;
        let available = Credits::new(self.balances.pool(pool)).unwrap_or(Credits::ZERO);
        if amount.is_zero() {
            return Err(LedgerError::BadAmount);
        }
        if available < amount {
            return Err(LedgerError::InsufficientCredits { available, requested: amount });
        }
        for draw in self.draw_from(amount, |grant| grant.pool == pool)? {
            let grant = self.grants.iter_mut().find(|grant| grant.id == draw.grant_id);
            if let Some(grant) = grant {
                grant.taken.push(Taken { key: key.to_owned(), amount: draw.amount });
            }
        }
        let movement = Movement {
            debit: LedgerAccount::Available(pool),
            credit: LedgerAccount::Issued(Source::Adjust),
            amount,
            code: EntryCode::Adjust,
            key: key.to_owned(),
            hold: None,
        };
        self.record(movement, cause, now)?;
        self.use_key(key);
        Ok(())
    }
}

pub(super) fn gift(
    business_key: String,
    pool: Pool,
    amount: Credits,
    cause: Cause,
    now: Timestamp,
) -> GrantRequest {
    GrantRequest {
        business_key,
        pool,
        source: Source::Adjust,
        amount,
        plan_id: None,
        catalog_version: String::new(),
        effective_at: now,
        expires_at: None,
        cause,
    }
}

pub(super) fn explained(actor: &str, reason: &str) -> Result<Cause, AdjustError> {
    if actor.trim().is_empty() || reason.trim().is_empty() {
        return Err(AdjustError::Unexplained);
    }
    Ok(Cause::new(actor.trim(), reason.trim()))
}
