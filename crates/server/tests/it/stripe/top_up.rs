//! Credits that are bought once, through Stripe.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::{BillingSource, ErrorCode};

use super::{Stage, on_both_and_both};
use crate::answer::Answer;
use crate::app::{Site, hours};

on_both_and_both!(
    a_top_up_is_given_once_for_each_payment,
    a_top_up_is_bought_beside_a_plan_and_outlives_it,
    a_payment_that_comes_late_counts_when_it_is_there,
    a_coupon_that_leaves_nothing_to_pay_gives_the_credits_once,
    a_refund_takes_a_top_up_back_once_and_books_what_was_spent_as_debt,
    a_refund_that_overtakes_the_purchase_leaves_nothing,
    a_dispute_that_overtakes_the_purchase_leaves_nothing,
    a_dispute_takes_back_when_money_is_taken_and_gives_back_when_it_is_won,
    whose_a_dispute_is_stripe_is_asked_when_no_event_of_the_purchase_came,
    a_payer_who_comes_back_gets_what_was_paid_although_every_event_is_lost,
    what_was_paid_on_a_page_that_another_takes_the_place_of_is_not_lost,
    what_has_no_price_at_stripe_is_not_sold,
);

const LIST: &str = "/api/v1/wix/billing/top-ups";

impl Stage {
    async fn top_up_url(&self, site: &Site, id: &str) -> Answer {
        let path = "/api/v1/wix/billing/top-ups/checkout-url";
        self.app.post(&self.app.fresh(site).token, path, None, &json!({ "topUpId": id })).await
    }

    /// Opens a page for 500 credits; gives our id of the checkout and Stripe's.
    async fn order(&self, site: &Site) -> (String, String) {
        let opened = self.top_up_url(site, "pack-500").await.data().clone();
        let (page, id) = opened["checkoutUrl"].as_str().unwrap().rsplit_once('/').unwrap();
        assert_eq!(page, "https://checkout.stripe.com/c/pay");
        (opened["checkoutId"].as_str().unwrap().to_owned(), id.to_owned())
    }

    async fn until_available(&self, site: &Site, credits: i64) {
        self.app.until_available(&self.app.fresh(site).token, credits).await;
    }

    async fn credits(&self, site: &Site) -> Value {
        self.app.status(&self.app.fresh(site).token).await["credits"].clone()
    }

    async fn checkout_status(&self, site: &Site, checkout_id: &str) -> Value {
        let path = format!("/api/v1/wix/billing/checkout/{checkout_id}");
        self.app.get(&self.app.fresh(site).token, &path).await.data()["status"].clone()
    }
}

async fn a_top_up_is_given_once_for_each_payment(stage: Stage) {
    let site = stage.app.install().await;
    for n in 1..=2 {
        let (checkout_id, session) = stage.order(&site).await;
        let made = stage.stripe.session(&session);
        assert_eq!(
            (&made["mode"], &made["metadata"]["wixapp_plan_id"]),
            (&json!("payment"), &json!("pack-500"))
        );
        assert_eq!(
            made["payment_intent_data"]["metadata"], made["metadata"],
            "a refund must say whose it is"
        );
        assert_eq!(stage.checkout_status(&site, &checkout_id).await, "open");
        let events = stage.stripe.pay_once(&session);
        for _ in 0..3 {
            stage.deliver_all(&events).await;
            stage.app.settled().await;
            assert_eq!(stage.credits(&site).await["available"], 200 + n * 500);
        }
        assert_eq!(stage.checkout_status(&site, &checkout_id).await, "completed");
    }
    let pools = stage.credits(&site).await["byPool"].clone();
    assert_eq!(pools, json!({ "plan": 200, "purchased": 1_000, "promo": 0 }));
    assert_eq!(stage.standing(&site).await.0, "free");
    let keys = "SELECT count(*) FROM entries WHERE business_key LIKE 'topup:pi_%'";
    assert_eq!(stage.app.place.number(keys).await, 2);
    stage.app.finish().await;
}

async fn a_top_up_is_bought_beside_a_plan_and_outlives_it(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    let (_, session) = stage.order(&site).await;
    let customer = stage.stripe.customer(&subscription);
    assert_eq!(stage.stripe.session(&session)["customer"], customer, "the payer is known");
    stage.deliver_all(&stage.stripe.pay_once(&session)).await;
    stage.until_standing(&site, "starter", "active", 1_700).await;
    stage.deliver(&stage.stripe.end(&subscription)).await.data();
    stage.until_standing(&site, "free", "free", 700).await;
    assert_eq!(stage.credits(&site).await["byPool"]["purchased"], 500);
    stage.app.finish().await;
}

