//! The platform's API key, as the platform crate's client sends it.

use serde_json::{Value, json};
use wixapp_platform::Credential;
use wixapp_platform::data::Collection;

use crate::same_cases::scene::client;
use crate::stage::{SECRET, Stage};

const KEY: &str = "IST.local-platform";

#[tokio::test]
async fn a_key_with_a_site_acts_for_the_install_of_that_site() {
    let stage = Stage::new().await;
    let client = client(&stage, SECRET);
    let instance = stage.install().await;
    let operator = Credential::api_key_for_site(KEY, &stage.site_id()).unwrap();
    assert_eq!(client.app_instance(&operator).await.unwrap().instance.instance_id, instance);

    client.create_collection(&operator, &Collection::new("Notes")).await.unwrap();
    let kept = client.items::<Value>(&operator, "Notes").insert(json!({"title": "by key"})).await.unwrap();
    let seen = client.items::<Value>(&instance, "Notes").get(&kept.id).await.unwrap().unwrap();
    assert_eq!(seen.data["title"], "by key");

    let elsewhere = stage.emulator.sites()[1].site_id.clone();
    let other = Credential::api_key_for_site(KEY, &elsewhere).unwrap();
    let error = client.app_instance(&other).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(403), Some("APP_NOT_INSTALLED")));
    stage.emulator.install(&elsewhere).await.unwrap();
    assert_ne!(client.app_instance(&other).await.unwrap().instance.instance_id, instance);
}

#[tokio::test]
async fn a_key_may_what_the_app_may_not() {
    let stage = Stage::new().await;
    let client = client(&stage, SECRET);
    let instance = stage.install().await;
    let settings = json!({"externalPricingPage": true, "trialDays": null, "permissions": []});
    assert_eq!(stage.post("/_emulator/app/settings", &settings).await.status, 200);
    let error = client.app_instance(&instance).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(403), Some("PERMISSION_DENIED")));
    let operator = Credential::api_key_for_site(KEY, &stage.site_id()).unwrap();
    client.app_instance(&operator).await.unwrap();
    client.create_collection(&operator, &Collection::new("Notes")).await.unwrap();
    let refused = client.items::<Value>(&instance, "Notes").query().count().await.unwrap_err();
    assert_eq!((refused.status(), refused.code()), (Some(403), Some("WDE0027")));
    assert_eq!(client.items::<Value>(&operator, "Notes").query().count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_wrong_key_no_site_and_an_unknown_site_are_refused() {
    let stage = Stage::new().await;
    let client = client(&stage, SECRET);
    stage.install().await;
    let site = stage.site_id();
    for (credential, status, code) in [
        (Credential::api_key_for_site("IST.another", &site), 401, "UNAUTHORIZED"),
        (Credential::api_key_for_account("IST.another", "an-account"), 401, "UNAUTHORIZED"),
        (Credential::api_key_for_account(KEY, "an-account"), 400, "INVALID_REQUEST"),
        (Credential::api_key_for_site(KEY, "no-site"), 403, "PERMISSION_DENIED"),
    ] {
        let error = client.app_instance(&credential.unwrap()).await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(status), Some(code)));
    }
    stage.emulator.uninstall(&site).await.unwrap();
    let error = client.app_instance(&Credential::api_key_for_site(KEY, &site).unwrap()).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(403), Some("APP_NOT_INSTALLED")));
}
