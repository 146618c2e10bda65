//! The clock panel.

use serde_json::{Value, json};
use wixapp_core::clock::VirtualClock;

use crate::stage::{Answer, START, Stage, at, hours};

#[tokio::test]
async fn the_panel_shows_what_is_due_next() {
    let stage = Stage::new().await;
    let clock = stage.get("/_emulator/clock").await.json;
    assert_eq!(
        clock,
        json!({ "now": START, "offsetMs": 0, "nextEventAt": null, "nextEvent": null, "pace": null })
    );

    stage.app.answer_next([Answer::Status(500)]);
    let instance = stage.install().await;
    let clock = stage.get("/_emulator/clock").await.json;
    assert_eq!(clock["nextEventAt"], "2027-01-31T08:01:00Z");
    assert_eq!(clock["nextEvent"], "Retry 1 of AppInstalled");

    stage.order(&instance, "pro", "MONTHLY");
    stage.buy(&instance, "starter", "MONTHLY").await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(stage.get("/_emulator/clock").await.json["nextEvent"].clone());
        assert_eq!(stage.post("/_emulator/clock/next-event", &json!({})).await.status, 200);
    }
    assert_eq!(
        seen,
        ["Retry 1 of AppInstalled", "The checkout for Pro expires", "Starter renews on Bloom & Root"]
    );
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    assert_eq!(stage.get("/_emulator/clock").await.json["nextEvent"], "Starter ends on Bloom & Root");
}

#[tokio::test]
async fn advancing_moves_the_shared_clock_and_counts_what_happened() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let moved = stage.post("/_emulator/clock/advance", &json!({ "duration": "400d" })).await.json;
    assert_eq!(
        moved,
        json!({ "now": "2028-03-06T08:00:00Z", "offsetMs": 400 * 86_400_000_i64, "deliveries": 0, "renewals": 13, "appEvents": 0 })
    );
    assert_eq!(stage.now(), at("2028-03-06T08:00:00Z"));
}

#[tokio::test]
async fn next_event_goes_exactly_there() {
    let stage = Stage::new().await;
    stage.app.answer_always(Answer::Status(500));
    stage.install().await;
    let moved = stage.post("/_emulator/clock/next-event", &json!({})).await.json;
    assert_eq!(
        (moved["now"].as_str(), moved["deliveries"].as_i64()),
        (Some("2027-01-31T08:01:00Z"), Some(1))
    );
}

#[tokio::test]
async fn with_nothing_due_there_is_no_next_event() {
    let stage = Stage::new().await;
    let answer = stage.post("/_emulator/clock/next-event", &json!({})).await;
    assert_eq!((answer.status, answer.code()), (409, "nothing_due"));
}

#[tokio::test]
async fn durations_that_make_no_sense_move_nothing() {
    let stage = Stage::new().await;
    for duration in ["", "0d", "-1d", "1.5d", "30", "30w", "99999d", "9999999999999999999d", " 1d"] {
        let answer = stage.post("/_emulator/clock/advance", &json!({ "duration": duration })).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid_duration"), "{duration}");
    }
    let wrong_type: Value = json!({ "duration": 30 });
    assert_eq!(stage.post("/_emulator/clock/advance", &wrong_type).await.code(), "invalid_request");
    assert_eq!(stage.now(), at(START));
    assert!(stage.emulator.advance(hours(-1)).await.is_err());
}

#[tokio::test]
async fn the_clock_has_a_far_end() {
    let stage =
        Stage::with(|config| config.clock = VirtualClock::frozen_at(at("2195-06-01T00:00:00Z"))).await;
    let answer = stage.post("/_emulator/clock/advance", &json!({ "duration": "3653d" })).await;
    assert_eq!((answer.status, answer.code()), (422, "invalid_duration"));
    assert_eq!(stage.post("/_emulator/clock/advance", &json!({ "duration": "365d" })).await.status, 200);
}

