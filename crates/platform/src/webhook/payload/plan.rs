//! Buying, changing and ending plans.

use serde::{Deserialize, Serialize};
use wixapp_core::clock::Timestamp;
use wixapp_core::fact::BillingCycle;

use crate::wire;

/// `PaidPlanPurchased`.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("PaidPlanPurchased", r#"{"operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "starter", "cycle": "MONTHLY"}"#);
/// assert!(matches!(payload, Payload::PaidPlanPurchased(event) if event.vendor_product_id == "starter"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaidPlanPurchased {
    /// When it happened; facts are put in order by it.
    #[serde(deserialize_with = "wire::time")]
    pub operation_time_stamp: Timestamp,
    /// The plan, by Wix's id or slug.
    pub vendor_product_id: String,
    /// How often the plan is paid.
    pub cycle: BillingCycle,
    /// When the paid period ends; Wix sends it for yearly and longer cycles.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Timestamp>,
    /// The coupon used, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_name: Option<String>,
    /// The invoice, where Wix names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
}

/// `PaidPlanChanged`.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("PaidPlanChanged", r#"{"operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "starter", "cycle": "MONTHLY", "previousVendorProductId": "basic"}"#);
/// assert!(matches!(payload, Payload::PaidPlanChanged(event) if event.previous_vendor_product_id.as_deref() == Some("basic")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaidPlanChanged {
    /// When it happened; facts are put in order by it.
    #[serde(deserialize_with = "wire::time")]
    pub operation_time_stamp: Timestamp,
    /// The plan, by Wix's id or slug.
    pub vendor_product_id: String,
    /// How often the plan is paid.
    pub cycle: BillingCycle,
    /// The plan it replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_vendor_product_id: Option<String>,
    /// How often the replaced plan was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_cycle: Option<BillingCycle>,
    /// The coupon used, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon_name: Option<String>,
    /// The invoice, where Wix names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
}

/// `PaidPlanAutoRenewalCancelled`. Access stays until the paid period ends, unless
/// [`subscription_cancellation_type`](Self::subscription_cancellation_type) is `IMMEDIATELY`.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("PaidPlanAutoRenewalCancelled", r#"{"operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "starter", "cycle": "MONTHLY"}"#);
/// assert!(matches!(payload, Payload::PaidPlanAutoRenewalCancelled(event) if event.vendor_product_id == "starter"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaidPlanAutoRenewalCancelled {
    /// When it happened; facts are put in order by it.
    #[serde(deserialize_with = "wire::time")]
    pub operation_time_stamp: Timestamp,
    /// The plan, by Wix's id or slug.
    pub vendor_product_id: String,
    /// How often the plan is paid.
    pub cycle: BillingCycle,
    /// Why, as Wix sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<CancelReason>,
    /// Why, in the owner's own words: personal, never to be logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_reason: Option<String>,
    /// Whether it ends at once or with the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_cancellation_type: Option<CancellationType>,
    /// True when it was cancelled inside its free trial.
    #[serde(default, deserialize_with = "wire::optional_bool", skip_serializing_if = "Option::is_none")]
    pub cancelled_during_free_trial: Option<bool>,
}

/// `PlanConvertedToPaid`: a free trial ended in a paid plan.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("PlanConvertedToPaid", r#"{"operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "starter", "cycle": "MONTHLY"}"#);
/// assert!(matches!(payload, Payload::PlanConvertedToPaid(event) if event.vendor_product_id == "starter"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanConvertedToPaid {
    /// When it happened; facts are put in order by it.
    #[serde(deserialize_with = "wire::time")]
    pub operation_time_stamp: Timestamp,
    /// The plan, by Wix's id or slug.
    pub vendor_product_id: String,
    /// How often the plan is paid.
    pub cycle: BillingCycle,
    /// When the paid period ends; Wix sends it for yearly and longer cycles.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Timestamp>,
}

/// `PlanReactivated`: automatic renewal is on again.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("PlanReactivated", r#"{"operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "starter", "cycle": "MONTHLY"}"#);
/// assert!(matches!(payload, Payload::PlanReactivated(event) if event.vendor_product_id == "starter"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReactivated {
    /// When it happened; facts are put in order by it.
    #[serde(deserialize_with = "wire::time")]
    pub operation_time_stamp: Timestamp,
    /// The plan, by Wix's id or slug.
    pub vendor_product_id: String,
    /// How often the plan is paid.
    pub cycle: BillingCycle,
    /// When the paid period ends; Wix sends it for yearly and longer cycles.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Timestamp>,
    /// The invoice, where Wix names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
    /// Why, as Wix says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `PlanTransferred`: the plan moved to another owner or site.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("PlanTransferred", r#"{"operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "starter", "cycle": "MONTHLY"}"#);
