//! The app: the server's own decisions on the memory store, with a crash possible between every two steps.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use wixapp_core::account::{AccountChanges, LedgerError};
use wixapp_core::clock::Timestamp;
use wixapp_core::derive::Policy;
use wixapp_core::entry::{Cause, EntryCode};
use wixapp_core::grant::CreditGrant;
use wixapp_core::hold::{HoldState, ReserveRequest};
use wixapp_core::id::{GrantId, InstanceId};
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
            Asked::Answered(found) => Answer::Known(Seen::new(&found, clock)),
            Asked::Refused => Answer::Refused,
            Asked::Silent => Answer::Unknown,
        });
        if let Some(Answer::Known(seen)) = &answer {
            seen.note(&mut tx);
        }
        let outcome = decide(&mut tx, &self.catalog, self.policy, answer.as_ref()).map_err(Stop::Refused)?;
        self.step(false, outcome.changed > 0)?;
        let changes = self.store.commit(tx).map_err(Stop::Broken)?;
        self.news.remove(id);
        let grants = self.store.books.get(id).map_or(&[][..], |books| &books.grants);
        Ok(Brought { moves: moves(&changes, grants), unconfirmed: outcome.unconfirmed })
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

/// What a derivation did with credits, in the order of its entries.
fn moves(changes: &AccountChanges, grants: &[CreditGrant]) -> Vec<Move> {
    let mut moves: Vec<(i64, Move)> = Vec::new();
    for entry in &changes.entries {
        let given = changes.new_grants.iter().find(|grant| grant.business_key == entry.business_key);
        if let (EntryCode::Grant, Some(grant)) = (entry.code, given) {
            moves.push((entry.seq, Move::Given { since: grant.effective_at, amount: grant.amount.get() }));
        }
    }
    let taken_back = |id: &GrantId| grants.iter().find(|grant| grant.id == *id && grant.taken_back);
    for grant in changes.touched_grants.iter().filter_map(taken_back) {
        let back = Move::TakenBack { since: grant.effective_at, amount: grant.amount.get() };
        if !moves.iter().any(|(_, known)| *known == back) {
            moves.insert(0, (0, back));
        }
    }
    // A cut that found nothing to take leaves its key and no entry; it stands behind what was given before its time.
    for key in changes.keys.iter().filter(|key| key.starts_with("reset:")) {
        let at = changes.entries.iter().find(|entry| entry.business_key == *key).map(|entry| entry.seq);
        let after = changes.keys.iter().position(|other| other == key).unwrap_or_default();
        let before = changes.keys.get(after + 1..).unwrap_or_default();
        let next =
            changes.entries.iter().find(|entry| before.contains(&entry.business_key)).map(|entry| entry.seq);
        moves.push((at.or(next).unwrap_or(i64::MAX), Move::Cut));
    }
    // The sort is stable: a cut without an entry shares the number of the grant after it, and must come before it.
    moves.sort_by_key(|(seq, what)| (*seq, *what != Move::Cut));
    moves.into_iter().map(|(_, what)| what).collect()
}
