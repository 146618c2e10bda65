//! Facts that come late: what was given under less knowledge is put right.

use super::*;
use crate::entry::EntryCode;

fn codes(account: &Account, code: EntryCode) -> usize {
    account.changes.entries.iter().filter(|entry| entry.code == code).count()
}

#[test]
fn an_upgrade_learned_after_later_cycles_replaces_the_cycles_of_the_lower_plan() {
    let base = vec![installed(0), purchased(0, "starter", "inv-1")];
    let seen = snapshot(day(95), Some(("pro", "inv-4", true)), None);
    let mut account = site();
    let told = invoiced(65, "inv-3", InvoiceStatus::Paid);
    look(&mut account, &[base.clone(), vec![told.clone()]].concat(), 65);
    assert_eq!(account.balances.plan, 200 + 3 * 1_000);
    // The upgrade was on day 10; only now Wix tells. The starter cycles of days 30 and 60 should never have been, those of
    // pro on days 40 and 70 should.
    let all = [base, vec![told, seen, changed(10, "pro")]].concat();
    look(&mut account, &all, 96);
    assert_eq!(account.balances.plan, 200 + 1_000 + 5_000 + 2 * 5_000);
    let prefix = "upgrade:i:inv-1:";
    let keys = effective(&account);
    assert_eq!(keys.len(), 5, "{keys:?}");
    assert!(keys.iter().any(|key| key.starts_with(prefix)));
    assert_eq!(codes(&account, EntryCode::Reversal), 2);
    assert_eq!(look(&mut account, &all, 96), Vec::<String>::new());
}

#[test]
fn cycles_keep_their_numbers_when_more_is_known_of_what_came_before() {
    let all = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        changed_by(45, "pro", "inv-2"),
        snapshot(day(140), Some(("pro", "inv-5", true)), Some(day(45))),
    ];
    let mut account = site();
    look(&mut account, &all, 140);
    let cycles = effective(&account);
    let expected =
        ["cycle:i:inv-1:0", "cycle:i:inv-1:1", "cycle:i:inv-2:1", "cycle:i:inv-2:2", "cycle:i:inv-2:3"];
    assert_eq!(cycles[..5], expected);
}

#[test]
fn a_late_immediate_cancel_gives_no_second_upgrade_where_the_end_keeps_the_credits() {
    let policy = Policy { on_end: EndPolicy::Keep, ..Policy::default() };
    let seen = snapshot(day(12), Some(("pro", "inv-2", true)), Some(day(10)));
    let known = vec![installed(0), purchased(0, "starter", "inv-1"), changed_by(10, "pro", "inv-2"), seen];
    let mut account = site();
    for facts in [known.clone(), [known, vec![ended(5, "starter")]].concat()] {
        let (instance_id, catalog) = (&"i".parse().unwrap(), &Catalog::standard());
        let derived = derive(Input { instance_id, facts: &facts, catalog, policy, now: day(13) });
        apply(&mut account, &derived, day(13)).unwrap();
        assert_eq!(account.balances.plan, 200 + 1_000 + 5_000);
    }
    assert_eq!(codes(&account, EntryCode::Reversal), 0, "what is worth the same stays");
}

#[test]
fn a_downgrade_that_wix_contradicts_earns_the_higher_plan_once() {
    let mut facts = vec![installed(0), purchased(0, "pro", "inv-1"), changed(10, "starter")];
    let mut account = site();
    look(&mut account, &facts, 32);
    facts.push(snapshot(day(40), Some(("pro", "inv-1", true)), Some(day(0))));
    look(&mut account, &facts, 40);
    // Day 0 and day 30; the downgrade never took place.
    assert_eq!(account.balances.plan, 200 + 2 * 5_000);
    assert_eq!(derived(&facts, day(40)).subscription.plan_id.as_str(), "pro");
}

#[test]
fn an_answer_that_shows_the_plan_of_before_leaves_a_pending_downgrade_pending() {
    let seen = snapshot(day(12), Some(("pro", "inv-1", true)), Some(day(0)));
    let facts = [installed(0), purchased(0, "pro", "inv-1"), changed(10, "starter"), seen];
    let pending = derived(&facts, day(13)).subscription.pending_plan_id;
    assert_eq!(pending.unwrap().as_str(), "starter");
    assert_eq!(derived(&facts, day(33)).subscription.plan_id.as_str(), "starter");
}

