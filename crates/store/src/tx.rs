//! [`Tx`]: one open transaction on one instance, as a decision sees it.

mod job;
mod record;

use std::collections::HashMap;

use wixapp_core::account::{Account, AccountChanges};
use wixapp_core::clock::Timestamp;
use wixapp_core::subscription::Subscription;
use wixapp_core::{Fact, InstanceId, JobId};

use crate::checkout::Checkout;
use crate::conn::{Statement, sql};
use crate::cron::CronEntry;
use crate::job::{Job, group};
use crate::live::{Change, Topic};
use crate::promo::Places;
use crate::record::Records;
use crate::value::to_json;

pub use job::Added;

/// What is stored of an instance besides its money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// When the app was first seen on the site.
    pub installed_at: Option<Timestamp>,
    /// When the app was removed, if it is.
    pub removed_at: Option<Timestamp>,
    /// The instance this one was copied from.
    pub origin_instance_id: Option<String>,
    /// The subscription, once it was derived.
    pub subscription: Option<Subscription>,
    /// When the subscription must be looked at again.
    pub due_at: Option<Timestamp>,
    /// When the last webhook of this instance came.
    pub last_webhook_at: Option<Timestamp>,
    /// When Wix was last asked for the truth.
    pub reconciled_at: Option<Timestamp>,
    /// How often Wix was asked in a row without confirming what is due.
    pub asks: i64,
    /// When the personal data of the site was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// The stored answer of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The hash of the request that got it.
    pub request_hash: String,
    /// The HTTP status.
    pub status: u16,
    /// The body, byte for byte.
    pub body: String,
}

impl Reply {
    /// What stays of an answer when the data of its site is deleted: that there was one.
    fn erased() -> Self {
        Self { request_hash: String::new(), status: 0, body: String::new() }
    }

    /// Whether only the key is left of it, because the data of its site was deleted.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.request_hash.is_empty()
    }
}

/// A fact as it is stored: with its event type and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    /// The dedupe key.
    pub key: String,
    /// Wix's name of the event.
    pub event_type: String,
    /// The fact; `None` when the payload could not be understood.
    pub fact: Option<Fact>,
    /// Whether it was not looked at yet.
    pub is_new: bool,
    /// Whether this very decision added it, from an answer.
    pub is_noted: bool,
    /// Why it waits, if it does.
    pub parked: Option<String>,
}

impl StoredFact {
    /// Whether no decision has counted it before this one.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        self.is_new || self.is_noted || self.parked.is_some()
    }
}

/// The lease under which a worker holds a job: results of an older fence are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job_id: JobId,
    /// The number of the claim.
    pub fence: i64,
}

/// The worker does not hold the job any more: its lease ran out or the job was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lease on this job is over")]
pub struct LeaseLost;

/// One open transaction on one instance.
///
/// A decision reads its fields and changes it by its methods; nothing is written before the decision returned `Ok`.
#[derive(Debug, Clone)]
pub struct Tx {
    /// The time of the transaction.
    pub now: Timestamp,
    /// The books.
    pub account: Account,
    /// What else is stored of the instance.
    pub profile: Profile,
    /// All facts, when they were wanted.
    pub facts: Vec<StoredFact>,
    /// The open checkouts, when they were wanted.
    pub open_checkouts: Vec<Checkout>,
    pub(crate) jobs: HashMap<JobId, Job>,
    pub(crate) crons: Vec<CronEntry>,
    pub(crate) records: Records,
    pub(crate) replies: HashMap<String, Reply>,
    pub(crate) promos: HashMap<String, Places>,
    pub(crate) writes: Vec<Statement>,
    pub(crate) topics: Vec<Topic>,
}

/// What accepted decisions changed.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) account: AccountChanges,
    pub(crate) writes: Vec<Statement>,
    pub(crate) topics: Vec<Topic>,
}

impl Made {
    /// Takes over what one decision changed, so that the next one begins with nothing changed.
    pub(crate) fn take_from(&mut self, tx: &mut Tx) {
        let made = std::mem::take(&mut tx.account.changes);
        if !made.is_empty() {
            self.topics.push(Topic::Money);
        }
        self.account.entries.extend(made.entries);
        self.account.keys.extend(made.keys);
        self.account.new_grants.extend(made.new_grants);
        self.account.touched_grants.extend(made.touched_grants);
        self.account.touched_holds.extend(made.touched_holds);
        self.writes.append(&mut tx.writes);
        self.topics.append(&mut tx.topics);
    }

    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.account.is_empty() && self.writes.is_empty()
    }

    /// What watchers are told of once this is committed; each thing once.
    pub(crate) fn changes(&self, instance_id: &InstanceId) -> Vec<Change> {
        let mut told: Vec<Change> = Vec::new();
        for topic in &self.topics {
            let change = Change { instance_id: Some(instance_id.clone()), topic: topic.clone() };
            if !told.contains(&change) {
                told.push(change);
            }
        }
        told
    }
}

impl Tx {
    /// A transaction on what a store that keeps everything in memory has loaded; for simulators. Its changes are read
    /// off its fields, and the statements for a database are dropped with it.
    #[must_use]
    pub fn in_memory(now: Timestamp, account: Account, profile: Profile, facts: Vec<StoredFact>) -> Self {
        Self {
            now,
            account,
            profile,
            facts,
            open_checkouts: Vec::new(),
            jobs: HashMap::new(),
            crons: Vec::new(),
            records: Records::new(),
            replies: HashMap::new(),
            promos: HashMap::new(),
            writes: Vec::new(),
            topics: Vec::new(),
        }
    }

