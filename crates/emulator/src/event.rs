//! The payloads of Wix's app events, field by field as the official package's types have them (wix-protocol §4).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::invoice::Invoice;
use crate::world::subscription::Subscription;

/// Something to tell the app: the type of the event and its innermost layer.
#[derive(Debug, Clone)]
pub(crate) struct AppEvent {
    pub(crate) event_type: &'static str,
    pub(crate) payload: Value,
}

pub(crate) fn app_installed(app_id: &str) -> AppEvent {
    AppEvent { event_type: "AppInstalled", payload: json!({ "appId": app_id }) }
}

pub(crate) fn app_removed(app_id: &str) -> AppEvent {
    AppEvent { event_type: "AppRemoved", payload: json!({ "appId": app_id }) }
}

pub(crate) fn purchased(plan: &Subscription, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "expiresOn": wix_time(plan.period_end_at),
        "invoiceId": plan.invoice_id,
    });
    AppEvent { event_type: "PaidPlanPurchased", payload }
}

pub(crate) fn purchased_once(invoice: &Invoice) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(invoice.at),
        "vendorProductId": invoice.product_id,
        "cycle": invoice.cycle,
        "invoiceId": invoice.invoice_id,
    });
    AppEvent { event_type: "PaidPlanPurchased", payload }
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
    AppEvent { event_type: "PaidPlanChanged", payload }
}

pub(crate) fn renewal_cancelled(plan: &Subscription, at: Timestamp) -> AppEvent {
    let payload = json!({
        "operationTimeStamp": wix_time(at),
        "vendorProductId": plan.product_id,
        "cycle": plan.cycle,
        "cancelReason": "USER_CANCEL",
        "userReason": null,
        "subscriptionCancellationType": "AT_END_OF_PERIOD",
        "cancelledDuringFreeTrial": "NOT_DURING_FREE_TRIAL",
    });
    AppEvent { event_type: "PaidPlanAutoRenewalCancelled", payload }
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
    AppEvent { event_type: "PlanReactivated", payload }
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
