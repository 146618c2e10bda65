//! The platform crate's own client against the local platform: each proves the other.

use std::sync::Arc;

use reqwest::Url;
use wixapp_emulator::Card;
use wixapp_platform::api::billing::BillingCycle;
use wixapp_platform::{AppSecret, CheckoutRequest, Credential, InstanceClaims, WixClient, instance_token};

use crate::stage::{APP_ID, SECRET, Stage, hours};

fn client(stage: &Stage) -> WixClient {
    WixClient::builder()
        .base_url(&stage.base)
        .app_id(APP_ID)
        .app_secret(AppSecret::new(SECRET).unwrap())
        .clock(Arc::new(stage.emulator.clock().clone()))
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_client_opens_a_checkout_and_sees_the_plan_it_paid_for() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let instance = stage.install().await;
    assert!(client.app_instance(&instance).await.unwrap().instance.is_free);

    let request =
        CheckoutRequest { billing_cycle: Some(BillingCycle::Yearly), ..CheckoutRequest::new("starter-plan") };
    let checkout = client.checkout_url(&instance, &request).await.unwrap();
    assert!(checkout.checkout_url.starts_with(&format!("{}/checkout/", stage.base)));
    stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();

    let truth = client.app_instance(&instance).await.unwrap();
    let billing = truth.instance.billing.unwrap();
    assert_eq!(billing.package_name, "starter-plan");
    assert_eq!(billing.expiration_date.unwrap().to_string(), "2028-01-31T08:00:00Z");
    assert_eq!(truth.site.site_id, Some(stage.site_id()));
}

#[tokio::test]
async fn the_client_gets_a_new_token_when_the_old_one_is_over() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let instance = stage.install().await;
    client.app_instance(&instance).await.unwrap();
    stage.emulator.advance(hours(24)).await.unwrap();
    client.app_instance(&instance).await.unwrap();
}

#[tokio::test]
async fn the_client_is_told_what_is_wrong() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let instance = stage.install().await;
    let unknown = client.checkout_url(&instance, &CheckoutRequest::new("platinum")).await.unwrap_err();
    assert_eq!((unknown.status(), unknown.code()), (Some(400), Some("INVALID_REQUEST")));
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    let removed = client.app_instance(&instance).await.unwrap_err();
    assert_eq!((removed.status(), removed.code()), (Some(403), Some("APP_NOT_INSTALLED")));
}

#[tokio::test]
async fn the_client_believes_token_info_about_an_instance_token() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let instance = stage.install().await;
    let url = Url::parse(&stage.emulator.app_url(&stage.site_id()).unwrap()).unwrap();
    let token = url.query_pairs().find(|(name, _)| name == "instance").unwrap().1.into_owned();
    let info = client.token_info(&token).await.unwrap();
    assert_eq!(info.instance_id, instance);
    assert!(info.is_owner());
}

#[tokio::test]
async fn a_raw_instance_token_is_no_credential_here() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let claims = InstanceClaims::owner(stage.install().await, stage.now());
    let token = instance_token::sign(&claims, &AppSecret::new(SECRET).unwrap());
    // The page of fidelity lists it as missing.
    let error = client.app_instance(&Credential::instance_token(&token).unwrap()).await.unwrap_err();
    assert_eq!((error.status(), error.is_unauthorized()), (Some(401), true));
}
