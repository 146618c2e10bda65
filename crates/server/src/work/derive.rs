//! Deriving one instance: from all its facts to its subscription and its credits, in one transaction.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;
use wixapp_core::account::{Balances, LedgerError};
use wixapp_core::catalog::Catalog;
use wixapp_core::clock::Timestamp;
use wixapp_core::crash::{Moment, here};
use wixapp_core::derive::{self, Derived, Due, Input, ParkReason, Policy};
use wixapp_core::fact::FactKind;
use wixapp_core::subscription::{Subscription, SubscriptionStatus};
use wixapp_core::{BillingCycle, Fact, InstanceId};
use wixapp_store::{Checkout, CheckoutState, StoredFact, Tx, Want};

use crate::billing_source::ending;
use crate::error::ApiError;
use crate::state::App;
use crate::work::reconcile::{Answer, is_doubtful};

/// When Wix does not confirm what is due, it is asked again after this long, then after twice as long, and so on …
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// … up to this where it does not answer,
const LONGEST_SILENCE: SignedDuration = SignedDuration::from_mins(15);
/// … and up to this where it does: a failed payment takes days to be mended.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_hours(6);
/// How far Wix's clock may be behind ours.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(60);
/// How often Wix is asked whether a removal holds, when it does not answer.
const REMOVAL_ASKS: i64 = 8;

/// Whether Wix is to be asked, and when.
enum Question {
    None,
    Now,
    /// Once more, after a pause that has grown to this at the most.
    Again(SignedDuration),
}

impl Question {
    /// When the instance is looked at next; `asks` counts the questions that brought nothing.
    fn due_at(self, now: Timestamp, asks: &mut i64, next_at: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            Self::None => {
                // News without an answer leave the count: they are asked about at once, and then as rarely as before.
                if next_at.is_none_or(|at| at > now) {
                    *asks = 0;
                }
                next_at
            }
            Self::Now => Some(now),
            Self::Again(longest) => {
                let doublings = u32::try_from(*asks).unwrap_or(0).min(16);
                *asks = asks.saturating_add(1);
                let pause = ASK_AGAIN.checked_mul(1 << doublings).unwrap_or(longest).min(longest);
                now.checked_add(pause).ok()
            }
        }
    }
}

/// What deriving found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Whether Wix should be asked at once: something is due that it must confirm, or a removal.
    pub unconfirmed: bool,
    /// How many grants and resets were new.
    pub changed: usize,
}

impl Outcome {
    /// Counts it, once it is stored.
    pub(crate) fn count(self) {
        metrics::counter!("wixapp_grants_total").increment(self.changed as u64);
    }
}

/// Derives one instance from its facts, and from Wix's answer when there is a fresh one.
///
/// # Errors
/// [`Unavailable`](wixapp_core::ErrorCode::Unavailable) when the database cannot be used; then nothing was changed.
pub async fn instance(
    app: &App,
    instance_id: &InstanceId,
    answer: Option<Answer>,
) -> Result<Outcome, ApiError> {
    let (catalog, policy, now) = (app.catalog.clone(), app.policy, app.clock.now());
    let want = Want::money().facts().open_checkouts();
    let ends_at_stripe = app.stripe.is_some() && app.config.stripe.cancel_on_removal;
    let doubtful_before = app.doubtful_before;
    let decision = move |tx: &mut Tx| {
        // Who does not know our secret any more is refused as well: of a restored copy that is no answer.
        let doubtful = tx.profile.removed_at.is_none() && is_doubtful(&tx.profile, doubtful_before);
        let answer = match &answer {
            Some(Answer::Refused) if doubtful => Some(&Answer::Unknown),
            other => other.as_ref(),
        };
        // By a copy of another day alone nothing is given.
        let nothing_said = doubtful && matches!(answer, Some(Answer::Unknown));
        let books = nothing_said.then(|| tx.account.clone());
        if let Some(Answer::Known(snapshot)) = answer {
            snapshot.note(tx);
        }
        let new = tx.facts.iter().filter(|stored| stored.is_new);
        let due_at = ending::due_at(new.filter_map(|stored| stored.fact.as_ref()), tx.now);
        let mut outcome = decide(tx, &catalog, policy, answer)?;
        if let Some(books) = books {
            (tx.account, outcome.changed) = (books, 0);
        }
        if let Some(at) = due_at.filter(|_| ends_at_stripe && tx.profile.removed_at.is_some()) {
            tx.end_at_stripe(at);
        }
        Ok::<Outcome, ApiError>(outcome)
    };
    let outcome = app.store.transact(instance_id, want, now, decision).await??;
    outcome.count();
    Ok(outcome)
}

