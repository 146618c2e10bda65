//! Wix's limits: requests in a minute, sizes, and reads that are behind.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::Shop;
use crate::stage::Stage;

#[tokio::test]
async fn the_two_hundred_and_first_request_of_a_minute_has_to_wait() {
    let shop = Shop::at(Stage::new().await).await;
    shop.collection("Goods", json!([])).await;
    for _ in 0..199 {
        assert_eq!(shop.call(Method::GET, "/collections/Goods", None).await.status, 200);
    }
    let request = shop.stage.request(Method::GET, "/wix-data/v2/collections/Goods");
    let response = request.header("authorization", &shop.token).send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "60");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["details"]["applicationError"]["code"], "WDE0014");
    shop.stage.emulator.advance(SignedDuration::from_secs(61)).await.unwrap();
    assert_eq!(shop.call(Method::GET, "/collections/Goods", None).await.status, 200);
}

#[tokio::test]
async fn sizes_end_where_wix_ends_them() {
    let shop = Shop::open().await;
    shop.collection("Goods", json!([])).await;
    let item = |bytes: usize| json!({ "dataCollectionId": "Goods", "dataItem": { "data": { "t": "x".repeat(bytes) } } });
    assert_eq!(shop.post("/items", item(500 * 1024 - 300)).await.status, 200);
    let large = shop.post("/items", item(500 * 1024)).await;
    assert_eq!((large.status, large.code()), (400, "WDE0009"));
    let body = shop.post("/items", item(17 * 1024 * 1024)).await;
    assert_eq!((body.status, body.code()), (413, "WDE0109"));

    let bulk =
        |size: usize| json!({ "dataCollectionId": "Goods", "dataItems": vec![json!({ "data": {} }); size] });
    let done = shop.done("/bulk/items/insert", bulk(1_000)).await;
    assert_eq!(done["bulkActionMetadata"]["totalSuccesses"], 1_000);
    let refused = shop.post("/bulk/items/insert", bulk(1_001)).await;
    assert_eq!((refused.status, refused.code()), (400, "WDE0006"));
    let ids = json!({ "dataCollectionId": "Goods", "dataItemIds": vec!["x"; 1_001] });
    assert_eq!(shop.post("/bulk/items/remove", ids).await.code(), "WDE0069");

    let page = |limit: i64| json!({ "dataCollectionId": "Goods", "query": { "paging": { "limit": limit } } });
    assert_eq!(shop.done("/items/query", page(1_000)).await["dataItems"].as_array().unwrap().len(), 1_000);
    let refused = shop.post("/items/query", page(1_001)).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json["details"]["validationError"]["fieldViolations"][0]["field"], "paging.limit");
    let default = shop.done("/items/query", json!({ "dataCollectionId": "Goods" })).await;
    assert_eq!(default["dataItems"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn plain_reads_are_behind_by_the_lag_and_consistent_ones_are_not() {
    let shop = Shop::with(|config| config.data_lag = Some(SignedDuration::from_secs(5))).await;
    shop.collection("Goods", json!([])).await;
    shop.insert("Goods", json!({ "_id": "tea" })).await;
    let plain = json!({ "dataCollectionId": "Goods" });
    assert_eq!(shop.post("/items/query", plain.clone()).await.code(), "WDE0025", "not even the collection");
    let now = json!({ "dataCollectionId": "Goods", "consistentRead": true });
    assert_eq!(shop.done("/items/query", now).await["dataItems"][0]["id"], "tea");

    let sent = json!({ "dataCollectionId": "Goods", "dataItem": { "data": { "_id": "cup" } } });
    let request = shop.stage.request(Method::POST, "/wix-data/v2/items").json(&sent);
    let response = request.header("authorization", &shop.token).send().await.unwrap();
    let mark = response.headers()["x-wix-consistent"].clone();
    let request = shop.stage.request(Method::POST, "/wix-data/v2/items/count").json(&plain);
    let marked = request.header("authorization", &shop.token).header("x-wix-consistent", mark);
    assert_eq!(crate::stage::reply(marked).await.json["totalCount"], 2);

    shop.stage.emulator.advance(SignedDuration::from_secs(5)).await.unwrap();
    assert_eq!(shop.ids("Goods", json!({})).await.len(), 2);
}
