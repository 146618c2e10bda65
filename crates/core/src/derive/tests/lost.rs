//! Words that were lost, and answers of Wix by a clock that runs minutes off: what is left to be known.

use super::*;
use crate::fact::PlanTerms;

fn minutes(n: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_mins(n)
}

fn seen(at: Timestamp, product: &str, invoice: &str, since: i64) -> Fact {
    snapshot(at, Some((product, invoice, true)), Some(day(since)))
}

fn seen_cancelled(at: Timestamp, product: &str, invoice: &str, since: i64) -> Fact {
    snapshot(at, Some((product, invoice, false)), Some(day(since)))
}

fn failed(at: i64, invoice: &str) -> Fact {
    invoiced(at, invoice, InvoiceStatus::PaymentFailed)
}

fn refunded(at: i64, invoice: &str) -> Fact {
    invoiced(at, invoice, InvoiceStatus::Refunded)
}

fn plan(facts: &[Fact], now: Timestamp) -> String {
    derived(facts, now).subscription.plan_id.as_str().to_owned()
}

#[test]
fn a_failed_payment_told_before_the_plan_counts_once_the_plan_is_known() {
    let facts = [installed(0), failed(31, "inv-2"), seen(day(40), "starter", "inv-1", 0)];
    assert_eq!(derived(&facts, day(41)).subscription.status, SubscriptionStatus::BillingIssue);
    // Days 0 and 30 were paid; day 60 lies in what was not.
    assert_eq!(balance(&facts, day(65)), 200 + 2 * 1_000);
    let paid = [&facts[..], &[invoiced(66, "inv-2", InvoiceStatus::Paid)]].concat();
    assert_eq!(balance(&paid, day(66)), 200 + 3 * 1_000);
}

#[test]
fn a_failed_payment_told_late_leaves_its_period_unpaid_from_its_beginning() {
    let base = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        seen(day(31), "starter", "inv-1", 0),
        failed(33, "inv-2"),
    ];
    assert_eq!(balance(&base, day(61)), 200 + 2 * 1_000, "days 0 and 30 belong to the first month");
    // By a clock that ran ahead the answer came when the next cycle had begun, and named the invoice of the month before.
    let ahead = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        seen(day(59), "starter", "inv-2", 0),
        seen(day(60), "starter", "inv-2", 0),
        failed(62, "inv-3"),
        seen(day(70), "starter", "inv-2", 0),
    ];
    assert_eq!(balance(&ahead, day(95)), 200 + 2 * 1_000, "days 60 and 90 are not paid");
}

#[test]
fn an_answer_of_the_very_minutes_of_a_failure_does_not_undo_it() {
    // It names an invoice that nobody had named so far: that of the month before.
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        failed(59, "inv-3"),
        seen(day(59) + minutes(2), "starter", "inv-2", 0),
    ];
    assert_eq!(derived(&facts, day(60)).subscription.status, SubscriptionStatus::BillingIssue);
    let later = [&facts[..3], &[seen(day(60), "starter", "inv-4", 0)]].concat();
    assert_eq!(derived(&later, day(60)).subscription.status, SubscriptionStatus::Active);
}

#[test]
fn an_invoice_that_was_paid_in_the_end_pays_the_period_for_which_it_had_failed() {
    // It is paid two periods late; the two after it have invoices of their own, and one of those is refunded.
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        failed(31, "inv-2"),
        invoiced(95, "inv-2", InvoiceStatus::Paid),
        seen(day(96), "starter", "inv-4", 0),
        refunded(97, "inv-4"),
    ];
    // Days 0, 30 and 60 stay, day 90 is taken back.
    assert_eq!(balance(&facts, day(98)), 200 + 3 * 1_000);
    assert_eq!(derived(&facts, day(98)).subscription.status, SubscriptionStatus::Active);
}

#[test]
fn a_payment_that_comes_after_the_time_ran_out_is_known_when_the_plan_is_seen_again() {
    // Renewal had been switched off; that it was switched on again nobody told.
    let just_before = day(31) - jiff::SignedDuration::from_millis(400);
    let failure = fact(just_before, failed(31, "inv-2").kind);
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(10, "starter"),
        failure,
        invoiced(40, "inv-2", InvoiceStatus::Paid),
        seen(day(45), "starter", "inv-2", 0),
    ];
    let then = derived(&facts, day(45)).subscription;
    assert_eq!((then.plan_id.as_str(), then.status), ("starter", SubscriptionStatus::Active));
}

