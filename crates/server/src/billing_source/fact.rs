//! From Stripe's words to facts.
//!
//! Money is proven by invoices and paid checkouts alone. A subscription's own events say which plan it is on, whether it
//! goes on, and that it is over; "active" is no proof of payment, since Stripe moves a subscription into its next period
//! an hour before it takes the money.

use wixapp_core::BillingCycle;
use wixapp_core::clock::Timestamp;
use wixapp_core::fact::{Fact, FactKind, InvoiceStatus, PaidSnapshot, PlanTerms, Snapshot};
use wixapp_stripe::event::{Checkout, Invoice, Previous, Status, Subscription};
use wixapp_stripe::{Event, Payload};

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// These facts; none when it changes nothing.
    Facts(Vec<Fact>),
    /// Money went back, and it is not known for which invoice.
    InvoiceUnknown,
}

/// The facts of an event; `invoice_id` is what the event's payment was made for, where the event itself does not say it.
pub(super) fn read(event: &Event, invoice_id: Option<&str>) -> Said {
    let kinds = match &event.payload {
        Payload::Checkout(checkout) => one(event.created, bought(checkout)),
        Payload::Subscription { subscription, previous } => changed(event, subscription, previous),
        Payload::Invoice(invoice) => settled(event, invoice),
        Payload::Charge(charge) if !charge.is_refunded => Vec::new(),
        Payload::Dispute(dispute) if dispute.is_inquiry => Vec::new(),
        Payload::Charge(_) | Payload::Dispute(_) => {
            let Some(invoice_id) = event.invoice().or(invoice_id) else { return Said::InvoiceUnknown };
            let status = match &event.payload {
                Payload::Dispute(dispute) if dispute.is_won => InvoiceStatus::Paid,
                Payload::Dispute(_) => InvoiceStatus::ChargedBack,
                _ => InvoiceStatus::Refunded,
            };
            vec![(
                event.created,
                FactKind::InvoiceUpdated {
                    invoice_id: invoice_id.to_owned(),
                    status,
                    recurring: None,
                    noted: None,
                    undated: false,
                },
            )]
        }
        Payload::InvoicePayment(_) | Payload::Unknown | Payload::Unreadable { .. } => Vec::new(),
    };
    let key = |n: usize| if n == 0 { event.id.clone() } else { format!("{}.{}", event.id, n + 1) };
    let facts = kinds.into_iter().enumerate().map(|(n, (at, kind))| Fact { key: key(n), at, kind });
    Said::Facts(facts.collect())
}

type Kinds = Vec<(Timestamp, FactKind)>;

fn one(at: Timestamp, kind: Option<FactKind>) -> Kinds {
    kind.into_iter().map(|kind| (at, kind)).collect()
}

/// A paid checkout names no price; what we wrote into it says which plan or top-up it was for.
pub(super) fn bought(checkout: &Checkout) -> Option<FactKind> {
    let of_ours = checkout.subscription.is_some() || checkout.is_once;
    let plan = checkout.metadata.plan_id.clone().filter(|_| of_ours && checkout.is_paid)?;
    let cycle = BillingCycle::from(checkout.metadata.billing_cycle.clone()?);
    Some(FactKind::PlanPurchased(PlanTerms {
        vendor_product_id: plan,
        cycle,
        expires_at: None,
        invoice_id: checkout.payment().map(str::to_owned).or_else(|| checkout.invoice.clone()),
    }))
}

fn changed(event: &Event, subscription: &Subscription, previous: &Previous) -> Kinds {
    let at = event.created;
    let over = FactKind::RenewalCancelled {
        vendor_product_id: subscription.price_id.clone(),
        immediately: true,
        in_trial: false,
        moved: false,
    };
    match event.kind.as_str() {
        "customer.subscription.deleted" => vec![(subscription.ended_at.unwrap_or(at), over)],
        _ if subscription.status == Status::Canceled => vec![(subscription.ended_at.unwrap_or(at), over)],
        "customer.subscription.created" if subscription.status == Status::Trialing => {
            vec![(at, trial(subscription, at))]
        }
        "customer.subscription.updated" => {
            updated(subscription, previous, at).into_iter().map(|kind| (at, kind)).collect()
        }
        _ => Vec::new(),
    }
}

