//! Posts for later.

use serde_json::{Value, json};
use wixapp::core::job::JobState;
use wixapp::jiff::SignedDuration;

use crate::stage::{Stage, eventually};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn draft(stage: &Stage) -> (Value, String) {
    let post = stage.done("POST", "/api/v1/posts", &json!({ "text": "Later", "networks": ["fake"] })).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
    (post, path)
}

/// A body with a time from now.
fn after(stage: &Stage, span: SignedDuration) -> Value {
    let at = stage.local.server().clock.now() + span;
    json!({ "scheduledAt": at.to_string() })
}

#[tokio::test]
async fn a_post_is_published_when_its_time_has_come_and_not_before() {
    let stage = Stage::new().await;
    let (post, path) = draft(&stage).await;
    let scheduled = stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR)).await;
    assert_eq!(scheduled["state"], "scheduled");
    // Another time: the first one is nobody's any more.
    stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR * 3)).await;
    stage.local.emulator().advance(HOUR * 2).await.unwrap();
    assert_eq!(stage.done("GET", &path, &Value::Null).await["state"], "scheduled");
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    let published = stage.post_in(&post, "published", HOUR).await;
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
    assert_eq!(published["results"][0]["url"], stage.posts().await[0]["url"]);
    assert_eq!(
        stage.refused("POST", &format!("{path}/schedule"), &after(&stage, HOUR)).await,
        "409 wrong_state"
    );
    assert_eq!(stage.refused("POST", &format!("{path}/unschedule"), &Value::Null).await, "409 wrong_state");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_is_no_longer_for_later_stays_a_draft() {
    let stage = Stage::new().await;
    let body =
        json!({ "text": "Later", "networks": ["fake"], "scheduledAt": after(&stage, HOUR)["scheduledAt"] });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
    assert_eq!(post["state"], "scheduled");
    assert_eq!(stage.done("POST", &format!("{path}/unschedule"), &Value::Null).await["state"], "draft");
    stage.local.emulator().advance(HOUR * 2).await.unwrap();
    assert_eq!(stage.done("GET", &path, &Value::Null).await["state"], "draft");
    for body in [
        json!({}),
        json!({ "scheduledAt": "2001-01-01T00:00:00Z" }),
        json!({ "scheduledAt": 5 }),
        after(&stage, HOUR * 24 * 400),
    ] {
        assert_eq!(
            stage.refused("POST", &format!("{path}/schedule"), &body).await,
            "422 invalid_request",
            "{body}"
        );
    }
    assert_eq!(stage.posts().await.len(), 0);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_is_late_for_a_while_and_then_missed() {
    let stage = Stage::new().await;
    // The clock jumps, as it does for a server that was down.
    for (late, state) in [(HOUR, "published"), (HOUR * 3, "missed")] {
        let (post, path) = draft(&stage).await;
        stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR)).await;
        stage.local.clock().advance(HOUR + late);
        let ended = stage.post_in(&post, state, SignedDuration::ZERO).await;
        if state == "missed" {
            assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
            let (status, refusal) = stage.post(&format!("{path}/retry"), "key-0", &json!({})).await;
            assert_eq!((status, &refusal["error"]), (409, &json!("wrong_state")), "{refusal}");
            stage.start(&ended, "publish", "key-1").await;
            stage.post_in(&post, "published", SignedDuration::ZERO).await;
        }
    }
    assert_eq!(stage.posts().await.len(), 2);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_without_credits_at_its_time_fails_and_says_so() {
    let stage = Stage::new().await;
    let (post, path) = draft(&stage).await;
    stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR)).await;
    let spend = json!({ "amount": 200, "action": "all" });
    assert_eq!(stage.post("/api/v1/wix/credits/spend", "spend", &spend).await.0, 200);
    let failed = stage.post_in(&post, "failed", HOUR).await;
    assert_eq!(failed["results"][0]["error"]["code"], "insufficient_credits");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_for_later_that_is_published_now_is_not_for_later_any_more() {
    let stage = Stage::new().await;
    let (post, path) = draft(&stage).await;
    stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR * 24)).await;
    stage.start(&post, "publish", "key-1").await;
    let published = stage.post_in(&post, "published", SignedDuration::ZERO).await;
    assert_eq!(published["scheduledAt"], Value::Null);
    let tomorrow = after(&stage, HOUR)["scheduledAt"].as_str().unwrap().to_owned();
    let later = stage.done("GET", &format!("/api/v1/posts?from={tomorrow}"), &Value::Null).await;
    assert_eq!(later["posts"], json!([]));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_for_later_that_waits_for_its_network_too_long_is_missed() {
    let stage = Stage::new().await;
    let mut missed = Vec::new();
    stage.mood("expired").await;
    for _ in 0..2 {
        let (post, path) = draft(&stage).await;
        stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR)).await;
        missed.push((post, path));
    }
    for (post, _) in &missed {
        let post = stage.post_in(post, "missed", HOUR).await;
        assert_eq!(post["results"][0]["error"]["code"], "missed");
    }
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    // By hand it goes out all the same, or at another time.
    stage.done("PUT", "/api/v1/networks/fake", &json!({ "fields": {} })).await;
    let [(by_hand, _), (later, path)] = missed.try_into().unwrap();
    let scheduled = stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR)).await;
    assert_eq!((&scheduled["state"], &scheduled["results"]), (&json!("scheduled"), &json!([])));
    stage.start(&by_hand, "retry", "key-1").await;
    stage.post_in(&by_hand, "published", SignedDuration::ZERO).await;
    stage.post_in(&later, "published", HOUR).await;
    assert_eq!((stage.available().await, stage.posts().await.len()), (198, 2));
    stage.local.stop().await.unwrap();
}

/// Goes on, from one attempt of the post's job to the next, so often.
async fn attempts(stage: &Stage, count: usize) {
    let (owner, id) = (stage.instance_id().await, stage.job_of("publish").await);
    let mut due = Vec::new();
    eventually("the attempts", async || {
        let job = stage.local.server().store.find_job(&owner, &id).await.unwrap().unwrap();
        if job.state == JobState::Retryable && due.last() != Some(&job.run_at) {
            due.push(job.run_at);
            let wait = job.run_at.duration_since(stage.local.server().clock.now());
            stage.local.emulator().advance(wait.max(SignedDuration::ZERO)).await.unwrap();
        }
        (due.len() == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_post_for_later_is_tried_until_it_is_too_late_for_it() {
    let stage = Stage::new().await;
    // The network is back after more attempts than a post for now has, and before two hours are over.
    for (back, state) in [(true, "published"), (false, "missed")] {
        stage.mood("failing").await;
        let (post, path) = draft(&stage).await;
        stage.done("POST", &format!("{path}/schedule"), &after(&stage, HOUR)).await;
        stage.local.emulator().advance(HOUR).await.unwrap();
        stage.post_in(&post, "publishing", SignedDuration::ZERO).await;
        attempts(&stage, 8).await;
        assert_eq!(stage.done("GET", &path, &Value::Null).await["state"], "publishing");
        if back {
            stage.mood("usual").await;
        }
        let ended = stage.post_in(&post, state, SignedDuration::from_mins(10)).await;
        if !back {
            assert_eq!(ended["results"][0]["error"]["code"], "missed");
        }
    }
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
    stage.local.stop().await.unwrap();
}
