//! What is taken for an event of Stripe, and what becomes of those that cannot be used at once.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::ErrorCode;
use wixapp_core::clock::Clock;
use wixapp_stripe::{WebhookSecret, signature};

use super::{PREVIOUS_SECRET, Stage, on_both_and_both};
use crate::app::{TestApp, days};

on_both_and_both!(
    a_refund_that_overtakes_the_purchase_waits_for_it,
    whose_a_refund_is_stripe_is_asked_when_nothing_else_says_it,
    what_another_app_sold_is_left_alone,
    unknown_types_and_unreadable_events_are_kept_and_answered,
    what_is_not_signed_changes_nothing,
);

async fn count(stage: &Stage, state: &str) -> i64 {
    stage.app.place.number(&format!("SELECT count(*) FROM stripe_events WHERE state = '{state}'")).await
}

async fn refunds(stage: &Stage) -> i64 {
    stage.app.place.number("SELECT count(*) FROM facts WHERE event_type = 'charge.refunded'").await
}

async fn a_refund_that_overtakes_the_purchase_waits_for_it(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.checkout(&site, "starter").await;
    let bought = stage.stripe.pay(&session);
    let refund = stage.stripe.refund(&stage.stripe.subscription());
    assert_eq!(stage.deliver(&refund).await.data()["stored"], true);
    assert_eq!((count(&stage, "waiting").await, refunds(&stage).await), (1, 0));
    assert_eq!(stage.deliver(&refund).await.data()["duplicate"], true);
    stage.deliver_all(&bought).await;
    stage.app.until("the refund is taken", async || (refunds(&stage).await == 1).then_some(())).await;
    assert_eq!(count(&stage, "waiting").await, 0);
    stage.app.finish().await;
}

async fn whose_a_refund_is_stripe_is_asked_when_nothing_else_says_it(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.checkout(&site, "starter").await;
    stage.stripe.pay(&session);
    let refund = stage.stripe.refund(&stage.stripe.subscription());
    stage.deliver(&refund).await.data();
    assert_eq!(refunds(&stage).await, 0);
    stage.app.clock.advance(SignedDuration::from_secs(31));
    stage.app.until("the refund is taken", async || (refunds(&stage).await == 1).then_some(())).await;
    let whose = format!(
        "SELECT count(*) FROM facts WHERE event_type = 'charge.refunded' AND instance_id = '{}'",
        site.instance_id
    );
    assert_eq!(stage.app.place.number(&whose).await, 1);
    stage.app.finish().await;
}

async fn what_another_app_sold_is_left_alone(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.checkout(&site, "starter").await;
    for event in stage.stripe.pay(&session) {
        let text = event.to_string().replace(crate::app::APP_ID, "another-app");
        let event: Value = serde_json::from_str(&text).unwrap();
        // Of a type that is not known nothing is read, also not whose it is.
        let known =
            !["invoice.payment_succeeded", "customer.created"].contains(&event["type"].as_str().unwrap());
        let foreign = known && event.to_string().contains("another-app");
        let answer = stage.deliver(&event).await;
        assert_eq!(answer.data()["stored"], !foreign, "{}", answer.text);
    }
    stage.app.settled().await;
    assert_eq!(stage.standing(&site).await, ("free".to_owned(), "free".to_owned(), 200));
    // A charge that no subscription of ours stands behind, found out by asking.
    let charge = json!({ "id": "ch_other", "object": "charge", "refunded": true, "customer": "cus_other", "invoice": null });
    let refund = stage.stripe.event("charge.refunded", &charge, None);
    stage.stripe.add_charge(&charge);
    stage.deliver(&refund).await.data();
    stage.app.clock.advance(SignedDuration::from_secs(31));
    stage.app.until("it is another's", async || (count(&stage, "foreign").await == 1).then_some(())).await;
    stage.app.finish().await;
}

async fn unknown_types_and_unreadable_events_are_kept_and_answered(stage: Stage) {
    let object = json!({ "id": "x_1", "object": "climate.order" });
    let unknown = stage.stripe.event("climate.order.created", &object, None);
    assert_eq!(
        stage.deliver(&unknown).await.data(),
        &json!({ "eventId": unknown["id"], "duplicate": false, "stored": true })
    );
    assert_eq!(stage.deliver(&unknown).await.data()["duplicate"], true);
    let odd = stage.stripe.event("invoice.paid", &json!({ "object": "odd", "lines": 7 }), None);
    stage.deliver(&odd).await.data();
    let mut live = stage.stripe.event(
        "charge.refunded",
        &json!({ "id": "ch_1", "object": "odd", "refunded": true }),
        None,
    );
    live["livemode"] = json!(true);
    stage.deliver(&live).await.data();
    assert_eq!((count(&stage, "unknown").await, count(&stage, "parked").await), (1, 2));
    // What says nothing to this app goes with the time; what somebody must look at stays.
    stage.app.advance(days(89)).await;
    assert_eq!(count(&stage, "unknown").await, 1);
    stage.app.advance(days(2)).await;
    stage.app.until("it is deleted", async || (count(&stage, "unknown").await == 0).then_some(())).await;
    assert_eq!(count(&stage, "parked").await, 2);
    stage.app.finish().await;
}

async fn what_is_not_signed_changes_nothing(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.checkout(&site, "starter").await;
    let event = stage.stripe.pay(&session).pop().unwrap();
    let (body, now) = (event.to_string(), stage.app.clock.now());
    let sign = |secret: &str, at| signature::sign(&WebhookSecret::new(secret).unwrap(), body.as_bytes(), at);
    let good = sign(super::SECRET, now);
    let old = sign(super::SECRET, now - SignedDuration::from_secs(301));
    for header in ["", "t=1", &good.replace("v1=", "v0="), &sign("whsec_another-0123456", now), &old] {
        stage.deliver_signed(header, body.clone()).await.refused(ErrorCode::Unauthorized);
    }
    stage.deliver_signed(&good, body.replace("starter", "scalexx")).await.refused(ErrorCode::Unauthorized);
    let request = || stage.app.request("POST", "/api/v1/wix/webhook/stripe", "").body(body.clone());
    stage.app.send(request()).await.refused(ErrorCode::Unauthorized);
    let two = request().header("stripe-signature", &good).header("stripe-signature", &good);
    stage.app.send(two).await.refused(ErrorCode::Unauthorized);
    let nonsense = "[]";
    let header = signature::sign(&WebhookSecret::new(super::SECRET).unwrap(), nonsense.as_bytes(), now);
    stage.deliver_signed(&header, nonsense).await.refused(ErrorCode::MalformedJson);
    assert_eq!(stage.app.place.number("SELECT count(*) FROM stripe_events").await, 0);
    assert_eq!(stage.standing(&site).await.2, 200);
    // A secret that is being rolled is taken, and the same event again is the same event.
    assert_eq!(
        stage.deliver_signed(&sign(PREVIOUS_SECRET, now), body.clone()).await.data()["duplicate"],
        false
    );
    assert_eq!(stage.deliver_signed(&good, body.clone()).await.data()["duplicate"], true);
    stage.app.until_available(&site.token, 1_200).await;
    stage.app.finish().await;
}

#[tokio::test]
async fn an_app_that_does_not_sell_through_stripe_takes_no_events() {
    let app = TestApp::start().await;
    let request =
        app.request("POST", "/api/v1/wix/webhook/stripe", "").header("stripe-signature", "t=1,v1=00");
    app.send(request.body("{}")).await.refused(ErrorCode::NotFound);
    app.finish().await;
}
