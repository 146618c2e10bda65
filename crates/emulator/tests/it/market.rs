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
async fn a_duplicated_site_has_an_instance_of_its_own_that_names_its_origin() {
    let stage = Stage::new().await;
    let origin = stage.install().await;
    stage.buy(&origin, "starter", "MONTHLY").await;
    let path = format!("/_emulator/sites/{}/duplicate", stage.site_id());
    let copy = stage.post(&path, &json!({})).await;
    assert_eq!((copy.status, &copy.json["name"]), (200, &json!("Bloom & Root (copy)")));
    assert_eq!(copy.json["install"]["plan"], json!(null), "the plan stays where it was paid");
    stage.emulator.settle().await.unwrap();
    assert_eq!(stage.last_payload(), json!({ "appId": APP_ID, "originInstanceId": origin.as_str() }));
    let id = copy.json["install"]["instanceId"].as_str().unwrap().parse().unwrap();
    assert_ne!(id, origin);
    assert_eq!(stage.app_instance(&id).await["instance"]["originInstanceId"], origin.as_str());

    let again = stage.emulator.duplicate(&stage.site_id()).await.unwrap();
    assert_ne!(again.site_id, copy.json["siteId"].as_str().unwrap());
    assert_ne!(again.url, copy.json["url"].as_str().unwrap());
    let bare = stage.emulator.sites()[1].site_id.clone();
    assert_eq!(stage.emulator.duplicate(&bare).await.unwrap_err().code(), Some("not_installed"));
}

#[tokio::test]
async fn a_transferred_site_takes_its_plan_to_the_new_owner() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let invoice_id = stage.emulator.invoices(&instance).unwrap()[0].invoice_id.clone();
    let path = format!("/_emulator/sites/{}/transfer", stage.site_id());
    let owner = json!({ "name": "Ada", "email": "ada@example.com" });
    let given = stage.post(&path, &owner).await;
    assert_eq!((&given.json["ownerName"], &given.json["ownerEmail"]), (&owner["name"], &owner["email"]));
    stage.emulator.settle().await.unwrap();
    assert_eq!(stage.event_types().last().unwrap(), "PlanTransferred");
    assert_eq!(
        stage.last_payload(),
        json!({
            "operationTimeStamp": "2027-01-31T08:00:00.000Z", "vendorProductId": "starter", "cycle": "MONTHLY",
            "invoiceId": invoice_id,
        })
    );
    let seen = stage.app_instance(&instance).await;
    assert_eq!(seen["site"]["ownerInfo"]["email"], "ada@example.com");
    assert_eq!(seen["instance"]["billing"]["packageName"], "starter");

    let same = json!({ "name": "Ada again", "email": "ADA@example.com" });
    assert_eq!(stage.post(&path, &same).await.code(), "same_owner");
    for email in ["", "ada", "@b.example", "a@", "a b@c.example", &format!("{}@b.example", "a".repeat(250))] {
        let answer = stage.post(&path, &json!({ "name": "B", "email": email })).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid_request"), "{email}");
    }
    assert_eq!(stage.post(&path, &json!({ "name": " ", "email": "b@c.example" })).await.status, 422);
    assert_eq!(stage.event_types().len(), 3);
}

#[tokio::test]
async fn a_site_without_a_plan_is_given_away_in_silence() {
    let stage = Stage::new().await;
    stage.install().await;
    let owner = wixapp_emulator::NewOwner { name: "Ada".to_owned(), email: "ada@example.com".to_owned() };
    stage.emulator.transfer(&stage.site_id(), owner).await.unwrap();
    assert_eq!(stage.event_types(), ["AppInstalled"]);
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
