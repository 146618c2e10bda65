//! What webhooks carry, by event type.

mod app;
mod domain;
mod invoice;
mod plan;

use serde::de::DeserializeOwned;
use wixapp_core::clock::Timestamp;

pub use self::app::{AppInstalled, AppRemoved};
pub use self::domain::{DomainChange, DomainEvent};
pub use self::invoice::InvoiceStatusUpdated;
pub use self::plan::{
    CancelReason, CancellationType, PaidPlanAutoRenewalCancelled, PaidPlanChanged, PaidPlanPurchased,
    PlanConvertedToPaid, PlanReactivated, PlanTransferred,
};
use crate::json;

/// A webhook's payload, read by its event type. Fields that this version does not know are ignored.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// assert!(matches!(Payload::parse("AppRemoved", "{}"), Payload::AppRemoved(_)));
/// assert_eq!(Payload::parse("SomethingNew", "{}"), Payload::Unknown);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// The app was installed on a site.
    AppInstalled(AppInstalled),
    /// The app was removed from a site.
    AppRemoved(AppRemoved),
    /// A plan was bought.
    PaidPlanPurchased(PaidPlanPurchased),
    /// The plan was swapped for another, or its billing cycle changed.
    PaidPlanChanged(PaidPlanChanged),
    /// The plan will not renew, or ends at once.
    PaidPlanAutoRenewalCancelled(PaidPlanAutoRenewalCancelled),
    /// A free trial became a paid plan.
    PlanConvertedToPaid(PlanConvertedToPaid),
    /// Automatic renewal was switched on again.
    PlanReactivated(PlanReactivated),
    /// The plan moved to another owner or site.
    PlanTransferred(PlanTransferred),
    /// An invoice changed its status.
    InvoiceStatusUpdated(InvoiceStatusUpdated),
    /// Something else of the site changed, for example an item of Wix Data.
    Domain(DomainEvent),
    /// The event type is not known to this version. Answer 200.
    Unknown,
    /// The event type is known, but its payload cannot be read. Keep it, answer 200, and have a person look.
    Unreadable {
        /// Why, in a sentence that quotes nothing of the payload.
        reason: String,
    },
}

impl Payload {
    /// Reads `text` as the payload of `event_type`; never fails, see [`Payload::Unknown`] and [`Payload::Unreadable`].
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::Payload;
    /// assert!(matches!(Payload::parse("AppRemoved", "{}"), Payload::AppRemoved(_)));
    /// assert_eq!(Payload::parse("SomethingNew", "{}"), Payload::Unknown);
    /// ```
    #[must_use]
    pub fn parse(event_type: &str, text: &str) -> Self {
        match event_type {
            "AppInstalled" => read(text, Self::AppInstalled),
            "AppRemoved" => read(text, Self::AppRemoved),
            "PaidPlanPurchased" => read(text, Self::PaidPlanPurchased),
            "PaidPlanChanged" => read(text, Self::PaidPlanChanged),
            "PaidPlanAutoRenewalCancelled" => read(text, Self::PaidPlanAutoRenewalCancelled),
            "PlanConvertedToPaid" => read(text, Self::PlanConvertedToPaid),
            "PlanReactivated" => read(text, Self::PlanReactivated),
            "PlanTransferred" => read(text, Self::PlanTransferred),
            "InvoiceStatusUpdated" => read(text, Self::InvoiceStatusUpdated),
            _ => DomainEvent::parse(text).map_or(Self::Unknown, Self::Domain),
        }
    }

    /// The payload of `event_type` when `reason` makes reading it impossible.
    pub(super) fn unreadable(event_type: &str, reason: &str) -> Self {
        match Self::parse(event_type, "") {
            Self::Unreadable { .. } => Self::Unreadable { reason: reason.to_owned() },
            unknown => unknown,
        }
    }

    /// When the event happened, where the payload says so.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::Payload;
    /// assert_eq!(Payload::parse("AppRemoved", "{}").occurred_at(), None);
    /// ```
    #[must_use]
    pub fn occurred_at(&self) -> Option<Timestamp> {
        match self {
            Self::PaidPlanPurchased(event) => Some(event.operation_time_stamp),
            Self::PaidPlanChanged(event) => Some(event.operation_time_stamp),
            Self::PaidPlanAutoRenewalCancelled(event) => Some(event.operation_time_stamp),
            Self::PlanConvertedToPaid(event) => Some(event.operation_time_stamp),
            Self::PlanReactivated(event) => Some(event.operation_time_stamp),
            Self::PlanTransferred(event) => Some(event.operation_time_stamp),
            Self::Domain(event) => event.event_time,
            Self::AppInstalled(_)
            | Self::AppRemoved(_)
            | Self::InvoiceStatusUpdated(_)
            | Self::Unknown
            | Self::Unreadable { .. } => None,
        }
    }
}

fn read<T: DeserializeOwned>(text: &str, wrap: fn(T) -> Payload) -> Payload {
    if !json::is_object(text) {
        return Payload::Unreadable { reason: "it is not a JSON object".to_owned() };
    }
    serde_json::from_str(text).map_or_else(|error| Payload::Unreadable { reason: reason(&error) }, wrap)
}

/// serde_json's text for a missing field names only the field, which helps; its other texts quote the value.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") {
        return text;
    }
    format!("{} (line {}, column {})", json::describe(error), error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_field_is_named() {
        let Payload::Unreadable { reason } = Payload::parse("PaidPlanPurchased", "{}") else { panic!() };
        assert!(reason.starts_with("missing field `operationTimeStamp`"), "{reason}");
    }

    #[test]
    fn the_reason_quotes_nothing() {
        let text =
            json!({"operationTimeStamp": "s3cr3t", "vendorProductId": "p", "cycle": "MONTHLY"}).to_string();
        let Payload::Unreadable { reason } = Payload::parse("PlanTransferred", &text) else { panic!() };
        assert!(!reason.contains("s3cr3t"), "{reason}");
    }

    #[rstest::rstest]
    #[case("")]
    #[case("null")]
    #[case("[]")]
    #[case(r#"["2026-01-01T00:00:00Z", "p", "MONTHLY", null, null, null]"#)]
    #[case("{")]
    #[case("7")]
    fn a_known_type_with_a_broken_payload_is_unreadable(
        #[case] text: &str,
        #[values(
            "PaidPlanPurchased",
            "PaidPlanChanged",
            "PaidPlanAutoRenewalCancelled",
            "PlanConvertedToPaid"
        )]
        event_type: &str,
    ) {
        assert!(matches!(Payload::parse(event_type, text), Payload::Unreadable { .. }));
    }

    #[test]
    fn an_unknown_type_stays_unknown_whatever_its_payload() {
        for text in ["", "{}", "{\"id\":5}", "nonsense"] {
            assert_eq!(Payload::parse("SomethingNew", text), Payload::Unknown);
        }
        assert_eq!(Payload::unreadable("SomethingNew", "why"), Payload::Unknown);
    }
}
