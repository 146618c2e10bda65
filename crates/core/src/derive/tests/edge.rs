//! Words that are minutes off, declined payments beside a plan, and trials that change.

use super::lives::Lifecycle;
use super::*;
use crate::entry::Cause;
use crate::fact::{BillingCycle, PaidSnapshot, PlanTerms, Snapshot};

fn minutes(n: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_mins(n)
}

fn at(d: i64, m: i64) -> Timestamp {
    day(d) + minutes(m)
}

fn seen(at: Timestamp, product: &str, invoice: &str, since: Timestamp) -> Fact {
    snapshot(at, Some((product, invoice, true)), Some(since))
}

fn moved(fact_: Fact, at: Timestamp) -> Fact {
    fact(at, fact_.kind)
}

fn yearly_terms(product: &str, invoice: &str) -> PlanTerms {
    PlanTerms { cycle: BillingCycle::Yearly, expires_at: Some(day(365)), ..terms(product, invoice) }
}

fn seen_yearly(at: Timestamp, product: &str, invoice: &str, since: i64) -> Fact {
    let paid = PaidSnapshot {
        terms: yearly_terms(product, invoice),
        since: Some(day(since)),
        auto_renewing: true,
        in_trial: false,
    };
    fact(at, FactKind::Snapshot(Snapshot { paid: Some(paid), seen_until: at }))
}

fn books(facts: &[Fact], now: Timestamp) -> Account {
    let life = Lifecycle { name: "edge", facts: facts.to_vec(), until: now, policy: Policy::default() };
    life.lived(facts, &[])
}

fn total(facts: &[Fact], now: Timestamp) -> i64 {
    books(facts, now).balances.available()
}

fn status(facts: &[Fact], now: Timestamp) -> SubscriptionStatus {
    derived(facts, now).subscription.status
}

#[test]
fn a_declined_top_up_does_not_stop_a_yearly_plan() {
    let facts = [
        installed(0),
        fact(day(0), FactKind::PlanPurchased(yearly_terms("starter", "inv-1"))),
        invoiced(20, "inv-t", InvoiceStatus::PaymentFailed),
        seen_yearly(day(21), "starter", "inv-1", 0),
        seen_yearly(day(200), "starter", "inv-1", 0),
    ];
    assert_eq!(
        (status(&facts, day(200)), total(&facts, day(200))),
        (SubscriptionStatus::Active, 200 + 7 * 1_000)
    );
}

#[test]
fn a_declined_top_up_that_is_paid_after_all_does_not_stop_a_yearly_plan() {
    let facts = [
        installed(0),
        fact(day(0), FactKind::PlanPurchased(yearly_terms("starter", "inv-1"))),
        invoiced(20, "inv-t", InvoiceStatus::PaymentFailed),
        moved(purchased(20, "thousand", "inv-t"), at(20, 5)),
        fact(
            at(20, 6),
            FactKind::InvoiceUpdated {
                invoice_id: "inv-t".into(),
                status: InvoiceStatus::Paid,
                recurring: None,
                noted: None,
                undated: false,
            },
        ),
        seen_yearly(day(21), "starter", "inv-1", 0),
        seen_yearly(day(200), "starter", "inv-1", 0),
    ];
    let status = Lifecycle { name: "", facts: facts.to_vec(), until: day(200), policy: Policy::default() }
        .derived(&facts, day(200))
        .subscription
        .status;
    assert_eq!((status, total(&facts, day(200))), (SubscriptionStatus::Active, 200 + 1_000 + 7 * 1_000));
}

#[test]
fn a_card_declined_before_the_purchase_of_a_year_and_told_after_it_changes_nothing() {
    let facts = [
        installed(0),
        fact(day(0), FactKind::PlanPurchased(yearly_terms("starter", "inv-1"))),
        fact(
            at(0, 1),
            FactKind::InvoiceUpdated {
                invoice_id: "inv-0".into(),
                status: InvoiceStatus::PaymentFailed,
                recurring: None,
                noted: None,
                undated: false,
            },
        ),
        seen_yearly(day(1), "starter", "inv-1", 0),
        seen_yearly(day(200), "starter", "inv-1", 0),
    ];
    assert_eq!(
        (status(&facts, day(200)), total(&facts, day(200))),
        (SubscriptionStatus::Active, 200 + 7 * 1_000)
    );
}

