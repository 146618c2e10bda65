//! Facts that come while credits are spent or put aside.

use super::*;
use crate::entry::{Cause, GENESIS};
use crate::grant::GrantRequest;
use crate::hold::{Hold, HoldState, ReserveRequest};

pub(super) fn put_aside(account: &mut Account, key: &str, amount: i64, at: Timestamp) -> Option<Hold> {
    let request = ReserveRequest {
        key: key.into(),
        action: "publish".into(),
        amount: credits(amount),
        expires_at: None,
    };
    account.reserve(request, at).ok()
}

pub(super) fn spend(account: &mut Account, key: &str, amount: i64, at: Timestamp) -> bool {
    account.spend(key, "publish", credits(amount), &Cause::new("user", ""), at).is_ok()
}

fn over() -> Vec<Fact> {
    vec![installed(0), purchased(0, "starter", "inv-1"), ended(20, "starter")]
}

#[rstest::rstest]
#[case(1_000, 200)]
#[case(1_200, 200)]
#[case(100, 200)]
fn a_hold_carries_nothing_past_the_end_of_the_plan(#[case] held: i64, #[case] left: i64) {
    let (before, facts) = (&over()[..2], over());
    let mut account = site();
    look(&mut account, before, 1);
    let hold = put_aside(&mut account, "job", held, day(2)).unwrap();
    look(&mut account, &facts, 21);
    assert_eq!(account.balances.plan, 200.min(1_200 - held));
    account.void(&hold.id, day(22)).unwrap();
    assert_eq!(account.check(), Ok(()));
    assert_eq!((account.balances.plan, account.balances.held, account.balances.expired), (left, 0, 1_000));
    assert_eq!(look(&mut account, &facts, 23), Vec::<String>::new());
}

#[test]
fn a_hold_that_comes_back_in_part_fills_what_the_end_leaves_room_for() {
    let facts = over();
    let mut account = site();
    look(&mut account, &facts[..2], 1);
    let hold = put_aside(&mut account, "job", 1_150, day(2)).unwrap();
    look(&mut account, &facts, 21);
    assert_eq!(account.balances.plan, 50);
    account.post(&hold.id, Some(credits(1_050)), day(22)).unwrap();
    assert_eq!((account.balances.plan, account.balances.spent), (150, 1_050));
    assert_eq!(account.check(), Ok(()));
}

#[test]
fn what_was_used_after_the_end_is_not_given_again_when_the_end_is_counted_again() {
    let mut facts = over();
    let mut account = site();
    look(&mut account, &facts, 21);
    assert!(spend(&mut account, "click", 150, day(22)));
    assert_eq!(account.balances.plan, 50);
    // Something late changes the life before the end, and so what the end cut.
    facts.push(changed(10, "pro"));
    look(&mut account, &facts, 23);
    assert_eq!((account.balances.plan, account.balances.expired), (50, 6_000));
}

#[test]
fn a_refund_takes_the_unspent_part_and_books_the_spent_part_as_debt_which_later_cycles_pay() {
    let mut facts = vec![installed(0), purchased(1, "starter", "inv-1")];
    let mut account = site();
    look(&mut account, &facts, 1);
    assert!(spend(&mut account, "click", 500, day(2)));
    facts.push(invoiced(3, "inv-1", InvoiceStatus::Refunded));
    look(&mut account, &facts, 3);
    // The free credits were drawn first: 300 of the plan's were spent.
    assert_eq!((account.balances.plan, account.balances.debt, account.balances.spent), (0, 300, 200));
    assert_eq!(look(&mut account, &facts, 4), Vec::<String>::new());
    facts.push(changed_by(5, "pro", "inv-2"));
    look(&mut account, &facts, 5);
    assert_eq!((account.balances.plan, account.balances.debt, account.balances.spent), (4_700, 0, 500));
}

