//! Running one stage, and keeping what came of it.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;

use crate::process::{self, Echo, Finished};
use crate::progress::{Board, Row};
use crate::repo::Repo;
use crate::web::Step;

use super::counts::Counts;

/// The stages, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Fmt,
    Clippy,
    ClippyBuild,
    RustBuild,
    WebInstall,
    Types,
    Lint,
    WebBuild,
    Chromium,
    Postgres,
    RustTests,
    Docs,
    DocTests,
    WebTests,
    BrowserTests,
    SdkInstall,
    SdkTypes,
    SdkTests,
}

impl Name {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Fmt => "cargo fmt",
            Self::Clippy => "cargo clippy",
            Self::ClippyBuild => "clippy + build",
            Self::RustBuild => "cargo build",
            Self::WebInstall => "npm install",
            Self::Types => "tsc",
            Self::Lint => "biome",
            Self::WebBuild => "web build",
            Self::Chromium => "chromium",
            Self::Postgres => "postgresql",
            Self::RustTests => "rust tests",
            Self::Docs => "rustdoc",
            Self::DocTests => "doc tests",
            Self::WebTests => "vitest",
            Self::BrowserTests => "browser tests",
            Self::SdkInstall => "sdk packages",
            Self::SdkTypes => "sdk tsc",
            Self::SdkTests => "sdk tests",
        }
    }
}

/// What came of a stage.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// A check without tests of its own went well.
    Fine,
    /// All tests that ran passed, and some ran.
    Passed(Counts),
    /// It failed; with the counts if tests ran.
    Failed(String, Option<Counts>),
    /// It could not run, because of the stage named.
    Blocked(Name),
}

/// A stage that is over.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) name: Name,
    pub(crate) verdict: Verdict,
    pub(crate) time: Duration,
}

/// Runs stages, from several threads if need be.
#[derive(Debug)]
pub(crate) struct Runner<'a> {
    pub(crate) repo: &'a Repo,
    pub(crate) board: &'a Board,
    stages: Mutex<Vec<Stage>>,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(repo: &'a Repo, board: &'a Board) -> Self {
        Self { repo, board, stages: Mutex::default() }
    }

    /// The stage that builds the programs and tests.
    pub(crate) fn build(&self) -> Name {
        if self.repo.checks_while_building() { Name::ClippyBuild } else { Name::RustBuild }
    }

    /// All stages so far, in the order of the table.
    pub(crate) fn into_stages(self) -> Vec<Stage> {
        let mut stages = self.stages.into_inner().unwrap_or_else(PoisonError::into_inner);
        stages.sort_by_key(|stage| stage.name);
        stages
    }

    /// Runs a check, whose output is shown only when it fails.
    pub(crate) fn check(&self, name: Name, command: Command, limit: Duration) -> bool {
        self.step(name, |row| process::run(command, row, Echo::Row, limit).map(Step::Ran))
    }

    /// Runs a step that may find nothing to do.
    pub(crate) fn step(&self, name: Name, work: impl FnOnce(&mut Row) -> Result<Step>) -> bool {
        self.stage(name, |row| match work(row) {
            Ok(Step::Current) => Verdict::Fine,
            Ok(Step::Ran(finished)) if finished.success() => Verdict::Fine,
            Ok(Step::Ran(finished)) => {
                row.echo(&finished.tail(300));
                Verdict::Failed(finished.reason(), None)
            }
            Err(error) => Verdict::Failed(format!("{error:#}"), None),
        })
    }

    /// Runs tests, whose output is passed on; `count` reads how many there were.
    pub(crate) fn tests(
        &self,
        name: Name,
        mut command: Command,
        limit: Duration,
        count: impl FnOnce(&Finished) -> Option<Counts>,
    ) -> bool {
        if self.board.is_interactive() {
            command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
        } else {
            command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
        }
        self.stage(name, |row| match process::run(command, row, Echo::Live, limit) {
            Ok(finished) => verdict(&finished, count(&finished)),
            Err(error) => Verdict::Failed(format!("{error:#}"), None),
        })
    }

    /// Notes that a stage could not run because another failed.
    pub(crate) fn blocked(&self, name: Name, by: Name) {
        self.keep(Stage { name, verdict: Verdict::Blocked(by), time: Duration::ZERO });
    }

    /// Runs any work as a stage; true when it went well.
    pub(crate) fn stage(&self, name: Name, work: impl FnOnce(&mut Row) -> Verdict) -> bool {
        let mut row = self.board.start(name.text());
        let verdict = work(&mut row);
        let (time, good) = (row.elapsed(), matches!(verdict, Verdict::Fine | Verdict::Passed(_)));
        match &verdict {
            Verdict::Fine => row.done(""),
            Verdict::Passed(counts) => row.done(&format!("{} passed", counts.passed)),
            Verdict::Failed(reason, _) => row.failed(reason),
            Verdict::Blocked(by) => row.failed(by.text()),
        }
        self.keep(Stage { name, verdict, time });
        good
    }

    fn keep(&self, stage: Stage) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push(stage);
    }
}

/// A run without a single test is a failure: it proves nothing.
fn verdict(finished: &Finished, counts: Option<Counts>) -> Verdict {
    let reason = match counts {
        _ if !finished.success() => finished.reason(),
        None => "printed no counts".to_owned(),
        Some(counts) if counts.failed > 0 => format!("{} failed", counts.failed),
        Some(counts) if counts.passed == 0 => "no tests ran".to_owned(),
        Some(counts) => return Verdict::Passed(counts),
    };
    Verdict::Failed(reason, counts)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn verdict_of(code: i32, passed: u64, failed: u64) -> Verdict {
        let status = ExitStatus::from_raw(code << 8);
        let finished = Finished { status, output: String::new(), overdue: false };
        verdict(&finished, Some(Counts { passed, failed, skipped: 0 }))
    }

    fn reason(verdict: Verdict) -> String {
        let Verdict::Failed(reason, _) = verdict else { panic!("{verdict:?} is no failure") };
        reason
    }

    #[test]
    fn a_runner_passes_only_with_some_tests_none_failed_and_exit_zero() {
        assert_eq!(verdict_of(0, 3, 0), Verdict::Passed(Counts { passed: 3, failed: 0, skipped: 0 }));
        assert_eq!(reason(verdict_of(0, 0, 0)), "no tests ran");
        assert_eq!(reason(verdict_of(0, 3, 1)), "1 failed");
        assert_eq!(reason(verdict_of(1, 3, 0)), "exit status: 1");
    }

    #[test]
    fn a_runner_that_prints_no_counts_fails() {
        let finished = Finished { status: ExitStatus::from_raw(0), output: String::new(), overdue: false };
        assert_eq!(verdict(&finished, None), Verdict::Failed("printed no counts".to_owned(), None));
    }
}
