//! [`Runner`]: claims due jobs and runs them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, OptionFuture};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};
use wixapp_core::clock::Clock;
use wixapp_store::{Change, Claim, Error, Job, Limits, Store, Topic};

use crate::attempt::{Ended, Work, attempt};
use crate::config::RunnerConfig;
use crate::registry::Registry;
use crate::slot::{Halt, Slot, Table};
use crate::state::State;
use crate::{cron, heartbeat, rescue};

/// How long handing back may take once the time to drain is over; after that the leases run out by themselves.
const HAND_BACK_LIMIT: Duration = Duration::from_secs(3);

/// How many jobs may be unfinished for each place: those beyond the first wait for the database to settle them.
const SETTLING: usize = 4;

/// What a runner's tasks share.
pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) registry: Registry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: RunnerConfig,
    pub(crate) state: Arc<State>,
    pub(crate) table: Arc<Table>,
}

/// Claims due jobs and runs them, several at a time. Any number of runners, in any number of processes, share the work
/// of one database.
///
/// # Example
/// ```no_run
/// # use std::sync::Arc;
/// # use wixapp_jobs::{Registry, Runner, RunnerConfig, State};
/// # async fn example(store: wixapp_store::Store) {
/// let clock = Arc::new(wixapp_core::clock::SystemClock);
/// let (stop, stopped) = tokio::sync::watch::channel(false);
/// let runner = Runner::new(store, Registry::new(), clock, RunnerConfig::default(), Arc::new(State::new()));
/// let running = tokio::spawn(runner.run(stopped));
/// stop.send_replace(true);
/// let drained = running.await.expect("the runner does not panic");
/// println!("{} jobs finished, {} were handed back", drained.finished, drained.handed_back);
/// # }
/// ```
pub struct Runner {
    shop: Arc<Shop>,
    wake: Arc<Notify>,
    calendar: Arc<Notify>,
}

/// What a stopping runner did with the jobs that were running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Came to their own end in time.
    pub finished: usize,
    /// Were stopped and put back for another process, without counting the attempt.
    pub handed_back: usize,
}

/// Reaches a [`Runner`] that runs elsewhere.
#[derive(Debug, Clone)]
pub struct RunnerHandle {
    wake: Arc<Notify>,
    calendar: Arc<Notify>,
}

impl RunnerHandle {
    /// Makes the runner look now for what is due; for example because a virtual clock was moved.
    pub fn wake(&self) {
        self.calendar.notify_one();
        self.wake.notify_one();
    }
}

impl Runner {
    /// A runner of the registry's kinds. `clock` is the app's: by it jobs are due. Leases are by the machine's own.
    #[must_use]
    pub fn new(
        store: Store,
        registry: Registry,
        clock: Arc<dyn Clock>,
        config: RunnerConfig,
        state: Arc<State>,
    ) -> Self {
        let (config, table) = (config.in_range(), Arc::default());
        let shop = Shop { store, registry, clock, config, state, table };
        Self { shop: Arc::new(shop), wake: Arc::default(), calendar: Arc::default() }
    }

    /// A handle that works before and while the runner runs.
    #[must_use]
    pub fn handle(&self) -> RunnerHandle {
        RunnerHandle { wake: Arc::clone(&self.wake), calendar: Arc::clone(&self.calendar) }
    }

    /// Runs jobs until `shutdown` says `true` or its sender is gone; then lets them finish, and hands back the rest.
    ///
    /// Dropping the returned future stops everything at once, like a crash: the jobs are rescued when their leases are
    /// over.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> Drained {
        let Self { shop, wake, calendar } = self;
        let places = Arc::new(Semaphore::new(shop.config.concurrency));
        let mut helpers = JoinSet::new();
        helpers.spawn(heartbeat::keep(shop.store.clone(), Arc::clone(&shop.table), shop.config.lease));
        helpers.spawn(rescue::watch(shop.store.clone(), Arc::clone(&shop.clock), shop.config.lease));
        helpers.spawn(cron::keep(Arc::clone(&shop), calendar));
        helpers.spawn(listen(shop.store.watch(), Arc::clone(&wake), Arc::clone(&shop.table)));
        let mut floor = Floor { shop, places, jobs: JoinSet::new(), claim: None, stopping: false };
        tokio::select! {
            biased;
            _ = shutdown.wait_for(|stop| *stop) => {}
            () = floor.work(&wake) => {}
        }
        floor.drain().await
    }
}

