//! The tasks of this repository, run as `cargo xtask …`.

mod bench;
mod chromium;
mod debian;
mod dev;
mod failure;
mod fuzz;
mod openapi;
mod ports;
mod postgres;
mod process;
mod progress;
mod repo;
mod signals;
mod stamp;
mod test;
mod tool;
mod torture;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use progress::Board;
use repo::Repo;

/// The tasks of the wixapp repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build everything, then run the reference app and the local platform.
    Dev(dev::DevArgs),
    /// Run every check and print how many tests each runner passed.
    Test(test::TestArgs),
    /// Measure the product and write docs/performance.md.
    Bench(bench::BenchArgs),
    /// Run a long proof: races, crashes, failing disks, planted bugs.
    Torture(torture::TortureArgs),
    /// Run the fuzz targets, each for a while.
    Fuzz(fuzz::FuzzArgs),
    /// Write api/openapi.json and the types generated from it.
    Openapi,
}

fn main() -> ExitCode {
    match test::as_rustdoc().unwrap_or_else(|| run(Cli::parse())) {
        Ok(code) => code,
        Err(error) => {
            failure::report(&error);
            ExitCode::from(signals::exit_code().unwrap_or(1))
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    signals::listen()?;
    let (repo, board) = (Repo::find()?, Board::new());
    match cli.task {
        Task::Dev(args) => dev::run(&args, &repo, &board),
        Task::Test(args) => test::run(&args, &repo, &board),
        Task::Bench(args) => bench::run(&args, &repo, &board),
        Task::Torture(args) => torture::run(&args, &repo, &board),
        Task::Fuzz(args) => fuzz::run(&args, &repo, &board),
        Task::Openapi => openapi::run(&repo, &board),
    }
}
