//! Invoices.

use serde::{Deserialize, Serialize};
use wixapp_core::fact::InvoiceStatus;

use crate::wire;

/// `InvoiceStatusUpdated`. It does not say when it happened.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("InvoiceStatusUpdated", r#"{"status": "PAID", "invoiceId": "inv-1"}"#);
/// assert!(matches!(payload, Payload::InvoiceStatusUpdated(event) if event.invoice_id == "inv-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceStatusUpdated {
    /// The invoice's status now.
    pub status: InvoiceStatus,
    /// The invoice.
    pub invoice_id: String,
    /// The instance it was for; the webhook's own instance id is the one to trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// True for a renewal.
    #[serde(default, deserialize_with = "wire::optional_bool", skip_serializing_if = "Option::is_none")]
    pub recurring: Option<bool>,
}
