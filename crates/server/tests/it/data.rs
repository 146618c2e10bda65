//! The owner has the data of the site deleted, over HTTP.

use serde_json::json;
use wixapp_core::ErrorCode;

use crate::answer::Answer;
use crate::app::{Site, TestApp, hours};

on_both!(
    an_owner_deletes_the_data_of_one_site_and_keeps_plan_and_books,
    deletion_may_be_asked_for_after_the_app_was_removed,
    what_was_done_under_a_key_is_not_done_again_after_a_deletion,
    of_a_site_nobody_has_heard_of_there_is_nothing_to_delete,
);

const DATA: &str = "/api/v1/wix/settings/data";
/// How many payloads, arguments and results, stored answers, and addresses of checkouts and of people there are of a site.
async fn personal(app: &TestApp, site: &Site) -> i64 {
    let of_site = format!("instance_id = '{}'", site.instance_id);
    let places = [
        // Wix's answers to questions may still come in meanwhile.
        "facts WHERE payload <> '' AND event_type IN ('AppInstalled', 'AppRemoved', 'PaidPlanPurchased')",
        "jobs WHERE (args <> '{}' OR result IS NOT NULL)",
        "replies WHERE (request_hash <> '' OR body <> '')",
        "checkouts WHERE url <> ''",
        "notice_settings WHERE true",
    ];
    let counts = places.map(|place| format!("(SELECT count(*) FROM {place} AND {of_site})"));
    app.place.number(&format!("SELECT {}", counts.join(" + "))).await
}

async fn delete(app: &TestApp, token: &str) -> Answer {
    app.send(app.request("DELETE", DATA, token)).await
}

async fn an_owner_deletes_the_data_of_one_site_and_keeps_plan_and_books(app: TestApp) {
    let site = app.install().await;
    let (_, page) = app.checkout(&site, "starter").await;
    app.emulator.pay(&page, &wixapp_emulator::Card::paying()).await.unwrap();
    app.until_available(&site.token, 1_200).await;
    app.spend(&site, "s-1", 10).await.data();
    let notices = json!({
        "address": "owner@example.com", "language": "en", "lowCredits": true, "billingIssue": true, "planChanged": true,
        "creditsGranted": true,
    });
    app.send(app.request("PUT", "/api/v1/wix/settings/notices", &site.token).json(&notices)).await.data();
    let job = app.start_work(&site, "work", "gate").await;
    app.gate.has_visitor().await;
    app.settled().await;
    let other = app.install().await;
    let spent = app.spend(&other, "s-1", 5).await.text;
    assert!(personal(&app, &site).await > 5);

    assert_eq!(delete(&app, &site.token).await.data(), &json!({ "cancelledJobs": 1, "returnedHolds": 1 }));
    app.gate.open();
    assert_eq!(personal(&app, &site).await, 0);
    assert!(personal(&app, &other).await > 0);
    let ended = app.get(&site.token, &format!("/api/v1/wix/jobs/{job}")).await.data().clone();
    assert_eq!(
        (&ended["status"], &ended["result"], &ended["currentStep"]),
        (&json!("cancelled"), &json!(null), &json!(null))
    );
    let status = app.status(&site.token).await;
    assert_eq!((&status["plan"]["id"], &status["credits"]["available"]), (&json!("starter"), &json!(1_190)));
    let history = app.get(&site.token, "/api/v1/wix/credits/history").await.data()["entries"].clone();
    assert!(history.as_array().unwrap().len() >= 4, "{history}");
    // A second time there is nothing left, and the neighbour's stored answers still stand.
    assert_eq!(delete(&app, &site.token).await.data(), &json!({ "cancelledJobs": 0, "returnedHolds": 0 }));
    assert_eq!(app.spend(&other, "s-1", 5).await.text, spent);
    app.finish().await;
}

async fn deletion_may_be_asked_for_after_the_app_was_removed(app: TestApp) {
    let site = app.install().await;
    app.clock.advance(hours(1));
    app.emulator.uninstall(&site.site_id).await.unwrap();
    let site = app.fresh(&site);
    app.until("the removal", async || {
        (app.status(&site.token).await["connection"]["status"] == "removed").then_some(())
    })
    .await;
    app.settled().await;
    assert!(personal(&app, &site).await > 0);
    delete(&app, &site.token).await.data();
    assert_eq!(personal(&app, &site).await, 0);
    app.finish().await;
}

async fn what_was_done_under_a_key_is_not_done_again_after_a_deletion(app: TestApp) {
    let site = app.install().await;
    let reservation = json!({ "amount": 10, "action": "test" });
    app.spend(&site, "s-1", 10).await.data();
    app.credits(&site, "reserve", "r-1", reservation.clone()).await.data();
    app.start_work(&site, "w-1", "gate").await;
    delete(&app, &site.token).await.data();
    app.gate.open();
    let again = async || {
        let work = json!({ "end": "gate" });
        let work = app.post(&site.token, "/api/v1/sample/work", Some("w-1"), &work).await;
        let reserved = app.credits(&site, "reserve", "r-1", reservation.clone()).await;
        [app.spend(&site, "s-1", 10).await, reserved, app.spend(&site, "s-1", 11).await, work]
    };
    for answer in again().await {
        answer.refused(ErrorCode::Conflict);
        assert!(answer.text.contains("new key"), "{}", answer.text);
    }
    // Deletions of earlier versions have not left the keys: the books know them all the same.
    app.place.raw(&format!("DELETE FROM replies WHERE instance_id = '{}'", site.instance_id)).await;
    for answer in again().await.iter().take(3) {
        answer.refused(ErrorCode::Conflict);
    }
    assert_eq!(app.spend(&site, "s-2", 10).await.status, 200);
    app.finish().await;
}

async fn of_a_site_nobody_has_heard_of_there_is_nothing_to_delete(app: TestApp) {
    let stranger = app.site("site-x", &"never-seen".parse().unwrap());
    let answer = delete(&app, &stranger.token).await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    assert!(!answer.text.contains("webhook list"), "the hint is for operators: {}", answer.text);
    app.finish().await;
}
