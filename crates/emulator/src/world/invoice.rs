//! Invoices: one for each paid period.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::InstanceId;

/// One payment of one period.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Invoice {
    pub(crate) invoice_id: String,
    pub(crate) instance_id: InstanceId,
    pub(crate) product_id: String,
    pub(crate) cycle: BillingCycle,
    /// What was charged; "0.00" for a test checkout.
    pub(crate) price: String,
    pub(crate) currency: String,
    pub(crate) at: Timestamp,
    /// Whether it pays a later period of a plan bought earlier.
    pub(crate) renewal: bool,
}
