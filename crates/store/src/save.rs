//! Writing back what a decision changed.

use std::collections::HashSet;
use std::hash::Hash;

use wixapp_core::InstanceId;
use wixapp_core::entry::Entry;
use wixapp_core::grant::CreditGrant;
use wixapp_core::hold::Hold;

use crate::conn::{Statement, sql};
use crate::tx::{Made, Tx};
use crate::value::to_json;

/// The statements that write everything the decisions changed.
pub(crate) fn statements(tx: &Tx, made: Made) -> Vec<Statement> {
    let id = &tx.account.instance_id;
    let changes = made.account;
    let mut out: Vec<Statement> = changes.keys.iter().map(|key| insert_key(id, key, tx)).collect();
    let new: HashSet<_> = changes.new_grants.into_iter().map(|grant| grant.id).collect();
    // From the account and not from the changes: what was given may have been drawn on since.
    let grants = &tx.account.grants;
    out.extend(grants.iter().filter(|grant| new.contains(&grant.id)).map(|grant| insert_grant(id, grant)));
    let grant = |id| grants.iter().find(|grant| grant.id == id);
    let touched = once_each(changes.touched_grants).into_iter().filter(|touched| !new.contains(touched));
    out.extend(touched.filter_map(grant).map(|grant| update_grant(id, grant)));
    let hold = |id| tx.account.holds.iter().find(|hold| hold.id == id);
    out.extend(once_each(changes.touched_holds).into_iter().filter_map(hold).map(|hold| save_hold(id, hold)));
    out.extend(changes.entries.iter().map(insert_entry));
    out.extend(made.writes);
    out.push(update_instance(tx));
    out
}

fn once_each<T: Eq + Hash + Clone>(items: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    items.into_iter().filter(|item| seen.insert(item.clone())).collect()
}

fn insert_key(id: &InstanceId, key: &str, tx: &Tx) -> Statement {
    sql!(
        "INSERT INTO business_keys (instance_id, business_key, created_at) VALUES ($1, $2, $3)",
        id,
        key,
        tx.now
    )
}

fn insert_grant(id: &InstanceId, grant: &CreditGrant) -> Statement {
    sql!(
        "INSERT INTO grants (instance_id, grant_id, business_key, pool, source, amount, remaining, plan_id, catalog_version, effective_at, expires_at, \
         closed, taken_back, rules, taken) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        id,
        &grant.id,
        grant.business_key.as_str(),
        grant.pool.as_str(),
        grant.source.as_str(),
        grant.amount,
        grant.remaining,
        grant.plan_id.as_ref(),
        grant.catalog_version.as_str(),
        grant.effective_at,
        grant.expires_at,
        grant.closed,
        i64::from(grant.taken_back),
        grant.rules.as_str(),
        taken(grant)
    )
}

fn update_grant(id: &InstanceId, grant: &CreditGrant) -> Statement {
    sql!(
        "UPDATE grants SET amount = $3, remaining = $4, closed = $5, effective_at = $6, taken_back = $7, taken = $8 \
         WHERE instance_id = $1 AND grant_id = $2",
        id,
        &grant.id,
        grant.amount,
        grant.remaining,
        grant.closed,
        grant.effective_at,
        i64::from(grant.taken_back),
        taken(grant)
    )
}

fn taken(grant: &CreditGrant) -> Option<String> {
    (!grant.taken.is_empty()).then(|| to_json(&grant.taken))
}

fn save_hold(id: &InstanceId, hold: &Hold) -> Statement {
    sql!(
        "INSERT INTO holds (instance_id, hold_id, hold_key, action, amount, posted, draws, state, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (instance_id, hold_id) DO UPDATE SET posted = excluded.posted, draws = excluded.draws, \
         state = excluded.state",
        id,
        &hold.id,
        hold.key.as_str(),
        hold.action.as_str(),
        hold.amount,
        hold.posted,
        to_json(&hold.draws),
        hold.state.as_str(),
        hold.created_at,
        hold.expires_at
    )
}

fn insert_entry(entry: &Entry) -> Statement {
    sql!(
        "INSERT INTO entries (instance_id, seq, entry_id, debit, credit, amount, code, business_key, hold_id, actor, reason, fact_key, available_after, created_at, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        &entry.instance_id,
        entry.seq,
        &entry.id,
        entry.debit.to_string(),
        entry.credit.to_string(),
        entry.amount,
        entry.code.as_str(),
        entry.business_key.as_str(),
        entry.pending_id.as_ref(),
        entry.cause.actor.as_str(),
        entry.cause.reason.as_str(),
        entry.cause.fact.as_deref(),
        entry.available_after,
        entry.created_at,
        entry.hash.as_str()
    )
}

fn update_instance(tx: &Tx) -> Statement {
    let (balances, profile) = (&tx.account.balances, &tx.profile);
    sql!(
        "UPDATE instances SET promo = $2, plan = $3, purchased = $4, held = $5, spent = $6, expired = $7, debt = $8, seq = $9, \
         head = $10, installed_at = $11, removed_at = $12, origin_instance_id = $13, subscription = $14, due_at = $15, \
         last_webhook_at = $16, reconciled_at = $17, asks = $18, deleted_at = $19, resets = $20 WHERE instance_id = $1",
        &tx.account.instance_id,
        balances.promo,
        balances.plan,
        balances.purchased,
        balances.held,
        balances.spent,
        balances.expired,
        balances.debt,
        tx.account.seq,
        tx.account.head.as_str(),
        profile.installed_at,
        profile.removed_at,
        profile.origin_instance_id.as_deref(),
        profile.subscription.as_ref().map(to_json),
        profile.due_at,
        profile.last_webhook_at,
        profile.reconciled_at,
        profile.asks,
        profile.deleted_at,
        (!tx.account.resets.is_empty()).then(|| to_json(&tx.account.resets))
    )
}
