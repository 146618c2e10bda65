//! For those who run the server: health, readiness, metrics.

use crate::app::{TestApp, together};
use crate::stream::Live;

#[tokio::test]
async fn a_server_without_its_schema_lives_and_is_not_ready() {
    let app = TestApp::start().await;
    app.expect_status(503);
    assert_eq!(app.get("", "/ready").await.text, "ready");
    app.place.raw("ALTER TABLE schema_versions RENAME TO kept").await;
    let answer = app.get("", "/ready").await;
    assert_eq!((answer.status, answer.code(), answer.header("retry-after")), (503, "unavailable", "2"));
    assert_eq!(app.get("", "/health").await.text, "ok");
    app.place.raw("ALTER TABLE kept RENAME TO schema_versions").await;
    assert_eq!(app.get("", "/ready").await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_name_nobody() {
    let app = TestApp::start().await;
    let site = app.install().await;
    app.get(&site.token, "/api/v1/wix/jobs/some-job").await;
    let live = Live::open(&app, &site.token).await;
    let text = app.get("", "/metrics").await.text;
    assert!(text.contains("route=\"/api/v1/wix/jobs/{jobId}\",status=\"404\""), "{text}");
    assert!(text.contains("wixapp_http_request_seconds_bucket"), "{text}");
    assert!(text.contains("wixapp_live_streams 1"), "{text}");
    assert!(!text.contains(site.instance_id.as_str()) && !text.contains("some-job"), "{text}");
    drop(live);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_database_is_503_with_retry_after_and_never_500() {
    let app = TestApp::start().await;
    app.expect_status(503);
    let site = app.install().await;
    app.app().store.close().await;
    let keys: Vec<String> = (0..8).map(|n| format!("key-{n}")).collect();
    for answer in together(keys.iter().map(|key| app.spend(&site, key, 1))).await {
        assert_eq!((answer.status, answer.code()), (503, "unavailable"), "{}", answer.text);
        assert!(!answer.header("retry-after").is_empty());
    }
    let mut app = app;
    app.stop_server().await;
    app.start_server().await;
    assert_eq!(app.available(&site.token).await, 200);
    app.finish().await;
}
