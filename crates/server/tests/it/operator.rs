//! Plans that an operator gives.

use jiff::SignedDuration;
use wixapp_core::ErrorCode;
use wixapp_core::clock::Clock;
use wixapp_server::operator::plan::{self, Gift};

use crate::app::{TestApp, days};

on_both!(a_given_plan_counts_like_a_bought_one_until_it_ends, a_plan_that_cannot_be_given_is_refused,);

fn gift(plan_id: &str) -> Gift {
    Gift {
        plan_id: plan_id.parse().unwrap(),
        until: None,
        actor: "kim".to_owned(),
        reason: "a partner".to_owned(),
    }
}

async fn a_given_plan_counts_like_a_bought_one_until_it_ends(app: TestApp) {
    let site = app.install().await;
    app.clock.advance(SignedDuration::from_mins(1));
    let now_on = plan::give(app.app(), &site.instance_id, gift("pro")).await.unwrap();
    assert_eq!(now_on.plan_id.as_str(), "pro");
    app.until_available(&site.token, 5_200).await;
    let history = app.get(&site.token, "/api/v1/wix/credits/history?kind=grant&limit=1").await.data().clone();
    let entry = history["entries"][0]["entryId"].as_str().unwrap().to_owned();
    let told = app.get(&site.token, &format!("/api/v1/wix/credits/explain/{entry}")).await.data().clone();
    assert_eq!(told["plan"]["id"], "pro", "{told}");
    app.advance(days(30)).await;
    app.until_available(&app.fresh(&site).token, 10_200).await;
    let now_on = plan::end(app.app(), &site.instance_id, "kim", "it is over").await.unwrap();
    assert_eq!(now_on.plan_id.as_str(), "free");
    app.until_available(&app.fresh(&site).token, 200).await;
    // It has ended, and whoever believes that it runs is to hear so.
    let refusal = plan::end(app.app(), &site.instance_id, "kim", "it is over").await.unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::Conflict);
    assert!(refusal.message().contains("it is on `free`"), "{}", refusal.message());
    app.finish().await;
}

async fn a_plan_that_cannot_be_given_is_refused(app: TestApp) {
    let site = app.install().await;
    let past = Some(app.clock.now() - SignedDuration::from_secs(1));
    let refused = [
        gift("free"),
        gift("platinum"),
        Gift { actor: " ".to_owned(), ..gift("pro") },
        Gift { reason: String::new(), ..gift("pro") },
        Gift { until: past, ..gift("pro") },
    ];
    for gift in refused {
        let refusal = plan::give(app.app(), &site.instance_id, gift).await.unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::InvalidRequest);
    }
    let stranger = "stranger-1".parse().unwrap();
    let refusal = plan::give(app.app(), &stranger, gift("pro")).await.unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::NotFound);
    assert_eq!(app.available(&site.token).await, 200);
    app.finish().await;
}
