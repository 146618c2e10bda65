//! A store with one rich instance, a clock that stands still, and crews of workers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use wixapp_core::account::Balances;
use wixapp_core::clock::{Clock, Timestamp, VirtualClock};
use wixapp_core::entry::{Cause, EntryCode};
use wixapp_core::grant::{GrantRequest, Pool, Source};
use wixapp_core::hold::ReserveRequest;
use wixapp_core::{Credits, HoldId, InstanceId, JobId};
use wixapp_jobs::{Drained, Job, NewJobExt, Registry, Runner, RunnerConfig, RunnerHandle, State, new_job};
use wixapp_place::Place;
use wixapp_store::{Added, NewJob, Store, Want};

use crate::handler::{self, Script};

/// No test waits longer than this for something that must happen.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);
/// What the instance has to begin with.
pub(crate) const RICHES: i64 = 1000;
/// Short, so that a lost worker is replaced soon; for tests in which a busy machine may lose one more.
pub(crate) const BRIEF: Duration = Duration::from_millis(200);
/// As short as a worker on a busy machine still keeps alive.
pub(crate) const SHORT: Duration = Duration::from_secs(1);

pub(crate) struct Stage {
    pub(crate) store: Store,
    pub(crate) clock: VirtualClock,
    pub(crate) script: Arc<Script>,
    pub(crate) place: Place,
}

impl Stage {
    pub(crate) async fn sqlite() -> Self {
        Self::set(Place::sqlite()).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::set(Place::postgres().await).await
    }

