//! Running a proof of tests/torture: built first, and with a PostgreSQL beside it when it asks for one.

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

/// Runs the proof and passes on what it says.
pub(crate) fn run(arguments: &[OsString], repo: &Repo, board: &Board) -> Result<ExitCode> {
    build(repo, board)?;
    let postgres = wants_postgres(arguments).then(|| Postgres::start(Durability::Full, board)).transpose()?;
    let mut command = Command::new(repo.binary("debug", "wixapp-torture"));
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

fn build(repo: &Repo, board: &Board) -> Result<()> {
    web::prepare_folders(repo)?;
    let mut cargo = repo.cargo();
    cargo.args(["build", "--package", "wixapp-torture"]);
    let mut row = board.start("cargo build");
    let finished = process::run(cargo, &mut row, Echo::Row, BUILD_LIMIT)?;
    if finished.success() {
        row.done("");
        return Ok(());
    }
    row.failed(&finished.reason());
    board.line(&finished.tail(60));
    Err(Failure::new("tests/torture does not build").into())
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
    fn a_postgres_is_started_for_the_proofs_that_ask_for_one() {
        let wants = |text: &str| wants_postgres(&text.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert!(wants("race --database postgres --rounds 5"));
        assert!(wants("webhooks --database=postgres"));
        assert!(!wants("race --database sqlite"));
    }
}
