//! Plans that an operator gives, refunds that are noted, and where an instance buys.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::clock::Clock;
use wixapp_core::fact::FactKind;
use wixapp_core::{BillingSource, ErrorCode};
use wixapp_emulator::Card;
use wixapp_server::operator::billing;
use wixapp_server::operator::plan::{self, Gift};
use wixapp_server::operator::refund::{self, Refund};
use wixapp_store::{Tx, Want};

use crate::answer::Answer;
use crate::app::{Site, TestApp, days};

on_both!(
    a_given_plan_counts_like_a_bought_one_until_it_ends,
    a_plan_that_cannot_be_given_is_refused,
    a_given_plan_that_ends_can_be_bought_to_go_on_after_it,
    a_refund_that_is_noted_takes_back_once_what_was_paid,
    who_pays_or_may_be_paying_keeps_the_place_where_it_buys,
);

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

async fn order(app: &TestApp, site: &Site, plan: &str) -> Answer {
    let body = json!({ "planId": plan, "billingCycle": "MONTHLY" });
    app.post(&site.token, "/api/v1/wix/billing/checkout-url", None, &body).await
}

async fn buy(app: &TestApp, site: &Site, plan: &str, credits: i64) {
    let opened = order(app, site, plan).await.data().clone();
    let page = opened["checkoutUrl"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    app.until_available(&site.token, credits).await;
}

async fn a_given_plan_that_ends_can_be_bought_to_go_on_after_it(app: TestApp) {
    let site = app.install().await;
    app.clock.advance(SignedDuration::from_mins(1));
    plan::give(app.app(), &site.instance_id, gift("pro")).await.unwrap();
    app.until_available(&site.token, 5_200).await;
    let refusal = order(&app, &site, "pro").await;
    let message = refusal.refused(ErrorCode::AlreadyOnPlan)["message"].to_string();
    assert!(message.contains("there is nothing to buy"), "{message}");
    app.clock.advance(SignedDuration::from_mins(1));
    let until = Some(app.clock.now() + days(10));
    plan::give(app.app(), &site.instance_id, Gift { until, ..gift("pro") }).await.unwrap();
    let refusal = order(&app, &site, "starter").await;
    let message = refusal.refused(ErrorCode::DowngradeNotSold)["message"].to_string();
    assert!(message.contains("was given to this site until 11 March 2027"), "{message}");
    let seen = app.get(&site.token, "/api/v1/wix/billing/preview?to=pro").await.data().clone();
    assert_eq!((&seen["change"], &seen["sold"]), (&json!("purchase"), &json!(true)));
    assert!(seen["lines"][2].as_str().unwrap().contains("goes on after it"), "{seen}");
    let plans = app.get(&site.token, "/api/v1/wix/billing/plans").await.data().clone();
    assert_eq!(plans["plans"][2]["action"], "upgrade", "{plans}");
    buy(&app, &site, "pro", 10_200).await;
    order(&app, &site, "pro").await.refused(ErrorCode::AlreadyOnPlan);
    // The gift ends, and the plan goes on.
    app.advance(days(11)).await;
    let site = app.fresh(&site);
    let status = app.status(&site.token).await;
    assert_eq!((&status["plan"]["id"], &status["credits"]["available"]), (&json!("pro"), &json!(10_200)));
    app.finish().await;
}

async fn a_refund_that_is_noted_takes_back_once_what_was_paid(app: TestApp) {
    let site = app.install().await;
    app.clock.advance(SignedDuration::from_mins(1));
    buy(&app, &site, "starter", 1_200).await;
    app.spend(&site, "s-1", 500).await.data();
    let paid = |tx: &Tx| {
        tx.facts.iter().find_map(|stored| match &stored.fact.as_ref()?.kind {
            FactKind::PlanPurchased(terms) => terms.invoice_id.clone(),
            _ => None,
        })
    };
    let (store, now) = (&app.app().store, app.clock.now());
    let invoice_id = store.look(&site.instance_id, Want::money().facts(), now, paid).await.unwrap().unwrap();
    let wanted = |invoice: &str, request: &str| Refund {
        invoice_id: invoice.to_owned(),
        request_id: request.to_owned(),
        actor: "kim".to_owned(),
        reason: "paid twice".to_owned(),
    };
    let count = "SELECT (SELECT count(*) FROM facts) * 1000 + (SELECT count(*) FROM entries)";
    let before = app.place.number(count).await;
    let seen = refund::preview(app.app(), &site.instance_id, wanted(&invoice_id, "r-1")).await.unwrap();
    assert_eq!(
        (seen.counted, seen.before.available(), seen.after.available(), seen.after.debt),
        (true, 700, 0, 300)
    );
    let refused = [
        (wanted("unknown", "r-1"), ErrorCode::NotFound),
        (wanted(" ", "r-1"), ErrorCode::InvalidRequest),
        (wanted(&invoice_id, ""), ErrorCode::InvalidRequest),
        (Refund { reason: String::new(), ..wanted(&invoice_id, "r-1") }, ErrorCode::InvalidRequest),
    ];
    for (request, code) in refused {
        let refusal = refund::refund(app.app(), &site.instance_id, request).await.unwrap_err();
        assert_eq!(refusal.code(), code, "{}", refusal.message());
    }
    assert_eq!(app.place.number(count).await, before);
    let done = refund::refund(app.app(), &site.instance_id, wanted(&invoice_id, "r-1")).await.unwrap();
    assert_eq!(done, seen);
    let history = app.get(&site.token, "/api/v1/wix/credits/history?kind=reversal").await.data().to_string();
    assert!(history.contains("noted by kim: paid twice"), "{history}");
    // Again, by another request, and by Wix itself: nothing more.
    for request in ["r-1", "r-2"] {
        let again = refund::refund(app.app(), &site.instance_id, wanted(&invoice_id, request)).await.unwrap();
        assert_eq!((again.counted, again.after), (false, done.after));
    }
    let refusal = refund::refund(app.app(), &site.instance_id, wanted("other", "r-1")).await.unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::IdempotencyMismatch);
    app.finish().await;
}

