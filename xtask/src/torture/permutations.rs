//! Random lives in random orders of arrival: the longest run of a test of the rules.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::process::{self, Echo};
use crate::progress::Board;
use crate::repo::Repo;

const LIMIT: Duration = Duration::from_secs(60 * 60);

/// Arguments of `cargo xtask torture permutations`.
#[derive(Args, Debug)]
#[command(after_help = "Example: cargo xtask torture permutations --traces 1000000")]
pub(crate) struct PermutationArgs {
    /// How many random lives, each in three random orders
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    traces: u64,
}

/// Runs the traces: each order of each life must end in the same books.
pub(crate) fn run(args: &PermutationArgs, repo: &Repo, board: &Board) -> Result<ExitCode> {
    let mut cargo = repo.cargo();
    cargo.args(["test", "--package", "wixapp-core", "--lib", "derive::tests::order::", "--", "--nocapture"]);
    cargo.env("WIXAPP_PERMUTATION_TRACES", args.traces.to_string());
    let mut row = board.start(&format!("{} traces", args.traces));
    let finished = process::run(cargo, &mut row, Echo::Row, LIMIT)?;
    if finished.success() {
        row.done("every order ends the same");
        return Ok(ExitCode::SUCCESS);
    }
    row.failed(&finished.reason());
    board.line(&finished.tail(60));
    Ok(ExitCode::FAILURE)
}