#[test]
fn a_refund_of_an_invoice_that_appears_in_a_known_period_takes_back_nothing_from_before() {
    let facts = [
        installed(0),
        purchased(0, "pro", "inv-1"),
        seen(day(20), "pro", "inv-9", 0),
        refunded(21, "inv-9"),
        // And the first one may be refunded for itself.
        refunded(22, "inv-1"),
    ];
    assert_eq!(balance(&facts[..4], day(21)), 200 + 5_000);
    assert_eq!(balance(&facts, day(22)), 200);
}

#[test]
fn an_invoice_named_right_after_a_turn_turns_out_to_be_that_of_the_period_before() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        seen(day(59), "starter", "inv-2", 0),
        seen(day(65), "starter", "inv-3", 0),
        refunded(66, "inv-3"),
    ];
    // The first days of three months are 0, 31 and 59. Days 0 and 30 stay, day 60 is taken back.
    assert_eq!(balance(&facts, day(67)), 200 + 2 * 1_000);
}

#[test]
fn the_trial_of_another_life_does_not_make_a_trial_of_this_one() {
    let seen_on = |n| seen(day(n), "pro", "", 0);
    let mut facts = vec![installed(0), purchased(0, "pro", "inv-1"), seen_on(35), seen_on(65), seen_on(92)];
    let before = balance(&facts, day(99));
    assert_eq!(before, 200 + 4 * 5_000);
    facts.push(converted(100, "starter"));
    assert_eq!(plan(&facts, day(101)), "starter");
    assert_eq!(lived(&facts, day(101)).balances.debt, 0);
    let given: i64 = lived(&facts, day(101))
        .grants
        .iter()
        .filter(|g| !g.taken_back)
        .map(|g| g.amount.get())
        .max()
        .unwrap();
    assert_eq!(given, 5_000, "what pro earned stands");
    // The same plan, long after a trial could have ended.
    facts.pop();
    facts.push(converted(100, "pro"));
    assert!(balance(&facts, day(101)) >= before);
    // And an answer that shows a trial of later than the plan's own beginning.
    facts.pop();
    facts.push(trial(100, "pro", "inv-7", 99));
    assert!(balance(&facts, day(101)) >= before);
}

#[test]
fn what_an_answer_called_paid_was_no_trial_although_it_is_paid_by_the_year() {
    use crate::fact::{BillingCycle, PaidSnapshot, PlanTerms, Snapshot};
    let yearly = |invoice| PlanTerms { cycle: BillingCycle::Yearly, ..terms("pro", invoice) };
    let paid =
        PaidSnapshot { terms: yearly("inv-1"), since: Some(day(0)), auto_renewing: true, in_trial: false };
    let seen = fact(day(35), FactKind::Snapshot(Snapshot { paid: Some(paid), seen_until: day(35) }));
    let facts = [installed(0), fact(day(0), FactKind::PlanPurchased(yearly("inv-1"))), seen];
    assert_eq!(balance(&facts, day(99)), 200 + 4 * 5_000);
    // That it ended, and that a trial of the same plan began, nobody told.
    let converted = fact(day(100), FactKind::TrialConverted(yearly("inv-2")));
    assert_eq!(balance(&[&facts[..], &[converted]].concat(), day(101)), 200 + 5 * 5_000);
    let left = [&facts[..], &[cancelled_in_trial(100, "pro")]].concat();
    assert_eq!(lived(&left, day(101)).balances.debt, 0);
    assert_eq!(
        lived(&left, day(101)).balances.expired,
        4 * 5_000,
        "what it earned was given, and its end cut it"
    );
}

#[test]
fn an_answer_minutes_after_a_word_about_renewal_does_not_contradict_it() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(10, "starter"),
        seen(day(10) + minutes(2), "starter", "inv-1", 0),
    ];
    assert!(!derived(&facts, day(11)).subscription.auto_renew);
    assert_eq!(plan(&facts, day(40)), "free");
    let later = [&facts[..3], &[seen(day(11), "starter", "inv-1", 0)]].concat();
    assert!(derived(&later, day(11)).subscription.auto_renew);
}

