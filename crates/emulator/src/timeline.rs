//! What is due when, and walking the virtual clock through it in the order of time.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use wixapp_core::clock::Clock;
use wixapp_core::id::{DeliveryId, InstanceId};

use crate::engine::Engine;
use crate::error::Refusal;
use crate::plan_life::PeriodEnd;
use crate::record::{About, Kind, Outcome};
use crate::world::World;
use crate::world::checkout::CheckoutStatus;
use crate::world::site::Install;
use crate::world::subscription::period_end;

/// Something the platform does by itself at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Due {
    PeriodEnd(InstanceId),
    CheckoutExpiry(String),
    Attempt(DeliveryId),
}

/// What an advance of the clock led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Advance {
    /// The time after it.
    pub now: Timestamp,
    /// How far the clock is ahead of the machine's.
    pub offset_ms: i64,
    /// Webhooks posted on the way, retries included.
    pub deliveries: u32,
    /// Plans renewed on the way.
    pub renewals: u32,
    /// Moments at which something fell due in the app, where it shares this process.
    pub app_events: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Progress {
    deliveries: u32,
    renewals: u32,
    app_events: u32,
}

impl World {
    /// The next thing due. At one moment periods end first, then checkouts expire, then webhooks leave in order.
    pub(crate) fn next_due(&self) -> Option<(Timestamp, Due)> {
        let periods =
            self.next_period_end().map(|(at, instance_id)| (at, Due::PeriodEnd(instance_id))).into_iter();
        let open = self.checkouts.iter().filter(|checkout| !checkout.is_closed());
        let expiries =
            open.map(|checkout| (checkout.expires_at, Due::CheckoutExpiry(checkout.token.clone())));
        let attempts = self.deliveries.iter().filter_map(|delivery| {
            Some((delivery.next_attempt_at?, Due::Attempt(delivery.delivery_id.clone())))
        });
        // `min_by_key` keeps the first of equals, so the order of the chain is the order at one moment.
        periods.chain(expiries).chain(attempts).min_by_key(|(at, _)| *at)
    }

    /// The plan whose period ends next.
    pub(crate) fn next_period_end(&self) -> Option<(Timestamp, InstanceId)> {
        let installs = self.sites.iter().filter_map(|site| site.install.as_ref());
        let running = |install: &Install| {
            install.plan.as_ref().filter(|plan| plan.is_running()).map(|plan| plan.period_end_at)
        };
        let ends = installs.filter_map(|install| Some((running(install)?, install)));
        ends.min_by_key(|(at, _)| *at).map(|(at, install)| (at, install.instance_id.clone()))
    }

    /// When the period began that runs on an install.
    fn period_began(&self, instance_id: &str) -> Option<Timestamp> {
        let (_, install) = self.find_instance(instance_id)?;
        let plan = install.plan.as_ref()?;
        Some(period_end(plan.started_at, &plan.cycle, plan.periods_paid - 1))
    }

    /// One line on what is due, for the clock panel.
    pub(crate) fn describe(&self, due: &Due) -> String {
        match due {
            Due::PeriodEnd(instance_id) => {
                let Some((site, install)) = self.find_instance(instance_id.as_str()) else {
                    return String::new();
                };
                let Some(plan) = &install.plan else { return String::new() };
                let verb = if plan.auto_renew { "renews" } else { "ends" };
                format!("{} {verb} on {}", plan.name, site.name)
            }
            Due::CheckoutExpiry(token) => {
                let plan = self.checkout(token).map_or("", |checkout| &checkout.plan_name);
                format!("The checkout for {plan} expires")
            }
            Due::Attempt(id) => match self.delivery(id.as_str()) {
                Ok(delivery) if delivery.attempts.is_empty() => format!("{} is sent", delivery.event_type),
                Ok(delivery) => format!("Retry {} of {}", delivery.attempts.len(), delivery.event_type),
                Err(_) => String::new(),
            },
        }
    }
}