#[test]
fn a_top_up_declined_and_paid_leaves_a_monthly_plan_as_it_is() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        invoiced(20, "inv-t", InvoiceStatus::PaymentFailed),
        moved(purchased(20, "thousand", "inv-t"), at(20, 5)),
        fact(
            at(20, 6),
            FactKind::InvoiceUpdated {
                invoice_id: "inv-t".into(),
                status: InvoiceStatus::Paid,
                recurring: None,
                noted: None,
                undated: false,
            },
        ),
        seen(day(30), "starter", "inv-1", day(0)),
    ];
    assert_eq!(total(&facts, day(30)), 200 + 1_000 + 2 * 1_000);
}

#[test]
fn what_is_no_renewal_leaves_the_plan_as_it_is() {
    let top_up = |d, status| {
        fact(
            day(d),
            FactKind::InvoiceUpdated {
                invoice_id: "inv-t".into(),
                status,
                recurring: Some(false),
                noted: None,
                undated: false,
            },
        )
    };
    let base = [installed(0), purchased(0, "starter", "inv-1"), seen(day(32), "starter", "inv-2", day(0))];
    for told in [InvoiceStatus::PaymentFailed, InvoiceStatus::Paid] {
        let facts = [&base[..], &[top_up(33, told), seen(day(61), "starter", "inv-3", day(0))]].concat();
        assert_eq!((status(&facts, day(61)), total(&facts, day(61))), (SubscriptionStatus::Active, 3_200));
    }
    // A refund of it takes nothing of the plan, not even when the purchase is told later.
    let refunded = [
        &base[..],
        &[
            top_up(33, InvoiceStatus::Paid),
            top_up(40, InvoiceStatus::Refunded),
            purchased(41, "thousand", "inv-t"),
        ],
    ]
    .concat();
    assert_eq!(total(&refunded, day(42)), 2_200);
}

#[test]
fn an_answer_that_lags_behind_cancel_and_buy_lower_is_no_upgrade() {
    let facts = [
        installed(0),
        purchased(0, "pro", "inv-1"),
        ended(5, "pro"),
        moved(purchased(5, "starter", "inv-2"), at(5, 1)),
        seen(at(5, 3), "pro", "inv-1", day(0)),
        seen(day(6), "starter", "inv-2", at(5, 1)),
    ];
    assert_eq!(derived(&facts[..5], at(5, 4)).subscription.plan_id.as_str(), "starter");
    assert_eq!(total(&facts, day(6)), 200 + 1_000);
    assert_eq!(derived(&facts, day(6)).subscription.plan_id.as_str(), "starter");
}

#[test]
fn an_answer_that_lags_behind_an_upgrade_is_no_downgrade() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        changed_by(5, "pro", "inv-2"),
        seen(at(5, 2), "starter", "inv-1", day(0)),
    ];
    assert_eq!(derived(&facts, day(6)).subscription.pending_plan_id, None);
}

#[test]
fn an_answer_that_lags_behind_the_change_to_yearly_changes_nothing_back() {
    let change = changed_to_yearly(5, "starter");
    let facts =
        [installed(0), purchased(0, "starter", "inv-1"), change, seen(at(5, 2), "starter", "inv-1", day(0))];
    assert_eq!(derived(&facts, day(6)).subscription.billing_cycle, Some(BillingCycle::Yearly));
}

#[test]
fn a_trial_whose_start_wix_names_a_second_later_is_the_same_trial() {
    let paid = PaidSnapshot {
        terms: terms("starter", "inv-1"),
        since: Some(day(0) + jiff::SignedDuration::from_secs(1)),
        auto_renewing: true,
        in_trial: true,
    };
    let answer = fact(day(1), FactKind::Snapshot(Snapshot { paid: Some(paid), seen_until: day(1) }));
    let facts = [installed(0), purchased(0, "starter", "inv-1"), answer];
    assert_eq!(total(&facts, day(2)), 1_200);
    let all = [&facts[..], &[converted(14, "starter")]].concat();
    assert_eq!(total(&all, day(15)), 2_200);
}

