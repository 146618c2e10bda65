//! `trigger`: the scripted path to an event. What is missing on the way (an install, a plan) is done first.

use serde_json::{Map, Value};
use wixapp_core::fact::{BillingCycle, InvoiceStatus};
use wixapp_core::id::{DeliveryId, InstanceId};

use crate::card::Card;
use crate::checkout::{CheckoutOrder, Counter, plans_on_sale};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::event;
use crate::view;
use crate::world::World;
use crate::world::subscription::Subscription;

/// The events that can be triggered (wix-protocol §4).
pub const EVENTS: [&str; 9] = [
    "AppInstalled",
    "AppRemoved",
    "PaidPlanPurchased",
    "PaidPlanChanged",
    "PaidPlanAutoRenewalCancelled",
    "PlanConvertedToPaid",
    "PlanReactivated",
    "PlanTransferred",
    "InvoiceStatusUpdated",
];

/// How many fields of a payload can be replaced at once.
const MAX_OVERRIDES: usize = 32;

impl Engine {
    /// Leads to an event on a site (the first one by default); gives its delivery, which is sent right after.
    pub(crate) fn trigger(
        &self,
        event_type: &str,
        site_id: Option<&str>,
        overrides: &Map<String, Value>,
    ) -> Result<view::Delivery, Refusal> {
        check_overrides(overrides)?;
        let site_id = match site_id {
            Some(site_id) => site_id.to_owned(),
            None => self.first_site()?,
        };
        let (home, now) = (self.app_home(&site_id), self.now());
        let counter = Counter { catalog: &self.config.catalog, home, trial_days: None, now };
        self.change(|world| {
            let last_before = world.deliveries.back().map(|delivery| delivery.delivery_id.clone());
            Path { world, site_id: &site_id, counter: &counter }.lead_to(event_type, overrides)?;
            let id =
                world.replace_fields(last_before.as_ref(), event_type, overrides).ok_or_else(nothing_sent)?;
            world.delivery(id.as_str()).map(view::Delivery::from)
        })
    }

    pub(crate) fn first_site(&self) -> Result<String, Refusal> {
        let none = || Refusal::not_found("There is no site on the local platform.");
        self.read(|world| world.sites.first().map(|site| site.site_id.clone())).ok_or_else(none)
    }
}

fn nothing_sent() -> Refusal {
    Refusal::conflict("nothing_sent", "The site stands so that this event does not come about.")
}

fn check_overrides(overrides: &Map<String, Value>) -> Result<(), Refusal> {
    let good = |name: &String| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if overrides.len() > MAX_OVERRIDES {
        return Err(Refusal::invalid(format!("`override` has at most {MAX_OVERRIDES} fields.")));
    }
    match overrides.keys().find(|name| !good(name)) {
        Some(_) => Err(Refusal::invalid("`override` names fields of 1 to 64 letters, digits and `_`.")),
        None => Ok(()),
    }
}

/// The way to an event on one site.
struct Path<'a> {
    world: &'a mut World,
    site_id: &'a str,
    counter: &'a Counter<'a>,
}