/// How often the app may stop one move of the clock; beyond that it catches up at the end. An app with a job for every
/// minute would need hours for a year.
const APP_STOPS: u32 = 5_000;

/// What a walk comes to next.
enum Stop {
    Platform(Timestamp, Due),
    App(Timestamp),
}

impl Stop {
    fn at(&self) -> Timestamp {
        match self {
            Self::Platform(at, _) | Self::App(at) => *at,
        }
    }
}

impl Engine {
    /// Moves the clock by `by`, doing everything due on the way in the order of time.
    pub(crate) async fn advance(&self, by: SignedDuration) -> Result<Advance, Refusal> {
        let _turn = self.turn.lock().await;
        self.walk_by(by).await
    }

    /// The caller holds the turn.
    pub(crate) async fn walk_by(&self, by: SignedDuration) -> Result<Advance, Refusal> {
        let target = self.clock().now().checked_add(by).ok().filter(|target| *target <= self.horizon);
        let offset_ms =
            i64::try_from(by.as_millis()).unwrap_or(i64::MAX).saturating_add(self.clock().offset_ms());
        let progress = self.walk(target.ok_or_else(too_far)?).await?;
        // Webhooks take real time, in which a running clock goes on: without them it would have moved just as far.
        let behind_ms = offset_ms.saturating_sub(self.clock().offset_ms());
        if behind_ms > 0 && !self.is_stopping() {
            self.clock().advance(SignedDuration::from_millis(behind_ms));
            self.save()?;
        }
        Ok(self.report(&progress))
    }

    /// Moves the clock to `target`, doing everything due on the way.
    pub(crate) async fn advance_to(&self, target: Timestamp) -> Result<Advance, Refusal> {
        let _turn = self.turn.lock().await;
        self.check_target(target)?;
        let progress = self.walk(target).await?;
        Ok(self.report(&progress))
    }

