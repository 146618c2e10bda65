//! Coupons and free trials in the checkout.

use serde_json::{Value, json};
use wixapp_core::id::InstanceId;
use wixapp_emulator::view::{Checkout, Invoice, PlanStatus};
use wixapp_emulator::{AppSettings, Card, CheckoutOrder, Coupon};

use crate::stage::{Reply, Stage, at, hours};

async fn with_trial(days: u16) -> (Stage, InstanceId) {
    let stage = Stage::new().await;
    let settings = AppSettings { trial_days: Some(days), ..AppSettings::default() };
    stage.emulator.set_settings(settings).unwrap();
    let instance = stage.install().await;
    (stage, instance)
}

async fn put(stage: &Stage, checkout: &Checkout, code: Value) -> Reply {
    stage.post(&format!("/_emulator/checkout/{}/coupon", checkout.token), &json!({ "code": code })).await
}

fn invoices(stage: &Stage, instance: &InstanceId) -> Vec<Invoice> {
    stage.emulator.invoices(instance).unwrap()
}

fn status(stage: &Stage) -> PlanStatus {
    stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap().status
}

#[tokio::test]
async fn a_coupon_makes_the_first_payment_cheaper_and_no_other() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    let shown = put(&stage, &checkout, json!(" welcome20 ")).await;
    assert_eq!((&shown.json["price"], &shown.json["dueToday"]), (&json!("9.00"), &json!("7.20")));
    assert_eq!(shown.json["coupon"]["name"], "Welcome 20 %");
    assert_eq!(put(&stage, &checkout, json!(null)).await.json["dueToday"], "9.00", "taken off again");
    put(&stage, &checkout, json!("WELCOME20")).await;
    stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
    assert_eq!(stage.last_payload()["couponName"], "Welcome 20 %");
    stage.emulator.advance(hours(24 * 28)).await.unwrap();
    let paid: Vec<_> =
        invoices(&stage, &instance).into_iter().map(|one| (one.price, one.coupon_name)).collect();
    assert_eq!(paid, [("9.00".to_owned(), None), ("7.20".to_owned(), Some("Welcome 20 %".to_owned()))]);
}

#[tokio::test]
async fn the_app_names_a_coupon_and_an_unknown_one_changes_nothing() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let order = |code: &str| CheckoutOrder {
        product_id: "pro".to_owned(),
        coupon_code: Some(code.to_owned()),
        ..CheckoutOrder::default()
    };
    let known = stage.emulator.open_checkout(&instance, order("GIFT100")).unwrap();
    assert_eq!(known.due_today, "0.00");
    let unknown = stage.emulator.open_checkout(&instance, order("NO-SUCH")).unwrap();
    assert_eq!((unknown.due_today.as_str(), unknown.coupon), ("29.00", None));
    let refused = put(&stage, &known, json!("NO-SUCH")).await;
    assert_eq!((refused.status, refused.code()), (422, "unknown_coupon"));
    assert_eq!(stage.emulator.checkout(&known.token).unwrap().due_today, "0.00", "the old one stays");
    stage.emulator.pay(&known.token, &Card::paying()).await.unwrap();
    assert_eq!(put(&stage, &known, json!(null)).await.code(), "checkout_paid");
}

#[tokio::test]
async fn coupons_are_added_and_replaced_by_code() {
    let stage = Stage::new().await;
    let coupon = |code: &str, percent| json!({ "code": code, "name": "Spring", "percentOff": percent });
    stage.post("/_emulator/coupons", &coupon("SPRING", 10)).await;
    let listed = stage.post("/_emulator/coupons", &coupon("spring", 50)).await;
    assert_eq!(listed.json["coupons"].as_array().unwrap().len(), 3);
    assert_eq!(stage.get("/_emulator/coupons").await, listed);
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "YEARLY");
    assert_eq!(put(&stage, &checkout, json!("SPRING")).await.json["dueToday"], "45.00");
    for (code, name, percent) in
        [("", "a", 10), ("a b", "a", 10), ("a", " ", 10), ("a", "a", 0), ("a", "a", 101)]
    {
        let body = json!({ "code": code, "name": name, "percentOff": percent });
        assert_eq!(stage.post("/_emulator/coupons", &body).await.code(), "invalid_request", "{body}");
    }
    for n in 3..100 {
        let coupon = Coupon { code: format!("C{n}"), name: "More".to_owned(), percent_off: 1 };
        stage.emulator.put_coupon(coupon).unwrap();
    }
    assert_eq!(stage.post("/_emulator/coupons", &coupon("ONE-MORE", 10)).await.code(), "too_many");
    assert_eq!(stage.post("/_emulator/coupons", &coupon("SPRING", 10)).await.status, 200);
}

