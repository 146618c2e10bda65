//! Credits that are bought once.

use serde_json::{Value, json};
use wixapp_core::ErrorCode;
use wixapp_core::clock::Clock;
use wixapp_emulator::Card;
use wixapp_server::work::sweep;

use crate::app::{Site, TestApp, count, days, signer, together};
use crate::wire::Behaviour;

on_both!(
    a_top_up_is_given_once_for_each_invoice_and_survives_the_plan,
    a_dispute_that_was_won_gives_back_what_it_took_less_what_was_spent,
    fifty_paid_orders_and_fifty_spends_at_once_all_count_once,
    what_is_no_top_up_is_not_sold,
);

async fn order(app: &TestApp, site: &Site) -> (String, String) {
    let body = json!({ "topUpId": "pack-500" });
    let opened = app.post(&site.token, "/api/v1/wix/billing/top-ups/checkout-url", None, &body).await;
    let (id, url) = (&opened.data()["checkoutId"], &opened.data()["checkoutUrl"]);
    let (_, page) = url.as_str().unwrap().rsplit_once('/').unwrap();
    (id.as_str().unwrap().to_owned(), page.to_owned())
}

async fn a_top_up_is_given_once_for_each_invoice_and_survives_the_plan(app: TestApp) {
    let site = app.install().await;
    let listed = app.get(&site.token, "/api/v1/wix/billing/top-ups").await.data().clone();
    let pack = json!({ "id": "pack-500", "name": "500 credits", "credits": 500, "price": "5.00", "translations": {} });
    assert_eq!(listed, json!({ "currency": "USD", "topUps": [pack] }));
    for n in 1..=2 {
        let (checkout, page) = order(&app, &site).await;
        app.emulator.pay(&page, &Card::paying()).await.unwrap();
        app.until_available(&site.token, 200 + n * 500).await;
        let told = app.get(&site.token, &format!("/api/v1/wix/billing/checkout/{checkout}")).await;
        assert_eq!(
            (&told.data()["status"], &told.data()["planId"]),
            (&json!("completed"), &json!("pack-500"))
        );
        // The same webhook again is the same invoice.
        let sent = app.emulator.deliveries().pop().unwrap();
        app.emulator.resend(sent.delivery_id.as_str(), 3).await.unwrap();
        app.settled().await;
        assert_eq!(app.available(&site.token).await, 200 + n * 500);
    }
    // What was paid a moment ago is not what the next checkout is for.
    let (checkout, _) = order(&app, &site).await;
    sweep::one(app.app(), &site.instance_id).await.unwrap();
    app.settled().await;
    let told = app.get(&site.token, &format!("/api/v1/wix/billing/checkout/{checkout}")).await;
    assert_eq!(told.data()["status"], "open");
    assert_eq!(app.status(&site.token).await["plan"]["id"], "free");
    let (_, page) = app.checkout(&site, "starter").await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    app.until_available(&site.token, 2_200).await;
    // With a paid plan it is paid today all the same, and begins at once.
    let (_, page) = order(&app, &site).await;
    let shown = app.emulator.checkout(&page).unwrap();
    assert_eq!((shown.begins_at, shown.due_today.as_str()), (None, "5.00"));
    app.emulator.set_auto_renew(&site.instance_id, false).await.unwrap();
    app.advance(days(32)).await;
    app.until_available(&app.fresh(&site).token, 1_200).await;
    let pools = app.status(&app.fresh(&site).token).await["credits"]["byPool"].clone();
    assert_eq!(pools, json!({ "plan": 200, "purchased": 1_000, "promo": 0 }));
    app.finish().await;
}

async fn a_dispute_that_was_won_gives_back_what_it_took_less_what_was_spent(app: TestApp) {
    let site = app.install().await;
    let say = async |event: &str, payload: Value| {
        // What is said of an invoice within two days may be the same word, signed anew: a dispute takes longer.
        app.clock.advance(days(3));
        let body = signer().sign(event, &site.instance_id, &payload, app.clock.now()).unwrap();
        app.deliver(body).await.data();
        app.settled().await;
        let credits = app.status(&app.fresh(&site).token).await["credits"].clone();
        (credits["available"].as_i64().unwrap(), credits["debt"].as_i64().unwrap())
    };
    let bought = json!({ "operationTimeStamp": app.clock.now(), "vendorProductId": "pack-500", "cycle": "ONE_TIME",
        "invoiceId": "inv-t" });
    assert_eq!(say("PaidPlanPurchased", bought).await, (700, 0));
    // 200 free credits, and 100 of the top-up.
    app.spend(&app.fresh(&site), "s-1", 300).await.data();
    // What Wix says of an invoice is the same text each time.
    let course = [("PAID", 400, 0), ("CHARGEDBACK", 0, 100), ("PAID", 400, 0), ("CHARGEDBACK", 0, 100)];
    for (status, available, debt) in course {
        let payload = json!({ "status": status, "invoiceId": "inv-t", "instanceId": site.instance_id, "recurring": false });
        assert_eq!(say("InvoiceStatusUpdated", payload).await, (available, debt), "{status}");
    }
    app.finish().await;
}

async fn fifty_paid_orders_and_fifty_spends_at_once_all_count_once(app: TestApp) {
    let site = app.install().await;
    let order = |n: i64| {
        let payload = json!({ "operationTimeStamp": app.clock.now(), "vendorProductId": "pack-500", "cycle": "ONE_TIME",
            "invoiceId": format!("inv-{n}") });
        signer().sign("PaidPlanPurchased", &site.instance_id, &payload, app.clock.now()).unwrap()
    };
    // Each order is told twice, as Wix does when an answer is late.
    let orders: Vec<_> = (0..100).map(|n| order(n / 2)).collect();
    let told = together(orders.into_iter().map(|body| app.deliver(body)));
    let names: Vec<String> = (0..50).map(|n| format!("s-{n}")).collect();
    let spent = together(names.iter().map(|name| app.spend(&site, name, 1)));
    let (told, spent) = tokio::join!(told, spent);
    assert_eq!((count(&told, 200), count(&spent, 200)), (100, 50));
    app.until_available(&site.token, 200 + 50 * 500 - 50).await;
    app.settled().await;
    assert_eq!(app.available(&site.token).await, 200 + 50 * 500 - 50);
    app.finish().await;
}

async fn what_is_no_top_up_is_not_sold(app: TestApp) {
    let site = app.install().await;
    for id in ["starter", "pack", "PACK-500"] {
        let body = json!({ "topUpId": id });
        let answer = app.post(&site.token, "/api/v1/wix/billing/top-ups/checkout-url", None, &body).await;
        assert!(answer.refused(ErrorCode::InvalidRequest)["hint"].as_str().unwrap().contains("top-ups"));
    }
    app.to_wix.set(Behaviour::Answer(404));
    let body = json!({ "topUpId": "pack-500" });
    let answer = app.post(&site.token, "/api/v1/wix/billing/top-ups/checkout-url", None, &body).await;
    answer.refused(ErrorCode::Forbidden);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}
