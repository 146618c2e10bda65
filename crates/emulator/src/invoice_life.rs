//! What happens to single invoices: discounted, left open, paid, bounced, given back.

use axum::http::StatusCode;
use jiff::Timestamp;
use wixapp_core::fact::InvoiceStatus;

use crate::error::Refusal;
use crate::event;
use crate::world::World;
use crate::world::invoice::Invoice;
use crate::world::subscription::{Subscription, period_end};

impl World {
    /// Notes the invoice that the plan's payer could not pay.
    pub(crate) fn note_open_invoice(&mut self, instance_id: &str, at: Timestamp) {
        let Some(install) = self.find_instance_mut(instance_id) else { return };
        let instance_id = install.instance_id.clone();
        let Some(plan) = &mut install.plan else { return };
        let Some(invoice_id) = plan.unpaid_invoice_id.clone() else { return };
        let renewal = plan.trial_ends_at.is_none();
        // What a trial leads to is the first payment.
        let (price, coupon) = match (&plan.next, plan.coupon.take()) {
            (Some(next), _) => (next.price.clone(), None),
            (None, Some(coupon)) => (coupon.apply(&plan.price), Some(coupon.name)),
            (None, None) => (plan.price.clone(), None),
        };
        let (product_id, cycle, currency) = match &plan.next {
            Some(next) => (&next.product_id, &next.cycle, &next.currency),
            None => (&plan.product_id, &plan.cycle, &plan.currency),
        };
        let invoice = Invoice {
            invoice_id,
            instance_id,
            product_id: product_id.clone(),
            cycle: cycle.clone(),
            price,
            currency: currency.clone(),
            at,
            renewal,
            status: InvoiceStatus::PaymentFailed,
            coupon_name: coupon,
        };
        self.invoices.push_back(invoice);
    }

    /// Pays an invoice whose payment failed.
    pub(crate) fn pay_invoice(&mut self, invoice_id: &str, now: Timestamp) -> Result<(), Refusal> {
        let invoice = self.invoice(invoice_id)?.clone();
        if invoice.status != InvoiceStatus::PaymentFailed {
            let message = "Only an invoice whose payment failed can be paid.";
            return Err(Refusal::conflict("invoice_not_open", message));
        }
        let holds_up = |plan: &Subscription| plan.unpaid_invoice_id.as_deref() == Some(invoice_id);
        let instance_id = invoice.instance_id.as_str();
        let live = self.find_instance(instance_id).and_then(|(_, install)| install.live_plan(now));
        if live.is_some_and(holds_up) {
            return self.pay_open_invoice(instance_id, now);
        }
        self.tell_of_invoice(&invoice, InvoiceStatus::Paid, now);
        Ok(())
    }

    /// Lets the payment of an invoice fail: once more if it is open, or after all if it pays the period that runs.
    pub(crate) fn fail_invoice(&mut self, invoice_id: &str, now: Timestamp) -> Result<(), Refusal> {
        let invoice = self.invoice(invoice_id)?.clone();
        match invoice.status {
            InvoiceStatus::PaymentFailed => {}
            InvoiceStatus::Paid => self.take_period_back(&invoice, now)?,
            InvoiceStatus::Refunded | InvoiceStatus::ChargedBack | InvoiceStatus::Unknown(_) => {
                return Err(not_paid());
            }
        }
        self.tell_of_invoice(&invoice, InvoiceStatus::PaymentFailed, now);
        Ok(())
    }

    /// Gives the money of a paid invoice back: the owner got it (`Refunded`) or the bank took it (`ChargedBack`).
    pub(crate) fn give_back(
        &mut self,
        invoice_id: &str,
        status: InvoiceStatus,
        end_plan: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let invoice = self.invoice(invoice_id)?.clone();
        if invoice.status != InvoiceStatus::Paid {
            return Err(not_paid());
        }
        self.tell_of_invoice(&invoice, status, now);
        let live = |world: &Self| {
            let (_, install) = world.find_instance(invoice.instance_id.as_str())?;
            install.live_plan(now).map(|_| ())
        };
        if end_plan && live(self).is_some() {
            self.end_plan(invoice.instance_id.as_str(), "USER_CANCEL", now)?;
        }
        Ok(())
    }

    fn tell_of_invoice(&mut self, invoice: &Invoice, status: InvoiceStatus, now: Timestamp) {
        self.mark_invoice(&invoice.invoice_id, status.clone());
        let id = &invoice.instance_id;
        let event = event::invoice_updated(&invoice.invoice_id, status, id, invoice.renewal);
        self.queue_delivery(id, event, now, now);
    }

    /// The period that an invoice paid is not paid after all: the plan waits for the money, as after a failed renewal.
    fn take_period_back(&mut self, invoice: &Invoice, now: Timestamp) -> Result<(), Refusal> {
        let not_running = || {
            let message = "Only the invoice of the period that runs can still fail; refund an older one.";
            Refusal::new(StatusCode::CONFLICT, "invoice_not_current", message)
        };
        let (_, plan) = self.live_plan_mut(invoice.instance_id.as_str(), now)?;
        if plan.invoice_id != invoice.invoice_id || plan.trial_ends_at.is_some() || !plan.auto_renew {
            return Err(not_running());
        }
        plan.periods_paid -= 1;
        plan.period_end_at = period_end(plan.started_at, &plan.cycle, plan.periods_paid);
        plan.unpaid_invoice_id = Some(invoice.invoice_id.clone());
        plan.card_fails = true;
        Ok(())
    }
}

fn not_paid() -> Refusal {
    Refusal::conflict("invoice_not_paid", "The money of this invoice is not there any more, or never was.")
}
