//! Deriving one instance: from all its facts to its subscription and its credits, in one transaction.

use jiff::SignedDuration;
use wixapp_core::account::LedgerError;
use wixapp_core::catalog::Catalog;
use wixapp_core::crash::{Moment, here};
use wixapp_core::derive::{self, Derived, Input, Policy};
use wixapp_core::fact::FactKind;
use wixapp_core::subscription::SubscriptionStatus;
use wixapp_core::{Fact, InstanceId};
use wixapp_store::{CheckoutState, Tx, Want};

use crate::error::ApiError;
use crate::state::App;
use crate::work::reconcile::Answer;

/// When Wix could not be asked, it is asked again after this long.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// What deriving found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Whether something is due that Wix must confirm first.
    pub unconfirmed: bool,
    /// How many grants and resets were new.
    pub changed: usize,
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
    let decision = move |tx: &mut Tx| {
        match &answer {
            Some(Answer::Known(snapshot)) => snapshot.note(tx),
            Some(Answer::Unknown) | None => {}
        }
        decide(tx, &catalog, policy, answer.is_some()).map_err(ApiError::from)
    };
    let outcome = app.store.transact(instance_id, want, now, decision).await??;
    metrics::counter!("wixapp_grants_total").increment(outcome.changed as u64);
    Ok(outcome)
}

/// The pure part: facts in, changes of the transaction out.
fn decide(tx: &mut Tx, catalog: &Catalog, policy: Policy, asked: bool) -> Result<Outcome, LedgerError> {
    let facts: Vec<Fact> = tx.facts.iter().filter_map(|stored| stored.fact.clone()).collect();
    let now = tx.now;
    let instance_id = tx.instance_id().clone();
    let derived = derive::derive(Input { instance_id: &instance_id, facts: &facts, catalog, policy, now });
    here(Moment::Derived);
    let done = derive::apply(&mut tx.account, &derived, now)?;
    here(Moment::GrantsMade);
    if tx.facts.iter().any(|fact| fact.is_new) {
        tx.profile.last_webhook_at = Some(now);
    }
    let is_new = |key: &str| tx.facts.iter().any(|stored| stored.key == key && stored.is_new);
    for alarm in derived.alarms.iter().filter(|alarm| is_new(&alarm.fact)) {
        let reason = &alarm.reason;
        tracing::error!(instance.id = %instance_id, fact.key = %alarm.fact, %reason, "a fact needs a look");
    }
    park(tx, &derived);
    tx.finish_facts();
    note_presence(tx, &facts, &derived);
    complete_checkouts(tx, &derived);
    let due_at = if derived.unconfirmed && asked { now.checked_add(ASK_AGAIN).ok() } else { derived.next_at };
    tx.profile.due_at = due_at;
    if tx.profile.subscription.as_ref() != Some(&derived.subscription) {
        tx.profile.subscription = Some(derived.subscription);
        tx.tell_subscription();
    }
    Ok(Outcome { unconfirmed: derived.unconfirmed, changed: done.len() })
}

/// Parks what cannot be used for now, and takes out of the park what can.
fn park(tx: &mut Tx, derived: &Derived) {
    let waiting: Vec<(String, Option<String>)> = tx
        .facts
        .iter()
        .filter(|stored| stored.fact.is_some())
        .map(|stored| {
            let parked = derived.parked.iter().find(|parked| parked.fact == stored.key);
            (stored.key.clone(), parked.map(|parked| parked.reason.to_string()))
        })
        .collect();
    for (key, reason) in waiting {
        if let Some(reason) = &reason {
            tracing::error!(instance.id = %tx.instance_id(), fact.key = %key, %reason, "a fact is parked");
        }
        let was_parked = tx.facts.iter().any(|stored| stored.key == key && stored.parked.is_some());
        if reason.is_some() || was_parked {
            tx.park_fact(&key, reason.as_deref());
        }
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

/// A checkout is completed when the plan it was for is in force: our page opens none for the plan an instance is on.
fn complete_checkouts(tx: &mut Tx, derived: &Derived) {
    let now = tx.now;
    for mut checkout in tx.open_checkouts.clone() {
        if derived.subscription.plan_id == checkout.plan_id {
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