#[test]
fn cancelling_at_once_what_has_ended_leaves_its_end_where_it_was() {
    let facts =
        [installed(0), purchased(0, "starter", "inv-1"), cancelled(5, "starter"), ended(45, "starter")];
    let resets: Vec<_> = derived(&facts, day(60)).due;
    let reset = resets.iter().find(|due| matches!(due.kind, DueKind::Reset(_))).unwrap();
    assert_eq!(reset.at, day(31));
}

#[test]
fn renewals_do_not_make_the_names_of_a_plan_grow() {
    let mut facts = vec![installed(0), purchased(0, "starter", "inv-0")];
    let renewals =
        (1..60).map(|n| snapshot(day(30 * n), Some(("starter", &format!("inv-{n}"), true)), Some(day(0))));
    facts.extend(renewals);
    let due = derived(&facts, day(1_800)).due;
    let names: usize = due.iter().map(|due| due.aliases.len()).max().unwrap();
    assert!(names <= 4, "{names}");
    assert_eq!(due.len(), 1 + 60);
}

#[test]
fn an_event_beats_an_answer_of_the_same_millisecond() {
    let answer = |paid| snapshot(day(5), paid, Some(day(0)));
    let base = [installed(0), purchased(0, "starter", "inv-1")];
    let with = |more: &[Fact]| [base.to_vec(), more.to_vec()].concat();
    // Wix looked just before the owner acted, in the same millisecond.
    let starter = answer(Some(("starter", "inv-1", true)));
    let cancel = with(&[starter.clone(), cancelled(5, "starter")]);
    assert_eq!(derived(&cancel, day(6)).subscription.status, SubscriptionStatus::Cancelled);
    let end = with(&[starter.clone(), ended(5, "starter")]);
    assert_eq!(derived(&end, day(6)).subscription.plan_id.as_str(), "free");
    let upgrade = with(&[starter, changed(5, "pro")]);
    assert_eq!(derived(&upgrade, day(6)).subscription.plan_id.as_str(), "pro");
    let bought = [installed(0), snapshot(day(5), None, None), purchased(5, "starter", "inv-1")];
    assert_eq!(balance(&bought, day(6)), 1_200);
    // And where the answer knows the event already, both say one thing.
    let known = with(&[answer(Some(("pro", "inv-2", true))), changed(5, "pro")]);
    assert_eq!(balance(&known, day(6)), 6_200);
}

#[test]
fn an_answer_given_again_later_is_true_then_too() {
    let mut answer = snapshot(day(1), Some(("starter", "inv-1", true)), Some(day(0)));
    if let FactKind::Snapshot(snapshot) = &mut answer.kind {
        snapshot.seen_until = day(40);
    }
    // The end is told late, and Wix said after it that the plan is paid all along.
    let facts = [installed(0), purchased(0, "starter", "inv-1"), answer, ended(20, "starter")];
    let now = derived(&facts, day(45));
    assert_eq!(now.subscription.plan_id.as_str(), "starter");
    assert_eq!(balance(&facts, day(45)), 200 + 2 * 1_000);
}

#[test]
fn a_reset_that_should_not_have_been_is_undone_and_made_again_when_it_should() {
    let mut facts = vec![installed(0), purchased(0, "starter", "inv-1"), cancelled(5, "starter")];
    let mut account = site();
    look(&mut account, &facts, 32);
    assert_eq!((account.balances.plan, account.balances.expired), (200, 2_000));
    facts.push(reactivated(7, "starter"));
    look(&mut account, &facts, 33);
    assert_eq!((account.balances.plan, account.balances.expired), (2_200, 0));
    facts.push(cancelled(8, "starter"));
    look(&mut account, &facts, 34);
    assert_eq!((account.balances.plan, account.balances.expired), (200, 2_000));
    assert_eq!(account.resets.len(), 1);
    let keys: Vec<_> = account.changes.entries.iter().map(|entry| entry.business_key.as_str()).collect();
    assert_eq!(keys[keys.len() - 3..], ["reset:i:inv-1", "unreset:reset:i:inv-1", "reset:i:inv-1~2"]);
}

