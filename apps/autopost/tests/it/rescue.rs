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

/// Changes what is stored of a post.
async fn rewrite(stage: &Stage, post: &Value, change: impl Fn(&mut Value) + Send + Sync + 'static) {
    let (server, id) = (stage.local.server(), post["id"].as_str().unwrap().to_owned());
    let want = Want::money().record::<Raw>(&id);
    let change = move |tx: &mut Tx| {
        let Raw(mut post) = tx.record_at::<Raw>(&id, None)?.record;
        change(&mut post);
        tx.save_record(&Raw(post))
    };
    let owner = stage.instance_id().await;
    server.store.transact(&owner, want, server.clock.now(), change).await.unwrap().unwrap();
}

/// A result as it was before its job had brought the post there.
fn unpublish(result: &mut Value, state: &str) {
    result["state"] = json!(state);
    result.as_object_mut().unwrap().remove("url");
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
    rewrite(&stage, &post, |post| {
        (post["state"], post["published_at"]) = (json!("publishing"), Value::Null);
        unpublish(&mut post["results"][0], "waiting");
    })
    .await;
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

#[tokio::test]
async fn a_post_that_its_owner_and_an_operator_try_again_at_once_costs_one_credit() {
    let stage = Stage::new().await;
    for number in 1..=5 {
        let (post, path) = draft(&stage).await;
        stage.mood("refusing").await;
        let started = stage.start(&post, "publish", &format!("key-{number}")).await;
        stage.post_in(&post, "failed", NO_STEP).await;
        stage.mood("usual").await;
        let job: JobId = started["jobs"][0]["jobId"].as_str().unwrap().parse().unwrap();
        // The owner does it on two pages.
        let (keys, url) = (["a", "b"].map(|page| format!("again-{page}-{number}")), format!("{path}/retry"));
        let (again, body) = (stage.try_again(&job), json!({}));
        let (one, other) = (stage.post(&url, &keys[0], &body), stage.post(&url, &keys[1], &body));
        let ((), one, other) = tokio::join!(again, one, other);
        let started = [&one, &other].iter().filter(|answer| answer.0 == 202).count();
        assert!(
            started <= 1 && [one.0, other.0].iter().all(|status| [202, 409].contains(status)),
            "{one:?} {other:?}"
        );
        stage.post_in(&post, "published", NO_STEP).await;
        let left = async || (stage.available().await == 200 - number).then_some(());
        eventually("the credit of the try that nobody needed", left).await;
    }
    assert_eq!(stage.posts().await.len(), 5);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_a_job_has_brought_there_is_not_sent_or_changed_before_it_is_joined() {
    let stage = Stage::new().await;
    let (post, path) = draft(&stage).await;
    stage.start(&post, "publish", "key-1").await;
    stage.post_in(&post, "published", NO_STEP).await;
    // As if an operator had the job tried again a moment ago, after it had failed.
    rewrite(&stage, &post, |post| {
        (post["state"], post["published_at"]) = (json!("failed"), Value::Null);
        unpublish(&mut post["results"][0], "failed");
    })
    .await;
    let (status, refusal) = stage.post(&format!("{path}/retry"), "key-2", &json!({})).await;
    assert_eq!((status, &refusal["error"]), (409, &json!("wrong_state")), "{refusal}");
    let version = stage.done("GET", &path, &Value::Null).await["version"].clone();
    let change = json!({ "text": "Another", "networks": ["fake"], "version": version });
    assert_eq!(stage.refused("PUT", &path, &change).await, "409 wrong_state");
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));
    assert_eq!(stage.call("DELETE", &path, &Value::Null).await.0, 204);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn what_an_old_job_has_published_does_not_settle_what_the_post_has_become() {
    let stage = Stage::new().await;
    let (post, path) = draft(&stage).await;
    stage.start(&post, "publish", "key-1").await;
    stage.post_in(&post, "published", NO_STEP).await;
    // The owner has made another post of it before the job that joins them came to it.
    rewrite(&stage, &post, |post| {
        (post["state"], post["published_at"]) = (json!("draft"), Value::Null);
        (post["content"]["text"], post["results"]) = (json!("Another"), json!([]));
    })
    .await;
    let (server, owner, job) =
        (stage.local.server(), stage.instance_id().await, stage.job_of("publish").await);
    let joins = async || {
        let jobs = server.store.list_jobs(&owner, 20).await.unwrap();
        jobs.iter().filter(|job| job.kind == "finish_post" && job.state.is_final()).count()
    };
    eventually("the first end", async || (joins().await == 1).then_some(())).await;
    let want = Want::money().job(&job);
    let join = move |tx: &mut Tx| {
        tx.join_group_of(&job);
        Ok::<_, RecordError>(())
    };
    server.store.transact(&owner, want, server.clock.now(), join).await.unwrap().unwrap();
    eventually("the second end", async || (joins().await == 2).then_some(())).await;
    assert_eq!(stage.done("GET", &path, &Value::Null).await["state"], "draft");
    stage.start(&post, "publish", "key-2").await;
    stage.post_in(&post, "published", NO_STEP).await;
    let texts: Vec<_> = stage.posts().await.iter().map(|post| post["text"].clone()).collect();
    assert!(texts.contains(&json!("Another")) && texts.len() == 2, "{texts:?}");
    assert_eq!(stage.available().await, 198);
    stage.local.stop().await.unwrap();
}
