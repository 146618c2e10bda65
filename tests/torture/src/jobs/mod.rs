//! The workers: processes that are killed and frozen while they have jobs at work.
//!
//! What must hold when it is over: every job has ended once, and its credits with it, spent or given back; every group was
//! joined once; every second was ticked once; and the ledgers verify.

pub mod app;
pub(crate) mod check;
mod crew;
pub(crate) mod work;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;

use crate::database::{Database, Kind};
use crate::lab::Lab;

use crew::Crew;

/// How long nothing may move before something is wrong.
const STANDSTILL: Duration = Duration::from_secs(120);
/// Between two looks at how far the work is.
const PAUSE: Duration = Duration::from_millis(10);

/// How much to hurt, and on what.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How many jobs, a tenth of which belong to groups.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(100..))]
    pub jobs: u32,
    /// How many times a process is killed that has jobs at work.
    #[arg(long, default_value_t = 200)]
    pub kills: u32,
    /// How many times one is frozen for longer than its leases.
    #[arg(long, default_value_t = 50)]
    pub freezes: u32,
    /// The database.
    #[arg(long, value_enum, default_value = "sqlite")]
    pub database: Kind,
    /// The seed of everything that is drawn: who is killed, and in which order.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What came of a proof in which each job ended once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many times a process was killed.
    pub kills: u32,
    /// How many times one was frozen.
    pub freezes: u32,
    /// Jobs that ended well; their credits were spent.
    pub posted: usize,
    /// Jobs that failed; their credits came back.
    pub voided: usize,
    /// Of these, jobs that lost worker after worker.
    pub quarantined: usize,
    /// Attempts beyond the first.
    pub repeated: usize,
    /// Groups, each joined once.
    pub groups: usize,
    /// Seconds, each ticked once.
    pub ticks: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, freezes, posted, voided, quarantined, repeated, groups, ticks } = self;
        write!(
            f,
            "{} jobs under {kills} kills and {freezes} freezes: {posted} posted, {voided} voided ({quarantined} put away after \
             three lost workers), {repeated} attempts repeated; {groups} groups joined once, {ticks} seconds ticked once: \
             0 lost, 0 doubled, all books in order",
            posted + voided
        )
    }
}

/// What happens to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    Kill,
    Freeze,
}

/// Lets the program's servers and workers do the jobs, hurts them as often as asked, and looks at what is left.
///
/// # Errors
/// When a process could not be used, or when something was lost or doubled.
pub async fn run(program: &Path, args: &Args) -> Result<Report> {
    let lab = Lab::set_up(program, args.database).await?;
    let store = lab.database.store().await?;
    let mut rng = StdRng::seed_from_u64(args.seed);
    let added = work::add(&store, args.jobs, &mut rng).await?;
    let mut report = Report::default();
    let mut crew = Crew::start(&lab, &store).await?;
    let done = async {
        hurt(&mut crew, &lab.database, args, &mut rng, &mut report).await?;
        crew.wake_all().await?;
        until_ended(&mut crew, &lab.database, "toil", added.jobs).await?;
        until_ended(&mut crew, &lab.database, "sum", added.groups).await
    };
    if let Err(error) = done.await {
        return Err(error.context(crew.said()));
    }
    crew.end().await?;
    check::all(&store, &added, &mut report).await?;
    store.close().await;
    lab.database.remove().await?;
    Ok(report)
}

/// Deals the blows, spread over the work.
async fn hurt(
    crew: &mut Crew<'_>,
    database: &Database,
    args: &Args,
    rng: &mut StdRng,
    report: &mut Report,
) -> Result<()> {
    let count = |blow, times: u32| (0..times).map(move |_| blow);
    let mut blows: Vec<Blow> =
        count(Blow::Kill, args.kills).chain(count(Blow::Freeze, args.freezes)).collect();
    blows.shuffle(rng);
    let (jobs, all) = (usize::try_from(args.jobs)?, blows.len() + 1);
    for (number, blow) in (1..).zip(blows) {
        until_ended(crew, database, "toil", jobs * number / all).await?;
        // A moment that has nothing to do with what the processes do.
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..20))).await;
        match blow {
            Blow::Kill => {
                crew.kill_one(rng).await?;
                report.kills += 1;
            }
            Blow::Freeze => {
                crew.freeze_one(rng).await?;
                report.freezes += 1;
            }
        }
    }
    Ok(())
}

/// Waits until so many jobs of a kind have ended.
async fn until_ended(crew: &mut Crew<'_>, database: &Database, kind: &str, count: usize) -> Result<()> {
    let query = format!(
        "SELECT count(*) FROM jobs WHERE kind = '{kind}' AND state IN ('completed', 'discarded', 'cancelled')"
    );
    let (mut last, mut deadline) = (-1, Instant::now() + STANDSTILL);
    loop {
        crew.look_after()?;
        let ended = database.number(&query).await?;
        if usize::try_from(ended)? >= count {
            return Ok(());
        }
        if ended != last {
            (last, deadline) = (ended, Instant::now() + STANDSTILL);
        }
        if Instant::now() > deadline {
            bail!("nothing moves any more: {ended} of {count} `{kind}` jobs have ended");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
