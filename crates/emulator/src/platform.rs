//! The platform's state machine without HTTP, tasks or a clock of its own: for simulators.
//!
//! [`Platform`] is the same world that [`Emulator`](crate::Emulator) serves. Here the caller says what time it is and
//! plays the network: it takes the webhooks that are due and says how each attempt ended.

use jiff::Timestamp;
use wixapp_core::catalog::Catalog;
use wixapp_core::fact::{BillingCycle, InvoiceStatus};
use wixapp_core::id::{DeliveryId, InstanceId, PlanId};
use wixapp_platform::{AppInstance, AppSecret};

use crate::api::instance::App;
use crate::card::Card;
use crate::checkout::{CheckoutOrder, Counter};
use crate::config::EmulatorConfig;
use crate::error::{Error, Refusal};
use crate::plan_life::PeriodEnd;
use crate::world::World;
use crate::world::delivery::Attempt;
use crate::world::demo;
use crate::world::seed::Seed;
use crate::world::site::Site;

/// A local Wix platform as a value: the same calls at the same times lead to the same state, ids included.
///
/// # Example
/// ```
/// use wixapp_core::{BillingCycle, Catalog};
/// use wixapp_emulator::platform::Platform;
/// let now = "2027-01-01T00:00:00Z".parse()?;
/// let mut platform = Platform::new(7, 1, Catalog::standard(), now)?;
/// let site = platform.sites()[0].clone();
/// let instance = platform.install(&site, now)?;
/// platform.buy(&instance, "starter", BillingCycle::Monthly, now)?;
/// let sent: Vec<_> = platform.take_due(now).into_iter().map(|webhook| webhook.event_type).collect();
/// assert_eq!(sent, ["AppInstalled", "PaidPlanPurchased"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Platform {
    world: World,
    config: EmulatorConfig,
}

/// A webhook that leaves now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which delivery it is an attempt of.
    pub delivery_id: DeliveryId,
    /// Whom it is about.
    pub instance_id: InstanceId,
    /// Wix's name of the event.
    pub event_type: String,
    /// The event's own payload: the innermost of the three layers.
    pub payload: String,
    /// When it was sent for the first time.
    pub signed_at: Timestamp,
    /// 1 for the first attempt, up to 13.
    pub attempt: u32,
}

/// Something the passing of time brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// A period was paid, in silence.
    Renewed,
    /// A plan that did not renew is over, in silence.
    Ended,
    /// A free trial became a paid plan.
    Converted,
    /// A renewal could not be charged.
    PaymentFailed,
}

/// The plan that is paid on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePlan {
    /// The plan.
    pub plan_id: PlanId,
    /// How it is paid.
    pub cycle: BillingCycle,
    /// When the paid period ends.
    pub period_end_at: Timestamp,
    /// Whether it renews by itself.
    pub auto_renew: bool,
    /// The invoice of the period.
    pub invoice_id: String,
    /// Whether a payment failed and is still open.
    pub unpaid: bool,
    /// Whether it is in its free trial.
    pub in_trial: bool,
}

impl Platform {
    /// A platform with `sites` sites and nothing installed.
    ///
    /// # Errors
    /// Never for the fixed settings it is made of.
    pub fn new(seed: u64, sites: usize, catalog: Catalog, now: Timestamp) -> Result<Self, Error> {
        let secret = AppSecret::new("a-secret-that-signs-nothing-here").map_err(Error::key)?;
        let config = EmulatorConfig {
            catalog,
            ..EmulatorConfig::new("app", secret, "http://app.test", "http://wix.test")
        };
        let mut world = World::new(&config.app_id, Seed::fixed(seed), now);
        let models = demo::sites();
        world.sites = (0..sites)
            .zip(models.iter().cycle())
            .map(|(n, model)| Site { site_id: world.seed.guid_of(&format!("site:{n}")), ..model.clone() })
            .collect();
        Ok(Self { world, config })
    }

    /// The sites, in the order in which they were made.
    #[must_use]
    pub fn sites(&self) -> Vec<String> {
        self.world.sites.iter().map(|site| site.site_id.clone()).collect()
    }

    /// Installs the app on a site; a reinstall brings the same instance back.
    ///
    /// # Errors
    /// When the app is installed there, or there is no such site.
    pub fn install(&mut self, site_id: &str, now: Timestamp) -> Result<InstanceId, Error> {
        self.world.install(site_id, now)?;
        Ok(self.world.site(site_id)?.active_install()?.instance_id.clone())
    }

    /// Removes the app from a site. A paid plan runs on.
    ///
    /// # Errors
    /// When the app is not installed there.
    pub fn uninstall(&mut self, site_id: &str, now: Timestamp) -> Result<(), Error> {
        Ok(self.world.uninstall(site_id, now)?)
    }

