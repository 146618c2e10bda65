//! The life of a subscription at Stripe, in the books.

use jiff::SignedDuration;
use serde_json::Value;

use super::{Stage, on_both_and_both};
use crate::app::{Site, days, hours};

on_both_and_both!(
    each_paid_period_brings_the_next_cycle_although_wix_calls_the_site_free,
    a_failed_payment_keeps_access_and_holds_new_credits_back_until_it_is_mended,
    renewal_switched_off_ends_the_plan_with_its_period,
    renewal_switched_on_again_goes_on,
    a_refund_takes_back_once_and_books_what_was_spent_as_debt,
    a_charge_back_takes_back_once_and_books_what_was_spent_as_debt,
    events_in_any_order_five_times_over_end_the_same,
);

async fn each_paid_period_brings_the_next_cycle_although_wix_calls_the_site_free(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.app.advance(days(30)).await;
    stage.until_standing(&site, "starter", "active", 2_200).await;
    stage.app.advance(days(1)).await;
    stage.deliver_all(&stage.stripe.renew(&subscription, true)).await;
    stage.app.settled().await;
    assert_eq!(stage.standing(&site).await.2, 2_200, "a payment is no cycle");
    stage.app.advance(days(29)).await;
    stage.until_standing(&site, "starter", "active", 3_200).await;
    stage.app.finish().await;
}

async fn a_failed_payment_keeps_access_and_holds_new_credits_back_until_it_is_mended(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.app.advance(days(31)).await;
    stage.until_standing(&site, "starter", "active", 2_200).await;
    stage.deliver_all(&stage.stripe.renew(&subscription, false)).await;
    stage.until_standing(&site, "starter", "billing_issue", 2_200).await;
    // Past the next cycle: Stripe is asked, and says that it is still not paid.
    stage.app.advance(days(30)).await;
    stage.app.settled().await;
    assert_eq!(stage.standing(&site).await, ("starter".to_owned(), "billing_issue".to_owned(), 2_200));
    stage.deliver_all(&stage.stripe.recover(&subscription)).await;
    stage.until_standing(&site, "starter", "active", 3_200).await;
    stage.app.finish().await;
}

async fn renewal_switched_off_ends_the_plan_with_its_period(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.app.clock.advance(SignedDuration::from_mins(1));
    stage.deliver(&stage.stripe.set_ending(&subscription, true)).await.data();
    stage.until_standing(&site, "starter", "cancelled", 1_200).await;
    stage.app.advance(days(30)).await;
    stage.until_standing(&site, "starter", "cancelled", 2_200).await;
    stage.app.advance(days(1) + hours(1)).await;
    stage.deliver(&stage.stripe.end(&subscription)).await.data();
    stage.until_standing(&site, "free", "free", 200).await;
    // A new life begins with a new checkout, and not with the portal.
    let site = stage.app.fresh(&site);
    let (_, session) = stage.checkout(&site, "starter").await;
    assert_eq!(stage.stripe.session(&session)["status"], "open");
    stage.app.finish().await;
}

async fn renewal_switched_on_again_goes_on(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    let off = stage.stripe.set_ending(&subscription, true);
    let on = stage.stripe.set_ending(&subscription, false);
    // The later one overtakes the earlier.
    stage.deliver_all(&[on, off]).await;
    stage.app.settled().await;
    stage.until_standing(&site, "starter", "active", 1_200).await;
    assert_eq!(stage.app.status(&site.token).await["subscription"]["autoRenew"], true);
    stage.app.finish().await;
}

/// What can be spent, what is owed, and what each entry of a reversal took from what can be spent.
async fn books(stage: &Stage, site: &Site) -> (i64, i64, Vec<i64>) {
    let credits = stage.app.status(&stage.app.fresh(site).token).await["credits"].clone();
    let path = "/api/v1/wix/credits/history?limit=100&kind=reversal";
    let entries = stage.app.get(&stage.app.fresh(site).token, path).await.data()["entries"].clone();
    let taken = entries.as_array().unwrap().iter().map(|entry| entry["amount"].as_i64().unwrap()).collect();
    (credits["available"].as_i64().unwrap(), credits["debt"].as_i64().unwrap(), taken)
}