#[test]
fn credits_that_are_put_aside_while_they_are_refunded_are_owed_once_they_are_spent() {
    let facts =
        [installed(0), purchased(1, "starter", "inv-1"), invoiced(3, "inv-1", InvoiceStatus::ChargedBack)];
    for spent in [true, false] {
        let mut account = site();
        look(&mut account, &facts[..2], 1);
        let hold = put_aside(&mut account, "job", 700, day(2)).unwrap();
        look(&mut account, &facts, 3);
        assert_eq!((account.balances.plan, account.balances.held, account.balances.debt), (0, 700, 0));
        if spent {
            account.post(&hold.id, None, day(4)).unwrap();
            assert_eq!((account.balances.plan, account.balances.debt, account.balances.spent), (0, 500, 200));
        } else {
            account.void(&hold.id, day(4)).unwrap();
            assert_eq!((account.balances.plan, account.balances.debt, account.balances.spent), (200, 0, 0));
        }
        assert_eq!(account.check(), Ok(()));
    }
}

#[test]
fn expired_credits_leave_before_anything_is_decided() {
    let promo = |key: &str, amount, expires: i64| GrantRequest {
        business_key: key.into(),
        pool: Pool::Promo,
        source: Source::Promo,
        amount: credits(amount),
        plan_id: None,
        catalog_version: "1".into(),
        effective_at: day(0),
        expires_at: Some(day(expires)),
        cause: Cause::new("user", "a code"),
    };
    let mut account = site();
    account.grant(promo("promo:i:A", 100, 10), day(0)).unwrap();
    account.grant(promo("promo:i:B", 50, 20), day(0)).unwrap();
    assert_eq!(account.next_expiry(), Some(day(10)));
    assert_eq!(account.spendable(day(10)), credits(50));
    let hold = put_aside(&mut account, "job", 120, day(9)).unwrap();
    assert!(!spend(&mut account, "late", 51, day(10)));
    // Of the hold, 100 came from the code that has expired, 20 from the other one.
    account.void(&hold.id, day(11)).unwrap();
    assert_eq!((account.balances.promo, account.balances.expired), (50, 100));
    assert!(spend(&mut account, "click", 30, day(12)));
    look(&mut account, &[installed(0)], 20);
    assert_eq!((account.balances.promo, account.balances.expired, account.balances.plan), (0, 120, 200));
    let expired = account.changes.entries.iter().find(|entry| entry.business_key == "expire:promo:i:B");
    assert_eq!(expired.unwrap().amount, credits(20));
    assert_eq!(account.check(), Ok(()));
}

/// What an owner does between facts.
#[derive(Debug, Clone)]
enum Act {
    Reserve(i64),
    Void(usize),
    Spend(i64),
    Post(usize),
    Fact,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1i64..3_000).prop_map(Act::Reserve),
        2 => (0usize..6).prop_map(Act::Void),
        2 => (1i64..1_500).prop_map(Act::Spend),
        1 => (0usize..6).prop_map(Act::Post),
        4 => Just(Act::Fact),
    ]
}

fn fact_pool() -> impl Strategy<Value = Vec<Fact>> {
    let pool = vec![
        installed(0),
        purchased(0, "starter", "inv-1"),
        changed(10, "pro"),
        cancelled(15, "starter"),
        ended(20, "pro"),
        reactivated(18, "starter"),
        purchased(40, "pro", "inv-2"),
        cancelled(42, "pro"),
        invoiced(25, "inv-1", InvoiceStatus::Refunded),
        invoiced(45, "inv-2", InvoiceStatus::ChargedBack),
        invoiced(50, "inv-1", InvoiceStatus::Paid),
        snapshot(day(60), Some(("pro", "inv-2", true)), Some(day(40))),
        snapshot(day(61), None, None),
        given(30, "scale", Some(65)),
        removed(44),
        installed(58),
        copied(0),
    ];
    let count = pool.len();
    prop::sample::subsequence(pool, 1..count).prop_shuffle()
}

