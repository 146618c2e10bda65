//! Many seeds: progress, summary, and the command.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::owner::{Abstinence, Habit};
use super::rare::{Counters, Rare};
use super::run::{Failure, Outcome, Setup, run};

/// From this many seeds on, every rare thing must have happened.
pub const ENOUGH: u64 = 300;
/// How many lines of a failing seed's history are shown.
const HISTORY: usize = 200;

/// Arguments of the simulator.
#[derive(Debug, Args)]
pub struct SimArgs {
    /// How many seeds; 10,000, or one when a seed is named.
    #[arg(long)]
    pub seeds: Option<u64>,
    /// The first seed.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Leave a habit of the owners out, to narrow a failure down; may be given more than once.
    #[arg(long, value_name = "HABIT")]
    pub without: Vec<Habit>,
    /// Go on after a failing seed.
    #[arg(long)]
    pub keep_going: bool,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many seeds were run.
    pub seeds: u64,
    /// How many events there were.
    pub events: u64,
    /// What rare things happened.
    pub rare: Counters,
    /// The seeds that failed, in order, with what was found.
    pub failures: Vec<(u64, Failure)>,
}

impl Summary {
    fn add(&mut self, outcome: Outcome) {
        self.seeds += 1;
        self.events += outcome.events;
        self.rare.add(&outcome.rare);
        self.failures.extend(outcome.failure.map(|failure| (outcome.seed, failure)));
    }

    /// What never happened although it must have; nothing in a run that is too short to say.
    #[must_use]
    pub fn vacuous(&self) -> Vec<Rare> {
        if self.seeds < ENOUGH { Vec::new() } else { self.rare.missing() }
    }
}

/// Runs the seeds on every core. `tell` hears of each outcome and says whether to go on.
pub fn campaign(
    seeds: std::ops::Range<u64>,
    setup: &Setup,
    tell: impl Fn(&Outcome, u64) -> bool + Sync,
) -> Summary {
    let (next, summary) = (AtomicU64::new(seeds.start), Mutex::new(Summary::default()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let outcome = run(seed, setup);
            let mut summary = summary.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let go_on = tell(&outcome, summary.seeds + 1);
            summary.add(outcome);
            if !go_on {
                next.store(seeds.end, Ordering::Relaxed);
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    let mut summary = summary.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    summary.failures.sort_by_key(|(seed, _)| *seed);
    summary
}

/// Runs the simulator as the command line asks; 1 when a seed failed or a rare thing never happened.
///
/// # Errors
/// When nothing can be printed.
pub fn command(args: &SimArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let setup = Setup { abstinence: Abstinence(args.without.clone()), ..Setup::default() };
    let first = args.seed.unwrap_or(1);
    let count = args.seeds.unwrap_or(if args.seed.is_some() { 1 } else { 10_000 });
    let summary = campaign(first..first.saturating_add(count), &setup, |outcome, done| {
        if !args.json && (done.is_power_of_two() || done % 500 == 0) {
            let rate = done as f64 / started.elapsed().as_secs_f64();
            let _ = writeln!(std::io::stderr(), "  {done} of {count} seeds, {rate:.1} seeds/s");
        }
        args.keep_going || outcome.failure.is_none()
    });
    let rate = summary.seeds as f64 / started.elapsed().as_secs_f64();
    let out = &mut std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", in_json(&summary, rate))?;
    } else {
        in_words(out, &summary, &setup, rate)?;
    }
    let good = summary.failures.is_empty() && summary.vacuous().is_empty();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn in_json(summary: &Summary, rate: f64) -> serde_json::Value {
    let failures: Vec<_> = summary.failures.iter().map(|(seed, failure)| {
        json!({"seed": seed, "instance": failure.instance, "at": failure.at, "finding": failure.finding})
    }).collect();
    json!({
        "seeds": summary.seeds,
        "seedsPerSecond": rate,
        "events": summary.events,
        "sometimes": summary.rare,
        "never": summary.vacuous(),
        "failures": failures,
    })
}

fn in_words(out: &mut impl Write, summary: &Summary, setup: &Setup, rate: f64) -> std::io::Result<()> {
    writeln!(out, "{} seeds, {} events, {rate:.1} seeds/s", summary.seeds, summary.events)?;
    for what in Rare::ALL {
        writeln!(out, "  {:>9}  {}", summary.rare.of(what), name(what))?;
    }
    for what in summary.vacuous() {
        writeln!(out, "error: `{}` never happened: this run proves nothing about it", name(what))?;
    }
    for (seed, failure) in &summary.failures {
        writeln!(out, "error: seed {seed}: {}", failure.finding.wrong)?;
    }
    if let Some((seed, _)) = summary.failures.first() {
        describe(out, *seed, setup)?;
    }
    Ok(())
}

/// Runs a failing seed once more with its history kept, and prints the end of it.
fn describe(out: &mut impl Write, seed: u64, setup: &Setup) -> std::io::Result<()> {
    let again = run(seed, &Setup { verbose: true, ..setup.clone() });
    let Some(failure) = again.failure else { return writeln!(out, "error: seed {seed} does not fail again") };
    writeln!(out, "\nseed {seed}, instance {}, {:.0}", failure.instance, failure.at)?;
    writeln!(out, "{:?}: {}", failure.finding.oracle, failure.finding.wrong)?;
    let skip = failure.history.len().saturating_sub(HISTORY);
    for line in failure.history.iter().skip(skip) {
        writeln!(out, "  {line}")?;
    }
    let without: String =
        setup.abstinence.0.iter().map(|habit| format!(" --without {}", habit.name())).collect();
    writeln!(out, "\nhint: cargo xtask torture sim --seed {seed}{without}")
}

fn name(what: Rare) -> String {
    let name = serde_json::to_value(what).ok().and_then(|name| name.as_str().map(str::to_owned));
    name.unwrap_or_default().replace('_', " ")
}

impl Habit {
    /// The habit's name on the command line.
    #[must_use]
    pub fn name(self) -> String {
        clap::ValueEnum::to_possible_value(&self)
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
