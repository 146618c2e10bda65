mod again;
mod edge;
mod hand;
mod hold;
mod late;
mod lives;
mod lost;
mod order;

mod rule;
mod stage;
mod table;

pub(crate) use stage::*;

use super::*;
use crate::fact::{BillingCycle, FactKind, InvoiceStatus};
use crate::subscription::SubscriptionStatus;
use proptest::prelude::*;

#[test]
fn install_gives_the_free_credits_once() {
    let mut facts = vec![installed(0)];
    assert_eq!(balance(&facts, day(1)), 200);
    for n in 1..=50 {
        facts.push(fact(day(n), FactKind::AppRemoved));
        facts.push(fact(
            day(n) + jiff::SignedDuration::from_hours(1),
            FactKind::AppInstalled { origin_instance_id: None },
        ));
    }
    assert_eq!(balance(&facts, day(60)), 200);
}

#[test]
fn a_duplicated_site_gets_no_free_credits_of_its_own() {
    let copy = fact(day(0), FactKind::AppInstalled { origin_instance_id: Some("original".into()) });
    assert_eq!(balance(&[copy], day(1)), 0);
}

#[test]
fn the_upgrade_rows_of_the_contract_hold() {
    let mut facts = vec![installed(0), purchased(1, "starter", "inv-1")];
    assert_eq!(balance(&facts, day(1)), 1_200);
    facts.push(changed(2, "pro-plan"));
    assert_eq!(balance(&facts, day(2)), 6_200);
    facts.push(changed(3, "Scale_Monthly"));
    assert_eq!(balance(&facts, day(3)), 31_200);
    facts.push(changed(4, "pro"));
    assert_eq!(balance(&facts, day(4)), 31_200);
    let now = derived(&facts, day(4));
    assert_eq!(now.subscription.plan_id.as_str(), "scale");
    assert_eq!(now.subscription.pending_plan_id.unwrap().as_str(), "pro");
    let later = derived(&facts, day(34));
    assert_eq!(later.subscription.plan_id.as_str(), "pro");
}

#[test]
fn a_cycle_is_granted_when_wix_confirms_that_the_plan_is_paid() {
    let facts = vec![installed(0), purchased(0, "starter", "inv-1")];
    // The January payment covers the cycle of the 31st; the one of the 2nd of March needs a word from Wix.
    assert_eq!(balance(&facts, day(30)), 2_200);
    assert!(!derived(&facts, day(30)).unconfirmed);
    assert_eq!(balance(&facts, day(60)), 2_200);
    assert!(derived(&facts, day(60)).unconfirmed);
    let confirmed = [facts, vec![snapshot(day(60), Some(("starter", "inv-1", true)), Some(day(0)))]].concat();
    assert_eq!(balance(&confirmed, day(60)), 3_200);
    let now = derived(&confirmed, day(60));
    assert!(!now.unconfirmed);
    assert_eq!(now.next_at, Some(day(90)));
}

#[test]
fn missed_cycles_are_made_up_each_once() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        snapshot(day(100), Some(("starter", "inv-1", true)), Some(day(0))),
    ];
    assert_eq!(balance(&facts, day(100)), 200 + 4 * 1_000);
}

#[test]
fn cancelled_keeps_access_until_the_period_ends_then_is_free() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), cancelled(5, "starter")];
    let during = derived(&facts, day(30));
    assert_eq!(during.subscription.status, SubscriptionStatus::Cancelled);
    assert_eq!(during.subscription.plan_id.as_str(), "starter");
    assert_eq!(during.next_at, Some(day(31)));
    let over = derived(&facts, day(31));
    assert_eq!(over.subscription.plan_id.as_str(), "free");
    assert_eq!(balance(&facts, day(31)), 200);
}

#[test]
fn reactivation_in_time_keeps_the_epoch() {
    let reactivated = fact(day(6), FactKind::PlanReactivated(terms("starter", "inv-1")));
    let facts = [installed(0), purchased(0, "starter", "inv-1"), cancelled(5, "starter"), reactivated];
    let now = derived(&facts, day(20));
    assert_eq!(now.subscription.status, SubscriptionStatus::Active);
    assert_eq!(now.subscription.epoch.as_deref(), Some("inv-1"));
    assert_eq!(balance(&facts, day(20)), 1_200);
}

#[test]
fn an_unknown_plan_waits_and_never_takes_access_away() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), changed(2, "platinum")];
    let now = derived(&facts, day(3));
    assert_eq!(now.subscription.plan_id.as_str(), "starter");
    assert!(matches!(now.parked[..], [Parked { reason: ParkReason::UnknownPlan { .. }, .. }]));
}

