//! Apps that are paid by use: the platform asks them, checks what they answer, and keeps a ledger.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use wixapp_core::id::InstanceId;

use crate::stage::{APP_ID, Stage, hours};

async fn by_use() -> (Stage, InstanceId) {
    let stage = Stage::with(|config| config.custom_charges_url = Some("plugin/".to_owned())).await;
    let instance = stage.install().await;
    stage.app.provide("charge-limit", 200, &json!({ "chargeLimit": "100.00" }));
    stage.buy(&instance, "starter", "MONTHLY").await;
    (stage, instance)
}

/// The last question of a kind, checked as Wix's own package checks it.
fn last_asked(stage: &Stage, question: &str) -> Value {
    let asked = stage.app.asked();
    let (_, text) = asked.iter().rev().find(|(name, _)| name == question).expect("the app was asked");
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[APP_ID]);
    rules.set_issuer(&["wix.com"]);
    rules.set_required_spec_claims(&["exp", "iss", "aud"]);
    let key = DecodingKey::from_rsa_pem(stage.emulator.public_key_pem().as_bytes()).unwrap();
    let claims: Value = jsonwebtoken::decode(text, &key, &rules).unwrap().claims;
    assert!(claims["data"].is_object(), "{claims}");
    claims["data"].clone()
}

fn charges(amounts: &[&str]) -> Value {
    let line = |(n, amount): (usize, &&str)| json!({ "id": format!("c{n}"), "description": "Use", "amount": amount });
    json!({ "charges": amounts.iter().enumerate().map(line).collect::<Vec<_>>() })
}

async fn ledger(stage: &Stage, instance: &InstanceId) -> Value {
    stage.get(&format!("/_emulator/instances/{instance}/charges")).await.json
}

#[tokio::test]
async fn a_purchase_asks_the_app_for_its_limit_in_a_signed_question() {
    let (stage, instance) = by_use().await;
    let data = last_asked(&stage, "charge-limit");
    assert_eq!(data["metadata"]["instanceId"], instance.as_str());
    assert_eq!(data["metadata"]["identity"]["identityType"], "WIX_USER");
    assert_eq!(data["request"]["currency"], "USD");
    assert_eq!(data["request"]["cycle"]["cycleDuration"], json!({ "unit": "MONTH", "count": 1 }));
    assert_eq!(
        ledger(&stage, &instance).await,
        json!({ "enabled": true, "chargeLimit": "100.00", "charges": [] })
    );

    let path = format!("/_emulator/instances/{instance}/charges/raise-limit");
    assert_eq!(stage.post(&path, &json!({ "chargeLimit": "150" })).await.json["chargeLimit"], "150.00");
    assert_eq!(last_asked(&stage, "limit-updated")["request"]["chargeLimit"], "150.00");
    assert_eq!(stage.post(&path, &json!({ "chargeLimit": "149.99" })).await.code(), "limit_lower");
    assert_eq!(stage.post(&path, &json!({ "chargeLimit": "a lot" })).await.code(), "invalid_request");
}