#[tokio::test]
async fn a_trial_costs_nothing_today_and_is_paid_when_it_ends() {
    let (stage, instance) = with_trial(14).await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    assert_eq!((checkout.trial_days, checkout.due_today.as_str()), (Some(14), "0.00"));
    put(&stage, &checkout, json!("WELCOME20")).await;
    stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
    assert_eq!(status(&stage), PlanStatus::Trial);
    let seen = stage.app_instance(&instance).await["instance"].clone();
    assert_eq!(seen["freeTrialAvailable"], false);
    assert_eq!(
        seen["billing"]["freeTrialInfo"],
        json!({ "status": "IN_PROGRESS", "endDate": "2027-02-14T08:00:00.000Z" })
    );
    stage.emulator.advance(hours(24 * 14)).await.unwrap();
    assert_eq!(stage.event_types().last().unwrap(), "PlanConvertedToPaid");
    assert_eq!(status(&stage), PlanStatus::Active);
    let paid: Vec<_> =
        invoices(&stage, &instance).into_iter().map(|one| (one.price, one.coupon_name)).collect();
    let welcome = Some("Welcome 20 %".to_owned());
    assert_eq!(
        paid,
        [("7.20".to_owned(), welcome), ("0.00".to_owned(), None)],
        "the first payment is cheaper"
    );
    let seen = stage.app_instance(&instance).await["instance"].clone();
    assert_eq!(seen["billing"]["freeTrialInfo"]["status"], "ENDED");
}

#[tokio::test]
async fn an_install_has_one_trial() {
    let (stage, instance) = with_trial(7).await;
    let (first, second) =
        (stage.order(&instance, "starter", "MONTHLY"), stage.order(&instance, "pro", "MONTHLY"));
    stage.emulator.pay(&first.token, &Card::paying()).await.unwrap();
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    assert_eq!(stage.last_payload()["cancelledDuringFreeTrial"], "DURING_FREE_TRIAL");
    assert_eq!(status(&stage), PlanStatus::Expired, "a cancelled trial is over at once");
    let third = stage.order(&instance, "starter", "MONTHLY");
    assert_eq!((third.trial_days, third.due_today.as_str()), (None, "9.00"));
    stage.emulator.pay(&second.token, &Card::paying()).await.unwrap();
    assert_eq!(status(&stage), PlanStatus::Active, "the offer on the older page is gone too");
}

#[tokio::test]
async fn a_trial_whose_card_declines_waits_for_its_first_payment() {
    let (stage, instance) = with_trial(7).await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    put(&stage, &checkout, json!("WELCOME20")).await;
    stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
    stage.emulator.set_card_fails(&instance, true).unwrap();
    stage.emulator.advance(hours(24 * 8)).await.unwrap();
    assert_eq!(status(&stage), PlanStatus::Unpaid);
    let open = invoices(&stage, &instance).remove(0);
    assert_eq!((open.price.as_str(), open.coupon_name.as_deref()), ("7.20", Some("Welcome 20 %")));
    stage.emulator.pay_invoice(&open.invoice_id).await.unwrap();
    let plan = stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap();
    assert_eq!((plan.status, plan.period_end), (PlanStatus::Active, at("2027-03-07T08:00:00Z")));
    assert_eq!(invoices(&stage, &instance).len(), 2);
}
