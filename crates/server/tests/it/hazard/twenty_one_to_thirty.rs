//! Hazards 21 to 30.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::ErrorCode;
use wixapp_core::clock::Clock;

use super::{
    ask, billing, cancellation, entries, installed, invoice, is, purchased, say, somebody, standing, terms,
    until_standing, wix_answers,
};
use crate::app::{TestApp, count, count_refused, days, hours, together};
use crate::wire::Behaviour;

on_both!(
    hazard_21_a_job_that_fails_for_good_gives_its_credits_back_once,
    hazard_22_what_ended_cannot_be_spent_again,
    hazard_23_a_double_click_is_one_spend_and_fifty_spends_of_the_last_credit_are_one,
    hazard_24_a_thousand_returns_are_one_question_in_five_seconds,
    hazard_25_a_forged_return_changes_nothing,
    hazard_26_a_trial_is_one_rule_with_without_and_before_its_event,
    hazard_27_a_free_coupon_gives_what_the_plan_gives,
    hazard_28_renewal_off_and_on_again_in_either_order_is_a_flag,
    hazard_29_a_failed_payment_keeps_access_and_gives_the_missed_cycles_later,
    hazard_30_a_plan_that_ends_in_silence_is_free_within_a_sweep,
);

async fn hazard_21_a_job_that_fails_for_good_gives_its_credits_back_once(app: TestApp) {
    let site = app.install().await;
    let job = app.start_work(&site, "work-1", "badly").await;
    assert_eq!(app.ended(&site, &job).await["status"], "failed");
    assert_eq!(app.available(&site.token).await, 200);
    assert_eq!((entries(&app, &site, "reserve").await, entries(&app, &site, "void").await), (1, 1));
    assert_eq!(app.start_work(&site, "work-1", "badly").await, job);
    assert_eq!((entries(&app, &site, "void").await, entries(&app, &site, "post").await), (1, 0));
    app.finish().await;
}

async fn hazard_22_what_ended_cannot_be_spent_again(app: TestApp) {
    let site = app.install().await;
    let reserve = async |key: &str| {
        let body = json!({ "amount": 50, "action": "test", "ttlS": 60 });
        app.credits(&site, "reserve", key, body).await.data()["holdId"].clone()
    };
    let (part, late) = (reserve("r-1").await, reserve("r-2").await);
    let posted = app.credits(&site, "post", "p-1", json!({ "holdId": part, "amount": 20 })).await;
    assert_eq!(posted.data()["credits"]["available"], 130);
    app.clock.advance(SignedDuration::from_secs(60));
    let expired = app.credits(&site, "post", "p-2", json!({ "holdId": late })).await;
    assert_eq!(expired.refused(ErrorCode::HoldEnded)["details"], json!({ "state": "expired" }));
    app.until_available(&site.token, 180).await;
    for (what, hold, state) in [
        ("post", &part, "posted"),
        ("void", &part, "posted"),
        ("post", &late, "expired"),
        ("void", &late, "expired"),
    ] {
        let answer = app.credits(&site, what, &format!("{what}-{state}"), json!({ "holdId": hold })).await;
        assert_eq!(answer.refused(ErrorCode::HoldEnded)["details"], json!({ "state": state }));
    }
    assert_eq!(app.available(&site.token).await, 180);
    app.finish().await;
}

async fn hazard_23_a_double_click_is_one_spend_and_fifty_spends_of_the_last_credit_are_one(app: TestApp) {
    let site = app.install().await;
    let clicks = together((0..2).map(|_| app.spend(&site, "click", 199))).await;
    assert_eq!((count(&clicks, 200), clicks[0].text == clicks[1].text), (2, true));
    assert_eq!(app.available(&site.token).await, 1);
    let keys: Vec<String> = (0..50).map(|n| format!("spend-{n}")).collect();
    let answers = together(keys.iter().map(|key| app.spend(&site, key, 1))).await;
    assert_eq!((count(&answers, 200), count_refused(&answers, ErrorCode::InsufficientCredits)), (1, 49));
    assert_eq!(app.available(&site.token).await, 0);
    app.finish().await;
}

