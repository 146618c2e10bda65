//! The second half: the test runners, one after the other, so that none disturbs another's timing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::postgres::{Durability, Postgres};
use crate::repo::Repo;
use crate::web;

use super::Chosen;
use super::checks::Ready;
use super::counts;
use super::documentation;
use super::runner::{Name, Runner, Verdict};

const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Runs the test runners of the chosen parts that have what they need.
pub(crate) fn run(runner: &Runner<'_>, chosen: Chosen, ready: &Ready) {
    if chosen.rust {
        rust_tests(runner, ready);
    }
    if chosen.browser {
        browser_tests(runner, ready);
    }
    if chosen.sdk {
        sdk_tests(runner, ready);
    }
}

fn rust_tests(runner: &Runner<'_>, ready: &Ready) {
    if !ready.rust_build {
        runner.blocked(Name::RustTests, runner.build());
        runner.blocked(Name::Docs, runner.build());
        runner.blocked(Name::DocTests, runner.build());
        return;
    }
    match start_postgres(runner) {
        Some(postgres) => unit_and_integration_tests(runner, &postgres),
        None => runner.blocked(Name::RustTests, Name::Postgres),
    }
    runner.step(Name::Docs, |row| documentation::write(runner.repo, row, LIMIT));
    let mut doc_tests = runner.repo.cargo_of_checks();
    doc_tests.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
    runner.tests(Name::DocTests, doc_tests, LIMIT, |finished| counts::libtest(&finished.output));
}

fn start_postgres(runner: &Runner<'_>) -> Option<Postgres> {
    let mut started = None;
    runner.stage(Name::Postgres, |_| match Postgres::start(Durability::None, runner.board) {
        Ok(postgres) => {
            started = Some(postgres);
            Verdict::Fine
        }
        Err(error) => Verdict::Failed(format!("{error:#}"), None),
    });
    started
}

fn unit_and_integration_tests(runner: &Runner<'_>, postgres: &Postgres) {
    let nextest = has_nextest(runner.repo);
    let mut command = runner.repo.cargo_of_checks();
    command.env("WIXAPP_TEST_POSTGRES_URL", postgres.url());
    if nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        runner.board.line("  !  cargo-nextest is not installed: running `cargo test` instead");
        command.args(["test", "--workspace", "--bins", "--lib", "--tests", "--no-fail-fast"]);
    }
    runner.tests(Name::RustTests, command, LIMIT, |finished| match nextest {
        true => counts::nextest(&finished.output),
        false => counts::libtest(&finished.output),
    });
}

fn has_nextest(repo: &Repo) -> bool {
    repo.cargo().args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// The tests of the pages and their packages, which measure no time: they run beside the build.
pub(crate) fn web_tests(runner: &Runner<'_>) {
    let report = runner.repo.scratch().map(|folder| folder.join("vitest.json")).unwrap_or_default();
    // A report of an earlier run must not speak for one that wrote none.
    let _ = fs::remove_file(&report);
    let mut vitest = web::program(runner.repo, "vitest");
    vitest.args(["run", "--reporter=default", "--reporter=json"]);
    vitest.arg(format!("--outputFile.json={}", report.display()));
    runner.tests(Name::WebTests, vitest, LIMIT, |_| counts::vitest(&fs::read_to_string(&report).ok()?));
}

fn browser_tests(runner: &Runner<'_>, ready: &Ready) {
    let missing = [
        (!ready.rust_build, runner.build()),
        (!ready.web_install, Name::WebInstall),
        (!ready.web_build, Name::WebBuild),
    ];
    if let Some((_, by)) = missing.into_iter().find(|(missing, _)| *missing) {
        return runner.blocked(Name::BrowserTests, by);
    }
    let Some(chromium) = &ready.chromium else {
        return runner.blocked(Name::BrowserTests, Name::Chromium);
    };
    // Two files at once, each with a product and a browser of its own: a page mostly waits.
    let command = node_tests(runner.repo, "tests/browser", 2, &[]).map(|mut command| {
        command.env("CHROMIUM", chromium);
        command
    });
    run_node_tests(runner, Name::BrowserTests, command);
}

fn sdk_tests(runner: &Runner<'_>, ready: &Ready) {
    let missing = [(!ready.rust_build, runner.build()), (!ready.sdk_install, Name::SdkInstall)];
    if let Some((_, by)) = missing.into_iter().find(|(missing, _)| *missing) {
        return runner.blocked(Name::SdkTests, by);
    }
    let shim = ["--import", "./tests/sdk-conformance/shim.mjs"];
    run_node_tests(runner, Name::SdkTests, node_tests(runner.repo, "tests/sdk-conformance", 1, &shim));
}

fn run_node_tests(runner: &Runner<'_>, name: Name, command: Result<Command>) {
    match command {
        Ok(command) => {
            runner.tests(name, command, LIMIT, |finished| counts::node(&finished.output));
        }
        Err(error) => {
            runner.stage(name, |_| Verdict::Failed(format!("{error:#}"), None));
        }
    }
}

fn node_tests(repo: &Repo, folder: &str, files_at_once: u8, options: &[&str]) -> Result<Command> {
    let mut command = Command::new("node");
    command
        .current_dir(repo.root())
        .args(options)
        .args(["--test", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={files_at_once}"))
        .args(test_files(repo, Path::new(folder))?)
        .env("WIXAPP_BIN", repo.binary("debug", "autopost"));
    Ok(command)
}

fn test_files(repo: &Repo, folder: &Path) -> Result<Vec<PathBuf>> {
    let shown = folder.display();
    let entries = fs::read_dir(repo.join(folder)).with_context(|| format!("cannot list {shown}"))?;
    let mut names: Vec<_> =
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<_, _>>()?;
    names.retain(|name| name.to_string_lossy().ends_with(".test.mjs"));
    names.sort();
    // Without a file, node would search the whole tree for tests.
    anyhow::ensure!(!names.is_empty(), "{shown} holds no *.test.mjs");
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}
