//! Playing a scenario on the platform.

use std::time::{Duration, Instant};

use wixapp_core::fact::InvoiceStatus;
use wixapp_core::id::InstanceId;

use super::step::{Action, Expectation};
use super::{Scenario, ScenarioRun, StepDone, StepFailed};
use crate::checkout::Counter;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::record::{Kind, Outcome};
use crate::world::World;
use crate::world::delivery::Delivery;

/// How long an expectation of the app may take to come true: it answers first and works afterwards.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A scenario under way.
struct Play<'a> {
    engine: &'a Engine,
    site_id: String,
    /// The events that were there before it began.
    began_after: Option<wixapp_core::id::DeliveryId>,
}

impl Engine {
    /// Does the steps in order, until one fails.
    pub(crate) async fn play(&self, scenario: &Scenario) -> Result<ScenarioRun, Refusal> {
        let mut play = Play {
            engine: self,
            site_id: self.first_site()?,
            began_after: self.read(|world| world.deliveries.back().map(|last| last.delivery_id.clone())),
        };
        let mut steps = Vec::new();
        for (line, step) in &scenario.steps {
            let done = play.act(&step.action).await;
            let outcome = if done.is_ok() { Outcome::Done } else { Outcome::Failed };
            self.record(Kind::Platform, format!("Scenario, line {line}: {step}"), outcome);
            match done {
                Ok(said) => steps.push(StepDone { line: *line, step: step.to_string(), said }),
                Err(Refusal { code, message, .. }) => {
                    let (line, step, code) = (*line, step.to_string(), code.to_owned());
                    return Ok(ScenarioRun { steps, failed: Some(StepFailed { line, step, code, message }) });
                }
            }
        }
        Ok(ScenarioRun { steps, failed: None })
    }
}

