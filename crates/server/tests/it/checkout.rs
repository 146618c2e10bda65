//! Buying: what is sold, what a return from the checkout page proves (nothing), and how a checkout ends.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::ErrorCode;
use wixapp_emulator::Card;
use wixapp_platform::{AppSecret, InstanceClaims, instance_token};

use crate::app::{SECRET, Site, TestApp, days, hours, together};
use crate::wire::Behaviour;

async fn buy(app: &TestApp, site: &Site, plan: &str, credits: i64) {
    let (_, page) = app.checkout(site, plan).await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    app.until_available(&site.token, credits).await;
}

async fn checkout_url(app: &TestApp, site: &Site, plan: &str) -> crate::answer::Answer {
    let body = json!({ "planId": plan, "billingCycle": "MONTHLY" });
    app.post(&site.token, "/api/v1/wix/billing/checkout-url", None, &body).await
}

async fn come_back(app: &TestApp, site: &Site, checkout_id: &str) -> crate::answer::Answer {
    let path = format!("/api/v1/wix/billing/checkout/{checkout_id}/return");
    app.post(&site.token, &path, None, &json!({})).await
}

async fn show(app: &TestApp, site: &Site, checkout_id: &str) -> serde_json::Value {
    app.get(&site.token, &format!("/api/v1/wix/billing/checkout/{checkout_id}")).await.data().clone()
}

#[tokio::test]
async fn only_a_higher_plan_is_sold() {
    let app = TestApp::start().await;
    let site = app.install().await;
    for plan in ["free", "platinum", "Starter", "starter-plan"] {
        let refusal = checkout_url(&app, &site, plan).await;
        assert!(
            refusal.refused(ErrorCode::InvalidRequest)["hint"].as_str().unwrap().contains("starter, pro")
        );
    }
    buy(&app, &site, "pro", 5_200).await;
    let before = app.place.dump();
    // What is wrong with a request is said before what stands against it.
    for wrong in
        [json!({ "couponCode": "" }), json!({ "countryCode": "USA" }), json!({ "languageCode": "e" })]
    {
        let mut plan = json!({ "planId": "starter", "billingCycle": "MONTHLY" });
        let mut top_up = json!({ "topUpId": "unknown" });
        for body in [&mut plan, &mut top_up] {
            body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        }
        let field = wrong.as_object().unwrap().keys().next().unwrap().clone();
        for (path, body) in [("checkout-url", plan), ("top-ups/checkout-url", top_up)] {
            let path = format!("/api/v1/wix/billing/{path}");
            let refusal = app.post(&site.token, &path, None, &body).await;
            let message = refusal.refused(ErrorCode::InvalidRequest)["message"].to_string();
            assert!(message.contains(&field), "{path}: {message}");
        }
    }
    checkout_url(&app, &site, "pro").await.refused(ErrorCode::AlreadyOnPlan);
    let lower = checkout_url(&app, &site, "starter").await;
    assert!(lower.refused(ErrorCode::DowngradeNotSold)["message"].as_str().unwrap().contains("Pro"));
    assert_eq!(app.place.dump(), before);
    assert_eq!(checkout_url(&app, &site, "scale").await.status, 200);
    let plans = app.get(&site.token, "/api/v1/wix/billing/plans").await.data().clone();
    let actions: Vec<_> =
        plans["plans"].as_array().unwrap().iter().map(|plan| plan["action"].clone()).collect();
    assert_eq!(actions, ["downgrade", "downgrade", "current", "upgrade"]);
    app.finish().await;
}

#[tokio::test]
async fn a_plan_that_is_agreed_on_in_person_is_not_sold() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plans.toml");
    let custom = wixapp_core::catalog::Catalog::standard();
    assert!(custom.plans().iter().all(|plan| !plan.custom), "the standard plans are all on sale");
    std::fs::write(&file, PLANS).unwrap();
    let place = wixapp_place::Place::sqlite();
    let app = TestApp::with(place, |config| config.plans.catalog = Some(file.display().to_string())).await;
    let site = app.install().await;
    checkout_url(&app, &site, "enterprise").await.refused(ErrorCode::InvalidRequest);
    let plans = app.get(&site.token, "/api/v1/wix/billing/plans").await.data().clone();
    assert_eq!(plans["plans"][2]["action"], "contact");
    assert_eq!(
        (&plans["plans"][2]["priceMonthly"], &plans["plans"][3]["priceMonthly"]),
        (&json!("999.00"), &json!(null))
    );
    let open = app.get("", "/api/v1/wix/billing/public-plans").await.data().clone();
    let [free, starter, _, corp] = [0, 1, 2, 3].map(|index| &open["plans"][index]);
    assert_eq!((&free["creditsOnce"], &starter["creditsOnce"]), (&json!(true), &json!(false)));
    assert_eq!(
        (&corp["custom"], &corp["priceYearly"], &free["priceYearly"]),
        (&json!(true), &json!(null), &json!("0.00"))
    );
    app.finish().await;
}

