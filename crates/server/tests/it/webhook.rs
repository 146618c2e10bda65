//! Webhooks: stored once, whatever happens on the way, and refused when they are not Wix's.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::{DeliveryId, ErrorCode, InstanceId};
use wixapp_platform::WebhookSigner;
use wixapp_server::operator::replay;
use wixapp_server::serve::Roles;

use crate::app::{APP_ID, Site, TestApp, days, hours, signer, together};
use crate::wire::Behaviour;

on_both!(
    an_event_sent_five_times_grants_once,
    thirty_two_parallel_copies_are_one_fact_and_one_grant,
    a_copy_that_was_signed_anew_is_the_same_event,
    an_event_nobody_knows_is_stored_and_answered_200,
    a_payload_that_cannot_be_read_is_parked_and_answered_200,
    a_payload_that_cannot_be_read_now_is_used_once_when_it_can_be,
    a_replay_of_what_still_cannot_be_read_says_so_and_loses_nothing,
    a_reinstall_after_a_removal_works_and_grants_nothing_new,
    an_unknown_plan_is_parked_and_takes_no_access_away,
);

const FACTS: &str = "SELECT count(*) FROM facts";
const DELIVERIES: &str = "SELECT count(*) FROM deliveries";

/// A purchase of the starter plan, as Wix words it.
fn purchase(app: &TestApp, plan: &str) -> Value {
    let now = app.clock.offset_ms();
    json!({
        "operationTimeStamp": wixapp_core::clock::Clock::now(&app.clock).to_string(),
        "vendorProductId": plan,
        "cycle": "MONTHLY",
        "expiresOn": null,
        "invoiceId": format!("invoice-{now}"),
    })
}

fn sign(app: &TestApp, kind: &str, instance_id: &InstanceId, payload: &Value) -> String {
    signer().sign(kind, instance_id, payload, wixapp_core::clock::Clock::now(&app.clock)).unwrap()
}

/// The instance nobody at Wix knows: what it is told comes from the test alone.
fn stranger(app: &TestApp) -> Site {
    app.site("site-x", &"stranger-1".parse().unwrap())
}

async fn an_event_sent_five_times_grants_once(app: TestApp) {
    let site = app.install().await;
    let (_, page) = app.checkout(&site, "starter").await;
    app.emulator.pay(&page, &wixapp_emulator::Card::paying()).await.unwrap();
    app.until_available(&site.token, 1_200).await;
    let sent =
        app.emulator.deliveries().into_iter().find(|sent| sent.event_type == "PaidPlanPurchased").unwrap();
    let repeated = app.emulator.resend(sent.delivery_id.as_str(), 4).await.unwrap();
    assert!(repeated.iter().all(|repeated| repeated.response_status == Some(200)), "{repeated:?}");
    app.settled().await;
    assert_eq!(app.available(&site.token).await, 1_200);
    assert_eq!(
        app.place.number("SELECT count(*) FROM deliveries WHERE event_type = 'PaidPlanPurchased'").await,
        5
    );
    assert_eq!(
        app.place.number("SELECT count(*) FROM facts WHERE event_type = 'PaidPlanPurchased'").await,
        1
    );
    app.finish().await;
}

async fn thirty_two_parallel_copies_are_one_fact_and_one_grant(app: TestApp) {
    let site = app.install().await;
    let before = (app.place.number(FACTS).await, app.place.number(DELIVERIES).await);
    let body = sign(&app, "PaidPlanPurchased", &site.instance_id, &purchase(&app, "starter"));
    let answers = together((0..32).map(|_| app.deliver(body.clone()))).await;
    let new = answers.iter().filter(|answer| answer.data()["duplicate"] == false).count();
    assert_eq!(new, 1);
    // The platform does not know of this purchase, so that asking it neither confirms nor denies more.
    app.settled().await;
    app.until_available(&site.token, 1_200).await;
    let bought = "SELECT count(*) FROM facts WHERE event_type = 'PaidPlanPurchased'";
    assert_eq!(app.place.number(bought).await, 1);
    assert_eq!(app.place.number(DELIVERIES).await, before.1 + 32);
    app.finish().await;
}