async fn who_pays_or_may_be_paying_keeps_the_place_where_it_buys(app: TestApp) {
    let site = app.install().await;
    app.clock.advance(SignedDuration::from_mins(1));
    let set = async |source| billing::set_source(app.app(), &site.instance_id, source).await;
    assert_eq!(set(BillingSource::Stripe).await.unwrap_err().code(), ErrorCode::InvalidRequest);
    let before = set(BillingSource::None).await.unwrap();
    assert_eq!((before.source, before.settled), (BillingSource::Wix, false));
    order(&app, &site, "starter").await.refused(ErrorCode::Conflict);
    // What an operator gave is no reason to stay.
    plan::give(app.app(), &site.instance_id, gift("pro")).await.unwrap();
    assert_eq!(set(BillingSource::Wix).await.unwrap().source, BillingSource::None);
    app.clock.advance(SignedDuration::from_mins(1));
    plan::end(app.app(), &site.instance_id, "kim", "it is over").await.unwrap();
    app.until_available(&site.token, 200).await;
    app.clock.advance(SignedDuration::from_mins(1));
    order(&app, &site, "starter").await.data();
    let refusal = set(BillingSource::None).await.unwrap_err();
    assert!(refusal.code() == ErrorCode::Conflict && refusal.message().contains("to pay on is open"));
    buy(&app, &site, "starter", 1_200).await;
    let refusal = set(BillingSource::None).await.unwrap_err();
    assert!(
        refusal.code() == ErrorCode::Conflict && refusal.message().contains("`starter` was bought by `wix`")
    );
    let found = billing::source(app.app(), &site.instance_id).await.unwrap();
    assert_eq!((found.source, found.settled), (BillingSource::Wix, true));
    assert_eq!(set(BillingSource::Wix).await.unwrap().source, BillingSource::Wix, "nothing changes");
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
