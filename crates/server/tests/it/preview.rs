//! What a change of plan would do, before the click; and that it does just that.

use serde_json::{Value, json};
use wixapp_core::clock::Clock;
use wixapp_core::{BillingSource, ErrorCode};
use wixapp_emulator::Card;
use wixapp_server::operator::billing;

use crate::answer::Answer;
use crate::app::{Site, TestApp, days, signer};

on_both!(
    a_preview_of_an_upgrade_is_what_the_upgrade_then_does,
    a_preview_of_the_way_down_names_the_day_and_what_stays,
    a_longer_time_is_sold_and_a_shorter_one_is_not,
    a_preview_leaves_no_trace,
    a_preview_refuses_what_the_checkout_refuses_in_the_same_words,
    who_pays_several_years_at_once_sees_what_a_year_costs,
);

async fn preview(app: &TestApp, site: &Site, query: &str) -> Value {
    app.get(&site.token, &format!("/api/v1/wix/billing/preview?{query}")).await.data().clone()
}

async fn order(app: &TestApp, site: &Site, plan: &str, cycle: &str) -> Answer {
    let body = json!({ "planId": plan, "billingCycle": cycle });
    app.post(&site.token, "/api/v1/wix/billing/checkout-url", None, &body).await
}

async fn buy(app: &TestApp, site: &Site, plan: &str, cycle: &str, credits: i64) {
    let opened = order(app, site, plan, cycle).await;
    let url = opened.data()["checkoutUrl"].as_str().unwrap();
    app.emulator.pay(url.rsplit_once('/').unwrap().1, &Card::paying()).await.unwrap();
    app.until_available(&site.token, credits).await;
}

fn state(status: &Value) -> Value {
    json!({
        "planId": status["plan"]["id"],
        "status": status["subscription"]["status"],
        "billingCycle": status["subscription"]["billingCycle"],
        "available": status["credits"]["available"],
        "currentPeriodEnd": status["subscription"]["currentPeriodEnd"],
        "nextCycleAt": status["subscription"]["nextCycleAt"],
        "autoRenew": status["subscription"]["autoRenew"],
    })
}

async fn a_preview_of_an_upgrade_is_what_the_upgrade_then_does(app: TestApp) {
    let site = app.install().await;
    let steps = [
        ("starter", "MONTHLY", "purchase", 1_200),
        ("pro", "MONTHLY", "upgrade", 6_200),
        ("scale", "YEARLY", "upgrade", 31_200),
    ];
    for (plan, cycle, change, credits) in steps {
        let seen = preview(&app, &site, &format!("to={plan}&cycle={cycle}")).await;
        assert_eq!((&seen["change"], &seen["sold"]), (&json!(change), &json!(true)));
        assert_eq!(seen["before"], state(&app.status(&site.token).await));
        buy(&app, &site, plan, cycle, credits).await;
        assert_eq!(seen["after"], state(&app.status(&site.token).await));
    }
    app.finish().await;
}

async fn a_preview_of_the_way_down_names_the_day_and_what_stays(app: TestApp) {
    let site = app.install().await;
    buy(&app, &site, "pro", "MONTHLY", 5_200).await;
    let lower = preview(&app, &site, "to=starter").await;
    assert_eq!((&lower["change"], &lower["sold"]), (&json!("downgrade"), &json!(false)));
    assert_eq!(lower["refusal"]["error"], "downgrade_not_sold");
    assert_eq!(lower["takesEffectAt"], lower["before"]["currentPeriodEnd"]);
    assert_eq!(
        (&lower["after"]["planId"], &lower["after"]["available"]),
        (&json!("starter"), &json!(10_200))
    );
    let free = preview(&app, &site, "to=free").await;
    assert_eq!(
        (&free["change"], &free["after"]["planId"], &free["after"]["available"]),
        (&json!("to_free"), &json!("free"), &json!(200))
    );
    assert!(free["lines"][0].as_str().unwrap().contains("1 April 2027"), "{free}");
    // And so it comes.
    app.emulator.set_auto_renew(&site.instance_id, false).await.unwrap();
    app.advance(days(31)).await;
    app.until_available(&app.fresh(&site).token, 200).await;
    app.finish().await;
}

