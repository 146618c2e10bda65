//! Events of Stripe that are parked, and stored ones that an operator has read again.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::ErrorCode;
use wixapp_core::clock::Clock;
use wixapp_server::operator::replay;
use wixapp_server::{ApiError, Config};
use wixapp_store::{Arrival, StripeEvent, StripeEventRecord, StripeKept, StripeLink};
use wixapp_stripe::Event;

use super::{Stage, on_both_and_both};
use crate::app::Site;

on_both_and_both!(
    an_event_that_an_older_version_could_not_read_counts_once_it_is_replayed,
    what_still_cannot_be_used_stays_parked_and_says_why,
    an_event_of_the_other_mode_waits_anew_with_a_key_of_that_mode_alone,
    a_refund_that_nobody_could_place_is_asked_about_again,
    a_stored_event_is_read_again_as_stripes_and_gives_nothing_twice,
    what_a_subscription_said_beside_another_is_not_read_again,
);

async fn parked(stage: &Stage) -> Vec<StripeEventRecord> {
    stage.app.app().store.list_parked_stripe_events(9).await.unwrap()
}

async fn replayed(stage: &Stage, config: &Config, event_id: &str) -> Result<StripeEventRecord, ApiError> {
    let app = stage.app.app();
    replay::replay_stripe_event(&app.store, config, event_id, app.clock.now()).await
}

/// Why a replay of the event is refused.
async fn refused(stage: &Stage, event: &Value) -> String {
    let id = event["id"].as_str().unwrap();
    let refusal = replayed(stage, &stage.app.app().config, id).await.unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::Conflict);
    refusal.message().to_owned()
}

/// Keeps an event as a version did that could not read it.
async fn park(stage: &Stage, event: &Value) {
    let read = Event::parse(event.to_string().as_bytes()).unwrap();
    let now = stage.app.clock.now();
    let (event_id, event_type, payload) = (read.id, read.kind, read.redacted);
    let event = StripeEvent { event_id, event_type, payload, received_at: now, asks: 0, ask_at: now };
    let kept = StripeKept::Parked("it was not understood");
    stage.app.app().store.keep_stripe_event(event, kept).await.unwrap();
}

fn of_type<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    events.iter().find(|event| event["type"] == kind).unwrap()
}

async fn an_event_that_an_older_version_could_not_read_counts_once_it_is_replayed(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.checkout(&site, "starter").await;
    let bought = stage.stripe.pay(&session);
    let paid = of_type(&bought, "invoice.paid");
    park(&stage, paid).await;
    let kept = parked(&stage).await.pop().unwrap();
    assert_eq!((kept.event_id.as_str(), kept.state.as_str()), (paid["id"].as_str().unwrap(), "parked"));
    assert_eq!(kept.reason.as_deref(), Some("it was not understood"));
    assert_eq!(stage.app.app().store.count_stripe_events().await.unwrap(), (0, 1));
    assert_eq!(stage.standing(&site).await.2, 200);
    replayed(&stage, &stage.app.app().config, &kept.event_id).await.unwrap();
    stage.app.until_available(&site.token, 1_200).await;
    assert_eq!(stage.app.app().store.count_stripe_events().await.unwrap(), (0, 0));
    let gone = replayed(&stage, &stage.app.app().config, &kept.event_id).await.unwrap_err();
    assert_eq!(gone.code(), ErrorCode::NotFound);
    assert_eq!(stage.deliver(paid).await.data()["duplicate"], true);
    stage.deliver_all(&bought).await;
    stage.app.settled().await;
    assert_eq!(stage.standing(&site).await.2, 1_200);
    stage.app.finish().await;
}

async fn what_still_cannot_be_used_stays_parked_and_says_why(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.checkout(&site, "starter").await;
    // Who asked Stripe would be told of the payment.
    stage.stripe.fall_silent(true);
    let bought = stage.stripe.pay(&session);
    let odd = stage.stripe.event("invoice.paid", &json!({ "object": "odd", "lines": 7 }), None);
    stage.deliver(&odd).await.data();
    let text = of_type(&bought, "customer.subscription.created").to_string();
    let another: Value = serde_json::from_str(&text.replace(crate::app::APP_ID, "another-app")).unwrap();
    park(&stage, &another).await;
    let object = json!({ "id": "x_1", "object": "climate.order" });
    let unknown = stage.stripe.event("climate.order.created", &object, None);
    stage.deliver(&unknown).await.data();
    let why = refused(&stage, &odd).await;
    assert_eq!(why, "The payload still cannot be understood: the invoice has no id.");
    assert!(refused(&stage, &another).await.contains("another app sold"));
    assert!(
        refused(&stage, &unknown).await.contains("does not know events of the type climate.order.created")
    );
    stage.app.settled().await;
    assert_eq!(stage.app.app().store.count_stripe_events().await.unwrap(), (0, 2));
    assert_eq!(stage.standing(&site).await.2, 200);
    stage.app.finish().await;
}

