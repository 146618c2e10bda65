//! The app: the server's own decisions on the memory store, with a crash possible between every two steps.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use wixapp_core::account::{AccountChanges, LedgerError, Reset};
use wixapp_core::clock::Timestamp;
use wixapp_core::derive::Policy;
use wixapp_core::entry::Cause;
use wixapp_core::grant::{CreditGrant, Source};
use wixapp_core::hold::{HoldState, ReserveRequest};
use wixapp_core::id::InstanceId;
use wixapp_core::{Catalog, Credits};
use wixapp_emulator::platform::Outgoing;
use wixapp_platform::AppInstance;
use wixapp_platform::webhook::{Payload, WebhookEvent};
use wixapp_server::webhook_fact;
use wixapp_server::work::derive::decide;
use wixapp_server::work::reconcile::{Answer, Seen};
use wixapp_store::Tx;

use super::chronicle::{Move, Told};
use super::rng::Rng;
use super::store::{Memory, Violation, Want};

/// Why a step of the app did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The process was killed: what was not committed never was.
    Crashed {
        /// Whether something was committed that nobody was told of.
        committed: bool,
        /// Whether a decision was thrown away.
        thrown_away: bool,
    },
    /// The database refused what was decided: a defect.
    Broken(Violation),
    /// The books refused.
    Refused(LedgerError),
}

/// What an owner asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Spend at once.
    Spend(i64),
    /// Put aside until a moment.
    Reserve(i64, Timestamp),
    /// Spend of what was put aside.
    Post(i64),
    /// Give back what was put aside.
    Void,
}

/// How an arrival of a webhook ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The status of the answer, if one was given.
    pub status: Option<u16>,
    /// What the app knows from now on, if it was stored.
    pub told: Option<Told>,
    /// Whether the same had come before.
    pub duplicate: bool,
}

/// What came of asking the platform how an instance stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It said so.
    Answered(Box<AppInstance>),
    /// It does not speak of it: the app is not installed there.
    Refused,
    /// It could not be asked.
    Silent,
}

/// What a commit brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// The moves of credits.
    pub moves: Vec<Move>,
    /// Whether Wix must be asked.
    pub unconfirmed: bool,
}

/// The app's process, with its database.
pub struct App {
    /// The database: it survives every crash.
    pub store: Memory,
    catalog: Catalog,
    policy: Policy,
    chance: Rng,
    /// How often a step is the last one, in a thousand.
    crashes: u64,
    /// How far the app's clock is from the platform's.
    pub skew: SignedDuration,
    /// Which instances have facts that nobody looked at.
    pub news: BTreeSet<InstanceId>,
}

impl App {
    /// A running app on an empty database.
    #[must_use]
    pub fn new(store: Memory, catalog: Catalog, policy: Policy, chance: Rng) -> Self {
        Self { store, catalog, policy, chance, crashes: 6, skew: SignedDuration::ZERO, news: BTreeSet::new() }
    }

