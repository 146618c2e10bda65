//! Under one `Idempotency-Key` a write happens once.

use serde_json::json;
use wixapp_core::ErrorCode;

use crate::app::{TestApp, count, together};

on_both!(
    the_same_request_gets_the_same_answer_byte_for_byte,
    another_request_under_the_same_key_is_refused,
    a_refusal_may_be_tried_again_under_its_key,
    thirty_two_parallel_requests_under_one_key_are_one_spend,
    a_job_started_twice_under_one_key_is_one_job,
    a_key_belongs_to_its_instance,
);

async fn the_same_request_gets_the_same_answer_byte_for_byte(app: TestApp) {
    let site = app.install().await;
    let first = app.spend(&site, "key-1", 10).await;
    assert_eq!(first.data()["credits"]["available"], 190);
    assert_eq!(app.spend(&site, "key-2", 5).await.status, 200);
    let again = app.spend(&site, "key-1", 10).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(app.available(&site.token).await, 185);
    app.finish().await;
}

async fn another_request_under_the_same_key_is_refused(app: TestApp) {
    let site = app.install().await;
    app.spend(&site, "key-1", 10).await.data();
    app.spend(&site, "key-1", 11).await.refused(ErrorCode::IdempotencyMismatch);
    let elsewhere = app.credits(&site, "reserve", "key-1", json!({ "amount": 10, "action": "test" })).await;
    elsewhere.refused(ErrorCode::IdempotencyMismatch);
    let job = app.post(&site.token, "/api/v1/sample/work", Some("key-1"), &json!({ "end": "well" })).await;
    job.refused(ErrorCode::IdempotencyMismatch);
    assert_eq!(app.available(&site.token).await, 190);
    app.finish().await;
}

async fn a_refusal_may_be_tried_again_under_its_key(app: TestApp) {
    let site = app.install().await;
    let body = json!({ "amount": 150, "action": "test", "ttlS": 60 });
    let hold = app.credits(&site, "reserve", "r", body).await.data()["holdId"].clone();
    app.spend(&site, "key-1", 100).await.refused(ErrorCode::InsufficientCredits);
    app.credits(&site, "void", "v", json!({ "holdId": hold })).await.data();
    assert_eq!(app.spend(&site, "key-1", 100).await.data()["credits"]["available"], 100);
    app.finish().await;
}

async fn thirty_two_parallel_requests_under_one_key_are_one_spend(app: TestApp) {
    let site = app.install().await;
    let answers = together((0..32).map(|_| app.spend(&site, "key-1", 10))).await;
    assert_eq!(count(&answers, 200), 32);
    assert!(answers.iter().all(|answer| answer.text == answers[0].text));
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count(), 1);
    assert_eq!(app.available(&site.token).await, 190);
    app.finish().await;
}

async fn a_job_started_twice_under_one_key_is_one_job(app: TestApp) {
    let site = app.install().await;
    let first = app.start_work(&site, "key-1", "well").await;
    assert_eq!(app.start_work(&site, "key-1", "well").await, first);
    app.ended(&site, &first).await;
    let jobs = app.get(&site.token, "/api/v1/wix/jobs").await.data().clone();
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 1);
    assert_eq!(app.available(&site.token).await, 199);
    app.finish().await;
}

async fn a_key_belongs_to_its_instance(app: TestApp) {
    let (one, two) = (app.install().await, app.install().await);
    app.spend(&one, "key-1", 10).await.data();
    assert_eq!(app.spend(&two, "key-1", 20).await.data()["credits"]["available"], 180);
    assert_eq!(app.available(&one.token).await, 190);
    app.finish().await;
}