async fn hazard_24_a_thousand_returns_are_one_question_in_five_seconds(app: TestApp) {
    let site = app.install().await;
    let (checkout, _) = app.checkout(&site, "scale").await;
    let path = format!("/api/v1/wix/billing/checkout/{checkout}/return");
    let body = json!({});
    // The start of the server asks as well: what follows is later than that.
    app.settled().await;
    app.clock.advance(SignedDuration::from_secs(5));
    let before = app.to_wix.count("/apps/v1/instance");
    for round in before + 1..=before + 2 {
        for _ in 0..10 {
            let answers = together((0..50).map(|_| app.post(&site.token, &path, None, &body))).await;
            assert_eq!(count(&answers, 200), 50);
        }
        let asked = || (app.to_wix.count("/apps/v1/instance") >= round).then_some(());
        app.until("Wix is asked", async || asked()).await;
        assert_eq!(app.to_wix.count("/apps/v1/instance"), round);
        app.clock.advance(SignedDuration::from_secs(5));
    }
    assert_eq!(
        (standing(&app, &site).await, entries(&app, &site, "grant").await),
        (is("free", "free", 200), 1)
    );
    app.finish().await;
}

async fn hazard_25_a_forged_return_changes_nothing(app: TestApp) {
    let site = app.install().await;
    let (checkout, _) = app.checkout(&site, "scale").await;
    let forged = format!("payment=success&plan=scale&checkout={checkout}");
    let asked = app.to_wix.count("/apps/v1/instance");
    app.get(&site.token, &format!("/api/v1/wix/user/status?{forged}")).await.data();
    let path = format!("/api/v1/wix/billing/checkout/{checkout}/return?{forged}");
    app.post(&site.token, &path, None, &json!({})).await.data();
    app.until("Wix is asked", async || (app.to_wix.count("/apps/v1/instance") > asked).then_some(())).await;
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("free", "free", 200));
    app.finish().await;
}