async fn a_payment_that_comes_late_counts_when_it_is_there(stage: Stage) {
    let site = stage.app.install().await;
    let (checkout_id, session) = stage.order(&site).await;
    stage.deliver_all(&stage.stripe.pay_later(&session)).await;
    stage.app.settled().await;
    assert_eq!(stage.credits(&site).await["available"], 200);
    stage.app.clock.advance(hours(20));
    let arrived = stage.stripe.payment_arrives(&session);
    stage.deliver_all(&arrived).await;
    stage.deliver_all(&arrived).await;
    stage.until_available(&site, 700).await;
    assert_eq!(stage.checkout_status(&site, &checkout_id).await, "completed");
    stage.app.finish().await;
}

async fn a_coupon_that_leaves_nothing_to_pay_gives_the_credits_once(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.order(&site).await;
    let free = stage.stripe.pay_nothing(&session);
    stage.deliver_all(&free).await;
    stage.deliver_all(&free).await;
    stage.until_available(&site, 700).await;
    let path = format!("/api/v1/wix/billing/checkout/{}/return", stage.order(&site).await.0);
    stage.app.post(&site.token, &path, None, &json!({})).await.data();
    stage.app.settled().await;
    assert_eq!(stage.credits(&site).await["available"], 700);
    stage.app.finish().await;
}

/// Bought, and 600 of 700 credits spent: the 200 free ones and 400 that were paid for, or the other way round.
async fn a_refund_takes_a_top_up_back_once_and_books_what_was_spent_as_debt(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.order(&site).await;
    stage.deliver_all(&stage.stripe.pay_once(&session)).await;
    stage.until_available(&site, 700).await;
    stage.app.spend(&stage.app.fresh(&site), "s-1", 600).await.data();
    let left = stage.credits(&site).await["byPool"]["purchased"].as_i64().unwrap();
    let other = 100 - left;
    let (refund, dispute) = (stage.stripe.refund_payment(&session), stage.stripe.dispute_payment(&session));
    for event in [&refund, &refund, &dispute, &dispute] {
        stage.deliver(event).await.data();
        stage.app.settled().await;
        let credits = stage.credits(&site).await;
        // What the purchase gave and was spent is owed, as far as nothing else is left to pay it with.
        let (available, debt) = (credits["available"].as_i64().unwrap(), credits["debt"].as_i64().unwrap());
        assert_eq!(available - debt, 100 - 500, "{credits} after {event}");
        assert!(available == 0 || available == other, "{credits}");
    }
    let reversals = "SELECT count(*) FROM entries WHERE business_key LIKE 'reversal:topup:pi_%' \
                     AND business_key NOT LIKE '%:debt%'";
    assert_eq!(stage.app.place.number(reversals).await, i64::from(left > 0));
    stage.app.finish().await;
}

async fn a_refund_that_overtakes_the_purchase_leaves_nothing(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.order(&site).await;
    let bought = stage.stripe.pay_once(&session);
    let refund = stage.stripe.refund_payment(&session);
    stage.deliver(&refund).await.data();
    stage.app.settled().await;
    stage.deliver_all(&bought).await;
    stage.app.settled().await;
    let credits = stage.credits(&site).await;
    assert_eq!((&credits["available"], &credits["debt"]), (&json!(200), &json!(0)));
    let parked = "SELECT count(*) FROM facts WHERE state = 'parked'";
    assert_eq!(stage.app.place.number(parked).await, 0);
    stage.app.finish().await;
}

async fn a_dispute_that_overtakes_the_purchase_leaves_nothing(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.order(&site).await;
    let bought = stage.stripe.pay_once(&session);
    stage.deliver(&stage.stripe.dispute_payment(&session)).await.data();
    let waiting = "SELECT count(*) FROM stripe_events WHERE state = 'waiting'";
    assert_eq!(stage.app.place.number(waiting).await, 1);
    stage.deliver_all(&bought).await;
    stage
        .app
        .until("nothing waits", async || (stage.app.place.number(waiting).await == 0).then_some(()))
        .await;
    stage.app.settled().await;
    let credits = stage.credits(&site).await;
    assert_eq!((&credits["available"], &credits["debt"]), (&json!(200), &json!(0)));
    stage.app.finish().await;
}

