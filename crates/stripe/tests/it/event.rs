//! What an event says, in the words of more than one version of Stripe's API.

use serde_json::{Value, json};
use wixapp_core::BillingCycle;
use wixapp_stripe::event::{Event, Invoice, Payload, Previous, Status, Subscription};

use crate::sample;

fn parse(event: &Value) -> Event {
    Event::parse(event.to_string().as_bytes()).unwrap()
}

fn subscription(event: &Value) -> (Subscription, Previous) {
    match parse(event).payload {
        Payload::Subscription { subscription, previous } => (subscription, previous),
        other => panic!("{other:?}"),
    }
}

fn invoice(object: &Value) -> Invoice {
    match parse(&sample::event("invoice.paid", object)).payload {
        Payload::Invoice(invoice) => invoice,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_subscription_says_the_same_in_old_and_new_versions() {
    let kind = "customer.subscription.created";
    let (old, _) = subscription(&sample::event(kind, &sample::subscription()));
    let (new, _) = subscription(&sample::event(kind, &sample::subscription_since_basil()));
    assert_eq!(old, new);
    assert_eq!((old.price_id.as_str(), &old.cycle), ("price_starter_monthly", &BillingCycle::Monthly));
    assert_eq!(old.period_end.unwrap().as_second(), sample::MONTH_LATER);
    assert_eq!(old.metadata.instance_id.as_deref(), Some("site-1"));
}

#[test]
fn an_invoice_says_the_same_in_old_and_new_versions() {
    let (old, new) = (invoice(&sample::invoice()), invoice(&sample::invoice_since_basil()));
    assert_eq!(old.payments, ["pi_1", "ch_1"]);
    assert_eq!(Invoice { payments: new.payments.clone(), ..old.clone() }, new);
    assert_eq!(new.payments, ["pi_1"]);
    let line = new.line.unwrap();
    assert_eq!(
        (line.price_id.as_str(), &line.cycle, line.amount),
        ("price_starter_monthly", &BillingCycle::Monthly, 900)
    );
    assert_eq!(old.paid_at.unwrap().as_second(), sample::CREATED + 2);
}

#[test]
fn only_a_price_that_changed_is_a_change_of_price() {
    let mut event = sample::event("customer.subscription.updated", &sample::subscription());
    event["data"]["previous_attributes"] = json!({
        "items": { "data": [{ "id": "si_1", "price": { "id": "price_starter_monthly" }, "current_period_end": 1 }] },
        "cancel_at_period_end": true, "status": "past_due",
    });
    let (_, previous) = subscription(&event);
    assert_eq!(previous.price_id.as_deref(), Some("price_starter_monthly"));
    assert_eq!((previous.status, previous.was_ending), (Some(Status::PastDue), Some(true)));
    event["data"]["previous_attributes"] = json!({ "cancel_at": null });
    assert_eq!(subscription(&event).1.was_ending, Some(false));
}

#[test]
fn a_date_of_cancellation_counts_when_it_lies_in_the_running_period() {
    let with = |cancel_at: i64| {
        let mut object = sample::subscription();
        object["cancel_at"] = json!(cancel_at);
        subscription(&sample::event("customer.subscription.updated", &object)).0.is_ending
    };
    assert!(with(sample::MONTH_LATER) && with(sample::CREATED + 60));
    assert!(!with(sample::MONTH_LATER + 86_400));
}

#[test]
fn every_way_of_paying_has_its_cycle() {
    for (interval, count, cycle) in [
        ("month", 1, BillingCycle::Monthly),
        ("month", 12, BillingCycle::Yearly),
        ("year", 1, BillingCycle::Yearly),
        ("year", 3, BillingCycle::ThreeYears),
        ("week", 2, BillingCycle::Unknown("2_WEEK".to_owned())),
    ] {
        let mut object = sample::subscription();
        object["items"]["data"][0]["price"]["recurring"] =
            json!({ "interval": interval, "interval_count": count });
        assert_eq!(subscription(&sample::event("customer.subscription.created", &object)).0.cycle, cycle);
    }
}

#[test]
fn a_session_is_paid_by_money_or_by_a_coupon_and_not_by_a_trial() {
    let paid = |status: &str, subtotal: i64| {
        let mut object = sample::session();
        object["payment_status"] = json!(status);
        object["amount_subtotal"] = json!(subtotal);
        match parse(&sample::event("checkout.session.completed", &object)).payload {
            Payload::Checkout(checkout) => checkout.is_paid,
            other => panic!("{other:?}"),
        }
    };
    assert!(paid("paid", 900) && paid("no_payment_required", 900));
    assert!(!paid("unpaid", 900) && !paid("no_payment_required", 0));
}

#[test]
fn what_is_paid_once_goes_by_its_payment() {
    let mut object = sample::session_paid_once();
    let once = |object: &Value| parse(&sample::event("checkout.session.completed", object));
    let event = once(&object);
    assert_eq!((event.invoice(), event.payments()), (Some("pi_9"), vec!["pi_9".to_owned()]));
    assert!(event.ids().contains(&"pi_9".to_owned()));
    // Nothing was to pay.
    object["payment_intent"] = Value::Null;
    let event = once(&object);
    assert_eq!((event.invoice(), event.payments()), (Some("cs_test_a1"), vec!["cs_test_a1".to_owned()]));
    let began = once(&sample::session());
    assert_eq!((began.invoice(), began.payments()), (Some("in_1"), Vec::new()));
    // A charge carries the metadata of its payment; without ours it may be anybody's.
    let mut charge = sample::charge();
    (charge["invoice"], charge["payment_intent"]) = (Value::Null, json!("pi_9"));
    let refund =
        |charge: &Value| parse(&sample::event("charge.refunded", charge)).invoice().map(str::to_owned);
    charge["metadata"] = json!({});
    assert_eq!(refund(&charge), None);
    charge["metadata"] = sample::metadata();
    assert_eq!(refund(&charge), None, "a subscription's payment is for an invoice");
    charge["metadata"]["wixapp_billing_cycle"] = json!("ONE_TIME");
    assert_eq!(refund(&charge).as_deref(), Some("pi_9"));
}

#[test]
fn a_part_given_back_and_a_question_of_the_bank_are_told_from_the_whole() {
    let mut charge = sample::charge();
    charge["refunded"] = json!(false);
    charge["amount_refunded"] = json!(400);
    let Payload::Charge(part) = parse(&sample::event("charge.refunded", &charge)).payload else { panic!() };
    assert!(!part.is_refunded);
    let mut dispute = sample::dispute();
    dispute["status"] = json!("warning_needs_response");
    let Payload::Dispute(question) = parse(&sample::event("charge.dispute.created", &dispute)).payload else {
        panic!()
    };
    assert!(question.is_inquiry);
}

#[test]
fn what_is_kept_of_an_event_says_the_same_and_nothing_of_the_payer() {
    for value in sample::all() {
        let event = parse(&value);
        assert!(!matches!(event.payload, Payload::Unknown | Payload::Unreadable { .. }), "{}", event.kind);
        assert_eq!(Event::parse(event.redacted.as_bytes()).unwrap(), event);
        for private in ["enny", "@", "4242", "Main St", "pm_card", "ada9a1b0"] {
            assert!(!event.redacted.contains(private), "{private} in {}", event.redacted);
        }
    }
}

#[test]
fn an_unknown_type_is_kept_and_a_known_one_without_its_fields_is_unreadable() {
    let odd = parse(&sample::event("climate.order.created", &json!({ "id": "climorder_1" })));
    assert_eq!((odd.payload, odd.created), (Payload::Unknown, "2027-03-01T10:00:00Z".parse().unwrap()));
    for kind in sample::all().iter().map(|event| event["type"].as_str().unwrap().to_owned()) {
        for object in [json!({}), json!([]), json!(null), json!("in_1"), json!({ "id": 7, "object": "x" })] {
            let event = parse(&sample::event(&kind, &object));
            assert!(matches!(event.payload, Payload::Unreadable { .. }), "{kind} {object}");
        }
    }
}

#[test]
fn what_is_no_event_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let base = sample::event("invoice.paid", &sample::invoice());
    let without = |field: &str| {
        let mut event = base.clone();
        event.as_object_mut().unwrap().remove(field);
        event.to_string()
    };
    for body in ["", "null", "[]", "{}", "x", &deep, &without("id"), &without("type"), &without("created")] {
        assert!(Event::parse(body.as_bytes()).unwrap_err().is_malformed());
    }
    assert!(Event::parse(&[0xff, 0xfe]).unwrap_err().is_malformed());
}