/// assert!(matches!(payload, Payload::PlanTransferred(event) if event.vendor_product_id == "starter"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanTransferred {
    /// When it happened; facts are put in order by it.
    #[serde(deserialize_with = "wire::time")]
    pub operation_time_stamp: Timestamp,
    /// The plan, by Wix's id or slug.
    pub vendor_product_id: String,
    /// How often the plan is paid.
    pub cycle: BillingCycle,
    /// The invoice, where Wix names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
}

wire::text_enum!(
    /// Why a plan will not renew.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::CancelReason;
    /// assert_eq!(CancelReason::from("USER_CANCEL".to_owned()), CancelReason::UserCancel);
    /// assert_eq!(CancelReason::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    CancelReason in "wixapp_platform::webhook" {
        /// The owner cancelled.
        UserCancel = "USER_CANCEL",
        /// A payment failed for good.
        FailedPayment = "FAILED_PAYMENT",
        /// The plan was moved elsewhere.
        Transfer = "TRANSFER_CANCELLATION_REASON",
    }
);

wire::text_enum!(
    /// When a cancelled plan ends.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::CancellationType;
    /// assert_eq!(CancellationType::from("IMMEDIATELY".to_owned()), CancellationType::Immediately);
    /// assert_eq!(CancellationType::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    CancellationType in "wixapp_platform::webhook" {
        /// With the period already paid.
        AtEndOfPeriod = "AT_END_OF_PERIOD",
        /// At once.
        Immediately = "IMMEDIATELY",
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Payload;
    use serde_json::json;

    #[test]
    fn a_purchase_is_read_in_full() {
        let text = json!({
            "operationTimeStamp": "2026-01-01T00:00:00.000Z", "vendorProductId": "starter", "cycle": "YEARLY",
            "expiresOn": "2027-01-01T00:00:00Z", "couponName": "WELCOME", "invoiceId": "inv-1", "somethingNew": [1],
        });
        let Payload::PaidPlanPurchased(purchase) = Payload::parse("PaidPlanPurchased", &text.to_string())
        else {
            panic!("not a purchase");
        };
        assert_eq!(purchase.cycle, BillingCycle::Yearly);
        assert_eq!(purchase.expires_on.unwrap().to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(purchase.invoice_id.as_deref(), Some("inv-1"));
    }

    #[test]
    fn optional_fields_may_be_null_empty_or_absent() {
        let base =
            json!({"operationTimeStamp": 1_767_225_600_000_i64, "vendorProductId": "p", "cycle": "MONTHLY"});
        for expires_on in [json!(null), json!("")] {
            let mut text = base.clone();
            text["expiresOn"] = expires_on;
            assert!(matches!(
                Payload::parse("PlanReactivated", &text.to_string()),
                Payload::PlanReactivated(_)
            ));
        }
        assert!(matches!(
            Payload::parse("PlanConvertedToPaid", &base.to_string()),
            Payload::PlanConvertedToPaid(_)
        ));
    }

    #[test]
    fn values_not_yet_known_are_kept_as_they_came() {
        let text = json!({
            "operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "p", "cycle": "FORTNIGHTLY",
            "cancelReason": "UNKNOWN_CANCEL_REASON", "subscriptionCancellationType": "IMMEDIATELY",
            "cancelledDuringFreeTrial": "false",
        });
        let payload = Payload::parse("PaidPlanAutoRenewalCancelled", &text.to_string());
        let Payload::PaidPlanAutoRenewalCancelled(cancelled) = payload else { panic!("{payload:?}") };
        assert_eq!(cancelled.cycle, BillingCycle::Unknown("FORTNIGHTLY".into()));
        assert_eq!(cancelled.cancel_reason, Some(CancelReason::Unknown("UNKNOWN_CANCEL_REASON".into())));
        assert_eq!(cancelled.subscription_cancellation_type, Some(CancellationType::Immediately));
        assert_eq!(cancelled.cancelled_during_free_trial, Some(false));
    }
}
