//! The set-up of all measurements: built programs, keys, and which side has which core.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::failure::Failure;
use crate::ports;
use crate::process::{self, Echo};
use crate::progress::Board;
use crate::repo::Repo;
use crate::web::{self, Step};

/// The server under test has this core for itself.
pub(crate) const SERVER_CORE: u8 = 0;
/// The load and the database share this one.
pub(crate) const LOAD_CORE: u8 = 1;

/// Where cargo puts what the `bench` profile builds.
const PROFILE_FOLDER: &str = "release";

const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);
const TOOL_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Everything the measurements share.
#[derive(Debug)]
pub(crate) struct Lab<'a> {
    pub(crate) seconds: f64,
    pub(crate) runs: usize,
    pub(crate) repo: &'a Repo,
    pub(crate) board: &'a Board,
    folder: TempDir,
    /// How many addresses were handed out.
    addresses: AtomicU32,
}

impl<'a> Lab<'a> {
    /// Builds the programs and the pages, and makes the keys.
    pub(crate) fn set_up(seconds: f64, runs: usize, repo: &'a Repo, board: &'a Board) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("wixapp-bench-").tempdir()?;
        let lab = Self { seconds, runs, repo, board, folder, addresses: AtomicU32::new(0) };
        web::prepare_folders(repo)?;
        lab.step("npm install", |row| web::install(repo, row))?;
        lab.step("web pages", |row| web::build(repo, row))?;
        let mut cargo = repo.cargo();
        cargo.args(["build", "--profile", "bench", "--package", "autopost", "--package", "wixapp-bench"]);
        lab.step("cargo build", |row| process::run(cargo, row, Echo::Row, BUILD_LIMIT).map(Step::Ran))?;
        lab.tool("keys", &["key", &lab.path("platform.pem").to_string_lossy()])?;
        Ok(lab)
    }

    fn step(&self, name: &str, work: impl FnOnce(&mut crate::progress::Row) -> Result<Step>) -> Result<()> {
        let mut row = self.board.start(name);
        match work(&mut row)? {
            Step::Ran(finished) if !finished.success() => {
                row.failed(&finished.reason());
                self.board.line(&finished.tail(60));
                Err(Failure::new(format!("{name} failed ({})", finished.reason())).into())
            }
            Step::Current | Step::Ran(_) => {
                row.done("");
                Ok(())
            }
        }
    }

    /// A file of these measurements.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database of the runs on SQLite.
    pub(crate) fn sqlite(&self) -> String {
        format!("sqlite:{}", self.path("app.sqlite3").display())
    }

    /// The reference app's binary.
    pub(crate) fn app(&self) -> PathBuf {
        self.repo.binary(PROFILE_FOLDER, "autopost")
    }

    /// The load's binary.
    pub(crate) fn load(&self) -> PathBuf {
        self.repo.binary(PROFILE_FOLDER, "wixapp-bench")
    }

    /// What only this run knows; any text of enough bytes does.
    pub(crate) fn secret(&self) -> String {
        format!("bench-secret-{:016}", std::process::id())
    }

    /// A fresh loopback address; one that was handed out before may be free only because nobody listens there yet.
    pub(crate) fn address(&self) -> Result<SocketAddr> {
        let seed = std::process::id().wrapping_add(self.addresses.fetch_add(1, Ordering::Relaxed));
        Ok((Ipv4Addr::LOCALHOST, ports::free(seed)?).into())
    }

    /// Runs the load's program on the load's core; gives the JSON it prints, nothing when it prints none.
    pub(crate) fn tool(&self, name: &str, arguments: &[&str]) -> Result<Value> {
        let mut command = pinned(LOAD_CORE, &self.load());
        command.args(arguments).env("WIXAPP_BENCH_SECRET", self.secret());
        self.json(name, command)
    }

    /// Runs a program that prints one line of JSON last.
    pub(crate) fn json(&self, name: &str, command: Command) -> Result<Value> {
        let output = self.output(name, command)?;
        let last = output.lines().last().unwrap_or("null");
        serde_json::from_str(last).with_context(|| format!("{name} printed `{last}`"))
    }

    /// Runs a program and gives what it prints.
    pub(crate) fn output(&self, name: &str, command: Command) -> Result<String> {
        let mut row = self.board.start(name);
        let finished = process::run(command, &mut row, Echo::Row, TOOL_LIMIT)?;
        if !finished.success() {
            row.failed(&finished.reason());
            bail!("{name}: {}", finished.tail(40));
        }
        row.done(finished.output.lines().last().unwrap_or_default());
        Ok(finished.output)
    }
}

/// A program that runs on one core only.
pub(crate) fn pinned(core: u8, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    command
}

/// Reads a number that a program of ours printed; errors it counted make the measurement void.
pub(crate) fn number(printed: &Value, field: &str) -> Result<f64> {
    if printed["errors"].as_u64().is_some_and(|errors| errors > 0) {
        bail!("{} answers were errors, the first: {}", printed["errors"], printed["first_error"]);
    }
    printed[field].as_f64().with_context(|| format!("no `{field}` in {printed}"))
}

/// The resident memory of a process in megabytes: `VmRSS` now, `VmHWM` at its highest.
pub(crate) fn memory_mb(pid: u32, field: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kilobytes.with_context(|| format!("no {field} in /proc"))? / 1024.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_measurement_with_errors_is_void() {
        let printed = json!({"per_second": 12.5, "errors": 0});
        assert_eq!(number(&printed, "per_second").unwrap(), 12.5);
        assert!(number(&printed, "p99_ms").is_err());
        let printed = json!({"per_second": 99_999.0, "errors": 3, "first_error": "429"});
        assert!(number(&printed, "per_second").unwrap_err().to_string().contains("429"));
    }

    #[test]
    fn memory_is_read_from_the_process_itself() {
        let (now, highest) = (memory_mb(std::process::id(), "VmRSS"), memory_mb(std::process::id(), "VmHWM"));
        assert!(now.unwrap() <= highest.unwrap());
    }
}