    /// Duplicates a site with the app on it; gives the new site and its instance.
    ///
    /// # Errors
    /// When the app is not installed there.
    pub fn duplicate(&mut self, site_id: &str, now: Timestamp) -> Result<(String, InstanceId), Error> {
        let copy = self.world.duplicate(site_id, now)?;
        let instance_id = self.world.site(&copy)?.active_install()?.instance_id.clone();
        Ok((copy, instance_id))
    }

    /// Opens a checkout for a plan and pays it.
    ///
    /// # Errors
    /// When the plan is not on sale in this way, or the instance is unknown.
    pub fn buy(
        &mut self,
        instance_id: &InstanceId,
        product_id: &str,
        cycle: BillingCycle,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.check_out(instance_id, product_id, cycle, None, now)
    }

    fn check_out(
        &mut self,
        instance_id: &InstanceId,
        product_id: &str,
        cycle: BillingCycle,
        trial_days: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let home = self.config.addresses()?.public;
        let order = CheckoutOrder {
            product_id: product_id.to_owned(),
            billing_cycle: Some(cycle),
            ..CheckoutOrder::default()
        };
        let counter = Counter { catalog: &self.config.catalog, home, trial_days, now };
        let token = self.world.open_checkout(instance_id, order, &counter)?.token;
        self.world.pay_checkout(&token, &Card::paying(), now)?;
        self.world.trim();
        Ok(())
    }

    /// Begins a free trial of a plan, which is paid after `days` days unless it is cancelled before.
    ///
    /// # Errors
    /// When a plan is paid already, and as for [`Platform::buy`].
    pub fn try_out(
        &mut self,
        instance_id: &InstanceId,
        product_id: &str,
        cycle: BillingCycle,
        days: i64,
        now: Timestamp,
    ) -> Result<(), Error> {
        if self.live_plan(instance_id, now).is_some() {
            return Err(Refusal::conflict("plan_live", "A trial comes before the first plan.").into());
        }
        self.check_out(instance_id, product_id, cycle, Some(days), now)
    }

