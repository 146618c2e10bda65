//! What `POST /api/v1/posts/publish` refuses, and that nothing has changed after it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::stage::Stage;

async fn refusal(stage: &Stage, body: &Value) -> String {
    let (status, refusal) = stage.post("/api/v1/posts/publish", "key-1", body).await;
    let text = |field: &str| refusal[field].as_str().unwrap_or("").to_owned();
    format!("{status} {}: {}\n", text("error"), text("message"))
}

#[tokio::test]
async fn every_bad_field_is_refused_and_nothing_is_changed() {
    let stage = Stage::new().await;
    let bad = [
        json!({ "text": "" }),
        json!({ "text": " \n\t " }),
        json!({ "text": "x".repeat(501) }),
        json!({ "text": "ä".repeat(501) }),
        json!({ "text": 1 }),
        json!({ "text": null }),
        json!({ "text": ["Hello"] }),
        json!({}),
        json!([]),
        json!("Hello"),
        json!({ "text": "Hello", "colour": "red" }),
        json!({ "text": "Hello", "simulate": "explode" }),
        json!({ "text": "Hello", "simulate": true }),
    ];
    let mut answers = String::new();
    for body in &bad {
        answers += &refusal(&stage, body).await;
    }
    assert_snapshot!(answers, @r"
    422 invalid_request: A post has 1 to 500 characters; this one has 0.
    422 invalid_request: A post has 1 to 500 characters; this one has 0.
    422 invalid_request: A post has 1 to 500 characters; this one has 501.
    422 invalid_request: A post has 1 to 500 characters; this one has 501.
    422 invalid_request: `text` must be text, not a number.
    422 invalid_request: `text` must be text, not null.
    422 invalid_request: `text` must be text, not a list.
    422 invalid_request: `text` is missing.
    422 invalid_request: The body must be a JSON object.
    422 invalid_request: The body must be a JSON object.
    422 invalid_request: `colour` is not known: the fields are `text` and `simulate`.
    422 invalid_request: `simulate` must be `fail`.
    422 invalid_request: `simulate` must be `fail`.
    ");
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn the_longest_text_is_counted_in_characters() {
    let stage = Stage::new().await;
    let text = format!("  {}  ", "ä".repeat(500));
    assert_eq!(stage.publish("key-1", &text).await.0, 202);
    assert_eq!(stage.publish("key-2", "with a \u{0} inside").await.0, 202);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn requests_without_token_key_or_json_are_refused() {
    let stage = Stage::new().await;
    let url = stage.url("/api/v1/posts/publish");
    let token = format!("WixInstance {}", stage.token());
    let body = r#"{"text":"Hello"}"#;
    let post = || stage.client.post(&url).header("content-type", "application/json").body(body);
    let forged = format!("{token}x");
    let cases = [
        ("no token", post().header("idempotency-key", "k")),
        ("a forged token", post().header("idempotency-key", "k").header("authorization", forged)),
        ("no key", post().header("authorization", &token)),
        ("an empty key", post().header("authorization", &token).header("idempotency-key", "")),
        ("a key too long", post().header("authorization", &token).header("idempotency-key", "k".repeat(300))),
        ("broken JSON", post().header("authorization", &token).header("idempotency-key", "k").body("{")),
        (
            "no JSON",
            stage.client.post(&url).header("authorization", &token).header("idempotency-key", "k").body(body),
        ),
        ("another method", stage.client.get(&url).header("authorization", &token)),
    ];
    let mut answers = String::new();
    for (name, request) in cases {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let refusal: Value = answer.json().await.unwrap();
        answers += &format!("{name}: {status} {}\n", refusal["error"].as_str().unwrap());
    }
    assert_snapshot!(answers, @r"
    no token: 401 unauthorized
    a forged token: 401 unauthorized
    no key: 422 invalid_request
    an empty key: 422 invalid_request
    a key too long: 422 invalid_request
    broken JSON: 400 malformed_json
    no JSON: 415 unsupported_media_type
    another method: 405 method_not_allowed
    ");
    assert_eq!(stage.available().await, 200);
    stage.local.stop().await.unwrap();
}
