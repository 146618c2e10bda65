//! What is sold, to whom, and on which page.

use serde_json::json;
use wixapp_core::{BillingSource, ErrorCode};

use super::{Stage, on_both_and_both};

on_both_and_both!(
    a_plan_is_bought_and_its_credits_come,
    a_payer_who_comes_back_gets_what_was_paid_although_every_event_is_lost,
    who_has_a_subscription_confirms_a_change_instead_of_buying_a_second,
    a_new_checkout_closes_the_one_before,
    an_answer_lost_on_the_way_opens_no_second_checkout,
    to_whom_nothing_is_sold_nothing_is_offered,
);

async fn a_plan_is_bought_and_its_credits_come(stage: Stage) {
    let app = &stage.app;
    let site = app.install().await;
    let (checkout_id, session) = stage.checkout(&site, "starter").await;
    let made = stage.stripe.session(&session);
    assert_eq!(made["metadata"]["wixapp_instance_id"], site.instance_id.as_str());
    assert_eq!(made["subscription_data"]["metadata"]["wixapp_plan_id"], "starter");
    assert!(
        made["success_url"].as_str().unwrap().ends_with(&format!("?payment=success&checkout={checkout_id}"))
    );
    assert_eq!(stage.standing(&site).await, ("free".to_owned(), "free".to_owned(), 200));
    stage.deliver_all(&stage.stripe.pay(&session)).await;
    stage.until_standing(&site, "starter", "active", 1_200).await;
    let path = format!("/api/v1/wix/billing/checkout/{checkout_id}");
    assert_eq!(app.get(&site.token, &path).await.data()["status"], "completed");
    assert_eq!(app.to_wix.count("/apps/v1/checkout"), 0);
    let kept = "SELECT count(*) FROM facts WHERE payload LIKE '%enny%' OR payload LIKE '%@%'";
    assert_eq!(app.place.number(kept).await, 0, "nothing of the payer is kept");
    stage.app.finish().await;
}

async fn a_payer_who_comes_back_gets_what_was_paid_although_every_event_is_lost(stage: Stage) {
    let site = stage.app.install().await;
    let (checkout_id, session) = stage.checkout(&site, "starter").await;
    let lost = stage.stripe.pay(&session);
    assert_eq!(stage.standing(&site).await.2, 200);
    let path = format!("/api/v1/wix/billing/checkout/{checkout_id}/return");
    stage.app.post(&site.token, &path, None, &json!({})).await.data();
    stage.until_standing(&site, "starter", "active", 1_200).await;
    // They come after all, and say nothing new.
    stage.deliver_all(&lost).await;
    stage.app.settled().await;
    assert_eq!(stage.standing(&site).await.2, 1_200);
    stage.app.finish().await;
}

async fn who_has_a_subscription_confirms_a_change_instead_of_buying_a_second(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    let portal = stage.app.post(&site.token, "/api/v1/wix/billing/portal-url", None, &json!({})).await;
    assert_eq!(portal.data()["portalUrl"], "https://billing.stripe.com/p/session/none/none");
    let opened = stage.checkout_url(&site, "pro").await.data().clone();
    let page = format!("https://billing.stripe.com/p/session/{subscription}/price_ProMonthly");
    assert_eq!(opened["checkoutUrl"], page);
    assert_eq!(stage.stripe.session_count(), 1, "no second session was opened");
    stage.deliver_all(&stage.stripe.change_price(&subscription, "price_ProMonthly")).await;
    stage.until_standing(&site, "pro", "active", 6_200).await;
    let path = format!("/api/v1/wix/billing/checkout/{}", opened["checkoutId"].as_str().unwrap());
    assert_eq!(stage.app.get(&site.token, &path).await.data()["status"], "completed");
    let lower = stage.checkout_url(&site, "starter").await;
    assert!(
        lower.refused(ErrorCode::DowngradeNotSold)["message"].as_str().unwrap().contains("customer portal")
    );
    stage.app.finish().await;
}

async fn a_new_checkout_closes_the_one_before(stage: Stage) {
    let site = stage.app.install().await;
    let (_, first) = stage.checkout(&site, "starter").await;
    let (_, second) = stage.checkout(&site, "pro").await;
    assert_eq!(stage.stripe.session(&first)["status"], "expired");
    assert_eq!(stage.stripe.session(&second)["status"], "open");
    // One that was paid in the meantime is no plan to buy, but one to change.
    stage.stripe.pay(&second);
    let opened = stage.checkout_url(&site, "pro").await.data().clone();
    let page = opened["checkoutUrl"].as_str().unwrap();
    assert!(page.starts_with("https://billing.stripe.com/p/session/sub_"), "{page}");
    stage.app.finish().await;
}

async fn an_answer_lost_on_the_way_opens_no_second_checkout(stage: Stage) {
    let site = stage.app.install().await;
    stage.stripe.lose_answers(2);
    stage.checkout(&site, "starter").await;
    assert_eq!(stage.stripe.session_count(), 1);
    stage.stripe.lose_answers(9);
    stage.app.expect_status(503);
    let refused = stage.checkout_url(&site, "starter").await;
    assert_eq!((refused.status, refused.code()), (503, "unavailable"), "{}", refused.text);
    assert!(!refused.text.contains("jenny"), "{}", refused.text);
    stage.app.finish().await;
}

async fn to_whom_nothing_is_sold_nothing_is_offered(stage: Stage) {
    let app = &stage.app;
    let site = app.install().await;
    let actions = async || {
        let plans = app.get(&site.token, "/api/v1/wix/billing/plans").await.data().clone();
        let actions: Vec<_> =
            plans["plans"].as_array().unwrap().iter().map(|plan| plan["action"].clone()).collect();
        (plans["billingSource"].clone(), actions)
    };
    // Scale has no price at Stripe.
    assert_eq!(
        actions().await,
        (json!("stripe"), ["current", "upgrade", "upgrade", "contact"].map(|a| json!(a)).to_vec())
    );
    stage.checkout_url(&site, "scale").await.refused(ErrorCode::InvalidRequest);
    let now = wixapp_core::clock::Clock::now(&app.clock);
    app.app().store.set_billing_source(&site.instance_id, BillingSource::None, now).await.unwrap();
    assert_eq!(
        actions().await,
        (json!("none"), ["current", "contact", "contact", "contact"].map(|a| json!(a)).to_vec())
    );
    let refused = stage.checkout_url(&site, "starter").await;
    assert!(refused.refused(ErrorCode::Conflict)["message"].as_str().unwrap().contains("by hand"));
    app.post(&site.token, "/api/v1/wix/billing/portal-url", None, &json!({}))
        .await
        .refused(ErrorCode::Conflict);
    assert_eq!(stage.stripe.session_count(), 0);
    // Another instance still buys where the configuration says.
    let other = app.install().await;
    stage.checkout(&other, "starter").await;
    stage.app.finish().await;
}
