//! An invoice, and a payment made on one.

use serde_json::Value;
use wixapp_core::BillingCycle;
use wixapp_core::clock::Timestamp;

use super::Metadata;
use super::subscription::{cycle, price_id};
use crate::read;

const DAY_S: i64 = 86_400;

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// `in_…`.
    pub id: String,
    /// The payer, `cus_…`.
    pub customer: Option<String>,
    /// The subscription it is for, `sub_…`.
    pub subscription: Option<String>,
    /// Why it was made: `subscription_create`, `subscription_cycle`, `subscription_update` …
    pub reason: String,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// What is paid: the line of the plan itself, without prorations.
    pub line: Option<Line>,
    /// The payments made on it, `pi_…` and `ch_…`, in versions that name them.
    pub payments: Vec<String>,
    /// What we wrote into the subscription.
    pub metadata: Metadata,
}

/// The line of an invoice that is for the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `price_…`.
    pub price_id: String,
    /// How often it is paid.
    pub cycle: BillingCycle,
    /// The amount before discounts, in the smallest unit of the currency; 0 in a trial.
    pub amount: i64,
    /// The end of the period that is paid.
    pub period_end: Option<Timestamp>,
}

impl Invoice {
    pub(crate) fn read(object: &Value) -> Result<Self, &'static str> {
        let first = |places: &[&str]| places.iter().find_map(|place| read::id(object, place));
        let mut payments: Vec<String> =
            ["/payment_intent", "/charge"].iter().filter_map(|place| read::id(object, place)).collect();
        payments.extend(read::list(object, "/payments").filter_map(payment));
        let line = read::list(object, "/lines").filter(|line| !is_proration(line)).find_map(Line::read);
        Ok(Self {
            id: read::id(object, "/id").ok_or("the invoice has no id")?,
            customer: read::id(object, "/customer"),
            subscription: first(&["/subscription", "/parent/subscription_details/subscription"]),
            reason: read::text(object, "/billing_reason").unwrap_or("manual").to_owned(),
            paid_at: read::time(object, "/status_transitions/paid_at"),
            line,
            payments,
            metadata: Metadata::read(
                object,
                &[
                    "/subscription_details/metadata",
                    "/parent/subscription_details/metadata",
                    "/lines/data/0/metadata",
                    "/metadata",
                ],
            ),
        })
    }
}

impl Line {
    fn read(line: &Value) -> Option<Self> {
        let (start, end) = (read::number(line, "/period/start"), read::number(line, "/period/end"));
        // Since the version 2025-03-31 a line names its price and not how often that is paid.
        let by_length = || by_days((end? - start?) / DAY_S);
        Some(Self {
            price_id: price_id(line)?,
            cycle: cycle(line).or_else(by_length).unwrap_or(BillingCycle::NoCycle),
            amount: read::number(line, "/amount")?,
            period_end: read::time(line, "/period/end"),
        })
    }
}

fn by_days(days: i64) -> Option<BillingCycle> {
    match days {
        27..=31 => Some(BillingCycle::Monthly),
        364..=366 => Some(BillingCycle::Yearly),
        _ => None,
    }
}

fn is_proration(line: &Value) -> bool {
    read::is_true(line, "/proration") || read::is_true(line, "/parent/subscription_item_details/proration")
}

/// A payment made on an invoice: how newer versions tell which payment belongs to which invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePayment {
    /// `in_…`.
    pub invoice: String,
    /// `pi_…` or `ch_…`.
    pub payment: Option<String>,
}

impl InvoicePayment {
    pub(crate) fn read(object: &Value) -> Result<Self, &'static str> {
        Ok(Self {
            invoice: read::id(object, "/invoice").ok_or("the payment names no invoice")?,
            payment: payment(object),
        })
    }
}

fn payment(object: &Value) -> Option<String> {
    read::id(object, "/payment/payment_intent").or_else(|| read::id(object, "/payment/charge"))
}
