//! Events: what a webhook of Stripe says.
//!
//! A webhook endpoint is bound to a version of Stripe's API, and each version writes objects a little differently: the
//! end of a period stands on the subscription or on its items, an invoice names its subscription itself or under
//! `parent`. Everything here reads both. What is not understood is kept, never guessed.

mod charge;
mod checkout;
mod invoice;
mod metadata;
mod redact;
mod subscription;

use serde_json::Value;
use wixapp_core::clock::Timestamp;

pub use self::charge::{Charge, Dispute};
pub use self::checkout::Checkout;
pub use self::invoice::{Invoice, InvoicePayment, Line};
pub use self::metadata::Metadata;
pub use self::subscription::{Previous, Status, Subscription};
use crate::error::Error;
use crate::read;

/// One event, as Stripe signed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `evt_…`: the same however often it is delivered.
    pub id: String,
    /// The type, such as `invoice.paid`.
    pub kind: String,
    /// When it happened, in whole seconds.
    pub created: Timestamp,
    /// Whether it is about real money.
    pub livemode: bool,
    /// What it is about.
    pub payload: Payload,
    /// The event with the fields that are understood and nothing else: no names, addresses, e-mails or cards. Parsing it
    /// gives this same event.
    pub redacted: String,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// A checkout was finished, or its late payment arrived.
    Checkout(Checkout),
    /// A subscription began, changed or ended.
    Subscription {
        /// The subscription afterwards.
        subscription: Subscription,
        /// What it was before, where the event says it.
        previous: Previous,
    },
    /// An invoice was paid, or could not be.
    Invoice(Invoice),
    /// A payment was made on an invoice.
    InvoicePayment(InvoicePayment),
    /// Money was given back.
    Charge(Charge),
    /// The payer's bank disputes a payment.
    Dispute(Dispute),
    /// A type that this version does not know.
    Unknown,
    /// A known type whose object could not be understood.
    Unreadable {
        /// Why.
        reason: &'static str,
    },
}

impl Event {
    /// Reads the body of a webhook whose signature was verified.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when it is no event at all. An event whose object is not understood is no error: see
    /// [`Payload::Unreadable`].
    ///
    /// # Example
    /// ```
    /// use wixapp_stripe::{Event, Payload};
    /// let body = br#"{"id":"evt_1","type":"invoice.paid","created":1803895200,"livemode":false,
    ///     "data":{"object":{"id":"in_1","customer":"cus_1","billing_reason":"subscription_cycle"}}}"#;
    /// let event = Event::parse(body)?;
    /// assert!(matches!(event.payload, Payload::Invoice(ref invoice) if invoice.id == "in_1"));
    /// assert_eq!(event.ids(), ["in_1", "cus_1"]);
    /// # Ok::<(), wixapp_stripe::Error>(())
    /// ```
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "event of Stripe";
        let value = read::object(body, WHAT)?;
        let id = read::id(&value, "/id").ok_or_else(|| Error::malformed(WHAT, "it has no id"))?;
        let kind = read::text(&value, "/type").filter(|kind| is_kind(kind));
        let kind = kind.ok_or_else(|| Error::malformed(WHAT, "it has no type"))?.to_owned();
        let created =
            read::time(&value, "/created").ok_or_else(|| Error::malformed(WHAT, "it has no time"))?;
        let payload = payload(&kind, &value).unwrap_or_else(|reason| Payload::Unreadable { reason });
        let redacted = redact::event(&value).to_string();
        Ok(Self { id, kind, created, livemode: read::is_true(&value, "/livemode"), payload, redacted })
    }

    /// What we wrote into the objects' metadata when they were made, where the event has it.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        let metadata = match &self.payload {
            Payload::Checkout(checkout) => &checkout.metadata,
            Payload::Subscription { subscription, .. } => &subscription.metadata,
            Payload::Invoice(invoice) => &invoice.metadata,
            Payload::Charge(charge) => &charge.metadata,
            Payload::InvoicePayment(_)
            | Payload::Dispute(_)
            | Payload::Unknown
            | Payload::Unreadable { .. } => {
                return None;
            }
        };
        (!metadata.is_empty()).then_some(metadata)
    }

    /// The ids of Stripe's that the event speaks of: whoever one of them belongs to, the others do too.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let all: Vec<Option<&String>> = match &self.payload {
            Payload::Checkout(it) => {
                let payment = it.payment_intent.as_ref();
                vec![
                    Some(&it.id),
                    it.customer.as_ref(),
                    it.subscription.as_ref(),
                    it.invoice.as_ref(),
                    payment,
                ]
            }
            Payload::Subscription { subscription: it, .. } => {
                vec![Some(&it.id), it.customer.as_ref(), it.latest_invoice.as_ref()]
            }
            Payload::Invoice(it) => {
                let mut all = vec![Some(&it.id), it.subscription.as_ref(), it.customer.as_ref()];
                all.extend(it.payments.iter().map(Some));
                all
            }
            Payload::InvoicePayment(it) => vec![Some(&it.invoice), it.payment.as_ref()],
            Payload::Charge(it) => {
                vec![Some(&it.id), it.invoice.as_ref(), it.payment_intent.as_ref(), it.customer.as_ref()]
            }
            Payload::Dispute(it) => vec![it.charge.as_ref(), it.payment_intent.as_ref()],
            Payload::Unknown | Payload::Unreadable { .. } => Vec::new(),
        };
        all.into_iter().flatten().cloned().collect()
    }

    /// The invoice the event speaks of, where it names one; the payment, where something was paid once.
    #[must_use]
    pub fn invoice(&self) -> Option<&str> {
        match &self.payload {
            Payload::Checkout(it) => it.payment().or(it.invoice.as_deref()),
            Payload::Subscription { subscription, .. } => subscription.latest_invoice.as_deref(),
            Payload::Invoice(it) => Some(&it.id),
            Payload::InvoicePayment(it) => Some(&it.invoice),
            Payload::Charge(it) => it.paid_for(),
            Payload::Dispute(_) | Payload::Unknown | Payload::Unreadable { .. } => None,
        }
    }

    /// The payments (`pi_…`, `ch_…`) that the event says were made for [`Event::invoice`].
    #[must_use]
    pub fn payments(&self) -> Vec<String> {
        match &self.payload {
            Payload::Invoice(it) => it.payments.clone(),
            Payload::InvoicePayment(it) => it.payment.iter().cloned().collect(),
            Payload::Checkout(it) => it.payment().map(str::to_owned).into_iter().collect(),
            Payload::Charge(it) if it.paid_for().is_some() => {
                it.payment_intent.iter().chain([&it.id]).cloned().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn payload(kind: &str, event: &Value) -> Result<Payload, &'static str> {
    let object = event.pointer("/data/object").filter(|object| object.is_object());
    let need = || object.ok_or("it has no object");
    Ok(match kind {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            Payload::Checkout(Checkout::read(need()?)?)
        }
        "customer.subscription.created"
        | "customer.subscription.updated"
        | "customer.subscription.deleted" => Payload::Subscription {
            subscription: Subscription::read(need()?)?,
            previous: Previous::read(event),
        },
        "invoice.paid" | "invoice.payment_failed" => Payload::Invoice(Invoice::read(need()?)?),
        "invoice_payment.paid" => Payload::InvoicePayment(InvoicePayment::read(need()?)?),
        "charge.refunded" => Payload::Charge(Charge::read(need()?)?),
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => Payload::Dispute(Dispute::read(need()?)?),
        _ => Payload::Unknown,
    })
}

/// Stripe's types are words with dots between them.
fn is_kind(text: &str) -> bool {
    text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}
