//! Invoices: one for each paid period, and for what a usage-based app charges.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::fact::{BillingCycle, InvoiceStatus};
use wixapp_core::id::InstanceId;

use super::World;
use crate::error::Refusal;

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
    /// What became of it; one that was noted is paid until something else happens to it.
    #[serde(default = "paid")]
    pub(crate) status: InvoiceStatus,
    /// The coupon that made it cheaper.
    #[serde(default)]
    pub(crate) coupon_name: Option<String>,
}

pub(crate) fn paid() -> InvoiceStatus {
    InvoiceStatus::Paid
}

impl World {
    pub(crate) fn invoice(&self, invoice_id: &str) -> Result<&Invoice, Refusal> {
        let unknown = || Refusal::not_found("There is no such invoice on the local platform.");
        self.invoices.iter().rev().find(|invoice| invoice.invoice_id == invoice_id).ok_or_else(unknown)
    }

    /// Notes what became of an invoice; whether there is one. The oldest invoices are not kept for ever.
    pub(crate) fn mark_invoice(&mut self, invoice_id: &str, status: InvoiceStatus) -> bool {
        let found = self.invoices.iter_mut().rev().find(|invoice| invoice.invoice_id == invoice_id);
        found.map(|invoice| invoice.status = status).is_some()
    }
}