#[tokio::test]
async fn the_clock_can_be_set_forward_and_never_back() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let moved = stage.post("/_emulator/clock/set", &json!({ "to": "2027-04-01" })).await;
    assert_eq!((moved.status, moved.json["renewals"].as_i64()), (200, Some(2)));
    assert_eq!(stage.now(), at("2027-04-01T00:00:00Z"));
    for (to, code) in [
        ("2027-03-31T23:59:59Z", "invalid_time"),
        ("soon", "invalid_time"),
        ("2027-02-30", "invalid_time"),
        ("", "invalid_time"),
        ("2200-01-02", "invalid_duration"),
    ] {
        let refused = stage.post("/_emulator/clock/set", &json!({ "to": to })).await;
        assert_eq!((refused.status, refused.code()), (422, code), "{to}");
    }
    assert_eq!(stage.now(), at("2027-04-01T00:00:00Z"));
}

#[tokio::test]
async fn a_running_clock_does_what_is_due_and_stops_where_it_should() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let body = json!({ "perSecond": "366d", "until": "2027-06-01" });
    let running = stage.post("/_emulator/clock/run", &body).await;
    assert_eq!((running.status, running.json["pace"]["perSecondMs"].as_i64()), (200, Some(366 * 86_400_000)));
    let still = async || !stage.get("/_emulator/clock").await.json["pace"].is_null();
    while still().await {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(stage.now(), at("2027-06-01T00:00:00Z"), "neither less nor more");
    let plan = stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap();
    assert_eq!(plan.period_end, at("2027-06-30T08:00:00Z"));
    for (bad, code) in [
        (json!({ "perSecond": "367d" }), "invalid_duration"),
        (json!({ "perSecond": "fast" }), "invalid_duration"),
        (json!({ "perSecond": "1d", "until": "2027-01-01" }), "invalid_time"),
        (json!({ "perSecond": null, "until": "2028-01-01" }), "invalid_request"),
        (json!({ "speed": 2 }), "invalid_request"),
    ] {
        let refused = stage.post("/_emulator/clock/run", &bad).await;
        assert_eq!((refused.status, refused.code()), (422, code), "{bad}");
    }
    let real = stage.post("/_emulator/clock/run", &json!({ "perSecond": null })).await;
    assert_eq!((real.status, &real.json["pace"]), (200, &Value::Null));
}

#[tokio::test]
async fn parallel_advances_add_up() {
    let stage = Stage::new().await;
    let body = json!({ "duration": "1d" });
    let moves = (0..5).map(|_| stage.post("/_emulator/clock/advance", &body));
    futures_util::future::join_all(moves).await;
    assert_eq!(stage.now(), at("2027-02-05T08:00:00Z"));
}

#[tokio::test]
async fn a_clock_moved_by_somebody_else_is_caught_up_with() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.clock().advance(hours(24 * 100));
    stage.emulator.settle().await.unwrap();
    let plan = stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap();
    assert_eq!(plan.period_end, at("2027-05-31T08:00:00Z"));
}

/// Ids, tokens, times and bodies: only the measured durations may differ.
async fn run_through() -> (Value, Vec<String>) {
    let stage = Stage::with(|config| config.public_url = "http://127.0.0.1:4100".to_owned()).await;
    stage.app.answer_next([Answer::Status(500), Answer::Status(200), Answer::Status(503)]);
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.advance(hours(24 * 70)).await.unwrap();
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    stage.emulator.advance(hours(24 * 70)).await.unwrap();
    let mut state = stage.get("/_emulator/state").await.json;
    state["app"]["appUrl"].take();
    let mut deliveries = stage.get("/_emulator/deliveries").await.json;
    for delivery in deliveries["deliveries"].as_array_mut().unwrap() {
        delivery["durationMs"].take();
    }
    let bodies = stage.app.arrivals().into_iter().map(|arrival| arrival.body).collect();
    (json!([state, deliveries, stage.token(&instance).await]), bodies)
}

#[tokio::test]
async fn the_same_calls_give_the_same_results() {
    assert_eq!(run_through().await, run_through().await);
}
