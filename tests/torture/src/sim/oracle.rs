//! The oracles: what must hold of every instance once the network has healed.

use wixapp_core::account::Balances;
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::GENESIS;
use wixapp_core::grant::Source;
use wixapp_core::hold::HoldState;
use wixapp_core::subscription::SubscriptionStatus;
use wixapp_emulator::platform::LivePlan;

use std::collections::BTreeSet;

use super::chronicle::{Deed, Story};
use super::model::{self, Rules};
use super::purse::Purse;
use super::store::Books;

/// Which oracle found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Oracle {
    /// A constraint of the database refused a decision.
    Constraint,
    /// The books, checked against themselves.
    Ledger,
    /// Plan and access against the platform's truth.
    Access,
    /// The balances against the naive model.
    Balance,
}

/// What an oracle found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Which oracle.
    pub oracle: Oracle,
    /// What is wrong, in a sentence.
    pub wrong: String,
}

fn finding(oracle: Oracle, wrong: impl Into<String>) -> Finding {
    Finding { oracle, wrong: wrong.into() }
}

/// Checks the books against themselves: the chain, the sums, every hold ended once, no key twice.
///
/// # Errors
/// The first thing that is wrong.
pub fn ledger(books: &Books) -> Result<(), Finding> {
    let wrong = |text: String| Err(finding(Oracle::Ledger, text));
    let (mut head, mut sums, mut keys) = (GENESIS.to_owned(), Balances::default(), BTreeSet::new());
    for (seq, entry) in (1..).zip(&books.entries) {
        if entry.seq != seq || entry.chain(&head) != entry.hash {
            return wrong(format!("the chain breaks at entry {seq}"));
        }
        head.clone_from(&entry.hash);
        if !keys.insert(entry.business_key.as_str()) {
            return wrong(format!("the key {} is in the books twice", entry.business_key));
        }
        if !sums.move_between(entry.debit, entry.credit, entry.amount) {
            return wrong(format!("entry {seq} makes an account negative"));
        }
        if sums.available() != entry.available_after {
            return wrong(format!(
                "entry {seq} says {} are left, and it is {}",
                entry.available_after,
                sums.available()
            ));
        }
    }
    if head != books.head || sums != books.balances {
        return wrong(format!("the entries add up to {sums:?}, the balances say {:?}", books.balances));
    }
    let left: i64 = books.grants.iter().map(|grant| grant.remaining.get()).sum();
    let open = books.holds.iter().filter(|hold| hold.state == HoldState::Open);
    let held: i64 = open.map(|hold| hold.amount.get()).sum();
    if (left, held) != (books.balances.available(), books.balances.held) {
        return wrong(format!(
            "the grants hold {left} and the holds {held}, the balances say {:?}",
            books.balances
        ));
    }
    Ok(())
}

/// Compares plan and access with the platform's truth.
///
/// A removed app is asked of its presence only, and only when its removal left a trace: the platform gives no answer
/// where the app is not installed, so a lost removal cannot be known.
///
/// # Errors
/// What differs.
pub fn access(
    books: &Books,
    story: &Story,
    live: Option<&LivePlan>,
    rules: Rules,
    now: Timestamp,
) -> Result<(), Finding> {
    let wrong = |text: String| Err(finding(Oracle::Access, text));
    let Some(found) = &books.profile.subscription else { return wrong("it has no subscription".to_owned()) };
    let presence =
        story.deeds.iter().rev().find(|e| matches!(e.deed, Deed::Installed { .. } | Deed::Removed));
    if let Some(last) = presence.filter(|last| last.deed == Deed::Removed) {
        let is_removed = found.status == SubscriptionStatus::Removed;
        return if is_removed || last.told.is_none() {
            Ok(())
        } else {
            wrong("it is removed, and has access".to_owned())
        };
    }
    let expected = model::expect(story, rules, now);
    let plan = expected.plan.as_deref().unwrap_or("free");
    if found.status == SubscriptionStatus::Removed || found.plan_id.as_str() != plan {
        return wrong(format!("it must be on {plan}, and is {} on {}", found.status.as_str(), found.plan_id));
    }
    if live.is_some() != expected.plan.is_some() {
        return wrong(format!("the platform says {live:?}, and the model {:?}", expected.plan));
    }
    if expected.plan.is_some() && found.auto_renew != live.is_some_and(|live| live.auto_renew) {
        return wrong(format!("that it renews by itself is {}, and must not be", found.auto_renew));
    }
    Ok(())
}

/// Compares grants, cuts and balances with the naive model.
///
/// The books of a removed app wait; they are compared after its reinstall, which comes to every site before the end.
///
/// # Errors
/// What differs.
pub fn balance(books: &Books, story: &Story, rules: Rules, now: Timestamp) -> Result<(), Finding> {
    let wrong = |text: String| Err(finding(Oracle::Balance, text));
    let presence =
        story.deeds.iter().rev().find(|e| matches!(e.deed, Deed::Installed { .. } | Deed::Removed));
    if presence.is_some_and(|last| last.deed == Deed::Removed) {
        return Ok(());
    }
    let expected = model::expect(story, rules, now);
    // What a cut leaves stands in a grant of its own, and was given before.
    let standing = books.grants.iter().filter(|grant| !grant.taken_back && grant.source != Source::Carried);
    let mut given: Vec<_> = standing.map(|grant| (grant.effective_at, grant.amount.get())).collect();
    given.sort();
    if amounts(&given) != amounts(&expected.grants) {
        return wrong(difference(&expected.grants, &given));
    }
    let purse = Purse::follow(&story.moves, &expected.cuts, rules.free)
        .map_err(|text| finding(Oracle::Balance, text))?;
    let sums = &books.balances;
    let found = [sums.available(), sums.held, sums.spent, sums.expired];
    let due = [purse.available(), purse.held(), purse.spent, purse.expired];
    if found != due {
        return wrong(format!("available, held, spent, expired must be {due:?} and are {found:?}"));
    }
    Ok(())
}

fn amounts(grants: &[(Timestamp, i64)]) -> Vec<i64> {
    let mut amounts: Vec<i64> = grants.iter().map(|grant| grant.1).collect();
    amounts.sort_unstable();
    amounts
}

/// The grants of those amounts of which there are too many or too few.
fn difference(expected: &[(Timestamp, i64)], given: &[(Timestamp, i64)]) -> String {
    let count = |grants: &[(Timestamp, i64)], amount| grants.iter().filter(|grant| grant.1 == amount).count();
    let list = |grants: &[(Timestamp, i64)]| {
        let wrong = grants.iter().filter(|grant| count(expected, grant.1) != count(given, grant.1));
        wrong.map(|(at, amount)| format!("{amount} of {:.10}", at.to_string())).collect::<Vec<_>>().join(", ")
    };
    format!("these must have been granted: [{}]; these were: [{}]", list(expected), list(given))
}