#[test]
fn an_upgrade_in_the_trial_is_converted_once() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        trial(1, "starter", "inv-1", 0),
        changed(3, "pro"),
        converted(14, "pro"),
    ];
    // What is tried out is not paid: Wix is asked whether this plan is.
    assert_eq!(total(&facts[..4], day(13)), 200 + 1_000);
    assert!(derived(&facts[..4], day(3)).unconfirmed);
    assert_eq!(total(&facts, day(15)), 200 + 1_000 + 5_000);
}

#[test]
fn an_upgrade_in_the_trial_that_is_paid_at_once_counts_as_soon_as_wix_says_so() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        trial(1, "starter", "inv-1", 0),
        changed(3, "pro"),
        seen(at(3, 1), "pro", "inv-2", day(3)),
    ];
    assert_eq!(total(&facts, at(3, 1)), 200 + 1_000 + 5_000);
    let now = derived(&facts, day(5));
    assert!(!now.unconfirmed);
    assert_eq!(now.subscription.plan_id.as_str(), "pro");
}

#[test]
fn a_plan_that_was_transferred_onto_a_lower_one_earns_what_comes_and_not_what_was_given_elsewhere() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), transferred(10, "pro")];
    assert_eq!(total(&facts, day(11)), 200 + 1_000);
    assert_eq!(derived(&facts, day(11)).subscription.plan_id.as_str(), "pro");
    assert_eq!(total(&facts, day(40)), 200 + 1_000 + 5_000);
}

#[test]
fn two_plans_that_were_both_paid_give_what_both_were_paid_for_in_either_order() {
    for [first, second] in [["starter", "pro"], ["pro", "starter"]] {
        let facts = [installed(0), purchased(0, first, "inv-1"), purchased(1, second, "inv-2")];
        assert_eq!(total(&facts, day(2)), 200 + 1_000 + 5_000, "{first}");
        let now = derived(&facts, day(2));
        assert_eq!((now.subscription.plan_id.as_str(), now.alarms.len()), ("pro", 1), "{first}");
        let refunded = invoiced(3, "inv-2", InvoiceStatus::Refunded);
        let after = derived(&[&facts[..], &[refunded]].concat(), day(4));
        assert!(after.parked.is_empty(), "{first}: {:?}", after.parked);
    }
}

#[test]
fn an_upgrade_in_the_trial_seen_before_and_after_the_conversion_is_converted_once() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        trial(1, "starter", "inv-1", 0),
        changed(3, "pro"),
        trial(4, "pro", "inv-2", 3),
        converted(14, "pro"),
        seen(day(15), "pro", "inv-2", day(3)),
    ];
    assert_eq!(total(&facts[..5], day(13)), 200 + 1_000);
    assert_eq!(total(&facts, day(16)), 200 + 1_000 + 5_000);
}

#[test]
fn a_trial_of_thirty_days_that_begins_in_february_is_thirty_days() {
    let text = include_str!("../../../catalogs/standard.toml")
        .replace("credits = 1_000", "credits = 1_000\ntrial_credits = 150");
    let catalog = &Catalog::from_toml(&text).unwrap();
    let facts = [installed(31), purchased(31, "starter", "inv-1"), converted(61, "starter")];
    let instance_id = &"i".parse().unwrap();
    let d = derive(Input { instance_id, facts: &facts, catalog, policy: Policy::default(), now: day(62) });
    let sum: i64 = d
        .due
        .iter()
        .filter_map(|d| match &d.kind {
            DueKind::Grant(p) => Some(p.amount.get()),
            _ => None,
        })
        .sum();
    assert_eq!(sum, 200 + 150 + 1_000);
}

