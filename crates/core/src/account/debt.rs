//! Debt: credits that were spent and then had to be given back.
//!
//! A balance never goes below zero. What was spent of credits that are taken back is moved from `spent` to `debt`, and
//! the next credits that a plan gives pay it first. Top-ups, promo codes, free credits and adjustments do not: a payer
//! gets what was bought, and an operator's gift has the effect that the operator sees. Only what was taken back and is
//! given again, such as a top-up whose dispute was won, pays what had been spent of it.

use super::{Account, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, EntryCode, LedgerAccount};
use crate::grant::{Pool, Source};
use crate::reason::ReasonCode;

impl Source {
    /// Whether credits from here pay a debt before they can be spent.
    pub(crate) fn pays_debt(self) -> bool {
        match self {
            Self::Cycle | Self::Upgrade => true,
            Self::Free | Self::Trial | Self::TopUp | Self::Promo | Self::Adjust | Self::Carried => false,
        }
    }
}

impl Account {
    /// Books spent credits that have to be given back as debt: as much of `amount` as was ever spent.
    pub(crate) fn owe(
        &mut self,
        key: &str,
        amount: Credits,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
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

    /// Pays `amount` of the debt with credits of `pool` that came from `source`.
    ///
    /// Two entries: the credits go back to where they came from, and what was spent too much counts as spent again.
    pub(crate) fn repay(
        &mut self,
        key: &str,
        source: Source,
        pool: Pool,
        amount: Credits,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        if amount.is_zero() {
            return Ok(());
        }
        let cause = Cause::new("cycle", ReasonCode::RefundedSpent.alone());
        let movement = |debit, credit, key| Movement {
            debit,
            credit,
            amount,
            code: EntryCode::Repayment,
            key,
            hold: None,
        };
        let taken = LedgerAccount::Available(pool);
        self.record(movement(taken, LedgerAccount::Issued(source), format!("repay:{key}")), &cause, now)?;
        let paid = movement(LedgerAccount::Debt, LedgerAccount::Spent, format!("repay:{key}:debt"));
        self.record(paid, &cause, now).map(|_| ())
    }
}
