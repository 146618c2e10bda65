//! Hazards 1 to 10.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::ErrorCode;
use wixapp_core::clock::{Clock, VirtualClock};
use wixapp_emulator::{Card, NewOwner};
use wixapp_server::serve::Roles;

use super::{
    ask, billing, cancellation, changed, entries, installed, invoice, is, keys, orders, purchased, say,
    signed, somebody, standing, terms, until_standing, wix_answers,
};
use crate::app::{Site, TestApp, days, hours, together};
use crate::wire::Behaviour;

on_both!(
    hazard_01_the_same_event_a_hundred_times_is_one_fact_and_one_grant,
    hazard_02_cancelled_before_purchased_is_the_same_as_in_order,
    hazard_03_the_newer_change_wins_whenever_it_comes,
    hazard_04_what_is_bought_while_removed_counts_once_after_the_reinstall,
    hazard_05_an_upgrade_and_a_cycle_at_one_instant_are_one_each,
    hazard_06_a_clock_that_jumps_changes_no_cycle_and_the_future_waits,
    hazard_06_a_clock_far_ahead_of_wixs_brings_no_cycle_and_no_end,
    hazard_07_a_refund_takes_back_once_and_books_what_was_spent_as_debt,
    hazard_07_a_payment_told_once_more_does_not_undo_a_charge_back,
    hazard_08_fifty_installs_are_one_free_grant,
    hazard_09_fifty_copies_of_a_site_are_one_free_grant,
    hazard_10_a_plan_that_moves_takes_its_credits_along_and_earns_none,
);

async fn hazard_01_the_same_event_a_hundred_times_is_one_fact_and_one_grant(app: TestApp) {
    let site = installed(&app, "one").await;
    let event = signed(&app, &site, "PaidPlanPurchased", &terms(app.clock.now(), "starter", "inv-1"));
    for _ in 0..4 {
        let answers = together((0..32).map(|_| app.deliver(event.clone()))).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
    }
    app.until_available(&site.token, 1_200).await;
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    assert_eq!(
        app.place.number("SELECT count(*) FROM facts WHERE event_type = 'PaidPlanPurchased'").await,
        1
    );
    assert_eq!(app.place.number("SELECT count(*) FROM deliveries WHERE duplicate = 1").await, 127);
    assert_eq!(entries(&app, &site, "grant").await, 2);
    app.finish().await;
}

async fn hazard_02_cancelled_before_purchased_is_the_same_as_in_order(app: TestApp) {
    let start = app.clock.now();
    let sites = ["a", "b", "c", "d", "e", "f"];
    let mut all = Vec::new();
    for name in sites {
        all.push(installed(&app, name).await);
    }
    app.clock.advance(hours(3));
    let facts = [
        ("PaidPlanPurchased", terms(start + hours(1), "starter", "inv-1")),
        ("PaidPlanChanged", terms(start + hours(2), "pro", "inv-2")),
        ("PaidPlanAutoRenewalCancelled", cancellation(start + hours(3), "pro")),
    ];
    let mut seen = Vec::new();
    for (site, order) in all.iter().zip(orders(&facts)) {
        for (event, payload) in order {
            say(&app, site, event, payload).await;
        }
        let status = app.status(&app.fresh(site).token).await;
        seen.push((
            status["plan"].clone(),
            status["subscription"].clone(),
            status["credits"]["byPool"].clone(),
        ));
    }
    assert_eq!(seen[0].1["status"], "cancelled");
    assert_eq!((&seen[0].0["id"], &seen[0].2["plan"]), (&json!("pro"), &json!(6_200)));
    assert!(seen.iter().all(|state| *state == seen[0]), "{seen:#?}");
    app.finish().await;
}

async fn hazard_03_the_newer_change_wins_whenever_it_comes(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    app.clock.advance(hours(5));
    changed(&app, &site, start + hours(2), "pro", "inv-2").await;
    assert_eq!(standing(&app, &site).await.0, "pro");
    purchased(&app, &site, start + hours(1), "starter", "inv-1").await;
    assert_eq!(standing(&app, &site).await, is("pro", "active", 6_200));
    changed(&app, &site, start + hours(4), "scale", "inv-4").await;
    assert_eq!(standing(&app, &site).await, is("scale", "active", 31_200));
    // One that happened in between, and comes last: the plan is what the newest says.
    changed(&app, &site, start + hours(3), "pro", "inv-3").await;
    assert_eq!(standing(&app, &site).await, is("scale", "active", 31_200));
    app.finish().await;
}