#[test]
fn a_grant_that_comes_late_is_cut_by_the_end_that_has_passed() {
    let mut facts = vec![
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(15, "starter"),
        purchased(70, "pro", "inv-2"),
    ];
    let mut account = site();
    look(&mut account, &facts, 71);
    assert_eq!(account.balances.plan, 200 + 5_000);
    // A second purchase in the life that is long over: its credits would have gone with that life.
    facts.push(purchased(3, "starter", "inv-x"));
    look(&mut account, &facts, 72);
    assert_eq!((account.balances.plan, account.balances.expired), (5_200, 3_000));
}

#[test]
fn what_the_catalogue_gave_keeps_its_value_when_the_catalogue_changes() {
    let dearer = include_str!("../../../catalogs/standard.toml").replace("credits = 1_000", "credits = 700");
    let changed_catalog = Catalog::from_toml(&dearer.replace("version = \"1\"", "version = \"2\"")).unwrap();
    let seen = snapshot(day(35), Some(("starter", "inv-2", true)), Some(day(0)));
    let mut facts = vec![installed(0), purchased(0, "starter", "inv-1")];
    let mut account = site();
    look(&mut account, &facts, 29);
    let instance_id = &"i".parse().unwrap();
    let policy = Policy::default();
    let later = |account: &mut Account, facts: &[Fact], at| {
        let derived = derive(Input { instance_id, facts, catalog: &changed_catalog, policy, now: day(at) });
        apply(account, &derived, day(at)).unwrap();
    };
    facts.push(seen);
    later(&mut account, &facts, 35);
    // Cycle 0 keeps its 1,000, cycle 1 is worth 700.
    assert_eq!(account.balances.plan, 200 + 1_000 + 700);
    // Even where facts now say that another plan ran then, what the old catalogue gave is not taken back.
    facts.push(changed(10, "pro"));
    later(&mut account, &facts, 36);
    let kept = effective(&account).contains(&"cycle:i:inv-1:0");
    assert!(kept);
    let taken = account.grants.iter().filter(|grant| grant.taken_back).map(|g| g.catalog_version.as_str());
    assert_eq!(taken.collect::<Vec<_>>(), ["2"], "only what this catalogue gave is put right");
}

#[test]
fn another_cycle_policy_gives_no_cycle_twice_and_takes_none_back() {
    let seen = snapshot(day(400), Some(("starter", "inv-2", true)), Some(day(0)));
    let facts = [installed(0), purchased(0, "starter", "inv-1"), seen];
    let mut account = site();
    look(&mut account, &facts, 400);
    let before = account.balances;
    let (instance_id, catalog) = (&"i".parse().unwrap(), &Catalog::standard());
    let policy = Policy { cycle: CyclePolicy::Month, ..Policy::default() };
    let derived = derive(Input { instance_id, facts: &facts, catalog, policy, now: day(400) });
    assert_eq!(apply(&mut account, &derived, day(400)).unwrap(), Vec::<String>::new());
    assert_eq!(account.balances, before);
}

#[test]
fn a_clock_that_was_set_back_takes_nothing_back() {
    let seen = snapshot(day(65), Some(("starter", "inv-2", true)), Some(day(0)));
    let facts = [installed(0), purchased(0, "starter", "inv-1"), cancelled(3, "starter"), seen];
    let mut account = site();
    look(&mut account, &facts, 66);
    let before = account.balances;
    for wrong in [64, 40, 20, 1] {
        look(&mut account, &facts, wrong);
        assert_eq!(account.balances, before, "day {wrong}");
    }
    look(&mut account, &facts, 66);
    assert_eq!(account.balances, before);
}

#[test]
fn a_copy_that_is_known_late_gives_its_free_credits_back() {
    let mut facts = vec![purchased(1, "starter", "inv-1")];
    let mut account = site();
    look(&mut account, &facts, 1);
    assert_eq!(account.balances.plan, 1_200);
    facts.push(copied(0));
    look(&mut account, &facts, 2);
    assert_eq!(account.balances.plan, 1_000);
}

#[test]
fn a_removal_that_is_known_before_any_install_costs_no_free_credits() {
    let (removal, install) = (removed(0), installed(1));
    assert_eq!(balance(&[removal.clone(), install.clone()], day(2)), 200);
    assert_eq!(balance(&[install, removal], day(2)), 200);
}

