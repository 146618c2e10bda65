//! Items survive a restart; what could not be saved did not happen.

use serde_json::json;
use wixapp_core::clock::VirtualClock;

use super::Shop;
use crate::stage::{START, Stage, at};

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