async fn hazard_04_what_is_bought_while_removed_counts_once_after_the_reinstall(app: TestApp) {
    let site = installed(&app, "one").await;
    app.clock.advance(hours(1));
    say(&app, &site, "AppRemoved", json!({ "appId": "a" })).await;
    app.clock.advance(hours(1));
    purchased(&app, &site, app.clock.now(), "starter", "inv-1").await;
    assert_eq!(standing(&app, &site).await.1, "removed");
    let refused = app.spend(&app.fresh(&site), "s-1", 1).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(standing(&app, &site).await.2, 200);
    app.clock.advance(hours(1));
    say(&app, &site, "AppInstalled", json!({ "appId": "a" })).await;
    until_standing(&app, &site, is("starter", "active", 1_200)).await;
    assert_eq!(entries(&app, &site, "grant").await, 2);
    app.finish().await;
}

async fn hazard_05_an_upgrade_and_a_cycle_at_one_instant_are_one_each(app: TestApp) {
    let start = app.clock.now();
    let (early, late) = (installed(&app, "early").await, installed(&app, "late").await);
    let amid = installed(&app, "amid").await;
    for site in [&early, &late, &amid] {
        purchased(&app, site, start, "starter", "inv-1").await;
    }
    // Of one the upgrade is known before the moment comes, of another the cycle was given by then, and of the third both
    // come together, to two workers at once.
    let moment = start + days(30);
    app.clock.advance(days(30) - SignedDuration::from_mins(5));
    changed(&app, &early, moment, "pro", "inv-2").await;
    let other = app.another_server(Roles { api: false, worker: true }).await;
    let upgrade = |site: &Site| signed(&app, site, "PaidPlanChanged", &terms(moment, "pro", "inv-2"));
    let sent = upgrade(&amid);
    let (arrived, ()) = tokio::join!(together((0..16).map(|_| app.deliver(sent.clone()))), async {
        app.clock.advance(SignedDuration::from_mins(5))
    },);
    assert!(arrived.iter().all(|answer| answer.status == 200));
    app.until_available(&app.fresh(&early).token, 6_200).await;
    app.until_available(&app.fresh(&late).token, 2_200).await;
    for answer in together((0..16).map(|_| app.deliver(upgrade(&late)))).await {
        answer.data();
    }
    for site in [&early, &late, &amid] {
        until_standing(&app, site, is("pro", "active", 6_200)).await;
    }
    other.stop().await;
    app.settled().await;
    let both = ["free", "cycle:inv-1:0", "upgrade:inv-1"];
    assert_eq!(keys(&app, &early).await, both);
    for site in [&late, &amid] {
        // A cycle that was given first is taken back: with the upgrade the cycles begin anew.
        let tick = ["cycle:inv-1:1", "reversal:cycle:inv-1:1"];
        let (ticked, rest): (Vec<_>, Vec<_>) =
            keys(&app, site).await.into_iter().partition(|key| tick.contains(&key.as_str()));
        let came_first = ticked == tick || (ticked.is_empty() && site.instance_id == amid.instance_id);
        assert!(came_first && rest == both, "{ticked:?} {rest:?}");
    }
    let count = async |what: &str| app.place.number(&format!("SELECT count(*) FROM {what}")).await;
    assert_eq!(count("grants WHERE source = 'upgrade'").await, 3);
    // Each arrival is written down, and each event is one fact.
    assert_eq!(count("facts WHERE event_type = 'PaidPlanChanged'").await, 3);
    assert_eq!(count("deliveries WHERE event_type = 'PaidPlanChanged' AND duplicate = 0").await, 3);
    assert_eq!(count("deliveries WHERE event_type = 'PaidPlanChanged'").await, 1 + 16 + 16);
    app.finish().await;
}

