//! What is told once more, told by a list only, or told of a plan that went elsewhere or that nobody knows.

use super::stage::*;
use super::*;
use crate::fact::{BillingCycle, FactKind, InvoiceStatus, PlanTerms};

fn undated(at_h: i64, status: InvoiceStatus) -> Fact {
    let at = day(0) + jiff::SignedDuration::from_hours(at_h);
    let kind = FactKind::InvoiceUpdated {
        invoice_id: "inv-1".into(),
        status,
        recurring: None,
        noted: None,
        undated: true,
    };
    fact(at, kind)
}

fn bought() -> Vec<Fact> {
    vec![installed(0), purchased(0, "starter", "inv-1")]
}

#[test]
fn a_payment_that_is_told_once_more_after_a_dispute_does_not_win_it() {
    use InvoiceStatus::{ChargedBack, Paid};
    let base = bought();
    let disputed = [&base[..], &[undated(1, Paid), undated(25, ChargedBack), undated(41, Paid)]].concat();
    assert_eq!(balance(&disputed, day(3)), 200);
    // The dispute itself, once more after it was won.
    let won = [&disputed[..], &[undated(60, Paid), undated(70, ChargedBack)]].concat();
    assert_eq!(balance(&won, day(4)), 1_200);
    // A new word comes later than any repetition.
    let lost = [&won[..], &[undated(25 + 48, ChargedBack)]].concat();
    assert_eq!(balance(&lost, day(4)), 200);
}

#[test]
fn a_dated_word_is_a_new_one_however_soon_it_comes() {
    use InvoiceStatus::{ChargedBack, Paid};
    let facts = [&bought()[..], &[invoiced(1, "inv-1", Paid), invoiced(2, "inv-1", ChargedBack)]].concat();
    assert_eq!(balance(&facts, day(3)), 200);
    let won = fact(day(2) + jiff::SignedDuration::from_hours(1), invoiced(2, "inv-1", Paid).kind);
    assert_eq!(balance(&[&facts[..], &[won]].concat(), day(3)), 1_200);
}

fn moved(at: i64, immediately: bool) -> Fact {
    let vendor_product_id = "starter".into();
    fact(day(at), FactKind::RenewalCancelled { vendor_product_id, immediately, in_trial: false, moved: true })
}

#[test]
fn a_plan_that_moves_to_another_site_leaves_its_credits() {
    for (end, free_from) in [(moved(5, true), 5), (moved(5, false), 31)] {
        let facts = [&bought()[..], &[end]].concat();
        let now = derived(&facts, day(free_from + 1));
        assert_eq!(now.subscription.plan_id.as_str(), "free");
        assert_eq!(now.due.iter().filter(|due| matches!(due.kind, DueKind::Reset(_))).count(), 0);
        assert_eq!(balance(&facts, day(free_from + 1)), balance(&facts, day(free_from - 1)));
    }
    // One that is bought afterwards ends as any other does.
    let facts =
        [&bought()[..], &[moved(5, true), purchased(40, "starter", "inv-2"), ended(50, "starter")]].concat();
    assert_eq!((balance(&facts, day(41)), balance(&facts, day(51))), (2_200, 200));
    // And one that is kept after all.
    let kept = [&bought()[..], &[moved(5, false), reactivated(6, "starter"), ended(20, "starter")]].concat();
    assert_eq!(balance(&kept, day(21)), 200);
}

#[test]
fn who_pays_for_an_unknown_plan_keeps_the_last_known_one_beyond_its_end() {
    let facts = [
        &bought()[..],
        &[
            cancelled(5, "starter"),
            purchased(10, "platinum", "inv-2"),
            snapshot(day(20), Some(("platinum", "inv-2", true)), Some(day(10))),
        ],
    ]
    .concat();
    // The month that was paid has its cycle of day 30, and no other comes.
    for (at, credits) in [(12, 1_200), (25, 1_200), (40, 2_200), (80, 2_200)] {
        let now = derived(&facts, day(at));
        assert_eq!(now.subscription.plan_id.as_str(), "starter", "on day {at}");
        assert_eq!(balance(&facts, day(at)), credits, "on day {at}");
    }
    assert!(derived(&facts, day(80)).unconfirmed, "Wix is asked until the plan is known, or gone");
    // Only the answers tell of it.
    let facts = [
        &bought()[..],
        &[cancelled(5, "starter"), snapshot(day(20), Some(("platinum", "inv-2", true)), Some(day(10)))],
    ]
    .concat();
    assert_eq!(derived(&facts, day(60)).subscription.plan_id.as_str(), "starter");
    // Wix says that nothing is paid any more.
    let over = [&facts[..], &[snapshot(day(60), None, None)]].concat();
    assert_eq!(derived(&over, day(61)).subscription.plan_id.as_str(), "free");
    // What is bought once is no plan.
    let once = PlanTerms { cycle: BillingCycle::OneTime, ..terms("platinum", "inv-2") };
    let facts =
        [&bought()[..], &[cancelled(5, "starter"), fact(day(10), FactKind::PlanPurchased(once))]].concat();
    assert_eq!(derived(&facts, day(40)).subscription.plan_id.as_str(), "free");
}