    /// Whose transaction this is.
    #[must_use]
    pub fn instance_id(&self) -> &InstanceId {
        &self.account.instance_id
    }

    /// The stored answer of an idempotency key, when it was wanted and is there.
    #[must_use]
    pub fn reply(&self, key: &str) -> Option<&Reply> {
        self.replies.get(key)
    }

    /// Stores the answer of an idempotency key.
    pub fn remember_reply(&mut self, key: &str, reply: Reply) {
        let (id, now) = (self.account.instance_id.clone(), self.now);
        self.writes.push(sql!(
            "INSERT INTO replies (instance_id, reply_key, request_hash, status, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            &id,
            key,
            reply.request_hash.as_str(),
            i64::from(reply.status),
            reply.body.as_str(),
            now
        ));
        self.replies.insert(key.to_owned(), reply);
    }

    /// Opens a checkout.
    pub fn open_checkout(&mut self, checkout: Checkout) {
        self.writes.push(checkout.insert());
        self.topics.push(Topic::Checkout);
        self.open_checkouts.push(checkout);
    }

    /// Ends an open checkout that was wanted.
    pub fn end_checkout(&mut self, checkout: &Checkout) {
        self.writes.push(checkout.update());
        self.topics.push(Topic::Checkout);
        self.open_checkouts.retain(|open| open.checkout_id != checkout.checkout_id);
    }

    /// Marks new facts as looked at.
    pub fn finish_facts(&mut self) {
        let id = self.account.instance_id.clone();
        for fact in &mut self.facts {
            fact.is_noted = false;
            if !fact.is_new || fact.parked.is_some() {
                continue;
            }
            fact.is_new = false;
            self.writes.push(sql!(
                "UPDATE facts SET state = 'done', reason = NULL WHERE instance_id = $1 AND fact_key = $2",
                &id,
                fact.key.as_str()
            ));
        }
    }

    /// Parks a fact with its reason, or takes it out of the park with `None`.
    pub fn park_fact(&mut self, key: &str, reason: Option<&str>) {
        let id = self.account.instance_id.clone();
        let Some(fact) = self.facts.iter_mut().find(|fact| fact.key == key) else { return };
        if fact.parked.as_deref() == reason && !fact.is_new {
            return;
        }
        fact.parked = reason.map(str::to_owned);
        fact.is_new = false;
        let state = if reason.is_some() { "parked" } else { "done" };
        self.writes.push(sql!(
            "UPDATE facts SET state = $3, reason = $4 WHERE instance_id = $1 AND fact_key = $2",
            &id,
            key,
            state,
            reason
        ));
    }

    /// Adds a fact that Wix gave as an answer and not by a webhook, or tells how long it has held.
    pub fn note_fact(&mut self, event_type: &str, fact: Fact) {
        let id = self.account.instance_id.clone();
        self.writes.push(sql!(
            "INSERT INTO facts (instance_id, fact_key, event_type, happened_at, received_at, kind, payload, state) \
             VALUES ($1, $2, $3, $4, $5, $6, '', 'done') \
             ON CONFLICT (instance_id, fact_key) DO UPDATE SET kind = excluded.kind",
            &id,
            fact.key.as_str(),
            event_type,
            fact.at,
            self.now,
            to_json(&fact.kind)
        ));
        self.facts.retain(|stored| stored.key != fact.key);
        let (key, event_type) = (fact.key.clone(), event_type.to_owned());
        self.facts.push(StoredFact {
            key,
            event_type,
            fact: Some(fact),
            is_new: false,
            is_noted: true,
            parked: None,
        });
    }

    /// Deletes what is stored of people: the payloads of webhooks, the arguments and results of jobs, stored answers, the
    /// addresses of checkouts, where mails go, and the records of the app. The books, the keys of facts, grants and answers,
    /// and the instance's row stay.
    pub fn erase(&mut self) {
        let id = self.account.instance_id.clone();
        self.profile.deleted_at = Some(self.now);
        self.writes.extend(group::withdraw(&id));
        self.records.clear();
        self.replies.values_mut().for_each(|reply| *reply = Reply::erased());
        for job in self.jobs.values_mut() {
            "{}".clone_into(&mut job.args);
            (job.result, job.error, job.progress_step) = (None, None, None);
            job.fence += 1;
        }
        for text in [
            "UPDATE facts SET payload = '' WHERE instance_id = $1",
            // A worker that has not heard of it yet may still say something under the number that it has.
            "UPDATE jobs SET args = '{}', result = NULL, error = NULL, progress_step = NULL, fence = fence + 1 WHERE instance_id = $1",
            "DELETE FROM job_steps WHERE instance_id = $1",
            "DELETE FROM job_lines WHERE instance_id = $1",
            "UPDATE checkouts SET url = '' WHERE instance_id = $1",
            "UPDATE replies SET request_hash = '', status = 0, body = '' WHERE instance_id = $1",
            "DELETE FROM records WHERE instance_id = $1",
            "DELETE FROM notice_settings WHERE instance_id = $1",
            "UPDATE notices SET state = 'dropped' WHERE instance_id = $1 AND state = 'waiting'",
        ] {
            self.writes.push(sql!(text, &id));
        }
    }

    /// Lets the subscriptions at Stripe be told to end at this moment, if there ever were any.
    pub fn end_at_stripe(&mut self, at: Timestamp) {
        self.writes.push(crate::ending::insert(&self.account.instance_id, at));
    }

    /// Tells watchers that the subscription changed.
    pub fn tell_subscription(&mut self) {
        self.topics.push(Topic::Money);
    }
}
