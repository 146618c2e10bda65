//! Items survive a restart; what could not be saved did not happen.

use reqwest::Method;
use serde_json::{Value, json};
use wixapp_core::clock::VirtualClock;

use super::Shop;
use crate::stage::{START, Stage, at, hours};

const SECRETS: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

#[tokio::test]
async fn collections_items_and_links_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let open = || Stage::on_file(&file, VirtualClock::frozen_at(at(START)));
    let shop = Shop::at(open().await).await;
    let field = json!({ "key": "parts", "type": "MULTI_REFERENCE",
        "typeMetadata": { "multiReference": { "referencedCollectionId": "Goods" } } });
    shop.collection("Goods", json!([field])).await;
    for id in ["set", "tea", "cup"] {
        shop.insert("Goods", json!({ "_id": id })).await;
    }
    let parts = json!({ "dataCollectionId": "Goods", "referringItemFieldName": "parts",
        "referringItemId": "set", "newReferencedItemIds": ["cup", "tea"] });
    shop.done("/items/replace-references", parts).await;
    shop.done("/items/remove", json!({ "dataCollectionId": "Goods", "dataItemId": "tea" })).await;
    let all =
        json!({ "dataCollectionId": "Goods", "query": {}, "includeReferences": [{ "field": "parts" }] });
    let before = shop.done("/items/query", all.clone()).await;
    assert_eq!(before["dataItems"][1]["data"]["parts"][0]["_id"], "cup", "{before}");
    shop.stage.stop().await;

    let shop = Shop::at(open().await).await;
    assert_eq!(shop.done("/items/query", all).await, before);
    let items = folder.path().join("platform.json.items");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&items).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "items are for the owner only");
    }
    shop.stage.stop().await;
    std::fs::write(&items, "{\"layout\":1,\"app_id\":\"another\"}\n").unwrap();
    let app_secret = wixapp_platform::AppSecret::new(crate::stage::SECRET).unwrap();
    let mut config = wixapp_emulator::EmulatorConfig::new(
        crate::stage::APP_ID,
        app_secret,
        "http://127.0.0.1:9",
        "http://127.0.0.1:9",
    );
    config.data_file = Some(file.clone());
    let error = wixapp_emulator::Emulator::new(config).unwrap_err();
    assert!(error.is_data() && error.to_string().contains("belongs to the app another"), "{error}");
}

/// Everything of a site that an app put there.
async fn all_of(shop: &Shop) -> (Value, Value, Value, Option<wixapp_emulator::Chaos>) {
    let items =
        json!({ "dataCollectionId": "Goods", "query": {}, "includeReferences": [{ "field": "parts" }] });
    let collections = shop.call(Method::GET, "/collections", None).await.json;
    let secrets = shop.stage.call(&shop.token, Method::GET, SECRETS, None).await.json;
    (shop.done("/items/query", items).await, collections, secrets, shop.stage.emulator.chaos())
}

#[tokio::test]
async fn a_snapshot_takes_items_secrets_and_chaos_with_it_and_brings_them_back_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let on_file = Shop::at(Stage::on_file(&file, VirtualClock::frozen_at(at(START))).await).await;
    let in_memory = Shop::with(|config| {
        config.snapshot_folder = Some(folder.path().join("others"));
        config.data_lag = Some(hours(1));
    });
    for shop in [on_file, in_memory.await] {
        let field = json!({ "key": "parts", "type": "MULTI_REFERENCE",
            "typeMetadata": { "multiReference": { "referencedCollectionId": "Goods" } } });
        shop.collection("Goods", json!([field])).await;
        for id in ["set", "tea"] {
            shop.insert("Goods", json!({ "_id": id })).await;
        }
        let parts = json!({ "dataCollectionId": "Goods", "referringItemFieldName": "parts",
            "referringItemId": "set", "newReferencedItemIds": ["tea"] });
        shop.done("/items/replace-references", parts).await;
        let secret = |value: &str| json!({ "secret": { "name": "key", "value": value } });
        let made = shop.stage.call(&shop.token, Method::POST, SECRETS, Some(&secret("one"))).await;
        assert_eq!(made.status, 200, "{made:?}");
        shop.stage.emulator.set_chaos(Some(wixapp_emulator::Chaos::seeded(7))).unwrap();
        shop.stage.emulator.advance(hours(1)).await.unwrap();
        let before = all_of(&shop).await;
        shop.stage.emulator.save_snapshot("full", false).await.unwrap();

        shop.insert("Goods", json!({ "_id": "cup" })).await;
        shop.done("/items/remove", json!({ "dataCollectionId": "Goods", "dataItemId": "tea" })).await;
        shop.collection("Later", json!([])).await;
        let path = format!("{SECRETS}/{}", made.json["id"].as_str().unwrap());
        shop.stage.call(&shop.token, Method::DELETE, &path, None).await;
        shop.stage.emulator.set_chaos(None).unwrap();
        shop.stage.emulator.advance(hours(1)).await.unwrap();
        assert_ne!(all_of(&shop).await, before);

        shop.stage.emulator.restore_snapshot("full").await.unwrap();
        assert_eq!(all_of(&shop).await, before);
        // What comes next begins where the snapshot was.
        shop.insert("Goods", json!({ "_id": "jug" })).await;
        shop.stage.stop().await;
    }
    let again = Shop::at(Stage::on_file(&file, VirtualClock::frozen_at(at(START))).await).await;
    assert_eq!(again.ids("Goods", json!({ "sort": [{ "fieldName": "_id" }] })).await, ["jug", "set", "tea"]);
}

#[tokio::test]
async fn a_snapshot_with_damaged_items_is_refused_and_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::with(|config| config.snapshot_folder = Some(folder.path().to_owned())).await;
    shop.collection("Goods", json!([])).await;
    shop.stage.emulator.save_snapshot("torn", false).await.unwrap();
    shop.insert("Goods", json!({ "_id": "kept" })).await;
    let items = folder.path().join("torn/platform.items");
    let whole = std::fs::read(&items).unwrap();
    for damaged in [&whole[..whole.len() - 3], b"", b"nothing\n"] {
        std::fs::write(&items, damaged).unwrap();
        let refused = shop.stage.emulator.restore_snapshot("torn").await.unwrap_err();
        assert_eq!(refused.code(), Some("snapshot_unfit"), "{refused}");
    }
    std::fs::remove_file(&items).unwrap();
    assert_eq!(
        shop.stage.emulator.restore_snapshot("torn").await.unwrap_err().code(),
        Some("snapshot_unfit")
    );
    assert_eq!(shop.ids("Goods", json!({})).await, ["kept"]);
}
