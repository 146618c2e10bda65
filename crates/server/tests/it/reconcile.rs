//! Asking Wix: after a start, about removals, and with growing pauses.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::clock::Clock;
use wixapp_emulator::{Card, CheckoutOrder};
use wixapp_server::serve::{Roles, Running};

use crate::app::{TestApp, days, hours, signer};
use crate::wire::Behaviour;

on_both!(
    an_instance_that_could_not_be_worked_on_after_a_start_is_tried_again,
    a_removal_that_is_signed_anew_does_not_lock_an_instance_whose_app_is_there,
    what_wix_does_not_confirm_is_asked_about_less_and_less_often,
    a_start_while_wix_is_down_asks_again_within_minutes,
    a_restored_copy_stays_in_doubt_while_wix_does_not_answer,
    processes_on_one_database_share_the_questions,
    a_trial_with_other_credits_is_known_without_a_visit_of_the_payer,
);

async fn a_trial_with_other_credits_is_known_without_a_visit_of_the_payer(mut app: TestApp) {
    app.stop_server().await;
    app.use_plans(|text| text.replace("credits = 1_000", "credits = 1_000\ntrial_credits = 150"));
    app.start_server().await;
    let settings =
        json!({ "externalPricingPage": true, "trialDays": 14, "permissions": ["MANAGE-YOUR-APP"] });
    let request = app.http.post(format!("{}/_emulator/app/settings", app.to_wix.url)).json(&settings);
    assert_eq!(request.header("x-emulator", "1").send().await.unwrap().status(), 200);
    let site = app.install().await;
    let order = CheckoutOrder { product_id: "starter".to_owned(), ..CheckoutOrder::default() };
    let page = app.emulator.open_checkout(&site.instance_id, order).unwrap();
    app.emulator.pay(&page.token, &Card::paying()).await.unwrap();
    app.until_available(&site.token, 350).await;
    assert_eq!(app.status(&site.token).await["subscription"]["status"], "trial");
    app.finish().await;
}

async fn an_instance_that_could_not_be_worked_on_after_a_start_is_tried_again(mut app: TestApp) {
    let site = app.install().await;
    app.stop_server().await;
    app.to_app.set(Behaviour::Say(json!({})));
    let order = CheckoutOrder { product_id: "starter".to_owned(), ..CheckoutOrder::default() };
    let page = app.emulator.open_checkout(&site.instance_id, order).unwrap();
    app.emulator.pay(&page.token, &Card::paying()).await.unwrap();
    let (break_it, mend_it) = if app.place.is_sqlite() {
        let breaks = "CREATE TRIGGER broken BEFORE INSERT ON grants BEGIN SELECT RAISE(ABORT, 'broken'); END";
        (breaks, "DROP TRIGGER broken")
    } else {
        let breaks = "ALTER TABLE grants ADD CONSTRAINT broken CHECK (amount < 0) NOT VALID";
        (breaks, "ALTER TABLE grants DROP CONSTRAINT broken")
    };
    app.place.raw(break_it).await;
    let before = app.to_wix.count("/apps/v1/instance");
    app.start_server().await;
    // What Wix was asked is not asked by anybody else: only the sweep comes back to it.
    let asked = async || (app.to_wix.count("/apps/v1/instance") > before).then_some(());
    app.until("the sweep has come to it", asked).await;
    app.place.raw(mend_it).await;
    app.until_available(&site.token, 1_200).await;
    app.finish().await;
}

async fn a_removal_that_is_signed_anew_does_not_lock_an_instance_whose_app_is_there(app: TestApp) {
    let site = app.install().await;
    app.clock.advance(hours(1));
    let again =
        signer().sign("AppRemoved", &site.instance_id, &json!({ "appId": "a" }), app.clock.now()).unwrap();
    app.deliver(again).await.data();
    app.settled().await;
    let removed = "SELECT count(*) FROM instances WHERE removed_at IS NOT NULL";
    // What Wix says at once may be of before the removal.
    let due = "SELECT coalesce(max(due_at), 0) FROM instances";
    let mut asked_for = SignedDuration::ZERO;
    while asked_for < SignedDuration::from_mins(10) {
        let now = app.clock.now().as_microsecond();
        let next =
            app.until("the next question", async || Some(app.place.number(due).await).filter(|at| *at > now));
        let pause = SignedDuration::from_micros(next.await - now);
        assert_eq!(app.place.number(removed).await, 1, "after {asked_for:?}");
        app.clock.advance(pause);
        asked_for += pause;
    }
    let connected = async || {
        (app.place.number("SELECT count(*) FROM instances WHERE removed_at IS NULL").await == 1).then_some(())
    };
    app.until("Wix says that the app is there", connected).await;
    app.spend(&app.fresh(&site), "s-1", 1).await.data();
    // One that is true stays.
    app.clock.advance(hours(1));
    app.emulator.uninstall(&site.site_id).await.unwrap();
    app.settled().await;
    assert_eq!(app.spend(&app.fresh(&site), "s-2", 1).await.status, 403);
    app.finish().await;
}

