//! The owners of the sites: what they do with the app and its plans, by chance.

use jiff::Timestamp;
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::InstanceId;
use wixapp_core::{Catalog, Plan};
use wixapp_emulator::Error;
use wixapp_emulator::platform::{LivePlan, Platform};

use super::chronicle::{Deed, Purchase};
use super::rng::Rng;

/// What may happen beside installing, buying and cancelling; all of it unless somebody narrows a failure down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Habit {
    /// Moving to a lower plan.
    Downgrade,
    /// Moving to a higher plan.
    Upgrade,
    /// Changing between paying by the month and by the year.
    Switch,
    /// Ending a plan at once.
    EndNow,
    /// Cards that decline.
    Fail,
    /// Getting the money back.
    Refund,
    /// Free trials.
    Trial,
    /// Duplicating the site.
    Copy,
    /// Removing the app, and installing it again.
    Remove,
    /// Switching renewal on again.
    Reactivate,
    /// Spending, and putting credits aside.
    Spend,
    /// The app's clock off by up to nine minutes.
    Skew,
    /// Crashes of the app.
    Crash,
    /// Faults that last, and webhooks that do not arrive at once.
    Fault,
}

/// What owners may not do.
#[derive(Debug, Clone, Default)]
pub struct Abstinence(pub Vec<Habit>);

impl Abstinence {
    /// The weight of a habit: nothing for what is not done.
    #[must_use]
    pub fn weigh(&self, habit: Habit, weight: u64) -> u64 {
        if self.0.contains(&habit) { 0 } else { weight }
    }
}

/// One thing an owner can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Nothing,
    Install,
    Remove,
    Duplicate,
    Buy,
    TryOut,
    Upgrade,
    Downgrade,
    Switch,
    Cancel,
    Reactivate,
    EndNow,
    BreakCard,
    PayAfterAll,
    GiveUp,
    Refund,
}

/// Where an owner acts.
pub struct Scene<'a> {
    /// The platform.
    pub platform: &'a mut Platform,
    /// The plans.
    pub catalog: &'a Catalog,
    /// What owners do not do.
    pub abstinence: &'a Abstinence,
    /// How many sites there may be.
    pub most_sites: usize,
    /// The time.
    pub now: Timestamp,
}

/// What an owner did.
pub type Done = Vec<(InstanceId, Deed)>;