async fn hazard_06_a_clock_that_jumps_changes_no_cycle_and_the_future_waits(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    for jump in [-2, 2, -2, 2] {
        app.clock.advance(days(jump));
        app.settled().await;
        assert_eq!(app.place.number("SELECT count(*) FROM grants").await, 2);
    }
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    // An event from more than ten minutes ahead waits for its moment, and is used by itself then.
    changed(&app, &site, start + SignedDuration::from_mins(11), "pro", "inv-2").await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    assert_eq!(app.place.number("SELECT count(*) FROM facts WHERE state = 'parked'").await, 1);
    app.clock.advance(SignedDuration::from_mins(11));
    until_standing(&app, &site, is("pro", "active", 6_200)).await;
    assert_eq!(app.place.number("SELECT count(*) FROM facts WHERE state = 'parked'").await, 0);
    // A month in which clocks are put forward in many places; a cycle is thirty days of 24 hours all the same.
    let bought = start + SignedDuration::from_mins(11);
    wix_answers(&app, &site, Some(billing("pro", bought, "inv-2")));
    app.clock.advance(days(29));
    app.settled().await;
    assert_eq!(app.place.number("SELECT count(*) FROM grants").await, 3);
    app.clock.advance(days(2));
    until_standing(&app, &site, is("pro", "active", 11_200)).await;
    for jump in [-2, 2, -3, 3] {
        app.clock.advance(days(jump));
        app.settled().await;
        assert_eq!(standing(&app, &site).await, is("pro", "active", 11_200));
        assert_eq!(app.place.number("SELECT count(*) FROM grants").await, 4);
    }
    let due = (bought + days(30)).as_microsecond();
    assert_eq!(app.place.number("SELECT max(effective_at) FROM grants").await, due);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

async fn hazard_06_a_clock_far_ahead_of_wixs_brings_no_cycle_and_no_end(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    let there = VirtualClock::frozen_at(start);
    app.to_wix.date_by(there.clone());
    purchased(&app, &site, start, "starter", "inv-1").await;
    wix_answers(&app, &site, Some(billing("starter", start, "inv-1")));
    let grants = "SELECT count(*) FROM grants";
    let ahead = "SELECT count(*) FROM instances WHERE reconciled_at > {} OR due_at > {}";
    for jump in [days(40), days(1_500)] {
        app.clock.advance(jump);
        ask(&app, &site).await;
        app.settled().await;
        assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
        app.clock.advance(-jump);
        // What was done by the wrong clock is done again by itself: the site is asked about, and due when it should be.
        let month = (start + days(31)).as_microsecond().to_string();
        let mended = async || (app.place.number(&ahead.replace("{}", &month)).await == 0).then_some(());
        app.until("the right time", mended).await;
        assert_eq!(app.place.number(grants).await, 2);
    }
    // Time passes in truth.
    there.advance(days(30));
    app.clock.advance(days(30));
    until_standing(&app, &site, is("starter", "active", 2_200)).await;
    // An end that lies ahead takes nothing before it comes.
    say(&app, &site, "PaidPlanAutoRenewalCancelled", cancellation(app.clock.now(), "starter")).await;
    let stopped = json!({ "packageName": "starter", "billingCycle": "MONTHLY", "timeStamp": start,
        "autoRenewing": false, "invoiceId": "inv-1", "source": "test" });
    wix_answers(&app, &site, Some(stopped));
    app.clock.advance(days(60));
    ask(&app, &site).await;
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("starter", "cancelled", 2_200));
    app.clock.advance(days(-60));
    ask(&app, &site).await;
    there.advance(days(2));
    wix_answers(&app, &site, None);
    app.clock.advance(days(2));
    until_standing(&app, &site, is("free", "free", 200)).await;
    assert_eq!(entries(&app, &site, "grant").await, 3);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

async fn hazard_07_a_payment_told_once_more_does_not_undo_a_charge_back(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    invoice(&app, &site, "inv-1", "PAID").await;
    app.clock.advance(hours(24));
    // The charge-back is the first word of its kind: no refund was before it.
    invoice(&app, &site, "inv-1", "CHARGEDBACK").await;
    assert_eq!(standing(&app, &site).await.2, 200);
    app.clock.advance(hours(16));
    // Wix tells of the payment again, signed anew, because the first word was not acknowledged.
    invoice(&app, &site, "inv-1", "PAID").await;
    assert_eq!(standing(&app, &site).await.2, 200);
    // A dispute that is won takes longer than that.
    app.clock.advance(days(9));
    invoice(&app, &site, "inv-1", "PAID").await;
    assert_eq!(standing(&app, &site).await.2, 1_200);
    app.clock.advance(hours(1));
    invoice(&app, &site, "inv-1", "PAID").await;
    assert_eq!(standing(&app, &site).await.2, 1_200);
    app.finish().await;
}

async fn hazard_07_a_refund_takes_back_once_and_books_what_was_spent_as_debt(app: TestApp) {
    let site = installed(&app, "one").await;
    app.clock.advance(hours(1));
    purchased(&app, &site, app.clock.now(), "starter", "inv-1").await;
    app.spend(&site, "s-1", 500).await.data();
    for status in ["REFUNDED", "REFUNDED", "CHARGEDBACK"] {
        app.clock.advance(SignedDuration::from_secs(60));
        invoice(&app, &site, "inv-1", status).await;
        let credits = app.status(&site.token).await["credits"].clone();
        // The 200 free credits were spent first, and then 300 of the plan's.
        assert_eq!((&credits["available"], &credits["debt"]), (&json!(0), &json!(300)), "{status}");
        // One reversal: what was left went, and what was spent is owed, newest first.
        assert_eq!(taken_back(&app, &site).await, [0, -700], "{status}");
    }
    app.spend(&site, "s-2", 1).await.refused(ErrorCode::InsufficientCredits);
    // What is bought later pays the debt first, and says so before.
    app.clock.advance(hours(1));
    let seen = app.get(&site.token, "/api/v1/wix/billing/preview?to=pro").await.data().clone();
    assert_eq!((&seen["before"]["available"], &seen["after"]["available"]), (&json!(0), &json!(4_700)));
    assert_eq!(
        seen["lines"][0],
        "Pro begins at once. Of its 5000 credits, 300 pay what you owe; 4700 are added to what you have."
    );
    purchased(&app, &site, app.clock.now(), "pro", "inv-2").await;
    let credits = app.status(&site.token).await["credits"].clone();
    assert_eq!((&credits["available"], &credits["debt"]), (&json!(4_700), &json!(0)));
    assert_eq!(taken_back(&app, &site).await, [0, -700]);
    app.finish().await;
}

/// What each entry of a reversal took from what can be spent.
async fn taken_back(app: &TestApp, site: &Site) -> Vec<i64> {
    let path = "/api/v1/wix/credits/history?limit=100&kind=reversal";
    let entries = app.get(&app.fresh(site).token, path).await.data()["entries"].clone();
    entries.as_array().unwrap().iter().map(|entry| entry["amount"].as_i64().unwrap()).collect()
}

async fn hazard_08_fifty_installs_are_one_free_grant(app: TestApp) {
    let site = installed(&app, "one").await;
    for _ in 0..50 {
        for event in ["AppRemoved", "AppInstalled"] {
            // Wix signs in whole seconds.
            app.clock.advance(SignedDuration::from_secs(1));
            app.deliver(signed(&app, &site, event, &json!({ "appId": "a" }))).await.data();
        }
    }
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("free", "free", 200));
    assert_eq!(entries(&app, &site, "grant").await, 1);
    app.finish().await;
}

