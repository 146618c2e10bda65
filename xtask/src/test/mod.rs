//! `cargo xtask test`: every check of the repository, and how many tests each runner passed.

mod checks;
mod counts;
mod documentation;
mod runner;
mod suites;
mod summary;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};
use console::Term;

use crate::progress::Board;
use crate::repo::Repo;
use crate::{signals, tool, web};

pub(crate) use documentation::as_rustdoc;
use runner::Runner;
use summary::Summary;

/// Which part of the checks to run.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Part {
    /// Formatting, clippy, unit and integration tests on SQLite and PostgreSQL, the documentation and its
    /// examples.
    Rust,
    /// Type check, lint and unit tests of the pages, and their build.
    Web,
    /// The running product in Chromium.
    Browser,
    /// Wix's own packages against the local platform.
    Sdk,
}

/// Arguments of `cargo xtask test`.
#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// Run only this part; may be given more than once.
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
}

/// The parts chosen.
#[derive(Clone, Copy, Debug)]
struct Chosen {
    rust: bool,
    web: bool,
    browser: bool,
    sdk: bool,
}

impl TestArgs {
    fn chosen(&self) -> Chosen {
        let has = |part| self.only.is_empty() || self.only.contains(&part);
        Chosen {
            rust: has(Part::Rust),
            web: has(Part::Web),
            browser: has(Part::Browser),
            sdk: has(Part::Sdk),
        }
    }
}

/// Runs the chosen checks, all that can run whatever fails, and prints the table.
pub(crate) fn run(args: &TestArgs, repo: &Repo, board: &Board) -> Result<ExitCode> {
    let (chosen, started) = (args.chosen(), Instant::now());
    if chosen.web || chosen.browser || chosen.sdk {
        tool::check_web_tools()?;
    }
    web::prepare_folders(repo)?;
    let runner = Runner::new(repo, board);
    let ready = checks::run(&runner, chosen);
    suites::run(&runner, chosen, &ready);

    let summary = Summary::new(runner.into_stages());
    let term = Term::stdout();
    for line in summary.lines(started.elapsed()) {
        term.write_line(&line)?;
    }
    let code = signals::exit_code().unwrap_or(u8::from(!summary.success()));
    Ok(ExitCode::from(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_named_means_everything_and_parts_add_up() {
        let chosen = TestArgs { only: vec![] }.chosen();
        assert!(chosen.rust && chosen.web && chosen.browser && chosen.sdk);
        let chosen = TestArgs { only: vec![Part::Web, Part::Browser] }.chosen();
        assert!(!chosen.rust && chosen.web && chosen.browser && !chosen.sdk);
    }
}
