//! Items live as the documentation says, and the app is told of them when it wants to know.

use reqwest::Method;
use serde_json::{Value, json};
use wixapp_emulator::{AppSettings, Permission};

use super::Shop;
use crate::stage::START;

const TEXT_AND_NUMBER: &str = r#"[{ "key": "name", "type": "TEXT" }, { "key": "price", "type": "NUMBER" }]"#;

async fn stocked() -> Shop {
    let shop = Shop::open().await;
    shop.collection("Goods", serde_json::from_str(TEXT_AND_NUMBER).unwrap()).await;
    for (id, price) in [("tea", 3), ("cup", 9), ("pot", 30)] {
        shop.insert("Goods", json!({ "_id": id, "name": id, "price": price })).await;
    }
    shop
}

#[tokio::test]
async fn an_item_is_inserted_read_replaced_patched_and_removed() {
    let shop = stocked().await;
    let site = &shop.stage.emulator.sites()[0];
    let item =
        shop.insert("Goods", json!({ "name": "jam", "when": { "$date": "2027-01-02T03:04:05Z" } })).await;
    assert_eq!(item["_createdDate"], json!({ "$date": START.replace('Z', ".000Z") }));
    assert_eq!(item["when"], json!({ "$date": "2027-01-02T03:04:05.000Z" }));
    assert!(item["_owner"].is_string() && !site.site_id.is_empty());
    let id = item["_id"].as_str().unwrap();

    let path = format!("/items/{id}?dataCollectionId=Goods");
    let read = shop.call(Method::GET, &path, None).await;
    assert_eq!(read.json["dataItem"]["data"], item);
    let sent = json!({ "dataCollectionId": "Goods", "dataItem": { "id": id, "data": { "name": "honey" } } });
    let updated = shop.call(Method::PUT, &format!("/items/{id}"), Some(&sent)).await.json;
    assert_eq!(updated["dataItem"]["data"].get("when"), None, "the whole item is replaced");
    let patch = json!({ "dataCollectionId": "Goods", "patch": { "dataItemId": id, "fieldModifications": [
        { "fieldPath": "price", "action": "INCREMENT_FIELD", "incrementFieldOptions": { "value": 4 } },
    ] } });
    let patched = shop.done("/items/patch", patch).await;
    assert_eq!(patched["dataItem"]["data"]["price"], 4);
    assert_eq!(patched["dataItem"]["data"]["name"], "honey");
    let removed = shop.call(Method::DELETE, &path, None).await;
    assert_eq!(removed.json["dataItem"]["data"]["name"], "honey", "{removed:?}");
    let gone = shop.call(Method::GET, &path, None).await;
    assert_eq!((gone.status, gone.code()), (404, "WDE0073"));
}

#[tokio::test]
async fn an_address_and_a_query_that_name_two_items_read_and_remove_neither() {
    let shop = stocked().await;
    for method in [Method::GET, Method::DELETE] {
        let path = "/items/tea?dataCollectionId=Goods&dataItemId=cup";
        let refused = shop.call(method.clone(), path, None).await;
        let violation = &refused.json["details"]["validationError"]["fieldViolations"][0];
        assert_eq!(
            (refused.status, &violation["field"]),
            (400, &json!("dataItemId")),
            "{method}: {refused:?}"
        );
    }
    for method in [Method::GET, Method::DELETE] {
        let path = "/items/tea?dataCollectionId=Goods&dataItemId=tea";
        assert_eq!(shop.call(method, path, None).await.json["dataItem"]["id"], "tea");
    }
    assert_eq!(shop.ids("Goods", json!({})).await.len(), 2);
}

#[tokio::test]
async fn an_address_and_a_body_that_name_two_items_change_neither() {
    let shop = stocked().await;
    let modification =
        json!({ "fieldPath": "price", "action": "SET_FIELD", "setFieldOptions": { "value": 1 } });
    let put = |item: Value| json!({ "dataCollectionId": "Goods", "dataItem": item });
    let patch = |id: Option<&str>| {
        let patch = json!({ "dataItemId": id, "fieldModifications": [modification] });
        json!({ "dataCollectionId": "Goods", "patch": patch })
    };
    for (method, sent, field) in [
        (Method::PUT, put(json!({ "id": "cup", "data": { "price": 1 } })), "dataItem.id"),
        (Method::PATCH, patch(Some("cup")), "patch.dataItemId"),
    ] {
        let refused = shop.call(method, "/items/tea", Some(&sent)).await;
        let violation = &refused.json["details"]["validationError"]["fieldViolations"][0];
        assert_eq!((refused.status, violation["field"].as_str()), (400, Some(field)), "{refused:?}");
    }
    let within = put(json!({ "data": { "_id": "cup", "price": 1 } }));
    let refused = shop.call(Method::PUT, "/items/tea", Some(&within)).await;
    assert_eq!((refused.status, refused.code()), (400, "WDE0079"));
    let untouched = json!({ "filter": { "price": 1 } });
    assert_eq!(shop.ids("Goods", untouched.clone()).await, [""; 0]);
    for (method, sent) in
        [(Method::PATCH, patch(None)), (Method::PUT, put(json!({ "id": "", "data": { "price": 1 } })))]
    {
        let done = shop.call(method, "/items/tea", Some(&sent)).await;
        assert_eq!((done.status, &done.json["dataItem"]["id"]), (200, &json!("tea")), "{done:?}");
    }
    assert_eq!(shop.ids("Goods", untouched).await, ["tea"]);
}

