//! The checkout page and its test cards.

use serde_json::json;
use wixapp_emulator::{Card, CheckoutOrder, CheckoutStatus};

use crate::stage::{Stage, hours};

fn card(number: &str) -> serde_json::Value {
    json!({ "cardNumber": number, "expiry": "12/30", "cvc": "123", "name": "Maya Torres" })
}

#[tokio::test]
async fn paying_leads_back_to_the_app_and_starts_the_plan() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let success_url = format!("{}/dashboard/x/app/y?payment=success&checkout=chk_1", stage.base);
    let order = CheckoutOrder {
        product_id: "starter".to_owned(),
        success_url: Some(success_url.clone()),
        ..CheckoutOrder::default()
    };
    let checkout = stage.emulator.open_checkout(&instance, order).unwrap();
    let path = format!("/_emulator/checkout/{}", checkout.token);
    let shown = stage.get(&path).await.json;
    assert_eq!(
        shown,
        json!({
            "token": checkout.token, "status": "open", "productId": "starter", "planName": "Starter",
            "billingCycle": "MONTHLY", "price": "9.00", "currency": "USD", "siteName": "Bloom & Root",
            "appName": "My app", "testCheckout": false, "dueToday": "9.00", "trialDays": null, "coupon": null,
            "beginsAt": null,
            "cancelUrl": format!("{}/dashboard/{}/app/{}?payment=cancelled&checkout=chk_1",
                stage.base, stage.site_id(), crate::stage::APP_ID),
            "createdAt": "2027-01-31T08:00:00Z", "expiresAt": "2027-02-02T08:00:00Z",
        })
    );
    let paid = stage.post(&format!("{path}/pay"), &card("4242 4242 4242 4242")).await;
    assert_eq!((paid.status, paid.json), (200, json!({ "redirectUrl": success_url })));
    stage.emulator.settle().await.unwrap();
    assert_eq!(stage.event_types(), ["AppInstalled", "PaidPlanPurchased"]);
    assert_eq!(stage.get(&path).await.json["status"], "paid");
    let install = &stage.get("/_emulator/state").await.json["sites"][0]["install"];
    assert_eq!(install["plan"]["status"], "active");
    assert_eq!(install["plan"]["periodEnd"], "2027-02-28T08:00:00Z");
}

#[tokio::test]
async fn cards_that_do_not_pay_leave_the_checkout_open() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    let pay = format!("/_emulator/checkout/{}/pay", checkout.token);
    let mut expired = card("4242424242424242");
    expired["expiry"] = json!("01/26");
    let mut no_cvc = card("4242424242424242");
    no_cvc["cvc"] = json!("");
    for (body, status, code) in [
        (card("4000 0000 0000 0002"), 402, "card_declined"),
        (card("4000 0000 0000 9995"), 402, "insufficient_funds"),
        (expired, 402, "expired_card"),
        (no_cvc, 422, "invalid_card"),
        (card("1234"), 422, "invalid_card"),
        (card("4111 1111 1111 1111"), 422, "invalid_card"),
        (json!({ "cardNumber": "4242424242424242" }), 422, "invalid_request"),
        (json!({ "cardNumber": 4_242_424_242_424_242_u64 }), 422, "invalid_request"),
    ] {
        let answer = stage.post(&pay, &body).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}");
    }
    assert_eq!(stage.emulator.checkout(&checkout.token).unwrap().status, CheckoutStatus::Open);
    assert_eq!(stage.event_types(), ["AppInstalled"]);
    assert_eq!(stage.app_instance(&instance).await["instance"]["isFree"], true);
}

#[tokio::test]
async fn the_slow_card_pays_at_once_and_tells_the_app_20_seconds_later() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    stage.emulator.pay(&checkout.token, &Card::delayed()).await.unwrap();
    assert_eq!(stage.app_instance(&instance).await["instance"]["isFree"], false);
    assert_eq!(stage.event_types(), ["AppInstalled"]);
    stage.emulator.advance(jiff::SignedDuration::from_millis(19_999)).await.unwrap();
    assert_eq!(stage.event_types(), ["AppInstalled"]);
    stage.emulator.advance(jiff::SignedDuration::from_millis(1)).await.unwrap();
    assert_eq!(stage.event_types(), ["AppInstalled", "PaidPlanPurchased"]);
    assert_eq!(stage.last_payload()["operationTimeStamp"], "2027-01-31T08:00:00.000Z", "when it was paid");
}

