//! What the platform shows of itself: the JSON of the page API, and the results of the in-process calls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use wixapp_core::fact::{BillingCycle, InvoiceStatus};
use wixapp_core::id::{DeliveryId, InstanceId, PlanId};

use crate::chaos::ChaosEffect;
use crate::world::checkout::CheckoutStatus;
use crate::world::coupon::Coupon;
use crate::world::delivery::{Attempt, DeliveryState};
use crate::world::site;
use crate::world::subscription::Subscription;
use crate::world::{checkout, delivery};

/// A site with the app's install, if it ever had one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// The site's id (`metaSiteId`).
    pub site_id: String,
    /// The site's name.
    pub name: String,
    /// The site's public address.
    pub url: String,
    /// Its page on the local platform, where that has one.
    pub page_url: Option<String>,
    /// Who owns it.
    pub owner_name: String,
    /// The address of the owner's account.
    pub owner_email: String,
    /// The app on this site; also after it was removed, since a reinstall brings the same instance back.
    pub install: Option<Install>,
}

/// The app on one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Install {
    /// The instance: stable over uninstall and reinstall.
    pub instance_id: InstanceId,
    /// When it was installed last.
    pub installed_at: Timestamp,
    /// Whether it was removed.
    pub removed: bool,
    /// The last plan bought, also after it ended.
    pub plan: Option<Plan>,
}

/// Where a bought plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanStatus {
    /// Paid, and it renews.
    Active,
    /// Paid until the period ends.
    Cancelled,
    /// Tried out, and paid from the end of the trial on.
    Trial,
    /// A payment failed; access stays until somebody gives up.
    Unpaid,
    /// Over: the site is free.
    Expired,
}

/// A bought plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Which plan of the catalogue it is.
    pub plan_id: PlanId,
    /// The product, as the app asked for it.
    pub product_id: String,
    /// The plan's name.
    pub name: String,
    /// How it is paid.
    pub billing_cycle: BillingCycle,
    /// When it was bought.
    pub started_at: Timestamp,
    /// When the paid period ends.
    pub period_end: Timestamp,
    /// Whether it renews then.
    pub auto_renew: bool,
    /// Where it stands.
    pub status: PlanStatus,
    /// The price of a period; "0.00" after a test checkout.
    pub price: String,
    /// The currency of the price.
    pub currency: String,
    /// The invoice of the current period.
    pub invoice_id: String,
    /// Whether the payer's card will decline the next payment.
    pub card_fails: bool,
    /// The invoice whose payment failed and is still open.
    pub unpaid_invoice_id: Option<String>,
    /// The lower plan that the next period is paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_plan: Option<String>,
}

/// What was charged for one period of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// Its number.
    pub invoice_id: String,
    /// The product that was paid.
    pub product_id: String,
    /// How it is paid.
    pub billing_cycle: BillingCycle,
    /// What was charged; "0.00" after a test checkout.
    pub price: String,
    /// The currency of the price.
    pub currency: String,
    /// When it was charged.
    pub at: Timestamp,
    /// Whether it pays a later period of a plan bought earlier.
    pub renewal: bool,
    /// What became of it.
    pub status: InvoiceStatus,
    /// The coupon that made it cheaper.
    pub coupon_name: Option<String>,
}

impl From<&crate::world::invoice::Invoice> for Invoice {
    fn from(invoice: &crate::world::invoice::Invoice) -> Self {
        Self {
            invoice_id: invoice.invoice_id.clone(),
            product_id: invoice.product_id.clone(),
            billing_cycle: invoice.cycle.clone(),
            price: invoice.price.clone(),
            currency: invoice.currency.clone(),
            at: invoice.at,
            renewal: invoice.renewal,
            status: invoice.status.clone(),
            coupon_name: invoice.coupon_name.clone(),
        }
    }
}

/// A checkout page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// The page's token: `{platform}/checkout/{token}`.
    pub token: String,
    /// What became of it.
    pub status: CheckoutStatus,
    /// The product on sale.
    pub product_id: String,
    /// Its name.
    pub plan_name: String,
    /// How it is paid.
    pub billing_cycle: BillingCycle,
    /// The price of a period.
    pub price: String,
    /// The currency of the price.
    pub currency: String,
    /// The site that buys.
    pub site_name: String,
    /// The app that sells.
    pub app_name: String,
    /// Whether 0.00 is charged instead of the price.
    pub test_checkout: bool,
    /// What is charged today.
    pub due_today: String,
    /// For how many days the plan is tried out before it is paid.
    pub trial_days: Option<i64>,
    /// What makes the first payment cheaper.
    pub coupon: Option<Coupon>,
    /// When the plan begins, where that is not today: a lower plan waits for the period that is paid.
    pub begins_at: Option<Timestamp>,
    /// Where the browser goes when the page is closed unpaid.
    pub cancel_url: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// One webhook on its way to the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its id.
    pub delivery_id: DeliveryId,
    /// What happened, for example `AppInstalled`.
    pub event_type: String,
    /// The instance it is about.
    pub instance_id: InstanceId,
    /// The site it is about.
    pub site_name: String,
    /// The number of the last attempt, 1 to 13; 1 while the first is still to come.
    pub attempt: u32,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it was sent last; before that, when it was queued.
    pub at: Timestamp,
    /// How long the last attempt took in real time.
    pub duration_ms: Option<u64>,
    /// The last answer's status.
    pub response_status: Option<u16>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Timestamp>,
    /// The delivery that this one repeats, by hand or by chaos.
    pub resend_of: Option<DeliveryId>,
    /// What chaos did to the last attempt, else to the delivery as it was queued.
    pub chaos: Option<ChaosEffect>,
}