async fn a_copy_that_was_signed_anew_is_the_same_event(app: TestApp) {
    let site = app.install().await;
    // The platform knows nothing of this purchase, and would deny it ten minutes later.
    app.to_wix.set(Behaviour::Answer(503));
    let payload = purchase(&app, "starter");
    let first = app.deliver(sign(&app, "PaidPlanPurchased", &site.instance_id, &payload)).await;
    assert_eq!(first.data()["duplicate"], false);
    app.clock.advance(SignedDuration::from_mins(10));
    let again = app.deliver(sign(&app, "PaidPlanPurchased", &site.instance_id, &payload)).await;
    assert_eq!(again.data()["duplicate"], true);
    app.settled().await;
    app.until_available(&site.token, 1_200).await;
    app.finish().await;
}

async fn an_event_nobody_knows_is_stored_and_answered_200(app: TestApp) {
    let site = stranger(&app);
    let body = sign(&app, "SomethingNew", &site.instance_id, &json!({ "a": [1, 2, 3] }));
    let answer = app.deliver(body).await;
    assert!(answer.data()["deliveryId"].as_str().unwrap().starts_with("dlv_"));
    let stored = "SELECT count(*) FROM facts WHERE event_type = 'SomethingNew' AND state = 'done'";
    assert_eq!(app.place.number(stored).await, 1);
    app.finish().await;
}

async fn a_payload_that_cannot_be_read_is_parked_and_answered_200(app: TestApp) {
    let site = app.install().await;
    let body = sign(&app, "PaidPlanPurchased", &site.instance_id, &json!({ "vendorProductId": 7 }));
    app.deliver(body).await.data();
    let now = wixapp_core::clock::Clock::now(&app.clock).as_second();
    // No JSON at all, and with the one character that PostgreSQL cannot store.
    let envelope = json!({ "eventType": "PaidPlanChanged", "instanceId": site.instance_id, "data": "{\0" });
    let claims = json!({ "data": envelope.to_string(), "iat": now, "exp": now + 60 });
    app.deliver(signer().sign_claims(&claims).unwrap()).await.data();
    let parked = "SELECT count(*) FROM facts WHERE state = 'parked' AND reason IS NOT NULL";
    assert_eq!(app.place.number(parked).await, 2);
    assert_eq!(app.status(&site.token).await["plan"]["id"], "free");
    let metrics = app.get("", "/metrics").await;
    assert!(metrics.text.contains("wixapp_facts_parked 2"), "{}", metrics.text);
    app.finish().await;
}

async fn a_payload_that_cannot_be_read_now_is_used_once_when_it_can_be(mut app: TestApp) {
    let site = app.install().await;
    app.stop_server().await;
    app.start_with(Roles { api: true, worker: false }).await;
    let body = sign(&app, "PaidPlanPurchased", &site.instance_id, &purchase(&app, "starter"));
    let first = app.deliver(body.clone()).await.data()["deliveryId"].clone();
    // As a version leaves it that does not understand this payload.
    let not_understood = "UPDATE facts SET kind = NULL, happened_at = received_at, state = 'parked', \
        reason = 'the payload could not be understood' WHERE event_type = 'PaidPlanPurchased'";
    app.place.raw(not_understood).await;
    app.stop_server().await;
    // A version that does: it leaves to people what the one before it could not use, however often it comes.
    app.start_server().await;
    let again = app.deliver(body.clone()).await.data().clone();
    assert_eq!(again["duplicate"], true);
    app.settled().await;
    assert_eq!(app.available(&site.token).await, 200);
    let store = &app.app().store;
    let [parked] = store.list_parked(9).await.unwrap().try_into().unwrap();
    let id = parked.delivery_id.unwrap();
    assert_eq!(
        (id.as_str(), parked.fact.reason.as_deref()),
        (first.as_str().unwrap(), Some("the payload could not be understood"))
    );
    // Whichever arrival is named, and however often.
    let other: DeliveryId = again["deliveryId"].as_str().unwrap().parse().unwrap();
    for replayed in together([&id, &other, &id, &other].map(|id| replay::replay(store, id))).await {
        assert_eq!(replayed.unwrap().fact.key, parked.fact.key);
    }
    app.until_available(&site.token, 1_200).await;
    assert_eq!(store.list_parked(9).await.unwrap(), []);
    replay::replay(store, &id).await.unwrap();
    assert_eq!(app.deliver(body).await.data()["duplicate"], true);
    app.settled().await;
    assert_eq!(app.available(&site.token).await, 1_200);
    assert_eq!(app.place.number("SELECT count(*) FROM grants").await, 2);
    app.finish().await;
}

