//! Reading the books: history and verification.

use std::collections::HashMap;

use wixapp_core::account::Balances;
use wixapp_core::entry::{Cause, Entry, EntryCode, GENESIS, LedgerAccount};
use wixapp_core::{DeliveryId, HoldId, InstanceId};

use crate::conn::{Statement, row, rows, sql};
use crate::error::Error;
use crate::instance::{Instance, instance_columns};
use crate::store::Store;
use crate::value::Row;

macro_rules! entry_columns {
    ($after:literal) => {
        concat!(
            "SELECT entry_id, instance_id, seq, debit, credit, amount, code, business_key, hold_id, actor, reason, fact_key, \
             created_at, available_after, hash FROM entries WHERE instance_id = $1 AND ",
            $after
        )
    };
}

pub(crate) fn read_entry(mut row: Row) -> Result<Entry, Error> {
    Ok(Entry {
        id: row.parse()?,
        instance_id: row.parse()?,
        seq: row.int()?,
        debit: row.named(LedgerAccount::parse)?,
        credit: row.named(LedgerAccount::parse)?,
        amount: row.credits()?,
        code: row.named(EntryCode::parse)?,
        business_key: row.text()?,
        pending_id: row.maybe_parse()?,
        cause: Cause { actor: row.text()?, reason: row.text()?, fact: row.maybe_text()? },
        created_at: row.time()?,
        available_after: row.int()?,
        hash: row.text()?,
    })
}

/// What is wrong with an instance's books.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// An entry is missing or was changed.
    #[error("the chain breaks at entry {seq}")]
    Chain {
        /// The number of the first entry that does not fit.
        seq: i64,
    },
    /// The entries, the grants or the open holds do not add up to the cached balances.
    #[error("the books add up to {folded}, the balances say {cached}")]
    Balance {
        /// What was added up.
        folded: String,
        /// The cached balances.
        cached: String,
    },
    /// More left a hold than was put aside in it, or something was put aside in one that had ended.
    #[error("the hold {hold_id} ended more than once, at entry {seq}")]
    Hold {
        /// The hold.
        hold_id: HoldId,
        /// The number of the first entry that does not fit.
        seq: i64,
    },
    /// Two entries stand under one business key.
    #[error("{twice} entries stand under a business key that another entry has")]
    Key {
        /// How many.
        twice: i64,
    },
}

impl Store {
    /// The ledger entries of an instance, newest first, below `before` when it is given.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_entries(
        &self,
        instance_id: &InstanceId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Entry>, Error> {
        self.entries(sql!(
            entry_columns!("seq < $2 ORDER BY seq DESC LIMIT $3"),
            instance_id,
            before.unwrap_or(i64::MAX),
            limit
        ))
        .await
    }

