//! `cargo xtask torture mutants`: bugs planted one at a time, each of which a test of ours must notice.

mod list;
mod report;
mod tree;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Args;

use crate::failure::Failure;
use crate::postgres::{Durability, Postgres};
use crate::process::{self, Echo, Finished};
use crate::progress::Board;
use crate::repo::Repo;

use list::{MUTATIONS, Mutation, Test};
use tree::Tree;

/// The first build is one of the whole tree.
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// How cargo-nextest says that tests ran and some failed; a build that failed is something else.
const TESTS_FAILED: i32 = 100;

/// Arguments of `cargo xtask torture mutants`.
#[derive(Args, Debug)]
pub(crate) struct MutantArgs {
    /// Plant only the bugs whose name or file holds this text, and write no report.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Plants every bug in a copy of the tree; writes the table in docs/testing.md when all were caught.
pub(crate) fn run(args: &MutantArgs, repo: &Repo, board: &Board) -> Result<ExitCode> {
    let only = args.only.as_deref().unwrap_or_default();
    let chosen: Vec<_> =
        MUTATIONS.iter().filter(|it| it.name.contains(only) || it.file.contains(only)).collect();
    ensure!(!chosen.is_empty(), "no planted bug has `{only}` in its name or file");
    let tree = Tree::copy(repo)?;
    let postgres = Postgres::start(Durability::None, board)?;
    let bench = Bench { repo, board, tree: &tree, postgres: &postgres };
    for mutation in &chosen {
        tree.check(mutation)?;
    }
    for mutation in &chosen {
        bench.expect_healthy(mutation.caught_by)?;
    }
    let mut missed = Vec::new();
    for mutation in &chosen {
        if !bench.catches(mutation)? {
            missed.push(mutation.name);
        }
    }
    board.line(&format!("{} of {} planted bugs were caught", chosen.len() - missed.len(), chosen.len()));
    if !missed.is_empty() {
        return Err(Failure::new(format!("not caught: {}", missed.join("; ")))
            .hint("a test is missing, or the mutation changes nothing")
            .into());
    }
    if args.only.is_none() {
        report::write(repo, &MUTATIONS)?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Bench<'a> {
    repo: &'a Repo,
    board: &'a Board,
    tree: &'a Tree,
    postgres: &'a Postgres,
}

impl Bench<'_> {
    /// A test that fails without a bug catches none.
    fn expect_healthy(&self, test: Test) -> Result<()> {
        let finished = self.test(&format!("without a bug: {}", test.name), test)?;
        if !finished.success() {
            self.board.line(&finished.tail(60));
            bail!("{} fails without a planted bug", test.name);
        }
        Ok(())
    }

    /// Plants a bug, runs the test, and takes the bug out again.
    fn catches(&self, mutation: &Mutation) -> Result<bool> {
        let planted = self.tree.plant(mutation)?;
        let finished = self.test(mutation.name, mutation.caught_by);
        planted.take_out()?;
        let finished = finished?;
        if finished.success() {
            return Ok(false);
        }
        if finished.status.code() != Some(TESTS_FAILED) {
            self.board.line(&finished.tail(60));
            bail!("{}: the tests did not run ({})", mutation.name, finished.reason());
        }
        Ok(true)
    }

    fn test(&self, title: &str, test: Test) -> Result<Finished> {
        let mut cargo = self.repo.cargo();
        cargo.current_dir(self.tree.root()).env("CARGO_TARGET_DIR", self.tree.target());
        cargo.env("WIXAPP_TEST_POSTGRES_URL", self.postgres.url());
        // Only what holds the test is built: unit tests lie in a module `tests`, the others in the one binary `it`.
        let target: &[_] = if test.name.contains("::tests::") { &["--lib"] } else { &["--test", "it"] };
        cargo.args(["nextest", "run", "--package", test.package]).args(target);
        cargo.args(["--filterset", &format!("test(={})", test.name)]);
        let mut row = self.board.start(title);
        let finished = process::run(cargo, &mut row, Echo::Row, LIMIT)?;
        row.done(if finished.success() { "passed" } else { "failed" });
        Ok(finished)
    }
}
