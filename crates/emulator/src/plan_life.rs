//! The life of a paid plan: bought or swapped, renewed in silence, cancelled, reactivated, ended in silence.

use jiff::{SignedDuration, Timestamp};
use wixapp_core::fact::{BillingCycle, InvoiceStatus};

use crate::error::Refusal;
use crate::event;
use crate::world::World;
use crate::world::checkout::Checkout;
use crate::world::invoice::Invoice;
use crate::world::subscription::{NextPlan, Subscription, period_end};

/// What the end of a period led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeriodEnd {
    Renewed,
    Ended,
    /// The free trial became a paid plan.
    Converted,
    /// The card declined: the plan lives on, and the invoice stays open.
    PaymentFailed,
}

impl World {
    /// Puts a paid checkout into effect. Its webhook leaves at `webhook_at`.
    ///
    /// A plan that is higher than the one before, or paid in another way, begins now; a lower one when the period that is
    /// paid ends. Coming back to the plan that runs drops the lower one.
    pub(crate) fn start_plan(&mut self, checkout: &Checkout, now: Timestamp, webhook_at: Timestamp) {
        let invoice_id = self.seed.next_guid();
        let Some(install) = self.find_instance_mut(checkout.instance_id.as_str()) else { return };
        let previous = install.plan.take().filter(|previous| previous.is_live(now));
        let (plan, event, charged) = match previous {
            Some(mut plan) if plan.changes_later(checkout) => {
                let event = event::changed_later(&plan, checkout, now);
                let stays = plan.rank == checkout.plan_rank;
                plan.next = if stays { None } else { Some(next_plan(checkout)) };
                plan.auto_renew = true;
                (plan, event, false)
            }
            Some(previous) => {
                let plan = Subscription::begun(checkout, invoice_id, now);
                let event = event::changed(&plan, &previous, now);
                (plan, event, true)
            }
            None => {
                let plan = Subscription::begun(checkout, invoice_id, now);
                install.trial_until = install.trial_until.or(plan.trial_ends_at);
                let event = event::purchased(&plan, now);
                (plan, event, true)
            }
        };
        install.plan = Some(plan);
        let coupon = checkout.coupon.as_ref().filter(|_| charged);
        if charged {
            self.note_invoice(checkout.instance_id.as_str(), now, false);
        }
        self.queue_delivery(&checkout.instance_id, event.with_coupon(coupon), now, webhook_at);
    }

    /// Sells a one-time product: an invoice and its webhook; the site's plan goes on as it is.
    pub(crate) fn sell_once(&mut self, checkout: &Checkout, now: Timestamp, webhook_at: Timestamp) {
        let invoice = Invoice {
            invoice_id: self.seed.next_guid(),
            instance_id: checkout.instance_id.clone(),
            product_id: checkout.product_id.clone(),
            cycle: checkout.cycle.clone(),
            price: checkout.due_today(),
            currency: checkout.currency.clone(),
            at: now,
            renewal: false,
            status: InvoiceStatus::Paid,
            coupon_name: checkout.coupon.as_ref().map(|coupon| coupon.name.clone()),
        };
        let event = event::purchased_once(&invoice).with_coupon(checkout.coupon.as_ref());
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
        if !enabled {
            // What does not renew has no next plan.
            plan.next = None;
        }
        let event = if enabled { event::reactivated(plan, now) } else { event::renewal_cancelled(plan, now) };
        if !enabled && plan.trial_ends_at.is_some() {
            // A trial that is cancelled is over at once: nothing was paid that could run on.
            plan.end(now);
        }
        let instance_id = install.instance_id.clone();
        self.queue_delivery(&instance_id, event, now, now);
        Ok(())
    }

