//! `cargo xtask bench`: the product measured, beside what it is held against, into docs/performance.md.

mod figures;
mod lab;
mod limits;
mod page;
mod report;
mod server;
mod streams;
mod suite;
mod written;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use console::Term;

use crate::failure::Failure;
use crate::postgres::{Durability, Postgres};
use crate::progress::Board;
use crate::repo::Repo;
use crate::tool;

use figures::Figures;
use lab::Lab;

const REPORT: &str = "docs/performance.md";

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Part {
    /// The server on SQLite.
    Sqlite,
    /// The server on PostgreSQL.
    Postgres,
    /// What the figures are held against.
    Limits,
    /// The dashboard page in Chromium, and many of them open at one server.
    Page,
    /// The local platform: its start, endpoints, queries and memory.
    Platform,
}

/// Arguments of `cargo xtask bench`.
#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// How long each path is loaded, in each run.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How many runs; the median counts.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure only this, and write no file; may be given more than once.
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
}

/// Builds, measures, prints the table, and writes the file when all of it was measured.
pub(crate) fn run(args: &BenchArgs, repo: &Repo, board: &Board) -> Result<ExitCode> {
    ensure!(args.runs > 0 && args.seconds > 0.0, "there is nothing to measure in no time");
    check_machine()?;
    tool::check_web_tools()?;
    let lab = Lab::set_up(args.seconds, args.runs, repo, board)?;
    let mut figures = measure(args, &lab)?;
    figures.written = written::count(repo)?;
    let text = report::text(&figures);
    Term::stdout().write_line(&text)?;
    if args.only.is_empty() {
        fs::write(repo.join(REPORT), &text).with_context(|| format!("cannot write {REPORT}"))?;
        board.line(&format!("  ✓  {REPORT} written"));
    }
    Ok(ExitCode::SUCCESS)
}

fn check_machine() -> Result<()> {
    if tool::find("taskset").is_none() {
        return Err(Failure::new("taskset is needed to give each side a core of its own")
            .hint("it is in util-linux, on Linux")
            .into());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ensure!(cores >= 2, "two cores are needed: one for the server, one for the load and the database");
    Ok(())
}

fn measure(args: &BenchArgs, lab: &Lab<'_>) -> Result<Figures> {
    let wants = |part| args.only.is_empty() || args.only.contains(&part);
    let mut figures = Figures::default();
    if wants(Part::Limits) {
        figures.limits = limits::measure(lab)?;
        [figures.derive_us, figures.settle_us] = limits::derive(lab)?;
    }
    if wants(Part::Platform) {
        let mut command = std::process::Command::new(lab.load());
        command.arg("platform");
        figures.platform = Some(serde_json::from_value(lab.json("local platform", command)?)?);
    }
    if wants(Part::Sqlite) || wants(Part::Page) {
        let database = lab.sqlite();
        if wants(Part::Sqlite) {
            figures.sqlite = suite::measure(lab, &database)?;
            figures.limits.sqlite = limits::sqlite(lab)?;
            figures.emulator_start_ms = Some(suite::emulator_start(lab)?);
        }
        if wants(Part::Page) {
            figures.page = page::measure(lab, &database)?;
            figures.streams = streams::measure(lab, &database)?;
        }
    }
    if wants(Part::Postgres) {
        let postgres = Postgres::start(Durability::Full, lab.board)?;
        postgres.pin(lab::LOAD_CORE)?;
        figures.postgres = suite::measure(lab, &postgres.url())?;
        (figures.limits.postgres, figures.limits.postgres_hot) = limits::postgres(lab, &postgres)?;
    }
    Ok(figures)
}