/// 500 of 1,200 credits are spent: the 200 free ones, and 300 that are paid for.
async fn money_goes_back(stage: &Stage, events: impl Fn(&str) -> Vec<Value>) {
    let site = stage.app.install().await;
    // The older credits are spent first.
    stage.app.clock.advance(hours(1));
    let site = stage.app.fresh(&site);
    let (_, session) = stage.checkout(&site, "starter").await;
    stage.deliver_all(&stage.stripe.pay(&session)).await;
    stage.app.until_available(&site.token, 1_200).await;
    let subscription = stage.stripe.subscription();
    stage.app.spend(&site, "s-1", 500).await.data();
    for (n, event) in events(&subscription).into_iter().enumerate() {
        for _ in 0..2 {
            stage.deliver(&event).await.data();
            stage.app.settled().await;
            let (available, debt, taken) = books(stage, &site).await;
            assert_eq!((available, debt), (0, 300), "event {n}");
            // One reversal: what was left went, and what was spent is owed, newest first.
            assert_eq!(taken, [0, -700], "event {n}");
        }
    }
    let taken = books(stage, &site).await.2;
    // What is bought later pays the debt, and nothing is taken back again.
    stage.app.clock.advance(hours(1));
    let more = stage.stripe.change_price(&subscription, "price_ProMonthly");
    stage.deliver_all(&more).await;
    stage.app.until_available(&stage.app.fresh(&site).token, 4_700).await;
    assert_eq!(books(stage, &site).await, (4_700, 0, taken));
}

async fn a_refund_takes_back_once_and_books_what_was_spent_as_debt(stage: Stage) {
    // The payer's bank may take the same payment back after the refund.
    money_goes_back(&stage, |subscription| {
        vec![
            stage.stripe.refund(subscription),
            stage.stripe.refund(subscription),
            stage.stripe.dispute(subscription),
        ]
    })
    .await;
    stage.app.finish().await;
}

async fn a_charge_back_takes_back_once_and_books_what_was_spent_as_debt(stage: Stage) {
    // The dispute names a payment alone; in newer versions only another event says for which invoice that was.
    money_goes_back(&stage, |subscription| {
        vec![
            stage.stripe.dispute(subscription),
            stage.stripe.dispute(subscription),
            stage.stripe.refund(subscription),
        ]
    })
    .await;
    stage.app.finish().await;
}

async fn events_in_any_order_five_times_over_end_the_same(stage: Stage) {
    let (mut ends, mut random) = (Vec::new(), 0x2545_f491_4f6c_dd1d_u64);
    for round in 0..3 {
        let site = stage.app.install().await;
        let (_, session) = stage.checkout(&site, "starter").await;
        let mut events = stage.stripe.pay(&session);
        let subscription = stage.stripe.session(&session)["subscription"].as_str().unwrap().to_owned();
        events.extend(stage.stripe.change_price(&subscription, "price_ProMonthly"));
        events.push(stage.stripe.set_ending(&subscription, true));
        if round > 0 {
            events = std::iter::repeat_n(events, 5).flatten().collect::<Vec<Value>>();
            // Fisher and Yates, with a fixed seed.
            for at in (1..events.len()).rev() {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                events.swap(at, usize::try_from(random >> 33).unwrap() % (at + 1));
            }
        }
        stage.deliver_all(&events).await;
        stage.app.settled().await;
        let waiting = "SELECT count(*) FROM stripe_events WHERE state = 'waiting'";
        stage
            .app
            .until("nothing waits", async || (stage.app.place.number(waiting).await == 0).then_some(()))
            .await;
        stage.until_standing(&site, "pro", "cancelled", 6_200).await;
        let status = stage.app.status(&site.token).await;
        ends.push((status["credits"]["byPool"].clone(), status["subscription"]["autoRenew"].clone()));
    }
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
    stage.app.finish().await;
}
