//! The long run: jobs come steadily for minutes. None may wait long, and neither the memory nor the log of the database may grow.

mod sample;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use wixapp_store::Store;

use crate::database::{Database, Kind};
use crate::jobs::app::OF_THIS_APP;
use crate::jobs::work::{self, Added};
use crate::jobs::{Report as Ended, check};
use crate::lab::Lab;
use crate::server::{Server, free_address};

use sample::{Sample, Samples};

/// Between two looks at how all is going.
const LOOK: Duration = Duration::from_secs(1);
/// How long the last jobs may take once no more come.
const LIMIT: Duration = Duration::from_secs(120);
/// How long the oldest waiting job may have waited in 99 of 100 looks.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// What memory and log may have grown from the second fifth of the time to the last: a tenth, and as much as comes and goes.
const ROOM: u64 = 8 << 20;

/// How long, how fast, and on what.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How long jobs come.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(5..))]
    pub seconds: u32,
    /// How many come in a second, each with a credit put aside for it.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: u32,
    /// The database.
    #[arg(long, value_enum, default_value = "sqlite")]
    pub database: Kind,
}

/// What came of a run in which nothing waited long and nothing grew.
#[derive(Clone, Debug)]
pub struct Report {
    /// How the jobs ended.
    pub ended: Ended,
    /// How long jobs came.
    pub seconds: u32,
    /// The age of the oldest job that waited: in the middle of all looks, in 99 of 100, and at most.
    pub waits: [Duration; 3],
    /// The memory of the server and of the worker beside it in bytes: in the second fifth of the time, and in the last.
    pub memory: [[u64; 2]; 2],
    /// The log of the database in bytes, in the same way; nothing where it is not in a file of ours.
    pub log: Option<[u64; 2]>,
}

impl Report {
    /// Whether jobs were begun in time and nothing grew.
    ///
    /// # Errors
    /// When it was not so.
    pub fn hold(&self) -> Result<()> {
        if self.waits[1] >= LONGEST_WAIT {
            bail!("jobs waited for too long\n{self}");
        }
        let flat = |[before, after]: [u64; 2]| after <= before + before / 10 + ROOM;
        if !self.memory.iter().copied().chain(self.log).all(flat) {
            bail!("something grows\n{self}");
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ended, seconds, waits: [middle, most, longest], memory: [server, worker], log } = self;
        let mb = |bytes: &u64| bytes / (1 << 20);
        writeln!(
            f,
            "{} jobs in {seconds} s, each ended once: {} posted, {} voided, {} seconds ticked once",
            ended.posted + ended.voided,
            ended.posted,
            ended.voided,
            ended.ticks
        )?;
        writeln!(
            f,
            "the oldest waiting job: {} ms in the middle, {} ms in 99 of 100 looks, {} ms at most",
            middle.as_millis(),
            most.as_millis(),
            longest.as_millis()
        )?;
        write!(f, "memory: server {} -> {} MB, ", mb(&server[0]), mb(&server[1]))?;
        write!(f, "worker {} -> {} MB", mb(&worker[0]), mb(&worker[1]))?;
        match log {
            Some([before, after]) => write!(f, "; log of the database {} -> {} MB", mb(before), mb(after)),
            None => Ok(()),
        }
    }
}

/// Lets jobs come, looks each second, and checks at the end that each ended once.
///
/// # Errors
/// When a process could not be used, or a job was lost or doubled.
pub async fn run(program: &Path, args: &Args) -> Result<Report> {
    let lab = Lab::set_up(program, args.database).await?;
    let store = lab.database.store().await?;
    let mut added = Added { instances: work::owners(&store).await?, ..Added::default() };
    let processes = [start(lab.command()).await?, start(lab.worker_command()).await?];
    let done = async {
        let samples = steadily(&store, &lab.database, &processes, args, &mut added).await?;
        timeout(LIMIT, until_ended(&lab.database, added.jobs)).await??;
        Ok::<_, anyhow::Error>(samples)
    };
    let samples = match done.await {
        Ok(samples) => samples,
        Err(error) => {
            let said = processes.iter().map(Server::said).collect::<Vec<_>>().join("\n\n");
            return Err(error.context(said));
        }
    };
    for process in processes {
        process.kill().await?;
    }
    let mut ended = Ended::default();
    check::all(&store, &added, &mut ended).await?;
    store.close().await;
    lab.database.remove().await?;
    Ok(Report {
        ended,
        seconds: args.seconds,
        waits: samples.waits(),
        memory: [0, 1].map(|process| samples.fifths(|sample| sample.memory[process])),
        log: samples.log(),
    })
}

async fn start(mut command: tokio::process::Command) -> Result<Server> {
    command.env(OF_THIS_APP, "1");
    Server::start(command, free_address()?).await
}

/// Adds jobs at a steady rate and looks each second.
async fn steadily(
    store: &Store,
    database: &Database,
    processes: &[Server; 2],
    args: &Args,
    added: &mut Added,
) -> Result<Samples> {
    let (mut samples, mut rng) = (Samples::default(), StdRng::seed_from_u64(1));
    let mut turns = interval(Duration::from_secs(1) / args.rate);
    // What is late comes at once: the rate holds in the end.
    turns.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (all, mut look) = (args.seconds * args.rate, Instant::now() + LOOK);
    for _ in 0..all {
        turns.tick().await;
        work::add_one(store, added, &mut rng).await?;
        if Instant::now() >= look {
            look += LOOK;
            samples.add(Sample::take(database, processes).await?);
        }
    }
    ensure!(samples.are_enough(), "there were too few looks to say anything");
    Ok(samples)
}

async fn until_ended(database: &Database, jobs: usize) -> Result<()> {
    let query =
        "SELECT count(*) FROM jobs WHERE kind = 'toil' AND state IN ('completed', 'discarded', 'cancelled')";
    while usize::try_from(database.number(query).await?)? < jobs {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
