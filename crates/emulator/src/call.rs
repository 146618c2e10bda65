//! What pages and tests ask the platform to do, on the saved world and its clock.

use wixapp_core::id::InstanceId;

use crate::card::Card;
use crate::chaos::{Chaos, ChaosRun};
use crate::checkout::{CheckoutOrder, Counter, cancel_url};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::view::{self, CheckoutContext};
use crate::world::checkout::Checkout;
use crate::world::site::Site;

impl Engine {
    pub(crate) fn sites(&self) -> Vec<view::Site> {
        self.read(|world| world.sites.iter().map(|site| self.shown(site)).collect())
    }

    pub(crate) fn install(&self, site_id: &str) -> Result<view::Site, Refusal> {
        self.change(|world| world.install(site_id, self.now()))?;
        self.site(site_id)
    }

    pub(crate) fn uninstall(&self, site_id: &str) -> Result<view::Site, Refusal> {
        self.change(|world| world.uninstall(site_id, self.now()))?;
        self.site(site_id)
    }

    pub(crate) fn set_auto_renew(&self, instance_id: &str, enabled: bool) -> Result<view::Site, Refusal> {
        let site_id = self.change(|world| {
            world.set_auto_renew(instance_id, enabled, self.now())?;
            Ok(world.find_instance(instance_id).map(|(site, _)| site.site_id.clone()).unwrap_or_default())
        })?;
        self.site(&site_id)
    }

    pub(crate) fn open_checkout(
        &self,
        instance_id: &InstanceId,
        order: CheckoutOrder,
    ) -> Result<Checkout, Refusal> {
        let found = self.read(|world| {
            let (site, install) = world.find_instance(instance_id.as_str())?;
            let trial_days = world.settings.trial_days.filter(|_| install.may_try());
            Some((site.site_id.clone(), trial_days.map(i64::from)))
        });
        let unknown = || Refusal::not_found("There is no such instance of the app.");
        let (site_id, trial_days) = found.ok_or_else(unknown)?;
        let counter = Counter {
            catalog: &self.config.catalog,
            home: self.app_home(&site_id),
            trial_days,
            now: self.now(),
        };
        self.change(|world| world.open_checkout(instance_id, order, &counter))
    }

    /// Refuses to sell a site the plan that it has, paid in the same way.
    ///
    /// Only where the platform itself sells: of two pages that an app had opened before, both can be paid, as at Wix.
    pub(crate) fn ensure_not_running(
        &self,
        instance_id: &InstanceId,
        order: &CheckoutOrder,
    ) -> Result<(), Refusal> {
        let is_it = self.read(|world| {
            let (_, install) = world.find_instance(instance_id.as_str())?;
            install.live_plan(self.now()).map(|plan| order.is_for_running(plan, &self.config.catalog))
        });
        if is_it == Some(true) {
            return Err(Refusal::conflict("plan_runs", "The site has this plan already, paid in this way."));
        }
        Ok(())
    }

    pub(crate) fn checkout_view(&self, token: &str) -> Result<view::Checkout, Refusal> {
        self.read(|world| {
            let checkout = world.checkout(token)?;
            let install = world.find_instance(checkout.instance_id.as_str()).map(|(_, install)| install);
            let running = install.and_then(|install| install.live_plan(self.now()));
            let context = CheckoutContext {
                begins_at: running.filter(|plan| plan.changes_later(checkout)).map(|plan| plan.period_end_at),
                site_name: world.site_name_of(&checkout.instance_id),
                app_name: &self.config.app_name,
                cancel_url: cancel_url(checkout, &self.app_home(&checkout.site_id)),
                now: self.now(),
            };
            Ok(view::Checkout::of(checkout, context))
        })
    }

    pub(crate) fn pay(&self, token: &str, card: &Card) -> Result<String, Refusal> {
        self.change(|world| {
            world.drop_stale_trial(token);
            world.pay_checkout(token, card, self.now())
        })
    }

    pub(crate) fn cancel_checkout(&self, token: &str) -> Result<String, Refusal> {
        self.change(|world| {
            let home = self.app_home(&world.checkout(token)?.site_id);
            world.cancel_checkout(token, &home, self.now())
        })
    }

    pub(crate) fn queue_resends(
        &self,
        delivery_id: &str,
        times: u32,
    ) -> Result<Vec<view::Delivery>, Refusal> {
        if !(1..=20).contains(&times) {
            return Err(Refusal::invalid("`times` must be 1 to 20."));
        }
        let queued = self.change(|world| world.queue_resends(delivery_id, times, self.now()))?;
        Ok(queued.iter().map(view::Delivery::from).collect())
    }

    /// Begins a run of chaos, or ends it. What waits already is sent as it would have been.
    pub(crate) fn set_chaos(&self, profile: Option<Chaos>) -> Result<(), Refusal> {
        if let Some(name) = profile.and_then(|profile| profile.wrong_rate()) {
            return Err(Refusal::invalid(format!("`{name}` must be a percentage: 0 to 100.")));
        }
        self.change(|world| {
            world.chaos = profile.map(ChaosRun::new);
            Ok(())
        })
    }

    pub(crate) fn delivery_detail(&self, delivery_id: &str) -> Result<view::DeliveryDetail, Refusal> {
        let url = self.sender.url().as_str();
        self.read(|world| world.delivery(delivery_id).map(|found| view::DeliveryDetail::new(found, url)))
    }

    pub(crate) fn site(&self, site_id: &str) -> Result<view::Site, Refusal> {
        self.read(|world| world.site(site_id).map(|site| self.shown(site)))
    }

    fn shown(&self, site: &Site) -> view::Site {
        view::Site { page_url: self.site_page_url(&site.site_id), ..view::Site::at(site, self.now()) }
    }
}
