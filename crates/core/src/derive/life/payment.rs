//! What is bought once or twice, and what becomes of invoices.

use super::{Bought, Life, TakenBack};
use crate::catalog::{Plan, TopUp};
use crate::derive::epoch::{Epoch, Extra};
use crate::derive::{Alarm, AlarmReason};
use crate::fact::{Fact, InvoiceStatus, PlanTerms};

impl<'a> Life<'a> {
    pub(super) fn buy(&mut self, fact: &Fact, terms: &PlanTerms, top_up: &'a TopUp) {
        let name = terms.invoice_id.clone().unwrap_or_else(|| fact.key.clone());
        // What was declined once and is paid now was no invoice of the plan.
        let of_plan = self.epochs.last_mut().filter(|epoch| epoch.invoices.fails_since(&name).is_some());
        of_plan.into_iter().for_each(|epoch| epoch.invoices.recover());
        if self.bought.iter().all(|bought| bought.name != name) {
            self.bought.push(Bought { top_up, at: fact.at, name, fact: fact.key.clone() });
        }
    }

    /// While a plan runs, it or another one is bought by another invoice: two checkout links were both paid.
    pub(super) fn pay_twice(&mut self, fact: &Fact, plan: &'a Plan, terms: &PlanTerms) {
        let Some(invoice_id) = &terms.invoice_id else { return };
        let Some(epoch) = self.epochs.last_mut().filter(|epoch| epoch.is_open(fact.at)) else { return };
        let Some(segment) = epoch.segments.last() else { return };
        let Some(first) = segment.names.first().filter(|name| **name != segment.fact) else { return };
        let again = epoch.names().any(|name| name == invoice_id) || epoch.invoices.knows(invoice_id);
        let otherwise = segment.plan.id == plan.id && segment.billing != terms.cycle;
        if again || otherwise || plan.is_free() {
            return;
        }
        if epoch.auto_renew && !epoch.is_trial() {
            let reason = AlarmReason::PaidTwice { first: first.clone(), second: invoice_id.clone() };
            self.alarms.push(Alarm { fact: fact.key.clone(), beside: segment.fact.clone(), reason });
        }
        // A higher plan gives what it was paid for as it begins.
        if plan.rank > segment.plan.rank {
            return;
        }
        let (at, invoice_id, fact) = (fact.at, invoice_id.clone(), fact.key.clone());
        epoch.extras.push(Extra { plan, at, invoice_id, fact });
    }

    /// The payment of an invoice was taken back; a dispute says nothing new of one that was refunded.
    pub(super) fn take_back(&mut self, invoice_id: &str, told: TakenBack) {
        let is_refunded = self.refunded.get(invoice_id).is_some_and(|known| !known.disputed);
        if !(is_refunded && told.disputed) {
            self.refunded.insert(invoice_id.to_owned(), told);
        }
    }

    /// An invoice changed its status, and was not taken back. One that is for no renewal, and that failed, leaves the plan as it is.
    pub(super) fn invoice(&mut self, fact: &Fact, invoice_id: &str, status: &InvoiceStatus, may_renew: bool) {
        if *status == InvoiceStatus::Paid && self.refunded.get(invoice_id).is_some_and(|told| told.disputed) {
            self.refunded.remove(invoice_id);
        }
        let failed_before = self.epochs.last().is_some_and(|e| e.invoices.fails_since(invoice_id).is_some());
        let of_plan = may_renew || failed_before;
        if !of_plan || self.bought.iter().any(|bought| bought.name == invoice_id) {
            return;
        }
        if *status == InvoiceStatus::Paid {
            self.failed_early.retain(|(_, failed)| failed != invoice_id);
        }
        let paid_late = |epoch: &Epoch<'_>| {
            *status == InvoiceStatus::Paid && epoch.invoices.fails_since(invoice_id).is_some()
        };
        let concerns = |epoch: &&mut Epoch<'_>| epoch.is_open(fact.at) || paid_late(epoch);
        let Some(epoch) = self.epochs.last_mut().filter(concerns) else {
            if *status == InvoiceStatus::PaymentFailed {
                self.failed_early.push((fact.at, invoice_id.to_owned()));
            }
            return;
        };
        match status {
            InvoiceStatus::PaymentFailed => epoch.fail(invoice_id, fact.at),
            InvoiceStatus::Paid => {
                epoch.pay(invoice_id, fact.at);
            }
            InvoiceStatus::Refunded | InvoiceStatus::ChargedBack | InvoiceStatus::Unknown(_) => {}
        }
    }
}
