//! Noting that the payment of an invoice was given back.

use wixapp_core::account::Balances;
use wixapp_core::clock::Timestamp;
use wixapp_core::derive::{self as rules, Input, Policy};
use wixapp_core::fact::{self, Fact, FactKind, InvoiceStatus, Noted};
use wixapp_core::{Catalog, ErrorCode, InstanceId};
use wixapp_store::{Tx, Want};

use super::{EVENT_TYPE, explained, known};
use crate::error::ApiError;
use crate::state::App;
use crate::work::derive;

/// A payment that was given back.
#[derive(Debug, Clone)]
pub struct Refund {
    /// The invoice that was paid.
    pub invoice_id: String,
    /// The request's own id: the same id counts once. Never empty.
    pub request_id: String,
    /// Who notes it; never empty.
    pub actor: String,
    /// Why; never empty. It stands in the ledger, and the owner sees it.
    pub reason: String,
}

/// What came of it, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refunded {
    /// Whether it changes anything: a payment is taken back once.
    pub counted: bool,
    /// The balances before.
    pub before: Balances,
    /// The balances after.
    pub after: Balances,
}

/// Notes that the payment of an invoice was given back, and takes back what it gave: the unspent part leaves, and the spent part
/// is owed. The same follows when Wix or Stripe tells of it, before or after: once.
///
/// It moves no money, and ends no plan: both are done where the plan was bought.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an instance or an invoice nobody has heard of; [`ErrorCode::InvalidRequest`] without an actor, a
/// reason or a request id; [`ErrorCode::IdempotencyMismatch`] when the request id counted for another invoice.
pub async fn refund(app: &App, instance_id: &InstanceId, refund: Refund) -> Result<Refunded, ApiError> {
    let fact = checked(app, instance_id, refund).await?;
    let (catalog, policy, now) = (app.catalog.clone(), app.policy, app.clock.now());
    let want = Want::money().facts().open_checkouts();
    let noted = app.store.transact(instance_id, want, now, move |tx| {
        let before = tx.account.balances;
        if !is_news(tx, &fact, &catalog, policy)? {
            return Ok(Refunded { counted: false, before, after: before });
        }
        tx.note_fact(EVENT_TYPE, fact.clone());
        derive::decide(tx, &catalog, policy, None)?;
        Ok::<_, ApiError>(Refunded { counted: true, before, after: tx.account.balances })
    });
    noted.await?
}

/// What [`refund`] would do. Nothing is changed by it.
///
/// # Errors
/// As [`refund`].
pub async fn preview(app: &App, instance_id: &InstanceId, refund: Refund) -> Result<Refunded, ApiError> {
    let fact = checked(app, instance_id, refund).await?;
    let (catalog, policy, now) = (app.catalog.clone(), app.policy, app.clock.now());
    let seen = app.store.look(instance_id, Want::money().facts(), now, move |tx: &Tx| {
        let before = tx.account.balances;
        if !is_news(tx, &fact, &catalog, policy)? {
            return Ok(Refunded { counted: false, before, after: before });
        }
        let outlook = derive::outlook(tx, std::slice::from_ref(&fact), &catalog, policy, now)?;
        Ok::<_, ApiError>(Refunded { counted: true, before, after: outlook.balances })
    });
    seen.await?
}

async fn checked(app: &App, instance_id: &InstanceId, refund: Refund) -> Result<Fact, ApiError> {
    let (actor, reason) = explained(&refund.actor, &refund.reason)?;
    let (invoice_id, request_id) = (refund.invoice_id.trim().to_owned(), refund.request_id.trim().to_owned());
    if invoice_id.is_empty() || request_id.is_empty() {
        return Err(ApiError::invalid("A refund needs an invoice, and an id of its own."));
    }
    known(&app.store, instance_id).await?;
    let kind = FactKind::InvoiceUpdated {
        invoice_id,
        status: InvoiceStatus::Refunded,
        recurring: None,
        noted: Some(Noted { actor, reason }),
        undated: false,
    };
    Ok(Fact { key: format!("operator:refund:{request_id}"), at: app.clock.now(), kind })
}

/// Whether the payment is known, and was not taken back so far.
fn is_news(tx: &Tx, fact: &Fact, catalog: &Catalog, policy: Policy) -> Result<bool, ApiError> {
    let mut facts: Vec<Fact> = tx.facts.iter().filter_map(|stored| stored.fact.clone()).collect();
    let Some(invoice) = invoice_of(fact) else { return Ok(false) };
    if let Some(told) = facts.iter().find(|told| told.key == fact.key) {
        return match invoice_of(told) {
            Some(other) if other == invoice => Ok(false),
            _ => Err(ApiError::new(ErrorCode::IdempotencyMismatch)
                .with_message("This request id counted for another invoice before.")
                .with_hint("Another refund needs a request id of its own.")),
        };
    }
    if is_taken_back(&mut facts, invoice, tx.now) {
        return Ok(false);
    }
    let with_it: Vec<Fact> = facts.into_iter().chain([fact.clone()]).collect();
    let input = Input { instance_id: tx.instance_id(), facts: &with_it, catalog, policy, now: tx.now };
    match rules::derive(input).parked.iter().any(|parked| parked.fact == fact.key) {
        true => Err(ApiError::new(ErrorCode::NotFound)
            .with_message(format!("Nothing that was paid by the invoice `{invoice}` is known of this site."))
            .with_hint("`webhook list` and `webhook show` tell what was paid, and by which invoices.")),
        false => Ok(true),
    }
}

fn invoice_of(fact: &Fact) -> Option<&str> {
    match &fact.kind {
        FactKind::InvoiceUpdated { invoice_id, .. } => Some(invoice_id),
        _ => None,
    }
}

/// Whether the payment was refunded, which is for good, or the last word on it is that it was disputed.
fn is_taken_back(facts: &mut [Fact], invoice: &str, now: Timestamp) -> bool {
    fact::sort(facts);
    let of_it = |fact: &&Fact| fact.at <= now && invoice_of(fact) == Some(invoice);
    let statuses = facts.iter().filter(of_it).filter_map(|fact| match &fact.kind {
        FactKind::InvoiceUpdated { status, .. } => Some(status),
        _ => None,
    });
    let is_word = |status: &&InvoiceStatus| {
        matches!(status, InvoiceStatus::Refunded | InvoiceStatus::ChargedBack | InvoiceStatus::Paid)
    };
    let words: Vec<&InvoiceStatus> = statuses.filter(is_word).collect();
    words.contains(&&InvoiceStatus::Refunded) || words.last() == Some(&&InvoiceStatus::ChargedBack)
}
