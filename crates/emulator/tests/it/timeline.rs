//! The inspector's time line, as far as the platform knows it.

use serde_json::{Value, json};
use wixapp_core::clock::VirtualClock;

use crate::stage::{Answer, SECRET, START, Stage, at, hours, reply};

async fn lines(stage: &Stage, query: &str) -> Vec<Value> {
    let answer = stage.get(&format!("/_emulator/timeline{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json["records"].as_array().unwrap().clone()
}

fn titles(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn requests_tokens_deliveries_and_renewals_stand_in_one_order() {
    let stage = Stage::new().await;
    stage.app.answer_next([Answer::Status(500)]);
    let instance = stage.install().await;
    stage.emulator.advance(hours(1)).await.unwrap();
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.app_instance(&instance).await;
    stage.emulator.advance(hours(24 * 31)).await.unwrap();
    let all = lines(&stage, "?kinds=request,token,delivery,platform").await;
    assert_eq!(
        titles(&all),
        [
            "Starter renews on Bloom & Root",
            "GET /apps/v1/instance",
            "POST /oauth2/token (client_credentials)",
            "PaidPlanPurchased → 200",
            "AppInstalled, attempt 2 → 200",
            "AppInstalled → the app answered 500, Wix wants 200",
        ]
    );
    let kinds: Vec<_> = all.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["platform", "request", "token", "delivery", "delivery", "delivery"]);
    assert!(all.iter().all(|line| line["instanceId"] == instance.as_str()), "{all:?}");
    assert_eq!((&all[1]["outcome"], &all[5]["outcome"]), (&json!("done"), &json!("failed")));
    assert_eq!(all[5]["deliveryId"], stage.emulator.deliveries()[0].delivery_id.as_str());
    assert_eq!(all[1]["detail"]["responseBody"]["instance"]["instanceId"], instance.as_str());
    assert_eq!(all[1]["siteName"], "Bloom & Root");
}

#[tokio::test]
async fn a_request_is_shown_without_its_secrets_and_answered_as_ever() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let token = stage.token(&instance).await;
    let order = json!({ "productId": "gold" });
    let request = stage.request(reqwest::Method::POST, "/apps/v1/checkout").header("authorization", &token);
    assert_eq!(reply(request.json(&order)).await.status, 400);
    let shown = lines(&stage, "?kinds=request,token").await;
    let text = json!(shown).to_string();
    assert!(!text.contains(SECRET) && !text.contains(&token), "{text}");
    assert_eq!(shown[0]["detail"]["requestBody"], order);
    assert_eq!((&shown[0]["detail"]["status"], &shown[0]["outcome"]), (&json!(400), &json!("failed")));
    assert_eq!(shown[0]["detail"]["url"], format!("{}/apps/v1/checkout", stage.base));
}

#[tokio::test]
async fn lines_are_picked_by_kind_instance_and_number() {
    let stage = Stage::new().await;
    for site in stage.emulator.sites() {
        stage.emulator.install(&site.site_id).await.unwrap();
    }
    let instance = stage.emulator.sites()[1].install.clone().unwrap().instance_id;
    let of_one = lines(&stage, &format!("?instanceId={instance}&kinds=delivery")).await;
    assert_eq!(of_one.len(), 1);
    assert_eq!(lines(&stage, "?limit=2").await.len(), 2);
    assert_eq!(lines(&stage, "?kinds=platform").await.len(), 0);
    for bad in ["?kinds=colour", "?kinds=", "?limit=0", "?limit=1001", "?limit=x", "?page=2"] {
        let refused = stage.get(&format!("/_emulator/timeline{bad}")).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_request"), "{bad}");
    }
}

#[tokio::test]
async fn an_app_without_wixapps_addresses_only_lacks_its_own_lines() {
    let stage = Stage::new().await;
    stage.install().await;
    let shown = stage.get("/_emulator/timeline").await.json;
    assert_eq!(shown["appAnswers"], false);
    assert_eq!(shown["records"].as_array().unwrap().len(), 1);
    assert_eq!(stage.get("/_emulator/timeline?kinds=delivery").await.json["appAnswers"], false);
}

#[tokio::test]
async fn the_token_of_the_apps_page_is_shown_by_its_claims() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.emulator.app_url(&stage.site_id()).unwrap();
    let shown = lines(&stage, "?kinds=token").await;
    assert_eq!(shown[0]["detail"]["claims"]["instanceId"], instance.as_str());
    assert_eq!(shown[0]["detail"]["claims"]["permissions"], "OWNER");
}

#[tokio::test]
async fn a_new_start_and_a_snapshot_remember_every_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let stage = Stage::on_file(&file, VirtualClock::frozen_at(at(START))).await;
    stage.app.answer_next([Answer::Status(500)]);
    stage.install().await;
    stage.emulator.advance(hours(1)).await.unwrap();
    stage.emulator.save_snapshot("here", false).await.unwrap();
    let before = lines(&stage, "?kinds=delivery").await;
    let shown: Vec<_> =
        before.iter().map(|line| (&line["detail"]["attempt"], &line["detail"]["state"])).collect();
    assert_eq!(shown, [(&json!(2), &json!("delivered")), (&json!(1), &json!("retrying"))]);
    let same = |lines: &[Value]| titles(lines) == titles(&before);

    stage.emulator.restore_snapshot("here").await.unwrap();
    assert!(same(&lines(&stage, "?kinds=delivery").await));
    stage.stop().await;
    let again = Stage::on_file(&file, VirtualClock::frozen_at(at(START))).await;
    assert!(same(&lines(&again, "?kinds=delivery").await));
}
