//! Money that goes back: refunds and disputes.

use serde_json::Value;

use super::Metadata;
use crate::read;

/// A charge of which something was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// `ch_…`.
    pub id: String,
    /// The payer, `cus_…`.
    pub customer: Option<String>,
    /// The invoice it paid, `in_…`, in versions before 2025-03-31.
    pub invoice: Option<String>,
    /// The payment it belongs to, `pi_…`.
    pub payment_intent: Option<String>,
    /// Whether all of it was given back, and not only a part.
    pub is_refunded: bool,
    /// What we wrote.
    pub metadata: Metadata,
}

impl Charge {
    /// What the charge was made for: its invoice, or the payment itself where something of ours was paid once.
    #[must_use]
    pub fn paid_for(&self) -> Option<&str> {
        let is_once = self.metadata.billing_cycle.as_deref() == Some("ONE_TIME");
        self.invoice.as_deref().or_else(|| self.payment_intent.as_deref().filter(|_| is_once))
    }

    pub(crate) fn read(object: &Value) -> Result<Self, &'static str> {
        let (all, back) = (read::number(object, "/amount"), read::number(object, "/amount_refunded"));
        let whole = all.zip(back).map(|(all, back)| all > 0 && back >= all);
        let flag = object.get("refunded").and_then(Value::as_bool);
        Ok(Self {
            id: read::id(object, "/id").ok_or("the charge has no id")?,
            customer: read::id(object, "/customer"),
            invoice: read::id(object, "/invoice"),
            payment_intent: read::id(object, "/payment_intent"),
            is_refunded: flag.or(whole).ok_or("the charge does not say how much went back")?,
            metadata: Metadata::read(object, &["/metadata"]),
        })
    }
}

/// A dispute: the payer's bank takes the money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// `du_…` or `dp_…`.
    pub id: String,
    /// `ch_…`.
    pub charge: Option<String>,
    /// `pi_…`.
    pub payment_intent: Option<String>,
    /// Whether it is a question only, and no money was taken yet (`warning_…`).
    pub is_inquiry: bool,
    /// Whether it was decided for us: the money is back.
    pub is_won: bool,
}

impl Dispute {
    pub(super) fn read(object: &Value) -> Result<Self, &'static str> {
        let status = read::text(object, "/status").ok_or("the dispute has no status")?;
        Ok(Self {
            id: read::id(object, "/id").ok_or("the dispute has no id")?,
            charge: read::id(object, "/charge"),
            payment_intent: read::id(object, "/payment_intent"),
            is_inquiry: status.starts_with("warning_"),
            is_won: status == "won",
        })
    }
}
