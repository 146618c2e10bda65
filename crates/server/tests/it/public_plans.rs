//! The plans as somebody sees them who does not have the app.

use serde_json::Value;
use wixapp_core::ErrorCode;
use wixapp_place::Place;

use crate::app::TestApp;

const PLANS: &str = "/api/v1/wix/billing/public-plans";

#[tokio::test]
async fn everybody_may_see_the_catalogue_and_where_the_app_is_installed() {
    let app = TestApp::with(Place::sqlite(), |config| {
        config.wix.install_url = Some("https://www.wix.com/app-market/sample".to_owned());
    })
    .await;
    let answer = app.get("", PLANS).await;
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let data = answer.data();
    assert_eq!(data["installUrl"], "https://www.wix.com/app-market/sample");
    let german = &data["plans"][1]["translations"]["de"];
    assert_eq!((&german["name"], &german["benefits"][0]), (&"Starter".into(), &"Alle Funktionen".into()));
    let site = app.install().await;
    let own = app.get(&site.token, "/api/v1/wix/billing/plans").await.data().clone();
    assert_eq!((&data["currency"], &data["catalog"]), (&own["currency"], &own["catalog"]));
    // The same plans, without what only an owner can be told.
    let mut plans = own["plans"].clone();
    for plan in plans.as_array_mut().unwrap() {
        let plan = plan.as_object_mut().unwrap();
        let is_contact = plan.remove("action").unwrap() == "contact";
        plan.remove("current").unwrap();
        plan.insert("custom".to_owned(), is_contact.into());
    }
    assert_eq!(data["plans"], plans);
    // Whoever sends a token gets nothing else: the answer is kept for all.
    assert_eq!(app.get(&site.token, PLANS).await.text, answer.text);
    app.finish().await;
}

#[tokio::test]
async fn without_an_address_for_installing_none_is_given() {
    let app = TestApp::start().await;
    assert_eq!(app.get("", PLANS).await.data()["installUrl"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn one_address_cannot_ask_for_it_without_end() {
    let app = TestApp::with(Place::sqlite(), |config| config.limits.address_per_s = 1).await;
    let site = app.install().await;
    let mut refused = None;
    for _ in 0..1_000 {
        let answer = app.get("", PLANS).await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the limit is reached");
    refused.refused(ErrorCode::RateLimited);
    assert_eq!(refused.header("cache-control"), "no-store");
    app.get(&site.token, "/api/v1/wix/billing/plans").await.data();
    app.finish().await;
}
