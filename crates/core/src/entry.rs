//! Ledger entries: immutable debit → credit rows, chained by a hash per instance.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::{Timestamp, to_micros};
use crate::credits::Credits;
use crate::grant::{Pool, Source};
use crate::id::{EntryId, HoldId, InstanceId};

/// One account of an instance's books. A grant debits `issued` and credits `available`; a spend debits `available`
/// and credits `held` or `spent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LedgerAccount {
    /// Credits of one pool that can be spent.
    Available(Pool),
    /// Credits reserved for work under way.
    Held,
    /// Credits spent for good.
    Spent,
    /// Credits that expired or were reset.
    Expired,
    /// Credits that were refunded after they had been spent.
    Debt,
    /// Where credits come from; the only account that may go below zero.
    Issued(Source),
}

impl LedgerAccount {
    /// The account with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("available", pool)) => Pool::parse(pool).map(Self::Available),
            Some(("issued", source)) => Source::parse(source).map(Self::Issued),
            Some(_) => None,
            None => [Self::Held, Self::Spent, Self::Expired, Self::Debt]
                .into_iter()
                .find(|a| a.to_string() == text),
        }
    }
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Available(pool) => write!(f, "available:{}", pool.as_str()),
            Self::Held => f.write_str("held"),
            Self::Spent => f.write_str("spent"),
            Self::Expired => f.write_str("expired"),
            Self::Debt => f.write_str("debt"),
            Self::Issued(source) => write!(f, "issued:{}", source.as_str()),
        }
    }
}

/// What kind of movement an entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryCode {
    /// Credits were given.
    Grant,
    /// Credits were put aside for work.
    Reserve,
    /// Reserved credits were spent.
    Post,
    /// Reserved credits came back.
    Void,
    /// Credits were spent at once.
    Spend,
    /// The plan pool was cut when a paid life ended.
    Reset,
    /// Credits expired.
    Expire,
    /// A grant was taken back after a refund.
    Reversal,
    /// An operator changed the balance.
    Adjust,
    /// A debt was paid with new credits.
    Repayment,
}

impl EntryCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::Grant,
        Self::Reserve,
        Self::Post,
        Self::Void,
        Self::Spend,
        Self::Reset,
        Self::Expire,
        Self::Reversal,
        Self::Adjust,
        Self::Repayment,
    ];

    /// The code's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Reserve => "reserve",
            Self::Post => "post",
            Self::Void => "void",
            Self::Spend => "spend",
            Self::Reset => "reset",
            Self::Expire => "expire",
            Self::Reversal => "reversal",
            Self::Adjust => "adjust",
            Self::Repayment => "repayment",
        }
    }

    /// The code with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// Why an entry was written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cause {
    /// Who did it: `wix`, `cycle`, `user`, `job`, an operator's name.
    pub actor: String,
    /// In words, for people.
    pub reason: String,
    /// The fact behind it, by its dedupe key.
    pub fact: Option<String>,
}

impl Cause {
    /// A cause without a fact.
    #[must_use]
    pub fn new(actor: &str, reason: impl Into<String>) -> Self {
        Self { actor: actor.to_owned(), reason: reason.into(), fact: None }
    }
}

/// One immutable row of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The entry's id.
    pub id: EntryId,
    /// Whose books.
    pub instance_id: InstanceId,
    /// 1, 2, 3 … without a gap, per instance.
    pub seq: i64,
    /// The account the credits leave.
    pub debit: LedgerAccount,
    /// The account they go to.
    pub credit: LedgerAccount,
    /// How many; always more than zero.
    pub amount: Credits,
    /// What kind of movement.
    pub code: EntryCode,
    /// The key under which this movement can happen once, ever.
    pub business_key: String,
    /// The hold it belongs to.
    pub pending_id: Option<HoldId>,
    /// Why.
    pub cause: Cause,
    /// When.
    pub created_at: Timestamp,
    /// What could be spent after this entry, over all pools.
    pub available_after: i64,
    /// SHA-256, in hex, over this entry and the hash of the one before it.
    pub hash: String,
}

/// The hash before an instance's first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Entry {
    /// The hash this entry must carry when `previous` is the hash of the entry before it.
    ///
    /// Every field is length-prefixed, so that no two different entries give the same bytes.
    #[must_use]
    pub fn chain(&self, previous: &str) -> String {
        let mut sha = Sha256::new();
        let numbers = [self.seq, self.amount.get(), to_micros(self.created_at), self.available_after];
        let (debit, credit) = (self.debit.to_string(), self.credit.to_string());
        let texts = [
            previous,
            self.id.as_str(),
            self.instance_id.as_str(),
            &debit,
            &credit,
            self.code.as_str(),
            &self.business_key,
            self.pending_id.as_ref().map_or("", HoldId::as_str),
            &self.cause.actor,
            &self.cause.reason,
            self.cause.fact.as_deref().unwrap_or(""),
        ];
        for number in numbers {
            sha.update(number.to_be_bytes());
        }
        for text in texts {
            sha.update((text.len() as u64).to_be_bytes());
            sha.update(text.as_bytes());
        }
        hex::encode(sha.finalize())
    }
}

/// Ten bytes that stand for `key`, for ids that must come out the same when the same thing is tried again.
#[must_use]
pub fn id_bytes(instance_id: &InstanceId, key: &str) -> [u8; 10] {
    let mut sha = Sha256::new();
    sha.update(instance_id.as_str().as_bytes());
    sha.update([0]);
    sha.update(key.as_bytes());
    let digest = sha.finalize();
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&digest[..10]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_and_code_names_read_back() {
        let issued = LedgerAccount::Issued(Source::Cycle);
        for account in
            [LedgerAccount::Available(Pool::Promo), LedgerAccount::Held, LedgerAccount::Debt, issued]
        {
            assert_eq!(LedgerAccount::parse(&account.to_string()), Some(account));
        }
        for code in EntryCode::ALL {
            assert_eq!(EntryCode::parse(code.as_str()), Some(code));
        }
        assert_eq!(LedgerAccount::parse("available:gold"), None);
    }
}