#[tokio::test]
async fn a_checkout_is_paid_once() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    let pay = format!("/_emulator/checkout/{}/pay", checkout.token);
    let body = card("4242424242424242");
    let replies = futures_util::future::join_all((0..8).map(|_| stage.post(&pay, &body))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert_eq!(replies.iter().filter(|reply| reply.code() == "checkout_paid").count(), 7);
    stage.emulator.settle().await.unwrap();
    assert_eq!(stage.event_types(), ["AppInstalled", "PaidPlanPurchased"]);
}

#[tokio::test]
async fn a_closed_checkout_leads_back_and_cannot_be_paid() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    let path = format!("/_emulator/checkout/{}", checkout.token);
    let closed = stage.post(&format!("{path}/cancel"), &json!({})).await;
    let home = format!("{}/dashboard/{}/app/{}", stage.base, stage.site_id(), crate::stage::APP_ID);
    assert_eq!(closed.json, json!({ "redirectUrl": format!("{home}?payment=cancelled") }));
    // Without an address of the app's own: its page, and no word that it would have to look up.
    let other = stage.order(&instance, "starter", "MONTHLY");
    assert_eq!(stage.emulator.pay(&other.token, &wixapp_emulator::Card::paying()).await.unwrap(), home);
    assert_eq!(
        stage.post(&format!("{path}/cancel"), &json!({})).await,
        closed,
        "a double click does no harm"
    );
    let paid = stage.post(&format!("{path}/pay"), &card("4242424242424242")).await;
    assert_eq!((paid.status, paid.code()), (409, "checkout_cancelled"));
    assert_eq!(stage.get(&path).await.json["status"], "cancelled");
}

#[tokio::test]
async fn a_paid_checkout_cannot_be_closed() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
    assert_eq!(stage.emulator.cancel_checkout(&checkout.token).unwrap_err().code(), Some("checkout_paid"));
}

#[tokio::test]
async fn a_checkout_expires_after_exactly_48_hours() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let first = stage.order(&instance, "starter", "MONTHLY");
    let second = stage.order(&instance, "pro", "MONTHLY");
    stage.emulator.advance(hours(48) - jiff::SignedDuration::from_millis(1)).await.unwrap();
    stage.emulator.pay(&first.token, &Card::paying()).await.unwrap();
    stage.emulator.advance(jiff::SignedDuration::from_millis(1)).await.unwrap();
    let late = stage.emulator.pay(&second.token, &Card::paying()).await.unwrap_err();
    assert_eq!(late.code(), Some("checkout_expired"));
    assert_eq!(stage.emulator.checkout(&second.token).unwrap().status, CheckoutStatus::Expired);
}

#[tokio::test]
async fn a_test_checkout_charges_nothing_and_does_the_rest() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let order = CheckoutOrder {
        product_id: "starter".to_owned(),
        test_checkout: Some(true),
        ..CheckoutOrder::default()
    };
    let checkout = stage.emulator.open_checkout(&instance, order).unwrap();
    assert!(checkout.test_checkout);
    stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
    assert_eq!(stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap().price, "0.00");
    assert_eq!(stage.app_instance(&instance).await["instance"]["isFree"], false);
}

#[tokio::test]
async fn a_plan_paid_after_the_app_was_removed_is_there_after_a_reinstall() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
    assert_eq!(stage.event_types(), ["AppInstalled", "AppRemoved", "PaidPlanPurchased"]);
    stage.install().await;
    assert_eq!(stage.app_instance(&instance).await["instance"]["isFree"], false);
}

#[tokio::test]
async fn an_unknown_checkout_is_not_found() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/_emulator/checkout/nothing").await.code(), "not_found");
    let paid = stage.post("/_emulator/checkout/nothing/pay", &card("4242424242424242")).await;
    assert_eq!((paid.status, paid.code()), (404, "not_found"));
    assert_eq!(stage.post("/_emulator/checkout/nothing/cancel", &json!({})).await.status, 404);
}
