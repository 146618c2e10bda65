//! The live stream: what changed, at once, and nobody else's.

use serde_json::json;
use wixapp_core::ErrorCode;
use wixapp_emulator::Card;
use wixapp_server::serve::Roles;

use crate::app::{TestApp, days, hours};
use crate::stream::{Event, Live};

on_both!(a_stream_of_one_server_follows_the_jobs_of_another);

#[tokio::test]
async fn a_stream_begins_with_the_status() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let mut live = Live::open(&app, &site.token).await;
    let first = live.next().await.unwrap();
    assert_eq!((first.name.as_str(), &first.data), ("status", &app.status(&site.token).await));
    app.finish().await;
}

#[tokio::test]
async fn money_jobs_and_checkouts_are_told_as_they_happen() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let mut live = Live::open(&app, &site.token).await;
    live.until_available(200).await;

    app.spend(&site, "spend-1", 10).await.data();
    live.until_available(190).await;

    let job_id = app.start_work(&site, "work-1", "gate").await;
    let seen = live.until(|event| event.name == "job" && event.data["status"] == "publishing").await;
    let seen = seen.last().unwrap();
    assert_eq!(seen.data["progressPercent"], 50);
    assert_eq!(seen.data["log"][0]["text"], "It begins.");
    assert_eq!(seen.data, *app.get(&site.token, &format!("/api/v1/wix/jobs/{job_id}")).await.data());
    app.gate.open();
    let done =
        live.until(|event| event.name == "job" && event.data["status"] == "completed").await.pop().unwrap();
    assert_eq!((&done.data["jobId"], &done.data["result"]), (&json!(job_id), &json!({ "done": true })));
    assert_eq!(done.data, *app.get(&site.token, &format!("/api/v1/wix/jobs/{job_id}")).await.data());

    let (checkout_id, page) = app.checkout(&site, "starter").await;
    live.until(|event| event.data["openCheckout"]["checkoutId"] == checkout_id).await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    let ended = live.until(|event| event.name == "checkout").await.pop().unwrap();
    assert_eq!(
        (&ended.data["checkoutId"], &ended.data["status"]),
        (&json!(checkout_id), &json!("completed"))
    );
    live.until_available(1_189).await;

    app.advance(days(30)).await;
    let mut live = Live::open(&app, &app.fresh(&site).token).await;
    live.until_available(2_189).await;
    app.finish().await;
}

async fn a_stream_of_one_server_follows_the_jobs_of_another(mut app: TestApp) {
    let site = app.install().await;
    app.stop_server().await;
    app.start_with(Roles { api: true, worker: false }).await;
    let worker = app.another_server(Roles { api: false, worker: true }).await;
    let mut live = Live::open(&app, &site.token).await;
    live.until_available(200).await;
    let job_id = app.start_work(&site, "work-1", "gate").await;
    // Newer ones wait behind it: what may have been missed is not told of those alone.
    let behind = (0..12).map(|n| format!("behind-{n}")).collect::<Vec<_>>();
    for key in &behind {
        app.start_work(&site, key, "gate").await;
    }
    let is = |event: &Event, status: &str| {
        event.name == "job" && event.data["jobId"] == job_id && event.data["status"] == status
    };
    let at_work = live.until(|event| is(event, "publishing")).await.pop().unwrap();
    assert_eq!(at_work.data["progressPercent"], 50);
    // Whoever comes back after a break is told at once where it is.
    let mut back = Live::open(&app, &site.token).await;
    assert_eq!(back.next().await.unwrap().name, "status");
    back.until(|event| is(event, "publishing")).await;
    app.gate.open();
    live.until(|event| is(event, "completed")).await;
    back.until(|event| is(event, "completed")).await;
    for _ in &behind {
        app.gate.open();
    }
    let all_ended = "SELECT count(*) FROM jobs WHERE state = 'completed'";
    app.until("all end", async || (app.place.number(all_ended).await == 13).then_some(())).await;
    worker.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_says_so() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let mut live = Live::open(&app, &site.token).await;
    live.until_available(200).await;
    app.advance(hours(4) - jiff::SignedDuration::from_millis(1)).await;
    app.spend(&site, "spend-1", 1).await.data();
    live.until_available(199).await;
    app.advance(jiff::SignedDuration::from_millis(1)).await;
    let last = live.until(|event| event.name == "bye").await.pop().unwrap();
    assert_eq!(last.data, json!({ "reason": "token_expired" }));
    assert_eq!(live.next().await, None);
    app.get(&site.token, "/api/v1/wix/live").await.refused(ErrorCode::TokenExpired);
    app.finish().await;
}

#[tokio::test]
async fn a_stream_says_good_bye_and_a_new_one_goes_on() {
    let mut app = TestApp::start().await;
    let site = app.install().await;
    let mut live = Live::open(&app, &site.token).await;
    live.until_available(200).await;
    let stopping = tokio::spawn(app.take_server().stop());
    let last = live.until(|event| event.name == "bye").await.pop().unwrap();
    assert_eq!(last.data, json!({}));
    assert_eq!(live.next().await, None);
    stopping.await.unwrap();
    app.start_server().await;
    let mut live = Live::open(&app, &site.token).await;
    live.until_available(200).await;
    app.spend(&site, "spend-1", 1).await.data();
    live.until_available(199).await;
    app.finish().await;
}

#[tokio::test]
async fn a_stream_that_nobody_reads_any_more_is_forgotten() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let mut lives = Vec::new();
    for _ in 0..3 {
        lives.push(Live::open(&app, &site.token).await);
    }
    assert_eq!(app.app().live.count(), 3);
    drop(lives);
    // The server notices when it next writes, or that the connection is gone.
    app.spend(&site, "spend-1", 1).await.data();
    app.until("the streams end", async || (app.app().live.count() == 0).then_some(())).await;
    app.finish().await;
}
