//! A stand-in for Stripe: it takes the requests that Stripe's API reference describes, refuses others, and writes the
//! events that Stripe would send.

mod api;
mod once;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wixapp_core::clock::{Clock, VirtualClock};

pub(crate) const KEY: &str = "sk_test_51OqXyzLkdIwHu7ix";
pub(crate) const MONTHLY: [(&str, i64); 3] =
    [("price_StarterMonthly", 900), ("price_ProMonthly", 2_900), ("price_ScaleMonthly", 9_900)];
/// What is paid once.
pub(crate) const ONCE: [(&str, i64); 1] = [("price_Pack500", 500)];

/// In which words events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// `2024-06-20`: the period on the subscription, the payment on the invoice, the invoice on the charge.
    Acacia,
    /// `2025-03-31.basil`: the period on the items, the subscription under `parent`, payments as objects of their own.
    Basil,
}

#[derive(Default)]
struct World {
    sessions: HashMap<String, Value>,
    subscriptions: HashMap<String, Value>,
    invoices: HashMap<String, Value>,
    charges: HashMap<String, Value>,
    /// The answers of idempotency keys, with the request that got them.
    answers: HashMap<String, (String, u16, Value)>,
    /// How many requests are carried out and then answered with 503.
    lost_answers: usize,
    is_silent: bool,
    /// The events of what was changed through the API.
    events: Vec<Value>,
    /// How often a subscription was told to end through the API.
    endings: usize,
    last: u32,
}

#[derive(Clone)]
pub(crate) struct StandIn {
    pub(crate) url: String,
    clock: VirtualClock,
    version: Version,
    world: Arc<Mutex<World>>,
}

impl StandIn {
    pub(crate) async fn start(clock: VirtualClock, version: Version) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stand_in = Self { url, clock, version, world: Arc::default() };
        let service = Router::new().fallback(api::answer).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        stand_in
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub(crate) fn session_count(&self) -> usize {
        self.world().sessions.len()
    }

    /// On how many pages something can be paid.
    pub(crate) fn open_session_count(&self) -> usize {
        self.world().sessions.values().filter(|session| session["status"] == "open").count()
    }

    pub(crate) fn session(&self, id: &str) -> Value {
        self.world().sessions[id].clone()
    }

    /// The next answers are lost on the way, though what was asked for was done.
    pub(crate) fn lose_answers(&self, count: usize) {
        self.world().lost_answers = count;
    }

    /// From now on no question is answered, or all are again.
    pub(crate) fn fall_silent(&self, silent: bool) {
        self.world().is_silent = silent;
    }

    /// The events of what was changed through the API, once.
    pub(crate) fn take_events(&self) -> Vec<Value> {
        std::mem::take(&mut self.world().events)
    }

    /// How often a subscription was told to end through the API.
    pub(crate) fn endings(&self) -> usize {
        self.world().endings
    }

    pub(crate) fn is_ending(&self, subscription: &str) -> bool {
        self.world().subscriptions[subscription]["cancel_at_period_end"] == true
    }

    /// Who pays for the subscription.
    pub(crate) fn customer(&self, subscription: &str) -> Value {
        self.world().subscriptions[subscription]["customer"].clone()
    }

    /// The only subscription.
    pub(crate) fn subscription(&self) -> String {
        let world = self.world();
        assert_eq!(world.subscriptions.len(), 1);
        world.subscriptions.keys().next().unwrap().clone()
    }

    pub(crate) fn add_charge(&self, charge: &Value) {
        self.world().charges.insert(charge["id"].as_str().unwrap().to_owned(), charge.clone());
    }

    fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    /// An event that happens now; the next one happens a second later.
    pub(crate) fn event(&self, kind: &str, object: &Value, previous: Option<Value>) -> Value {
        let number = {
            let mut world = self.world();
            world.last += 1;
            world.last
        };
        let mut data = json!({ "object": self.in_version(object) });
        if let Some(previous) = previous {
            data["previous_attributes"] = previous;
        }
        let event = json!({
            "id": format!("evt_{number:04}"), "object": "event", "api_version": "x", "created": self.now(),
            "type": kind, "livemode": false, "pending_webhooks": 1, "data": data,
        });
        self.clock.advance(SignedDuration::from_secs(1));
        event
    }

