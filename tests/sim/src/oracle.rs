//! The oracles: what must hold of every instance once the network has healed.

use wixapp_core::account::Balances;
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::GENESIS;
use wixapp_core::grant::Source;
use wixapp_core::hold::HoldState;
use wixapp_core::subscription::SubscriptionStatus;
use wixapp_emulator::platform::LivePlan;

use std::collections::{BTreeMap, BTreeSet};

use super::chronicle::{Deed, Story};
use super::model::{self, Rules};
use super::purse::Purse;
use super::store::Books;
use super::words::SLACK;

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
    let plan = live.map_or("free", |live| live.plan_id.as_str());
    let clear = model::expect(story, rules, now).clear;
    let is_there = found.status != SubscriptionStatus::Removed;
    // An answer that shows another plan than the one that runs says what begins when the period ends.
    let pending = found.pending_plan_id.as_ref().is_some_and(|pending| pending.as_str() == plan);
    if !is_there || !(found.plan_id.as_str() == plan || (pending && !clear)) {
        return wrong(format!("it must be on {plan}, and is {} on {}", found.status.as_str(), found.plan_id));
    }
    if clear && live.is_some_and(|live| live.auto_renew != found.auto_renew) {
        return wrong(format!("that it renews by itself is {}, and must not be", found.auto_renew));
    }
    Ok(())
}

/// How much of the books was compared with the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Nothing: the app is removed.
    Nothing,
    /// What was granted and cut.
    Grants,
    /// That, and the balances to the credit.
    Balances,
}

/// Compares grants, cuts and balances with the naive model.
///
/// The books of a removed app wait; they are compared after its reinstall, which comes to every site before the end.
///
/// # Errors
/// What differs.
pub fn balance(books: &Books, story: &Story, rules: Rules, now: Timestamp) -> Result<Compared, Finding> {
    let wrong = |text: String| Err(finding(Oracle::Balance, text));
    let presence =
        story.deeds.iter().rev().find(|e| matches!(e.deed, Deed::Installed { .. } | Deed::Removed));
    if presence.is_some_and(|last| last.deed == Deed::Removed) {
        return Ok(Compared::Nothing);
    }
    let expected = model::expect(story, rules, now);
    // What a cut leaves stands in a grant of its own, and was given before.
    let standing = books.grants.iter().filter(|grant| !grant.taken_back && grant.source != Source::Carried);
    let mut given: BTreeMap<i64, Vec<Timestamp>> = BTreeMap::new();
    standing.for_each(|grant| given.entry(grant.amount.get()).or_default().push(grant.effective_at));
    let amounts: BTreeSet<i64> = given.keys().chain(expected.grants.keys()).copied().collect();
    for amount in amounts {
        let (least, most) = expected.grants.get(&amount).copied().unwrap_or_default();
        let times = given.get(&amount).map_or(&[][..], Vec::as_slice);
        if !(least..=most).contains(&times.len()) {
            let due: Vec<Timestamp> =
                expected.earned.iter().filter(|due| due.1 == amount).map(|due| due.0).collect();
            return wrong(format!(
                "{amount} must have been granted {least} to {most} times, and was {}; lacking: {}; beyond: {}",
                times.len(),
                without(&due, times),
                without(times, &due),
            ));
        }
    }
    cuts(books, expected.cuts).map_err(|text| finding(Oracle::Balance, text))?;
    let Some(purse) =
        Purse::follow(&story.moves, rules.free).map_err(|text| finding(Oracle::Balance, text))?
    else {
        return Ok(Compared::Grants);
    };
    let sums = &books.balances;
    let found = [sums.available(), sums.held, sums.spent, sums.expired, sums.debt];
    let due = [purse.available(), purse.held(), purse.spent, purse.expired, purse.debt];
    if found != due {
        return wrong(format!("available, held, spent, expired, owed must be {due:?} and are {found:?}"));
    }
    Ok(Compared::Balances)
}

/// Compares the cuts in the books with the times at which there must have been one, and those of which nobody can know.
fn cuts(books: &Books, mut windows: Vec<(Timestamp, Timestamp, bool)>) -> Result<(), String> {
    // What must be cut by an earlier time cannot wait for a later cut.
    windows.sort_by_key(|window| (!window.2, window.1));
    let mut cuts: Vec<Timestamp> = books.resets.iter().map(|reset| reset.at).collect();
    cuts.sort();
    for at in cuts {
        let place = windows.iter().position(|(from, until, _)| (from..=until).contains(&&at));
        let place =
            place.ok_or_else(|| format!("the plan's credits were cut at {at:.0}, when no plan ended"))?;
        if windows[place].2 {
            windows.remove(place);
        }
    }
    match windows.iter().find(|window| window.2) {
        Some(window) => Err(format!("the plan's credits must have been cut by {:.0}", window.1)),
        None => Ok(()),
    }
}

/// Those of some times that the others lack, for a reader.
fn without(these: &[Timestamp], others: &[Timestamp]) -> String {
    let lacks = |at: &&Timestamp| !others.iter().any(|other| at.duration_since(*other).abs() < SLACK);
    these.iter().filter(lacks).map(|at| format!("{at:.0}")).collect::<Vec<_>>().join(", ")
}
