//! Webhook deliveries: deadline, retries, repetitions.

use std::time::Instant;

use jiff::SignedDuration;
use wixapp_emulator::DeliveryState;

use crate::stage::{Answer, START, Stage, at, hours};

/// 1 m, 10 m, 1 h, 3 × 2 h, 3 × 4 h, 2 × 8 h, 12 h, in minutes.
const WAITS_MIN: [i64; 12] = [1, 10, 60, 120, 120, 120, 240, 240, 240, 480, 480, 720];

#[tokio::test]
async fn a_failing_app_gets_twelve_retries_at_wixs_times_and_never_a_thirteenth() {
    let stage = Stage::new().await;
    stage.app.answer_always(Answer::Status(500));
    stage.install().await;
    let delivery = stage.emulator.deliveries().remove(0);
    assert_eq!((delivery.state, delivery.attempt), (DeliveryState::Retrying, 1));
    assert_eq!(delivery.next_attempt_at, Some(at("2027-01-31T08:01:00Z")));

    let moved = stage.emulator.advance(hours(24 * 30)).await.unwrap();
    assert_eq!(moved.deliveries, 12);
    let times: Vec<_> = stage.app.arrivals().iter().map(|arrival| arrival.at).collect();
    let mut due = at(START);
    let mut expected = vec![due];
    for wait in WAITS_MIN {
        due += SignedDuration::from_mins(wait);
        expected.push(due);
    }
    assert_eq!(times, expected);
    let delivery = stage.emulator.deliveries().remove(0);
    assert_eq!(
        (delivery.state, delivery.attempt, delivery.next_attempt_at),
        (DeliveryState::GaveUp, 13, None)
    );
    assert_eq!(stage.emulator.advance_to_next().await.unwrap_err().code(), Some("nothing_due"));
}

#[tokio::test]
async fn each_retry_is_valid_when_it_arrives_and_says_the_same() {
    let stage = Stage::new().await;
    stage.app.answer_always(Answer::Status(503));
    stage.install().await;
    stage.emulator.advance(hours(48)).await.unwrap();
    let events = stage.events();
    assert_eq!(events.len(), 13, "every body verified at the moment of its arrival");
    assert!(events.iter().all(|event| event.payload_text == events[0].payload_text));
    let keys: std::collections::HashSet<_> =
        events.iter().map(wixapp_platform::webhook::dedupe_key).collect();
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn one_200_ends_the_retries() {
    let stage = Stage::new().await;
    stage.app.answer_next([Answer::Status(500), Answer::Status(429)]);
    stage.install().await;
    let moved = stage.emulator.advance(hours(72)).await.unwrap();
    assert_eq!(moved.deliveries, 2);
    let delivery = stage.emulator.deliveries().remove(0);
    assert_eq!((delivery.state, delivery.attempt), (DeliveryState::Delivered, 3));
    assert_eq!((delivery.response_status, delivery.error), (Some(200), None));
}

#[tokio::test]
async fn only_200_counts() {
    for answer in [Answer::Status(201), Answer::Status(204), Answer::Status(404), Answer::Redirect] {
        let stage = Stage::new().await;
        stage.app.answer_next([answer]);
        stage.install().await;
        let delivery = stage.emulator.deliveries().remove(0);
        assert_eq!(delivery.state, DeliveryState::Retrying, "{answer:?}");
        assert_eq!(stage.app.arrivals().len(), 1, "a redirect is not followed");
        assert!(delivery.error.is_some());
    }
}

/// The only test that waits for the deadline itself: 1,250 ms of real time.
#[tokio::test]
async fn an_app_that_hangs_is_cut_off_at_the_deadline() {
    let stage = Stage::new().await;
    stage.app.answer_next([Answer::Hang]);
    let started = Instant::now();
    stage.install().await;
    let waited = started.elapsed();
    assert!(waited >= wixapp_emulator::DEADLINE, "{waited:?}");
    let delivery = stage.emulator.deliveries().remove(0);
    assert_eq!((delivery.state, delivery.response_status), (DeliveryState::Retrying, None));
    assert_eq!(delivery.error.as_deref(), Some("no answer within 1,250 ms"));
    assert!(delivery.duration_ms.unwrap() >= 1_250);
    stage.emulator.advance(SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(stage.emulator.deliveries()[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn an_app_that_is_not_running_is_a_failure_with_a_reason() {
    let stage = Stage::with(|_| {}).await;
    let config_free_port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let secret = wixapp_platform::AppSecret::new(crate::stage::SECRET).unwrap();
    let app_url = format!("http://{config_free_port}");
    let mut config = wixapp_emulator::EmulatorConfig::new("app", secret, &app_url, &stage.base);
    config.signer_pem = Some(crate::stage::signer_pem());
    let emulator = wixapp_emulator::Emulator::new(config).unwrap();
    emulator.install(&emulator.sites()[0].site_id).await.unwrap();
    let delivery = emulator.deliveries().remove(0);
    assert_eq!(delivery.state, DeliveryState::Retrying);
    assert_eq!(delivery.error.as_deref(), Some("the app could not be reached"));
}

#[tokio::test]
async fn an_endless_answer_is_delivered_and_kept_only_in_part() {
    let stage = Stage::new().await;
    stage.app.answer_next([Answer::EndlessBody]);
    stage.install().await;
    let delivery = stage.emulator.deliveries().remove(0);
    assert_eq!(delivery.state, DeliveryState::Delivered);
    let detail = stage.emulator.delivery(delivery.delivery_id.as_str()).unwrap();
    assert_eq!(detail.response_body.len(), 4_096);
}

#[tokio::test]
async fn a_repetition_by_hand_sends_the_same_text_and_is_not_retried() {
    let stage = Stage::new().await;
    stage.install().await;
    let first = stage.emulator.deliveries().remove(0);
    stage.app.answer_next([Answer::Status(200), Answer::Status(500)]);
    let repeated = stage.emulator.resend(first.delivery_id.as_str(), 3).await.unwrap();
    let states: Vec<_> = repeated.iter().map(|delivery| delivery.state).collect();
    assert_eq!(states, [DeliveryState::Delivered, DeliveryState::GaveUp, DeliveryState::Delivered]);
    assert!(repeated.iter().all(|delivery| delivery.resend_of.as_ref() == Some(&first.delivery_id)));
    let bodies: std::collections::HashSet<_> =
        stage.app.arrivals().into_iter().map(|arrival| arrival.body).collect();
    assert_eq!((stage.app.arrivals().len(), bodies.len()), (4, 1));
    assert_eq!(stage.emulator.advance(hours(72)).await.unwrap().deliveries, 0);
}

#[tokio::test]
async fn a_repetition_months_later_is_signed_anew_and_says_the_same() {
    let stage = Stage::new().await;
    stage.install().await;
    let first = stage.emulator.deliveries().remove(0);
    stage.emulator.advance(hours(24 * 60)).await.unwrap();
    stage.emulator.resend(first.delivery_id.as_str(), 1).await.unwrap();
    let events = stage.events();
    assert_eq!(events[1].issued_at, stage.now());
    assert_eq!(events[0].payload_text, events[1].payload_text);
}

#[tokio::test]
async fn retries_of_several_events_and_renewals_happen_in_the_order_of_time() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.app.answer_always(Answer::Status(500));
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.advance(SignedDuration::from_secs(30)).await.unwrap();
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    stage.emulator.advance(hours(24 * 35)).await.unwrap();
    let arrivals = stage.app.arrivals();
    assert_eq!(arrivals.len(), 1 + 13 + 13);
    assert!(arrivals.is_sorted_by_key(|arrival| arrival.at));
}
