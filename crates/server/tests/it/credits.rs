//! Credits: putting aside, spending, giving back, and never more than there are.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::ErrorCode;

use crate::app::{Site, TestApp, count, count_refused, together};

on_both!(
    a_reservation_is_spent_in_part_and_the_rest_comes_back,
    a_reservation_is_given_back_once,
    a_reservation_ends_by_itself_when_its_time_is_over,
    fifty_spends_on_one_credit_are_one_success,
    every_movement_is_in_the_history_page_by_page,
    a_reservation_of_another_instance_does_not_exist,
);

async fn reserve(app: &TestApp, site: &Site, key: &str, amount: i64, ttl_s: i64) -> String {
    let body = json!({ "amount": amount, "action": "test", "ttlS": ttl_s });
    let reserved = app.credits(site, "reserve", key, body).await;
    reserved.data()["holdId"].as_str().unwrap().to_owned()
}

async fn a_reservation_is_spent_in_part_and_the_rest_comes_back(app: TestApp) {
    let site = app.install().await;
    let hold = reserve(&app, &site, "r", 50, 60).await;
    let balance = app.get(&site.token, "/api/v1/wix/credits/balance").await.data().clone();
    assert_eq!((&balance["available"], &balance["held"]), (&json!(150), &json!(50)));

    let too_much = json!({ "holdId": hold, "amount": 51 });
    app.credits(&site, "post", "p-0", too_much).await.refused(ErrorCode::InvalidRequest);
    let posted = app.credits(&site, "post", "p-1", json!({ "holdId": hold, "amount": 30 })).await;
    assert_eq!(
        (&posted.data()["state"], &posted.data()["credits"]["available"]),
        (&json!("posted"), &json!(170))
    );

    for (what, key) in [("post", "p-2"), ("void", "v-1")] {
        let again = app.credits(&site, what, key, json!({ "holdId": hold })).await;
        assert_eq!(again.refused(ErrorCode::HoldEnded)["details"], json!({ "state": "posted" }));
    }
    app.finish().await;
}

async fn a_reservation_is_given_back_once(app: TestApp) {
    let site = app.install().await;
    let hold = reserve(&app, &site, "r", 200, 60).await;
    app.spend(&site, "s", 1).await.refused(ErrorCode::InsufficientCredits);
    let voided = app.credits(&site, "void", "v-1", json!({ "holdId": hold })).await;
    assert_eq!(
        (&voided.data()["state"], &voided.data()["credits"]["available"]),
        (&json!("voided"), &json!(200))
    );
    app.credits(&site, "void", "v-2", json!({ "holdId": hold })).await.refused(ErrorCode::HoldEnded);
    app.finish().await;
}

async fn a_reservation_ends_by_itself_when_its_time_is_over(app: TestApp) {
    let site = app.install().await;
    let hold = reserve(&app, &site, "r", 50, 60).await;
    app.clock.advance(SignedDuration::from_secs(59));
    assert_eq!(app.available(&site.token).await, 150);
    app.clock.advance(SignedDuration::from_secs(1));
    app.until_available(&site.token, 200).await;
    let late = app.credits(&site, "post", "p", json!({ "holdId": hold })).await;
    assert_eq!(late.refused(ErrorCode::HoldEnded)["details"], json!({ "state": "expired" }));
    app.finish().await;
}

async fn fifty_spends_on_one_credit_are_one_success(app: TestApp) {
    let site = app.install().await;
    assert_eq!(app.spend(&site, "first", 199).await.data()["credits"]["available"], 1);
    let keys: Vec<String> = (0..50).map(|n| format!("spend-{n}")).collect();
    let answers = together(keys.iter().map(|key| app.spend(&site, key, 1))).await;
    assert_eq!((count(&answers, 200), count_refused(&answers, ErrorCode::InsufficientCredits)), (1, 49));
    assert_eq!(app.available(&site.token).await, 0);
    app.finish().await;
}

async fn every_movement_is_in_the_history_page_by_page(app: TestApp) {
    let site = app.install().await;
    for n in 0..5 {
        assert_eq!(app.spend(&site, &format!("spend-{n}"), 1).await.status, 200);
    }
    let (mut seen, mut path) = (Vec::new(), "/api/v1/wix/credits/history?limit=4".to_owned());
    loop {
        let page = app.get(&site.token, &path).await.data().clone();
        seen.extend(page["entries"].as_array().unwrap().iter().map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (
                text("kind"),
                entry["amount"].as_i64().unwrap(),
                entry["balanceAfter"].as_i64().unwrap(),
                text("pool"),
            )
        }));
        match page["nextCursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/wix/credits/history?limit=4&cursor={cursor}"),
            None => break,
        }
    }
    let spends = (195..200).map(|left| ("spend".to_owned(), -1, left, "plan".to_owned()));
    let grant = ("grant".to_owned(), 200, 200, "plan".to_owned());
    assert_eq!(seen, spends.chain([grant]).collect::<Vec<_>>());
    app.finish().await;
}

async fn a_reservation_of_another_instance_does_not_exist(app: TestApp) {
    let (one, two) = (app.install().await, app.install().await);
    let hold = reserve(&app, &one, "r", 50, 60).await;
    for what in ["post", "void"] {
        app.credits(&two, what, what, json!({ "holdId": hold })).await.refused(ErrorCode::NotFound);
    }
    assert_eq!(app.available(&one.token).await, 150);
    app.clock.advance(SignedDuration::from_secs(60));
    app.until_available(&one.token, 200).await;
    app.finish().await;
}