#[tokio::test]
async fn a_renewal_charges_the_period_that_ended() {
    let (stage, instance) = by_use().await;
    stage.app.provide("charges", 200, &charges(&["2.50", "10"]));
    stage.emulator.advance(hours(24 * 28)).await.unwrap();
    let request = last_asked(&stage, "charges")["request"].clone();
    assert_eq!(request["intent"], "CREATE_INVOICE");
    assert_eq!(request["periodStart"], "2027-01-31T08:00:00.000Z");
    assert_eq!(request["periodEnd"], "2027-02-28T08:00:00.000Z");
    let kept = ledger(&stage, &instance).await["charges"].clone();
    assert_eq!(kept.as_array().unwrap().len(), 2);
    assert!(kept.as_array().unwrap().iter().all(|line| line["state"] == "INVOICED"), "{kept}");
    let invoices = stage.emulator.invoices(&instance).unwrap();
    let by_use = invoices.iter().find(|one| one.price == "12.50").unwrap();
    assert_eq!(kept[0]["invoiceId"], by_use.invoice_id.as_str());
    let told = last_asked(&stage, "invoice-created")["request"].clone();
    assert_eq!(told["invoiceId"], by_use.invoice_id.as_str());
    assert_eq!(told["lineItems"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn charges_beyond_the_rules_are_rejected_and_the_app_is_told_why() {
    let (stage, instance) = by_use().await;
    let path = format!("/_emulator/instances/{instance}/charges");
    for (answer, reason) in [
        (charges(&["50.00", "50.00"]), "CHARGE_LIMIT_EXCEEDED"),
        (charges(&["1.00"; 6]), "TOO_MANY_CHARGES"),
        (charges(&["-1.00"]), "INVALID_FORMAT"),
    ] {
        stage.app.provide("charges", 200, &answer);
        let asked = stage.post(&path, &json!({ "intent": "CREATE_INVOICE" })).await;
        assert_eq!((&asked.json["reasons"], &asked.json["invoiceId"]), (&json!([reason]), &json!(null)));
        assert_eq!(last_asked(&stage, "charges-rejected")["request"]["reasons"], json!([reason]));
    }
    assert_eq!(stage.emulator.invoices(&instance).unwrap().len(), 1, "only the plan itself");
    let kept = ledger(&stage, &instance).await["charges"].clone();
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["state"]), (9, &json!("REJECTED")));
}

#[tokio::test]
async fn looking_at_charges_keeps_nothing() {
    let (stage, instance) = by_use().await;
    stage.app.provide("charges", 200, &charges(&["3.00"]));
    let path = format!("/_emulator/instances/{instance}/charges");
    let shown = stage.post(&path, &json!({ "intent": "DISPLAY_ONLY" })).await.json;
    assert_eq!((&shown["total"], &shown["invoiceId"]), (&json!("3.00"), &json!(null)));
    assert_eq!(last_asked(&stage, "charges")["request"]["intent"], "DISPLAY_ONLY");
    assert_eq!(ledger(&stage, &instance).await["charges"], json!([]));
    assert_eq!(stage.emulator.invoices(&instance).unwrap().len(), 1);
}

#[tokio::test]
async fn usages_are_counted_without_a_price() {
    let (stage, instance) = by_use().await;
    let path = format!("/_emulator/instances/{instance}/usages");
    stage.app.provide("usages", 200, &json!({ "usages": [{ "counterId": "posts", "quantity": 12.5 }] }));
    let counted = stage.post(&path, &json!({ "counterIds": ["posts"] })).await.json;
    assert_eq!(
        (&counted["charges"][0]["amount"], &counted["charges"][0]["state"]),
        (&json!("12.5"), &json!("COUNTED"))
    );
    assert_eq!(last_asked(&stage, "usages")["request"]["counterIds"], json!(["posts"]));
    for wrong in [json!({ "usages": [{ "counterId": "a", "quantity": -1 }] }), json!({ "usages": [{}] })] {
        stage.app.provide("usages", 200, &wrong);
        assert_eq!(stage.post(&path, &json!({ "counterIds": [] })).await.code(), "app_failed", "{wrong}");
    }
    assert_eq!(ledger(&stage, &instance).await["charges"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_app_that_does_not_answer_as_agreed_is_named_and_no_payment_fails_for_it() {
    let (stage, instance) = by_use().await;
    let path = format!("/_emulator/instances/{instance}/charges");
    for (status, body) in
        [(500, json!({})), (201, charges(&["1.00"])), (200, json!([])), (200, json!("x".repeat(70_000)))]
    {
        stage.app.provide("charges", status, &body);
        let asked = stage.post(&path, &json!({ "intent": "CREATE_INVOICE" })).await;
        assert_eq!((asked.status, asked.code()), (502, "app_failed"));
    }
    stage.app.provide("charge-limit", 500, &json!({}));
    stage.app.provide("charges", 500, &json!({}));
    stage.buy(&instance, "pro", "MONTHLY").await;
    stage.emulator.advance(hours(24 * 35)).await.unwrap();
    assert_eq!(stage.app_instance(&instance).await["instance"]["billing"]["packageName"], "pro");
    assert_eq!(ledger(&stage, &instance).await["charges"], json!([]));
}

#[tokio::test]
async fn an_app_that_is_not_paid_by_use_is_not_asked() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    assert!(stage.app.asked().is_empty());
    let path = format!("/_emulator/instances/{instance}/charges");
    assert_eq!(stage.post(&path, &json!({ "intent": "DISPLAY_ONLY" })).await.code(), "no_custom_charges");
    assert_eq!(ledger(&stage, &instance).await["enabled"], false);
}