async fn a_replay_of_what_still_cannot_be_read_says_so_and_loses_nothing(mut app: TestApp) {
    let site = app.install().await;
    let unreadable =
        [json!({ "vendorProductId": 7 }), json!("words"), json!({ "operationTimeStamp": "never" })];
    for payload in &unreadable {
        app.deliver(sign(&app, "PaidPlanPurchased", &site.instance_id, payload)).await.data();
    }
    let parked = app.app().store.list_parked(9).await.unwrap();
    assert_eq!(parked.len(), unreadable.len());
    for one in &parked {
        let refusal = replay::replay(&app.app().store, one.delivery_id.as_ref().unwrap()).await.unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::Conflict);
        let (said, kept) = (refusal.message(), one.fact.reason.as_deref().unwrap());
        let why = kept.strip_prefix("the payload could not be understood: ").unwrap();
        assert_eq!(said, format!("The payload still cannot be understood: {why}."));
    }
    app.stop_server().await;
    app.start_server().await;
    app.settled().await;
    assert_eq!(app.app().store.list_parked(9).await.unwrap(), parked, "it waits as it did before");
    let unheard_of = replay::replay(&app.app().store, &"dlv_9".parse().unwrap()).await.unwrap_err();
    assert_eq!(unheard_of.code(), ErrorCode::NotFound);
    assert_eq!(app.available(&site.token).await, 200);
    app.finish().await;
}

async fn a_reinstall_after_a_removal_works_and_grants_nothing_new(app: TestApp) {
    let site = app.install().await;
    assert_eq!(app.spend(&site, "spend-1", 50).await.status, 200);
    for _ in 0..3 {
        app.clock.advance(hours(1));
        app.emulator.uninstall(&site.site_id).await.unwrap();
        let site = app.fresh(&site);
        app.until("the removal", async || {
            (app.status(&site.token).await["connection"]["status"] == "removed").then_some(())
        })
        .await;
        app.clock.advance(hours(1));
        app.emulator.install(&site.site_id).await.unwrap();
        let site = app.fresh(&site);
        app.until("the reinstall", async || {
            (app.status(&site.token).await["connection"]["status"] == "connected").then_some(())
        })
        .await;
    }
    assert_eq!(app.available(&app.fresh(&site).token).await, 150);
    app.finish().await;
}

async fn an_unknown_plan_is_parked_and_takes_no_access_away(app: TestApp) {
    let site = app.install().await;
    let (_, page) = app.checkout(&site, "starter").await;
    app.emulator.pay(&page, &wixapp_emulator::Card::paying()).await.unwrap();
    app.until_available(&site.token, 1_200).await;
    app.clock.advance(hours(1));
    app.deliver(sign(&app, "PaidPlanChanged", &site.instance_id, &purchase(&app, "platinum"))).await.data();
    app.settled().await;
    let status = app.status(&site.token).await;
    assert_eq!((&status["plan"]["id"], &status["credits"]["available"]), (&json!("starter"), &json!(1_200)));
    assert_eq!(app.place.number("SELECT count(*) FROM facts WHERE state = 'parked'").await, 1);
    app.finish().await;
}

/// Genuine claims whose outermost layer a test may spoil.
fn claims(app: &TestApp, iat: i64, exp: i64) -> Value {
    let payload = json!({ "appId": APP_ID }).to_string();
    let envelope =
        json!({ "eventType": "AppInstalled", "instanceId": stranger(app).instance_id, "data": payload });
    json!({ "data": envelope.to_string(), "iat": iat, "exp": exp })
}