    /// The payer pays on the page.
    pub(crate) fn pay(&self, session_id: &str) -> Vec<Value> {
        let mut session = self.session(session_id);
        let price = session["line_items"][0]["price"].as_str().unwrap().to_owned();
        let (customer, subscription) = (self.id("cus"), self.id("sub"));
        let start = self.now();
        let object = json!({
            "id": subscription, "object": "subscription", "status": "active", "customer": customer, "start_date": start,
            "current_period_start": start, "current_period_end": month_after(start), "cancel_at_period_end": false,
            "cancel_at": null, "ended_at": null, "trial_end": null, "latest_invoice": null,
            "metadata": session["subscription_data"]["metadata"],
            "items": { "object": "list", "data": [{ "id": self.id("si"), "object": "subscription_item", "price": price_object(&price) }] },
        });
        self.world().subscriptions.insert(subscription.clone(), object);
        let invoice = self.invoice(&subscription, "subscription_create", "paid");
        session["customer"] = json!(customer);
        session["subscription"] = json!(subscription);
        session["invoice"] = invoice["id"].clone();
        session["status"] = json!("complete");
        session["payment_status"] = json!("paid");
        session["url"] = json!(null);
        session["customer_details"] = json!({ "email": "jenny@example.com", "name": "Jenny Rosen" });
        self.world().sessions.insert(session_id.to_owned(), session.clone());
        let subscription = self.world().subscriptions[&subscription].clone();
        let mut events = vec![
            self.event("customer.created", &json!({ "id": customer, "object": "customer" }), None),
            self.event("customer.subscription.created", &subscription, None),
        ];
        events.extend(self.paid(&invoice));
        events.push(self.event("checkout.session.completed", &session, None));
        events
    }

    fn paid(&self, invoice: &Value) -> Vec<Value> {
        let mut events = vec![
            self.event("invoice.paid", invoice, None),
            self.event("invoice.payment_succeeded", invoice, None),
        ];
        if self.version == Version::Basil {
            let payment = json!({ "id": self.id("inpay"), "object": "invoice_payment", "invoice": invoice["id"],
                "payment": { "type": "payment_intent", "payment_intent": invoice["payment_intent"] } });
            events.push(self.event("invoice_payment.paid", &payment, None));
        }
        events
    }

    /// A new invoice of the subscription, with its charge.
    fn invoice(&self, subscription: &str, reason: &str, status: &str) -> Value {
        let (id, charge, intent) = (self.id("in"), self.id("ch"), self.id("pi"));
        let mut world = self.world();
        let object = world.subscriptions.get_mut(subscription).unwrap();
        object["latest_invoice"] = json!(id);
        let object = object.clone();
        let price = object["items"]["data"][0]["price"].clone();
        let period = json!({ "start": object["current_period_start"], "end": object["current_period_end"] });
        let line = |amount: i64, proration: bool| {
            json!({ "id": "il_1", "object": "line_item", "amount": amount, "proration": proration, "price": price,
                "period": period, "metadata": object["metadata"] })
        };
        let amount = price["unit_amount"].as_i64().unwrap();
        let lines = match reason {
            "subscription_update" => vec![line(-900, true), line(amount, true)],
            _ => vec![line(amount, false)],
        };
        let invoice = json!({
            "id": id, "object": "invoice", "billing_reason": reason, "status": status, "customer": object["customer"],
            "customer_email": "jenny@example.com", "subscription": subscription, "payment_intent": intent,
            "charge": charge, "subscription_details": { "metadata": object["metadata"] },
            "status_transitions": { "paid_at": (status == "paid").then(|| self.now()) },
            "lines": { "object": "list", "data": lines },
        });
        let charge_object = json!({
            "id": charge, "object": "charge", "amount": amount, "amount_refunded": 0, "refunded": false, "invoice": id,
            "payment_intent": intent, "customer": object["customer"], "metadata": {},
            "billing_details": { "name": "Jenny Rosen" },
        });
        world.invoices.insert(id, invoice.clone());
        world.charges.insert(charge, charge_object);
        invoice
    }

    fn change(&self, subscription: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut world = self.world();
        let object = world.subscriptions.get_mut(subscription).unwrap();
        change(object);
        object.clone()
    }

    fn updated(&self, subscription: &str, previous: Value, change: impl FnOnce(&mut Value)) -> Value {
        let object = self.change(subscription, change);
        self.event("customer.subscription.updated", &object, Some(previous))
    }

    /// The next period begins, and its invoice is paid or not.
    pub(crate) fn renew(&self, subscription: &str, paid: bool) -> Vec<Value> {
        let before = self.change(subscription, |_| {});
        self.change(subscription, |object| {
            object["current_period_start"] = before["current_period_end"].clone();
            object["current_period_end"] = json!(month_after(before["current_period_end"].as_i64().unwrap()));
        });
        let invoice = self.invoice(subscription, "subscription_cycle", if paid { "paid" } else { "open" });
        let items = json!({ "data": [{ "price": before["items"]["data"][0]["price"], "current_period_end": before["current_period_end"] }] });
        let previous = json!({ "current_period_end": before["current_period_end"], "latest_invoice": before["latest_invoice"], "items": items });
        let mut events = vec![self.updated(subscription, previous, |_| {})];
        if paid {
            events.extend(self.paid(&invoice));
        } else {
            events.push(self.event("invoice.payment_failed", &invoice, None));
            let failing = |object: &mut Value| object["status"] = json!("past_due");
            events.push(self.updated(subscription, json!({ "status": "active" }), failing));
        }
        events
    }

