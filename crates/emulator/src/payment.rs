//! Payments that fail, come through after all, or are given back.

use jiff::Timestamp;
use wixapp_core::fact::InvoiceStatus;
use wixapp_core::id::InstanceId;

use crate::error::Refusal;
use crate::event;
use crate::world::World;
use crate::world::subscription::{Subscription, period_end};

impl World {
    /// Lets the payer's card decline, or pay again, from the next renewal on.
    pub(crate) fn set_card_fails(
        &mut self,
        instance_id: &str,
        fails: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.live_plan_mut(instance_id, now).map(|(_, plan)| plan.card_fails = fails)
    }

    /// Pays the open invoice: the next period begins where the last one ended.
    pub(crate) fn pay_open_invoice(&mut self, instance_id: &str, now: Timestamp) -> Result<(), Refusal> {
        let (id, plan) = self.live_plan_mut(instance_id, now)?;
        let nothing = || Refusal::conflict("nothing_unpaid", "Every invoice of this plan is paid.");
        let invoice_id = plan.unpaid_invoice_id.take().ok_or_else(nothing)?;
        plan.card_fails = false;
        if plan.invoice_id == invoice_id {
            plan.pay_again();
        } else if plan.trial_ends_at.is_some() {
            plan.convert(invoice_id.clone());
        } else {
            plan.renew(invoice_id.clone());
        }
        if !self.mark_invoice(&invoice_id, InvoiceStatus::Paid) {
            self.note_invoice(instance_id, now, true);
        }
        self.queue_delivery(
            &id,
            event::invoice_updated(&invoice_id, InvoiceStatus::Paid, &id, true),
            now,
            now,
        );
        Ok(())
    }

    /// Ends a live plan at once, and says why in Wix's words: `USER_CANCEL`, `FAILED_PAYMENT`.
    pub(crate) fn end_plan(
        &mut self,
        instance_id: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (id, plan) = self.live_plan_mut(instance_id, now)?;
        let event = event::ended_now(plan, reason, now);
        plan.end(now);
        self.queue_delivery(&id, event, now, now);
        Ok(())
    }

    /// Gives the money of the current invoice back: the owner got it (`Refunded`) or the bank took it (`ChargedBack`). The
    /// plan itself goes on until somebody ends it.
    pub(crate) fn give_back_current(
        &mut self,
        instance_id: &str,
        status: InvoiceStatus,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (_, plan) = self.live_plan_mut(instance_id, now)?;
        let (invoice_id, periods) = (plan.invoice_id.clone(), plan.periods_paid);
        let began = period_end(plan.started_at, &plan.cycle, periods - 1);
        if self.invoice(&invoice_id).is_err() {
            // The oldest invoices are not kept for ever, and this one is still the plan's.
            self.note_invoice(instance_id, began, periods > 1);
        }
        self.give_back(&invoice_id, status, false, now)
    }

    pub(crate) fn live_plan_mut(
        &mut self,
        instance_id: &str,
        now: Timestamp,
    ) -> Result<(InstanceId, &mut Subscription), Refusal> {
        let unknown = || Refusal::not_found("There is no such instance of the app.");
        let no_plan = || Refusal::conflict("no_plan", "There is no paid plan on this site.");
        let install = self.find_instance_mut(instance_id).ok_or_else(unknown)?;
        let plan = install.plan.as_mut().filter(|plan| plan.is_live(now)).ok_or_else(no_plan)?;
        Ok((install.instance_id.clone(), plan))
    }
}
