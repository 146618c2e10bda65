//! A subscription, and what an event says it was before.

use serde_json::Value;
use wixapp_core::BillingCycle;
use wixapp_core::clock::Timestamp;

use super::Metadata;
use crate::read;

/// A subscription. Of several items the first counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `sub_…`.
    pub id: String,
    /// The payer, `cus_…`.
    pub customer: Option<String>,
    /// How it stands.
    pub status: Status,
    /// The item that is changed when the plan is, `si_…`.
    pub item_id: Option<String>,
    /// What is paid, `price_…`.
    pub price_id: String,
    /// How often.
    pub cycle: BillingCycle,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When the running period began.
    pub period_start: Option<Timestamp>,
    /// When the running period ends.
    pub period_end: Option<Timestamp>,
    /// When the trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// Whether it ends with the running period.
    pub is_ending: bool,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// The newest invoice, `in_…`.
    pub latest_invoice: Option<String>,
    /// Whether that invoice is paid; known only where it was asked for.
    pub latest_invoice_paid: Option<bool>,
    /// What we wrote.
    pub metadata: Metadata,
}

/// How a subscription stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The first payment is awaited.
    Incomplete,
    /// The first payment never came.
    IncompleteExpired,
    /// In its free trial.
    Trialing,
    /// In force. In the first hour of a period its invoice may not be paid yet.
    Active,
    /// A payment failed and is tried again.
    PastDue,
    /// Over.
    Canceled,
    /// Payments failed for good, and the account's settings keep it.
    Unpaid,
    /// The trial ended without a way to pay.
    Paused,
    /// A word this version does not know.
    Unknown(String),
}

impl From<&str> for Status {
    fn from(text: &str) -> Self {
        match text {
            "incomplete" => Self::Incomplete,
            "incomplete_expired" => Self::IncompleteExpired,
            "trialing" => Self::Trialing,
            "active" => Self::Active,
            "past_due" => Self::PastDue,
            "canceled" => Self::Canceled,
            "unpaid" => Self::Unpaid,
            "paused" => Self::Paused,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

impl Status {
    /// Whether it gives access: a failed payment does not end that at once.
    #[must_use]
    pub fn gives_access(&self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue | Self::Unpaid)
    }
}

impl Subscription {
    pub(crate) fn read(object: &Value) -> Result<Self, &'static str> {
        let item = read::list(object, "/items").next();
        let price = item.and_then(price_id).or_else(|| read::id(object, "/plan"));
        let on_item = |name: &str| item.and_then(|item| read::time(item, name));
        // On the subscription until the version 2025-03-31, on its items since.
        let period_end = read::time(object, "/current_period_end").or_else(|| on_item("/current_period_end"));
        let cancel_at = read::time(object, "/cancel_at");
        let with_period = cancel_at.is_some_and(|at| period_end.is_none_or(|end| at <= end));
        Ok(Self {
            id: read::id(object, "/id").ok_or("the subscription has no id")?,
            customer: read::id(object, "/customer"),
            status: read::text(object, "/status").ok_or("the subscription has no status")?.into(),
            item_id: item.and_then(|item| read::id(item, "/id")),
            price_id: price.ok_or("the subscription has no price")?,
            cycle: item.and_then(cycle).or_else(|| cycle(object)).unwrap_or(BillingCycle::NoCycle),
            started_at: read::time(object, "/start_date"),
            period_start: read::time(object, "/current_period_start")
                .or_else(|| on_item("/current_period_start")),
            period_end,
            trial_end: read::time(object, "/trial_end"),
            is_ending: read::is_true(object, "/cancel_at_period_end") || with_period,
            ended_at: read::time(object, "/ended_at"),
            latest_invoice: read::id(object, "/latest_invoice"),
            latest_invoice_paid: read::text(object, "/latest_invoice/status").map(|status| status == "paid"),
            metadata: Metadata::read(object, &["/metadata"]),
        })
    }
}

/// What `previous_attributes` says of a subscription before an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Previous {
    /// Its status, when that changed.
    pub status: Option<Status>,
    /// Its price, when that changed. The items stand in `previous_attributes` also when only their period moved.
    pub price_id: Option<String>,
    /// Whether it ended with its period before, when that changed.
    pub was_ending: Option<bool>,
    /// Whether its newest invoice is one that it did not have before.
    pub has_new_invoice: bool,
}

impl Previous {
    pub(super) fn read(event: &Value) -> Self {
        let Some(before) = event.pointer("/data/previous_attributes") else { return Self::default() };
        let item = read::list(before, "/items").next();
        let flag = before.get("cancel_at_period_end").and_then(Value::as_bool);
        let date = before.get("cancel_at").map(|at| !at.is_null());
        Self {
            status: read::text(before, "/status").map(Status::from),
            price_id: item.and_then(price_id).or_else(|| read::id(before, "/plan")),
            was_ending: flag.or(date),
            has_new_invoice: before.get("latest_invoice").is_some(),
        }
    }
}

/// The price of a subscription's item or an invoice's line, in the words of any version.
pub(super) fn price_id(item: &Value) -> Option<String> {
    ["/price", "/plan", "/pricing/price_details/price"].iter().find_map(|place| read::id(item, place))
}

/// How often an item is paid.
pub(super) fn cycle(item: &Value) -> Option<BillingCycle> {
    let places = ["/price/recurring", "/plan", "/pricing/price_details/price/recurring"];
    let recurring =
        places.iter().find_map(|place| item.pointer(place).filter(|it| it.get("interval").is_some()))?;
    let interval = read::text(recurring, "/interval")?;
    let count = read::number(recurring, "/interval_count").unwrap_or(1);
    Some(match (interval, count) {
        ("month", 1) => BillingCycle::Monthly,
        ("year", 1) | ("month", 12) => BillingCycle::Yearly,
        ("year", 2) => BillingCycle::TwoYears,
        ("year", 3) => BillingCycle::ThreeYears,
        _ => BillingCycle::Unknown(format!("{count}_{}", interval.to_uppercase())),
    })
}