#[tokio::test]
async fn what_is_not_from_wix_is_refused_and_leaves_nothing() {
    let app = TestApp::start().await;
    let now = wixapp_core::clock::Clock::now(&app.clock).as_second();
    // What the process writes of itself is there before, and stays as it is while the clock stands still.
    let signs = async || app.place.number("SELECT count(*) FROM signs_of_life").await;
    app.until("the process gave its signs", async || (signs().await == 2).then_some(())).await;
    let before = app.place.dump();
    let good = signer().sign_claims(&claims(&app, now, now + 60)).unwrap();
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let encode = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    };
    let flipped = good.replace(&body[10..14], "AAAA");
    let none = encode(r#"{"alg":"none"}"#);
    let hs256 = encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let other = WebhookSigner::generate().unwrap();
    let unauthorized: Vec<String> = vec![
        flipped,
        format!("{none}.{body}.{signature}"),
        format!("{hs256}.{body}.{signature}"),
        format!("{head}.{body}.{}", encode("no signature")),
        other.sign_claims(&claims(&app, now, now + 60)).unwrap(),
        signer().sign_claims(&claims(&app, now - 120, now - 1)).unwrap(),
        signer().sign_claims(&claims(&app, now + 120, now + 180)).unwrap(),
    ];
    for body in unauthorized {
        app.deliver(body).await.refused(ErrorCode::Unauthorized);
    }
    let malformed: Vec<String> = vec![
        String::new(),
        "{}".to_owned(),
        "a.b".to_owned(),
        "a.b.c.d".to_owned(),
        good[..good.len() / 3].to_owned(),
        format!("{none}.{body}."),
        signer().sign_claims(&json!({ "data": "{}", "iat": now, "exp": now + 60 })).unwrap(),
        signer().sign_claims(&json!({ "data": 7, "iat": now, "exp": now + 60 })).unwrap(),
        signer().sign_claims(&json!({ "data": "{}", "iat": "now", "exp": "never" })).unwrap(),
    ];
    for body in malformed {
        let answer = app.deliver(body.clone()).await;
        answer.refused_somehow();
        assert!([400, 401].contains(&answer.status), "{body}: {}", answer.text);
    }
    app.deliver(format!("{head}.{}", "A".repeat(256 * 1024))).await.refused(ErrorCode::PayloadTooLarge);
    assert_eq!(app.place.dump(), before);
    // The same claims, untouched, are fine: what was refused above was refused for what was spoilt.
    app.deliver(good).await.data();
    app.finish().await;
}

#[tokio::test]
async fn a_webhook_that_is_just_small_enough_is_taken() {
    let app = TestApp::start().await;
    let site = stranger(&app);
    let payload = |length: usize| json!({ "text": "x".repeat(length) });
    // Each layer makes the text longer by a third; one byte of the payload is 4/3 of a byte of the body.
    let (mut length, mut body) = (150_000, String::new());
    while body.len() < 256 * 1024 - 8 {
        body = sign(&app, "SomethingNew", &site.instance_id, &payload(length));
        length += (256 * 1024_usize).saturating_sub(body.len()).max(8) / 2;
    }
    assert!(body.len() <= 256 * 1024, "{}", body.len());
    app.deliver(body).await.data();
    app.finish().await;
}

#[tokio::test]
async fn without_a_key_no_webhook_is_taken_and_wix_is_asked_to_come_again() {
    let app =
        TestApp::with(wixapp_place::Place::sqlite(), |config| config.wix.webhook_public_key = None).await;
    app.expect_status(503);
    let answer = app.deliver("a.b.c").await;
    assert_eq!((answer.status, answer.code(), answer.header("retry-after")), (503, "unavailable", "60"));
    app.finish().await;
}

#[tokio::test]
async fn what_the_platform_repeats_over_two_days_is_one_install() {
    let app = TestApp::start().await;
    app.to_app.set(crate::wire::Behaviour::Answer(500));
    let free = app.emulator.sites()[0].site_id.clone();
    let installed = app.emulator.install(&free).await.unwrap().install.unwrap();
    app.to_app.set(crate::wire::Behaviour::PassOn);
    app.advance(days(2)).await;
    let site = app.site(&free, &installed.instance_id);
    app.until_available(&site.token, 200).await;
    app.finish().await;
}
