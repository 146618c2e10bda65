//! Publishing a post, paid by one credit.

use serde_json::json;
use wixapp::jiff::SignedDuration;

use crate::stage::Stage;

const NO_STEP: SignedDuration = SignedDuration::ZERO;
/// Longer than the job waits before its last attempt (4⁴ seconds).
const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);

#[tokio::test]
async fn a_post_is_published_for_one_credit() {
    let stage = Stage::new().await;
    let (status, reply) = stage.publish("key-1", "  Hello <b>world</b>  ").await;
    assert_eq!((status, &reply["data"]["credits"]["held"]), (202, &json!(1)), "{reply}");
    assert_eq!(reply["data"]["credits"]["available"], 199);

    let job = stage.ended(&reply, NO_STEP).await;
    assert_eq!(
        (&job["status"], &job["progressPercent"], &job["attempt"]),
        (&json!("completed"), &json!(100), &json!(1))
    );
    let posts = stage.posts().await;
    assert_eq!((posts.len(), &posts[0]["text"]), (1, &json!("Hello <b>world</b>")));
    assert_eq!(posts[0]["url"], job["result"]["url"]);
    let page = stage.client.get(job["result"]["url"].as_str().unwrap()).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Hello &lt;b&gt;world&lt;/b&gt;"));

    let credits = stage.get("/api/v1/wix/credits/balance").await;
    assert_eq!((&credits["data"]["available"], &credits["data"]["held"]), (&json!(199), &json!(0)));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_network_that_fails_is_tried_five_times_and_the_credit_comes_back() {
    let stage = Stage::new().await;
    let (_, reply) = stage.publish("key-1", "This will [fail]").await;
    let started = stage.local.clock().offset_ms();
    let job = stage.ended(&reply, FIVE_MINUTES).await;
    assert_eq!((&job["status"], &job["attempt"]), (&json!("failed"), &json!(5)), "{job}");
    assert_eq!(job["error"]["code"], "job_failed");
    // Without the virtual clock the four waits would have taken 1 + 16 + 81 + 256 seconds.
    assert!(stage.local.clock().offset_ms() - started >= 300_000);
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_refusal_that_was_asked_for_fails_at_once_and_the_credit_comes_back() {
    let stage = Stage::new().await;
    let body = json!({ "text": "Hello", "simulate": "fail" });
    let (status, reply) = stage.post("/api/v1/posts/publish", "key-1", &body).await;
    assert_eq!(status, 202, "{reply}");
    let job = stage.ended(&reply, NO_STEP).await;
    assert_eq!((&job["status"], &job["attempt"]), (&json!("failed"), &json!(1)));
    assert_eq!(
        job["error"],
        json!({ "code": "refused", "message": "The network refused the post, as you asked." })
    );
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn the_same_key_five_times_is_one_post_and_one_credit() {
    let stage = Stage::new().await;
    let publish = || stage.publish("key-1", "Once");
    let (a, b, c, d, e) = tokio::join!(publish(), publish(), publish(), publish(), publish());
    assert_eq!(a.0, 202);
    for repeated in [&b, &c, &d, &e] {
        assert_eq!(repeated, &a);
    }
    stage.ended(&a.1, NO_STEP).await;
    let (status, later) = stage.publish("key-1", "Once").await;
    assert_eq!((status, &later), (202, &a.1));
    assert_eq!((stage.available().await, stage.posts().await.len()), (199, 1));

    let (status, other) = stage.publish("key-1", "Something else").await;
    assert_eq!((status, &other["error"]), (422, &json!("idempotency_mismatch")));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn nothing_is_published_without_a_credit() {
    let stage = Stage::new().await;
    let all = json!({ "amount": 200, "action": "other" });
    assert_eq!(stage.post("/api/v1/wix/credits/spend", "spend-1", &all).await.0, 200);
    let (status, refusal) = stage.publish("key-1", "Hello").await;
    assert_eq!((status, &refusal["error"]), (402, &json!("insufficient_credits")));
    assert_eq!(refusal["details"], json!({ "available": 0, "requested": 1 }));
    let jobs = stage.get("/api/v1/wix/jobs").await;
    assert_eq!((jobs["data"]["jobs"].as_array().unwrap().len(), stage.posts().await.len()), (0, 0));
    stage.local.stop().await.unwrap();
}
