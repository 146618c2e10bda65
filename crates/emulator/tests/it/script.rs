//! Embedded scripts.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

const PATH: &str = "/apps/v1/scripts";

#[tokio::test]
async fn parameters_are_kept_and_replaced_by_component() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    let embed = async |body: Value| stage.call(&token, Method::POST, PATH, Some(&body)).await;
    let get = async |path: &str| stage.call(&token, Method::GET, path, None).await;
    assert_eq!(get(PATH).await.code(), "NOT_FOUND", "nothing was embedded");

    let first = embed(json!({ "properties": { "parameters": { "color": "red", "size": "2" } } })).await;
    let kept = json!({ "properties": { "parameters": { "color": "red", "size": "2" }, "disabled": false } });
    assert_eq!((first.status, &first.json), (200, &kept));
    assert_eq!(get(PATH).await.json, kept);

    embed(json!({ "properties": { "parameters": { "color": "blue" }, "disabled": true } })).await;
    let replaced = json!({ "properties": { "parameters": { "color": "blue" }, "disabled": true } });
    assert_eq!(get(PATH).await.json, replaced);

    embed(json!({ "properties": { "parameters": {} }, "componentId": "banner" })).await;
    assert_eq!(get(&format!("{PATH}?componentId=banner")).await.json["properties"]["disabled"], false);
    assert_eq!(get(PATH).await.json, replaced);
    assert_eq!(get(&format!("{PATH}?componentId=footer")).await.status, 404);
}

#[tokio::test]
async fn what_is_too_long_or_of_another_kind_is_refused() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    let many: serde_json::Map<String, Value> = (0..101).map(|n| (n.to_string(), json!(""))).collect();
    for (body, named) in [
        (json!({}), "properties"),
        (json!({ "properties": { "parameters": { "a": 1 } } }), "a"),
        (json!({ "properties": { "parameters": { "": "x" } } }), "parameters"),
        (json!({ "properties": { "parameters": many } }), "parameters"),
        (json!({ "properties": { "parameters": { "a": "x".repeat(5_001) } } }), "parameters"),
        (json!({ "properties": { "disabled": "yes" } }), "disabled"),
        (json!({ "properties": {}, "componentId": "x".repeat(101) }), "componentId"),
    ] {
        let answer = stage.call(&token, Method::POST, PATH, Some(&body)).await;
        assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST"), "{body}");
        assert!(answer.json["message"].as_str().unwrap().contains(named), "{answer:?}");
    }
    assert_eq!(stage.call(&token, Method::GET, PATH, None).await.status, 404);
}
