//! Running a proof of tests/torture or tests/sim: built first, and with a PostgreSQL beside it when it asks for one.

use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;

use crate::failure::Failure;
use crate::postgres::{Durability, Postgres};
use crate::process::{self, Echo};
use crate::progress::Board;
use crate::repo::Repo;
use crate::web;

const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);
const PROOF_LIMIT: Duration = Duration::from_secs(6 * 60 * 60);

/// The program of a proof, and how it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Program {
    package: &'static str,
    profile: &'static str,
    /// Where cargo puts what that profile builds.
    folder: &'static str,
}

const TORTURE: Program = Program { package: "wixapp-torture", profile: "dev", folder: "debug" };
/// Ten thousand seeds are hours without an optimiser.
const SIM: Program = Program { package: "wixapp-sim", profile: "bench", folder: "release" };

/// Runs the proof and passes on what it says.
pub(crate) fn run(arguments: &[OsString], repo: &Repo, board: &Board) -> Result<ExitCode> {
    let (program, arguments) = program(arguments);
    build(program, repo, board)?;
    let postgres = wants_postgres(arguments).then(|| Postgres::start(Durability::Full, board)).transpose()?;
    let mut command = Command::new(repo.binary(program.folder, program.package));
    command.current_dir(repo.root()).args(arguments);
    if let Some(postgres) = &postgres {
        command.env("WIXAPP_TEST_POSTGRES_URL", postgres.url());
    }
    let mut row = board.start("torture");
    let finished = process::run(command, &mut row, Echo::Live, PROOF_LIMIT)?;
    if finished.success() {
        row.done("");
        return Ok(ExitCode::SUCCESS);
    }
    row.failed(&finished.reason());
    Ok(ExitCode::FAILURE)
}

/// The program that does the proof named first, and what is left of the arguments for it.
fn program(arguments: &[OsString]) -> (Program, &[OsString]) {
    match arguments {
        [first, rest @ ..] if first == "sim" => (SIM, rest),
        _ => (TORTURE, arguments),
    }
}

fn build(program: Program, repo: &Repo, board: &Board) -> Result<()> {
    web::prepare_folders(repo)?;
    let mut cargo = repo.cargo();
    cargo.args(["build", "--package", program.package, "--profile", program.profile]);
    let mut row = board.start("cargo build");
    let finished = process::run(cargo, &mut row, Echo::Row, BUILD_LIMIT)?;
    if finished.success() {
        row.done("");
        return Ok(());
    }
    row.failed(&finished.reason());
    board.line(&finished.tail(60));
    Err(Failure::new(format!("{} does not build", program.package)).into())
}

/// Whether the proof runs on PostgreSQL: `--database postgres` or `--database=postgres`.
fn wants_postgres(arguments: &[OsString]) -> bool {
    arguments
        .iter()
        .filter_map(|argument| argument.to_str())
        .any(|argument| argument.strip_prefix("--database=").unwrap_or(argument) == "postgres")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulator_is_a_program_of_its_own() {
        let given = ["sim", "--seeds", "3"].map(OsString::from);
        assert_eq!(program(&given), (SIM, &given[1..]));
        let given = ["race", "--rounds", "3"].map(OsString::from);
        assert_eq!(program(&given), (TORTURE, &given[..]));
    }

    #[test]
    fn a_postgres_is_started_for_the_proofs_that_ask_for_one() {
        let wants = |text: &str| wants_postgres(&text.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert!(wants("race --database postgres --rounds 5"));
        assert!(wants("webhooks --database=postgres"));
        assert!(!wants("race --database sqlite"));
    }
}