#[tokio::test]
async fn a_forged_return_changes_nothing() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let (checkout_id, _) = app.checkout(&site, "scale").await;
    let query = format!("payment=success&plan=scale&checkout={checkout_id}");
    app.get(&site.token, &format!("/api/v1/wix/user/status?{query}")).await.data();
    let forged = format!("/api/v1/wix/billing/checkout/{checkout_id}/return?{query}");
    let answer = app.post(&site.token, &forged, None, &json!({})).await;
    assert_eq!(answer.data()["status"], "open");
    let asked = || (app.to_wix.count("/apps/v1/instance") > 0).then_some(());
    app.until("Wix is asked", async || asked()).await;
    app.settled().await;
    let status = app.status(&site.token).await;
    assert_eq!((&status["plan"]["id"], &status["credits"]["available"]), (&json!("free"), &json!(200)));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_returns_are_one_question_in_five_seconds() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let (checkout_id, _) = app.checkout(&site, "starter").await;
    for round in 1..=2 {
        for _ in 0..10 {
            let answers = together((0..50).map(|_| come_back(&app, &site, &checkout_id))).await;
            assert!(answers.iter().all(|answer| answer.status == 200));
        }
        let enough = || (app.to_wix.count("/apps/v1/instance") >= round).then_some(());
        app.until("Wix is asked", async || enough()).await;
        assert_eq!(app.to_wix.count("/apps/v1/instance"), round);
        app.clock.advance(SignedDuration::from_secs(5));
    }
    assert_eq!(app.available(&site.token).await, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_payer_who_comes_back_gets_what_was_paid_although_the_webhook_is_lost() {
    let app = TestApp::start().await;
    let site = app.install().await;
    app.to_app.set(Behaviour::Say(json!({})));
    let (checkout_id, page) = app.checkout(&site, "starter").await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    assert_eq!(app.available(&site.token).await, 200);
    come_back(&app, &site, &checkout_id).await.data();
    app.until_available(&site.token, 1_200).await;
    assert_eq!(show(&app, &site, &checkout_id).await["status"], "completed");
    // The webhook comes after all, and says nothing new.
    app.to_app.set(Behaviour::PassOn);
    let lost = app.emulator.deliveries().pop().unwrap();
    app.emulator.resend(lost.delivery_id.as_str(), 1).await.unwrap();
    app.settled().await;
    assert_eq!(app.available(&site.token).await, 1_200);
    app.finish().await;
}

#[tokio::test]
async fn a_checkout_that_was_dismissed_and_paid_all_the_same_counts() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let (checkout_id, page) = app.checkout(&site, "starter").await;
    let path = format!("/api/v1/wix/billing/checkout/{checkout_id}/dismiss");
    let dismissed = app.post(&site.token, &path, None, &json!({})).await;
    assert_eq!(dismissed.data()["status"], "dismissed");
    assert_eq!(app.status(&site.token).await["openCheckout"], json!(null));
    app.to_app.set(Behaviour::Say(json!({})));
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    come_back(&app, &site, &checkout_id).await.data();
    app.until_available(&site.token, 1_200).await;
    app.finish().await;
}

#[tokio::test]
async fn a_checkout_expires_after_48_hours_and_a_new_one_ends_the_old() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let (first, _) = app.checkout(&site, "starter").await;
    let (second, _) = app.checkout(&site, "pro").await;
    assert_eq!(show(&app, &site, &first).await["status"], "dismissed");
    app.advance(hours(48) - SignedDuration::from_millis(1)).await;
    let site = app.fresh(&site);
    assert_eq!(app.status(&site.token).await["openCheckout"]["checkoutId"], second);
    app.advance(SignedDuration::from_millis(1)).await;
    assert_eq!(show(&app, &site, &second).await["status"], "expired");
    assert_eq!(app.status(&site.token).await["openCheckout"], json!(null));
    app.finish().await;
}

