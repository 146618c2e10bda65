//! The main job from install to the free plan again, over HTTP and the local platform.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::ErrorCode;
use wixapp_emulator::Card;

use crate::app::{TestApp, days};
use crate::stream::Live;

on_both!(
    an_owner_installs_buys_spends_renews_and_cancels,
    a_job_that_fails_gives_its_credit_back,
    a_declined_card_changes_nothing,
    the_first_status_says_what_there_is,
);

async fn an_owner_installs_buys_spends_renews_and_cancels(app: TestApp) {
    let site = app.install().await;
    let mut live = Live::open(&app, &site.token).await;
    live.until_available(200).await;

    let (checkout_id, page) = app.checkout(&site, "starter").await;
    let back = app.emulator.pay(&page, &Card::paying()).await.unwrap();
    assert!(back.ends_with(&format!("?payment=success&checkout={checkout_id}")), "{back}");
    let paid = live.until_available(1_200).await;
    assert_eq!(paid["plan"]["id"], "starter");
    assert_eq!(paid["subscription"]["status"], "active");
    assert_eq!(paid["openCheckout"], json!(null));
    let checkout = app.get(&site.token, &format!("/api/v1/wix/billing/checkout/{checkout_id}")).await;
    assert_eq!(checkout.data()["status"], "completed");

    let spent = app.spend(&site, "spend-1", 10).await;
    assert_eq!(spent.data()["credits"]["available"], 1_190);
    let job = app.start_work(&site, "work-1", "well").await;
    let done = app.ended(&site, &job).await;
    assert_eq!((&done["status"], &done["progressPercent"]), (&json!("completed"), &json!(100)));
    assert_eq!(done["result"], json!({ "done": true }));
    live.until_available(1_189).await;

    app.advance(days(30)).await;
    let site = app.fresh(&site);
    app.until_available(&site.token, 2_189).await;

    // A while later: what Wix was asked about the cycle lies before it.
    app.clock.advance(SignedDuration::from_mins(1));
    app.emulator.set_auto_renew(&site.instance_id, false).await.unwrap();
    let cancelled = app
        .until("the cancellation", async || {
            let status = app.status(&site.token).await;
            (status["subscription"]["status"] == "cancelled").then_some(status)
        })
        .await;
    assert_eq!(
        (&cancelled["plan"]["id"], &cancelled["credits"]["available"]),
        (&json!("starter"), &json!(2_189))
    );
    assert_eq!(cancelled["subscription"]["autoRenew"], false);

    app.advance(days(31)).await;
    let site = app.fresh(&site);
    app.until_available(&site.token, 200).await;
    let free = app.status(&site.token).await;
    assert_eq!((&free["plan"]["id"], &free["subscription"]["status"]), (&json!("free"), &json!("free")));
    app.finish().await;
}

async fn a_job_that_fails_gives_its_credit_back(app: TestApp) {
    let site = app.install().await;
    let job = app.start_work(&site, "work-1", "badly").await;
    let failed = app.ended(&site, &job).await;
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["error"], json!({ "code": "refused", "message": "It was refused." }));
    let credits = app.get(&site.token, "/api/v1/wix/credits/balance").await.data().clone();
    assert_eq!((&credits["available"], &credits["held"]), (&json!(200), &json!(0)));
    let history = app.get(&site.token, "/api/v1/wix/credits/history").await.data().clone();
    let kinds: Vec<&str> =
        history["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["void", "reserve", "grant"]);
    app.finish().await;
}

async fn a_declined_card_changes_nothing(app: TestApp) {
    let site = app.install().await;
    let (checkout_id, page) = app.checkout(&site, "starter").await;
    for card in [Card::declined(), Card::insufficient_funds()] {
        app.emulator.pay(&page, &card).await.unwrap_err();
    }
    let status = app.status(&site.token).await;
    assert_eq!(status["credits"]["available"], 200);
    assert_eq!(status["openCheckout"]["checkoutId"], checkout_id);
    app.credits(&site, "spend", "too-much", json!({ "amount": 201, "action": "test" }))
        .await
        .refused(ErrorCode::InsufficientCredits);
    app.finish().await;
}

async fn the_first_status_says_what_there_is(app: TestApp) {
    let site = app.install().await;
    let status = app.status(&site.token).await;
    // Once for each database.
    insta::allow_duplicates! {
    insta::assert_json_snapshot!(status, { ".instanceId" => "[instance]", ".credits.version" => "[version]" }, @r#"
    {
      "connection": {
        "installedAt": "2027-03-01T10:00:00Z",
        "lastWebhookAt": "2027-03-01T10:00:00Z",
        "status": "connected"
      },
      "credits": {
        "available": 200,
        "byPool": {
          "plan": 200,
          "promo": 0,
          "purchased": 0
        },
        "debt": 0,
        "held": 0,
        "version": "[version]"
      },
      "instanceId": "[instance]",
      "isOwner": true,
      "locale": "en",
      "now": "2027-03-01T10:00:00Z",
      "openCheckout": null,
      "plan": {
        "creditsPerCycle": 200,
        "id": "free",
        "name": "Free",
        "rank": 0
      },
      "subscription": {
        "autoRenew": false,
        "billingCycle": null,
        "currentPeriodEnd": null,
        "nextCycleAt": null,
        "pendingPlanId": null,
        "startedAt": null,
        "status": "free"
      }
    }
    "#);
    }
    app.finish().await;
}
