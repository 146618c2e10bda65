//! `trigger`: every event from every state, and its payload changed.

use serde_json::{Map, Value, json};
use wixapp_emulator::DeliveryState;

use crate::stage::Stage;

const EVENTS: [&str; 9] = [
    "AppInstalled",
    "AppRemoved",
    "PaidPlanPurchased",
    "PaidPlanChanged",
    "PaidPlanAutoRenewalCancelled",
    "PlanConvertedToPaid",
    "PlanReactivated",
    "PlanTransferred",
    "InvoiceStatusUpdated",
];

#[tokio::test]
async fn every_event_comes_about_after_every_other() {
    for first in EVENTS {
        let stage = Stage::new().await;
        stage.emulator.trigger(first, None, &Map::new()).await.unwrap();
        for second in EVENTS {
            let sent = stage.emulator.trigger(second, None, &Map::new()).await;
            let sent = sent.unwrap_or_else(|error| panic!("{second} after {first}: {error}"));
            assert_eq!(
                (sent.event_type.as_str(), sent.state),
                (second, DeliveryState::Delivered),
                "after {first}"
            );
            assert_eq!(stage.event_types().last().map(String::as_str), Some(second), "after {first}");
        }
    }
}

#[tokio::test]
async fn overridden_fields_reach_the_app_in_a_signed_webhook() {
    let stage = Stage::new().await;
    let body = json!({
        "event": "PaidPlanPurchased", "override": { "vendorProductId": "mystery", "expiresOn": null, "extra": 7 },
    });
    let queued = stage.post("/_emulator/trigger", &body).await;
    assert_eq!((queued.status, &queued.json["eventType"]), (200, &json!("PaidPlanPurchased")));
    stage.emulator.settle().await.unwrap();
    let payload = stage.last_payload();
    assert_eq!((&payload["vendorProductId"], &payload["extra"]), (&json!("mystery"), &json!(7)));
    assert!(payload["expiresOn"].is_null() && payload["invoiceId"].is_string());
    let refunded = json!({ "status": "REFUNDED" }).as_object().unwrap().clone();
    stage.emulator.trigger("InvoiceStatusUpdated", None, &refunded).await.unwrap();
    assert_eq!(stage.last_payload()["status"], "REFUNDED");
}

#[tokio::test]
async fn the_way_begins_with_what_is_missing_on_the_named_site() {
    let stage = Stage::new().await;
    let site = stage.emulator.sites()[1].clone();
    let body = json!({ "event": "PlanReactivated", "siteId": site.site_id });
    assert_eq!(stage.post("/_emulator/trigger", &body).await.json["siteName"], site.name);
    stage.emulator.settle().await.unwrap();
    assert_eq!(
        stage.event_types(),
        ["AppInstalled", "PaidPlanPurchased", "PaidPlanAutoRenewalCancelled", "PlanReactivated"]
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let stage = Stage::new().await;
    let many: Map<String, Value> = (0..33).map(|n| (format!("f{n}"), json!(n))).collect();
    for (bad, status) in [
        (json!({ "event": "AppExploded" }), 422),
        (json!({ "event": 7 }), 422),
        (json!({}), 422),
        (json!({ "event": "AppInstalled", "siteId": "nowhere" }), 404),
        (json!({ "event": "AppInstalled", "override": { "": 1 } }), 422),
        (json!({ "event": "AppInstalled", "override": { "a b": 1 } }), 422),
        (json!({ "event": "AppInstalled", "override": many }), 422),
        (json!({ "event": "AppInstalled", "override": [] }), 422),
    ] {
        assert_eq!(stage.post("/_emulator/trigger", &bad).await.status, status, "{bad}");
    }
    let unknown = stage.post("/_emulator/trigger", &json!({ "event": "AppExploded" })).await;
    assert!(unknown.json["message"].as_str().unwrap().contains("PaidPlanPurchased"));
    assert_eq!(stage.emulator.deliveries().len(), 0);
}