    /// Switches automatic renewal of the live plan.
    ///
    /// # Errors
    /// When there is no live plan.
    pub fn set_auto_renew(
        &mut self,
        instance_id: &InstanceId,
        on: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.world.set_auto_renew(instance_id.as_str(), on, now)?)
    }

    /// Ends the live plan at once; `reason` in Wix's words.
    ///
    /// # Errors
    /// When there is no live plan.
    pub fn end_plan(&mut self, instance_id: &InstanceId, reason: &str, now: Timestamp) -> Result<(), Error> {
        Ok(self.world.end_plan(instance_id.as_str(), reason, now)?)
    }

    /// Lets the payer's card decline from the next renewal on.
    ///
    /// # Errors
    /// When there is no live plan.
    pub fn break_card(&mut self, instance_id: &InstanceId, now: Timestamp) -> Result<(), Error> {
        Ok(self.world.set_card_fails(instance_id.as_str(), true, now)?)
    }

    /// Pays the open invoice after all.
    ///
    /// # Errors
    /// When nothing is unpaid.
    pub fn pay_open_invoice(&mut self, instance_id: &InstanceId, now: Timestamp) -> Result<(), Error> {
        Ok(self.world.pay_open_invoice(instance_id.as_str(), now)?)
    }

    /// Gives the money of the current invoice back. The plan goes on until it is ended. Money that is not there any more
    /// is given back by nobody: nothing happens and nothing is sent.
    ///
    /// # Errors
    /// When there is no live plan.
    pub fn refund(&mut self, instance_id: &InstanceId, now: Timestamp) -> Result<(), Error> {
        match self.world.give_back_current(instance_id.as_str(), InvoiceStatus::Refunded, now) {
            Err(refusal) if refusal.code == "invoice_not_paid" => Ok(()),
            done => Ok(done?),
        }
    }

    /// The next moment at which something happens by itself or a webhook leaves.
    #[must_use]
    pub fn next_due_at(&self) -> Option<Timestamp> {
        // Every checkout is paid as it is opened, so none expires.
        let installs = self.world.sites.iter().filter_map(|site| site.install.as_ref());
        let plans = installs.filter_map(|install| install.plan.as_ref()).filter(|plan| plan.is_running());
        let attempts = self.world.deliveries.iter().filter_map(|delivery| delivery.next_attempt_at);
        plans.map(|plan| plan.period_end_at).chain(attempts).min()
    }

    /// Ends periods whose time has come by `now`; webhooks are left to [`Platform::take_due`].
    pub fn pass_time(&mut self, now: Timestamp) -> Vec<(Timestamp, InstanceId, Happening)> {
        let mut happened = Vec::new();
        while let Some((at, due)) = self.world.next_period_end().filter(|(at, _)| *at <= now) {
            let happening = match self.world.end_period(due.as_str()) {
                PeriodEnd::Renewed => Happening::Renewed,
                PeriodEnd::Ended => Happening::Ended,
                PeriodEnd::Converted => Happening::Converted,
                PeriodEnd::PaymentFailed => Happening::PaymentFailed,
            };
            happened.push((at, due, happening));
        }
        self.world.trim();
        happened
    }

    /// The webhooks that leave by `now`. Each comes again by Wix's schedule until [`Platform::answered`] says 200.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Outgoing> {
        let due = self
            .world
            .deliveries
            .iter()
            .filter(|delivery| delivery.next_attempt_at.is_some_and(|at| at <= now));
        due.map(|delivery| Outgoing {
            delivery_id: delivery.delivery_id.clone(),
            instance_id: delivery.instance_id.clone(),
            event_type: delivery.event_type.clone(),
            payload: delivery.payload.to_string(),
            signed_at: delivery.attempts.first().map_or(now, |first| first.at),
            attempt: u32::try_from(delivery.attempts.len()).unwrap_or(u32::MAX).saturating_add(1),
        })
        .collect()
    }

    /// Notes how an attempt ended: `Some(200)` ends the delivery, anything else has it sent again later.
    pub fn answered(&mut self, delivery_id: &DeliveryId, status: Option<u16>, at: Timestamp) {
        let Some(delivery) = self.world.find_delivery_mut(delivery_id) else { return };
        let attempt = u32::try_from(delivery.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        let error = status.is_none().then(|| "no answer".to_owned());
        delivery.record(Attempt { attempt, at, duration_ms: 0, response_status: status, error, chaos: None });
    }

    /// What Get App Instance answers; `None` where the app is not installed, since it gets no token there.
    #[must_use]
    pub fn app_instance(&self, instance_id: &InstanceId, now: Timestamp) -> Option<AppInstance> {
        let (site, install) = self.world.find_instance(instance_id.as_str())?;
        let app = App { config: &self.config, settings: &self.world.settings, now };
        let answer = serde_json::json!({ "instance": app.instance(install), "site": app.site(site) });
        if install.removed { None } else { serde_json::from_value(answer).ok() }
    }

    /// The plan that is paid now, also while the app is removed.
    #[must_use]
    pub fn live_plan(&self, instance_id: &InstanceId, now: Timestamp) -> Option<LivePlan> {
        let (_, install) = self.world.find_instance(instance_id.as_str())?;
        install.live_plan(now).map(|plan| LivePlan {
            plan_id: plan.plan_id.clone(),
            cycle: plan.cycle.clone(),
            period_end_at: plan.period_end_at,
            auto_renew: plan.auto_renew,
            invoice_id: plan.invoice_id.clone(),
            unpaid: plan.unpaid_invoice_id.is_some(),
            in_trial: plan.trial_ends_at.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paying(now: Timestamp) -> (Platform, InstanceId) {
        let mut platform = Platform::new(7, 1, Catalog::standard(), now).unwrap();
        let site = platform.sites()[0].clone();
        let instance = platform.install(&site, now).unwrap();
        platform.buy(&instance, "starter", BillingCycle::Monthly, now).unwrap();
        (platform, instance)
    }

    #[test]
    fn money_is_given_back_once_for_each_invoice() {
        let (bought, renewed) =
            ("2027-01-01T00:00:00Z".parse().unwrap(), "2027-02-01T00:00:00Z".parse().unwrap());
        let (mut platform, instance) = paying(bought);
        let mut refunds = Vec::new();
        for now in [bought, bought, renewed, renewed] {
            platform.pass_time(now);
            platform.refund(&instance, now).unwrap();
            for sent in platform.take_due(now) {
                platform.answered(&sent.delivery_id, Some(200), now);
                if sent.event_type == "InvoiceStatusUpdated" {
                    let payload: serde_json::Value = serde_json::from_str(&sent.payload).unwrap();
                    refunds.push((now, payload["recurring"].as_bool().unwrap()));
                }
            }
        }
        assert_eq!(refunds, [(bought, false), (renewed, true)]);
    }

    #[test]
    fn an_invoice_that_is_not_kept_any_more_is_given_back_once_too() {
        let now = "2027-01-01T00:00:00Z".parse().unwrap();
        let (mut platform, instance) = paying(now);
        platform.world.invoices.clear();
        for _ in 0..2 {
            platform.refund(&instance, now).unwrap();
        }
        assert_eq!(platform.world.invoices.len(), 1);
        let told =
            platform.take_due(now).into_iter().filter(|sent| sent.event_type == "InvoiceStatusUpdated");
        assert_eq!(told.count(), 1);
    }
}