/// A delivery with everything that went over the wire.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryDetail {
    /// The delivery itself.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// Every attempt so far.
    pub attempts: Vec<Attempt>,
    /// Where it is posted to.
    pub request_url: String,
    /// The headers of the last attempt.
    pub request_headers: BTreeMap<String, String>,
    /// The body of the last attempt: the JWT.
    pub request_body: Option<String>,
    /// The body's layers.
    pub decoded: Decoded,
    /// The headers of the last answer.
    pub response_headers: BTreeMap<String, String>,
    /// The beginning of the last answer's body.
    pub response_body: String,
}

/// The layers of a webhook's body, outermost first. All but the payload are known once it was signed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decoded {
    /// The JWT's claims.
    pub claims: Option<Value>,
    /// The envelope: type, instance, and the inner layers as text.
    pub event: Option<Value>,
    /// The event's own payload.
    pub payload: Value,
    /// Who caused it.
    pub identity: Option<Value>,
}

impl Site {
    pub(crate) fn at(site: &site::Site, now: Timestamp) -> Self {
        let install = site.install.as_ref().map(|install| Install {
            instance_id: install.instance_id.clone(),
            installed_at: install.installed_at,
            removed: install.removed,
            plan: install.plan.as_ref().map(|plan| Plan::at(plan, now)),
        });
        Self {
            site_id: site.site_id.clone(),
            name: site.name.clone(),
            url: site.url.clone(),
            page_url: None,
            owner_name: site.owner_name.clone(),
            owner_email: site.owner_email.clone(),
            install,
        }
    }
}

impl Plan {
    fn at(plan: &Subscription, now: Timestamp) -> Self {
        let status = match (plan.is_live(now), plan.auto_renew) {
            (false, _) => PlanStatus::Expired,
            (true, _) if plan.unpaid_invoice_id.is_some() => PlanStatus::Unpaid,
            (true, false) => PlanStatus::Cancelled,
            (true, true) if plan.trial_ends_at.is_some() => PlanStatus::Trial,
            (true, true) => PlanStatus::Active,
        };
        Self {
            plan_id: plan.plan_id.clone(),
            product_id: plan.product_id.clone(),
            name: plan.name.clone(),
            billing_cycle: plan.cycle.clone(),
            started_at: plan.runs_since(),
            period_end: plan.period_end_at,
            auto_renew: plan.auto_renew,
            status,
            price: plan.price.clone(),
            currency: plan.currency.clone(),
            card_fails: plan.card_fails,
            unpaid_invoice_id: plan.unpaid_invoice_id.clone(),
            invoice_id: plan.invoice_id.clone(),
            next_plan: plan.next.as_ref().map(|next| next.name.clone()),
        }
    }
}

impl Checkout {
    pub(crate) fn of(checkout: &checkout::Checkout, context: CheckoutContext<'_>) -> Self {
        Self {
            token: checkout.token.clone(),
            status: checkout.status_at(context.now),
            product_id: checkout.product_id.clone(),
            plan_name: checkout.plan_name.clone(),
            billing_cycle: checkout.cycle.clone(),
            price: checkout.price.clone(),
            currency: checkout.currency.clone(),
            site_name: context.site_name,
            app_name: context.app_name.to_owned(),
            test_checkout: checkout.test_checkout,
            due_today: if context.begins_at.is_some() { "0.00".to_owned() } else { checkout.due_today() },
            trial_days: checkout.trial_days,
            coupon: checkout.coupon.clone(),
            begins_at: context.begins_at,
            cancel_url: context.cancel_url,
            created_at: checkout.created_at,
            expires_at: checkout.expires_at,
        }
    }
}

/// What a checkout page shows beside the checkout itself.
pub(crate) struct CheckoutContext<'a> {
    pub(crate) site_name: String,
    pub(crate) app_name: &'a str,
    pub(crate) cancel_url: String,
    pub(crate) begins_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

impl From<&delivery::Delivery> for Delivery {
    fn from(delivery: &delivery::Delivery) -> Self {
        let last = delivery.attempts.last();
        Self {
            delivery_id: delivery.delivery_id.clone(),
            event_type: delivery.event_type.clone(),
            instance_id: delivery.instance_id.clone(),
            site_name: delivery.site_name.clone(),
            attempt: last.map_or(1, |last| last.attempt),
            state: delivery.state,
            at: last.map_or(delivery.created_at, |last| last.at),
            duration_ms: last.map(|last| last.duration_ms),
            response_status: last.and_then(|last| last.response_status),
            error: last.and_then(|last| last.error.clone()),
            next_attempt_at: delivery.next_attempt_at,
            resend_of: delivery.resend_of.clone(),
            chaos: delivery.chaos_effect(),
        }
    }
}

impl DeliveryDetail {
    pub(crate) fn new(delivery: &delivery::Delivery, request_url: &str) -> Self {
        Self {
            delivery: Delivery::from(delivery),
            attempts: delivery.attempts.clone(),
            request_url: request_url.to_owned(),
            request_headers: delivery.exchange.request_headers.clone(),
            request_body: delivery.body.clone(),
            decoded: Decoded::new(delivery),
            response_headers: delivery.exchange.response_headers.clone(),
            response_body: delivery.exchange.response_body.clone(),
        }
    }
}

impl Decoded {
    fn new(delivery: &delivery::Delivery) -> Self {
        let claims = delivery.body.as_deref().and_then(crate::delivery::claims_of);
        let event = claims.as_ref().and_then(|claims| inner(claims, "data"));
        let identity = event.as_ref().and_then(|event| inner(event, "identity"));
        Self { claims, event, payload: delivery.payload.clone(), identity }
    }
}

/// The JSON written as text inside a field of a layer.
fn inner(layer: &Value, field: &str) -> Option<Value> {
    serde_json::from_str(layer.get(field)?.as_str()?).ok()
}