    /// The ledger entry of an instance that stands under a business key.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_entry(
        &self,
        instance_id: &InstanceId,
        business_key: &str,
    ) -> Result<Option<Entry>, Error> {
        let found =
            self.entries(sql!(entry_columns!("business_key = $2"), instance_id, business_key)).await?;
        Ok(found.into_iter().next())
    }

    /// Checks an instance's books: the chain is whole, the entries add up to the balances, and so do the grants and the
    /// open holds. `Ok(None)` when all is well.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn verify_ledger(&self, instance_id: &InstanceId) -> Result<Option<Flaw>, Error> {
        self.verify_ledger_with(instance_id, |_| {}).await
    }

    /// Checks an instance's books as [`verify_ledger`](Self::verify_ledger) does, and tells `looked_at` of every stretch of
    /// entries: long books take a while.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn verify_ledger_with(
        &self,
        instance_id: &InstanceId,
        looked_at: impl Fn(u64),
    ) -> Result<Option<Flaw>, Error> {
        let Some(books) = self.find_books(instance_id).await? else {
            let orphans = self.entries_after(instance_id, 0).await?;
            return Ok(orphans.first().map(|entry| Flaw::Chain { seq: entry.seq }));
        };
        let instance = &books.instance;
        let mut fold = Fold::new();
        while fold.seq < instance.seq {
            let page = self.entries_after(instance_id, fold.seq).await?;
            if page.is_empty() {
                return Ok(Some(Flaw::Chain { seq: fold.seq + 1 }));
            }
            looked_at(page.len() as u64);
            for entry in page.iter().filter(|entry| entry.seq <= instance.seq) {
                if let Err(flaw) = fold.add(entry) {
                    return Ok(Some(flaw));
                }
            }
        }
        if fold.head != instance.head || books.last_seq != instance.seq {
            return Ok(Some(Flaw::Chain { seq: instance.seq.max(books.last_seq) }));
        }
        let agrees = fold.balances == instance.balances;
        Ok((!agrees)
            .then(|| Flaw::Balance {
                folded: format!("{:?}", fold.balances),
                cached: format!("{:?}", instance.balances),
            })
            .or_else(|| books.flaw()))
    }

    /// The first arrival of an instance whose fact is not there although it was acknowledged.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_lost_delivery(&self, instance_id: &InstanceId) -> Result<Option<DeliveryId>, Error> {
        let statement = sql!(
            "SELECT d.delivery_id FROM deliveries d WHERE d.instance_id = $1 AND NOT EXISTS \
             (SELECT 1 FROM facts f WHERE f.instance_id = d.instance_id AND f.fact_key = d.fact_key) \
             ORDER BY d.delivery_id LIMIT 1",
            instance_id
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { row(conn, statement).await?.map(|mut row| row.parse()).transpose() })
        })
        .await
    }

    /// What must agree, in one statement: all of it as it was at one moment.
    async fn find_books(&self, instance_id: &InstanceId) -> Result<Option<Books>, Error> {
        let statement = sql!(
            instance_columns!(
                ", (SELECT coalesce(max(seq), 0) FROM entries WHERE instance_id = $1), \
                 (SELECT count(*) - count(DISTINCT business_key) FROM entries WHERE instance_id = $1), \
                 (SELECT CAST(coalesce(sum(remaining), 0) AS BIGINT) FROM grants WHERE instance_id = $1 AND pool = 'promo'), \
                 (SELECT CAST(coalesce(sum(remaining), 0) AS BIGINT) FROM grants WHERE instance_id = $1 AND pool = 'plan'), \
                 (SELECT CAST(coalesce(sum(remaining), 0) AS BIGINT) FROM grants WHERE instance_id = $1 AND pool = 'purchased'), \
                 (SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM holds WHERE instance_id = $1 AND state = 'open')",
                ""
            ),
            instance_id
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { row(conn, statement).await?.map(Books::read).transpose() })
        })
        .await
    }

    async fn entries_after(&self, instance_id: &InstanceId, after: i64) -> Result<Vec<Entry>, Error> {
        self.entries(sql!(entry_columns!("seq > $2 ORDER BY seq LIMIT 1000"), instance_id, after)).await
    }

    async fn entries(&self, statement: Statement) -> Result<Vec<Entry>, Error> {
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(read_entry).collect() })
        })
        .await
    }
}

/// An instance with the sums of what it consists of.
struct Books {
    instance: Instance,
    /// The number of the last entry there is.
    last_seq: i64,
    /// How many entries stand under a business key that another one has.
    twice: i64,
    /// What the grants have left: promo, plan, purchased.
    grants: [i64; 3],
    /// What open holds put aside.
    held: i64,
}

impl Books {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            instance: Instance::read_from(&mut row)?,
            last_seq: row.int()?,
            twice: row.int()?,
            grants: [row.int()?, row.int()?, row.int()?],
            held: row.int()?,
        })
    }

    fn flaw(&self) -> Option<Flaw> {
        if self.twice > 0 {
            return Some(Flaw::Key { twice: self.twice });
        }
        let cached = &self.instance.balances;
        let agrees = self.grants == [cached.promo, cached.plan, cached.purchased] && self.held == cached.held;
        (!agrees).then(|| Flaw::Balance {
            folded: format!("grants {:?}, open holds {}", self.grants, self.held),
            cached: format!("{cached:?}"),
        })
    }
}

/// The books added up from their entries alone.
struct Fold {
    balances: Balances,
    head: String,
    seq: i64,
    /// What is put aside in each hold; zero when it has ended.
    holds: HashMap<HoldId, i64>,
}

