//! Chaos: every effect alone, and the same run for the same seed.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_emulator::{Chaos, ChaosEffect, DeliveryState};

use crate::stage::{START, Stage, at, hours};

/// Nothing happens but what a test asks for.
const CALM: Chaos = Chaos { seed: 7, duplicate: 0, reorder: 0, delay: 0, drop: 0, slow: 0 };

async fn stage(chaos: Chaos) -> Stage {
    let stage = Stage::new().await;
    stage.emulator.set_chaos(Some(chaos)).unwrap();
    stage
}

/// A life with many webhooks: what the app got and what the platform noted, without real durations and ports; and what chaos
/// did to the webhooks and to their attempts.
async fn run(seed: u64) -> (Vec<String>, Vec<Value>, Vec<ChaosEffect>) {
    let stage = stage(Chaos::seeded(seed)).await;
    let instance = stage.install().await;
    for round in 0..6 {
        stage.buy(&instance, ["starter", "pro"][round % 2], "MONTHLY").await;
        stage.emulator.set_auto_renew(&instance, false).await.unwrap();
        stage.emulator.set_auto_renew(&instance, true).await.unwrap();
        stage.emulator.advance(hours(7)).await.unwrap();
    }
    stage.emulator.advance(hours(60)).await.unwrap();
    let arrivals = stage.app.arrivals();
    let got = arrivals.iter().map(|arrival| format!("{} {}", arrival.at, arrival.body)).collect();
    let deliveries = stage.emulator.deliveries();
    let to_attempts = deliveries.iter().flat_map(|delivery| {
        let detail = stage.emulator.delivery(delivery.delivery_id.as_str()).unwrap();
        detail.attempts.into_iter().filter_map(|attempt| attempt.chaos)
    });
    let effects = deliveries.iter().filter_map(|delivery| delivery.chaos).chain(to_attempts).collect();
    let noted = deliveries.into_iter().map(|delivery| {
        let mut json = json!(delivery);
        json["durationMs"] = Value::Null;
        json
    });
    (got, noted.collect(), effects)
}

#[tokio::test]
async fn one_seed_gives_one_run_to_the_byte_and_another_seed_another() {
    let (first, second, other) = (run(7).await, run(7).await, run(8).await);
    assert!(first.1.len() > 20, "{} deliveries", first.1.len());
    assert_eq!(first, second);
    assert_ne!(first.0, other.0);
    for effect in [
        ChaosEffect::Duplicate,
        ChaosEffect::Reorder,
        ChaosEffect::Delay,
        ChaosEffect::Drop,
        ChaosEffect::Slow,
    ] {
        assert!(first.2.contains(&effect), "{effect:?} does not happen: {:?}", first.2);
    }
}

#[tokio::test]
async fn a_dropped_attempt_never_reaches_the_app_and_is_retried() {
    let stage = stage(Chaos { drop: 100, ..CALM }).await;
    stage.install().await;
    stage.emulator.advance(hours(72)).await.unwrap();
    assert_eq!(stage.app.arrivals().len(), 0);
    let delivery = stage.emulator.deliveries().remove(0);
    assert_eq!((delivery.state, delivery.attempt), (DeliveryState::GaveUp, 13));
    assert_eq!(delivery.chaos, Some(ChaosEffect::Drop));
    assert!(delivery.error.unwrap().contains("chaos"));
}

#[tokio::test]
async fn a_slow_attempt_reaches_the_app_and_wix_sends_it_again() {
    let stage = stage(Chaos { slow: 100, ..CALM }).await;
    stage.install().await;
    assert_eq!(stage.app.arrivals().len(), 1);
    let delivery = stage.emulator.deliveries().remove(0);
    assert_eq!((delivery.state, delivery.response_status), (DeliveryState::Retrying, None));
    stage.emulator.set_chaos(None).unwrap();
    stage.emulator.advance(SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(stage.app.arrivals().len(), 2);
    assert_eq!(stage.emulator.deliveries()[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_duplicate_arrives_within_a_minute_and_says_the_same() {
    let stage = stage(Chaos { duplicate: 100, ..CALM }).await;
    stage.install().await;
    stage.emulator.advance(SignedDuration::from_mins(1)).await.unwrap();
    let events = stage.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].payload_text, events[1].payload_text);
    let deliveries = stage.emulator.deliveries();
    assert_eq!(deliveries[1].chaos, Some(ChaosEffect::Duplicate));
    assert_eq!(deliveries[1].resend_of.as_ref(), Some(&deliveries[0].delivery_id));
}

#[tokio::test]
async fn a_delayed_webhook_leaves_minutes_later() {
    let stage = stage(Chaos { delay: 100, ..CALM }).await;
    stage.install().await;
    assert_eq!(stage.app.arrivals().len(), 0);
    stage.emulator.advance(hours(1)).await.unwrap();
    let arrived = stage.app.arrivals().remove(0).at;
    assert!(arrived >= at(START) + SignedDuration::from_mins(1), "{arrived}");
}

#[tokio::test]
async fn close_webhooks_change_their_order() {
    let mut orders = Vec::new();
    for seed in 0..8 {
        let stage = stage(Chaos { seed, reorder: 60, ..CALM }).await;
        let instance = stage.install().await;
        stage.buy(&instance, "starter", "MONTHLY").await;
        stage.emulator.set_auto_renew(&instance, false).await.unwrap();
        stage.emulator.advance(SignedDuration::from_mins(1)).await.unwrap();
        let types = stage.event_types();
        assert_eq!(types.len(), 3, "none is lost");
        orders.push(types);
    }
    let in_order = ["AppInstalled", "PaidPlanPurchased", "PaidPlanAutoRenewalCancelled"];
    assert!(orders.iter().any(|order| *order != in_order), "{orders:?}");
}

#[tokio::test]
async fn the_page_switches_it_and_wrong_rates_are_refused_by_name() {
    let stage = Stage::new().await;
    let off = stage.get("/_emulator/chaos").await.json;
    assert_eq!(off, json!({ "on": false, "profile": null, "seen": 0 }));
    let on = stage.post("/_emulator/chaos", &json!({ "on": true, "seed": 7, "drop": 0 })).await;
    assert_eq!(
        (on.status, &on.json["profile"]),
        (200, &json!({ "seed": 7, "duplicate": 20, "reorder": 20, "delay": 10, "drop": 0, "slow": 10 }))
    );
    stage.install().await;
    assert!(stage.get("/_emulator/chaos").await.json["seen"].as_u64() >= Some(1));
    for bad in [
        json!({}),
        json!({ "on": "yes" }),
        json!({ "on": true, "drop": 101 }),
        json!({ "on": true, "slow": -1 }),
        json!({ "on": true, "seed": 1.5 }),
        json!({ "on": true, "seed": "7" }),
        json!({ "on": true, "colour": 1 }),
    ] {
        let refused = stage.post("/_emulator/chaos", &bad).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_request"), "{bad}");
    }
    let off = stage.post("/_emulator/chaos", &json!({ "on": false })).await;
    assert_eq!(off.json["on"], false);
    assert_eq!(
        stage.emulator.set_chaos(Some(Chaos { slow: 101, ..CALM })).unwrap_err().code(),
        Some("invalid_request")
    );
}