#[test]
fn an_answer_minutes_after_a_change_that_shows_what_was_before_is_no_news() {
    let change = changed_to_yearly(40, "starter");
    let base = [installed(0), purchased(0, "starter", "inv-1"), seen(day(35), "starter", "inv-2", 0), change];
    let lagging = [&base[..], &[seen(day(40) + minutes(3), "starter", "inv-2", 0)]].concat();
    assert_eq!(derived(&lagging, day(41)).subscription, derived(&base, day(41)).subscription);
    // The same with an upgrade: it is not taken for the choice of a lower plan.
    let base = [installed(0), purchased(0, "starter", "inv-1"), changed(10, "pro")];
    let lagging = [&base[..], &[seen(day(10) + minutes(3), "starter", "inv-1", 0)]].concat();
    assert_eq!(derived(&lagging, day(11)).subscription.pending_plan_id, None);
    assert_eq!(plan(&lagging, day(50)), "pro");
}

#[test]
fn a_reactivation_is_no_beginning_an_answer_tells_when_the_plan_was_bought() {
    let facts = [installed(0), reactivated(40, "starter")];
    assert_eq!(balance(&facts, day(41)), 200, "grants wait for the answer");
    let known = [&facts[..], &[seen(day(41), "starter", "inv-2", 0)]].concat();
    assert_eq!(balance(&known, day(41)), 200 + 2 * 1_000);
    assert_eq!(derived(&known, day(41)).subscription.current_period_end, Some(day(59)));
}

#[test]
fn an_upgrade_first_told_by_its_reactivation_counts_from_when_an_answer_says_it_was_bought() {
    let mut account = site();
    let told = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        seen(day(32), "starter", "inv-2", 0),
        seen(day(61), "starter", "inv-3", 0),
        reactivated(70, "pro"),
    ];
    look(&mut account, &told, 70);
    assert_eq!(account.balances.plan, 200 + 3 * 1_000 + 5_000);
    // It was bought on day 40: the cycle of day 60 was not the lower plan's.
    let known = [&told[..], &[seen(day(71), "pro", "inv-4", 40)]].concat();
    look(&mut account, &known, 71);
    assert_eq!(account.balances.plan, 200 + 2 * 1_000 + 2 * 5_000);
}

#[test]
fn a_reactivation_after_the_time_ran_out_is_of_the_life_that_an_answer_shows_going_on() {
    let mut account = site();
    let mut facts = vec![installed(0), purchased(0, "starter", "inv-1"), cancelled(10, "starter")];
    look(&mut account, &facts, 32);
    assert_eq!((account.balances.plan, account.balances.expired), (200, 2_000));
    facts.push(reactivated(50, "starter"));
    look(&mut account, &facts, 50);
    facts.push(seen(day(51), "starter", "inv-2", 0));
    look(&mut account, &facts, 51);
    // It never ended, and nothing counts twice.
    assert_eq!((account.balances.plan, account.balances.expired), (200 + 2_000, 0));
    assert_eq!(effective(&account).len(), 3);
}

#[test]
fn an_upgrade_before_the_turn_at_which_a_lower_plan_was_to_begin_is_counted_from_its_own_day() {
    let facts = [
        installed(0),
        purchased(0, "pro", "inv-1"),
        changed(10, "starter"),
        // On day 20 it went up instead, and nobody told.
        seen(day(40), "scale", "inv-2", 20),
    ];
    assert_eq!(balance(&facts, day(40)), 200 + 5_000 + 25_000);
    assert_eq!(derived(&facts, day(40)).subscription.current_period_end, Some(day(51)));
}

#[test]
fn a_cancellation_of_one_plan_is_no_word_that_another_is_paid() {
    let facts = [
        installed(0),
        purchased(0, "pro", "inv-1"),
        changed(10, "starter"),
        // On day 20 it was pro again, by the year, and nobody told: starter, supposed since the month ended, never began.
        cancelled(65, "pro"),
    ];
    // Both cycles of the month that was paid are pro's. That of day 60 waits.
    assert_eq!(balance(&facts, day(70)), 200 + 2 * 5_000);
    assert_eq!(plan(&facts, day(70)), "starter", "until Wix says more");
    let named = [&facts[..3], &[cancelled(65, "starter")]].concat();
    assert_eq!(balance(&named, day(70)), 200 + 2 * 5_000 + 1_000, "who cancels what runs has paid for it");
}

