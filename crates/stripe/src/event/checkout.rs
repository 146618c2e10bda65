//! A finished Checkout Session.

use serde_json::Value;

use super::Metadata;
use crate::read;

/// A finished Checkout Session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// `cs_…`.
    pub id: String,
    /// The payer, `cus_…`.
    pub customer: Option<String>,
    /// What was begun, `sub_…`; none when the session was for something else.
    pub subscription: Option<String>,
    /// The first invoice, `in_…`, in versions that name it.
    pub invoice: Option<String>,
    /// Whether what was bought is paid once.
    pub is_once: bool,
    /// The payment of what is paid once, `pi_…`; none where a coupon made the price zero.
    pub payment_intent: Option<String>,
    /// Whether money came, or a coupon made the price zero. A session may complete before its payment does, and one for
    /// a trial completes without any.
    pub is_paid: bool,
    /// What we wrote.
    pub metadata: Metadata,
}

impl Checkout {
    pub(crate) fn read(object: &Value) -> Result<Self, &'static str> {
        let paid = read::text(object, "/payment_status").ok_or("the session has no payment status")?;
        let priced = read::number(object, "/amount_subtotal").is_some_and(|amount| amount > 0);
        Ok(Self {
            id: read::id(object, "/id").ok_or("the session has no id")?,
            customer: read::id(object, "/customer"),
            subscription: read::id(object, "/subscription"),
            invoice: read::id(object, "/invoice"),
            is_once: read::text(object, "/mode") == Some("payment"),
            payment_intent: read::id(object, "/payment_intent"),
            is_paid: priced && matches!(paid, "paid" | "no_payment_required"),
            metadata: Metadata::read(object, &["/metadata"]),
        })
    }

    /// What stands for an invoice where something is paid once, which has none: the payment, or the session itself where
    /// nothing was to pay. `None` for a subscription.
    #[must_use]
    pub fn payment(&self) -> Option<&str> {
        self.is_once.then(|| self.payment_intent.as_deref().unwrap_or(&self.id))
    }
}
