//! Who brought an event about: the identity in each webhook.

use reqwest::Method;
use serde_json::json;
use wixapp_platform::webhook::{Identity, WebhookEvent};

use crate::stage::{APP_ID, Stage, hours};

/// The owner of the first site, as Wix knows them.
async fn owner(stage: &Stage) -> Identity {
    let token = stage.emulator.dashboard_token(&stage.site_id()).unwrap();
    let info = stage.post("/oauth2/token-info", &json!({ "token": token })).await.json;
    Identity::wix_user(info["subjectId"].as_str().unwrap())
}

fn told(events: &[WebhookEvent]) -> Vec<(&str, Identity)> {
    events.iter().map(|event| (event.event_type.as_str(), event.identity.clone().unwrap())).collect()
}

#[tokio::test]
async fn what_the_owner_does_carries_the_owners_id() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let owner = owner(&stage).await;
    assert!(owner.wix_user_id.as_ref().is_some_and(|id| !id.is_empty()));
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    let kinds = ["AppInstalled", "PaidPlanPurchased", "PaidPlanAutoRenewalCancelled", "AppRemoved"];
    assert_eq!(told(&stage.events()), kinds.map(|kind| (kind, owner.clone())));
}

#[tokio::test]
async fn what_time_or_a_bank_does_carries_nobodys_id_and_the_payment_after_it_the_owners() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let owner = owner(&stage).await;
    stage.buy(&instance, "pro", "MONTHLY").await;
    stage.emulator.set_card_fails(&instance, true).unwrap();
    stage.emulator.advance(hours(24 * 40)).await.unwrap();
    let open = stage.emulator.invoices(&instance).unwrap().remove(0).invoice_id;
    stage.emulator.pay_invoice(&open).await.unwrap();
    stage.emulator.give_back(&open, true, false).await.unwrap();
    let said = [Identity::unspecified(), owner, Identity::unspecified()];
    let events = stage.events();
    assert_eq!(told(&events)[2..], said.map(|identity| ("InvoiceStatusUpdated", identity)));
}

#[tokio::test]
async fn a_change_of_data_carries_the_id_of_the_app_or_of_the_person_whose_token_it_was() {
    let kind = "wix.data.v2.data_item_created";
    let stage = Stage::with(|config| config.subscriptions.extend([kind.to_owned()])).await;
    let instance = stage.install().await;
    let app = stage.token(&instance).await;
    let person = stage.emulator.dashboard_token(&stage.site_id()).unwrap();
    let collection = json!({ "collection": { "id": "notes", "fields": [] } });
    stage.call(&app, Method::POST, "/wix-data/v2/collections", Some(&collection)).await;
    for token in [&app, &person] {
        let item = json!({ "dataCollectionId": "notes", "dataItem": { "data": { "text": "x" } } });
        let made = stage.call(token, Method::POST, "/wix-data/v2/items", Some(&item)).await;
        assert_eq!(made.status, 200, "{made:?}");
    }
    stage.emulator.settle().await.unwrap();
    let expected = [(kind, Identity::app(APP_ID)), (kind, owner(&stage).await)];
    assert_eq!(told(&stage.events())[1..], expected);
}
