//! Work at fixed times: one tick in a fleet, by the app's clock.

use std::fmt;
use std::sync::Arc;

use croner::parser::{CronParser, Seconds};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Zoned};
use tokio::sync::Notify;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_core::{InstanceId, JobId};
use wixapp_store::{CronEntry, Error, NewJob, Store, Tx, Want};

use crate::enqueue::{JobArgsError, new_job};
use crate::job::Job;
use crate::runner::Shop;

/// How late a tick may be under [`CatchUp::Never`].
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// How many ticks are made up in one transaction.
const BATCH: usize = 100;

/// What happens to ticks that fell due while nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// One job for all of them, with the time of the last: for work that looks at all there is.
    #[default]
    Once,
    /// One job for each of them, in their order: for work that is about its own day.
    Each,
    /// None, when the last is more than a minute ago: for work that is of no use later.
    Never,
}

type Make = Arc<dyn Fn(Timestamp, JobId) -> Result<NewJob, JobArgsError> + Send + Sync>;

/// One schedule with the job that it adds.
#[derive(Clone)]
pub(crate) struct Cron {
    name: &'static str,
    pattern: &'static str,
    schedule: Box<croner::Cron>,
    catch_up: CatchUp,
    make: Make,
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`", self.name, self.pattern)
    }
}

impl Cron {
    /// # Panics
    /// When the pattern is none, or never comes.
    pub(crate) fn new<J: Job>(
        name: &'static str,
        pattern: &'static str,
        catch_up: CatchUp,
        make: impl Fn(Timestamp) -> J + Send + Sync + 'static,
    ) -> Self {
        let parsed = CronParser::builder().seconds(Seconds::Optional).build().parse(pattern);
        let refusal = parsed.as_ref().err().map(ToString::to_string).unwrap_or_default();
        assert!(refusal.is_empty(), "the schedule `{pattern}` of `{name}` is not understood: {refusal}");
        let schedule = Box::new(parsed.expect("what is not understood was refused"));
        let make = Arc::new(move |tick, id| new_job(&make(tick), id, tick));
        let cron = Self { name, pattern, schedule, catch_up, make };
        assert!(
            cron.next(Timestamp::UNIX_EPOCH).is_some(),
            "the schedule `{pattern}` of `{name}` never comes"
        );
        cron
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The first tick after a moment.
    fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let found: Zoned = self.schedule.find_next_occurrence(&after.to_zoned(TimeZone::UTC), false).ok()?;
        Some(found.timestamp())
    }

    /// The last tick up to a moment.
    fn last(&self, until: Timestamp) -> Option<Timestamp> {
        let until = until.to_zoned(TimeZone::UTC);
        if self.schedule.is_time_matching(&until).ok()? && until.subsec_nanosecond() == 0 {
            return Some(until.timestamp());
        }
        let found: Zoned = self.schedule.find_previous_occurrence(&until, false).ok()?;
        Some(found.timestamp())
    }

    /// The ticks that are to be made up by `now`, when the first that nobody passed was `due`; and the one after them.
    fn due(&self, due: Timestamp, now: Timestamp) -> (Vec<Timestamp>, Timestamp) {
        let next = |after| self.next(after).unwrap_or(Timestamp::MAX);
        if self.catch_up == CatchUp::Each {
            let ticks: Vec<_> = std::iter::successors(Some(due), |tick| self.next(*tick))
                .take_while(|tick| *tick <= now)
                .take(BATCH)
                .collect();
            let following = ticks.last().map_or(due, |last| next(*last));
            return (ticks, following);
        }
        let last = self.last(now).map_or(due, |last| last.max(due));
        let wanted = self.catch_up == CatchUp::Once || now.duration_since(last) <= GRACE;
        (if wanted { vec![last] } else { Vec::new() }, next(now))
    }
}

/// Ticks for as long as the returned future is polled.
pub(crate) async fn keep(shop: Arc<Shop>, wake: Arc<Notify>) {
    let crons = shop.registry.crons();
    // Also without any: what an older version did at fixed times is not due any more.
    while let Err(error) = announce(&shop, crons).await {
        tracing::warn!(error = %error, "the schedules could not be stored");
        tokio::time::sleep(shop.config.poll).await;
    }
    if crons.is_empty() {
        return;
    }
    let mut failing = false;
    loop {
        match tick_all(&shop, crons).await {
            Ok(()) => failing = false,
            // Once per outage.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(error = %error, "what is due by the calendar could not be added");
            }
            Err(_) => {}
        }
        let _ = tokio::time::timeout(shop.config.poll, wake.notified()).await;
    }
}

async fn announce(shop: &Shop, crons: &[Cron]) -> Result<(), Error> {
    let now = shop.clock.now();
    let entry = |cron: &Cron| CronEntry {
        name: cron.name.to_owned(),
        schedule: cron.pattern.to_owned(),
        next_at: cron.next(now).unwrap_or(Timestamp::MAX),
    };
    shop.store.keep_crons(&crons.iter().map(entry).collect::<Vec<_>>()).await
}

async fn tick_all(shop: &Shop, crons: &[Cron]) -> Result<(), Error> {
    loop {
        let now = shop.clock.now();
        let due = shop.store.list_due_crons(now).await?;
        let mine: Vec<_> = due
            .iter()
            // A schedule that another version changed is its business: by the old pattern nothing is counted on.
            .filter_map(|entry| {
                let same = |cron: &&Cron| cron.name == entry.name && cron.pattern == entry.schedule;
                Some((crons.iter().find(same)?, entry.next_at))
            })
            .collect();
        if mine.is_empty() {
            return Ok(());
        }
        for (cron, due) in mine {
            tick(&shop.store, &*shop.clock, cron, due).await?;
        }
    }
}

/// Passes one tick: the jobs are added in the transaction that moves it on, so that no tick is lost or comes twice.
async fn tick(store: &Store, clock: &dyn Clock, cron: &Cron, due: Timestamp) -> Result<(), Error> {
    let now = clock.now();
    let (ticks, next) = cron.due(due, now);
    let made: Result<Vec<NewJob>, _> =
        ticks.iter().map(|tick| (cron.make)(*tick, JobId::new(now, rand::random()))).collect();
    // One that cannot be stored must not come again for ever.
    let jobs = made.unwrap_or_else(|error| {
        tracing::error!(error = %error, cron = cron.name, "the job of a schedule could not be made");
        Vec::new()
    });
    let want = jobs.iter().fold(Want::money().cron(cron.name), |want, job| job.want(want));
    let (name, app) = (cron.name, InstanceId::app());
    let passed = store.transact(&app, want, now, move |tx: &mut Tx| {
        let first = tx.pass_tick(name, due, next);
        if first {
            jobs.iter().cloned().for_each(|job| drop(tx.enqueue(job)));
        }
        Ok::<_, std::convert::Infallible>(first)
    });
    let Ok(first) = passed.await?;
    if first {
        tracing::debug!(cron = name, ticks = ticks.len(), %next, "the calendar moved on");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JobContext, JobError};

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Nothing;

    impl Job for Nothing {
        const KIND: &'static str = "nothing";
        type Output = ();
        async fn run(self, _: JobContext) -> Result<(), JobError> {
            Ok(())
        }
    }

    fn cron(pattern: &'static str, catch_up: CatchUp) -> Cron {
        Cron::new("nothing", pattern, catch_up, |_| Nothing)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn missed_ticks_are_made_up_as_the_rule_says() {
        let (due, now) = (at("2026-03-01T01:00:00Z"), at("2026-03-01T03:30:00Z"));
        let hourly = |catch_up, now| cron("0 * * * *", catch_up).due(due, now);
        let following = at("2026-03-01T04:00:00Z");
        assert_eq!(hourly(CatchUp::Once, now), (vec![at("2026-03-01T03:00:00Z")], following));
        let each = ["2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z", "2026-03-01T03:00:00Z"].map(at).to_vec();
        assert_eq!(hourly(CatchUp::Each, now), (each, following));
        assert_eq!(hourly(CatchUp::Never, now), (Vec::new(), following));
        let soon = at("2026-03-01T03:00:59.999Z");
        assert_eq!(hourly(CatchUp::Never, soon), (vec![at("2026-03-01T03:00:00Z")], following));
        for rule in [CatchUp::Once, CatchUp::Each, CatchUp::Never] {
            assert_eq!(hourly(rule, due), (vec![due], at("2026-03-01T02:00:00Z")), "{rule:?}");
        }
        let (many, next) = cron("* * * * * *", CatchUp::Each).due(due, now);
        assert_eq!((many.len(), next), (BATCH, due + SignedDuration::from_secs(100)));
    }

    #[test]
    fn a_tick_is_a_whole_second_and_never_the_moment_before() {
        let every = cron("*/5 * * * * *", CatchUp::Once);
        assert_eq!(every.next(at("2026-03-01T00:00:04.999Z")), Some(at("2026-03-01T00:00:05Z")));
        assert_eq!(every.next(at("2026-03-01T00:00:05Z")), Some(at("2026-03-01T00:00:10Z")));
        assert_eq!(every.last(at("2026-03-01T00:00:05Z")), Some(at("2026-03-01T00:00:05Z")));
        assert_eq!(every.last(at("2026-03-01T00:00:09.999Z")), Some(at("2026-03-01T00:00:05Z")));
        let leap = cron("0 0 29 2 *", CatchUp::Once);
        assert_eq!(leap.next(at("2026-03-01T00:00:00Z")), Some(at("2028-02-29T00:00:00Z")));
    }

    #[test]
    #[should_panic(expected = "the schedule `every day` of `nothing` is not understood")]
    fn a_pattern_that_is_none_is_refused() {
        let _ = cron("every day", CatchUp::Once);
    }

    #[test]
    #[should_panic(expected = "the schedule `0 0 30 2 *` of `nothing` never comes")]
    fn a_pattern_that_never_comes_is_refused() {
        let _ = cron("0 0 30 2 *", CatchUp::Once);
    }
}
