//! What the history is counted from: the books as they are, and what is missing in them.

use std::collections::{HashMap, HashSet};

use super::{Fate, Line, Mark};
use crate::account::Account;
use crate::derive::{Due, DueKind};
use crate::grant::{CreditGrant, Pool};
use crate::hold::HoldState;
use crate::settle::Must;
use crate::settle::matching::{Matches, base_key};

/// How much was spent of what is due again when it was last taken back.
pub(super) fn spent_before(account: &Account, due: &Due) -> i64 {
    let named = |key: &str| key == due.key || due.aliases.iter().any(|alias| alias == key);
    let same = account.grants.iter().filter(|grant| grant.taken_back && named(base_key(&grant.business_key)));
    let nth = |key: &str| key[base_key(key).len()..].trim_start_matches('~').parse().unwrap_or(1_u32);
    same.max_by_key(|grant| nth(&grant.business_key)).map_or(0, |grant| grant.used().get())
}

/// The grants of the plan pool, in the books or missing there, in order of time.
pub(super) fn lines(account: &Account, derived: Must<'_>, matches: &Matches) -> Vec<Line> {
    let carries: HashSet<_> = account.resets.iter().filter_map(|reset| reset.carry.as_ref()).collect();
    let held = held(account);
    let due_of: HashMap<usize, usize> = matches.grants.iter().map(|(due, grant)| (*grant, *due)).collect();
    let wrong: HashSet<usize> = matches.wrong.iter().map(|(grant, _)| *grant).collect();
    let in_books =
        account.grants.iter().enumerate().filter(|(_, grant)| {
            grant.pool == Pool::Plan && !grant.taken_back && !carries.contains(&grant.id)
        });
    let mut lines: Vec<Line> = in_books
        .map(|(index, grant)| {
            let due = due_of.get(&index).copied();
            // What other rules brought keeps the time it had then.
            let moves = due.filter(|_| derived.whole && grant.rules == derived.rules.digest);
            Line {
                grant: Some(index),
                due,
                at: moves.map_or(grant.effective_at, |due| derived.due[due].at),
                amount: grant.usable().get(),
                used: grant.used().get(),
                held: held.get(&index).copied().unwrap_or(0),
                repaid: 0,
                fate: if wrong.contains(&index) { Fate::IsTakenBack } else { Fate::Stays },
            }
        })
        .collect();
    for number in &matches.missing {
        let due = &derived.due[*number];
        if let DueKind::Grant(portion) = &due.kind
            && portion.pool == Pool::Plan
        {
            let amount = portion.amount.get();
            let (at, fate) = (due.at, Fate::IsGiven);
            lines.push(Line {
                grant: None,
                due: Some(*number),
                at,
                amount,
                used: 0,
                held: 0,
                repaid: 0,
                fate,
            });
        }
    }
    lines.sort_by_key(|line| line.at);
    lines
}

/// The resets that stay and those that are missing, in order of time.
pub(super) fn marks(account: &Account, derived: Must<'_>, matches: &Matches) -> Vec<Mark> {
    let due_of: HashMap<usize, usize> = matches.resets.iter().map(|(due, reset)| (*reset, *due)).collect();
    let held = held(account);
    let stay = (0..account.resets.len()).filter(|index| !matches.wrong_resets.contains(index));
    let mut marks: Vec<Mark> = stay
        .map(|index| {
            let reset = &account.resets[index];
            let due =
                due_of.get(&index).copied().filter(|_| derived.whole && reset.rules == derived.rules.digest);
            Mark {
                reset: Some(index),
                due,
                key: String::new(),
                at: due.map_or(reset.at, |due| derived.due[due].at),
                target: reset.target.get(),
                used: carried_use(account, index),
                carry: carried_in(account, index),
                held: carried_in(account, index).and_then(|grant| held.get(&grant)).copied().unwrap_or(0),
                kept: 0,
                cut: 0,
            }
        })
        .collect();
    for number in &matches.missing_resets {
        let due = &derived.due[*number];
        if let DueKind::Reset(target) = due.kind {
            let (at, target) = (due.at, target.get());
            let key = String::new();
            marks.push(Mark {
                reset: None,
                due: Some(*number),
                key,
                at,
                target,
                used: 0,
                held: 0,
                carry: None,
                kept: 0,
                cut: 0,
            });
        }
    }
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// The grant that holds what a reset left, by its place.
pub(super) fn carried_in(account: &Account, reset: usize) -> Option<usize> {
    let carry = account.resets[reset].carry.as_ref()?;
    account.grants.iter().position(|grant| grant.id == *carry)
}

/// How much of what a reset left was used or taken out.
pub(super) fn carried_use(account: &Account, reset: usize) -> i64 {
    let gone = |grant: &CreditGrant| grant.used().get() + grant.taken_out().get();
    carried_in(account, reset).map_or(0, |grant| gone(&account.grants[grant]))
}

/// How much of each grant stands in open holds.
pub(in crate::settle) fn held(account: &Account) -> HashMap<usize, i64> {
    let place: HashMap<_, usize> =
        account.grants.iter().enumerate().map(|(index, grant)| (&grant.id, index)).collect();
    let mut held = HashMap::new();
    for draw in account.holds.iter().filter(|hold| hold.state == HoldState::Open).flat_map(|hold| &hold.draws)
    {
        if let Some(index) = place.get(&draw.grant_id) {
            *held.entry(*index).or_insert(0) += draw.amount.get();
        }
    }
    held
}