impl Path<'_> {
    fn lead_to(&mut self, event_type: &str, overrides: &Map<String, Value>) -> Result<(), Refusal> {
        let now = self.counter.now;
        match event_type {
            "AppInstalled" => {
                if self.world.site(self.site_id)?.active_install().is_ok() {
                    self.world.uninstall(self.site_id, now)?;
                }
                self.world.install(self.site_id, now)
            }
            "AppRemoved" => {
                self.installed()?;
                self.world.uninstall(self.site_id, now)
            }
            "PaidPlanPurchased" => {
                let id = self.without_plan()?;
                let product = self.product(0)?;
                self.world.buy(&id, &product, BillingCycle::Monthly, self.counter)
            }
            "PaidPlanChanged" => self.change_plan(),
            "PaidPlanAutoRenewalCancelled" => {
                let id = self.with_plan()?;
                self.world.set_auto_renew(id.as_str(), true, now)?;
                self.world.set_auto_renew(id.as_str(), false, now)
            }
            "PlanReactivated" => {
                let id = self.with_plan()?;
                self.world.set_auto_renew(id.as_str(), false, now)?;
                self.world.set_auto_renew(id.as_str(), true, now)
            }
            "PlanConvertedToPaid" => self.convert(),
            "PlanTransferred" => {
                let id = self.with_plan()?;
                let event = event::transferred(self.plan(&id)?, now);
                self.world.queue_delivery(&id, event, now, now);
                Ok(())
            }
            "InvoiceStatusUpdated" => {
                let id = self.with_plan()?;
                let status = overrides.get("status").and_then(Value::as_str).unwrap_or("PAID");
                let invoice = self.plan(&id)?.invoice_id.clone();
                let event =
                    event::invoice_updated(&invoice, InvoiceStatus::from(status.to_owned()), &id, true);
                self.world.queue_delivery(&id, event, now, now);
                Ok(())
            }
            _ => Err(Refusal::invalid(format!("`event` must be one of {}.", EVENTS.join(", ")))),
        }
    }

    fn installed(&mut self) -> Result<InstanceId, Refusal> {
        if self.world.site(self.site_id)?.active_install().is_err() {
            self.world.install(self.site_id, self.counter.now)?;
        }
        Ok(self.world.site(self.site_id)?.active_install()?.instance_id.clone())
    }

    fn with_plan(&mut self) -> Result<InstanceId, Refusal> {
        let id = self.installed()?;
        if self.plan(&id).is_err() {
            let product = self.product(0)?;
            self.world.buy(&id, &product, BillingCycle::Monthly, self.counter)?;
        }
        Ok(id)
    }

    fn without_plan(&mut self) -> Result<InstanceId, Refusal> {
        let id = self.installed()?;
        if self.plan(&id).is_ok() {
            self.world.end_plan(id.as_str(), "USER_CANCEL", self.counter.now)?;
        }
        Ok(id)
    }

    /// To the plan above; from the highest one, the way begins at the lowest.
    fn change_plan(&mut self) -> Result<(), Refusal> {
        let id = self.with_plan()?;
        let (plan_id, cycle) = {
            let plan = self.plan(&id)?;
            (plan.plan_id.clone(), plan.cycle.clone())
        };
        let place = plans_on_sale(self.counter.catalog).position(|plan| plan.id == plan_id).unwrap_or(0);
        let next = match self.product(place + 1) {
            Ok(next) => next,
            Err(_) => {
                self.without_plan()?;
                self.with_plan()?;
                self.product(1)?
            }
        };
        self.world.buy(&id, &next, cycle, self.counter)
    }

    /// Begins a free trial and pays it at once.
    fn convert(&mut self) -> Result<(), Refusal> {
        let id = self.without_plan()?;
        let product = self.product(0)?;
        let counter = Counter {
            catalog: self.counter.catalog,
            home: self.counter.home.clone(),
            trial_days: Some(0),
            now: self.counter.now,
        };
        self.world.buy(&id, &product, BillingCycle::Monthly, &counter)?;
        self.world.end_period(id.as_str());
        Ok(())
    }

    fn plan(&self, id: &InstanceId) -> Result<&Subscription, Refusal> {
        let no_plan = || Refusal::conflict("no_plan", "There is no paid plan on this site.");
        let (_, install) = self.world.find_instance(id.as_str()).ok_or_else(no_plan)?;
        install.live_plan(self.counter.now).ok_or_else(no_plan)
    }

    /// The `place`-th plan on sale, the cheapest first.
    fn product(&self, place: usize) -> Result<String, Refusal> {
        let none = || Refusal::conflict("no_such_plan", "The app sells too few plans for this event.");
        let plan = plans_on_sale(self.counter.catalog).nth(place).ok_or_else(none)?;
        Ok(plan.product_id().to_owned())
    }
}

impl World {
    /// Buys a product with a card that pays.
    pub(crate) fn buy(
        &mut self,
        instance_id: &InstanceId,
        product_id: &str,
        cycle: BillingCycle,
        counter: &Counter<'_>,
    ) -> Result<(), Refusal> {
        let order = CheckoutOrder {
            product_id: product_id.to_owned(),
            billing_cycle: Some(cycle),
            ..CheckoutOrder::default()
        };
        let token = self.open_checkout(instance_id, order, counter)?.token;
        self.pay_checkout(&token, &Card::paying(), counter.now).map(|_| ())
    }

    /// Replaces fields in what was queued of this type after `last_before`; gives the last such delivery that is no copy.
    fn replace_fields(
        &mut self,
        last_before: Option<&DeliveryId>,
        event_type: &str,
        overrides: &Map<String, Value>,
    ) -> Option<DeliveryId> {
        let old = last_before
            .and_then(|id| self.deliveries.iter().position(|delivery| delivery.delivery_id == *id))
            .map_or(0, |place| place + 1);
        let id = self
            .deliveries
            .iter()
            .skip(old)
            .rfind(|delivery| delivery.event_type == event_type && delivery.resend_of.is_none())
            .map(|delivery| delivery.delivery_id.clone())?;
        let copies = |delivery: &&mut crate::world::delivery::Delivery| {
            delivery.delivery_id == id || delivery.resend_of.as_ref() == Some(&id)
        };
        for delivery in self.deliveries.iter_mut().filter(copies) {
            if let Value::Object(fields) = &mut delivery.payload {
                fields.extend(overrides.clone());
            }
        }
        Some(id)
    }
}