#[test]
fn a_plan_that_is_paid_beyond_its_end_without_renewing_ends_with_the_period_that_runs() {
    // Switched off, on and off again: only the first was told.
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(10, "starter"),
        seen_cancelled(day(45), "starter", "inv-2", 0),
    ];
    assert_eq!(plan(&facts, day(45)), "starter");
    assert_eq!(plan(&facts, day(58)), "starter");
    assert_eq!(plan(&facts, day(59)), "free");
}

#[test]
fn an_upgrade_of_a_cancelled_plan_that_was_cancelled_again_ends_with_its_own_period() {
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(10, "starter"),
        seen_cancelled(day(70), "pro", "inv-3", 20),
    ];
    assert_eq!(plan(&facts, day(70)), "pro");
    // It was bought on day 20, Jan 21: the months end on Feb 21, Mar 21.
    assert_eq!(plan(&facts, day(78)), "pro");
    assert_eq!(plan(&facts, day(79)), "free");
}

#[test]
fn a_lower_plan_begins_with_its_payment_when_that_failed_at_first() {
    let facts = [
        installed(0),
        purchased(0, "pro", "inv-1"),
        changed(10, "starter"),
        failed(31, "inv-2"),
        // Wix leaves the higher plan in place until the lower one is paid.
        seen(day(33), "pro", "inv-1", 0),
        invoiced(40, "inv-2", InvoiceStatus::Paid),
    ];
    assert_eq!(plan(&facts[..5], day(34)), "pro");
    assert_eq!(plan(&facts, day(41)), "starter");
    // By a clock that runs ahead, an answer of before the payment comes after it.
    let ahead = [&facts[..], &[seen(day(40) + minutes(2), "pro", "inv-1", 0)]].concat();
    assert_eq!(plan(&ahead, day(41)), "starter");
    assert_eq!(derived(&ahead, day(40) + minutes(2)).next_at, Some(day(40) + minutes(10)));
    // Days 0 and 30 were pro; day 60 is starter.
    assert_eq!(balance(&facts, day(61)), 200 + 2 * 5_000);
    let next = [&facts[..], &[seen(day(62), "starter", "inv-3", 31)]].concat();
    assert_eq!(balance(&next, day(62)), 200 + 2 * 5_000 + 1_000);
}

#[test]
fn another_lower_plan_than_the_one_that_was_told_begins_at_the_turn() {
    let facts = [
        installed(0),
        purchased(0, "scale", "inv-1"),
        changed(10, "starter"),
        // That pro was chosen after that nobody told.
        seen(day(35), "pro", "inv-2", 31),
    ];
    assert_eq!(plan(&facts, day(35)), "pro");
    assert_eq!(balance(&facts, day(35)), 200 + 2 * 25_000, "it is no upgrade");
    assert_eq!(balance(&facts, day(61)), 200 + 2 * 25_000, "its first cycle waits for a word");
}

#[test]
fn a_lower_plan_that_began_at_the_turn_is_seen_although_its_choice_is_told_later() {
    let facts = [
        installed(0),
        purchased(0, "pro", "inv-1"),
        seen(day(30), "pro", "inv-1", 0),
        reactivated(40, "starter"),
        seen(day(41), "starter", "inv-2", 31),
    ];
    assert_eq!(plan(&facts, day(41)), "starter");
}

#[test]
fn a_renewal_that_is_not_told_is_seen_before_it_is_seen_switched_off() {
    // The lower plan began at the turn and was cancelled after it; one answer tells both.
    let facts = [installed(0), purchased(0, "pro", "inv-1"), seen_cancelled(day(40), "starter", "inv-2", 31)];
    assert_eq!(plan(&facts, day(40)), "starter");
    assert_eq!(plan(&facts, day(59)), "free");
}

#[test]
fn what_was_spent_after_a_wrong_end_is_taken_from_what_the_end_before_had_left() {
    let mut account = site();
    let first = [installed(0), purchased(0, "starter", "inv-1"), ended(10, "starter")];
    look(&mut account, &first, 11);
    assert_eq!((account.balances.plan, account.balances.expired), (200, 1_000));
    let second = [&first[..], &[purchased(20, "starter", "inv-2"), cancelled(25, "starter")]].concat();
    look(&mut account, &second, 26);
    // Feb 20, a month after it was bought.
    look(&mut account, &second, 52);
    assert_eq!((account.balances.plan, account.balances.expired), (200, 1_000 + 2_000));
    let cause = crate::entry::Cause::new("owner", "");
    account.spend("s", "a", credits(30), &cause, day(53)).unwrap();
    // It had not ended: the thirty were the oldest credits, and nothing that the first end cut comes back.
    let third = [&second[..], &[seen(day(60), "starter", "inv-4", 20)]].concat();
    look(&mut account, &third, 60);
    assert_eq!(account.balances.expired, 1_000);
    assert_eq!(account.balances.plan, 200 + 2 * 1_000 - 30);
}