    /// The time by the app's own clock.
    #[must_use]
    pub fn clock(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.skew).unwrap_or(now)
    }

    /// Switches crashes off or on.
    pub fn let_crash(&mut self, on: bool) {
        self.crashes = if on { 6 } else { 0 };
    }

    fn step(&mut self, committed: bool, thrown_away: bool) -> Result<(), Stop> {
        if self.chance.chance(self.crashes) { Err(Stop::Crashed { committed, thrown_away }) } else { Ok(()) }
    }

    /// Takes a webhook whose signature holds: one transaction, then 200.
    pub fn receive(&mut self, webhook: &Outgoing, signed_at: Timestamp, now: Timestamp) -> Received {
        let mut received = Received { status: None, told: None, duplicate: false };
        // Wix signs in whole seconds.
        let issued_at = Timestamp::from_second(signed_at.as_second()).unwrap_or(signed_at);
        let event = WebhookEvent {
            event_type: webhook.event_type.clone(),
            instance_id: webhook.instance_id.clone(),
            payload: Payload::parse(&webhook.event_type, &webhook.payload),
            payload_text: webhook.payload.clone(),
            identity: None,
            issued_at,
        };
        if self.step(false, false).is_err() {
            return received;
        }
        let (key, fact, parked) = webhook_fact::read(&event);
        debug_assert!(parked.is_none(), "the platform sends what can be read");
        received.told = fact.as_ref().map(|fact| Told { at: fact.at, heard: now });
        received.duplicate = !self.store.accept(&event.instance_id, &event.event_type, key, fact);
        self.news.insert(event.instance_id);
        if self.step(true, false).is_ok() {
            received.status = Some(200);
        }
        received
    }

    /// After a start: what waits in the database.
    pub fn restart(&mut self) {
        let waiting = self.store.books.iter().filter(|(_, books)| books.has_news());
        self.news = waiting.map(|(id, _)| id.clone()).collect();
    }

    /// Derives an instance: from its facts alone, or with what came of asking the platform.
    ///
    /// # Errors
    /// [`Stop`] when it did not come to its end.
    pub fn derive(&mut self, id: &InstanceId, asked: Option<Asked>, now: Timestamp) -> Result<Brought, Stop> {
        let clock = self.clock(now);
        self.step(false, false)?;
        let mut tx = self.store.load(id, Want::Facts, clock);
        let answer = asked.map(|asked| match asked {
            Asked::Answered(found) => Answer::Known(Box::new(Seen::new(&found, clock))),
            Asked::Refused => Answer::Refused,
            Asked::Silent => Answer::Unknown,
        });
        if let Some(Answer::Known(seen)) = &answer {
            seen.note(&mut tx);
        }
        let outcome = decide(&mut tx, &self.catalog, self.policy, answer.as_ref()).map_err(Stop::Refused)?;
        self.step(false, outcome.changed > 0)?;
        let cuts = |store: &Memory| store.books.get(id).map_or_else(Vec::new, |books| cuts(&books.resets));
        let (before, moved) = (cuts(&self.store), self.moved(id, &tx));
        let changes = self.store.commit(tx).map_err(Stop::Broken)?;
        self.news.remove(id);
        let after = cuts(&self.store);
        let other = |cuts: &[(String, Timestamp)], cut: &(String, Timestamp)| {
            cuts.iter().find(|known| known.0 == cut.0).map(|known| known.1)
        };
        let undone = before.iter().filter(|cut| other(&after, cut).is_none()).map(|cut| Move::Uncut(cut.1));
        let changed = before.iter().filter_map(|cut| {
            let to = other(&after, cut).filter(|to| *to != cut.1)?;
            Some(Move::MovedCut(cut.1, to))
        });
        let undone = undone.chain(changed);
        let new = after.iter().filter(|cut| other(&before, cut).is_none()).map(|cut| Move::Cut(cut.1));
        let grants = self.store.books.get(id).map_or(&[][..], |books| &books.grants);
        let moves = undone.chain(moved).chain(grant_moves(&changes, grants)).chain(new).collect();
        Ok(Brought { moves, unconfirmed: outcome.unconfirmed })
    }

    /// The grants that a transaction finds to count from another moment.
    fn moved(&self, id: &InstanceId, tx: &Tx) -> Vec<Move> {
        let known = self.store.books.get(id).map_or(&[][..], |books| &books.grants);
        let changes = &tx.account.changes;
        let mut moved = BTreeMap::new();
        for touched in &changes.touched_grants {
            let before = known.iter().find(|grant| grant.id == *touched && grant.source != Source::Carried);
            let after = tx.account.grants.iter().find(|grant| grant.id == *touched);
            if let Some((before, after)) = before.zip(after).filter(|(b, a)| b.effective_at != a.effective_at)
            {
                let (from, to, amount) = (before.effective_at, after.effective_at, before.amount.get());
                moved.insert(touched, Move::Moved { from, to, amount });
            }
        }
        moved.into_values().collect()
    }

    /// Gives back what was put aside for too long.
    ///
    /// # Errors
    /// [`Stop`] when it did not come to its end.
    pub fn expire(&mut self, id: &InstanceId, now: Timestamp) -> Result<Brought, Stop> {
        let clock = self.clock(now);
        let mut tx = self.store.load(id, Want::OverdueHolds, clock);
        tx.account.expire_holds(clock).map_err(Stop::Refused)?;
        let ended: Vec<_> = tx.account.holds.iter().filter(|h| h.state == HoldState::Expired).collect();
        let moves = ended.iter().map(|hold| Move::Returned(hold.key.clone())).collect();
        self.step(false, true)?;
        self.store.commit(tx).map_err(Stop::Broken)?;
        Ok(Brought { moves, unconfirmed: false })
    }

    /// Does what an owner asked for under a key, once however often it is asked. `Ok(None)`: it had been done before.
    ///
    /// # Errors
    /// [`Stop::Crashed`] after which the caller asks again; [`Stop::Refused`].
    pub fn serve(
        &mut self,
        id: &InstanceId,
        key: &str,
        order: &Order,
        now: Timestamp,
    ) -> Result<Option<Move>, Stop> {
        let clock = self.clock(now);
        self.step(false, false)?;
        let reply = format!("{key}:{}", order.name());
        if self.store.books.get(id).is_some_and(|books| books.replies.contains(&reply)) {
            return Ok(None);
        }
        let mut tx = self.store.load(id, Want::Hold(key), clock);
        let done = order.decide(&mut tx, key, clock).map_err(Stop::Refused)?;
        self.step(false, true)?;
        self.store.commit(tx).map_err(Stop::Broken)?;
        if let Some(books) = self.store.books.get_mut(id) {
            books.replies.insert(reply);
        }
        Ok(Some(done))
    }

    /// Whether the process dies between the commit and the answer.
    pub fn dies_before_answer(&mut self) -> bool {
        self.step(true, false).is_err()
    }
}