async fn a_dispute_takes_back_when_money_is_taken_and_gives_back_when_it_is_won(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.order(&site).await;
    stage.deliver_all(&stage.stripe.pay_once(&session)).await;
    stage.until_available(&site, 700).await;
    // 200 free credits, and 100 of the top-up.
    stage.app.spend(&site, "s-1", 300).await.data();
    let course = [
        ("created", "warning_needs_response", 400, 0),
        ("updated", "needs_response", 0, 100),
        ("funds_withdrawn", "under_review", 0, 100),
        ("closed", "won", 400, 0),
        ("funds_reinstated", "won", 400, 0),
    ];
    for (what, status, available, debt) in course {
        stage.app.clock.advance(SignedDuration::from_secs(60));
        stage.deliver(&stage.stripe.tell_of_dispute(&session, what, status)).await.data();
        stage.app.settled().await;
        let credits = stage.credits(&site).await;
        assert_eq!((&credits["available"], &credits["debt"]), (&json!(available), &json!(debt)), "{what}");
    }
    stage.app.finish().await;
}

async fn whose_a_dispute_is_stripe_is_asked_when_no_event_of_the_purchase_came(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.order(&site).await;
    let bought = stage.stripe.pay_once(&session);
    stage.deliver(&stage.stripe.dispute_payment(&session)).await.data();
    stage.app.clock.advance(SignedDuration::from_secs(31));
    let told = "SELECT count(*) FROM facts WHERE event_type = 'charge.dispute.created'";
    stage
        .app
        .until("the dispute is taken", async || (stage.app.place.number(told).await == 1).then_some(()))
        .await;
    stage.deliver_all(&bought).await;
    stage.app.settled().await;
    assert_eq!(stage.credits(&site).await["available"], 200);
    stage.app.finish().await;
}

async fn a_payer_who_comes_back_gets_what_was_paid_although_every_event_is_lost(stage: Stage) {
    let site = stage.app.install().await;
    let (checkout_id, session) = stage.order(&site).await;
    let lost = stage.stripe.pay_once(&session);
    let path = format!("/api/v1/wix/billing/checkout/{checkout_id}/return");
    stage.app.post(&site.token, &path, None, &json!({})).await.data();
    stage.until_available(&site, 700).await;
    assert_eq!(stage.checkout_status(&site, &checkout_id).await, "completed");
    // Asking again, and the events that come after all, say nothing new; also not of the next checkout.
    let (next_id, _) = stage.order(&site).await;
    for _ in 0..2 {
        stage.app.clock.advance(SignedDuration::from_secs(10));
        stage.app.post(&site.token, &path, None, &json!({})).await.data();
        stage.deliver_all(&lost).await;
        stage.app.settled().await;
        assert_eq!(stage.credits(&site).await["available"], 700);
        assert_eq!(stage.checkout_status(&site, &next_id).await, "open");
    }
    stage.app.finish().await;
}

async fn what_was_paid_on_a_page_that_another_takes_the_place_of_is_not_lost(stage: Stage) {
    let site = stage.app.install().await;
    let (_, first) = stage.order(&site).await;
    stage.stripe.pay_once(&first);
    let (_, second) = stage.order(&site).await;
    stage.until_available(&site, 700).await;
    stage.deliver_all(&stage.stripe.pay_once(&second)).await;
    stage.until_available(&site, 1_200).await;
    stage.app.finish().await;
}

async fn what_has_no_price_at_stripe_is_not_sold(stage: Stage) {
    let site = stage.app.install().await;
    let listed = async || stage.app.get(&site.token, LIST).await.data()["topUps"].clone();
    let pack = json!({ "id": "pack-500", "name": "500 credits", "credits": 500, "price": "5.00", "translations": {} });
    assert_eq!(listed().await, json!([pack]));
    stage.top_up_url(&site, "pack-9").await.refused(ErrorCode::InvalidRequest);
    let now = wixapp_core::clock::Clock::now(&stage.app.clock);
    let store = stage.app.app().store.clone();
    store.set_billing_source(&site.instance_id, BillingSource::None, now).await.unwrap();
    assert_eq!(listed().await, json!([]));
    stage.top_up_url(&site, "pack-500").await.refused(ErrorCode::Conflict);
    assert_eq!(stage.stripe.session_count(), 0);
    stage.app.finish().await;
}
