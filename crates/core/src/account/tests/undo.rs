//! Taking back what an operator changed by hand.

use super::hand::adjustment;
use super::*;
use crate::account::{AdjustError, Adjustment, Change, Undo};

fn undo() -> Undo {
    Undo { actor: "lee".into(), reason: "it was the wrong site".into() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Changes the balance of a pool by hand; returns the entry.
fn change(account: &mut Account, id: &str, pool: Pool, change: Change, expires_at: Option<&str>) -> Entry {
    let wanted = Adjustment { pool, expires_at: expires_at.map(at), ..adjustment(id, change) };
    assert_eq!(account.adjust(&wanted, now()), Ok(true));
    account.changes.entries.last().unwrap().clone()
}

fn take_back(account: &mut Account, original: &Entry, when: Timestamp) {
    assert_eq!(account.undo_adjustment(original, &undo(), when), Ok(true));
    assert_eq!(account.undo_adjustment(original, &undo(), when), Ok(false));
    assert_eq!(account.check(), Ok(()));
    verify_chain(account);
}

fn pay(account: &mut Account, amount: i64, when: Timestamp) {
    account.spend(&format!("s-{amount}"), "publish", credits(amount), &Cause::new("user", ""), when).unwrap();
}

fn left(account: &Account, key: &str) -> i64 {
    account.grants.iter().find(|grant| grant.business_key == key).unwrap().remaining.get()
}

#[test]
fn undoing_a_gift_takes_what_is_left_and_books_what_was_spent_as_debt() {
    let mut account = account();
    account.adjust(&adjustment("req-1", Change::Give(credits(30))), now()).unwrap();
    let original = account.changes.entries[0].clone();
    account.spend("s", "publish", credits(12), &Cause::new("user", ""), now()).unwrap();
    assert_eq!(account.undo_adjustment(&original, &undo(), now()), Ok(true));
    assert_eq!(account.undo_adjustment(&original, &undo(), now()), Ok(false));
    let b = account.balances;
    assert_eq!((b.purchased, b.spent, b.debt), (0, 0, 12));
    assert_eq!(account.check(), Ok(()));
}

#[test]
fn undoing_a_taking_gives_the_credits_back() {
    let mut account = account();
    give(&mut account, "a", Pool::Purchased, 50, None).unwrap();
    account.adjust(&adjustment("req-1", Change::Take(credits(20))), now()).unwrap();
    let original = account.changes.entries[1].clone();
    assert_eq!(account.undo_adjustment(&original, &undo(), now()), Ok(true));
    assert_eq!(account.balances.purchased, 50);
}

#[test]
fn only_an_adjustment_of_this_instance_can_be_undone() {
    let mut account = account();
    give(&mut account, "a", Pool::Purchased, 50, None).unwrap();
    let grant = account.changes.entries[0].clone();
    assert_eq!(account.undo_adjustment(&grant, &undo(), now()), Err(AdjustError::NoAdjustment));
    account.adjust(&adjustment("req-1", Change::Give(credits(1))), now()).unwrap();
    let mut foreign = account.changes.entries[1].clone();
    foreign.instance_id = "another".parse().unwrap();
    assert_eq!(account.undo_adjustment(&foreign, &undo(), now()), Err(AdjustError::NoAdjustment));
}

#[test]
fn undoing_a_gift_that_expired_unspent_owes_nothing() {
    for later in ["2026-01-20T00:00:00Z", "2026-01-10T00:00:00Z"] {
        for pool in [Pool::Promo, Pool::Plan] {
            let mut account = account();
            give(&mut account, "other", pool, 40, None).unwrap();
            let gift =
                change(&mut account, "req-1", pool, Change::Give(credits(30)), Some("2026-01-10T00:00:00Z"));
            pay(&mut account, 10, now());
            // Nobody has looked since it expired: the 10 of it that were spent are owed, the 20 that expired are not.
            take_back(&mut account, &gift, at(later));
            let b = account.balances;
            assert_eq!((b.pool(pool), b.expired, b.debt), (40, 20, 10), "{pool:?}");
        }
    }
}

#[test]
fn undoing_a_gift_leaves_the_other_gifts_of_its_pool_alone() {
    let mut account = account();
    let first =
        change(&mut account, "req-1", Pool::Promo, Change::Give(credits(30)), Some("2026-01-10T00:00:00Z"));
    let second =
        change(&mut account, "req-2", Pool::Promo, Change::Give(credits(50)), Some("2026-01-20T00:00:00Z"));
    pay(&mut account, 30, now());
    take_back(&mut account, &first, now());
    assert_eq!(
        (left(&account, "adjust:req-2"), account.balances.debt),
        (50, 30),
        "the first was spent, and is owed"
    );
    take_back(&mut account, &second, now());
    assert_eq!((account.available(), account.balances.debt), (Credits::ZERO, 30));
}

#[test]
fn undoing_a_gift_that_the_end_of_a_plan_cut_leaves_the_free_credits() {
    for (keep, spent, expected) in
        [(200, 0, (200, 0)), (200, 120, (80, 0)), (230, 0, (200, 0)), (230, 210, (0, 10))]
    {
        let mut account = account();
        give(&mut account, "free", Pool::Plan, 200, None).unwrap();
        let gift = change(&mut account, "req-1", Pool::Plan, Change::Give(credits(50)), None);
        let (end, later) = (at("2026-01-05T00:00:00Z"), at("2026-01-06T00:00:00Z"));
        account.reset_plan_pool("reset", credits(keep), &Cause::new("wix", "over"), end).unwrap();
        assert_eq!(account.balances.plan, keep);
        if spent > 0 {
            pay(&mut account, spent, later);
        }
        take_back(&mut account, &gift, later);
        assert_eq!((account.balances.plan, account.balances.debt), expected, "{keep} kept, {spent} spent");
        assert_eq!(account.balances.expired, 0, "without the gift, nothing was cut");
    }
}

#[test]
fn undoing_a_gift_that_is_put_aside_is_settled_when_its_hold_ends() {
    for pool in [Pool::Purchased, Pool::Plan] {
        for posts in [true, false] {
            let mut account = account();
            let gift = change(&mut account, "req-1", pool, Change::Give(credits(30)), None);
            let hold = reserve(&mut account, "job", 20).unwrap();
            take_back(&mut account, &gift, now());
            let b = account.balances;
            assert_eq!((b.pool(pool), b.held, b.debt), (0, 20, 0));
            if posts {
                account.post(&hold.id, Some(credits(15)), now()).unwrap();
            } else {
                account.void(&hold.id, now()).unwrap();
            }
            let b = account.balances;
            assert_eq!((b.pool(pool), b.held, b.debt), (0, 0, if posts { 15 } else { 0 }));
            assert_eq!(account.check(), Ok(()));
        }
    }
}

#[test]
fn what_was_taken_comes_back_to_where_it_was_and_expires_when_that_does() {
    let mut account = account();
    give(&mut account, "a", Pool::Promo, 30, Some("2026-01-10T00:00:00Z")).unwrap();
    give(&mut account, "b", Pool::Promo, 50, Some("2026-01-20T00:00:00Z")).unwrap();
    let taking = change(&mut account, "req-1", Pool::Promo, Change::Take(credits(60)), None);
    assert_eq!((left(&account, "a"), left(&account, "b")), (0, 20));
    let mut late = account.clone();
    take_back(&mut account, &taking, now());
    assert_eq!((left(&account, "a"), left(&account, "b")), (30, 50));
    assert_eq!(account.next_expiry(), Some(at("2026-01-10T00:00:00Z")));
    // When the first has expired meanwhile, only what came from the second can be spent again.
    take_back(&mut late, &taking, at("2026-01-15T00:00:00Z"));
    assert_eq!((late.balances.promo, late.balances.expired), (50, 30));
}

#[test]
fn what_was_taken_before_the_end_of_a_plan_comes_back_as_far_as_the_end_would_have_left_it() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 300, None).unwrap();
    let taking = change(&mut account, "req-1", Pool::Plan, Change::Take(credits(250)), None);
    let end = at("2026-01-05T00:00:00Z");
    account.reset_plan_pool("reset", credits(200), &Cause::new("wix", "over"), end).unwrap();
    assert_eq!(account.balances.plan, 50);
    take_back(&mut account, &taking, end);
    assert_eq!((account.balances.plan, account.balances.expired), (200, 100));
}

#[test]
fn a_gift_of_which_some_was_taken_is_undone_in_either_order() {
    for gift_first in [true, false] {
        let mut account = account();
        let gift = change(&mut account, "req-1", Pool::Purchased, Change::Give(credits(100)), None);
        let taking = change(&mut account, "req-2", Pool::Purchased, Change::Take(credits(30)), None);
        pay(&mut account, 20, now());
        let (first, second) = if gift_first { (&gift, &taking) } else { (&taking, &gift) };
        take_back(&mut account, first, now());
        take_back(&mut account, second, now());
        assert_eq!((account.available(), account.balances.debt), (Credits::ZERO, 20), "{gift_first}");
    }
}