#[test]
fn an_end_that_was_before_is_not_undone_by_an_unknown_plan() {
    let facts = [&bought()[..], &[cancelled(5, "starter"), purchased(40, "platinum", "inv-2")]].concat();
    assert_eq!(derived(&facts, day(41)).subscription.plan_id.as_str(), "free");
    assert_eq!(balance(&facts, day(41)), 200);
}

fn shop() -> Catalog {
    let text = include_str!("../../../catalogs/standard.toml");
    let more = "[[top_up]]\nid='thousand'\nname='1,000 credits'\ncredits=1_000\n\
                [[top_up]]\nid='hundred'\nname='100 credits'\ncredits=100\n";
    Catalog::from_toml(&format!("{text}\n{more}")).unwrap()
}

fn listed(at: i64, minutes: i64, product: &str) -> Fact {
    let terms = PlanTerms { cycle: BillingCycle::OneTime, ..terms(product, "") };
    fact(day(at) + jiff::SignedDuration::from_mins(minutes), FactKind::PurchaseListed(terms))
}

/// What is bought, after each of these rounds of facts.
fn purchased_after(rounds: &[&[Fact]]) -> (Vec<i64>, Account) {
    let (instance_id, catalog, mut account) = (&"i".parse().unwrap(), &shop(), site());
    let mut known: Vec<Fact> = Vec::new();
    let mut balances = Vec::new();
    for round in rounds {
        known.extend_from_slice(round);
        let input = Input { instance_id, facts: &known, catalog, policy: Policy::default(), now: day(30) };
        apply(&mut account, &derive(input), day(30)).unwrap();
        account.check().unwrap();
        balances.push(account.balances.purchased);
    }
    (balances, account)
}

#[test]
fn a_top_up_that_only_the_list_tells_of_is_given_once_whoever_tells_of_it_later() {
    let list = [installed(0), listed(3, 0, "thousand")];
    let told = [purchased(3, "thousand", "inv-t")];
    let (balances, account) = purchased_after(&[&list, &told, &list, &told]);
    assert_eq!(balances, [1_000; 4]);
    assert_eq!(account.grants.iter().filter(|grant| grant.pool == Pool::Purchased).count(), 1);
    // The other way round, too.
    assert_eq!(purchased_after(&[&told, &list]).0, [1_000, 1_000]);
    // Once its invoice is known it can be refunded.
    let refunded = [invoiced(9, "inv-t", InvoiceStatus::Refunded)];
    assert_eq!(purchased_after(&[&list, &told, &refunded]).0, [1_000, 1_000, 0]);
}

#[test]
fn the_list_gives_what_it_has_more_than_was_told() {
    let list = [installed(0), listed(3, 1, "thousand"), listed(5, 2, "thousand"), listed(5, 3, "hundred")];
    let told = [purchased(5, "thousand", "inv-2")];
    let late = [purchased(3, "thousand", "inv-1"), purchased(5, "hundred", "inv-3")];
    assert_eq!(purchased_after(&[&told, &list, &late]).0, [1_000, 2_100, 2_100]);
    // A list that is short takes nothing away.
    let short = [installed(0), listed(3, 1, "thousand")];
    assert_eq!(purchased_after(&[&told, &late, &short]).0, [1_000, 2_100, 2_100]);
    // Times that differ do not make two of one.
    let off = [installed(0), listed(4, 0, "thousand")];
    assert_eq!(purchased_after(&[&off, &told]).0, [1_000, 1_000]);
}
