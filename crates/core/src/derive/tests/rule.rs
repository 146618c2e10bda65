//! Rules of plans that are no row of the table: trials, refunds, transfers, families, top-ups, plans given by hand.

use super::*;
use crate::entry::EntryCode;
use crate::fact::PlanTerms;

fn keys_of(facts: &[Fact], at: i64) -> Vec<String> {
    let mut keys: Vec<String> = derived(facts, day(at)).due.into_iter().map(|due| due.key).collect();
    keys.sort_unstable();
    keys
}

fn start() -> Vec<Fact> {
    vec![installed(0), purchased(0, "starter", "inv-1")]
}

fn with(more: &[Fact]) -> Vec<Fact> {
    [start(), more.to_vec()].concat()
}

#[test]
fn a_trial_gives_its_credits_once_and_the_conversion_the_first_cycle() {
    let in_trial = trial(1, "starter", "inv-1", 0);
    let paid = snapshot(day(14), Some(("starter", "inv-1", true)), Some(day(0)));
    let with_event = with(&[in_trial.clone(), converted(14, "starter")]);
    let without_event = with(&[in_trial.clone(), paid.clone()]);
    let both = with(&[in_trial.clone(), paid, converted(14, "starter")]);
    for facts in [with_event, without_event, both] {
        assert_eq!(derived(&facts[..3], day(13)).subscription.status, SubscriptionStatus::Trial);
        assert_eq!(balance(&facts[..3], day(13)), 200 + 1_000);
        assert_eq!(balance(&facts, day(20)), 200 + 1_000 + 1_000);
        // The cycles are counted from the conversion on: day 44.
        assert_eq!(keys_of(&facts, 44), ["cycle:i:inv-1:0", "cycle:i:inv-1:1", "free:i", "trial:i"]);
    }
    let gone = with(&[in_trial, cancelled_in_trial(9, "starter")]);
    assert_eq!(derived(&gone, day(9)).subscription.plan_id.as_str(), "free");
    assert_eq!(balance(&gone, day(10)), 200);
}

#[test]
fn a_trials_credits_are_what_the_catalogue_says_and_come_once_for_an_instance() {
    let text = include_str!("../../../catalogs/standard.toml")
        .replace("credits = 1_000", "credits = 1_000\ntrial_credits = 150");
    let catalog = &Catalog::from_toml(&text).unwrap();
    let facts = with(&[
        trial(1, "starter", "inv-1", 0),
        cancelled_in_trial(5, "starter"),
        purchased(40, "starter", "inv-2"),
        trial(41, "starter", "inv-2", 40),
    ]);
    let instance_id = &"i".parse().unwrap();
    let given = |now| {
        let derived = derive(Input { instance_id, facts: &facts, catalog, policy: Policy::default(), now });
        let trials = derived.due.into_iter().filter_map(|due| match due.kind {
            DueKind::Grant(portion) if portion.source == Source::Trial => Some(portion.amount.get()),
            _ => None,
        });
        trials.collect::<Vec<_>>()
    };
    assert_eq!(given(day(3)), [150]);
    assert_eq!(given(day(45)), [150]);
}

#[test]
fn a_purchase_that_may_be_a_trial_with_other_credits_is_asked_about_at_once() {
    let text = include_str!("../../../catalogs/standard.toml");
    let trial_costs = text.replace("credits = 1_000", "credits = 1_000\ntrial_credits = 150");
    let instance_id = &"i".parse().unwrap();
    let only = |more: &[Fact]| [&[installed(0)], more].concat();
    let unconfirmed = |text: &str, facts: &[Fact]| {
        let catalog = &Catalog::from_toml(text).unwrap();
        let now = day(3);
        derive(Input { instance_id, facts, catalog, policy: Policy::default(), now }).unconfirmed
    };
    let told = only(&[purchased(1, "starter", "inv-1")]);
    assert!(unconfirmed(&trial_costs, &told));
    assert!(!unconfirmed(text, &told), "the same credits either way");
    let lags = only(&[purchased(1, "starter", "inv-1"), snapshot(day(1), None, None)]);
    assert!(unconfirmed(&trial_costs, &lags), "an answer from before the purchase says nothing of it");
    let paid = snapshot(day(2), Some(("starter", "inv-1", true)), Some(day(1)));
    assert!(!unconfirmed(&trial_costs, &only(&[purchased(1, "starter", "inv-1"), paid])));
    let tried = trial(2, "starter", "inv-1", 1);
    assert!(!unconfirmed(&trial_costs, &only(&[purchased(1, "starter", "inv-1"), tried])));
    let dearer = only(&[purchased(1, "pro", "inv-1")]);
    assert!(!unconfirmed(&trial_costs, &dearer), "a plan whose trial gives what the plan gives");
}