#[test]
fn a_trial_moved_to_the_year_is_converted_once() {
    let c = FactKind::TrialConverted(PlanTerms { cycle: BillingCycle::Yearly, ..terms("starter", "") });
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        trial(1, "starter", "inv-1", 0),
        changed_to_yearly(3, "starter"),
        fact(day(14), c),
    ];
    assert_eq!(total(&facts, day(15)), 200 + 1_000 + 1_000);
}

#[test]
fn an_upgrade_seen_by_a_clock_behind_can_be_refunded() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        seen(at(10, -5), "pro", "inv-2", day(10)),
        changed_by(10, "pro", "inv-2"),
        invoiced(15, "inv-2", InvoiceStatus::Refunded),
    ];
    assert_eq!(total(&facts, day(16)), 200 + 1_000);
}

#[test]
fn a_purchase_seen_by_a_clock_behind_can_be_refunded() {
    let facts = [
        installed(-1),
        seen(at(0, -5), "starter", "inv-1", day(0)),
        purchased(0, "starter", "inv-1"),
        invoiced(5, "inv-1", InvoiceStatus::Refunded),
    ];
    assert_eq!(total(&facts, day(6)), 200);
}

#[test]
fn a_purchase_seen_only_by_its_webhook_can_be_refunded() {
    let facts =
        [installed(-1), purchased(0, "starter", "inv-1"), invoiced(5, "inv-1", InvoiceStatus::Refunded)];
    assert_eq!(total(&facts, day(6)), 200);
}

#[test]
fn an_answer_that_lags_behind_an_end_and_a_lower_purchase_is_no_upgrade() {
    let facts = [
        installed(0),
        purchased(0, "pro", "inv-1"),
        cancelled(5, "pro"),
        moved(purchased(31, "starter", "inv-2"), at(31, 2)),
        seen(at(31, 4), "pro", "inv-1", day(0)),
        seen(day(32), "starter", "inv-2", at(31, 2)),
    ];
    assert_eq!(total(&facts, day(33)), 200 + 1_000);
}

#[test]
fn a_plan_that_wix_cancelled_for_a_failed_upgrade_ends_once() {
    // The owner tries to upgrade, the card is declined, nothing else happens: he pays his monthly plan as ever.
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        invoiced(10, "inv-up", InvoiceStatus::PaymentFailed),
        seen(day(11), "starter", "inv-1", day(0)),
        seen(day(30), "starter", "inv-1", day(0)),
    ];
    assert_eq!((status(&facts, day(30)), total(&facts, day(30))), (SubscriptionStatus::Active, 2_200));
}

#[test]
fn an_upgrade_in_a_trial_nobody_told_of_is_converted_once() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), changed(3, "pro"), converted(14, "pro")];
    assert_eq!(total(&facts, day(15)), 200 + 1_000 + 5_000);
}

#[test]
fn a_start_in_1970_gives_no_56_years_of_cycles() {
    let facts =
        [installed(0), reactivated(1, "starter"), seen(day(2), "starter", "inv-1", Timestamp::UNIX_EPOCH)];
    assert!(total(&facts, day(2)) <= 200 + 1_000, "{}", total(&facts, day(2)));
}

#[test]
fn an_answer_in_trial_after_the_conversion_of_an_upgrade_is_stale() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        converted(14, "starter"),
        changed_by(20, "pro", "inv-2"),
        moved(trial(0, "starter", "inv-1", 0), at(20, 2)),
    ];
    assert_eq!(total(&facts, day(21)), 200 + 2_000 + 5_000);
}

#[test]
fn a_yearly_answer_that_lags_behind_an_end_and_a_purchase_changes_nothing_back() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(5, "starter"),
        snapshot(at(5, 8), Some(("starter", "inv-1", false)), Some(day(0))),
        moved(reactivated(5, "starter"), at(5, 5)),
        snapshot(at(32, 0), Some(("starter", "inv-2", true)), Some(day(0))),
    ];
    assert_eq!(total(&facts, day(33)), 200 + 2_000);
}