async fn hazard_26_a_trial_is_one_rule_with_without_and_before_its_event(app: TestApp) {
    let start = app.clock.now();
    let names = ["with", "without", "before", "cancelled"];
    let mut sites = Vec::new();
    for name in names {
        sites.push(installed(&app, name).await);
    }
    let trial = |status: &str| {
        let mut trial = billing("starter", start, "inv-1");
        trial["freeTrialInfo"] = json!({ "status": status });
        trial
    };
    app.clock.advance(hours(1));
    for site in &sites {
        purchased(&app, site, start, "starter", "inv-1").await;
        wix_answers(&app, site, Some(trial("IN_PROGRESS")));
        ask(&app, site).await;
        // What a trial gives, once.
        assert_eq!(standing(&app, site).await, is("starter", "trial", 1_200));
    }
    // Who is looked at by the passing of time alone must not hear of a trial that is over by then.
    app.to_wix.set(Behaviour::Say(json!({
        "access_token": "a-token", "token_type": "Bearer", "expires_in": 14_400,
        "instance": { "instanceId": "somebody-else", "isFree": true }, "site": {},
    })));
    app.clock.advance(days(14) - hours(1));
    let converted = terms(start + days(14), "starter", "inv-2");
    say(&app, &sites[0], "PlanConvertedToPaid", converted.clone()).await;
    app.clock.advance(hours(1));
    // The event says it without a question, an answer without the event, and the event after the answer says nothing new.
    assert_eq!(standing(&app, &sites[0]).await, is("starter", "active", 2_200));
    for site in &sites[1..3] {
        wix_answers(&app, site, Some(trial("ENDED")));
        ask(&app, site).await;
        until_standing(&app, site, is("starter", "active", 2_200)).await;
    }
    say(&app, &sites[2], "PlanConvertedToPaid", converted).await;
    wix_answers(&app, &sites[0], Some(trial("ENDED")));
    ask(&app, &sites[0]).await;
    for site in &sites[..3] {
        assert_eq!(standing(&app, site).await, is("starter", "active", 2_200));
        assert_eq!(entries(&app, site, "grant").await, 3);
    }
    let mut cancelled = cancellation(start + days(14), "starter");
    cancelled["cancelledDuringFreeTrial"] = json!("DURING_FREE_TRIAL");
    wix_answers(&app, &sites[3], None);
    say(&app, &sites[3], "PaidPlanAutoRenewalCancelled", cancelled).await;
    until_standing(&app, &sites[3], is("free", "free", 200)).await;
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

async fn hazard_27_a_free_coupon_gives_what_the_plan_gives(app: TestApp) {
    let site = installed(&app, "one").await;
    let mut payload = terms(app.clock.now(), "pro", "inv-1");
    payload["couponName"] = json!("ALL-FREE");
    say(&app, &site, "PaidPlanPurchased", payload).await;
    assert_eq!(standing(&app, &site).await, is("pro", "active", 5_200));
    app.finish().await;
}

async fn hazard_28_renewal_off_and_on_again_in_either_order_is_a_flag(app: TestApp) {
    let start = app.clock.now();
    let sites = [installed(&app, "one").await, installed(&app, "two").await];
    for site in &sites {
        purchased(&app, site, start, "starter", "inv-1").await;
    }
    app.clock.advance(hours(3));
    let facts = [
        ("PaidPlanAutoRenewalCancelled", cancellation(start + hours(1), "starter")),
        ("PlanReactivated", terms(start + hours(2), "starter", "inv-1")),
    ];
    for (site, order) in sites.iter().zip(super::orders(&facts)) {
        for (event, payload) in order {
            say(&app, site, event, payload).await;
        }
        assert_eq!(standing(&app, site).await, is("starter", "active", 1_200));
        assert_eq!(app.status(&app.fresh(site).token).await["subscription"]["autoRenew"], true);
        assert_eq!(entries(&app, site, "grant").await, 2);
    }
    app.finish().await;
}

async fn hazard_29_a_failed_payment_keeps_access_and_gives_the_missed_cycles_later(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    app.clock.advance(days(31));
    wix_answers(&app, &site, Some(billing("starter", start, "inv-1")));
    app.until_available(&app.fresh(&site).token, 2_200).await;
    invoice(&app, &site, "inv-2", "PAYMENT_FAILED").await;
    for _ in 0..3 {
        app.clock.advance(days(30));
        app.settled().await;
        until_standing(&app, &site, is("starter", "billing_issue", 2_200)).await;
    }
    invoice(&app, &site, "inv-2", "PAID").await;
    // Days 60, 90 and 120 were missed.
    until_standing(&app, &site, is("starter", "active", 5_200)).await;
    assert_eq!(entries(&app, &site, "grant").await, 6);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

async fn hazard_30_a_plan_that_ends_in_silence_is_free_within_a_sweep(app: TestApp) {
    let (site, start) = (somebody(&app, "one"), app.clock.now());
    say(&app, &site, "AppInstalled", json!({ "appId": "a" })).await;
    purchased(&app, &site, start, "starter", "inv-1").await;
    wix_answers(&app, &site, Some(billing("starter", start, "inv-1")));
    app.clock.advance(days(10));
    let asked = app.to_wix.count("/apps/v1/instance");
    app.until("Wix is asked", async || (app.to_wix.count("/apps/v1/instance") > asked.min(1)).then_some(()))
        .await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    wix_answers(&app, &site, None);
    app.clock.advance(hours(25));
    until_standing(&app, &site, is("free", "free", 200)).await;
    assert_eq!(entries(&app, &site, "reset").await, 1);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}
