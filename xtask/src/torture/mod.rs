//! `cargo xtask torture`: the long proofs, with what they need around them.

mod mutants;
mod permutations;
mod proof;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::progress::Board;
use crate::repo::Repo;

/// Arguments of `cargo xtask torture`.
#[derive(Args, Debug)]
#[command(
    after_help = "Proofs: race, webhooks, jobs, soak, disk, sim; `cargo xtask torture race --help` says more. \
                        docs/testing.md says what each one shows."
)]
pub(crate) struct TortureArgs {
    #[command(subcommand)]
    task: TortureTask,
}

#[derive(Debug, Subcommand)]
enum TortureTask {
    /// Plant bugs in a copy of the tree, one at a time; a test must notice each
    Mutants(mutants::MutantArgs),
    /// Live random lives in random orders of arrival; each must end in the same books
    Permutations(permutations::PermutationArgs),
    /// Run a proof of tests/torture or tests/sim.
    #[command(external_subcommand)]
    Proof(Vec<OsString>),
}

pub(crate) fn run(args: &TortureArgs, repo: &Repo, board: &Board) -> Result<ExitCode> {
    match &args.task {
        TortureTask::Mutants(args) => mutants::run(args, repo, board),
        TortureTask::Permutations(args) => permutations::run(args, repo, board),
        TortureTask::Proof(arguments) => proof::run(arguments, repo, board),
    }
}
