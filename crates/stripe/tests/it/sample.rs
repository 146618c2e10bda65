//! Events as Stripe's API reference shows them, in the words of two versions.

use serde_json::{Value, json};

pub(crate) const CREATED: i64 = 1_803_895_200;
pub(crate) const MONTH_LATER: i64 = CREATED + 31 * 86_400;

pub(crate) fn event(kind: &str, object: &Value) -> Value {
    json!({
        "id": "evt_1OqXyzLkdIwHu7ix", "object": "event", "api_version": "2024-06-20", "created": CREATED,
        "data": { "object": object }, "livemode": false, "pending_webhooks": 1,
        "request": { "id": "req_1", "idempotency_key": "ada9a1b0" }, "type": kind,
    })
}

pub(crate) fn metadata() -> Value {
    json!({
        "wixapp_app_id": "app-1", "wixapp_instance_id": "site-1", "wixapp_plan_id": "starter",
        "wixapp_billing_cycle": "MONTHLY", "wixapp_checkout_id": "chk_1", "sales_person": "Jenny Rosen",
    })
}

pub(crate) fn session() -> Value {
    json!({
        "id": "cs_test_a1", "object": "checkout.session", "amount_subtotal": 900, "amount_total": 900,
        "client_reference_id": "site-1", "currency": "usd", "customer": "cus_1",
        "customer_details": { "email": "jenny@example.com", "name": "Jenny Rosen", "address": { "line1": "1 Main St" } },
        "customer_email": "jenny@example.com", "invoice": "in_1", "metadata": metadata(), "mode": "subscription",
        "payment_intent": null, "payment_status": "paid", "status": "complete", "subscription": "sub_1", "url": null,
    })
}

/// A session on which something is paid once.
pub(crate) fn session_paid_once() -> Value {
    let mut session = session();
    session["mode"] = json!("payment");
    session["metadata"]["wixapp_plan_id"] = json!("pack-500");
    session["metadata"]["wixapp_billing_cycle"] = json!("ONE_TIME");
    (session["subscription"], session["invoice"]) = (Value::Null, Value::Null);
    session["payment_intent"] = json!("pi_9");
    session
}

/// With the period on the subscription.
pub(crate) fn subscription() -> Value {
    json!({
        "id": "sub_1", "object": "subscription", "cancel_at": null, "cancel_at_period_end": false,
        "current_period_start": CREATED, "current_period_end": MONTH_LATER, "customer": "cus_1",
        "default_payment_method": "pm_card_visa", "ended_at": null, "latest_invoice": "in_1",
        "items": { "object": "list", "data": [{
            "id": "si_1", "object": "subscription_item", "price": {
                "id": "price_starter_monthly", "object": "price", "nickname": "Jenny's price",
                "recurring": { "interval": "month", "interval_count": 1 },
            },
        }] },
        "metadata": metadata(), "start_date": CREATED, "status": "active", "trial_end": null,
    })
}

/// With the period on its item.
pub(crate) fn subscription_since_basil() -> Value {
    let mut subscription = subscription();
    let fields = subscription.as_object_mut().unwrap();
    let (start, end) = (fields.remove("current_period_start"), fields.remove("current_period_end"));
    subscription["items"]["data"][0]["current_period_start"] = start.unwrap();
    subscription["items"]["data"][0]["current_period_end"] = end.unwrap();
    subscription
}

fn line(more: Value) -> Value {
    let mut line = json!({
        "id": "il_1", "object": "line_item", "amount": 900, "currency": "usd",
        "description": "1 × Starter (at $9.00 / month)", "metadata": metadata(),
        "period": { "start": CREATED, "end": MONTH_LATER },
    });
    line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    line
}

/// With its subscription and its payment on the invoice itself.
pub(crate) fn invoice() -> Value {
    json!({
        "id": "in_1", "object": "invoice", "billing_reason": "subscription_create", "charge": "ch_1",
        "customer": "cus_1", "customer_email": "jenny@example.com", "customer_name": "Jenny Rosen",
        "payment_intent": "pi_1", "status": "paid", "status_transitions": { "paid_at": CREATED + 2 },
        "subscription": "sub_1", "subscription_details": { "metadata": metadata() }, "total": 900,
        "lines": { "object": "list", "data": [
            line(json!({ "amount": -400, "proration": true, "price": { "id": "price_old" } })),
            line(json!({ "proration": false, "price": {
                "id": "price_starter_monthly", "recurring": { "interval": "month", "interval_count": 1 },
            } })),
        ] },
    })
}

/// With its subscription under `parent`, its payments in a list, and prices by id alone.
pub(crate) fn invoice_since_basil() -> Value {
    let item = |proration| json!({ "subscription_item_details": { "proration": proration, "subscription": "sub_1" } });
    let price =
        |id: &str| json!({ "type": "price_details", "price_details": { "price": id, "product": "prod_1" } });
    json!({
        "id": "in_1", "object": "invoice", "billing_reason": "subscription_create", "customer": "cus_1",
        "customer_email": "jenny@example.com", "status": "paid", "status_transitions": { "paid_at": CREATED + 2 },
        "parent": { "type": "subscription_details", "subscription_details": { "metadata": metadata(), "subscription": "sub_1" } },
        "payments": { "object": "list", "data": [
            { "id": "inpay_1", "object": "invoice_payment", "invoice": "in_1",
              "payment": { "type": "payment_intent", "payment_intent": "pi_1" }, "status": "paid" },
        ] },
        "lines": { "object": "list", "data": [
            line(json!({ "amount": -400, "parent": item(true), "pricing": price("price_old") })),
            line(json!({ "parent": item(false), "pricing": price("price_starter_monthly") })),
        ] },
    })
}

pub(crate) fn charge() -> Value {
    json!({
        "id": "ch_1", "object": "charge", "amount": 900, "amount_refunded": 900, "refunded": true, "invoice": "in_1",
        "payment_intent": "pi_1", "customer": "cus_1", "receipt_email": "jenny@example.com", "metadata": {},
        "billing_details": { "name": "Jenny Rosen" }, "payment_method_details": { "card": { "last4": "4242" } },
    })
}

pub(crate) fn dispute() -> Value {
    json!({
        "id": "du_1", "object": "dispute", "amount": 900, "charge": "ch_1", "payment_intent": "pi_1",
        "reason": "fraudulent", "status": "needs_response",
        "evidence": { "customer_name": "Jenny Rosen", "customer_email_address": "jenny@example.com" },
    })
}

/// One of every kind that is understood.
pub(crate) fn all() -> Vec<Value> {
    let payment = json!({
        "id": "inpay_1", "object": "invoice_payment", "invoice": "in_1",
        "payment": { "type": "payment_intent", "payment_intent": "pi_1" },
    });
    vec![
        event("checkout.session.completed", &session()),
        event("checkout.session.completed", &session_paid_once()),
        event("checkout.session.async_payment_succeeded", &session_paid_once()),
        event("customer.subscription.created", &subscription()),
        event("customer.subscription.updated", &subscription_since_basil()),
        event("customer.subscription.deleted", &subscription()),
        event("invoice.paid", &invoice()),
        event("invoice.paid", &invoice_since_basil()),
        event("invoice.payment_failed", &invoice()),
        event("invoice_payment.paid", &payment),
        event("charge.refunded", &charge()),
        event("charge.dispute.created", &dispute()),
    ]
}