#[test]
fn a_fact_from_the_future_waits() {
    let now = derived(&[installed(0), purchased(9, "pro", "inv-1")], day(1));
    assert_eq!(now.subscription.plan_id.as_str(), "free");
    assert!(matches!(now.parked[..], [Parked { reason: ParkReason::FromTheFuture { .. }, .. }]));
    assert_eq!(now.next_at, Some(day(9)), "it is looked at again by itself");
}

#[test]
fn nothing_is_granted_while_removed_and_all_of_it_on_reinstall() {
    let mut facts = vec![installed(0), fact(day(1), FactKind::AppRemoved), purchased(2, "starter", "inv-1")];
    let due: Vec<_> = derived(&facts, day(3)).due.into_iter().map(|due| due.key).collect();
    assert_eq!(due, ["free:i"]);
    assert_eq!(derived(&facts, day(3)).subscription.status, SubscriptionStatus::Removed);
    facts.push(installed(4));
    assert_eq!(balance(&facts, day(5)), 1_200);
}

#[test]
fn a_failed_payment_keeps_access_and_makes_grants_wait() {
    let invoice = |at, status| {
        fact(
            at,
            FactKind::InvoiceUpdated {
                invoice_id: "inv-2".into(),
                status,
                recurring: None,
                noted: None,
                undated: false,
            },
        )
    };
    let mut facts =
        vec![installed(0), purchased(0, "starter", "inv-1"), invoice(day(31), InvoiceStatus::PaymentFailed)];
    facts.push(snapshot(day(65), Some(("starter", "inv-1", true)), Some(day(0))));
    let now = derived(&facts, day(65));
    assert_eq!(now.subscription.status, SubscriptionStatus::BillingIssue);
    assert_eq!(balance(&facts, day(65)), 2_200);
    facts.push(invoice(day(70), InvoiceStatus::Paid));
    assert_eq!(balance(&facts, day(70)), 3_200);
}

#[test]
fn ping_pong_between_plans_inside_a_cycle_earns_each_once() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        changed(1, "pro"),
        changed(2, "starter"),
        changed(3, "pro"),
        changed(4, "starter"),
        changed(5, "pro"),
    ];
    assert_eq!(balance(&facts, day(6)), 6_200);
}

#[test]
fn snapshot_and_late_webhook_of_one_purchase_are_one_grant() {
    let seen = snapshot(day(1), Some(("starter", "inv-1", true)), Some(day(0)));
    for purchase in [purchased(0, "starter", "inv-1"), purchased(0, "starter", "")] {
        let first = [installed(0), seen.clone(), purchase.clone()];
        let second = [installed(0), purchase, seen.clone()];
        assert_eq!(balance(&first, day(2)), 1_200);
        assert_eq!(balance(&second, day(2)), 1_200);
    }
}

#[test]
fn snapshot_of_an_upgrade_and_its_late_webhooks_are_one_grant_each() {
    let seen = snapshot(day(2), Some(("pro", "inv-2", true)), Some(day(1)));
    let upgrade = fact(
        day(1),
        FactKind::PlanChanged { terms: terms("pro", "inv-2"), previous_vendor_product_id: None },
    );
    let (install, purchase) = (installed(0), purchased(0, "starter", "inv-1"));
    let upgrade_lost_first = [install.clone(), purchase.clone(), seen.clone(), upgrade.clone()];
    assert_eq!(balance(&upgrade_lost_first, day(3)), 6_200);
    let all_late = [install, seen, purchase, upgrade];
    assert_eq!(balance(&all_late, day(3)), 6_200);
}

#[test]
fn free_right_after_a_purchase_is_taken_for_lag() {
    let soon = day(0) + jiff::SignedDuration::from_mins(5);
    let facts = [installed(0), purchased(0, "starter", "inv-1"), snapshot(soon, None, None)];
    assert_eq!(derived(&facts, day(1)).subscription.plan_id.as_str(), "starter");
    let late = [installed(0), purchased(0, "starter", "inv-1"), snapshot(day(3), None, None)];
    assert_eq!(derived(&late, day(3)).subscription.plan_id.as_str(), "free");
    assert_eq!(balance(&late, day(3)), 200);
}

#[test]
fn a_yearly_plan_gives_12_grants_a_year() {
    let mut yearly = terms("starter", "inv-1");
    yearly.cycle = BillingCycle::Yearly;
    yearly.expires_at = Some(day(365));
    let facts = [installed(0), fact(day(0), FactKind::PlanPurchased(yearly)), cancelled(3, "starter")];
    assert_eq!(lived(&facts, day(364)).balances.plan, 200 + 12 * 1_000);
    assert_eq!(derived(&facts, day(365)).subscription.plan_id.as_str(), "free");
}