impl Play<'_> {
    /// Does one step, and sends what it queued; says what it led to.
    async fn act(&mut self, action: &Action) -> Result<String, Refusal> {
        let said = match action {
            Action::Site(name) => self.choose(name)?,
            Action::Advance(by) => told(&self.engine.advance(*by).await?),
            Action::Next => told(&self.engine.advance_to_next().await?),
            Action::Until(time) => told(&self.engine.advance_to(*time).await?),
            Action::Chaos(chaos) => {
                self.engine.set_chaos(*chaos)?;
                chaos.map_or("chaos is over".to_owned(), |chaos| format!("chaos with seed {}", chaos.seed))
            }
            Action::Snapshot(name) => format!("saved at {}", self.engine.save_snapshot(name, true).await?.at),
            Action::Restore(name) => format!("back at {}", self.engine.restore_snapshot(name).await?.at),
            Action::Trigger { event, overrides } => {
                format!("{} is sent", self.engine.trigger(event, Some(&self.site_id), overrides)?.event_type)
            }
            Action::Expect(expectation) => self.expect(expectation).await?,
            other => self.change(other)?,
        };
        self.engine.settle().await?;
        Ok(said)
    }

    /// Everything that happens to the site at once.
    fn change(&self, action: &Action) -> Result<String, Refusal> {
        let (engine, site_id) = (self.engine, self.site_id.as_str());
        let now = engine.now();
        let trial_days = if let Action::Trial { days, .. } = action { Some(*days) } else { None };
        let home = engine.app_home(site_id);
        let counter = Counter { catalog: &engine.config.catalog, home, trial_days, now };
        engine.change(|world| {
            let instance = |world: &World| instance(world, site_id);
            match action {
                Action::Install => world.install(site_id, now)?,
                Action::Uninstall => world.uninstall(site_id, now)?,
                Action::Duplicate => {
                    return world.duplicate(site_id, now).map(|copy| format!("the copy is {copy}"));
                }
                Action::Buy { product, cycle } => {
                    world.buy(&instance(world)?, product, cycle.clone(), &counter)?;
                }
                Action::Trial { product, cycle, .. } => {
                    let id = instance(world)?;
                    let live =
                        world.find_instance(id.as_str()).is_some_and(|(_, it)| it.live_plan(now).is_some());
                    if live {
                        return Err(Refusal::conflict("plan_live", "A trial comes before the first plan."));
                    }
                    world.buy(&id, product, cycle.clone(), &counter)?;
                }
                Action::Cancel => world.set_auto_renew(instance(world)?.as_str(), false, now)?,
                Action::Reactivate => world.set_auto_renew(instance(world)?.as_str(), true, now)?,
                Action::CardFails(fails) => world.set_card_fails(instance(world)?.as_str(), *fails, now)?,
                Action::Pay => world.pay_open_invoice(instance(world)?.as_str(), now)?,
                Action::Refund => {
                    world.give_back_current(instance(world)?.as_str(), InvoiceStatus::Refunded, now)?;
                }
                Action::ChargeBack => {
                    world.give_back_current(instance(world)?.as_str(), InvoiceStatus::ChargedBack, now)?;
                }
                Action::End { reason } => world.end_plan(instance(world)?.as_str(), reason, now)?,
                Action::Site(_)
                | Action::Advance(_)
                | Action::Next
                | Action::Until(_)
                | Action::Chaos(_)
                | Action::Snapshot(_)
                | Action::Restore(_)
                | Action::Trigger { .. }
                | Action::Expect(_) => {}
            }
            Ok("done".to_owned())
        })
    }

    fn choose(&mut self, wanted: &str) -> Result<String, Refusal> {
        let number = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let found = self.engine.read(|world| {
            let by_name = || world.sites.iter().find(|site| site.name == wanted || site.site_id == wanted);
            let site = number.and_then(|number| world.sites.get(number)).or_else(by_name)?;
            Some((site.site_id.clone(), site.name.clone()))
        });
        let unknown = || Refusal::not_found(format!("There is no site `{wanted}` on the local platform."));
        let (site_id, name) = found.ok_or_else(unknown)?;
        self.site_id = site_id;
        Ok(format!("now about {name}"))
    }

    async fn expect(&self, expectation: &Expectation) -> Result<String, Refusal> {
        match expectation {
            Expectation::Plan(plan) => {
                let found = self.plan();
                if found == *plan {
                    Ok(format!("the plan is {plan}"))
                } else {
                    Err(unmet("plan", plan, &found))
                }
            }
            Expectation::Credits(wanted) => {
                let started = Instant::now();
                loop {
                    let found = self.engine.app_credits(&self.site_id).await;
                    if found == Some(*wanted) {
                        return Ok(format!("{wanted} credits"));
                    }
                    if started.elapsed() > PATIENCE {
                        let found =
                            found.map_or("no answer of the app".to_owned(), |found| found.to_string());
                        return Err(unmet("credits", &wanted.to_string(), &found));
                    }
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
            }
            Expectation::Event { event, state, times } => {
                let found = self.count(|delivery| {
                    delivery.event_type == *event
                        && delivery.resend_of.is_none()
                        && state.is_none_or(|state| delivery.state == state)
                });
                let met = times.map_or(found > 0, |times| found == times);
                let wanted = times.map_or("at least 1".to_owned(), |times| times.to_string());
                if met {
                    Ok(format!("{found} of {event}"))
                } else {
                    Err(unmet(event, &wanted, &found.to_string()))
                }
            }
        }
    }

    fn plan(&self) -> String {
        let now = self.engine.now();
        self.engine.read(|world| {
            let install = world.site(&self.site_id).ok().and_then(|site| site.install.as_ref());
            let plan = install.and_then(|install| install.live_plan(now));
            plan.map_or("free".to_owned(), |plan| plan.plan_id.to_string())
        })
    }

    fn count(&self, wanted: impl Fn(&Delivery) -> bool) -> usize {
        self.engine.read(|world| {
            let old = self
                .began_after
                .as_ref()
                .and_then(|id| world.deliveries.iter().position(|delivery| delivery.delivery_id == *id));
            world
                .deliveries
                .iter()
                .skip(old.map_or(0, |old| old + 1))
                .filter(|delivery| wanted(delivery))
                .count()
        })
    }
}

fn instance(world: &World, site_id: &str) -> Result<InstanceId, Refusal> {
    let never = || Refusal::conflict("not_installed", "The app is not installed on this site.");
    world.site(site_id)?.install.as_ref().map(|install| install.instance_id.clone()).ok_or_else(never)
}

fn unmet(what: &str, wanted: &str, found: &str) -> Refusal {
    Refusal::conflict("unmet", format!("{what}: expected {wanted}, found {found}."))
}

fn told(moved: &crate::timeline::Advance) -> String {
    format!("it is {}; {} webhooks, {} renewals", moved.now, moved.deliveries, moved.renewals)
}
