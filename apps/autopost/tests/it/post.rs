//! Writing, finding and deleting posts; what is refused, and that nobody sees another's.

use serde_json::{Value, json};
use wixapp::jiff::SignedDuration;

use crate::stage::{PNG, Stage};

const POSTS: &str = "/api/v1/posts";

fn path(post: &Value) -> String {
    format!("{POSTS}/{}", post["id"].as_str().unwrap())
}

async fn ids(stage: &Stage, query: &str) -> Vec<Value> {
    let page = stage.done("GET", &format!("{POSTS}?{query}"), &Value::Null).await;
    page["posts"].as_array().unwrap().iter().map(|post| post["text"].clone()).collect()
}

#[tokio::test]
async fn a_post_is_written_found_changed_duplicated_and_deleted() {
    let stage = Stage::new().await;
    let image = stage.upload(PNG).await.1["data"].take();
    let body = json!({ "text": "  Fresh bread ", "networks": ["fake", "fake"], "images": [{ "id": image["id"], "alt": "Bread" }] });
    let post = stage.done("POST", POSTS, &body).await;
    assert_eq!(
        (&post["state"], &post["text"], &post["networks"]),
        (&json!("draft"), &json!("Fresh bread"), &json!(["fake"]))
    );
    assert_eq!((&post["version"], &post["images"][0]["alt"]), (&json!(1), &json!("Bread")));
    stage.done("POST", POSTS, &json!({ "text": "Butter", "networks": ["mastodon"] })).await;
    assert_eq!(ids(&stage, "").await, ["Butter", "Fresh bread"]);
    assert_eq!(ids(&stage, "q=BREAD").await, ["Fresh bread"]);
    assert_eq!(ids(&stage, "network=mastodon&state=draft").await, ["Butter"]);
    assert_eq!(ids(&stage, "state=published").await, Vec::<Value>::new());
    let first = stage.done("GET", &format!("{POSTS}?limit=1"), &Value::Null).await;
    let cursor = first["nextCursor"].as_str().unwrap();
    assert_eq!(ids(&stage, &format!("limit=1&cursor={cursor}")).await, ["Fresh bread"]);

    let change =
        json!({ "text": "Old bread", "networks": ["fake"], "version": 1, "images": [{ "id": image["id"] }] });
    let changed = stage.done("PUT", &path(&post), &change).await;
    assert_eq!((&changed["version"], &changed["text"]), (&json!(2), &json!("Old bread")));
    assert_eq!(stage.refused("PUT", &path(&post), &change).await, "409 stale");
    let copy = stage.done("POST", &format!("{}/duplicate", path(&post)), &Value::Null).await;
    assert_eq!((&copy["text"], &copy["state"]), (&json!("Old bread"), &json!("draft")));
    assert_ne!(copy["images"][0]["id"], image["id"]);
    let taken = json!({ "text": "x", "networks": ["fake"], "images": [{ "id": image["id"] }] });
    assert_eq!(stage.refused("POST", POSTS, &taken).await, "422 invalid_request");

    let url = stage.url(changed["images"][0]["url"].as_str().unwrap());
    assert_eq!(stage.client.get(&url).send().await.unwrap().bytes().await.unwrap(), PNG);
    assert_eq!(stage.image_files().len(), 2);
    assert_eq!(stage.call("DELETE", &path(&post), &Value::Null).await.0, 204);
    let left = stage.image_files();
    assert!(left.len() == 1 && left[0].ends_with(copy["images"][0]["id"].as_str().unwrap()), "{left:?}");
    assert_eq!(stage.client.get(&url).send().await.unwrap().status(), 404);
    let of_copy = stage.url(copy["images"][0]["url"].as_str().unwrap());
    assert_eq!(stage.client.get(of_copy).send().await.unwrap().status(), 200);
    for method in ["GET", "DELETE"] {
        assert_eq!(stage.refused(method, &path(&post), &Value::Null).await, "404 not_found");
    }
    assert_eq!(stage.available().await, 200);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_in_the_way_is_said_before_a_credit_is_spent() {
    let stage = Stage::new().await;
    let body = json!({
        "text": "x".repeat(600), "networks": ["fake", "bluesky"], "versions": { "bluesky": { "text": "" } },
    });
    let checked = stage.done("POST", &format!("{POSTS}/check"), &body).await;
    assert_eq!(
        checked["problems"],
        json!([
            { "network": "fake", "field": "text", "code": "too_long",
              "message": "A post on the fake network has at most 500 characters, and this one has 600. Shorten it by 100, or write \
                          a version for the fake network." },
            { "network": "bluesky", "field": "networks", "code": "not_connected", "message": "Connect your Bluesky account first." },
            { "network": "bluesky", "field": "text", "code": "empty", "message": "Write something for Bluesky." },
        ])
    );
    let post = stage.done("POST", POSTS, &body).await;
    let (status, refusal) = stage.post(&format!("{}/publish", path(&post)), "key-1", &json!({})).await;
    assert_eq!((status, &refusal["error"]), (422, &json!("post_invalid")));
    assert_eq!(refusal["details"]["problems"], checked["problems"]);
    let at = json!({ "scheduledAt": "2999-01-01T00:00:00Z" });
    assert_eq!(stage.refused("POST", &format!("{}/schedule", path(&post)), &at).await, "422 invalid_request");
    let nothing =
        stage.done("POST", &format!("{POSTS}/check"), &json!({ "text": "Hello", "networks": [] })).await;
    assert_eq!(nothing["problems"][0]["code"], "no_network");
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn without_credits_nothing_begins() {
    let stage = Stage::new().await;
    let spend = json!({ "amount": 200, "action": "all" });
    assert_eq!(stage.post("/api/v1/wix/credits/spend", "spend", &spend).await.0, 200);
    let post = stage.done("POST", POSTS, &json!({ "text": "Hello", "networks": ["fake"] })).await;
    let (status, refusal) = stage.post(&format!("{}/publish", path(&post)), "key-1", &json!({})).await;
    assert_eq!((status, &refusal["error"]), (402, &json!("insufficient_credits")));
    assert_eq!(stage.done("GET", &path(&post), &Value::Null).await["state"], "draft");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn every_bad_field_is_refused() {
    let stage = Stage::new().await;
    let post = stage.done("POST", POSTS, &json!({ "text": "Hello", "networks": ["fake"] })).await;
    let many: Vec<_> = (0..11).map(|n| json!({ "id": format!("img_{n}") })).collect();
    for body in [
        json!([]),
        json!({}),
        json!({ "text": "x" }),
        json!({ "text": 1, "networks": [] }),
        json!({ "text": "x", "networks": "fake" }),
        json!({ "text": "x", "networks": ["myspace"] }),
        json!({ "text": "x".repeat(10_001), "networks": [] }),
        json!({ "text": "x", "networks": ["fake"], "versions": { "fake": { "text": "x".repeat(10_001) } } }),
        json!({ "text": "x", "networks": ["fake"], "versions": { "myspace": { "text": "x" } } }),
        json!({ "text": "x", "networks": [], "images": [{ "id": "img_none" }] }),
        json!({ "text": "x", "networks": [], "images": [{ "id": "\u{0}/../x" }] }),
        json!({ "text": "x", "networks": [], "images": [{ "id": "a" }, { "id": "a" }] }),
        json!({ "text": "x", "networks": [], "images": many }),
        json!({ "text": "x", "networks": [], "images": ["img_1"] }),
        json!({ "text": "x", "networks": [], "profileId": "none" }),
        json!({ "text": "x", "networks": ["fake"], "scheduledAt": "tomorrow" }),
        json!({ "text": "x", "networks": ["fake"], "scheduledAt": "2001-01-01T00:00:00Z" }),
        json!({ "text": "x", "networks": [], "colour": "red" }),
    ] {
        assert_eq!(stage.refused("POST", POSTS, &body).await, "422 invalid_request", "{body}");
        let refused = stage.refused("PUT", &path(&post), &body).await;
        assert_eq!(refused, "422 invalid_request", "{body}");
    }
    for query in [
        "state=lost",
        "network=x",
        "limit=0",
        "limit=101",
        "cursor=1",
        "from=today",
        "x=1",
        &format!("q={}", "x".repeat(101)),
    ] {
        assert_eq!(
            stage.refused("GET", &format!("{POSTS}?{query}"), &Value::Null).await,
            "422 invalid_request",
            "{query}"
        );
    }
    for what in ["publish", "retry"] {
        let (status, refusal) = stage.post(&format!("{POSTS}/post_none/{what}"), "k", &json!({})).await;
        assert_eq!((status, &refusal["error"]), (404, &json!("not_found")));
        let bare = stage.refused("POST", &format!("{}/{what}", path(&post)), &Value::Null).await;
        assert_eq!(bare, "422 invalid_request", "a key is missing");
    }
    assert_eq!(ids(&stage, "").await, ["Hello"]);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_sees_what_belongs_to_another_site() {
    let stage = Stage::new().await;
    let image = stage.upload(PNG).await.1["data"].take();
    let body = json!({ "text": "Secret", "networks": ["fake"], "images": [{ "id": image["id"] }] });
    let post = stage.done("POST", POSTS, &body).await;
    let profile = stage.done("POST", "/api/v1/profiles", &json!({ "name": "Bakery" })).await;
    let emulator = stage.local.emulator();
    let other = emulator.install(&emulator.sites()[1].site_id).await.unwrap();
    let page = emulator.app_url(&other.site_id).unwrap();
    let token = page.split_once("instance=").unwrap().1.split('&').next().unwrap().to_owned();
    let profile_path = format!("/api/v1/profiles/{}", profile["id"].as_str().unwrap());
    for (method, path, body) in [
        ("GET", path(&post), Value::Null),
        ("DELETE", path(&post), Value::Null),
        ("PUT", path(&post), json!({ "text": "x", "networks": [], "version": 1 })),
        ("POST", format!("{}/duplicate", path(&post)), Value::Null),
        ("POST", format!("{}/unschedule", path(&post)), Value::Null),
        ("GET", profile_path.clone(), Value::Null),
        ("DELETE", profile_path, Value::Null),
    ] {
        let (status, _) = stage.call_as(&token, method, &path, &body).await;
        assert_eq!(status, 404, "{method} {path}");
    }
    let taken = stage.call_as(&token, "POST", POSTS, &body).await;
    assert_eq!(taken.0, 422, "the image is another's: {}", taken.1);
    assert_eq!(stage.call_as(&token, "GET", POSTS, &Value::Null).await.1["data"]["posts"], json!([]));
    assert_eq!(stage.call_as("x.y", "GET", POSTS, &Value::Null).await.0, 401);
    assert_eq!(ids(&stage, "").await, ["Secret"]);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_in_one_step_leaves_a_post_behind() {
    let stage = Stage::new().await;
    let (_, reply) = stage.publish("key-1", "Hello").await;
    let post = stage.done("GET", POSTS, &Value::Null).await["posts"][0].clone();
    assert_eq!((&post["text"], &post["results"][0]["jobId"]), (&json!("Hello"), &reply["data"]["jobId"]));
    let published = stage.post_in(&post, "published", SignedDuration::ZERO).await;
    assert_eq!(published["results"][0]["url"], stage.posts().await[0]["url"]);
    stage.local.stop().await.unwrap();
}
