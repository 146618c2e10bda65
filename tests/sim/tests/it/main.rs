//! The simulator in tests: seeds that agree with the model, the same twice, and planted bugs that each oracle must find.

use wixapp_core::grant::{GrantRequest, Source};
use wixapp_core::hold::HoldState;
use wixapp_core::{Catalog, entry::Cause};
use wixapp_sim::oracle::Oracle;
use wixapp_sim::owner::{Abstinence, Habit};
use wixapp_sim::store::Plant;
use wixapp_sim::{Setup, campaign, run};
use wixapp_store::Tx;

/// A world in which nothing goes wrong by itself, and nobody spends: what fails there was planted.
fn fair(plant: Option<Plant>) -> Setup {
    let quiet = vec![
        Habit::Skew,
        Habit::Crash,
        Habit::Fault,
        Habit::Refund,
        Habit::Trial,
        Habit::Fail,
        Habit::Downgrade,
        Habit::Copy,
        Habit::Remove,
        Habit::Spend,
    ];
    Setup { sites: 6, days: 600, abstinence: Abstinence(quiet), plant, ..Setup::default() }
}

/// Which oracles find the planted bug in a few seeds.
fn found(plant: Plant) -> Vec<Oracle> {
    let summary = campaign(1..9, &fair(Some(plant)), |_, _| true);
    summary.failures.into_iter().map(|(_, failure)| failure.finding.oracle).collect()
}

/// How many seeds the tests run; `cargo xtask torture sim` runs more.
const SEEDS: u64 = 300;

#[test]
fn three_hundred_seeds_of_twenty_sites_and_three_years_agree_with_the_model() {
    let summary = campaign(1..1 + SEEDS, &Setup::default(), |outcome, _| outcome.failure.is_none());
    let first = summary.failures.first();
    assert_eq!(first.map(|(seed, failure)| (*seed, failure.finding.clone())), None);
    assert_eq!(summary.seeds, SEEDS);
    // A run of this length that never met something rare proves nothing about it.
    assert_eq!(summary.vacuous(), []);
}

#[test]
fn a_fair_world_agrees_with_the_model() {
    let summary = campaign(1..9, &fair(None), |_, _| true);
    assert_eq!(summary.failures.first().map(|(seed, failure)| (*seed, failure.finding.clone())), None);
}

#[test]
fn the_same_seed_gives_the_same_hash_and_another_seed_another() {
    let setup = Setup { sites: 5, days: 200, ..Setup::default() };
    let (first, again, other) = (run(7, &setup), run(7, &setup), run(8, &setup));
    assert_eq!((first.hash, first.events, &first.rare), (again.hash, again.events, &again.rare));
    assert_ne!(first.hash, other.hash);
}

#[test]
fn keeping_the_history_changes_nothing_and_tells_what_happened() {
    fn lose_access(tx: &mut Tx) {
        if let Some(subscription) = &mut tx.profile.subscription {
            subscription.plan_id = Catalog::standard().free().id.clone();
        }
    }
    let setup = fair(Some(Plant { commit: lose_access, ..Plant::harmless() }));
    let (silent, verbose) = (run(1, &setup), run(1, &Setup { verbose: true, ..setup.clone() }));
    assert_eq!(silent.hash, verbose.hash);
    let history = verbose.failure.expect("access was taken away").history.join("\n");
    for told in ["truth: bought", "received: PaidPlanPurchased", "derived: +"] {
        assert!(history.contains(told), "`{told}` is missing:\n{history}");
    }
}

#[test]
fn an_entry_changed_in_the_books_breaks_the_chain() {
    fn change(tx: &mut Tx) {
        for entry in tx.account.changes.entries.iter_mut().filter(|entry| entry.seq == 2) {
            entry.cause.reason.push('!');
        }
    }
    assert!(found(Plant { commit: change, ..Plant::harmless() }).contains(&Oracle::Ledger));
}

#[test]
fn granting_without_a_look_at_what_was_granted_is_found_with_and_without_constraints() {
    fn forget(tx: &mut Tx) {
        tx.account.used_keys.clear();
        tx.account.grants.retain(|_| tx.facts.is_empty());
    }
    let plant = Plant { load: forget, ..Plant::harmless() };
    assert!(found(plant).contains(&Oracle::Constraint));
    assert!(found(Plant { unconstrained: true, ..plant }).contains(&Oracle::Ledger));
}

#[test]
fn a_hold_that_can_end_twice_is_found_by_the_books_themselves() {
    fn reopen(tx: &mut Tx) {
        for hold in tx.account.holds.iter_mut().filter(|hold| hold.state == HoldState::Voided) {
            hold.state = HoldState::Open;
        }
    }
    let mut setup = fair(Some(Plant { commit: reopen, unconstrained: true, ..Plant::harmless() }));
    setup.abstinence.0.retain(|habit| *habit != Habit::Spend);
    let failures = campaign(1..9, &setup, |_, _| true).failures;
    // Credits would come back twice: the books refuse to give what is not there, or do not add up.
    let books = |oracle| matches!(oracle, Oracle::Constraint | Oracle::Ledger);
    assert!(failures.iter().any(|(_, failure)| books(failure.finding.oracle)), "{failures:?}");
}

#[test]
fn access_that_differs_from_the_platform_is_found() {
    fn never_renews(tx: &mut Tx) {
        if let Some(subscription) = &mut tx.profile.subscription {
            subscription.auto_renew = false;
        }
    }
    assert!(found(Plant { commit: never_renews, ..Plant::harmless() }).contains(&Oracle::Access));
}

#[test]
fn a_cycle_granted_once_more_under_a_key_of_its_own_is_found_by_the_model_alone() {
    fn once_more(tx: &mut Tx) {
        let cycle = tx.account.changes.new_grants.iter().find(|grant| grant.source == Source::Cycle).cloned();
        let Some(grant) = cycle else { return };
        let request = GrantRequest {
            business_key: format!("{}.13th", grant.business_key),
            pool: grant.pool,
            source: grant.source,
            amount: grant.amount,
            plan_id: grant.plan_id,
            catalog_version: grant.catalog_version,
            effective_at: grant.effective_at,
            expires_at: grant.expires_at,
            cause: Cause::new("cycle", "once more"),
        };
        let now = tx.now;
        tx.account.grant(request, now).expect("the books can hold it");
    }
    let oracles = found(Plant { commit: once_more, ..Plant::harmless() });
    assert!(!oracles.is_empty() && oracles.iter().all(|oracle| *oracle == Oracle::Balance), "{oracles:?}");
}

#[test]
fn webhooks_acknowledged_and_dropped_are_found() {
    let plant = Plant { forgets: |n| n % 3 == 0, ..Plant::harmless() };
    assert!(found(plant).contains(&Oracle::Balance));
}