#[tokio::test]
async fn after_paying_a_payer_can_only_land_in_wixs_dashboard() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let dashboard = app.app().config.wix.dashboard_url.clone();
    let odd = [
        Some("../../evil"),
        Some("https://evil.example"),
        Some("@evil.example"),
        Some("a b"),
        Some(""),
        Some("x?y=z#"),
        None,
    ];
    for meta_site_id in odd {
        let claims = InstanceClaims {
            meta_site_id: meta_site_id.map(str::to_owned),
            ..app.claims(&site.site_id, &site.instance_id)
        };
        let token = instance_token::sign(&claims, &AppSecret::new(SECRET).unwrap());
        let (_, page) = app.checkout(&Site { token, ..site.clone() }, "starter").await;
        let back = app.emulator.pay(&page, &Card::declined()).await.unwrap_err();
        assert_eq!(back.code(), Some("card_declined"));
        let cancel = app.emulator.checkout(&page).unwrap().cancel_url;
        assert!(cancel.starts_with(&dashboard), "{cancel}");
        let back = app.emulator.pay(&page, &Card::paying()).await.unwrap();
        let expected = format!("{dashboard}/account/sites?payment=success&checkout=chk_");
        assert!(back.starts_with(&expected), "{meta_site_id:?}: {back}");
        app.emulator.set_auto_renew(&site.instance_id, false).await.unwrap();
        app.advance(days(31)).await;
        return_to_free(&app, &site).await;
    }
    app.finish().await;
}

async fn return_to_free(app: &TestApp, site: &Site) {
    app.until("the free plan", async || {
        (app.status(&app.fresh(site).token).await["plan"]["id"] == "free").then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_wix_refuses_of_a_checkout_is_the_callers_to_change() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let before = app.place.dump();
    // The token for the call is in the cache after the first; then only the checkout itself is refused.
    app.app().wix.access_token(&site.instance_id).await.unwrap();
    for (status, code) in [
        (400, ErrorCode::InvalidRequest),
        (422, ErrorCode::InvalidRequest),
        (403, ErrorCode::Forbidden),
        (404, ErrorCode::Forbidden),
    ] {
        app.to_wix.set(Behaviour::Answer(status));
        checkout_url(&app, &site, "starter").await.refused(code);
    }
    app.expect_status(502);
    for behaviour in
        [Behaviour::Answer(500), Behaviour::Answer(429), Behaviour::Say(json!({ "checkoutUrl": 7 }))]
    {
        app.to_wix.set(behaviour);
        let answer = checkout_url(&app, &site, "starter").await;
        assert_eq!((answer.status, answer.code()), (502, "wix_unavailable"), "{}", answer.text);
    }
    assert_eq!(app.place.dump(), before);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

const PLANS: &str = r#"
name = "test"
version = "test-1"
currency = "USD"

[[plan]]
id = "free"
name = "Free"
rank = 0
credits = 200

[[plan]]
id = "starter"
name = "Starter"
rank = 1
credits = 1000
vendor_product_ids = ["starter"]
price_monthly = "9.00"
price_yearly = "90.00"

[[plan]]
id = "enterprise"
name = "Enterprise"
rank = 2
credits = 100000
vendor_product_ids = ["enterprise"]
price_monthly = "999.00"
price_yearly = "9990.00"
custom = true

[[plan]]
id = "corp"
name = "Corporate"
rank = 3
credits = 200000
custom = true
"#;

#[tokio::test]
async fn a_double_click_opens_one_page() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let path = "/api/v1/wix/billing/checkout-url";
    let body = |plan: &str| json!({ "planId": plan, "billingCycle": "MONTHLY" });
    let starter = body("starter");
    let click = async |key| app.post(&site.token, path, Some(key), &starter).await;
    let pages = "/apps/v1/checkout";
    let both = together([click("click-1"), click("click-1")]).await;
    assert_eq!(both[0].data(), both[1].data());
    assert_eq!(app.to_wix.count(pages), 1);
    app.post(&site.token, path, Some("click-1"), &body("pro")).await.refused(ErrorCode::IdempotencyMismatch);
    app.post(&site.token, path, Some("not a key"), &starter).await.refused(ErrorCode::InvalidRequest);
    assert_eq!(app.to_wix.count(pages), 1);
    assert_ne!(click("click-2").await.data(), both[0].data());
    // What was refused is no answer to keep.
    app.to_wix.set(Behaviour::Answer(404));
    click("click-3").await.refused(ErrorCode::Forbidden);
    app.to_wix.set(Behaviour::PassOn);
    assert_eq!(click("click-3").await.status, 200);
    app.finish().await;
}
