//! The ledger of what a usage-based app charges or counts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::id::InstanceId;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChargeState {
    /// It stands on an invoice.
    Invoiced,
    /// The platform did not take it.
    Rejected,
    /// It is a count, without a price of its own.
    Counted,
}

/// One line that an app named when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Charge {
    /// The platform's id of the line.
    pub line_id: String,
    /// The app's own id of it: of a charge, or of a counter.
    pub charge_id: Option<String>,
    /// The install it is about.
    pub instance_id: InstanceId,
    /// What it is for.
    pub description: String,
    /// The amount of money, or how much was counted.
    pub amount: String,
    /// The currency of the money; `None` for a count.
    pub currency: Option<String>,
    /// When the period began that was asked about.
    pub period_start: Timestamp,
    /// When it ended.
    pub period_end: Timestamp,
    /// What became of it.
    pub state: ChargeState,
    /// Why it was rejected, in Wix's words.
    pub reasons: Vec<String>,
    /// The invoice it stands on.
    pub invoice_id: Option<String>,
    /// When it was noted.
    pub at: Timestamp,
}
