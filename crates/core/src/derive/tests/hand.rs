//! Facts that come before and after an operator changed the credits by hand.

use super::hold::{put_aside, spend};
use super::*;
use crate::account::{Adjustment, Change, Undo};

fn by_hand(change: Change, expires_at: Option<Timestamp>) -> Adjustment {
    let (actor, reason) = ("kim".into(), "a mistake".into());
    Adjustment { request_id: "req-1".into(), pool: Pool::Plan, change, expires_at, actor, reason }
}

fn undo() -> Undo {
    Undo { actor: "kim".into(), reason: "not meant".into() }
}

#[test]
fn what_an_operator_took_is_not_owed_after_a_refund() {
    let facts =
        [installed(0), purchased(1, "starter", "inv-1"), invoiced(5, "inv-1", InvoiceStatus::Refunded)];
    for (taken, undone_on) in [(false, None), (true, None), (true, Some(3)), (true, Some(6))] {
        let mut account = site();
        look(&mut account, &facts[..2], 1);
        assert!(spend(&mut account, "click", 600, day(2)));
        if taken {
            account.adjust(&by_hand(Change::Take(credits(500)), None), day(2)).unwrap();
        }
        let taking = account.changes.entries.last().unwrap().clone();
        for on in 3..8 {
            if undone_on == Some(on) {
                assert_eq!(account.undo_adjustment(&taking, &undo(), day(on)), Ok(true));
            }
            look(&mut account, if on < 5 { &facts[..2] } else { &facts }, on);
        }
        // Of the plan's credits the site spent 400, the free ones first: whatever an operator did, that is owed, and no more.
        let b = account.balances;
        assert_eq!((b.plan, b.debt, b.spent), (0, 400, 200), "{taken} {undone_on:?}");
    }
}

#[test]
fn a_gift_to_the_plan_that_expired_is_not_there_when_the_plan_ends() {
    for (put_aside_until, told) in [(None, 21), (Some(12), 21), (None, 5)] {
        let gift = by_hand(Change::Give(credits(50)), Some(day(10)));
        let mut facts = vec![installed(0), purchased(0, "starter", "inv-1")];
        let mut account = site();
        look(&mut account, &facts, 0);
        account.adjust(&gift, day(1)).unwrap();
        let given = account.changes.entries.last().unwrap().clone();
        let hold = put_aside_until.map(|_| put_aside(&mut account, "job", 50, day(2)).unwrap());
        if told == 5 {
            facts.push(ended(5, "starter"));
        }
        look(&mut account, &facts, 11);
        if let Some(hold) = hold {
            account.void(&hold.id, day(12)).unwrap();
        }
        facts.push(ended(20, "starter"));
        look(&mut account, &facts, told.max(12));
        look(&mut account, &facts, 30);
        assert_eq!(account.balances.plan, 200);
        assert_eq!(account.undo_adjustment(&given, &undo(), day(31)), Ok(true));
        look(&mut account, &facts, 32);
        assert_eq!((account.balances.plan, account.balances.debt), (200, 0));
    }
}