/// The pure part: facts in, changes of the transaction out. An `answer` is there when Wix was just asked: then it is left
/// in peace for a while.
///
/// # Errors
/// [`LedgerError::Overflow`] when the books cannot hold the sum.
pub fn decide(
    tx: &mut Tx,
    catalog: &Catalog,
    policy: Policy,
    answer: Option<&Answer>,
) -> Result<Outcome, LedgerError> {
    let facts: Vec<Fact> = tx.facts.iter().filter_map(|stored| stored.fact.clone()).collect();
    // Where our clock is ahead of Wix's, time has not passed as it says: no cycle has come, and no end.
    let true_now = match answer {
        Some(Answer::Known(seen)) => seen.earlier_than_heard(),
        _ => None,
    };
    let now = true_now.unwrap_or(tx.now);
    let instance_id = tx.instance_id().clone();
    let derived = derive::derive(Input { instance_id: &instance_id, facts: &facts, catalog, policy, now });
    here(Moment::Derived);
    let done = derive::apply(&mut tx.account, &derived, now)?;
    here(Moment::GrantsMade);
    let removed = derived.subscription.status == SubscriptionStatus::Removed;
    let removal_is_new = removed && tx.facts.iter().any(is_new_removal);
    // A question without an answer leaves what is known as old as it is, and an answer says itself of when it is.
    if matches!(answer, Some(Answer::Refused)) {
        tx.profile.reconciled_at = Some(now);
    }
    if tx.facts.iter().any(|fact| fact.is_new) {
        tx.profile.last_webhook_at = Some(now);
    }
    let is_new = |key: &str| tx.facts.iter().any(|stored| stored.key == key && stored.is_new);
    for alarm in derived.alarms.iter().filter(|alarm| is_new(&alarm.fact) || is_new(&alarm.beside)) {
        let reason = &alarm.reason;
        metrics::counter!("wixapp_alarms_total").increment(1);
        tracing::error!(instance.id = %instance_id, fact.key = %alarm.fact, %reason, "a fact needs a look");
    }
    let bought = unseen_purchases(tx, &derived);
    park(tx, &derived);
    tx.finish_facts();
    note_presence(tx, &facts, &derived);
    complete_checkouts(tx, &bought, &derived, catalog);
    let question = match answer {
        // What seems due is not: it is asked again until the clock is right.
        Some(_) if true_now.is_some() => Question::Again(LONGEST_DELAY),
        // A removal that Wix signed anew must not lock an instance whose app is there: Wix knows.
        None if removal_is_new => Question::Now,
        None => Question::None,
        Some(Answer::Unknown) if removed && tx.profile.asks < REMOVAL_ASKS => {
            Question::Again(LONGEST_SILENCE)
        }
        Some(Answer::Unknown) if derived.unconfirmed => Question::Again(LONGEST_SILENCE),
        // Nothing is due, but what was lost while nobody listened is not known either.
        Some(Answer::Unknown) if !removed => Question::Again(LONGEST_DELAY),
        // Wix still shows the app: it lags, or the removal was none.
        Some(Answer::Known(_)) if removed => Question::Again(LONGEST_SILENCE),
        Some(Answer::Known(_) | Answer::Refused) if derived.unconfirmed => Question::Again(LONGEST_DELAY),
        Some(_) => Question::None,
    };
    tx.profile.due_at = question.due_at(tx.now, &mut tx.profile.asks, derived.next_at);
    if tx.profile.subscription.as_ref() != Some(&derived.subscription) {
        tx.profile.subscription = Some(derived.subscription);
        tx.tell_subscription();
    }
    Ok(Outcome { unconfirmed: derived.unconfirmed || removal_is_new, changed: done.len() })
}

/// How an instance would stand at a moment, if some more facts were known.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    pub(crate) subscription: Subscription,
    pub(crate) balances: Balances,
}

/// Supposes `more` facts and the moment `at`, and decides as it would be decided then. Nothing is changed by it.
pub(crate) fn outlook(
    tx: &Tx,
    more: &[Fact],
    catalog: &Catalog,
    policy: Policy,
    at: Timestamp,
) -> Result<Outlook, ApiError> {
    let known = tx.facts.iter().filter_map(|stored| stored.fact.clone());
    let facts: Vec<Fact> = known.chain(more.iter().cloned()).collect();
    let derived =
        derive::derive(Input { instance_id: tx.instance_id(), facts: &facts, catalog, policy, now: at });
    let mut account = tx.account.clone();
    derive::apply(&mut account, &derived, at)?;
    Ok(Outlook { subscription: derived.subscription, balances: account.balances })
}

/// How the instance would stand without what an operator gave: the plan that is paid, whatever is in force.
pub(crate) fn paid(tx: &Tx, catalog: &Catalog, policy: Policy, now: Timestamp) -> Subscription {
    let known = tx.facts.iter().filter_map(|stored| stored.fact.as_ref());
    let given =
        |kind: &FactKind| matches!(kind, FactKind::PlanGiven { .. } | FactKind::GivenPlanEnded { .. });
    let facts: Vec<Fact> = known.filter(|fact| !given(&fact.kind)).cloned().collect();
    derive::derive(Input { instance_id: tx.instance_id(), facts: &facts, catalog, policy, now }).subscription
}

fn is_new_removal(stored: &StoredFact) -> bool {
    stored.is_new && stored.fact.as_ref().is_some_and(|fact| matches!(fact.kind, FactKind::AppRemoved))
}

