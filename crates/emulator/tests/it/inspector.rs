//! The inspector's view of deliveries.

use serde_json::{Value, json};

use crate::stage::{APP_ID, Answer, START, Stage, hours};

#[tokio::test]
async fn deliveries_are_listed_newest_first_and_page_by_page() {
    let stage = Stage::new().await;
    for site in stage.emulator.sites() {
        stage.emulator.install(&site.site_id).await.unwrap();
        stage.emulator.advance(hours(1)).await.unwrap();
    }
    let names = |reply: &Value| -> Vec<String> {
        let rows = reply["deliveries"].as_array().unwrap();
        rows.iter().map(|row| row["siteName"].as_str().unwrap().to_owned()).collect()
    };
    let all = stage.get("/_emulator/deliveries").await.json;
    assert_eq!(names(&all), ["Nora Lindqvist Photography", "Harbour Coffee Roasters", "Bloom & Root"]);
    let first = stage.get("/_emulator/deliveries?limit=2").await.json;
    let last_id = first["deliveries"][1]["deliveryId"].as_str().unwrap();
    let rest = stage.get(&format!("/_emulator/deliveries?limit=2&after={last_id}")).await.json;
    assert_eq!((names(&first).len(), names(&rest)), (2, vec!["Bloom & Root".to_owned()]));
}

#[tokio::test]
async fn a_delivery_shows_its_attempts_and_the_layers_of_its_body() {
    let stage = Stage::new().await;
    stage.app.answer_next([Answer::Status(500)]);
    let instance = stage.install().await;
    stage.emulator.advance(hours(1)).await.unwrap();
    let id = stage.emulator.deliveries()[0].delivery_id.clone();
    let shown = stage.get(&format!("/_emulator/deliveries/{id}")).await.json;
    assert_eq!(shown["eventType"], "AppInstalled");
    assert_eq!((&shown["state"], &shown["attempt"]), (&json!("delivered"), &json!(2)));
    assert_eq!(shown["attempts"][0]["error"], "the app answered 500, Wix wants 200");
    assert_eq!(shown["attempts"][0]["at"], START);
    assert_eq!(shown["attempts"][1]["responseStatus"], 200);
    assert_eq!(shown["requestUrl"], format!("{}/api/v1/wix/webhook", stage.app_url));
    assert_eq!(shown["requestBody"], stage.app.arrivals()[1].body.as_str());
    let sent = &stage.app.arrivals()[1].headers;
    for (name, value) in shown["requestHeaders"].as_object().unwrap() {
        assert_eq!(sent[name.as_str()].to_str().unwrap(), value.as_str().unwrap(), "{name}");
    }
    assert_eq!(shown["responseBody"], "seen");
    assert_eq!(shown["responseHeaders"]["content-type"], "text/plain; charset=utf-8");
    assert_eq!(shown["decoded"]["payload"], json!({ "appId": APP_ID }));
    assert_eq!(shown["decoded"]["event"]["instanceId"], instance.as_str());
    assert_eq!(shown["decoded"]["identity"]["identityType"], "WIX_USER");
    assert!(shown["decoded"]["claims"]["exp"].is_number());
}

#[tokio::test]
async fn a_delivery_that_waits_shows_its_payload_already() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    stage.emulator.pay(&checkout.token, &wixapp_emulator::Card::delayed()).await.unwrap();
    let row = stage.get("/_emulator/deliveries?limit=1").await.json["deliveries"][0].clone();
    assert_eq!(row["state"], "pending");
    assert_eq!(row["nextAttemptAt"], "2027-01-31T08:00:20Z");
    assert_eq!(
        (&row["durationMs"], &row["responseStatus"], &row["error"]),
        (&json!(null), &json!(null), &json!(null))
    );
    let shown =
        stage.get(&format!("/_emulator/deliveries/{}", row["deliveryId"].as_str().unwrap())).await.json;
    assert_eq!(shown["decoded"]["payload"]["vendorProductId"], "starter");
    assert_eq!(shown["requestBody"], json!(null));
}

#[tokio::test]
async fn resending_answers_with_the_queued_repetitions() {
    let stage = Stage::new().await;
    stage.install().await;
    let id = stage.emulator.deliveries()[0].delivery_id.clone();
    let reply = stage.post(&format!("/_emulator/deliveries/{id}/resend"), &json!({ "times": 5 })).await.json;
    assert_eq!(reply["deliveries"].as_array().unwrap().len(), 5);
    assert_eq!(reply["deliveries"][0]["resendOf"], id.as_str());
    stage.emulator.settle().await.unwrap();
    assert_eq!(stage.app.arrivals().len(), 6);
}
