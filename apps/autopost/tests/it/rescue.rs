//! Posts whose job was called off, and old jobs whose post was changed.

use serde_json::{Value, json};
use wixapp::jiff::SignedDuration;
use wixapp::prelude::*;

use crate::stage::{Rescue, Stage, eventually};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const NO_STEP: SignedDuration = SignedDuration::ZERO;

/// A post as it is stored.
#[derive(Clone, Serialize, Deserialize)]
struct Raw(Value);

impl Record for Raw {
    const COLLECTION: &'static str = "posts";
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }
    fn state(&self) -> &str {
        self.0["state"].as_str().unwrap()
    }
    fn at(&self) -> Option<wixapp::core::Timestamp> {
        self.0["created_at"].as_str().unwrap().parse().ok()
    }
}

async fn draft(stage: &Stage) -> (Value, String) {
    let post = stage.done("POST", "/api/v1/posts", &json!({ "text": "Hello", "networks": ["fake"] })).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
    (post, path)
}

#[tokio::test]
async fn a_scheduled_post_whose_job_was_called_off_is_missed() {
    let stage = Stage::new().await;
    let (post, path) = draft(&stage).await;
    let at = stage.local.server().clock.now() + HOUR;
    stage.done("POST", &format!("{path}/schedule"), &json!({ "scheduledAt": at.to_string() })).await;
    let (server, due, owner) =
        (stage.local.server(), stage.job_of("due_post").await, stage.instance_id().await);
    let want = Want::money().job(&due);
    let cancel = move |tx: &mut Tx| wixapp::jobs::cancel(tx, &due, "Called off in a test.");
    server.store.transact(&owner, want, server.clock.now(), cancel).await.unwrap().unwrap();
    stage.run(Rescue).await;
    assert_eq!(stage.done("GET", &path, &Value::Null).await["state"], "scheduled");
    stage.local.clock().advance(HOUR * 4);
    stage.run(Rescue).await;
    stage.post_in(&post, "missed", NO_STEP).await;
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_whose_jobs_have_ended_without_being_joined_is_ended() {
    let stage = Stage::new().await;
    let (post, _) = draft(&stage).await;
    stage.start(&post, "publish", "key-1").await;
    let published = stage.post_in(&post, "published", NO_STEP).await;
    // As if the job that joins them had been called off.
    let (server, owner) = (stage.local.server(), stage.instance_id().await);
    let id = post["id"].as_str().unwrap().to_owned();
    let want = Want::money().record::<Raw>(&id);
    let forget = move |tx: &mut Tx| {
        let Raw(mut post) = tx.record_at::<Raw>(&id, None)?.record;
        (post["state"], post["published_at"]) = (json!("publishing"), Value::Null);
        let result = post["results"][0].as_object_mut().unwrap();
        result.insert("state".to_owned(), json!("waiting"));
        result.remove("url");
        tx.save_record(&Raw(post))
    };
    server.store.transact(&owner, want, server.clock.now(), forget).await.unwrap().unwrap();
    stage.local.clock().advance(HOUR * 4);
    stage.run(Rescue).await;
    let ended = stage.post_in(&post, "published", NO_STEP).await;
    assert_eq!(ended["results"][0]["url"], published["results"][0]["url"]);
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn an_old_job_that_is_tried_again_publishes_nothing_the_post_does_not_wait_for() {
    let stage = Stage::new().await;
    let (post, path) = draft(&stage).await;
    stage.mood("refusing").await;
    stage.start(&post, "publish", "key-1").await;
    let failed = stage.post_in(&post, "failed", NO_STEP).await;
    stage.mood("usual").await;
    let old = stage.job_of("publish").await;
    let cancelled = async || {
        stage.try_again(&old).await;
        eventually("the end of the old job", async || {
            let job = stage.get(&format!("/api/v1/wix/jobs/{old}")).await["data"].take();
            (job["status"] == "cancelled").then_some(())
        })
        .await;
    };
    // The post is a draft of another text now.
    let change = json!({ "text": "Unfinished", "networks": ["fake"], "version": failed["version"] });
    stage.done("PUT", &path, &change).await;
    cancelled().await;
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    assert_eq!(stage.done("GET", &path, &Value::Null).await["state"], "draft");
    // It is there, by another job.
    stage.start(&post, "publish", "key-2").await;
    stage.post_in(&post, "published", NO_STEP).await;
    cancelled().await;
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
    assert_eq!(stage.done("GET", &path, &Value::Null).await["state"], "published");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_failed_job_that_is_tried_again_publishes_its_post() {
    let stage = Stage::new().await;
    let (post, _) = draft(&stage).await;
    stage.mood("refusing").await;
    stage.start(&post, "publish", "key-1").await;
    stage.post_in(&post, "failed", NO_STEP).await;
    stage.mood("usual").await;
    stage.try_again(&stage.job_of("publish").await).await;
    stage.post_in(&post, "published", NO_STEP).await;
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
    stage.local.stop().await.unwrap();
}