async fn hazard_09_fifty_copies_of_a_site_are_one_free_grant(app: TestApp) {
    let original = installed(&app, "original").await;
    for n in 0..50 {
        let copy = somebody(&app, &format!("copy-{n}"));
        let payload = json!({ "appId": "a", "originInstanceId": original.instance_id });
        app.deliver(signed(&app, &copy, "AppInstalled", &payload)).await.data();
    }
    app.settled().await;
    assert_eq!(app.available(&original.token).await, 200);
    for n in 0..50 {
        let copy = somebody(&app, &format!("copy-{n}"));
        assert_eq!(standing(&app, &copy).await, is("free", "free", 0));
        assert_eq!(app.status(&copy.token).await["plan"]["creditsPerCycle"], 0);
    }
    assert_eq!(app.place.number("SELECT count(*) FROM grants").await, 1);
    app.finish().await;
}

async fn hazard_10_a_plan_that_moves_takes_its_credits_along_and_earns_none(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    app.spend(&site, "s-1", 100).await.data();
    app.clock.advance(hours(1));
    say(&app, &site, "PlanTransferred", terms(app.clock.now(), "starter", "inv-1")).await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_100));
    say(&app, &site, "PlanTransferred", terms(app.clock.now(), "starter", "inv-2")).await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_100));
    assert_eq!(entries(&app, &site, "grant").await, 2);
    // To another site: the plan runs there, and earns what comes.
    let other = installed(&app, "other").await;
    let moved = app.clock.now();
    say(&app, &other, "PlanTransferred", terms(moved, "starter", "inv-1")).await;
    assert_eq!(standing(&app, &other).await, is("starter", "active", 200));
    wix_answers(&app, &other, Some(billing("starter", moved, "inv-1")));
    app.clock.advance(days(30));
    until_standing(&app, &other, is("starter", "active", 1_200)).await;
    assert_eq!(entries(&app, &other, "grant").await, 2);
    app.to_wix.set(Behaviour::PassOn);
    // Where it leaves, the plan is over, and what it gave stays.
    let left = installed(&app, "left").await;
    purchased(&app, &left, app.clock.now(), "starter", "inv-3").await;
    app.spend(&app.fresh(&left), "s-2", 100).await.data();
    app.clock.advance(hours(1));
    let moved = json!({ "operationTimeStamp": app.clock.now(), "vendorProductId": "starter", "cycle": "MONTHLY",
        "subscriptionCancellationType": "IMMEDIATELY", "cancelReason": "TRANSFER_CANCELLATION_REASON" });
    say(&app, &left, "PaidPlanAutoRenewalCancelled", moved).await;
    assert_eq!(standing(&app, &left).await, is("free", "free", 1_100));
    // The whole site, with what the platform itself tells of it.
    let site = app.install().await;
    let (_, page) = app.checkout(&site, "starter").await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    app.until_available(&site.token, 1_200).await;
    let owner = NewOwner { name: "Somebody else".to_owned(), email: "else@example.com".to_owned() };
    app.emulator.transfer(&site.site_id, owner).await.unwrap();
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    assert_eq!(entries(&app, &site, "grant").await, 2);
    app.finish().await;
}
