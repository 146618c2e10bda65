//! The database in memory: one row of everything per instance, transactions, and the constraints that a database has.

use std::collections::{BTreeMap, BTreeSet};

use wixapp_core::account::{Account, AccountChanges, Balances, Reset};
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::{Entry, GENESIS};
use wixapp_core::grant::CreditGrant;
use wixapp_core::hold::{Hold, HoldState};
use wixapp_core::id::{HoldId, InstanceId};
use wixapp_core::{Credits, Fact};
use wixapp_store::{Profile, StoredFact, Tx};

/// Everything stored of one instance.
#[derive(Debug, Clone)]
pub struct Books {
    /// The cached sums.
    pub balances: Balances,
    /// The number of the last entry.
    pub seq: i64,
    /// The hash of the last entry.
    pub head: String,
    /// Every grant.
    pub grants: Vec<CreditGrant>,
    /// The times at which the plan pool was cut.
    pub resets: Vec<Reset>,
    /// Every hold.
    pub holds: Vec<Hold>,
    /// Every used business key.
    pub keys: BTreeSet<String>,
    /// Every ledger entry.
    pub entries: Vec<Entry>,
    /// Every fact.
    pub facts: BTreeMap<String, StoredFact>,
    /// What else is stored.
    pub profile: Profile,
    /// The keys of the spends that were answered.
    pub replies: BTreeSet<String>,
}

impl Default for Books {
    fn default() -> Self {
        Self {
            balances: Balances::default(),
            seq: 0,
            head: GENESIS.to_owned(),
            grants: Vec::new(),
            resets: Vec::new(),
            holds: Vec::new(),
            keys: BTreeSet::new(),
            entries: Vec::new(),
            facts: BTreeMap::new(),
            profile: Profile::default(),
            replies: BTreeSet::new(),
        }
    }
}

/// What a decision needs, as the real store loads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want<'a> {
    /// The balances and the grants that have something left.
    Money,
    /// The hold under the caller's key too.
    Hold(&'a str),
    /// The open holds whose time ran out too.
    OverdueHolds,
    /// All facts, used keys, grants and open holds.
    Facts,
}

/// A bug to be planted between the decision and the database, to see an oracle catch it.
#[derive(Debug, Clone, Copy)]
pub struct Plant {
    /// Spoils what was loaded.
    pub load: fn(&mut Tx),
    /// Spoils what was decided.
    pub commit: fn(&mut Tx),
    /// Whether a webhook with this number, counted from one, is acknowledged and dropped.
    pub forgets: fn(u64) -> bool,
    /// Whether the database has lost its constraints, so that only the oracles are left.
    pub unconstrained: bool,
}

impl Plant {
    /// A plant that spoils nothing, to build others from.
    #[must_use]
    pub fn harmless() -> Self {
        Self { load: |_| {}, commit: |_| {}, forgets: |_| false, unconstrained: false }
    }
}

/// A constraint that a commit would have broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(pub String);

/// All instances.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Each instance's row.
    pub books: BTreeMap<InstanceId, Books>,
    plant: Option<Plant>,
    accepted: u64,
}

impl Memory {
    /// A store with a bug planted, or without.
    #[must_use]
    pub fn new(plant: Option<Plant>) -> Self {
        Self { books: BTreeMap::new(), plant, accepted: 0 }
    }

    /// Stores a fact once by its key, in a transaction of its own; gives whether it was new.
    pub fn accept(&mut self, id: &InstanceId, event_type: &str, key: String, fact: Option<Fact>) -> bool {
        self.accepted += 1;
        if self.plant.is_some_and(|plant| (plant.forgets)(self.accepted)) {
            return true;
        }
        let books = self.books.entry(id.clone()).or_default();
        if books.facts.contains_key(&key) {
            return false;
        }
        let is_new = fact.is_some();
        let stored = StoredFact {
            key: key.clone(),
            event_type: event_type.to_owned(),
            fact,
            is_new,
            is_noted: false,
            parked: None,
        };
        books.facts.insert(key, stored);
        true
    }

