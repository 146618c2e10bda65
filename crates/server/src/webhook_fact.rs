//! From Wix's words to facts.

use sha2::{Digest, Sha256};
use wixapp_core::fact::{Fact, FactKind, InvoiceStatus, PlanTerms};
use wixapp_platform::WebhookEvent;
use wixapp_platform::webhook::{self, CancelReason, Payload};

/// The key of the event, its fact where it has one, and why it waits where its payload could not be understood.
#[must_use]
pub fn read(event: &WebhookEvent) -> (String, Option<Fact>, Option<String>) {
    let key = key(event);
    let parked = match &event.payload {
        Payload::Unreadable { reason, .. } => Some(format!("the payload could not be understood: {reason}")),
        _ => None,
    };
    let fact = kind(&event.payload).map(|kind| Fact { key: key.clone(), at: event.occurred_at(), kind });
    (key, fact, parked)
}

/// The key under which the event is stored once.
///
/// Install, removal and the status of an invoice say nothing of when they happened, so that their payload is the same each
/// time: the moment Wix signed them keeps a reinstall apart from the first install, and the end of a dispute that was
/// won from the payment it was about. A repetition that was signed anew is one more fact of the same content: that of an
/// invoice is known by how soon it comes, and after that of a removal Wix is asked.
fn key(event: &WebhookEvent) -> String {
    let key = webhook::dedupe_key(event);
    match event.payload {
        Payload::AppInstalled(_) | Payload::AppRemoved(_) | Payload::InvoiceStatusUpdated(_) => {
            hex::encode(Sha256::digest(format!("{key}\n{}", event.issued_at)))
        }
        _ => key,
    }
}

/// What the payload says as a fact; `None` when it says nothing that counts here.
pub(crate) fn kind(payload: &Payload) -> Option<FactKind> {
    let terms = |product: &str, cycle: &_, expires_at, invoice_id: &Option<String>| PlanTerms {
        vendor_product_id: product.to_owned(),
        cycle: Clone::clone(cycle),
        expires_at,
        invoice_id: invoice_id.clone().filter(|id| !id.is_empty()),
    };
    Some(match payload {
        Payload::AppInstalled(p) => {
            FactKind::AppInstalled { origin_instance_id: p.origin_instance_id.clone() }
        }
        Payload::AppRemoved(_) => FactKind::AppRemoved,
        Payload::PaidPlanPurchased(p) => {
            FactKind::PlanPurchased(terms(&p.vendor_product_id, &p.cycle, p.expires_on, &p.invoice_id))
        }
        Payload::PaidPlanChanged(p) => FactKind::PlanChanged {
            terms: terms(&p.vendor_product_id, &p.cycle, None, &p.invoice_id),
            previous_vendor_product_id: p.previous_vendor_product_id.clone(),
        },
        Payload::PaidPlanAutoRenewalCancelled(p) => FactKind::RenewalCancelled {
            vendor_product_id: p.vendor_product_id.clone(),
            immediately: p
                .subscription_cancellation_type
                .as_ref()
                .is_some_and(|kind| kind.as_str() == "IMMEDIATELY"),
            in_trial: p.cancelled_during_free_trial.unwrap_or(false),
            moved: p.cancel_reason == Some(CancelReason::Transfer),
        },
        Payload::PlanConvertedToPaid(p) => {
            FactKind::TrialConverted(terms(&p.vendor_product_id, &p.cycle, p.expires_on, &None))
        }
        Payload::PlanReactivated(p) => {
            FactKind::PlanReactivated(terms(&p.vendor_product_id, &p.cycle, p.expires_on, &p.invoice_id))
        }
        Payload::PlanTransferred(p) => {
            FactKind::PlanTransferred(terms(&p.vendor_product_id, &p.cycle, None, &p.invoice_id))
        }
        Payload::InvoiceStatusUpdated(p) => FactKind::InvoiceUpdated {
            invoice_id: p.invoice_id.clone(),
            status: InvoiceStatus::from(p.status.as_str().to_owned()),
            recurring: p.recurring,
            noted: None,
            undated: true,
        },
        Payload::Domain(_) | Payload::Unknown | Payload::Unreadable { .. } => return None,
    })
}