#[tokio::test]
async fn items_are_inserted_and_read_and_single_references_made_by_addresses_of_their_own() {
    let shop = stocked().await;
    let part = json!({ "key": "parts", "type": "MULTI_REFERENCE",
        "typeMetadata": { "multiReference": { "referencedCollectionId": "Goods" } } });
    shop.collection("Sets", json!([part])).await;
    let sent =
        json!({ "dataCollectionId": "Sets", "dataItem": { "id": "set", "data": { "name": "Tea set" } } });
    assert_eq!(shop.done("/items/insert", sent).await["dataItem"]["id"], "set");
    let named = json!({ "dataCollectionId": "Sets", "dataItemId": "set" });
    assert_eq!(shop.done("/items/get", named).await["dataItem"]["data"]["name"], "Tea set");

    let link =
        json!({ "referringItemFieldName": "parts", "referringItemId": "set", "referencedItemId": "cup" });
    let one = json!({ "dataCollectionId": "Sets", "dataItemReference": link });
    let asked = json!({ "dataCollectionId": "Sets", "referringItemFieldName": "parts", "referringItemId": "set",
        "referencedItemId": "cup" });
    for (path, there) in [("insert-reference", true), ("remove-reference", false)] {
        assert_eq!(shop.done(&format!("/items/{path}"), one.clone()).await["dataItemReference"], link);
        assert_eq!(shop.done("/items/is-referenced", asked.clone()).await["isReferenced"], there, "{path}");
    }
}

#[tokio::test]
async fn a_query_is_the_same_in_the_address_and_in_the_body() {
    use base64::Engine as _;
    let shop = stocked().await;
    let query = json!({ "dataCollectionId": "Goods", "query": {
        "filter": { "price": { "$gt": 3 } }, "sort": [{ "fieldName": "price", "order": "DESC" }],
        "paging": { "limit": 1 },
    }, "returnTotalCount": true });
    let posted = shop.done("/items/query", query.clone()).await;
    assert_eq!(posted["pagingMetadata"]["total"], 2);
    assert_eq!(posted["dataItems"][0]["id"], "pot");
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(query.to_string());
    let got = shop.call(Method::GET, &format!("/items/query?.r={text}"), None).await;
    assert_eq!(got.json, posted);
    let next = posted["pagingMetadata"]["cursors"]["next"].as_str().unwrap();
    assert_eq!(shop.ids("Goods", json!({ "cursorPaging": { "cursor": next, "limit": 5 } })).await, ["cup"]);
}

#[tokio::test]
async fn each_site_has_data_of_its_own() {
    let shop = stocked().await;
    let other = shop.stage.emulator.sites()[1].site_id.clone();
    let instance = shop.stage.emulator.install(&other).await.unwrap().install.unwrap().instance_id;
    let token = shop.stage.token(&instance).await;
    let request = shop.stage.request(Method::POST, "/wix-data/v2/items/query");
    let request = request.header("authorization", token).json(&json!({ "dataCollectionId": "Goods" }));
    let reply = crate::stage::reply(request).await;
    assert_eq!((reply.status, reply.code()), (404, "WDE0025"));
}

#[tokio::test]
async fn the_app_is_told_of_the_changes_it_subscribed_to_and_of_no_others() {
    let shop = Shop::with(|config| {
        config.subscriptions.insert("wix.data.v2.data_item_created".to_owned());
        config.subscriptions.insert("wix.data.v2.data_item_deleted".to_owned());
    })
    .await;
    shop.collection("Goods", json!([])).await;
    shop.insert("Goods", json!({ "_id": "tea", "name": "Tea" })).await;
    let sent = json!({ "dataCollectionId": "Goods", "dataItem": { "id": "tea", "data": {} } });
    shop.done("/items/update", sent).await;
    shop.insert("Goods", json!({ "_id": "cup" })).await;
    shop.done("/items/remove", json!({ "dataCollectionId": "Goods", "dataItemId": "tea" })).await;
    shop.stage.emulator.settle().await.unwrap();
    let types = shop.stage.event_types();
    let (created, deleted) = ("wix.data.v2.data_item_created", "wix.data.v2.data_item_deleted");
    assert_eq!(types, ["AppInstalled", created, created, deleted]);
    let last = shop.stage.last_payload();
    assert_eq!(last["entityFqdn"], "wix.data.v2.data_item");
    assert_eq!((&last["slug"], &last["entityId"]), (&json!("deleted"), &json!("tea")));
    let ids: std::collections::BTreeSet<String> = shop.stage.events()[1..]
        .iter()
        .map(|event| {
            serde_json::from_str::<serde_json::Value>(&event.payload_text).unwrap()["id"].to_string()
        })
        .collect();
    assert_eq!(ids.len(), 3, "each event has an id of its own");
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let shop = Shop::open().await;
    shop.collection("Goods", json!([])).await;
    let permissions =
        Permission::ALL.into_iter().filter(|held| *held != Permission::WriteDataItems).collect();
    shop.stage.emulator.set_settings(AppSettings { permissions, ..AppSettings::default() }).unwrap();
    let sent = json!({ "dataCollectionId": "Goods", "dataItem": { "data": {} } });
    let refused = shop.post("/items", sent).await;
    assert_eq!((refused.status, refused.code()), (403, "WDE0027"));
    assert!(refused.json["message"].as_str().unwrap().contains("\"Write Data Items\""), "{refused:?}");
    assert!(shop.ids("Goods", json!({})).await.is_empty(), "reading is another permission");
}