async fn an_event_of_the_other_mode_waits_anew_with_a_key_of_that_mode_alone(stage: Stage) {
    let charge = json!({ "id": "ch_1", "object": "charge", "refunded": true });
    let mut live = stage.stripe.event("charge.refunded", &charge, None);
    live["livemode"] = json!(true);
    stage.deliver(&live).await.data();
    let why = refused(&stage, &live).await;
    assert_eq!(why, "The event is of Stripe's live mode, and the key of its test mode.");
    assert_eq!(stage.app.app().store.count_stripe_events().await.unwrap(), (0, 1));
    let mut config = stage.app.app().config.clone();
    config.stripe.secret_key = Some("sk_live_51OqXyzLkdIwHu7ix".into());
    replayed(&stage, &config, live["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(stage.app.app().store.count_stripe_events().await.unwrap(), (1, 0));
    assert!(refused(&stage, &live).await.contains("waits already"));
    stage.app.finish().await;
}

async fn a_refund_that_nobody_could_place_is_asked_about_again(stage: Stage) {
    let site = stage.app.install().await;
    let (_, session) = stage.checkout(&site, "starter").await;
    let bought = stage.stripe.pay(&session);
    let invoice = of_type(&bought, "invoice.paid")["data"]["object"]["id"].clone();
    let charge = json!({ "id": "ch_late", "object": "charge", "amount": 900, "amount_refunded": 900, "refunded": true,
        "invoice": invoice, "payment_intent": "pi_late", "customer": "cus_late", "metadata": {} });
    let refund = stage.stripe.event("charge.refunded", &charge, None);
    // Stripe does not know the charge, however often it is asked.
    stage.deliver(&refund).await.data();
    for asked in 1..=6 {
        let pause = SignedDuration::from_mins(5 * (asked - 1)).saturating_add(SignedDuration::from_secs(31));
        stage.app.clock.advance(pause);
        let asks = async || stage.app.place.number("SELECT max(asks) FROM stripe_events").await;
        stage.app.until("Stripe is asked", async || (asks().await == asked).then_some(())).await;
    }
    let kept = stage.app.until("it is parked", async || parked(&stage).await.pop()).await;
    assert_eq!(kept.reason.as_deref(), Some("nobody could say whose it is, or for which invoice"));
    stage.stripe.add_charge(&charge);
    replayed(&stage, &stage.app.app().config, &kept.event_id).await.unwrap();
    let whose = format!(
        "SELECT count(*) FROM facts WHERE event_type = 'charge.refunded' AND instance_id = '{}'",
        site.instance_id
    );
    let placed = async || (stage.app.place.number(&whose).await == 1).then_some(());
    stage.app.until("the refund is taken", placed).await;
    assert_eq!(stage.app.app().store.count_stripe_events().await.unwrap(), (0, 0));
    stage.app.finish().await;
}

/// The delivery of the site's event of this type.
async fn arrival(stage: &Stage, site: &Site, kind: &str) -> Arrival {
    let arrivals = stage.app.app().store.list_arrivals(Some(&site.instance_id), 50).await.unwrap();
    arrivals.into_iter().find(|arrival| arrival.fact.event_type == kind).unwrap()
}

async fn a_stored_event_is_read_again_as_stripes_and_gives_nothing_twice(stage: Stage) {
    let (site, _) = stage.subscribed("starter", 1_200).await;
    stage.app.settled().await;
    let store = &stage.app.app().store;
    let paid = arrival(&stage, &site, "invoice.paid").await;
    // As a version stored it that read nothing in it.
    let key = &paid.fact.key;
    stage.app.place.raw(&format!("UPDATE facts SET kind = NULL WHERE fact_key = '{key}'")).await;
    assert_eq!(replay::replay(store, &paid.delivery_id).await.unwrap().delivery_id, paid.delivery_id);
    let read = format!("SELECT count(*) FROM facts WHERE fact_key = '{key}' AND kind IS NOT NULL");
    assert_eq!(stage.app.place.number(&read).await, 1);
    replay::replay(store, &paid.delivery_id).await.unwrap();
    stage.app.settled().await;
    assert_eq!(stage.standing(&site).await, ("starter".to_owned(), "active".to_owned(), 1_200));
    let created = arrival(&stage, &site, "customer.subscription.created").await;
    let refusal = replay::replay(store, &created.delivery_id).await.unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::Conflict);
    let said = "What this customer.subscription.created of Stripe says changes nothing here.";
    assert_eq!(refusal.message(), said);
    stage.app.finish().await;
}

async fn what_a_subscription_said_beside_another_is_not_read_again(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.deliver_all(&[stage.stripe.set_ending(&subscription, true)]).await;
    stage.app.settled().await;
    let store = &stage.app.app().store;
    let ending = arrival(&stage, &site, "customer.subscription.updated").await;
    replay::replay(store, &ending.delivery_id).await.unwrap();
    let other = StripeLink { stripe_id: "sub_other".to_owned(), invoice_id: None };
    store.link_stripe_ids(&site.instance_id, vec![other], stage.app.clock.now()).await.unwrap();
    let refusal = replay::replay(store, &ending.delivery_id).await.unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::Conflict);
    assert!(refusal.message().contains("another subscription"), "{}", refusal.message());
    stage.app.settled().await;
    assert_eq!(stage.standing(&site).await, ("starter".to_owned(), "cancelled".to_owned(), 1_200));
    stage.app.finish().await;
}
