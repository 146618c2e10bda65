//! The cached sums of an instance's accounts.

use crate::credits::Credits;
use crate::entry::LedgerAccount;
use crate::grant::Pool;

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