#[test]
fn switching_renewal_off_says_that_the_period_that_runs_is_paid() {
    let known = [installed(0), purchased(0, "starter", "inv-1")];
    assert_eq!(balance(&known, day(61)), 200 + 2 * 1_000, "nothing is heard of the third period");
    let told = [&known[..], &[cancelled(65, "starter")]].concat();
    assert_eq!(balance(&told, day(66)), 200 + 3 * 1_000);
}

#[test]
fn an_end_told_by_a_clock_that_runs_ahead_of_ours_comes_when_its_time_does() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), ended(5, "starter")];
    let before = day(5) - jiff::SignedDuration::from_mins(4);
    let now = derived(&facts, before);
    assert_eq!(now.subscription.plan_id.as_str(), "starter");
    assert_eq!(now.next_at, Some(day(5)));
}

#[test]
fn an_answer_that_shows_a_lower_plan_since_the_turn_of_a_period_counts_from_that_turn() {
    let base = [installed(0), purchased(0, "pro", "inv-1")];
    // The move to the lower plan was never told. The period turned on day 31; day 30 belongs to the one before.
    let seen = snapshot(day(62), Some(("starter", "inv-2", true)), Some(day(31)));
    let facts = [base.to_vec(), vec![seen]].concat();
    let now = derived(&facts, day(62));
    assert_eq!((now.subscription.plan_id.as_str(), now.subscription.pending_plan_id), ("starter", None));
    assert_eq!(balance(&facts, day(62)), 200 + 2 * 5_000 + 1_000);
}

#[test]
fn a_cancelled_life_has_no_next_plan_and_one_that_was_reactivated_goes_on_as_it_was() {
    let mut facts = vec![installed(0), purchased(0, "pro", "inv-1"), changed(10, "starter")];
    facts.push(cancelled(12, "pro"));
    assert_eq!(derived(&facts, day(13)).subscription.pending_plan_id, None);
    facts.push(reactivated(15, "pro"));
    let seen = snapshot(day(33), Some(("pro", "inv-2", true)), Some(day(0)));
    facts.push(seen);
    assert_eq!(derived(&facts, day(33)).subscription.plan_id.as_str(), "pro");
}

#[test]
fn a_conversion_that_was_never_told_counts_from_when_wix_says_the_plan_began() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        trial(3, "starter", "inv-1", 0),
        snapshot(day(45), Some(("starter", "inv-3", true)), Some(day(14))),
    ];
    // The trial, its conversion on day 14, and the cycle of day 44.
    assert_eq!(balance(&facts, day(45)), 200 + 3 * 1_000);
}

#[test]
fn an_invoice_seen_minutes_before_its_period_by_our_clock_belongs_to_that_period() {
    let early = day(31) - jiff::SignedDuration::from_mins(5);
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        snapshot(early, Some(("starter", "inv-2", true)), Some(day(0))),
        snapshot(day(62), Some(("starter", "inv-3", true)), Some(day(0))),
        invoiced(70, "inv-2", InvoiceStatus::Refunded),
    ];
    // Days 0 and 30 belong to the first invoice and day 60 to the third: the second, from day 31 to 59, gave nothing.
    assert_eq!(balance(&facts, day(71)), 200 + 3 * 1_000);
}

#[test]
fn the_invoice_that_a_reactivation_names_can_be_refunded() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(35, "starter"),
        reactivated(36, "starter"),
        invoiced(70, "inv-1", InvoiceStatus::Refunded),
    ];
    assert_eq!(derived(&facts, day(71)).parked, []);
}

#[test]
fn an_answer_minutes_after_the_end_by_our_clock_does_not_bring_a_cancelled_plan_back() {
    let cancelled_answer = |at| {
        let mut answer = snapshot(at, Some(("starter", "inv-1", true)), Some(day(0)));
        if let FactKind::Snapshot(snapshot) = &mut answer.kind
            && let Some(paid) = &mut snapshot.paid
        {
            paid.auto_renewing = false;
        }
        answer
    };
    let soon = day(31) + jiff::SignedDuration::from_mins(5);
    let cancel = cancelled(5, "starter");
    let facts = [installed(0), purchased(0, "starter", "inv-1"), cancel, cancelled_answer(soon)];
    let then = derived(&facts, soon);
    assert_eq!((then.subscription.plan_id.as_str(), balance(&facts, soon)), ("free", 200));
    // It is asked for again once it can be believed, and until there is an answer.
    let again = day(31) + jiff::SignedDuration::from_mins(10);
    assert_eq!((then.next_at, then.unconfirmed), (Some(again), false));
    let overdue = derived(&facts, day(32));
    assert_eq!((overdue.next_at, overdue.unconfirmed), (Some(day(32)), true));
    let free = derived(&[&facts[..], &[snapshot(again, None, None)]].concat(), again);
    assert_eq!((free.next_at, free.unconfirmed), (None, false));
    // Then it is believed: the period is another one than was thought.
    let facts = [&facts[..], &[cancelled_answer(again)]].concat();
    let then = derived(&facts, again);
    assert_eq!((then.subscription.plan_id.as_str(), then.unconfirmed), ("starter", false));
}