#[test]
fn an_upgrade_under_the_invoice_of_before_has_cycles_of_its_own() {
    let seen = |at| snapshot(day(at), Some(("pro", "inv-1", true)), Some(day(40)));
    let facts = with(&[
        snapshot(day(31), Some(("starter", "inv-1", true)), Some(day(0))),
        changed_by(40, "pro", "inv-1"),
        seen(70),
        seen(100),
    ]);
    // 200 to begin with, starter on the days 0 and 30, pro on the days 40, 70 and 100.
    assert_eq!(balance(&facts, day(101)), 200 + 2 * 1_000 + 3 * 5_000);
}

#[test]
fn a_refund_makes_one_reversal_for_each_grant_and_leaves_what_other_invoices_paid() {
    let facts = with(&[changed_by(10, "pro", "inv-2"), invoiced(12, "inv-2", InvoiceStatus::Refunded)]);
    let mut account = lived(&facts, day(13));
    assert_eq!(account.balances.available(), 1_200);
    for at in 14..20 {
        look(&mut account, &facts, at);
    }
    let reversals = account.changes.entries.iter().filter(|entry| entry.code == EntryCode::Reversal);
    assert_eq!(reversals.count(), 1);
    assert_eq!(balance(&with(&[invoiced(3, "inv-1", InvoiceStatus::ChargedBack)]), day(4)), 200);
}

#[test]
fn a_yearly_invoice_that_is_refunded_takes_back_all_the_cycles_it_paid() {
    let yearly = PlanTerms { cycle: BillingCycle::Yearly, ..terms("pro", "inv-1") };
    let mut facts = vec![installed(0), fact(day(0), FactKind::PlanPurchased(yearly))];
    let mut account = site();
    look(&mut account, &facts, 100);
    assert_eq!(account.balances.plan, 200 + 4 * 5_000);
    facts.push(invoiced(101, "inv-1", InvoiceStatus::Refunded));
    look(&mut account, &facts, 101);
    assert_eq!(account.balances.plan, 200);
    look(&mut account, &facts, 200);
    assert_eq!(account.balances.plan, 200, "and no further ones come");
}

#[test]
fn a_refund_counts_whatever_the_catalogue_says_by_now() {
    let mut account = site();
    look(&mut account, &start(), 1);
    let text = include_str!("../../../catalogs/standard.toml").replace("credits = 1_000", "credits = 10");
    let facts = with(&[invoiced(3, "inv-1", InvoiceStatus::Refunded)]);
    let (instance_id, catalog) = (&"i".parse().unwrap(), &Catalog::from_toml(&text).unwrap());
    let derived =
        derive(Input { instance_id, facts: &facts, catalog, policy: Policy::default(), now: day(4) });
    apply(&mut account, &derived, day(4)).unwrap();
    assert_eq!(account.balances.plan, 200);
}

#[test]
fn a_refund_of_an_invoice_nobody_knows_waits_until_it_is_known() {
    let refund = invoiced(3, "inv-1", InvoiceStatus::Refunded);
    let alone = derived(&[installed(0), refund.clone()], day(4));
    assert!(matches!(alone.parked[..], [Parked { reason: ParkReason::UnknownInvoice { .. }, .. }]));
    let known = derived(&with(&[refund]), day(4));
    assert_eq!(known.parked, []);
    assert_eq!(balance(&with(&[invoiced(3, "inv-1", InvoiceStatus::Refunded)]), day(4)), 200);
}

