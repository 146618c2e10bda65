//! What running a job costs by itself: jobs that do nothing but say four times how far they are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};
use wixapp_core::JobId;
use wixapp_core::clock::{Clock, SystemClock};
use wixapp_jobs::{Job, JobContext, JobError, Registry, Runner, RunnerConfig, State, new_job};
use wixapp_store::{NewJob, Store, Tx, Want};

use crate::identity;
use crate::tally::{Figures, Tally};

/// As many as the server is told to run at the same time under load.
const PLACES: usize = 64;
/// How many jobs are added in one transaction.
const BATCH: usize = 100;

/// How many jobs, and how fast they come.
#[derive(Args, Clone, Debug)]
pub(crate) struct RunnerArgs {
    /// The database; it is migrated first.
    #[arg(long, value_name = "URL")]
    database: String,
    /// How many jobs in all.
    #[arg(long, default_value_t = 20_000)]
    count: usize,
    /// How many instances share them.
    #[arg(long, default_value_t = 1_000)]
    instances: usize,
    /// Jobs that are added in a second while the runner waits for them; without it they are all there at the start.
    #[arg(long)]
    rate: Option<u32>,
}

/// Does nothing, in four steps.
#[derive(Serialize, Deserialize)]
struct Noop {
    number: usize,
}

/// What the jobs of one run tell.
struct Floor {
    began: Mutex<Vec<(usize, Instant)>>,
    count: AtomicUsize,
    all: usize,
    over: Notify,
}

impl Job for Noop {
    const KIND: &'static str = "noop";
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let floor = context.state::<Floor>()?;
        floor.began.lock().unwrap_or_else(PoisonError::into_inner).push((self.number, Instant::now()));
        for step in 1..=4_u8 {
            context.progress(step * 20, "Doing nothing").await;
        }
        if floor.count.fetch_add(1, Ordering::Relaxed) + 1 == floor.all {
            floor.over.notify_one();
        }
        Ok(())
    }
}

/// Runs all jobs to their stored end. With a rate, the latencies are from the wish for a job to its first line.
pub(crate) async fn run(args: &RunnerArgs) -> Result<Figures> {
    let store = Store::open(&args.database).await?;
    store.migrate().await?;
    let floor = Arc::new(Floor {
        began: Mutex::default(),
        count: AtomicUsize::new(0),
        all: args.count,
        over: Notify::new(),
    });
    let sent = match args.rate {
        None => add_all(&store, args).await.map(|()| Vec::new())?,
        Some(_) => Vec::with_capacity(args.count),
    };
    let (stop, stopped) = watch::channel(false);
    let state = State::new().with_shared(Arc::clone(&floor));
    let config = RunnerConfig { concurrency: PLACES, ..RunnerConfig::default() };
    let registry = Registry::new().register::<Noop>();
    let runner = Runner::new(store.clone(), registry, Arc::new(SystemClock), config, Arc::new(state));
    let started = Instant::now();
    let running = tokio::spawn(runner.run(stopped));
    let sent = match args.rate {
        None => sent,
        Some(rate) => add_steadily(&store, args, rate).await?,
    };
    floor.over.notified().await;
    // The runner ends when the last of them is settled in the database.
    stop.send_replace(true);
    running.await.context("the runner panicked")?;
    let time = started.elapsed();
    store.close().await;
    let mut tally = Tally::default();
    for (number, began) in floor.began.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let since = sent.get(*number).copied().unwrap_or(started);
        tally.good(began.saturating_duration_since(since));
    }
    let figures = tally.figures(time);
    ensure!(figures.answers == args.count, "{} jobs ran instead of {}", figures.answers, args.count);
    Ok(figures)
}

fn job(number: usize) -> Result<NewJob> {
    let now = SystemClock.now();
    // Two runs on one database must not name two jobs alike; their milliseconds differ.
    let mut chance = [0; 10];
    chance[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let id = JobId::new(now, chance);
    Ok(new_job(&Noop { number }, id, now)?)
}

/// Adds jobs to one instance, in one transaction.
async fn add(store: &Store, instance: usize, jobs: Vec<NewJob>) -> Result<()> {
    let decide = move |tx: &mut Tx| {
        for job in &jobs {
            tx.enqueue(job.clone());
        }
        Ok::<_, std::convert::Infallible>(())
    };
    let Ok(()) =
        store.transact(&identity::instance(instance), Want::money(), SystemClock.now(), decide).await?;
    Ok(())
}

async fn add_all(store: &Store, args: &RunnerArgs) -> Result<()> {
    for (batch, first) in (0..args.count).step_by(BATCH).enumerate() {
        let jobs = (first..args.count.min(first + BATCH)).map(job).collect::<Result<_>>()?;
        add(store, batch % args.instances, jobs).await?;
    }
    Ok(())
}

/// Gives when each job was wished for.
async fn add_steadily(store: &Store, args: &RunnerArgs, rate: u32) -> Result<Vec<Instant>> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    let mut sent = Vec::with_capacity(args.count);
    for number in 0..args.count {
        ticks.tick().await;
        sent.push(Instant::now());
        add(store, number % args.instances, vec![job(number)?]).await?;
    }
    Ok(sent)
}