#[test]
fn an_upgrade_that_nobody_told_is_seen_in_the_moment_in_which_the_old_period_ends() {
    // The end of the 31 days that were known is the very moment of the answer: minutes after an end, one may lag.
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(29, "scale"),
        seen_cancelled(day(31), "scale", "inv-2", 10),
    ];
    assert_eq!(plan(&facts, day(31)), "scale");
    assert_eq!(plan(&facts, day(37)), "scale");
    assert_eq!(plan(&facts, day(45)), "free");
    // What lags tells of nothing new.
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        cancelled(29, "starter"),
        seen_cancelled(day(31), "starter", "inv-1", 0),
    ];
    assert_eq!(plan(&facts, day(31)), "free");
}

#[test]
fn a_change_that_is_told_without_its_time_gives_nothing_for_the_time_before() {
    // Stripe names the beginning of the subscription, whatever its plan was then.
    let paid = |at, invoice| invoiced(at, invoice, crate::fact::InvoiceStatus::Paid);
    let before = [installed(0), purchased(0, "starter", "inv-1"), paid(31, "inv-2"), paid(59, "inv-3")];
    let upgrade = [&before[..], &[seen(day(70), "pro", "inv-4", 0)]].concat();
    assert_eq!(balance(&before, day(70)), 200 + 3 * 1_000);
    assert_eq!(balance(&upgrade, day(70)), 200 + 3 * 1_000 + 5_000);
    // It is what it was when the same is answered again, and the next cycle is 30 days after.
    let again = [&upgrade[..], &[seen(day(80), "pro", "inv-4", 0)]].concat();
    assert_eq!(balance(&again, day(80)), 200 + 3 * 1_000 + 5_000);
    assert_eq!(derived(&again, day(80)).next_at, Some(day(100)));

    let before = [installed(0), purchased(0, "pro", "inv-1"), paid(31, "inv-2"), paid(59, "inv-3")];
    let lower = [&before[..], &[seen(day(70), "starter", "inv-3", 0)]].concat();
    assert_eq!(plan(&lower, day(70)), "starter");
    // March is paid for the lower plan, and the third cycle begins in it.
    assert_eq!(balance(&lower, day(70)), 200 + 2 * 5_000 + 1_000);
}

#[test]
fn a_year_that_is_over_and_still_shown_is_owed_and_gives_nothing_until_it_is_paid() {
    use crate::fact::{BillingCycle, PaidSnapshot, PlanTerms, Snapshot};
    let year = |invoice, until| PlanTerms {
        cycle: BillingCycle::Yearly,
        expires_at: Some(day(until)),
        ..terms("pro", invoice)
    };
    let seen = |at, terms| {
        let paid = PaidSnapshot { terms, since: Some(day(0)), auto_renewing: true, in_trial: false };
        fact(day(at), FactKind::Snapshot(Snapshot { paid: Some(paid), seen_until: day(at) }))
    };
    // That the payment failed, nobody told: the date has passed, and the plan is shown as before.
    let owed = [
        installed(0),
        fact(day(0), FactKind::PlanPurchased(year("inv-1", 365))),
        seen(380, year("inv-1", 365)),
        seen(398, year("inv-1", 365)),
    ];
    let then = derived(&owed, day(399));
    assert_eq!((then.subscription.plan_id.as_str(), then.unconfirmed), ("pro", true));
    assert_eq!(balance(&owed, day(399)), 200 + 12 * 5_000);
    let paid = [&owed[..], &[seen(400, year("inv-2", 730))]].concat();
    // What had waited is given: the cycles of the days 365 and 395 at most.
    assert_eq!(balance(&paid, day(401)), 200 + 14 * 5_000);
    assert!(!derived(&paid, day(401)).unconfirmed);
}