async fn a_longer_time_is_sold_and_a_shorter_one_is_not(app: TestApp) {
    let site = app.install().await;
    buy(&app, &site, "starter", "MONTHLY", 1_200).await;
    let longer = preview(&app, &site, "to=starter&cycle=YEARLY").await;
    assert_eq!(
        (&longer["change"], &longer["sold"], &longer["after"]["available"]),
        (&json!("longer_cycle"), &json!(true), &json!(1_200))
    );
    order(&app, &site, "starter", "MONTHLY").await.refused(ErrorCode::AlreadyOnPlan);
    let opened = order(&app, &site, "starter", "YEARLY").await.data().clone();
    let page = opened["checkoutUrl"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    assert_eq!(
        app.status(&site.token).await["openCheckout"]["checkoutId"],
        opened["checkoutId"],
        "it is not taken for done"
    );
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    let yearly =
        async || (app.status(&site.token).await["subscription"]["billingCycle"] == "YEARLY").then_some(());
    app.until("the year", yearly).await;
    assert_eq!(app.available(&site.token).await, 1_200);
    assert_eq!(app.status(&site.token).await["openCheckout"], Value::Null);
    for (plan, code) in [("starter", ErrorCode::BillingCycleNotSold), ("pro", ErrorCode::BillingCycleNotSold)]
    {
        order(&app, &site, plan, "MONTHLY").await.refused(code);
        let seen = preview(&app, &site, &format!("to={plan}&cycle=MONTHLY")).await;
        assert_eq!((&seen["sold"], &seen["refusal"]["error"]), (&json!(false), &json!(code.as_str())));
    }
    app.finish().await;
}

async fn a_preview_leaves_no_trace(app: TestApp) {
    let site = app.install().await;
    let entries = "SELECT count(*) FROM entries";
    let facts = "SELECT count(*) FROM facts";
    let before = (app.place.number(entries).await, app.place.number(facts).await);
    for query in ["to=scale", "to=free", "to=pro&cycle=YEARLY"] {
        preview(&app, &site, query).await;
    }
    // One that nobody has heard of is not made known by asking.
    let stranger = app.site("site-x", &"stranger-1".parse().unwrap());
    assert_eq!(preview(&app, &stranger, "to=pro").await["before"]["available"], 0);
    assert_eq!(app.place.number("SELECT count(*) FROM instances WHERE instance_id = 'stranger-1'").await, 0);
    assert_eq!((app.place.number(entries).await, app.place.number(facts).await), before);
    for odd in ["to=platinum", "to=starter-plan", "cycle=YEARLY", "to=pro&cycle=WEEKLY"] {
        let answer = app.get(&site.token, &format!("/api/v1/wix/billing/preview?{odd}")).await;
        answer.refused(ErrorCode::InvalidRequest);
    }
    app.finish().await;
}

/// Whatever is looked at: what the preview says is what the click then does.
async fn agree(app: &TestApp, site: &Site) {
    for plan in ["starter", "pro", "scale"] {
        for cycle in ["MONTHLY", "YEARLY"] {
            let seen = preview(app, site, &format!("to={plan}&cycle={cycle}")).await;
            let opened = order(app, site, plan, cycle).await;
            assert_eq!(seen["sold"], opened.status == 200, "{plan} {cycle}: {seen} {}", opened.text);
            if let Some(refusal) = seen["refusal"].as_object() {
                let said: Value = serde_json::from_str(&opened.text).unwrap();
                assert_eq!((&refusal["error"], &refusal["message"]), (&said["error"], &said["message"]));
            }
        }
    }
}

async fn a_preview_refuses_what_the_checkout_refuses_in_the_same_words(app: TestApp) {
    let site = app.install().await;
    agree(&app, &site).await;
    buy(&app, &site, "pro", "YEARLY", 5_200).await;
    agree(&app, &site).await;
    app.emulator.set_auto_renew(&site.instance_id, false).await.unwrap();
    app.settled().await;
    agree(&app, &site).await;
    let other = app.install().await;
    billing::set_source(app.app(), &other.instance_id, BillingSource::None).await.unwrap();
    agree(&app, &other).await;
    assert_eq!(preview(&app, &other, "to=starter").await["refusal"]["error"], "conflict");
    app.finish().await;
}

async fn who_pays_several_years_at_once_sees_what_a_year_costs(app: TestApp) {
    let site = app.install().await;
    let payload = json!({
        "operationTimeStamp": app.clock.now(), "vendorProductId": "pro", "cycle": "TWO_YEARS", "expiresOn": null,
        "invoiceId": "inv-1",
    });
    let word = signer().sign("PaidPlanPurchased", &site.instance_id, &payload, app.clock.now()).unwrap();
    app.deliver(word).await.data();
    app.until_available(&site.token, 5_200).await;
    let seen = preview(&app, &site, "to=scale").await;
    let yearly = preview(&app, &site, "to=scale&cycle=YEARLY").await;
    assert_eq!((&seen["price"], &seen["refusal"]), (&yearly["price"], &yearly["refusal"]));
    assert_eq!(seen["refusal"]["error"], "billing_cycle_not_sold");
    app.finish().await;
}
