//! What an app may do on a site is what its settings grant.

use reqwest::Method;
use serde_json::{Value, json};
use wixapp_emulator::{AppSettings, Permission};

use crate::stage::Stage;

const SECRETS: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

fn calls() -> Vec<(Method, String, Option<Value>, Permission)> {
    let script = json!({ "properties": { "parameters": {} } });
    let secret = json!({ "secret": { "name": "a", "value": "b" } });
    let app = Permission::ManageYourApp;
    let writes = Permission::ManageSecrets;
    vec![
        (Method::GET, "/apps/v1/instance".to_owned(), None, app),
        (Method::GET, "/apps/v1/checkout/history".to_owned(), None, app),
        (Method::POST, "/apps/v1/checkout".to_owned(), Some(json!({ "productId": "starter" })), app),
        (Method::POST, "/apps/v1/bi-event".to_owned(), Some(json!({ "eventName": "APP_UPGRADED" })), app),
        (Method::POST, "/apps/v1/scripts".to_owned(), Some(script), Permission::ManageEmbeddedScripts),
        (Method::GET, "/apps/v1/scripts".to_owned(), None, Permission::ManageEmbeddedScripts),
        (Method::GET, SECRETS.to_owned(), None, Permission::ReadSecrets),
        (Method::GET, format!("{SECRETS}/name/a"), None, Permission::ReadSecrets),
        (Method::POST, SECRETS.to_owned(), Some(secret.clone()), writes),
        (Method::PATCH, format!("{SECRETS}/x"), Some(secret), writes),
        (Method::DELETE, format!("{SECRETS}/x"), None, writes),
    ]
}

#[tokio::test]
async fn a_call_without_its_permission_is_refused_with_the_name_of_it() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    stage.emulator.set_settings(AppSettings { permissions: Vec::new(), ..AppSettings::default() }).unwrap();
    for (method, path, body, permission) in calls() {
        let answer = stage.call(&token, method.clone(), &path, body.as_ref()).await;
        assert_eq!((answer.status, answer.code()), (403, "PERMISSION_DENIED"), "{method} {path}");
        let message = answer.json["message"].as_str().unwrap();
        assert!(message.contains(permission.name()) && message.contains(permission.id()), "{message}");
    }
}

#[tokio::test]
async fn a_call_with_its_permission_alone_is_not_refused_for_another() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    for (method, path, body, permission) in calls() {
        let only = AppSettings { permissions: vec![permission], ..AppSettings::default() };
        stage.emulator.set_settings(only).unwrap();
        let answer = stage.call(&token, method.clone(), &path, body.as_ref()).await;
        assert_ne!(answer.status, 403, "{method} {path}: {answer:?}");
    }
}

#[tokio::test]
async fn settings_are_changed_by_the_page_and_seen_by_the_app() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let settings = json!({
        "externalPricingPage": true, "trialDays": 14, "permissions": ["MANAGE-YOUR-APP", "MANAGE-YOUR-APP"],
    });
    let set = stage.post("/_emulator/app/settings", &settings).await;
    assert_eq!(set.json["permissions"], json!(["MANAGE-YOUR-APP"]));
    assert_eq!(set.json["knownPermissions"].as_array().unwrap().len(), 7);
    assert_eq!(stage.get("/_emulator/app/settings").await, set);
    let seen = stage.app_instance(&instance).await["instance"].clone();
    assert_eq!(seen["permissions"], json!(["MANAGE-YOUR-APP"]));
    assert_eq!(seen["freeTrialAvailable"], true);
    for wrong in [json!(0), json!(366), json!("14")] {
        let mut body = settings.clone();
        body["trialDays"] = wrong.clone();
        assert_eq!(stage.post("/_emulator/app/settings", &body).await.status, 422, "{wrong}");
    }
    let mut body = settings;
    body["permissions"] = json!(["READ-EVERYTHING"]);
    assert_eq!(stage.post("/_emulator/app/settings", &body).await.code(), "invalid_request");
}

#[tokio::test]
async fn an_app_without_a_pricing_page_of_its_own_gets_no_checkout() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    let settings = AppSettings { external_pricing_page: false, ..AppSettings::default() };
    stage.emulator.set_settings(settings).unwrap();
    let order = json!({ "productId": "starter" });
    let answer = stage.call(&token, Method::POST, "/apps/v1/checkout", Some(&order)).await;
    assert_eq!((answer.status, answer.code()), (400, "EXTERNAL_PRICING_PAGE_DISABLED"));
}