#[test]
fn a_transfer_keeps_the_credits_and_earns_nothing() {
    let facts = with(&[transferred(9, "starter")]);
    assert_eq!(balance(&facts, day(10)), 1_200);
    let now = derived(&facts, day(10)).subscription;
    assert_eq!((now.epoch.as_deref(), now.plan_id.as_str()), (Some("inv-1"), "starter"));
    // A plan that comes from another site was paid and given there.
    let arrived = [installed(0), transferred(3, "starter")];
    assert_eq!(derived(&arrived, day(4)).subscription.plan_id.as_str(), "starter");
    assert_eq!(balance(&arrived, day(4)), 200);
    let confirmed = snapshot(day(34), Some(("starter", "inv-9", true)), Some(day(3)));
    assert_eq!(balance(&[arrived.to_vec(), vec![confirmed]].concat(), day(34)), 1_200);
}

#[test]
fn a_family_of_duplicated_sites_gets_free_credits_once() {
    assert_eq!(balance(&[installed(0)], day(1)), 200);
    for n in 0..50 {
        let copy = fact(day(n), FactKind::AppInstalled { origin_instance_id: Some(format!("site-{n}")) });
        assert_eq!(balance(&[copy], day(n)), 0);
    }
    // Where the operator says so, each copy gets its own.
    let (instance_id, catalog) = (&"i".parse().unwrap(), &Catalog::standard());
    let policy = Policy { free_for_duplicates: true, ..Policy::default() };
    let facts = [copied(0)];
    let due = derive(Input { instance_id, facts: &facts, catalog, policy, now: day(1) }).due;
    assert_eq!(due.len(), 1);
}

#[test]
fn changing_between_monthly_and_yearly_keeps_the_epoch_and_gives_no_second_first_cycle() {
    let facts = with(&[changed_to_yearly(10, "starter")]);
    let now = derived(&facts, day(12)).subscription;
    assert_eq!((now.epoch.as_deref(), now.billing_cycle), (Some("inv-1"), Some(BillingCycle::Yearly)));
    assert_eq!(now.current_period_end, Some(day(375)));
    assert_eq!(keys_of(&facts, 12), ["cycle:i:inv-1:0", "free:i"]);
    let back = [facts, vec![changed(20, "starter")]].concat();
    assert_eq!(keys_of(&back, 29), ["cycle:i:inv-1:0", "free:i"]);
    assert_eq!(keys_of(&back, 30), ["cycle:i:inv-1:0", "cycle:i:inv-1:1", "free:i"]);
}

#[test]
fn changing_to_yearly_right_after_a_cycle_gives_that_cycle_once() {
    // Day 360 is the twelfth month's cycle; counted by the year, the same one falls on day 365.
    let confirmed = snapshot(day(361), Some(("starter", "inv-12", true)), Some(day(0)));
    let facts = with(&[confirmed, changed_to_yearly(362, "starter")]);
    let cycles = |at| keys_of(&facts, at).into_iter().filter(|key| key.starts_with("cycle:")).count();
    assert_eq!((cycles(361), cycles(370), cycles(396)), (13, 13, 14));
}

#[test]
fn two_links_that_were_both_paid_count_by_invoice_and_raise_an_alarm() {
    let facts = with(&[purchased(1, "starter", "inv-2")]);
    let twice = derived(&facts, day(2));
    assert!(matches!(&twice.alarms[..], [Alarm { reason: AlarmReason::PaidTwice { first, second }, .. }]
        if first == "inv-1" && second == "inv-2"));
    assert_eq!(balance(&facts, day(2)), 2_200);
    assert_eq!(twice.subscription.epoch.as_deref(), Some("inv-1"));
    // The one that is refunded leaves, the other stays.
    let refunded = [facts, vec![invoiced(3, "inv-2", InvoiceStatus::Refunded)]].concat();
    assert_eq!(balance(&refunded, day(4)), 1_200);
    assert_eq!(derived(&start(), day(2)).alarms, []);
}