#[test]
fn an_invoice_of_a_lower_plan_by_the_year_takes_nothing_of_the_month_before() {
    // Monthly until Jan 31; the lower plan begins then, and an answer names its invoice in that moment.
    let yearly = |at: i64, invoice: &str| {
        let Fact { key, at, kind } = seen(day(at), "starter", invoice, 20);
        let FactKind::Snapshot(mut told) = kind else { unreachable!("an answer") };
        told.paid.as_mut().unwrap().terms.cycle = BillingCycle::Yearly;
        Fact { key, at, kind: FactKind::Snapshot(told) }
    };
    let refunded = invoiced(40, "inv-2", InvoiceStatus::Refunded);
    let facts = [installed(0), purchased(0, "scale", "inv-1"), yearly(31, "inv-2"), refunded];
    assert_eq!(balance(&facts, day(31)), 200 + 25_000 + 25_000);
    assert_eq!(balance(&facts[..3], day(40)), balance(&facts, day(31)));
    assert_eq!(balance(&facts, day(41)), 200 + 25_000 + 25_000);
}

#[test]
fn invoices_that_were_named_too_early_one_after_another_are_each_of_the_period_before() {
    // A clock that runs ahead asks right after each turn, and hears the invoice of the period before.
    let early = |turn: i64, invoice: &str| {
        let at = day(turn) + jiff::SignedDuration::from_mins(5);
        snapshot(at, Some(("starter", invoice, true)), Some(day(0)))
    };
    let late = |at: i64, invoice: &str| snapshot(day(at), Some(("starter", invoice, true)), Some(day(0)));
    let facts = [
        installed(0),
        purchased(0, "starter", "inv-1"),
        early(59, "inv-2"),
        early(90, "inv-3"),
        late(100, "inv-4"),
    ];
    let after = |invoice: &str| balance(&[&facts[..], &[refunded(101, invoice)]].concat(), day(102));
    let all = 200 + 4 * 1_000;
    assert_eq!(balance(&facts, day(102)), all);
    // The cycles of the days 30, 60 and 90: each is in the period of its own invoice.
    assert_eq!(["inv-1", "inv-2", "inv-3", "inv-4"].map(after), [all - 2_000, all, all - 1_000, all - 1_000]);
}

#[test]
fn a_lower_plan_before_the_end_that_wix_had_named_was_bought_after_an_end_that_nobody_told() {
    let story = |end: Option<i64>, invoice: &str| {
        let Fact { key, at, kind } = purchased(0, "scale", "inv-1");
        let FactKind::PlanPurchased(terms) = kind else { unreachable!("a purchase") };
        let terms = PlanTerms { expires_at: end.map(day), ..terms };
        let lower = snapshot(day(20), Some(("starter", invoice, true)), Some(day(10)));
        [installed(0), Fact { key, at, kind: FactKind::PlanPurchased(terms) }, lower]
    };
    let anew = story(Some(31), "inv-2");
    // When the one ended nobody knows, so that nothing lies between them, and nothing is cut.
    assert_eq!((plan(&anew, day(20)).as_str(), balance(&anew, day(20))), ("starter", 200 + 25_000 + 1_000));
    // By the invoice that is paid, or when no end was named, it was only chosen: it begins when the period ends.
    for chosen in [story(Some(31), "inv-1"), story(None, "inv-2")] {
        assert_eq!(plan(&chosen, day(20)), "scale");
    }
}

#[test]
fn a_lower_plan_whose_purchase_was_told_and_no_end_before_it_is_given_once_and_runs_once_an_answer_shows_it()
{
    let Fact { key, at, kind } = purchased(0, "scale", "inv-1");
    let FactKind::PlanPurchased(terms) = kind else { unreachable!("a purchase") };
    let kind = FactKind::PlanPurchased(PlanTerms { expires_at: Some(day(31)), ..terms });
    let told = [installed(0), Fact { key, at, kind }, purchased(10, "starter", "inv-2")];
    assert_eq!((plan(&told, day(20)).as_str(), balance(&told, day(20))), ("scale", 200 + 25_000 + 1_000));
    let shown = [&told[..], &[seen(day(20), "starter", "inv-2", 10)]].concat();
    assert_eq!((plan(&shown, day(20)).as_str(), balance(&shown, day(20))), ("starter", 200 + 25_000 + 1_000));
    assert_eq!(balance(&shown, day(41)), 200 + 25_000 + 1_000 + 1_000);
}