#[test]
fn an_answer_that_lags_behind_an_end_that_was_told_begins_no_new_life() {
    let soon = day(5) + jiff::SignedDuration::from_mins(5);
    let seen = snapshot(soon, Some(("starter", "inv-1", true)), Some(day(0)));
    let facts = [installed(0), purchased(0, "starter", "inv-1"), ended(5, "starter"), seen];
    let then = derived(&facts, soon);
    assert_eq!((then.subscription.plan_id.as_str(), balance(&facts, soon)), ("free", 200));
}

#[test]
fn an_answer_minutes_after_a_downgrade_took_place_does_not_undo_it() {
    let soon = day(31) + jiff::SignedDuration::from_mins(5);
    let seen = snapshot(soon, Some(("pro", "inv-1", true)), Some(day(0)));
    let facts = [installed(0), purchased(0, "pro", "inv-1"), changed(10, "starter"), seen];
    let then = derived(&facts, soon);
    assert_eq!(then.subscription.plan_id.as_str(), "starter");
    assert_eq!(then.next_at, Some(day(31) + jiff::SignedDuration::from_mins(10)), "Wix is asked once more");
    assert_eq!(balance(&facts, soon), 200 + 2 * 5_000);
}

#[test]
fn the_invoice_of_an_answer_is_that_of_its_period_and_its_refund_takes_back_no_earlier_cycle() {
    // The purchase was never told; the first answer came in the second period.
    let facts = [
        installed(0),
        snapshot(day(62), Some(("starter", "inv-3", true)), Some(day(0))),
        invoiced(70, "inv-3", InvoiceStatus::Refunded),
    ];
    // Day 60 is refunded, days 0 and 30 are not.
    assert_eq!(balance(&facts, day(71)), 200 + 2 * 1_000);
}

#[test]
fn a_cycle_of_a_period_whose_invoice_nobody_named_is_not_taken_back_with_the_one_before() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        invoiced(10, "inv-1", InvoiceStatus::Refunded),
        snapshot(day(95), Some(("starter", "inv-4", true)), Some(day(0))),
    ];
    // Days 0 and 30 belong to the refunded invoice, days 60 and 90 to others.
    assert_eq!(balance(&facts, day(95)), 200 + 2 * 1_000);
}

#[test]
fn a_lower_plan_chosen_before_the_purchase_was_told_begins_when_the_period_ends() {
    let change = |at, to: &str, from: &str| {
        let kind =
            FactKind::PlanChanged { terms: terms(to, ""), previous_vendor_product_id: Some(from.into()) };
        fact(day(at), kind)
    };
    let mut facts = vec![installed(0), change(10, "starter", "pro")];
    let then = derived(&facts, day(11)).subscription;
    assert_eq!((then.plan_id.as_str(), then.pending_plan_id.unwrap().as_str()), ("pro", "starter"));
    // Wix says since when the higher one runs: its period is counted from there.
    facts.push(snapshot(day(11), Some(("pro", "inv-1", true)), Some(day(3))));
    let then = derived(&facts, day(11)).subscription;
    assert_eq!((then.current_period_end, balance(&facts, day(11))), (Some(day(34)), 5_200));
    assert_eq!(derived(&facts, day(34)).subscription.plan_id.as_str(), "starter");
    // Or it shows the lower one, since the turn.
    facts.truncate(2);
    facts.push(snapshot(day(36), Some(("starter", "inv-2", true)), Some(day(34))));
    assert_eq!(derived(&facts, day(36)).subscription.plan_id.as_str(), "starter");
}