fn updated(subscription: &Subscription, previous: &Previous, at: Timestamp) -> Vec<FactKind> {
    let mut kinds = Vec::new();
    let is_good = matches!(subscription.status, Status::Active | Status::Trialing);
    let is_failing = matches!(subscription.status, Status::PastDue | Status::Unpaid);
    let was_failing = matches!(previous.status, Some(Status::PastDue | Status::Unpaid));
    let other_price = previous.price_id.as_ref().filter(|price| **price != subscription.price_id);
    let invoice_id = subscription.latest_invoice.clone().filter(|_| previous.has_new_invoice);
    let terms = PlanTerms { invoice_id, ..terms(subscription) };
    if previous.status == Some(Status::Trialing) && subscription.status == Status::Active {
        kinds.push(FactKind::TrialConverted(terms.clone()));
    } else if subscription.status == Status::Trialing && other_price.is_some() {
        // Another plan is tried out now: nothing was paid for it.
        kinds.push(trial(subscription, at));
    } else if is_good && (other_price.is_some() || was_failing) {
        // A change whose payment failed counts once that is mended.
        let previous_vendor_product_id = other_price.cloned();
        kinds.push(FactKind::PlanChanged { terms: terms.clone(), previous_vendor_product_id });
    }
    if let Some(invoice_id) =
        subscription.latest_invoice.clone().filter(|_| is_failing && previous.status.is_some())
    {
        kinds.push(FactKind::InvoiceUpdated {
            invoice_id,
            status: InvoiceStatus::PaymentFailed,
            recurring: None,
            noted: None,
            undated: false,
        });
    }
    let changed_plan = kinds.iter().any(|kind| matches!(kind, FactKind::PlanChanged { .. }));
    let was_ending = previous.was_ending.unwrap_or(subscription.is_ending);
    if subscription.is_ending && (!was_ending || changed_plan) {
        kinds.push(FactKind::RenewalCancelled {
            vendor_product_id: subscription.price_id.clone(),
            immediately: false,
            in_trial: false,
            moved: false,
        });
    } else if was_ending && !subscription.is_ending && is_good {
        kinds.push(FactKind::PlanReactivated(PlanTerms { invoice_id: None, ..terms }));
    }
    kinds
}

/// A trial is what Stripe says of it now: nothing was paid.
fn trial(subscription: &Subscription, at: Timestamp) -> FactKind {
    FactKind::Snapshot(Snapshot { paid: Some(paid(subscription)), seen_until: at })
}

/// A subscription that is in force, as an answer about the plan.
pub(super) fn paid(subscription: &Subscription) -> PaidSnapshot {
    let trial = subscription.status == Status::Trialing;
    let ends =
        if trial { subscription.trial_end.or(subscription.period_end) } else { subscription.period_end };
    PaidSnapshot {
        terms: PlanTerms {
            expires_at: ends,
            invoice_id: subscription.latest_invoice.clone(),
            ..terms(subscription)
        },
        since: subscription.started_at,
        auto_renewing: !subscription.is_ending,
        in_trial: trial,
    }
}

fn terms(subscription: &Subscription) -> PlanTerms {
    PlanTerms {
        vendor_product_id: subscription.price_id.clone(),
        cycle: subscription.cycle.clone(),
        expires_at: subscription.period_end,
        invoice_id: None,
    }
}

fn settled(event: &Event, invoice: &Invoice) -> Kinds {
    // What was invoiced besides a subscription is no plan.
    if invoice.subscription.is_none() {
        return Vec::new();
    }
    let first = invoice.reason == "subscription_create";
    let updated = |status| FactKind::InvoiceUpdated {
        invoice_id: invoice.id.clone(),
        status,
        recurring: None,
        noted: None,
        undated: false,
    };
    match event.kind.as_str() {
        "invoice.paid" if first => one(invoice.paid_at.unwrap_or(event.created), purchase(invoice)),
        "invoice.paid" => vec![(invoice.paid_at.unwrap_or(event.created), updated(InvoiceStatus::Paid))],
        // Nothing was bought yet that could be in trouble.
        "invoice.payment_failed" if !first => vec![(event.created, updated(InvoiceStatus::PaymentFailed))],
        _ => Vec::new(),
    }
}

/// The first invoice of a subscription; that of a trial is for nothing.
fn purchase(invoice: &Invoice) -> Option<FactKind> {
    let line = invoice.line.as_ref().filter(|line| line.amount > 0)?;
    Some(FactKind::PlanPurchased(PlanTerms {
        vendor_product_id: line.price_id.clone(),
        cycle: line.cycle.clone(),
        expires_at: line.period_end,
        invoice_id: Some(invoice.id.clone()),
    }))
}