    /// The newest invoice is paid after all.
    pub(crate) fn recover(&self, subscription: &str) -> Vec<Value> {
        let id = self.change(subscription, |_| {})["latest_invoice"].as_str().unwrap().to_owned();
        let invoice = {
            let now = self.now();
            let mut world = self.world();
            let invoice = world.invoices.get_mut(&id).unwrap();
            invoice["status"] = json!("paid");
            invoice["status_transitions"]["paid_at"] = json!(now);
            invoice.clone()
        };
        let mut events = self.paid(&invoice);
        let good = |object: &mut Value| object["status"] = json!("active");
        events.push(self.updated(subscription, json!({ "status": "past_due" }), good));
        events
    }

    /// The payer confirms another price; the difference is settled at once.
    pub(crate) fn change_price(&self, subscription: &str, price: &str) -> Vec<Value> {
        let before = self.change(subscription, |_| {});
        self.change(subscription, |object| object["items"]["data"][0]["price"] = price_object(price));
        let invoice = self.invoice(subscription, "subscription_update", "paid");
        let items = json!({ "data": [{ "price": before["items"]["data"][0]["price"] }] });
        let previous = json!({ "items": items, "latest_invoice": before["latest_invoice"] });
        let mut events = vec![self.updated(subscription, previous, |_| {})];
        events.extend(self.paid(&invoice));
        events
    }

    pub(crate) fn set_ending(&self, subscription: &str, ending: bool) -> Value {
        self.updated(subscription, json!({ "cancel_at_period_end": !ending }), |object| {
            object["cancel_at_period_end"] = json!(ending);
        })
    }

    pub(crate) fn end(&self, subscription: &str) -> Value {
        let now = self.now();
        let object = self.change(subscription, |object| {
            object["status"] = json!("canceled");
            object["ended_at"] = json!(now);
        });
        self.event("customer.subscription.deleted", &object, None)
    }

    /// The whole of the newest invoice is given back.
    pub(crate) fn refund(&self, subscription: &str) -> Value {
        let charge = {
            let mut world = self.world();
            let id = world.subscriptions[subscription]["latest_invoice"].as_str().unwrap().to_owned();
            let charge = world.invoices[&id]["charge"].as_str().unwrap().to_owned();
            let charge = world.charges.get_mut(&charge).unwrap();
            charge["amount_refunded"] = charge["amount"].clone();
            charge["refunded"] = json!(true);
            charge.clone()
        };
        self.event("charge.refunded", &charge, None)
    }

    /// The payer's bank takes the payment of the newest invoice back.
    pub(crate) fn dispute(&self, subscription: &str) -> Value {
        let invoice = {
            let world = self.world();
            let id = world.subscriptions[subscription]["latest_invoice"].as_str().unwrap();
            world.invoices[id].clone()
        };
        let dispute = json!({ "id": self.id("du"), "object": "dispute", "charge": invoice["charge"],
            "payment_intent": invoice["payment_intent"], "status": "needs_response", "reason": "fraudulent" });
        self.event("charge.dispute.created", &dispute, None)
    }

    fn id(&self, prefix: &str) -> String {
        let mut world = self.world();
        world.last += 1;
        format!("{prefix}_{:04}", world.last)
    }

    fn in_version(&self, object: &Value) -> Value {
        let mut object = object.clone();
        if self.version == Version::Acacia {
            return object;
        }
        let fields = object.as_object_mut().unwrap();
        match fields["object"].as_str().unwrap() {
            "subscription" => {
                let (start, end) =
                    (fields.remove("current_period_start"), fields.remove("current_period_end"));
                object["items"]["data"][0]["current_period_start"] = start.unwrap();
                object["items"]["data"][0]["current_period_end"] = end.unwrap();
            }
            "invoice" => {
                for gone in ["payment_intent", "charge"] {
                    fields.remove(gone);
                }
                let metadata = fields.remove("subscription_details").unwrap()["metadata"].clone();
                let subscription = fields.remove("subscription");
                fields.insert(
                    "parent".to_owned(),
                    json!({ "type": "subscription_details",
                    "subscription_details": { "metadata": metadata, "subscription": subscription } }),
                );
                for line in object["lines"]["data"].as_array_mut().unwrap() {
                    let line = line.as_object_mut().unwrap();
                    let (price, proration) = (line.remove("price").unwrap(), line.remove("proration"));
                    line.insert(
                        "pricing".to_owned(),
                        json!({ "type": "price_details", "price_details": { "price": price["id"] } }),
                    );
                    line.insert(
                        "parent".to_owned(),
                        json!({ "subscription_item_details": { "proration": proration } }),
                    );
                }
            }
            "charge" => {
                fields.remove("invoice");
            }
            _ => {}
        }
        object
    }
}

fn month_after(seconds: i64) -> i64 {
    let start = wixapp_core::clock::Timestamp::from_second(seconds).unwrap();
    wixapp_core::cycle::add_months(start, 1).unwrap().as_second()
}

fn price_object(id: &str) -> Value {
    let (_, amount) = MONTHLY.iter().find(|(known, _)| *known == id).unwrap();
    json!({ "id": id, "object": "price", "unit_amount": amount, "recurring": { "interval": "month", "interval_count": 1 } })
}