impl Order {
    /// The order's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Spend(_) => "spend",
            Self::Reserve(..) => "reserve",
            Self::Post(_) => "post",
            Self::Void => "void",
        }
    }

    fn decide(&self, tx: &mut Tx, key: &str, clock: Timestamp) -> Result<Move, LedgerError> {
        let credits = |amount: i64| Credits::new(amount).ok_or(LedgerError::BadAmount);
        let hold = tx.account.holds.iter().find(|hold| hold.key == key).map(|hold| hold.id.clone());
        let hold = hold.ok_or(LedgerError::NoSuchHold);
        match self {
            Self::Spend(amount) => {
                tx.account.spend(key, "publish", credits(*amount)?, &Cause::new("user", ""), clock)?;
                Ok(Move::Spent(*amount))
            }
            Self::Reserve(amount, until) => {
                let request = ReserveRequest {
                    key: key.to_owned(),
                    action: "publish".to_owned(),
                    amount: credits(*amount)?,
                    expires_at: Some(*until),
                };
                tx.account.reserve(request, clock)?;
                Ok(Move::Reserved(key.to_owned(), *amount))
            }
            Self::Post(amount) => {
                tx.account.post(&hold?, Some(credits(*amount)?), clock)?;
                Ok(Move::Posted(key.to_owned(), *amount))
            }
            Self::Void => {
                tx.account.void(&hold?, clock)?;
                Ok(Move::Returned(key.to_owned()))
            }
        }
    }
}

/// The cuts that stand, each with its key and its moment.
fn cuts(resets: &[Reset]) -> Vec<(String, Timestamp)> {
    resets.iter().map(|reset| (reset.key.clone(), reset.at)).collect()
}

/// What a derivation took back and gave.
fn grant_moves(changes: &AccountChanges, grants: &[CreditGrant]) -> Vec<Move> {
    let touched: BTreeSet<_> = changes.touched_grants.iter().collect();
    let back = grants.iter().filter(|grant| grant.taken_back && touched.contains(&grant.id));
    let back = back.filter(|grant| grant.source != Source::Carried);
    let back = back.map(|grant| Move::TakenBack { since: grant.effective_at, amount: grant.amount.get() });
    let given = changes.new_grants.iter().filter(|grant| grant.source != Source::Carried);
    let given = given.filter_map(|new| grants.iter().find(|grant| grant.id == new.id));
    let given = given.map(|grant| Move::Given {
        key: grant.business_key.clone(),
        since: grant.effective_at,
        amount: grant.amount.get(),
        pays_debt: matches!(grant.source, Source::Cycle | Source::Upgrade),
    });
    back.chain(given).collect()
}