    async fn set(place: Place) -> Self {
        let store = Store::open(&place.url()).await.unwrap();
        store.migrate().await.unwrap();
        let clock = VirtualClock::frozen_at("2026-03-01T10:00:00Z".parse().unwrap());
        let stage = Self { store, clock, script: Arc::new(Script::new()), place };
        stage.give(&instance()).await;
        stage
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn give(&self, id: &InstanceId) {
        let gift = GrantRequest {
            business_key: "gift".to_owned(),
            pool: Pool::Promo,
            source: Source::Adjust,
            amount: credits(RICHES),
            plan_id: None,
            catalog_version: "standard-1".to_owned(),
            effective_at: self.now(),
            expires_at: None,
            cause: Cause::new("operator", "a gift"),
        };
        let give = move |tx: &mut wixapp_store::Tx| tx.account.grant(gift.clone(), tx.now);
        self.store.transact(id, Want::money().facts(), self.now(), give).await.unwrap().unwrap();
    }

    /// A store of its own, as another process has.
    pub(crate) async fn another_store(&self) -> Store {
        Store::open(&self.place.url()).await.unwrap()
    }

    pub(crate) fn new_job<J: Job>(&self, job: &J) -> NewJob {
        new_job(job, JobId::new(self.now(), rand::random()), self.now()).unwrap()
    }

    /// Adds a job with one credit put aside for it.
    pub(crate) async fn add<J: Job>(&self, job: &J) -> JobId {
        self.add_new(&instance(), self.new_job(job), None).await.0
    }

    pub(crate) async fn add_new(
        &self,
        id: &InstanceId,
        job: NewJob,
        hold_until: Option<Timestamp>,
    ) -> (JobId, HoldId) {
        let job_id = job.job_id.clone();
        let (_, hold_id) = self.try_add(id, job, hold_until).await;
        (job_id, hold_id)
    }

    /// Adds a job, unless another stands for it, with one credit put aside before that is known.
    pub(crate) async fn try_add(
        &self,
        id: &InstanceId,
        job: NewJob,
        hold_until: Option<Timestamp>,
    ) -> (Added, HoldId) {
        let added = self.store.transact(id, job.want(Want::money()), self.now(), move |tx| {
            let (key, action) = (job.job_id.to_string(), "publish".to_owned());
            let request = ReserveRequest { key, action, amount: credits(1), expires_at: hold_until };
            let hold = tx.account.reserve(request, tx.now)?;
            let added = tx.enqueue(job.clone().hold(&hold.id));
            Ok::<_, wixapp_core::account::LedgerError>((added, hold.id))
        });
        added.await.unwrap().unwrap()
    }

    /// A crew of workers for all kinds.
    pub(crate) fn crew(&self) -> Crew {
        self.crew_with(self.store.clone(), handler::registry(), |_| {})
    }

    /// A crew whose leases are over after `lease` without a sign of life.
    pub(crate) fn crew_with_lease(&self, lease: Duration) -> Crew {
        self.crew_with(self.store.clone(), handler::registry(), |config| config.lease = lease)
    }

    pub(crate) fn crew_with(
        &self,
        store: Store,
        registry: Registry,
        change: impl FnOnce(&mut RunnerConfig),
    ) -> Crew {
        let (stop, stopped) = watch::channel(false);
        let runner = self.runner(store, registry, change);
        let handle = runner.handle();
        Crew { stop, handle, task: tokio::spawn(runner.run(stopped)) }
    }

    pub(crate) fn runner(
        &self,
        store: Store,
        registry: Registry,
        change: impl FnOnce(&mut RunnerConfig),
    ) -> Runner {
        let mut config = RunnerConfig { drain: LIMIT, ..RunnerConfig::default() };
        change(&mut config);
        let clock = Arc::new(self.clock.clone());
        let state = State::new().with_shared(Arc::clone(&self.script));
        Runner::new(store, registry, clock, config, Arc::new(state))
    }

    /// Waits until the job is as wanted.
    pub(crate) async fn until(
        &self,
        job_id: &JobId,
        wanted: impl Fn(&wixapp_store::Job) -> bool,
    ) -> wixapp_store::Job {
        let mut changes = self.store.watch();
        let mut last = None;
        let found = tokio::time::timeout(LIMIT, async {
            loop {
                let job = self.find(job_id).await;
                if wanted(&job) {
                    return job;
                }
                last = Some(job);
                // Progress of another process on SQLite is not told.
                let _ = tokio::time::timeout(Duration::from_millis(100), changes.recv()).await;
            }
        })
        .await;
        found.unwrap_or_else(|_| panic!("the job stayed as it is: {last:?}"))
    }

    pub(crate) async fn until_final(&self, job_id: &JobId) -> wixapp_store::Job {
        self.until(job_id, |job| job.state.is_final()).await
    }

    pub(crate) async fn find(&self, job_id: &JobId) -> wixapp_store::Job {
        self.store.find_any_job(job_id).await.unwrap().expect("the job is there")
    }

    /// The instance's balances, which must be sound.
    pub(crate) async fn balances(&self) -> Balances {
        assert_eq!(self.store.verify_ledger(&instance()).await.unwrap(), None);
        self.store.find_instance(&instance()).await.unwrap().expect("the instance is known").balances
    }

    /// Checks what the instance has left, what is held and what is spent.
    pub(crate) async fn assert_money(&self, held: i64, spent: i64) {
        let balances = self.balances().await;
        let found = (balances.available(), balances.held, balances.spent);
        assert_eq!(found, (RICHES - held - spent, held, spent), "available, held, spent");
    }

    pub(crate) async fn count_entries(&self, code: EntryCode) -> usize {
        let entries = self.store.list_entries(&instance(), None, 10_000).await.unwrap();
        entries.iter().filter(|entry| entry.code == code).count()
    }
}

/// A runner at work.
pub(crate) struct Crew {
    stop: watch::Sender<bool>,
    pub(crate) handle: RunnerHandle,
    task: JoinHandle<Drained>,
}

impl Crew {
    /// Asks the runner to stop.
    pub(crate) fn ask(&self) {
        self.stop.send_replace(true);
    }

    pub(crate) async fn stop(self) -> Drained {
        self.ask();
        tokio::time::timeout(LIMIT, self.task).await.expect("the runner stops in time").unwrap()
    }

    /// Ends the runner and its jobs in the middle of everything, as a crash does.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.is_err_and(|error| error.is_cancelled()));
    }
}

pub(crate) fn instance() -> InstanceId {
    "site-1".parse().unwrap()
}

pub(crate) fn credits(amount: i64) -> Credits {
    Credits::new(amount).unwrap()
}
