//! Who asks too often is told to wait; nobody else notices.

use wixapp_core::ErrorCode;

use crate::app::TestApp;
use wixapp_place::Place;

const BALANCE: &str = "/api/v1/wix/credits/balance";

#[tokio::test]
async fn an_instance_that_asks_too_often_is_told_when_to_come_back() {
    let app = TestApp::with(Place::sqlite(), |config| config.limits.instance_per_s = 10).await;
    let (site, other) = (app.install().await, app.install().await);
    let mut refused = None;
    // Ten seconds' worth may come at once, so that the hundred and first comes too soon unless this takes seconds.
    for _ in 0..100_000 {
        let answer = app.get(&site.token, BALANCE).await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the limit is reached");
    refused.refused(ErrorCode::RateLimited);
    assert_eq!(refused.header("retry-after"), "1");
    app.get(&other.token, BALANCE).await.data();
    app.finish().await;
}

#[tokio::test]
async fn guessing_tokens_is_slowed_down_and_the_owner_at_the_same_address_is_not() {
    let app = TestApp::with(Place::sqlite(), |config| config.limits.address_per_s = 1).await;
    let site = app.install().await;
    let mut answers = Vec::new();
    for guess in 0..30 {
        answers.push(app.get(&format!("{}x{guess}", site.token), BALANCE).await);
    }
    assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status)));
    answers.first().unwrap().refused(ErrorCode::Unauthorized);
    let last = answers.iter().rfind(|answer| answer.status == 429).expect("the limit is reached");
    last.refused(ErrorCode::RateLimited);
    assert_eq!(last.header("retry-after"), "1");
    app.get(&site.token, BALANCE).await.data();
    app.finish().await;
}

#[tokio::test]
async fn webhooks_of_wix_and_probes_are_never_told_to_wait() {
    let app = TestApp::with(Place::sqlite(), |config| {
        config.limits.instance_per_s = 1;
        config.limits.address_per_s = 1;
    })
    .await;
    for _ in 0..50 {
        app.deliver("not a webhook").await.refused(ErrorCode::MalformedJson);
        assert_eq!(app.get("", "/health").await.status, 200);
        assert_eq!(app.get("", "/ready").await.status, 200);
    }
    app.finish().await;
}