/// Lives through the facts one by one, and spends before those that are named.
fn spent_between(facts: &[Fact], until: Timestamp, spends: &[(usize, i64)]) -> Account {
    let life = Lifecycle { name: "spent", facts: facts.to_vec(), until, policy: Policy::default() };
    let mut account = Account::new("i".parse().unwrap());
    for n in 1..=facts.len() {
        let now = facts[..n].iter().map(|fact| fact.at).max().unwrap();
        for (_, amount) in spends.iter().filter(|(place, _)| place + 1 == n) {
            let (amount, cause) = (Credits::new(*amount).unwrap(), Cause::new("user", ""));
            account.spend(&format!("s-{n}"), "publish", amount, &cause, now).unwrap();
        }
        life.settle(&mut account, &facts[..n], now);
    }
    assert_eq!(life.settle(&mut account, facts, until), Vec::<String>::new());
    account.check().unwrap();
    account
}

#[test]
fn a_top_up_whose_dispute_was_won_is_not_had_twice() {
    let facts = [
        installed(0),
        purchased(3, "thousand", "inv-t"),
        invoiced(5, "inv-t", InvoiceStatus::ChargedBack),
        invoiced(9, "inv-t", InvoiceStatus::Paid),
    ];
    // 200 are the free ones.
    let lost = spent_between(&facts[..3], day(8), &[(2, 600)]).balances;
    assert_eq!((lost.available(), lost.debt), (0, 400));
    let won = spent_between(&facts, day(10), &[(2, 600)]).balances;
    assert_eq!((won.available(), won.debt, won.spent), (600, 0, 600));
    // And once more, after some of what had returned was spent.
    let again = [
        &facts[..],
        &[invoiced(12, "inv-t", InvoiceStatus::ChargedBack), invoiced(15, "inv-t", InvoiceStatus::Paid)],
    ]
    .concat();
    let won = spent_between(&again, day(16), &[(2, 600), (4, 250)]).balances;
    assert_eq!((won.available(), won.debt, won.spent), (350, 0, 850));
}

#[test]
fn what_was_refunded_stays_so_whatever_is_said_of_its_payment_later() {
    use InvoiceStatus::{ChargedBack, Paid, Refunded};
    let bought = [installed(0), purchased(3, "thousand", "inv-t")];
    for words in [
        vec![Refunded, Paid],
        vec![Refunded, ChargedBack, Paid],
        vec![ChargedBack, Refunded, Paid],
        vec![ChargedBack, Paid, Refunded, Paid],
    ] {
        let told = words.iter().zip(5..).map(|(status, day)| invoiced(day, "inv-t", status.clone()));
        let facts: Vec<_> = bought.iter().cloned().chain(told).collect();
        assert_eq!(spent_between(&facts, day(15), &[]).balances.available(), 200, "{words:?}");
    }
    let won = [&bought[..], &[invoiced(5, "inv-t", ChargedBack), invoiced(6, "inv-t", Paid)]].concat();
    assert_eq!(spent_between(&won, day(15), &[]).balances.available(), 1_200);
}

#[test]
fn what_a_late_removal_took_back_returns_with_the_install_less_what_was_spent() {
    let facts = [installed(0), purchased(11, "thousand", "inv-t"), removed(10), moved(installed(0), day(12))];
    let back = spent_between(&facts, day(13), &[(2, 600)]).balances;
    assert_eq!((back.available(), back.debt, back.spent), (600, 0, 600));
    let facts = [
        installed(0),
        trial(11, "starter", "inv-1", 11),
        removed(10),
        moved(installed(0), day(12)),
        trial(12, "starter", "inv-1", 11),
    ];
    let back = spent_between(&facts, day(13), &[(2, 600)]).balances;
    assert_eq!((back.available(), back.debt, back.spent), (600, 0, 600));
}

#[test]
fn an_invoice_that_is_told_as_paid_once_more_pays_no_later_period() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        invoiced(0, "inv-1", InvoiceStatus::Paid),
        invoiced(32, "inv-1", InvoiceStatus::Paid),
    ];
    assert_eq!(total(&facts, day(75)), 200 + 2 * 1_000);
}