#[test]
fn a_change_without_its_purchase_gives_access_and_waits_with_the_credits() {
    let facts = [installed(0), changed(2, "pro")];
    let now = derived(&facts, day(3));
    assert_eq!(now.subscription.plan_id.as_str(), "pro");
    assert!(now.unconfirmed);
    assert_eq!(balance(&facts, day(3)), 200);
    let late = [facts.to_vec(), vec![purchased(1, "starter", "inv-1")]].concat();
    assert_eq!(balance(&late, day(3)), 6_200);
}

#[test]
fn the_paid_period_is_counted_from_the_upgrade() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), changed(20, "pro"), cancelled(25, "pro")];
    let now = derived(&facts, day(31));
    assert_eq!(now.subscription.plan_id.as_str(), "pro");
    assert_eq!(now.subscription.current_period_end, Some(day(51)));
    let mut account = lived(&facts, day(25));
    apply(&mut account, &now, day(31)).unwrap();
    assert_eq!(account.balances.available(), 6_200);
}

#[test]
fn an_answer_that_says_paid_all_along_goes_on_with_the_same_life() {
    let end = purchased(0, "starter", "inv-1");
    let seen = snapshot(day(32), Some(("starter", "inv-2", true)), Some(day(0)));
    let facts = [installed(0), end, cancelled(5, "starter"), seen];
    assert_eq!(derived(&facts, day(32)).subscription.epoch.as_deref(), Some("inv-1"));
    assert_eq!(balance(&facts, day(32)), 200 + 2 * 1_000);
}

#[test]
fn buying_another_plan_after_cancelling_renews() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), cancelled(5, "starter"), changed(10, "pro")];
    let now = derived(&facts, day(12)).subscription;
    assert_eq!((now.status, now.auto_renew), (SubscriptionStatus::Active, true));
    assert_eq!(derived(&facts, day(33)).subscription.plan_id.as_str(), "pro");
    let seen = snapshot(day(45), Some(("pro", "inv-2", true)), Some(day(10)));
    assert_eq!(balance(&[facts.to_vec(), vec![seen]].concat(), day(45)), 6_200 + 5_000);
}

#[test]
fn a_failed_payment_is_over_when_a_later_invoice_was_paid() {
    let invoice = |at, id: &str, status| {
        fact(
            day(at),
            FactKind::InvoiceUpdated {
                invoice_id: id.into(),
                status,
                recurring: None,
                noted: None,
                undated: false,
            },
        )
    };
    let base = [installed(0), purchased(0, "starter", "inv-1")];
    let failed = invoice(31, "inv-2", InvoiceStatus::PaymentFailed);
    let seen = snapshot(day(62), Some(("starter", "inv-3", true)), Some(day(0)));
    let lost = [base.to_vec(), vec![failed.clone(), seen]].concat();
    assert_eq!(derived(&lost, day(62)).subscription.status, SubscriptionStatus::Active);
    assert_eq!(balance(&lost, day(62)), 200 + 3 * 1_000);
    let late = [base.to_vec(), vec![invoice(30, "inv-2", InvoiceStatus::Paid), failed]].concat();
    assert_eq!(derived(&late, day(32)).subscription.status, SubscriptionStatus::Active);
}

fn lifecycle() -> impl Strategy<Value = Vec<Fact>> {
    let product = prop::sample::select(vec!["starter", "pro", "scale"]);
    let one = (1i64..28, product, 0u8..4).prop_map(|(at, product, kind)| match kind {
        0 => changed(at, product),
        1 => cancelled(at, product),
        2 => fact(day(at), FactKind::PlanReactivated(terms(product, ""))),
        _ => fact(day(at), FactKind::PlanTransferred(terms(product, ""))),
    });
    prop::collection::vec(one, 0..4).prop_map(|mut facts| {
        facts.extend([installed(0), purchased(0, "starter", "inv-1")]);
        facts
    })
}

proptest! {
    #[test]
    fn every_order_and_repetition_of_the_facts_gives_the_same_state(facts in lifecycle(), seed: u64, repeat in 0usize..3) {
        let mut shuffled = facts.clone();
        shuffled.extend(facts.iter().take(repeat).cloned());
        let mut state = seed;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
        }
        prop_assert_eq!(derived(&shuffled, day(28)).subscription, derived(&facts, day(28)).subscription);
    }

    #[test]
    fn deriving_again_changes_nothing(facts in lifecycle()) {
        let mut account = lived(&facts, day(28));
        let before = account.balances;
        let again = derived(&facts, day(28));
        let new = apply(&mut account, &again, day(28)).unwrap();
        prop_assert_eq!(new, Vec::<String>::new());
        prop_assert_eq!(account.balances, before);
        prop_assert!(account.balances.available() <= 200 + 1_000 + 5_000 * 4 + 25_000 * 4);
        prop_assert_eq!(Credits::new(account.balances.available()), Some(account.available()));
    }
}