/// Lives through facts and acts; every hold is voided or posted in the end.
fn live(facts: &[Fact], acts: &[Act]) -> Account {
    let mut account = site();
    let (mut known, mut holds) = (0, Vec::new());
    let mut at = day(0);
    for (n, act) in acts.iter().enumerate() {
        match act {
            Act::Fact if known < facts.len() => {
                at = at.max(facts[known].at);
                known += 1;
                apply(&mut account, &derived(&facts[..known], at), at).unwrap();
            }
            Act::Fact => {}
            Act::Reserve(amount) => {
                // As much as there is of it, so that small balances are put aside too.
                let amount = (*amount).min(account.balances.available());
                holds.extend(put_aside(&mut account, &format!("job-{n}"), amount, at).map(|hold| hold.id));
            }
            Act::Void(i) => {
                if let Some(id) = holds.get(*i) {
                    let _ = account.void(id, at);
                }
            }
            Act::Spend(amount) => {
                spend(&mut account, &format!("click-{n}"), *amount, at);
            }
            Act::Post(i) => {
                if let Some(id) = holds.get(*i) {
                    let _ = account.post(id, None, at);
                }
            }
        }
        assert_eq!(account.check(), Ok(()), "{act:?}");
        let open = account.holds.iter().filter(|hold| hold.state == HoldState::Open);
        assert_eq!(open.map(|hold| hold.amount.get()).sum::<i64>(), account.balances.held);
    }
    apply(&mut account, &derived(facts, day(70)), day(70)).unwrap();
    for id in &holds {
        let _ = account.void(id, day(70));
    }
    assert_eq!(apply(&mut account, &derived(facts, day(71)), day(71)).unwrap(), Vec::<String>::new());
    assert_eq!(account.check(), Ok(()));
    account
}

proptest! {
    #[test]
    fn holds_that_come_back_leave_no_trace_in_the_balances(facts in fact_pool(), acts in prop::collection::vec(act(), 0..40)) {
        let keeps = |act: &&Act| matches!(act, Act::Reserve(_) | Act::Void(_) | Act::Fact);
        let acts: Vec<Act> = acts.iter().filter(keeps).cloned().collect();
        let without: Vec<Act> = vec![Act::Fact; 20];
        prop_assert_eq!(live(&facts, &acts).balances, live(&facts, &without).balances);
    }

    #[test]
    fn the_books_stay_whole_whatever_is_spent_between_facts(facts in fact_pool(), acts in prop::collection::vec(act(), 0..40)) {
        let account = live(&facts, &acts);
        let untouched = live(&facts, &[]);
        let b = account.balances;
        prop_assert!(b.available() <= untouched.balances.available());
        prop_assert_eq!(b.held, 0);
        let mut previous = GENESIS.to_owned();
        let mut folded = crate::account::Balances::default();
        let mut keys = std::collections::HashSet::new();
        for entry in &account.changes.entries {
            prop_assert_eq!(&entry.hash, &entry.chain(&previous));
            prop_assert!(folded.move_between(entry.debit, entry.credit, entry.amount));
            prop_assert!(keys.insert(entry.business_key.clone()), "{} twice", entry.business_key);
            previous.clone_from(&entry.hash);
        }
        prop_assert_eq!(folded, b);
    }
}

#[test]
fn what_a_wrong_end_had_left_and_a_debt_are_paid_by_one_grant_together() {
    let seen = snapshot(day(185), Some(("starter", "inv-7", true)), Some(day(0)));
    let mut facts = vec![installed(0), purchased(0, "starter", "inv-1"), seen, ended(190, "starter")];
    let mut account = site();
    look(&mut account, &facts[..3], 185);
    assert!(spend(&mut account, "s-1", 200 + 7 * 1_000 - 21, day(186)));
    look(&mut account, &facts, 191);
    assert!(spend(&mut account, "s-2", 15, day(192)));
    assert_eq!(account.balances.plan, 6);
    // It had not ended: it was on the higher plan since day 10, and six cycles of the lower one were never due.
    facts.push(snapshot(day(200), Some(("pro", "inv-8", true)), Some(day(10))));
    look(&mut account, &facts, 200);
    let due = 200 + 1_000 + 7 * 5_000;
    let balances = &account.balances;
    assert_eq!((balances.plan, balances.debt), (due - (7_200 - 21) - 15, 0));
}
