//! The payloads of Wix's app events, field by field as the official package's types have them (wix-protocol §4).

use jiff::Timestamp;
use serde_json::{Value, json};
use wixapp_core::fact::InvoiceStatus;
use wixapp_core::id::InstanceId;
use wixapp_platform::webhook::Identity;

use crate::world::checkout::Checkout;
use crate::world::coupon::Coupon;
use crate::world::invoice::Invoice;
use crate::world::subscription::Subscription;

/// Something to tell the app: the type of the event, its innermost layer, and who brought it about.
#[derive(Debug, Clone)]
pub(crate) struct AppEvent {
    pub(crate) event_type: &'static str,
    pub(crate) payload: Value,
    pub(crate) cause: Cause,
}

/// Who brought an event about.
#[derive(Debug, Clone)]
pub(crate) enum Cause {
    /// The site's owner, on a page of the platform.
    Owner,
    /// Nobody whom Wix names: time passed, or a bank spoke.
    Nobody,
    /// Whoever called an API.
    Caller(Identity),
}

impl AppEvent {
    pub(crate) fn by_owner(event_type: &'static str, payload: Value) -> Self {
        Self { event_type, payload, cause: Cause::Owner }
    }

    pub(crate) fn by(self, cause: Cause) -> Self {
        Self { cause, ..self }
    }

    /// Names the coupon that made the purchase cheaper.
    pub(crate) fn with_coupon(mut self, coupon: Option<&Coupon>) -> Self {
        if let Some(coupon) = coupon {
            self.payload["couponName"] = coupon.name.as_str().into();
        }
        self
    }
}

pub(crate) fn app_installed(app_id: &str, origin: Option<&InstanceId>) -> AppEvent {
    let payload = match origin {
        Some(origin) => json!({ "appId": app_id, "originInstanceId": origin }),
        None => json!({ "appId": app_id }),
    };
    AppEvent::by_owner("AppInstalled", payload)
}

pub(crate) fn app_removed(app_id: &str) -> AppEvent {
    AppEvent::by_owner("AppRemoved", json!({ "appId": app_id }))
}

pub(crate) fn purchased(plan: &Subscription, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "expiresOn": wix_time(plan.period_end_at),
        "invoiceId": plan.invoice_id,
    });
    AppEvent::by_owner("PaidPlanPurchased", payload)
}

pub(crate) fn purchased_once(invoice: &Invoice) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(invoice.at),
        "vendorProductId": invoice.product_id,
        "cycle": invoice.cycle,
        "invoiceId": invoice.invoice_id,
    });
    AppEvent::by_owner("PaidPlanPurchased", payload)
}

pub(crate) fn changed(plan: &Subscription, previous: &Subscription, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "previousVendorProductId": previous.product_id,
        "previousCycle": previous.cycle,
        "couponName": null,
        "invoiceId": plan.invoice_id,
    });
    AppEvent::by_owner("PaidPlanChanged", payload)
}

/// The plan changes when the period that is paid ends: it is told when the owner decides, under the invoice that runs.
pub(crate) fn changed_later(plan: &Subscription, checkout: &Checkout, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": checkout.product_id,
        "cycle": checkout.cycle,
        "previousVendorProductId": plan.product_id,
        "previousCycle": plan.cycle,
        "couponName": null,
        "invoiceId": plan.invoice_id,
    });
    AppEvent::by_owner("PaidPlanChanged", payload)
}

pub(crate) fn renewal_cancelled(plan: &Subscription, at: Timestamp) -> AppEvent {
    cancelled(plan, "USER_CANCEL", "AT_END_OF_PERIOD", at)
}

/// The plan ends now, and not with the period.
pub(crate) fn ended_now(plan: &Subscription, reason: &str, at: Timestamp) -> AppEvent {
    // A plan that was not paid is ended by Wix.
    let cause = if reason == "USER_CANCEL" { Cause::Owner } else { Cause::Nobody };
    cancelled(plan, reason, "IMMEDIATELY", at).by(cause)
}

fn cancelled(plan: &Subscription, reason: &str, when: &str, at: Timestamp) -> AppEvent {
    let trial = if plan.trial_ends_at.is_some() { "DURING_FREE_TRIAL" } else { "NOT_DURING_FREE_TRIAL" };
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "cancelReason": reason,
        "userReason": null,
        "subscriptionCancellationType": when,
        "cancelledDuringFreeTrial": trial,
    });
    AppEvent::by_owner("PaidPlanAutoRenewalCancelled", payload)
}

pub(crate) fn converted(plan: &Subscription, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "expiresOn": wix_time(plan.period_end_at),
    });
    AppEvent::by_owner("PlanConvertedToPaid", payload).by(Cause::Nobody)
}

/// The plan is paid from another account from now on.
pub(crate) fn transferred(plan: &Subscription, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "invoiceId": plan.invoice_id,
    });
    AppEvent::by_owner("PlanTransferred", payload)
}

/// It does not say when it happened: neither does Wix's.
pub(crate) fn invoice_updated(
    invoice_id: &str,
    status: InvoiceStatus,
    instance_id: &InstanceId,
    recurring: bool,
) -> AppEvent {
    let cause = if status == InvoiceStatus::Paid { Cause::Owner } else { Cause::Nobody };
    let payload = json!({
        "status": status,
        "invoiceId": invoice_id,
        "instanceId": instance_id,
        "recurring": recurring,
    });
    AppEvent::by_owner("InvoiceStatusUpdated", payload).by(cause)
}

pub(crate) fn reactivated(plan: &Subscription, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "expiresOn": wix_time(plan.period_end_at),
        "invoiceId": plan.invoice_id,
        "reason": "AUTO_RENEW_TURNED_ON",
    });
    AppEvent::by_owner("PlanReactivated", payload)
}

/// Wix writes times as `YYYY-MM-DDThh:mm:ss.sssZ`, always with three decimals.
pub(crate) fn wix_time(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_always_have_three_decimals() {
        assert_eq!(wix_time("2027-01-31T08:00:00Z".parse().unwrap()), "2027-01-31T08:00:00.000Z");
    }
}
