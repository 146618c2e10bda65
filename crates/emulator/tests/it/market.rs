//! Installing, removing and opening the app.

use serde_json::json;
use wixapp_core::clock::Clock;
use wixapp_platform::{AppSecret, InstanceTokenVerifier};

use crate::stage::{APP_ID, SECRET, START, Stage, at, hours};

#[tokio::test]
async fn a_fresh_platform_shows_its_sites_plans_and_app() {
    let stage = Stage::new().await;
    let state = stage.get("/_emulator/state").await.json;
    assert_eq!(state["now"], START);
    assert_eq!(state["app"]["appId"], APP_ID);
    assert_eq!(state["app"]["iconUrl"], json!(null));
    assert_eq!(state["sites"].as_array().unwrap().len(), 3);
    assert_eq!(state["sites"][0]["name"], "Bloom & Root");
    assert_eq!(state["sites"][0]["install"], json!(null));
    let plans: Vec<_> = state["plans"].as_array().unwrap().iter().map(|plan| plan["name"].clone()).collect();
    assert_eq!(plans, ["Starter", "Pro", "Scale"]);
    assert_eq!(state["plans"][0]["priceMonthly"], "9.00");
    assert_eq!(state["plans"][0]["currency"], "USD");
}

#[tokio::test]
async fn install_tells_the_app_in_a_signed_webhook() {
    let stage = Stage::new().await;
    let reply = stage.post(&format!("/_emulator/sites/{}/install", stage.site_id()), &json!({})).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json["install"]["removed"], false);
    assert_eq!(reply.json["install"]["plan"], json!(null));
    stage.emulator.settle().await.unwrap();

    let events = stage.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event_type, "AppInstalled");
    assert_eq!(events[0].instance_id.as_str(), reply.json["install"]["instanceId"]);
    assert_eq!(events[0].issued_at, at(START), "signed with the virtual time");
    assert_eq!(stage.last_payload(), json!({ "appId": APP_ID }));
    let arrival = &stage.app.arrivals()[0];
    assert_eq!(arrival.headers["content-type"], "text/plain; charset=utf-8");
}

#[tokio::test]
async fn a_reinstall_brings_back_the_same_instance_and_its_paid_plan() {
    let stage = Stage::new().await;
    let site_id = stage.site_id();
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "YEARLY").await;
    stage.emulator.uninstall(&site_id).await.unwrap();
    assert!(stage.emulator.sites()[0].install.as_ref().unwrap().removed);
    stage.emulator.advance(hours(1)).await.unwrap();

    assert_eq!(stage.install().await, instance);
    let install = stage.emulator.sites()[0].install.clone().unwrap();
    assert_eq!(install.installed_at, at("2027-01-31T09:00:00Z"));
    assert_eq!(install.plan.unwrap().name, "Starter");
    assert_eq!(stage.event_types(), ["AppInstalled", "PaidPlanPurchased", "AppRemoved", "AppInstalled"]);
}

#[tokio::test]
async fn each_site_has_its_own_instance() {
    let stage = Stage::new().await;
    let mut ids = Vec::new();
    for site in stage.emulator.sites() {
        ids.push(stage.emulator.install(&site.site_id).await.unwrap().install.unwrap().instance_id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn installing_twice_and_removing_what_is_not_there_change_nothing() {
    let stage = Stage::new().await;
    let site_id = stage.site_id();
    assert_eq!(stage.emulator.uninstall(&site_id).await.unwrap_err().code(), Some("not_installed"));
    stage.install().await;
    assert_eq!(stage.emulator.install(&site_id).await.unwrap_err().code(), Some("already_installed"));
    stage.emulator.uninstall(&site_id).await.unwrap();
    assert_eq!(stage.emulator.uninstall(&site_id).await.unwrap_err().code(), Some("not_installed"));
    assert_eq!(stage.event_types(), ["AppInstalled", "AppRemoved"]);
}

#[tokio::test]
async fn the_app_opens_with_a_fresh_owner_token() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "pro", "MONTHLY").await;
    stage.emulator.advance(hours(24)).await.unwrap();
    let path = format!(
        "/_emulator/sites/{}/app-frame?payment=success&checkout=chk_1&instance=forged",
        stage.site_id()
    );
    let reply = stage.get(&path).await;
    let url = reqwest::Url::parse(reply.json["url"].as_str().unwrap()).unwrap();
    assert!(url.as_str().starts_with(&format!("{}/?instance=", stage.app_url)));
    let query: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["payment"], "success");
    assert_eq!(query["checkout"], "chk_1");
    assert_eq!(query["viewMode"], "site");
    assert_eq!(query["origin"], stage.base);
    assert_eq!(query["siteUrl"], "https://www.bloomandroot.example");

    let now = stage.emulator.clock().now();
    let verifier = InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()]);
    let claims = verifier.verify(&query["instance"], now).unwrap();
    assert!(claims.may_write(now));
    assert_eq!(claims.instance_id, instance);
    assert_eq!(claims.sign_date, now);
    assert_eq!(claims.vendor_product_id.as_deref(), Some("pro"));
    assert_eq!(claims.meta_site_id, Some(stage.site_id()));
    assert!(claims.aid.is_none());
}

#[tokio::test]
async fn the_app_does_not_open_where_it_is_not_installed() {
    let stage = Stage::new().await;
    let path = format!("/_emulator/sites/{}/app-frame", stage.site_id());
    assert_eq!(stage.get(&path).await.code(), "not_installed");
    stage.install().await;
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    assert_eq!(stage.get(&path).await.status, 409);
    assert_eq!(stage.get("/_emulator/sites/nowhere/app-frame").await.status, 404);
}