/// Wakes the runner when there is work, and the heartbeat when a job may have been ended by others.
async fn listen(mut changes: broadcast::Receiver<Change>, wake: Arc<Notify>, table: Arc<Table>) {
    loop {
        match changes.recv().await {
            Ok(Change { topic: Topic::Work, .. }) => wake.notify_one(),
            Ok(Change { topic: Topic::Halt(_), .. }) => table.doubt(),
            Ok(Change { topic: Topic::Resync, .. }) | Err(broadcast::error::RecvError::Lagged(_)) => {
                table.doubt();
                wake.notify_one();
            }
            Ok(_) => {}
            // The store is gone; the runner holds one, so this only ends with it.
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// A claim under way.
type Claiming = BoxFuture<'static, Claimed>;

/// What a claim gave.
struct Claimed {
    /// The places it was made for.
    places: OwnedSemaphorePermit,
    holds_until: Instant,
    jobs: Result<Vec<Job>, Error>,
}

/// The jobs at work.
struct Floor {
    shop: Arc<Shop>,
    /// One permit for each handler that may run. A job leaves its place before it is settled: the next one need not
    /// wait for the database.
    places: Arc<Semaphore>,
    jobs: JoinSet<Ended>,
    claim: Option<Claiming>,
    /// What is claimed from now on is handed back at once.
    stopping: bool,
}

impl Floor {
    /// Claims and runs, for ever.
    async fn work(&mut self, wake: &Notify) {
        let mut poll = tokio::time::interval(self.shop.config.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let can_work = !self.shop.registry.kinds().is_empty();
        let mut hungry = can_work;
        loop {
            let may_claim = hungry && self.claim.is_none() && self.has_room();
            tokio::select! {
                Some(claimed) = OptionFuture::from(self.claim.as_mut()) => hungry |= self.end_claim(claimed),
                Some(ended) = self.jobs.join_next() => {
                    note(&ended);
                    // What a limit held back may begin now.
                    hungry |= can_work && self.has_limits();
                }
                places = free_places(&self.places), if may_claim => {
                    hungry = false;
                    self.begin_claim(places);
                }
                () = wake.notified() => hungry = can_work,
                _ = poll.tick() => hungry = can_work,
            }
        }
    }

    /// Whether the database keeps up with settling.
    fn has_room(&self) -> bool {
        self.jobs.len() < self.shop.config.concurrency.saturating_mul(SETTLING)
    }

    fn has_limits(&self) -> bool {
        self.shop.config.per_instance > 0 || !self.shop.registry.rates().is_empty()
    }

    fn begin_claim(&mut self, places: OwnedSemaphorePermit) {
        let shop = &self.shop;
        let claim = Claim {
            worker: shop.config.worker_name.clone(),
            kinds: shop.registry.kinds().into_iter().map(str::to_owned).collect(),
            limit: i64::try_from(places.num_permits()).unwrap_or(i64::MAX),
            now: shop.clock.now(),
            lease_until: heartbeat::lease_until(shop.config.lease),
            limits: Limits {
                per_instance: Some(i64::from(shop.config.per_instance)).filter(|most| *most > 0),
                apart: shop.registry.rates().clone(),
            },
        };
        let (store, holds_until) = (shop.store.clone(), Instant::now() + shop.config.lease);
        let claiming = async move { Claimed { places, holds_until, jobs: store.claim_jobs(claim).await } };
        self.claim = Some(claiming.boxed());
    }

    /// Starts the claimed jobs; whether there may be more.
    fn end_claim(&mut self, Claimed { mut places, holds_until, jobs }: Claimed) -> bool {
        self.claim = None;
        let jobs = jobs.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "jobs could not be claimed");
            Vec::new()
        });
        let full = jobs.len() == places.num_permits();
        for job in jobs {
            // Only registered kinds are claimed, and no more jobs than there are places.
            let Some(handler) = self.shop.registry.find(&job.kind) else { continue };
            let Some(place) = places.split(1) else { continue };
            let slot = Slot::new(&job, holds_until);
            if self.stopping {
                slot.halt(Halt::HandBack);
            }
            let joins = job.group_id.filter(|_| job.group_number.is_none());
            let work = Work { slot: Arc::new(slot), handler, args: job.args, joins, place };
            self.jobs.spawn(attempt(Arc::clone(&self.shop), work));
        }
        full
    }

    /// Lets the jobs finish for a while, then hands back the rest.
    async fn drain(mut self) -> Drained {
        let (table, drain) = (Arc::clone(&self.shop.table), self.shop.config.drain);
        let mut drained = Drained::default();
        self.stopping = true;
        table.halt_all(Halt::Wanted);
        if tokio::time::timeout(drain, self.empty(&mut drained)).await.is_err() {
            table.halt_all(Halt::HandBack);
            if tokio::time::timeout(HAND_BACK_LIMIT, self.empty(&mut drained)).await.is_err() {
                let left = self.jobs.len();
                tracing::warn!(left, "some jobs could not be handed back; their leases will run out");
            }
        }
        drained
    }

    /// Waits until no job is left.
    async fn empty(&mut self, drained: &mut Drained) {
        loop {
            tokio::select! {
                Some(claimed) = OptionFuture::from(self.claim.as_mut()) => {
                    self.end_claim(claimed);
                }
                Some(ended) = self.jobs.join_next() => {
                    note(&ended);
                    match ended {
                        Ok(Ended::Finished) => drained.finished += 1,
                        Ok(Ended::HandedBack) => drained.handed_back += 1,
                        Ok(Ended::Lost) | Err(_) => {}
                    }
                }
                else => return,
            }
        }
    }
}

/// Waits for a free place and takes all there are.
async fn free_places(places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let first = Arc::clone(places).acquire_owned().await;
    let mut taken = first.expect("the places are never closed");
    // Jobs that were claimed together often end together: one claim for all of them.
    tokio::task::yield_now().await;
    let more = u32::try_from(places.available_permits()).unwrap_or(u32::MAX);
    if let Ok(more) = Arc::clone(places).try_acquire_many_owned(more) {
        taken.merge(more);
    }
    taken
}

/// A task that broke down outside of its handler is not settled: the lease runs out.
fn note(ended: &Result<Ended, JoinError>) {
    if let Err(error) = ended {
        tracing::error!(error = %error, "the task of a job broke down");
    }
}
