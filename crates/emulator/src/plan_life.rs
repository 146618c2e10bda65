//! The life of a paid plan: bought or swapped, renewed in silence, cancelled, reactivated, ended in silence.

use jiff::Timestamp;

use crate::error::Refusal;
use crate::event;
use crate::world::World;
use crate::world::checkout::Checkout;
use crate::world::invoice::Invoice;
use crate::world::subscription::{Subscription, period_end};

/// What the end of a period led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeriodEnd {
    Renewed,
    Ended,
}

impl World {
    /// Puts a paid checkout into effect. Its webhook leaves at `webhook_at`.
    pub(crate) fn start_plan(&mut self, checkout: &Checkout, now: Timestamp, webhook_at: Timestamp) {
        let price = if checkout.test_checkout { "0.00" } else { &checkout.price };
        let plan = Subscription {
            product_id: checkout.product_id.clone(),
            plan_id: checkout.plan_id.clone(),
            name: checkout.plan_name.clone(),
            cycle: checkout.cycle.clone(),
            price: price.to_owned(),
            currency: checkout.currency.clone(),
            started_at: now,
            periods_paid: 1,
            period_end_at: period_end(now, &checkout.cycle, 1),
            auto_renew: true,
            ended: false,
            invoice_id: self.seed.next_guid(),
        };
        let Some(install) = self.find_instance_mut(checkout.instance_id.as_str()) else { return };
        let previous = install.plan.replace(plan.clone()).filter(|previous| previous.is_live(now));
        let event = match &previous {
            Some(previous) => event::changed(&plan, previous, now),
            None => event::purchased(&plan, now),
        };
        self.note_invoice(checkout.instance_id.as_str(), now, false);
        self.queue_delivery(&checkout.instance_id, event, now, webhook_at);
    }

    /// Sells a one-time product: an invoice and its webhook; the site's plan goes on as it is.
    pub(crate) fn sell_once(&mut self, checkout: &Checkout, now: Timestamp, webhook_at: Timestamp) {
        let price = if checkout.test_checkout { "0.00" } else { &checkout.price };
        let invoice = Invoice {
            invoice_id: self.seed.next_guid(),
            instance_id: checkout.instance_id.clone(),
            product_id: checkout.product_id.clone(),
            cycle: checkout.cycle.clone(),
            price: price.to_owned(),
            currency: checkout.currency.clone(),
            at: now,
            renewal: false,
        };
        let event = event::purchased_once(&invoice);
        self.invoices.push_back(invoice);
        self.queue_delivery(&checkout.instance_id, event, now, webhook_at);
    }

    /// Switches automatic renewal of a live plan. Setting what is set already does nothing and sends nothing.
    pub(crate) fn set_auto_renew(
        &mut self,
        instance_id: &str,
        enabled: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let unknown = || Refusal::not_found("There is no such instance of the app.");
        let install = self.find_instance_mut(instance_id).ok_or_else(unknown)?;
        let no_plan = || Refusal::conflict("no_plan", "There is no paid plan on this site.");
        let live = install.plan.as_mut().filter(|plan| plan.is_live(now));
        let plan = live.ok_or_else(no_plan)?;
        if plan.auto_renew == enabled {
            return Ok(());
        }
        plan.auto_renew = enabled;
        let event = if enabled { event::reactivated(plan, now) } else { event::renewal_cancelled(plan, now) };
        let instance_id = install.instance_id.clone();
        self.queue_delivery(&instance_id, event, now, now);
        Ok(())
    }

    /// Renews or ends the plan whose period is over. Neither is told to the app: Wix has no renewal webhook.
    pub(crate) fn end_period(&mut self, instance_id: &str) -> PeriodEnd {
        let invoice_id = self.seed.next_guid();
        let Some(plan) = self.find_instance_mut(instance_id).and_then(|install| install.plan.as_mut()) else {
            return PeriodEnd::Ended;
        };
        if !plan.auto_renew {
            plan.ended = true;
            return PeriodEnd::Ended;
        }
        let due = plan.period_end_at;
        plan.renew(invoice_id);
        self.note_invoice(instance_id, due, true);
        PeriodEnd::Renewed
    }

    fn note_invoice(&mut self, instance_id: &str, at: Timestamp, renewal: bool) {
        let Some((_, install)) = self.find_instance(instance_id) else { return };
        let Some(plan) = &install.plan else { return };
        let invoice = Invoice {
            invoice_id: plan.invoice_id.clone(),
            instance_id: install.instance_id.clone(),
            product_id: plan.product_id.clone(),
            cycle: plan.cycle.clone(),
            price: plan.price.clone(),
            currency: plan.currency.clone(),
            at,
            renewal,
        };
        self.invoices.push_back(invoice);
    }
}