impl Fold {
    fn new() -> Self {
        Self { balances: Balances::default(), head: GENESIS.to_owned(), seq: 0, holds: HashMap::new() }
    }

    /// Adds the next entry; the flaw when it does not fit the chain or its hold.
    fn add(&mut self, entry: &Entry) -> Result<(), Flaw> {
        let broken = Flaw::Chain { seq: self.seq + 1 };
        if entry.seq != self.seq + 1 || entry.chain(&self.head) != entry.hash {
            return Err(broken);
        }
        self.seq = entry.seq;
        self.head.clone_from(&entry.hash);
        let fits = self.balances.move_between(entry.debit, entry.credit, entry.amount)
            && self.balances.available() == entry.available_after;
        if !fits {
            return Err(broken);
        }
        match &entry.pending_id {
            Some(hold_id) if !self.move_in_hold(hold_id, entry) => {
                Err(Flaw::Hold { hold_id: hold_id.clone(), seq: entry.seq })
            }
            _ => Ok(()),
        }
    }

    /// What the entry puts into its hold or takes out of it; `false` when the hold had ended before.
    fn move_in_hold(&mut self, hold_id: &HoldId, entry: &Entry) -> bool {
        let amount = entry.amount.get();
        let moved = match (entry.debit, entry.credit) {
            (_, LedgerAccount::Held) => amount,
            (LedgerAccount::Held, _) => -amount,
            _ => return true,
        };
        match self.holds.get_mut(hold_id) {
            None => self.holds.insert(hold_id.clone(), moved).is_none() && moved > 0,
            Some(aside) => {
                let had_ended = *aside == 0;
                *aside += moved;
                !had_ended && *aside >= 0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wixapp_core::Credits;
    use wixapp_core::grant::{Pool, Source};

    use super::*;

    const PLAN: LedgerAccount = LedgerAccount::Available(Pool::Plan);

    /// Entries with a chain that holds: what leaves where to where, how many, and of which hold.
    fn flaw(moves: &[(LedgerAccount, LedgerAccount, i64, &str)]) -> Option<Flaw> {
        let (mut fold, mut balances, now) =
            (Fold::new(), Balances::default(), "2027-01-01T00:00:00Z".parse().unwrap());
        for (seq, (debit, credit, amount, hold)) in (1..).zip(moves) {
            let amount = Credits::new(*amount).unwrap();
            assert!(balances.move_between(*debit, *credit, amount));
            let mut entry = Entry {
                id: wixapp_core::EntryId::new(now, [u8::try_from(seq).unwrap(); 10]),
                instance_id: "i".parse().unwrap(),
                seq,
                debit: *debit,
                credit: *credit,
                amount,
                code: EntryCode::Reserve,
                business_key: format!("key-{seq}"),
                pending_id: (!hold.is_empty()).then(|| hold.parse().unwrap()),
                cause: Cause::new("user", ""),
                created_at: now,
                available_after: balances.available(),
                hash: String::new(),
            };
            entry.hash = entry.chain(&fold.head);
            if let Err(flaw) = fold.add(&entry) {
                return Some(flaw);
            }
        }
        None
    }

    #[test]
    fn a_hold_that_ends_twice_is_found_though_the_sums_agree() {
        let (one, two) = ("hold_01890000000070008000000000000001", "hold_01890000000070008000000000000002");
        let start = [
            (LedgerAccount::Issued(Source::Free), PLAN, 100, ""),
            (PLAN, LedgerAccount::Held, 30, one),
            (PLAN, LedgerAccount::Held, 30, two),
            (LedgerAccount::Held, LedgerAccount::Spent, 20, one),
            (LedgerAccount::Held, PLAN, 10, one),
        ];
        assert_eq!(flaw(&start), None);
        let ended = |hold: &str| Some(Flaw::Hold { hold_id: hold.parse().unwrap(), seq: 6 });
        let more = |entry| [&start[..], &[entry]].concat();
        assert_eq!(flaw(&more((LedgerAccount::Held, PLAN, 10, one))), ended(one), "given back once more");
        assert_eq!(flaw(&more((PLAN, LedgerAccount::Held, 10, one))), ended(one), "opened again");
        assert_eq!(flaw(&more((LedgerAccount::Held, PLAN, 30, two))), None);
    }
}
