//! Brand profiles.

use serde_json::{Value, json};

use crate::stage::Stage;

const PROFILES: &str = "/api/v1/profiles";

async fn defaults(stage: &Stage) -> Vec<(Value, bool)> {
    let all = stage.done("GET", PROFILES, &Value::Null).await;
    let all = all["profiles"].as_array().unwrap().clone();
    all.into_iter().map(|mut one| (one["name"].take(), one["isDefault"] == true)).collect()
}

#[tokio::test]
async fn of_all_profiles_one_is_the_default() {
    let stage = Stage::new().await;
    let make = async |name: &str, is_default: bool| {
        stage.done("POST", PROFILES, &json!({ "name": name, "isDefault": is_default })).await
    };
    let (one, two) = (make("One", false).await, make("Two", true).await);
    let path = |profile: &Value| format!("{PROFILES}/{}", profile["id"].as_str().unwrap());
    assert_eq!(defaults(&stage).await, [(json!("One"), false), (json!("Two"), true)]);
    // Nobody can take the default away without giving it to another.
    let saved =
        stage.done("PUT", &path(&two), &json!({ "name": "Two", "isDefault": false, "version": 1 })).await;
    assert_eq!((&saved["isDefault"], &saved["version"]), (&json!(true), &json!(2)));
    assert_eq!(stage.refused("PUT", &path(&two), &json!({ "name": "2", "version": 1 })).await, "409 stale");
    make("Three", false).await;
    assert_eq!(stage.call("DELETE", &path(&two), &Value::Null).await.0, 204);
    assert_eq!(defaults(&stage).await, [(json!("One"), true), (json!("Three"), false)]);
    assert_eq!(stage.refused("DELETE", &path(&two), &Value::Null).await, "404 not_found");
    assert_eq!(stage.done("GET", &path(&one), &Value::Null).await["name"], "One");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn words_are_cleaned_and_bad_ones_refused() {
    let stage = Stage::new().await;
    let body = json!({
        "name": " Bakery ", "tone": "warm", "audience": "neighbours", "description": "Bread.",
        "industryTags": ["food", "Food"], "hashtags": ["#bread", "Bread", "öfen_1"],
    });
    let profile = stage.done("POST", PROFILES, &body).await;
    assert_eq!((&profile["name"], &profile["hashtags"]), (&json!("Bakery"), &json!(["#bread", "#öfen_1"])));
    assert_eq!(profile["industryTags"], json!(["food"]));
    let many: Vec<String> = (0..31).map(|n| format!("tag{n}")).collect();
    for body in [
        json!({}),
        json!({ "name": "" }),
        json!({ "name": "x".repeat(81) }),
        json!({ "name": "x", "description": "x".repeat(1_001) }),
        json!({ "name": "x", "hashtags": ["two words"] }),
        json!({ "name": "x", "hashtags": ["#"] }),
        json!({ "name": "x", "hashtags": many }),
        json!({ "name": "x", "industryTags": [1] }),
        json!({ "name": "x", "isDefault": "yes" }),
        json!({ "name": "x", "colour": "red" }),
    ] {
        assert_eq!(stage.refused("POST", PROFILES, &body).await, "422 invalid_request", "{body}");
    }
    assert_eq!(defaults(&stage).await.len(), 1);
    stage.local.stop().await.unwrap();
}