impl Scene<'_> {
    /// Lets the owner of a site do something. `instance` is the site's, if the app was ever installed.
    ///
    /// # Errors
    /// When the platform refuses, which it does not for what is chosen here.
    pub fn act(
        &mut self,
        site: &str,
        instance: Option<&InstanceId>,
        chance: &mut Rng,
    ) -> Result<Done, Error> {
        let Some(instance) = instance.cloned() else {
            return self.install(site, false);
        };
        let now = self.now;
        let installed = self.platform.app_instance(&instance, now).is_some();
        let live = self.platform.live_plan(&instance, now);
        let act = self.choose(installed, live.as_ref(), chance);
        let one = |deed| Ok(vec![(instance.clone(), deed)]);
        match (act, live) {
            (Act::Install, _) => self.install(site, false),
            (Act::Remove, _) => {
                self.platform.uninstall(site, now)?;
                one(Deed::Removed)
            }
            (Act::Duplicate, _) => {
                let (_, copy) = self.platform.duplicate(site, now)?;
                Ok(vec![(copy, Deed::Installed { copy: true })])
            }
            (Act::Buy, live) => {
                let above = live.as_ref().map_or(0, |live| self.rank(live));
                let plan = self.plan(chance, |plan| plan.rank > above);
                self.buy(&instance, plan, yearly(chance), live.is_none(), 0)
            }
            (Act::TryOut, None) => {
                let plan = self.plan(chance, |_| true);
                self.buy(&instance, plan, yearly(chance), true, chance.between(7, 14))
            }
            (Act::Upgrade, Some(live)) => {
                let rank = self.rank(&live);
                let plan = self.plan(chance, |plan| plan.rank > rank);
                self.buy(&instance, plan, live.cycle == BillingCycle::Yearly || chance.chance(150), false, 0)
            }
            (Act::Downgrade, Some(live)) => {
                let rank = self.rank(&live);
                let plan = self.plan(chance, |plan| plan.rank < rank);
                self.buy(&instance, plan, live.cycle == BillingCycle::Yearly, false, 0)
            }
            (Act::Switch, Some(live)) => {
                let rank = self.rank(&live);
                let plan = self.plan(chance, |plan| plan.rank == rank);
                self.buy(&instance, plan, live.cycle != BillingCycle::Yearly, false, 0)
            }
            (Act::Cancel, Some(live)) => {
                self.platform.set_auto_renew(&instance, false, now)?;
                let over = live.in_trial.then(|| (instance.clone(), Deed::Over));
                Ok([(instance, Deed::Cancelled)].into_iter().chain(over).collect())
            }
            (Act::Reactivate, _) => {
                self.platform.set_auto_renew(&instance, true, now)?;
                one(Deed::Reactivated)
            }
            (Act::EndNow | Act::GiveUp, _) => {
                let reason = if act == Act::GiveUp { "FAILED_PAYMENT" } else { "USER_CANCEL" };
                self.platform.end_plan(&instance, reason, now)?;
                one(Deed::Over)
            }
            (Act::BreakCard, _) => self.platform.break_card(&instance, now).map(|()| Vec::new()),
            (Act::PayAfterAll, _) => {
                self.platform.pay_open_invoice(&instance, now)?;
                let until = self.platform.live_plan(&instance, now).map_or(now, |plan| plan.period_end_at);
                one(Deed::PaymentMade { until })
            }
            (Act::Refund, _) => {
                self.platform.refund(&instance, now)?;
                one(Deed::Refunded)
            }
            (Act::Nothing | Act::TryOut | Act::Upgrade | Act::Downgrade | Act::Switch | Act::Cancel, _) => {
                Ok(Vec::new())
            }
        }
    }

    /// Installs the app.
    ///
    /// # Errors
    /// When it is installed.
    pub fn install(&mut self, site: &str, copy: bool) -> Result<Done, Error> {
        let instance = self.platform.install(site, self.now)?;
        Ok(vec![(instance, Deed::Installed { copy })])
    }

    fn choose(&self, installed: bool, live: Option<&LivePlan>, chance: &mut Rng) -> Act {
        use Habit as H;
        let by = |habit, weight| self.abstinence.weigh(habit, weight);
        if !installed {
            return chance.weighted(&[(60, Act::Install), (40, Act::Nothing)]);
        }
        let remove = (by(H::Remove, 5), Act::Remove);
        let room = self.platform.sites().len() < self.most_sites;
        let copy = (if room { by(H::Copy, 3) } else { 0 }, Act::Duplicate);
        let Some(live) = live else {
            let (buy, try_out) = ((50, Act::Buy), (by(H::Trial, 12), Act::TryOut));
            return chance.weighted(&[buy, try_out, remove, copy, (20, Act::Nothing)]);
        };
        if live.in_trial {
            return chance.weighted(&[(25, Act::Cancel), remove, (60, Act::Nothing)]);
        }
        if live.unpaid {
            return chance.weighted(&[(50, Act::PayAfterAll), (25, Act::GiveUp), (25, Act::Nothing)]);
        }
        let top = self.catalog.plans().iter().filter(|plan| !plan.custom).map(|plan| plan.rank).max();
        let up = if Some(self.rank(live)) < top { by(H::Upgrade, 20) } else { 0 };
        if !live.auto_renew {
            let again = (by(H::Reactivate, 35), Act::Reactivate);
            return chance.weighted(&[again, (up, Act::Buy), remove, (40, Act::Nothing)]);
        }
        let down = if self.rank(live) > 1 { by(H::Downgrade, 10) } else { 0 };
        chance.weighted(&[
            (up, Act::Upgrade),
            (down, Act::Downgrade),
            (by(H::Switch, 7), Act::Switch),
            (18, Act::Cancel),
            (by(H::EndNow, 4), Act::EndNow),
            (by(H::Fail, 7), Act::BreakCard),
            (by(H::Refund, 4), Act::Refund),
            remove,
            copy,
            (25, Act::Nothing),
        ])
    }

    fn rank(&self, live: &LivePlan) -> u32 {
        self.catalog.find(&live.plan_id).map_or(0, |plan| plan.rank)
    }

    fn plan(&self, chance: &mut Rng, fits: impl Fn(&Plan) -> bool) -> Plan {
        let sold = self.catalog.plans().iter().filter(|plan| !plan.is_free() && !plan.custom && fits(plan));
        let plans: Vec<(u64, &Plan)> = sold.map(|plan| (1, plan)).collect();
        chance.weighted(&plans).clone()
    }

    fn buy(
        &mut self,
        instance: &InstanceId,
        plan: Plan,
        yearly: bool,
        fresh: bool,
        trial_days: i64,
    ) -> Result<Done, Error> {
        let cycle = if yearly { BillingCycle::Yearly } else { BillingCycle::Monthly };
        let product = plan.product_id().to_owned();
        match trial_days {
            0 => self.platform.buy(instance, &product, cycle, self.now)?,
            days => self.platform.try_out(instance, &product, cycle, days, self.now)?,
        }
        let until = self.platform.live_plan(instance, self.now).map_or(self.now, |live| live.period_end_at);
        let (credits, rank) = (plan.credits.get(), plan.rank);
        let purchase = Purchase {
            plan: plan.id.to_string(),
            credits,
            rank,
            yearly,
            fresh,
            trial: trial_days > 0,
            until,
        };
        Ok(vec![(instance.clone(), Deed::Bought(purchase))])
    }
}

fn yearly(chance: &mut Rng) -> bool {
    chance.chance(300)
}