/// Parks what cannot be used for now, and takes out of the park what can.
fn park(tx: &mut Tx, derived: &Derived) {
    let reasons: HashMap<&str, &ParkReason> =
        derived.parked.iter().map(|parked| (parked.fact.as_str(), &parked.reason)).collect();
    let usable = tx.facts.iter().filter(|stored| stored.fact.is_some());
    let changing = usable.filter(|s| s.parked.is_some() || reasons.contains_key(s.key.as_str()));
    let waiting: Vec<(String, Option<String>)> = changing
        .map(|stored| (stored.key.clone(), reasons.get(stored.key.as_str()).map(ToString::to_string)))
        .collect();
    for (key, reason) in waiting {
        if let Some(reason) = &reason {
            metrics::counter!("wixapp_parked_total").increment(1);
            tracing::error!(instance.id = %tx.instance_id(), fact.key = %key, %reason, "a fact is parked");
        }
        tx.park_fact(&key, reason.as_deref());
    }
}

fn note_presence(tx: &mut Tx, facts: &[Fact], derived: &Derived) {
    let first =
        facts.iter().filter(|fact| !matches!(fact.kind, FactKind::AppRemoved)).map(|fact| fact.at).min();
    let last_removal =
        facts.iter().filter(|fact| matches!(fact.kind, FactKind::AppRemoved)).map(|fact| fact.at).max();
    let removed = derived.subscription.status == SubscriptionStatus::Removed;
    tx.profile.installed_at = first;
    tx.profile.removed_at = last_removal.filter(|_| removed);
    let origin = facts.iter().find_map(|fact| match &fact.kind {
        FactKind::AppInstalled { origin_instance_id } => origin_instance_id.clone(),
        _ => None,
    });
    tx.profile.origin_instance_id = tx.profile.origin_instance_id.take().or(origin);
}

/// The purchases that nothing told of before, by their invoices, and where Wix's list told first by their place in it. Those
/// that were known have completed what they could: a checkout that is opened after them is for something else, whoever
/// tells of them again.
fn unseen_purchases(tx: &Tx, derived: &Derived) -> Vec<Fact> {
    let purchases = || {
        tx.facts.iter().filter_map(|stored| match &stored.fact.as_ref()?.kind {
            FactKind::PlanPurchased(terms) | FactKind::PurchaseListed(terms) => {
                Some((stored, terms.invoice_id.as_deref()))
            }
            _ => None,
        })
    };
    let known: HashSet<&str> = purchases()
        .filter(|(stored, _)| !stored.is_unseen())
        .flat_map(|(stored, invoice)| [Some(stored.key.as_str()), invoice])
        .flatten()
        .collect();
    let names = |due: &Due| {
        std::iter::once(&due.key)
            .chain(&due.aliases)
            .filter_map(|key| key.strip_prefix("topup:"))
            .map(str::to_owned)
            .collect()
    };
    // A top-up is one purchase, whether its webhook or the list tells of it.
    let top_ups: Vec<Vec<String>> = derived.due.iter().map(names).collect();
    let is_known = |name: &str| {
        known.contains(name)
            || top_ups.iter().any(|of_one| {
                of_one.iter().any(|other| other == name)
                    && of_one.iter().any(|other| known.contains(other.as_str()))
            })
    };
    let unseen = purchases()
        .filter(|(stored, invoice)| stored.is_unseen() && !is_known(invoice.unwrap_or(stored.key.as_str())));
    unseen.filter_map(|(stored, _)| stored.fact.clone()).collect()
}

/// A checkout is completed when what it was for is there: the plan in force and paid as it was to be, or a top-up's invoice.
/// Our page opens none for what an instance has.
fn complete_checkouts(tx: &mut Tx, bought: &[Fact], derived: &Derived, catalog: &Catalog) {
    let (now, now_on) = (tx.now, &derived.subscription);
    for mut checkout in tx.open_checkouts.clone() {
        let is_there = match checkout.billing_cycle {
            BillingCycle::OneTime => is_bought(&checkout, bought, catalog),
            _ => {
                now_on.plan_id == checkout.plan_id
                    && now_on.billing_cycle.as_ref() == Some(&checkout.billing_cycle)
            }
        };
        if is_there {
            checkout.state = CheckoutState::Completed;
        } else if checkout.expires_at <= now {
            checkout.state = CheckoutState::Expired;
        } else {
            continue;
        }
        checkout.completed_at = Some(now);
        tx.end_checkout(&checkout);
    }
}

/// Whether the top-up of this checkout was bought since it was opened. Wix's clock may run a little behind ours.
fn is_bought(checkout: &Checkout, bought: &[Fact], catalog: &Catalog) -> bool {
    let since = checkout.created_at.checked_sub(CLOCKS_APART).unwrap_or(checkout.created_at);
    bought.iter().filter(|fact| fact.at >= since).any(|fact| match &fact.kind {
        FactKind::PlanPurchased(terms) | FactKind::PurchaseListed(terms) => catalog
            .normalise_top_up(&terms.vendor_product_id)
            .is_some_and(|top_up| top_up.id == checkout.plan_id.as_str()),
        _ => false,
    })
}
