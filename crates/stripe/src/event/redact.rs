//! What of an event may be kept: the fields that are read, and nothing of the payer.

use serde_json::{Map, Value};

use super::metadata;

/// The names of the fields that are read anywhere. What has another name is not kept: Stripe's events carry names,
/// addresses, e-mails and parts of card numbers.
const KEPT: [&str; 51] = [
    "amount",
    "amount_refunded",
    "amount_subtotal",
    "api_version",
    "billing_reason",
    "cancel_at",
    "cancel_at_period_end",
    "canceled_at",
    "charge",
    "created",
    "current_period_end",
    "current_period_start",
    "customer",
    "data",
    "end",
    "ended_at",
    "id",
    "interval",
    "interval_count",
    "invoice",
    "items",
    "latest_invoice",
    "lines",
    "livemode",
    "metadata",
    "mode",
    "object",
    "paid_at",
    "parent",
    "payment",
    "payment_intent",
    "payment_status",
    "payments",
    "period",
    "plan",
    "previous_attributes",
    "price",
    "price_details",
    "pricing",
    "proration",
    "recurring",
    "refunded",
    "start",
    "start_date",
    "status",
    "status_transitions",
    "subscription",
    "subscription_details",
    "subscription_item_details",
    "trial_end",
    "type",
];

/// The event without what is not read.
pub(super) fn event(value: &Value) -> Value {
    match value {
        Value::Object(fields) => keep(fields, &KEPT),
        Value::Array(values) => Value::Array(values.iter().map(event).collect()),
        other => other.clone(),
    }
}

fn keep(fields: &Map<String, Value>, names: &[&str]) -> Value {
    let kept = fields.iter().filter(|(name, _)| names.contains(&name.as_str()));
    let cleaned = kept.map(|(name, value)| match value {
        // Metadata is free text of whoever runs the account, under any names.
        Value::Object(own) if name == "metadata" => (name.clone(), keep(own, &metadata::NAMES)),
        value => (name.clone(), event(value)),
    });
    Value::Object(cleaned.collect())
}
