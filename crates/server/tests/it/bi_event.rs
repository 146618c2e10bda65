//! Events that a page reports reach Wix, and nobody waits for a Wix that is out.

use serde_json::{Value, json};
use wixapp_core::ErrorCode;

use crate::answer::Answer;
use crate::app::{Site, TestApp};
use crate::wire::Behaviour;

async fn report(app: &TestApp, site: &Site, event: Value) -> Answer {
    app.post(&site.token, "/api/v1/wix/bi-event", None, &event).await
}

#[tokio::test]
async fn an_event_of_a_page_is_counted_by_wix_for_its_instance() {
    let app = TestApp::start().await;
    let (site, other) = (app.install().await, app.install().await);
    report(&app, &site, json!({ "eventName": "APP_DASHBOARD_LOADED" })).await.data();
    let custom =
        json!({ "eventName": "CUSTOM", "customEventName": "calendar opened", "eventData": { "month": "6" } });
    assert_eq!(report(&app, &other, custom).await.data(), &json!({ "reported": true }));
    let counted: Vec<_> =
        app.emulator.bi_events().into_iter().map(|event| serde_json::json!(event)).collect();
    let names: Vec<_> = counted.iter().map(|event| (&event["instanceId"], &event["eventName"])).collect();
    let (first, second) = (json!(site.instance_id), json!(other.instance_id));
    assert_eq!(names, [(&first, &json!("APP_DASHBOARD_LOADED")), (&second, &json!("CUSTOM"))]);
    assert_eq!(counted[1]["customEventName"], "calendar opened");
    assert_eq!(counted[1]["eventData"], json!({ "month": "6" }));
    app.finish().await;
}

#[tokio::test]
async fn a_page_cannot_report_money() {
    let app = TestApp::start().await;
    let site = app.install().await;
    for name in ["CHARGE", "FUNDS_RETURNED", "APP_DEPLOYED"] {
        let refused = report(&app, &site, json!({ "eventName": name })).await;
        let message = refused.refused(ErrorCode::InvalidRequest)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("`eventName`") && message.contains("`CUSTOM`"), "{message}");
    }
    let named = json!({ "eventName": "APP_UPGRADED", "customEventName": "x" });
    report(&app, &site, named).await.refused(ErrorCode::InvalidRequest);
    assert!(app.emulator.bi_events().is_empty());
    app.finish().await;
}

#[tokio::test]
async fn while_wix_is_out_an_event_is_lost_and_not_tried_again() {
    let app = TestApp::start().await;
    let site = app.install().await;
    app.expect_status(502);
    report(&app, &site, json!({ "eventName": "APP_DASHBOARD_LOADED" })).await.data();
    app.to_wix.set(Behaviour::Answer(503));
    let tried = app.to_wix.count("/apps/v1/bi-event");
    let answer = report(&app, &site, json!({ "eventName": "APP_DASHBOARD_LOADED" })).await;
    assert_eq!((answer.status, answer.code()), (502, "wix_unavailable"));
    assert_eq!(app.to_wix.count("/apps/v1/bi-event"), tried + 1);
    app.to_wix.set(Behaviour::PassOn);
    assert_eq!(app.emulator.bi_events().len(), 1);
    app.finish().await;
}
