//! `cargo xtask openapi`: the API document and the types generated from it, brought up to date.

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::process::{self, Echo, Finished};
use crate::progress::Board;
use crate::repo::Repo;
use crate::web;

const DOCUMENT: &str = "api/openapi.json";
const GENERATE: &str = "generate";
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// Writes the document and, where the web workspace has the script, its types.
pub(crate) fn run(repo: &Repo, board: &Board) -> Result<ExitCode> {
    write_document(repo, board)?;
    if web::has_script(repo, GENERATE)? {
        generate_types(repo, board)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_document(repo: &Repo, board: &Board) -> Result<()> {
    let mut row = board.start("cargo build");
    let mut cargo = repo.cargo();
    cargo.args(["build", "--package", "wixapp-cli"]);
    check("cargo build", &process::run(cargo, &mut row, Echo::Row, LIMIT)?, board)?;
    row.done("");

    // Not through the merged pipe of `process`: a log line must not end up in the document.
    let output = std::process::Command::new(repo.binary("debug", "wixapp"))
        .arg("openapi")
        .current_dir(repo.root())
        .output()
        .context("cannot run wixapp openapi")?;
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("wixapp openapi failed: {}", printed.trim())).into());
    }
    serde_json::from_slice::<serde_json::Value>(&output.stdout).context("wixapp openapi printed no JSON")?;
    let path = repo.join(DOCUMENT);
    let changed = fs::read(&path).map_or(true, |kept| kept != output.stdout);
    if changed {
        fs::write(&path, &output.stdout).with_context(|| format!("cannot write {DOCUMENT}"))?;
    }
    board.line(&format!("  ✓  {DOCUMENT} {}", if changed { "written" } else { "is up to date" }));
    Ok(())
}

fn generate_types(repo: &Repo, board: &Board) -> Result<()> {
    let mut row = board.start("npm install");
    if let web::Step::Ran(finished) = web::install(repo, &mut row)? {
        check("npm install", &finished, board)?;
    }
    row.done("");
    let mut row = board.start("npm run generate");
    let mut npm = web::npm(repo);
    npm.args(["run", GENERATE]);
    check("npm run generate", &process::run(npm, &mut row, Echo::Row, LIMIT)?, board)?;
    row.done("");
    Ok(())
}

fn check(what: &str, finished: &Finished, board: &Board) -> Result<()> {
    if finished.success() {
        return Ok(());
    }
    board.line(&finished.tail(60));
    Err(Failure::new(format!("{what} failed ({})", finished.reason())).into())
}