    /// Renews or ends the plan whose period is over. Neither is told to the app: Wix has no renewal webhook. A trial's
    /// end and a declined card are.
    pub(crate) fn end_period(&mut self, instance_id: &str) -> PeriodEnd {
        let invoice_id = self.seed.next_guid();
        let Some(install) = self.find_instance_mut(instance_id) else { return PeriodEnd::Ended };
        let id = install.instance_id.clone();
        let Some(plan) = &mut install.plan else { return PeriodEnd::Ended };
        let due = plan.period_end_at;
        if !plan.auto_renew {
            plan.ended = true;
            return PeriodEnd::Ended;
        }
        if plan.card_fails {
            plan.unpaid_invoice_id = Some(invoice_id.clone());
            let event = event::invoice_updated(&invoice_id, InvoiceStatus::PaymentFailed, &id, true);
            self.queue_delivery(&id, event, due, due);
            self.note_open_invoice(instance_id, due);
            return PeriodEnd::PaymentFailed;
        }
        if plan.trial_ends_at.is_some() {
            plan.convert(invoice_id);
            let event = event::converted(plan, due);
            self.queue_delivery(&id, event, due, due);
            self.note_invoice(instance_id, due, false);
            return PeriodEnd::Converted;
        }
        plan.renew(invoice_id);
        self.note_invoice(instance_id, due, true);
        PeriodEnd::Renewed
    }

    pub(crate) fn note_invoice(&mut self, instance_id: &str, at: Timestamp, renewal: bool) {
        let Some(install) = self.find_instance_mut(instance_id) else { return };
        let instance_id = install.instance_id.clone();
        let Some(plan) = &mut install.plan else { return };
        let (price, coupon) = plan.take_first_price();
        let invoice = Invoice {
            invoice_id: plan.invoice_id.clone(),
            instance_id,
            product_id: plan.product_id.clone(),
            cycle: plan.cycle.clone(),
            price,
            currency: plan.currency.clone(),
            at,
            renewal,
            status: InvoiceStatus::Paid,
            coupon_name: coupon.map(|coupon| coupon.name),
        };
        self.invoices.push_back(invoice);
    }
}

impl Subscription {
    /// A plan that begins now, with a free trial if one was offered.
    fn begun(checkout: &Checkout, invoice_id: String, now: Timestamp) -> Self {
        let trial_ends_at = checkout
            .trial_days
            .map(|days| now.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX));
        Self {
            product_id: checkout.product_id.clone(),
            plan_id: checkout.plan_id.clone(),
            name: checkout.plan_name.clone(),
            rank: checkout.plan_rank,
            cycle: checkout.cycle.clone(),
            price: charged(checkout),
            currency: checkout.currency.clone(),
            started_at: now,
            since: None,
            next: None,
            periods_paid: 1,
            period_end_at: trial_ends_at.unwrap_or_else(|| period_end(now, &checkout.cycle, 1)),
            auto_renew: true,
            ended: false,
            invoice_id,
            card_fails: false,
            unpaid_invoice_id: None,
            trial_ends_at,
            coupon: checkout.coupon.clone(),
        }
    }

    /// Whether what is bought begins only when the period that is paid ends, or is what runs already. What is bought once is no
    /// plan, and begins at once.
    pub(crate) fn changes_later(&self, checkout: &Checkout) -> bool {
        if checkout.cycle == BillingCycle::OneTime {
            return false;
        }
        let same = checkout.plan_id == self.plan_id && checkout.cycle == self.cycle && self.next.is_some();
        same || (checkout.plan_rank < self.rank && self.trial_ends_at.is_none())
    }
}

fn next_plan(checkout: &Checkout) -> NextPlan {
    NextPlan {
        product_id: checkout.product_id.clone(),
        plan_id: checkout.plan_id.clone(),
        name: checkout.plan_name.clone(),
        rank: checkout.plan_rank,
        cycle: checkout.cycle.clone(),
        price: charged(checkout),
        currency: checkout.currency.clone(),
    }
}

/// What a checkout charges.
fn charged(checkout: &Checkout) -> String {
    if checkout.test_checkout { "0.00".to_owned() } else { checkout.price.clone() }
}
