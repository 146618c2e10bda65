//! Promo codes over HTTP.

use serde_json::json;
use wixapp_core::ErrorCode;

use crate::answer::Answer;
use crate::app::{Site, TestApp, count, count_refused, days, together};

on_both!(
    a_code_is_redeemed_once_for_each_site,
    a_code_counts_only_while_it_runs,
    a_code_with_a_limit_is_redeemed_so_often_and_no_more,
    a_refused_redemption_takes_no_place,
    a_refusal_gives_no_place_away_that_another_request_has,
);

async fn redeem(app: &TestApp, site: &Site, key: &str, code: &str) -> Answer {
    app.post(&site.token, "/api/v1/wix/billing/promo", Some(key), &json!({ "code": code })).await
}

async fn a_code_is_redeemed_once_for_each_site(app: TestApp) {
    let (one, two) = (app.install().await, app.install().await);
    let first = redeem(&app, &one, "k-1", " welcome ").await;
    assert_eq!(
        (&first.data()["amount"], &first.data()["expiresAt"]),
        (&json!(50), &json!("2027-03-11T10:00:00Z"))
    );
    assert_eq!(first.data()["credits"]["byPool"], json!({ "plan": 200, "purchased": 0, "promo": 50 }));
    assert_eq!(redeem(&app, &one, "k-1", " welcome ").await.text, first.text);
    redeem(&app, &one, "k-1", "WELCOME").await.refused(ErrorCode::IdempotencyMismatch);
    redeem(&app, &one, "k-2", "WELCOME").await.refused(ErrorCode::PromoRedeemed);
    redeem(&app, &two, "k-1", "WELCOME").await.data();
    redeem(&app, &one, "k-3", "NOTHING").await.refused(ErrorCode::PromoUnknown);
    assert_eq!(app.available(&one.token).await, 250);
    app.finish().await;
}

async fn a_code_counts_only_while_it_runs(app: TestApp) {
    let site = app.install().await;
    let early = redeem(&app, &site, "k-1", "SPRING").await;
    assert!(early.refused(ErrorCode::PromoNotRunning)["message"].as_str().unwrap().contains("2027-03-20"));
    app.clock.advance(days(19));
    let site = app.fresh(&site);
    redeem(&app, &site, "k-1", "SPRING").await.data();
    app.clock.advance(days(31));
    let site = app.fresh(&site);
    redeem(&app, &site, "k-2", "SPRING").await.refused(ErrorCode::PromoRedeemed);
    let other = app.install().await;
    redeem(&app, &other, "k-1", "SPRING").await.refused(ErrorCode::PromoNotRunning);
    app.finish().await;
}

async fn a_code_with_a_limit_is_redeemed_so_often_and_no_more(app: TestApp) {
    let mut sites = Vec::new();
    for n in 0..12 {
        let site = app.site("site-x", &format!("limit-{n}").parse().unwrap());
        let now = wixapp_core::clock::Clock::now(&app.clock);
        let event =
            crate::app::signer().sign("AppInstalled", &site.instance_id, &json!({ "appId": "a" }), now);
        app.deliver(event.unwrap()).await.data();
        app.until_available(&site.token, 200).await;
        sites.push(site);
    }
    let answers = together(sites.iter().map(|site| redeem(&app, site, "k-1", "FIRST-TWO"))).await;
    assert_eq!((count(&answers, 200), count_refused(&answers, ErrorCode::PromoUsedUp)), (2, 10));
    for (site, answer) in sites.iter().zip(&answers) {
        assert_eq!(app.available(&site.token).await, if answer.status == 200 { 230 } else { 200 });
        if answer.status == 200 {
            redeem(&app, site, "k-2", "FIRST-TWO").await.refused(ErrorCode::PromoRedeemed);
        }
    }
    app.finish().await;
}

async fn a_refused_redemption_takes_no_place(app: TestApp) {
    let (one, two, three) = (app.install().await, app.install().await, app.install().await);
    app.spend(&one, "used", 1).await.data();
    redeem(&app, &one, "used", "FIRST-TWO").await.refused(ErrorCode::IdempotencyMismatch);
    redeem(&app, &two, "k", "FIRST-TWO").await.data();
    redeem(&app, &three, "k", "FIRST-TWO").await.data();
    redeem(&app, &one, "k", "FIRST-TWO").await.refused(ErrorCode::PromoUsedUp);
    app.finish().await;
}

async fn a_refusal_gives_no_place_away_that_another_request_has(app: TestApp) {
    let (one, two) = (app.install().await, app.install().await);
    app.spend(&one, "used", 1).await.data();
    for code in ["ONE-A", "ONE-B", "ONE-C"] {
        let keys = (0..12).map(|n| if n == 0 { code } else { "used" });
        let answers = together(keys.map(|key| redeem(&app, &one, key, code))).await;
        assert_eq!((count(&answers, 200), count_refused(&answers, ErrorCode::IdempotencyMismatch)), (1, 11));
        redeem(&app, &two, code, code).await.refused(ErrorCode::PromoUsedUp);
    }
    assert_eq!((app.available(&one.token).await, app.available(&two.token).await), (289, 200));
    app.finish().await;
}