    /// Whether the clock can go there.
    pub(crate) fn check_target(&self, target: Timestamp) -> Result<(), Refusal> {
        if target < self.now() {
            let message = format!(
                "The clock only goes forward, and it is {} already; a snapshot brings an earlier time back.",
                self.now()
            );
            return Err(Refusal::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "invalid_time", message));
        }
        if target > self.horizon { Err(too_far()) } else { Ok(()) }
    }

    /// Moves the clock to the next thing due and does it.
    pub(crate) async fn advance_to_next(&self) -> Result<Advance, Refusal> {
        let _turn = self.turn.lock().await;
        let nothing =
            || Refusal::conflict("nothing_due", "Nothing is due: no plan runs and no webhook waits.");
        let (at, _) = self.next_event().await.ok_or_else(nothing)?;
        let progress = self.walk(at.max(self.clock().now())).await?;
        Ok(self.report(&progress))
    }

    /// Does everything that is due now.
    pub(crate) async fn settle(&self) -> Result<(), Refusal> {
        let _turn = self.turn.lock().await;
        self.walk(self.clock().now()).await.map(|_| ())
    }

    /// What happens next by itself, here or in the app, and one line on it.
    pub(crate) async fn next_event(&self) -> Option<(Timestamp, String)> {
        let here = self.read(|world| world.next_due().map(|(at, due)| (at, world.describe(&due))));
        let app = self.app_due_after(self.now()).await;
        match (here, app) {
            (Some((at, _)), Some(app)) if app < at => Some((app, IN_THE_APP.to_owned())),
            (None, Some(app)) => Some((app, IN_THE_APP.to_owned())),
            (here, _) => here,
        }
    }

    /// What falls due in the app later than `moment`. What is due already waits for something else than time.
    async fn app_due_after(&self, moment: Timestamp) -> Option<Timestamp> {
        let companion = self.companion()?;
        companion.next_due_after(moment).await.filter(|at| *at > moment)
    }

    /// Only one walk at a time: the caller holds the turn.
    pub(crate) async fn walk(&self, target: Timestamp) -> Result<Progress, Refusal> {
        let mut progress = Progress::default();
        let travels = target > self.now();
        // Whether something happened here at this moment that the app may have waited for.
        let mut app_waits = false;
        loop {
            if self.is_stopping() {
                return Ok(progress);
            }
            let stop = self.next_stop(target, travels && progress.app_events < APP_STOPS).await;
            // What falls due in the app at this very moment is done before the clock goes on.
            if app_waits && stop.as_ref().map_or(target, Stop::at) > self.now() {
                self.settle_app().await;
                app_waits = false;
                continue;
            }
            match stop {
                None => break,
                Some(Stop::Platform(at, due)) => {
                    self.clock_forward_to(at);
                    app_waits = travels && !matches!(due, Due::Attempt(_));
                    self.meet(at, due, &mut progress).await?;
                }
                Some(Stop::App(at)) => {
                    self.clock_forward_to(at);
                    progress.app_events += 1;
                    self.settle_app().await;
                }
            }
        }
        self.clock_forward_to(target);
        if travels {
            self.settle_app().await;
        }
        self.save()?;
        Ok(progress)
    }

    /// The next thing due by `target`, here or in the app. The app is asked only on the way: what it does now, it does.
    async fn next_stop(&self, target: Timestamp, with_app: bool) -> Option<Stop> {
        let here = self.read(World::next_due).filter(|(at, _)| *at <= target);
        let app = if with_app { self.app_due_after(self.now()).await } else { None };
        match (here, app.filter(|at| *at <= target)) {
            (Some((at, _)), Some(app)) if app < at => Some(Stop::App(app)),
            (Some((at, due)), _) => Some(Stop::Platform(at, due)),
            (None, app) => app.map(Stop::App),
        }
    }

    async fn settle_app(&self) {
        if let Some(companion) = self.companion() {
            companion.settle().await;
        }
    }

    /// Does what is due.
    async fn meet(&self, at: Timestamp, due: Due, progress: &mut Progress) -> Result<(), Refusal> {
        match due {
            Due::PeriodEnd(instance_id) => {
                let title = self.read(|world| world.describe(&Due::PeriodEnd(instance_id.clone())));
                let began = self.read(|world| world.period_began(instance_id.as_str())).unwrap_or(at);
                let end = self.note(|world| world.end_period(instance_id.as_str()));
                if end == PeriodEnd::Renewed {
                    progress.renewals += 1;
                    self.after_period(&instance_id, (began, at)).await;
                }
                let outcome = if end == PeriodEnd::PaymentFailed { Outcome::Failed } else { Outcome::Done };
                let about = About { instance_id: Some(instance_id), ..About::default() };
                self.record_at(at, Kind::Platform, title, outcome, about);
            }
            Due::CheckoutExpiry(token) => {
                self.note(|world| world.close_checkout(&token, CheckoutStatus::Expired));
            }
            Due::Attempt(id) => {
                self.attempt(&id).await?;
                progress.deliveries += 1;
                // The app answers first and works afterwards: on the way it gets the time for that.
                self.settle_app().await;
            }
        }
        Ok(())
    }

    fn clock_forward_to(&self, at: Timestamp) {
        if at > self.clock().now() {
            self.clock().set(at);
        }
    }

    fn report(&self, progress: &Progress) -> Advance {
        Advance {
            now: self.clock().now(),
            offset_ms: self.clock().offset_ms(),
            deliveries: progress.deliveries,
            renewals: progress.renewals,
            app_events: progress.app_events,
        }
    }
}

const IN_THE_APP: &str = "A cycle, job or reservation is due in the app";

fn too_far() -> Refusal {
    let message = "The clock can not go that far: at most ten years at once, and not beyond the year 2200.";
    Refusal::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "invalid_duration", message)
}