async fn what_wix_does_not_confirm_is_asked_about_less_and_less_often(app: TestApp) {
    let site = app.install().await;
    let order = CheckoutOrder { product_id: "starter".to_owned(), ..CheckoutOrder::default() };
    let page = app.emulator.open_checkout(&site.instance_id, order).unwrap();
    app.emulator.pay(&page.token, &Card::paying()).await.unwrap();
    app.until_available(&site.token, 1_200).await;
    let since = app.clock.now();
    app.clock.advance(days(30));
    app.until_available(&app.fresh(&site).token, 2_200).await;
    let failed = json!({ "status": "PAYMENT_FAILED", "invoiceId": "inv-2", "instanceId": site.instance_id, "recurring": true });
    app.to_wix.set(Behaviour::Say(json!({
        "access_token": "a-token", "token_type": "Bearer", "expires_in": 14_400,
        "instance": { "instanceId": site.instance_id, "isFree": false, "billing": {
            "packageName": "starter", "billingCycle": "MONTHLY", "timeStamp": since, "autoRenewing": true, "source": "test",
        } },
        "site": {},
    })));
    app.clock.advance(days(1));
    let event = signer().sign("InvoiceStatusUpdated", &site.instance_id, &failed, app.clock.now()).unwrap();
    app.deliver(event).await.data();
    app.settled().await;
    // The next cycle waits for the payment, so that Wix is asked at once.
    app.clock.advance(days(29));
    let due = "SELECT coalesce(max(due_at), 0) FROM instances";
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let now = app.clock.now().as_millisecond() * 1_000;
        let next = app
            .until("the next question", async || Some(app.place.number(due).await).filter(|at| *at > now))
            .await;
        pauses.push((next - now) / 60_000_000);
        app.clock.advance(SignedDuration::from_micros(next - now));
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

async fn a_start_while_wix_is_down_asks_again_within_minutes(mut app: TestApp) {
    let site = app.install().await;
    app.stop_server().await;
    // Nobody hears of the purchase.
    app.to_app.set(Behaviour::Say(json!({})));
    let order = CheckoutOrder { product_id: "starter".to_owned(), ..CheckoutOrder::default() };
    let page = app.emulator.open_checkout(&site.instance_id, order).unwrap();
    app.emulator.pay(&page.token, &Card::paying()).await.unwrap();
    app.to_wix.set(Behaviour::Answer(503));
    app.start_server().await;
    let due = "SELECT count(*) FROM instances WHERE due_at IS NOT NULL";
    app.until("it is to be asked again", async || (app.place.number(due).await == 1).then_some(())).await;
    assert_eq!(app.available(&app.fresh(&site).token).await, 200);
    app.to_wix.set(Behaviour::PassOn);
    app.clock.advance(SignedDuration::from_mins(1));
    app.until_available(&app.fresh(&site).token, 1_200).await;
    app.finish().await;
}

async fn a_restored_copy_stays_in_doubt_while_wix_does_not_answer(mut app: TestApp) {
    let site = app.install().await;
    app.stop_server().await;
    let copy = app.place.copy().await;
    app.start_server().await;
    app.advance(hours(12)).await;
    let order = CheckoutOrder { product_id: "starter".to_owned(), ..CheckoutOrder::default() };
    let page = app.emulator.open_checkout(&site.instance_id, order).unwrap();
    app.emulator.pay(&page.token, &Card::paying()).await.unwrap();
    app.until_available(&app.fresh(&site).token, 1_200).await;
    app.advance(hours(12)).await;
    app.stop_server().await;
    app.restore(copy);
    app.to_wix.set(Behaviour::Answer(503));
    app.start_server().await;
    let due = "SELECT count(*) FROM instances WHERE due_at IS NOT NULL";
    app.until("Wix was asked in vain", async || (app.place.number(due).await == 1).then_some(())).await;
    // The next process finds a database that was kept a moment ago: what the first one doubted is in doubt still.
    app.stop_server().await;
    app.start_server().await;
    app.to_wix.set(Behaviour::PassOn);
    let spent = app.spend(&app.fresh(&site), "s-1", 700).await;
    assert_eq!(spent.data()["credits"]["available"], 500, "Wix was asked before the spend was decided");
    app.settled().await;
    app.finish().await;
}

async fn processes_on_one_database_share_the_questions(mut app: TestApp) {
    let count = |server: &Running| server.app().pace.processes();
    let signs = async || app.place.number("SELECT count(*) FROM signs_of_life WHERE name <> 'server'").await;
    app.until("the first process is counted", async || (signs().await == 1).then_some(())).await;
    let other = app.another_server(Roles { api: true, worker: false }).await;
    app.until("the second counts both", async || (count(&other) == 2).then_some(())).await;
    // One that ends leaves its share to those that come.
    app.stop_server().await;
    assert_eq!(app.place.number("SELECT count(*) FROM signs_of_life WHERE name <> 'server'").await, 1);
    other.stop().await;
    assert_eq!(app.place.number("SELECT count(*) FROM signs_of_life WHERE name <> 'server'").await, 0);
    app.finish().await;
}