#[test]
fn a_purchase_that_costs_nothing_gives_the_plans_credits() {
    // A coupon of 100 % makes no invoice; credits go by the plan and not by the price.
    let facts = [installed(0), purchased(1, "pro", "")];
    assert_eq!(balance(&facts, day(2)), 5_200);
}

fn shop() -> Catalog {
    let text = include_str!("../../../catalogs/standard.toml");
    Catalog::from_toml(&format!(
        "{text}\n[[top_up]]\nid='thousand'\nname='1,000 credits'\ncredits=1_000\nvendor_product_ids=['credits-1000']\n"
    ))
    .unwrap()
}

#[test]
fn a_top_up_is_given_once_for_its_invoice_and_outlives_the_plan() {
    let (instance_id, catalog) = (&"i".parse().unwrap(), &shop());
    let facts = with(&[
        purchased(3, "Credits-1000", "inv-t"),
        purchased(4, "credits-1000", "inv-t"),
        purchased(5, "thousand", "inv-u"),
        ended(9, "starter"),
    ]);
    let mut account = site();
    let settle = |account: &mut Account, facts: &[Fact], at| {
        let derived = derive(Input { instance_id, facts, catalog, policy: Policy::default(), now: day(at) });
        apply(account, &derived, day(at)).unwrap();
        derived
    };
    let derived = settle(&mut account, &facts, 10);
    assert_eq!((account.balances.purchased, account.balances.plan), (2_000, 200));
    assert_eq!(derived.subscription.plan_id.as_str(), "free");
    assert!(account.used_keys.contains("topup:inv-t") && account.used_keys.contains("topup:inv-u"));
    let cause = crate::entry::Cause::new("user", "");
    account.spend("click", "publish", credits(300), &cause, day(11)).unwrap();
    let refunded = [facts, vec![invoiced(12, "inv-t", InvoiceStatus::Refunded)]].concat();
    settle(&mut account, &refunded, 12);
    // The plan pool paid 200 of the 300; the top-up that was refunded may have paid the other 100, or the one that stays.
    let b = account.balances;
    assert_eq!((b.plan, b.purchased - b.debt), (0, 900));
    assert_eq!(account.check(), Ok(()));
}

#[test]
fn a_failed_payment_of_a_top_up_is_no_billing_issue_of_the_plan() {
    let (instance_id, catalog) = (&"i".parse().unwrap(), &shop());
    let facts =
        with(&[purchased(3, "thousand", "inv-t"), invoiced(4, "inv-t", InvoiceStatus::PaymentFailed)]);
    let now = derive(Input { instance_id, facts: &facts, catalog, policy: Policy::default(), now: day(5) });
    assert_eq!(now.subscription.status, SubscriptionStatus::Active);
}

#[test]
fn an_operator_gives_a_plan_until_a_day_and_may_end_it_before() {
    let facts = vec![installed(0), given(2, "pro", Some(70))];
    let now = derived(&facts, day(40));
    assert_eq!(
        (now.subscription.plan_id.as_str(), now.subscription.status),
        ("pro", SubscriptionStatus::Active)
    );
    assert_eq!(now.subscription.current_period_end, Some(day(70)));
    assert_eq!(now.next_at, Some(day(62)));
    assert!(!now.unconfirmed, "the operator's word needs no other");
    assert_eq!(balance(&facts, day(40)), 200 + 2 * 5_000);
    assert_eq!(balance(&facts, day(69)), 200 + 3 * 5_000);
    assert_eq!(balance(&facts, day(71)), 200);
    let ended = [facts, vec![given_ended(50)]].concat();
    assert_eq!(derived(&ended, day(51)).subscription.plan_id.as_str(), "free");
    assert_eq!(balance(&ended, day(51)), 200);
}