    /// Begins a transaction on an instance.
    #[must_use]
    pub fn load(&self, id: &InstanceId, want: Want<'_>, now: Timestamp) -> Tx {
        let empty = Books::default();
        let books = self.books.get(id).unwrap_or(&empty);
        let holds: Vec<Hold> = books
            .holds
            .iter()
            .filter(|hold| match want {
                Want::Money => false,
                Want::Facts => hold.state == HoldState::Open,
                Want::Hold(key) => hold.key == key,
                Want::OverdueHolds => hold.is_overdue(now),
            })
            .cloned()
            .collect();
        let mut drawn: BTreeSet<_> = holds
            .iter()
            .filter(|hold| hold.state == HoldState::Open)
            .flat_map(|hold| hold.draws.iter().map(|draw| &draw.grant_id))
            .collect();
        if !drawn.is_empty() {
            drawn.extend(books.resets.iter().filter_map(|reset| reset.carry.as_ref()));
        }
        let all = want == Want::Facts;
        let grants = books
            .grants
            .iter()
            .filter(|grant| all || !grant.remaining.is_zero() || drawn.contains(&grant.id));
        let grants = grants.cloned().collect();
        let facts = want == Want::Facts;
        let account = Account {
            balances: books.balances,
            seq: books.seq,
            head: books.head.clone(),
            grants,
            resets: books.resets.clone(),
            used_keys: if facts { books.keys.iter().cloned().collect() } else { Default::default() },
            holds,
            ..Account::new(id.clone())
        };
        let facts = if facts { books.facts.values().cloned().collect() } else { Vec::new() };
        let mut tx = Tx::in_memory(now, account, books.profile.clone(), facts);
        if let Some(plant) = self.plant {
            (plant.load)(&mut tx);
        }
        tx
    }

    /// Writes what a transaction changed; gives the changes.
    ///
    /// # Errors
    /// [`Violation`] when a constraint of the database would refuse it.
    pub fn commit(&mut self, mut tx: Tx) -> Result<AccountChanges, Violation> {
        let unconstrained = self.plant.is_some_and(|plant| plant.unconstrained);
        if let Some(plant) = self.plant {
            (plant.commit)(&mut tx);
        }
        let changes = std::mem::take(&mut tx.account.changes);
        let books = self.books.entry(tx.account.instance_id.clone()).or_default();
        if !unconstrained {
            books.check(&tx.account, &changes)?;
        }
        books.write(tx, &changes);
        Ok(changes)
    }
}

impl Books {
    /// What the schema's UNIQUE, CHECK and triggers say.
    fn check(&self, account: &Account, changes: &AccountChanges) -> Result<(), Violation> {
        let broken = |text: String| Err(Violation(text));
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        if let Some(twice) = changes.keys.iter().find(|key| self.keys.contains(*key) || !keys.insert(key)) {
            return broken(format!("the business key {twice} is used twice"));
        }
        for (next, entry) in (self.seq + 1..).zip(&changes.entries) {
            if entry.seq != next {
                return broken(format!("entry {} stands where {next} belongs", entry.seq));
            }
            if self.entries.iter().any(|other| other.business_key == entry.business_key) {
                return broken(format!("two entries have the key {}", entry.business_key));
            }
        }
        let state =
            |holds: &[Hold], id: &HoldId| holds.iter().find(|hold| hold.id == *id).map(|hold| hold.state);
        let ended = |id: &HoldId| {
            let before = state(&self.holds, id).filter(|state| *state != HoldState::Open);
            before.is_some() && before != state(&account.holds, id)
        };
        if let Some(id) = changes.touched_holds.iter().find(|id| ended(id)) {
            return broken(format!("the hold {id} is changed after its end"));
        }
        account.check().or_else(|text| broken(format!("the loaded books do not add up: {text}")))
    }

    fn write(&mut self, tx: Tx, changes: &AccountChanges) {
        self.keys.extend(changes.keys.iter().cloned());
        self.entries.extend(changes.entries.iter().cloned());
        let touched = |grant: &CreditGrant| {
            changes.touched_grants.contains(&grant.id)
                || changes.new_grants.iter().any(|new| new.id == grant.id)
        };
        for grant in tx.account.grants.iter().filter(|grant| touched(grant)) {
            match self.grants.iter_mut().find(|known| known.id == grant.id) {
                Some(known) => known.clone_from(grant),
                None => self.grants.push(grant.clone()),
            }
        }
        for hold in tx.account.holds.iter().filter(|hold| changes.touched_holds.contains(&hold.id)) {
            match self.holds.iter_mut().find(|known| known.id == hold.id) {
                Some(known) => known.clone_from(hold),
                None => self.holds.push(hold.clone()),
            }
        }
        (self.balances, self.seq, self.head) = (tx.account.balances, tx.account.seq, tx.account.head);
        self.resets = tx.account.resets;
        self.facts.extend(tx.facts.into_iter().map(|fact| (fact.key.clone(), fact)));
        self.profile = tx.profile;
    }

    /// What can be spent.
    #[must_use]
    pub fn available(&self) -> Credits {
        Credits::new(self.balances.available()).unwrap_or(Credits::ZERO)
    }

    /// Whether a fact waits to be looked at.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.facts.values().any(|fact| fact.is_new)
    }
}
