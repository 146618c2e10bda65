//! What apps report for Wix's statistics.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

const PATH: &str = "/apps/v1/bi-event";

#[tokio::test]
async fn a_reported_event_is_kept_for_the_page() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let token = stage.token(&instance).await;
    let report = async |body: Value| stage.call(&token, Method::POST, PATH, Some(&body)).await;
    let first = report(json!({ "eventName": "APP_DASHBOARD_LOADED" })).await;
    assert_eq!((first.status, first.json), (200, json!({})));
    report(json!({ "eventName": "CUSTOM", "customEventName": "exported", "eventData": { "rows": "7" } }))
        .await;
    let kept = stage.get("/_emulator/bi-events").await.json;
    let newest = &kept["biEvents"][0];
    assert_eq!(newest["instanceId"], instance.as_str());
    assert_eq!(newest["customEventName"], "exported");
    assert_eq!(newest["eventData"], json!({ "rows": "7" }));
    assert_eq!(kept["biEvents"][1]["eventName"], "APP_DASHBOARD_LOADED");
    assert_eq!(stage.emulator.bi_events().len(), 2);
}

#[tokio::test]
async fn what_wix_would_not_understand_is_refused() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    let many: serde_json::Map<String, Value> = (0..51).map(|n| (n.to_string(), json!("x"))).collect();
    for (body, named) in [
        (json!({}), "eventName"),
        (json!({ "eventName": "APP_LOADED" }), "eventName"),
        (json!({ "eventName": "CUSTOM" }), "customEventName"),
        (json!({ "eventName": "CUSTOM", "customEventName": " " }), "customEventName"),
        (json!({ "eventName": "APP_UPGRADED", "eventData": { "a": 1 } }), "a"),
        (json!({ "eventName": "APP_UPGRADED", "eventData": many }), "eventData"),
        (json!({ "eventName": "APP_UPGRADED", "eventData": { "a": "x".repeat(1_001) } }), "eventData"),
    ] {
        let answer = stage.call(&token, Method::POST, PATH, Some(&body)).await;
        assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST"), "{body}");
        assert!(answer.json["message"].as_str().unwrap().contains(named), "{answer:?}");
    }
    assert!(stage.emulator.bi_events().is_empty());
}