#[test]
fn a_given_plan_goes_on_when_it_is_given_again_and_gives_way_to_another() {
    let longer = [installed(0), given(2, "pro", Some(20)), given(10, "pro", Some(60))];
    assert_eq!(balance(&longer, day(25)), 5_200);
    assert_eq!(derived(&longer, day(25)).subscription.plan_id.as_str(), "pro");
    let higher = [installed(0), given(2, "pro", None), given(10, "scale", None)];
    assert_eq!(balance(&higher, day(11)), 200 + 5_000 + 25_000);
    let lower = [installed(0), given(2, "pro", None), given(10, "starter", None)];
    assert_eq!(balance(&lower, day(11)), 5_200);
    let unknown = derived(&[installed(0), given(2, "platinum", None)], day(3));
    assert!(matches!(unknown.parked[..], [Parked { reason: ParkReason::UnknownPlan { .. }, .. }]));
}

#[test]
fn given_plans_that_go_down_and_up_inside_a_cycle_earn_it_once() {
    let swings = [
        installed(0),
        given(2, "starter", None),
        given(3, "pro", None),
        given(4, "starter", None),
        given(5, "pro", None),
        given(6, "starter", None),
        given(7, "pro", None),
    ];
    assert_eq!(balance(&swings, day(8)), 200 + 1_000 + 5_000);
    // From the last of them on the cycles go on.
    assert_eq!(balance(&swings, day(38)), 200 + 1_000 + 2 * 5_000);
    // A higher one that earned nothing yet earns, and so does the same one when its cycle is over or after a break.
    let higher = [&swings[..], &[given(8, "scale", None)]].concat();
    assert_eq!(balance(&higher, day(9)), 200 + 1_000 + 5_000 + 25_000);
    let later = [installed(0), given(2, "pro", None), given(20, "starter", None), given(33, "pro", None)];
    assert_eq!(balance(&later, day(34)), 200 + 2 * 5_000);
    let after_a_break = [installed(0), given(2, "pro", Some(4)), given(10, "pro", None)];
    assert_eq!(balance(&after_a_break, day(11)), 200 + 5_000);
}

#[test]
fn a_paid_plan_that_ends_under_a_given_one_resets_only_when_that_one_ends() {
    let facts = with(&[given(5, "scale", Some(50)), ended(10, "starter")]);
    assert_eq!(derived(&facts, day(11)).subscription.plan_id.as_str(), "scale");
    assert_eq!(balance(&facts, day(11)), 200 + 1_000 + 25_000);
    assert_eq!(balance(&facts, day(51)), 200);
    // And the other way round: the paid plan goes on after the given one.
    let paid_stays = with(&[given(5, "scale", Some(20))]);
    assert_eq!(derived(&paid_stays, day(21)).subscription.plan_id.as_str(), "starter");
    assert_eq!(balance(&paid_stays, day(21)), 200 + 1_000 + 25_000);
}

#[test]
fn what_came_before_a_removal_counts_and_what_falls_into_it_waits() {
    let mut facts = with(&[removed(20)]);
    assert_eq!(keys_of(&facts, 40), ["cycle:i:inv-1:0", "free:i"]);
    assert_eq!(derived(&facts, day(40)).next_at, None);
    facts.push(installed(45));
    facts.push(snapshot(day(45), Some(("starter", "inv-2", true)), Some(day(0))));
    assert_eq!(keys_of(&facts, 46), ["cycle:i:inv-1:0", "cycle:i:inv-1:1", "free:i"]);
}

#[test]
fn an_unknown_plan_is_granted_once_when_the_catalogue_knows_it() {
    let facts = with(&[changed_by(8, "platinum", "inv-2")]);
    let mut account = site();
    look(&mut account, &facts, 9);
    assert_eq!(account.balances.plan, 1_200);
    let text = include_str!("../../../catalogs/standard.toml");
    let more = "[[plan]]\nid='platinum'\nname='Platinum'\nrank=9\ncredits=100_000\n";
    let (instance_id, catalog) =
        (&"i".parse().unwrap(), &Catalog::from_toml(&format!("{text}\n{more}")).unwrap());
    for at in [10, 11] {
        let derived =
            derive(Input { instance_id, facts: &facts, catalog, policy: Policy::default(), now: day(at) });
        assert_eq!(derived.parked, []);
        apply(&mut account, &derived, day(at)).unwrap();
        assert_eq!(account.balances.plan, 101_200);
    }
}
