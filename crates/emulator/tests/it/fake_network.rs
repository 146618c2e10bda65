//! The fake social network.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

fn post(text: &str, key: &str) -> Value {
    json!({ "text": text, "network": "mastodon", "idempotencyKey": key })
}

#[tokio::test]
async fn a_post_is_published_once_per_key_and_listed() {
    let stage = Stage::new().await;
    let first = stage.post("/_fake-network/posts", &post("Hello", "job-1")).await;
    assert_eq!(first.status, 200);
    assert_eq!(stage.post("/_fake-network/posts", &post("Hello", "job-1")).await, first);
    let other = stage.post("/_fake-network/posts", &post("Another", "job-1")).await;
    assert_eq!((other.status, other.code()), (409, "idempotency_mismatch"));
    let second = stage.post("/_fake-network/posts", &post("Again", "job-2")).await;
    let list = stage.get("/_fake-network/posts").await.json;
    let texts: Vec<_> = list["posts"].as_array().unwrap().iter().map(|post| post["text"].clone()).collect();
    assert_eq!(texts, ["Again", "Hello"]);
    assert_eq!(list["posts"][0]["url"], second.json["url"]);
}

#[tokio::test]
async fn a_post_is_shown_as_a_page_that_runs_nothing() {
    let stage = Stage::new().await;
    let made = stage.post("/_fake-network/posts", &post("<script>alert('x')</script>", "k")).await.json;
    let response = stage.http.get(made["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let html = response.text().await.unwrap();
    assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") && !html.contains("<script"));
    assert_eq!(stage.get("/_fake-network/posts/unknown").await.code(), "not_found");
}

#[tokio::test]
async fn a_text_can_ask_for_a_breakdown() {
    let stage = Stage::new().await;
    let answer = stage.post("/_fake-network/posts", &post("please [fail] now", "k")).await;
    assert_eq!((answer.status, answer.code()), (500, "network_failed"));
    assert_eq!(stage.get("/_fake-network/posts").await.json, json!({ "posts": [] }));
}

#[tokio::test]
async fn posts_that_are_none_are_refused() {
    let stage = Stage::new().await;
    for (text, network, key) in [
        ("", "n", "k"),
        ("  ", "n", "k"),
        (&"x".repeat(5_001), "n", "k"),
        ("t", "", "k"),
        ("t", "n n", "k"),
        ("t", "n", ""),
        ("t", "n", &"k".repeat(129)),
    ] {
        let body = json!({ "text": text, "network": network, "idempotencyKey": key });
        let answer = stage.post("/_fake-network/posts", &body).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid_request"), "{network} {key}");
    }
    let form = stage.request(Method::POST, "/_fake-network/posts").body("text=x");
    assert_eq!(form.send().await.unwrap().status(), 415, "nothing a foreign page can send without asking");
}

async fn set_mood(stage: &Stage, body: Value) -> u16 {
    stage.request(Method::PUT, "/_fake-network/mood").json(&body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_mood_decides_what_becomes_of_posts() {
    let stage = Stage::new().await;
    for (mood, status, code) in [
        ("failing", 500, "network_failed"),
        ("refusing", 422, "post_refused"),
        ("rate_limited", 429, "rate_limited"),
    ] {
        assert_eq!(set_mood(&stage, json!({ "mood": mood, "retryAfterS": 7 })).await, 200);
        let answer = stage.post("/_fake-network/posts", &post("Hello", "k")).await;
        assert_eq!((answer.status, answer.code()), (status, code));
    }
    assert_eq!(
        stage.get("/_fake-network/mood").await.json,
        json!({ "mood": "rate_limited", "retryAfterS": 7 })
    );
    assert_eq!(stage.get("/_fake-network/posts").await.json, json!({ "posts": [] }));
    for bad in [json!({ "mood": "sad" }), json!({}), json!({ "mood": "usual", "retryAfterS": 0 })] {
        assert_eq!(set_mood(&stage, bad).await, 422);
    }
    assert_eq!(set_mood(&stage, json!({ "mood": "usual" })).await, 200);
    assert_eq!(stage.post("/_fake-network/posts", &post("Hello", "k")).await.status, 200);
}

#[tokio::test]
async fn tokens_expire_until_a_new_one_is_made() {
    let stage = Stage::new().await;
    assert_eq!(set_mood(&stage, json!({ "mood": "expired" })).await, 200);
    let answer = stage.post("/_fake-network/posts", &post("Hello", "k")).await;
    assert_eq!((answer.status, answer.code()), (401, "token_expired"));
    let made = stage.post("/_fake-network/tokens", &json!({})).await.json;
    assert_eq!((&made["token"], &made["account"]), (&json!("fake-1"), &json!("Local platform")));
    // Who still sends none has an old one.
    assert_eq!(stage.post("/_fake-network/posts", &post("Hello", "k")).await.status, 401);
    let request = stage.request(Method::POST, "/_fake-network/posts").bearer_auth("fake-1");
    assert_eq!(request.json(&post("Hello", "k")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn images_are_sent_before_their_post_and_shown_on_its_page() {
    let stage = Stage::new().await;
    let send = async |kind: &str, bytes: Vec<u8>| {
        let request = stage.request(Method::POST, "/_fake-network/media").header("content-type", kind);
        let answer = request.body(bytes).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, sent) = send("image/png", b"a picture".to_vec()).await;
    assert_eq!(status, 200, "{sent}");
    assert_eq!(send("text/html", b"<script>".to_vec()).await.0, 415);
    assert_eq!(send("image/png", Vec::new()).await.0, 422);
    assert_eq!(send("image/png", vec![0; 10 * 1024 * 1024 + 1]).await.0, 413);

    let with =
        |images: Value| json!({ "text": "Look", "network": "fake", "idempotencyKey": "k", "images": images });
    let image = json!({ "id": sent["id"], "alt": "A \"loaf\"" });
    let unknown = stage.post("/_fake-network/posts", &with(json!([{ "id": "other" }]))).await;
    assert_eq!((unknown.status, unknown.code()), (422, "invalid_request"));
    let many = stage.post("/_fake-network/posts", &with(json!([image, image, image, image, image]))).await;
    assert_eq!(many.status, 422);
    let made = stage.post("/_fake-network/posts", &with(json!([image]))).await;
    // Sent once more it has another id, and is the same post.
    let again = send("image/png", b"a picture".to_vec()).await.1["id"].clone();
    let twice = with(json!([{ "id": again, "alt": "A \"loaf\"" }]));
    assert_eq!(stage.post("/_fake-network/posts", &twice).await, made);
    let other = stage.post("/_fake-network/posts", &with(json!([]))).await;
    assert_eq!(other.code(), "idempotency_mismatch");

    let html = stage.http.get(made.json["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    let path = format!("/_fake-network/media/{}", sent["id"].as_str().unwrap());
    assert!(html.contains(&format!("<img src=\"{path}\" alt=\"A &quot;loaf&quot;\">")), "{html}");
    let shown = stage.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "image/png");
    assert_eq!(shown.bytes().await.unwrap(), "a picture");
    assert_eq!(stage.get("/_fake-network/media/none").await.code(), "not_found");
}
