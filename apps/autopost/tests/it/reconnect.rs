//! A network that wants its account connected again, and one with bad days.

use serde_json::{Value, json};
use wixapp::core::job::JobState;
use wixapp::jiff::SignedDuration;

use crate::stage::{Stage, eventually};

async fn draft(stage: &Stage) -> Value {
    stage.done("POST", "/api/v1/posts", &json!({ "text": "Hello", "networks": ["fake"] })).await
}

#[tokio::test]
async fn a_post_waits_until_its_network_is_connected_again() {
    let stage = Stage::new().await;
    let post = draft(&stage).await;
    stage.mood("expired").await;
    let started = stage.start(&post, "publish", "key-1").await;
    eventually("the reconnect", async || (stage.network("fake").await["state"] == "reconnect").then_some(()))
        .await;
    // What is begun waits; nothing new begins.
    let (status, refusal) = {
        let next = draft(&stage).await;
        stage
            .post(&format!("/api/v1/posts/{}/publish", next["id"].as_str().unwrap()), "key-2", &json!({}))
            .await
    };
    assert_eq!((status, &refusal["details"]["problems"][0]["code"]), (422, &json!("reconnect")));
    stage.local.emulator().advance(SignedDuration::from_hours(2)).await.unwrap();
    stage.post_in(&post, "publishing", SignedDuration::ZERO).await;
    let job = format!("/api/v1/wix/jobs/{}", started["jobs"][0]["jobId"].as_str().unwrap());
    eventually("the wait", async || (stage.get(&job).await["data"]["status"] == "queued").then_some(()))
        .await;
    // Connecting it is enough: nobody moves the clock.
    let connected = stage.done("PUT", "/api/v1/networks/fake", &json!({ "fields": {} })).await;
    assert_eq!(connected["state"], "connected");
    stage.post_in(&post, "published", SignedDuration::ZERO).await;
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_waited_a_day_fails_and_its_credit_comes_back() {
    let stage = Stage::new().await;
    let post = draft(&stage).await;
    stage.mood("expired").await;
    stage.start(&post, "publish", "key-1").await;
    let failed = stage.post_in(&post, "failed", SignedDuration::from_hours(9)).await;
    assert_eq!(failed["results"][0]["error"]["code"], "reconnect");
    assert_eq!(stage.available().await, 200);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn an_account_that_is_disconnected_takes_no_posts() {
    let stage = Stage::new().await;
    let post = draft(&stage).await;
    stage.mood("expired").await;
    stage.start(&post, "publish", "key-1").await;
    eventually("the reconnect", async || (stage.network("fake").await["state"] == "reconnect").then_some(()))
        .await;
    assert_eq!(stage.call("DELETE", "/api/v1/networks/fake", &Value::Null).await.0, 204);
    let failed = stage.post_in(&post, "failed", SignedDuration::ZERO).await;
    assert_eq!(failed["results"][0]["error"]["code"], "not_connected");
    assert_eq!(stage.available().await, 200);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn bad_days_of_a_network_are_waited_out_or_told() {
    let stage = Stage::new().await;
    let (busy, refused, broken) = (draft(&stage).await, draft(&stage).await, draft(&stage).await);
    stage.mood("rate_limited").await;
    stage.start(&busy, "publish", "key-1").await;
    // It comes back when the network has said, and not by its own backoff of a second.
    let (owner, id) = (stage.instance_id().await, stage.job_of("publish").await);
    let asked = stage.local.server().clock.now();
    let again = eventually("the wait", async || {
        let job = stage.local.server().store.find_job(&owner, &id).await.unwrap().unwrap();
        (job.state == JobState::Retryable).then_some(job.run_at)
    })
    .await;
    let wait = again.duration_since(asked).as_secs();
    assert!((30..60).contains(&wait), "{wait} s");
    stage.mood("slow").await;
    stage.local.emulator().advance(SignedDuration::from_mins(1)).await.unwrap();
    // Four seconds is how long a slow network takes.
    stage.post_in(&busy, "published", SignedDuration::ZERO).await;
    stage.mood("refusing").await;
    stage.start(&refused, "publish", "key-2").await;
    let failed = stage.post_in(&refused, "failed", SignedDuration::ZERO).await;
    assert_eq!(failed["results"][0]["error"]["code"], "refused");
    stage.mood("failing").await;
    stage.start(&broken, "publish", "key-3").await;
    let failed = stage.post_in(&broken, "failed", SignedDuration::from_mins(5)).await;
    assert_eq!(failed["results"][0]["error"]["code"], "unreachable");
    stage.mood("usual").await;
    stage.start(&broken, "retry", "key-4").await;
    stage.post_in(&broken, "published", SignedDuration::from_mins(5)).await;
    stage.local.stop().await.unwrap();
}
