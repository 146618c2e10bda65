//! `cargo xtask dev`: everything built, then the reference app and the local platform running.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::failure::Failure;
use crate::process::{self, Echo};
use crate::progress::{Board, Row};
use crate::repo::Repo;
use crate::signals::{self, Watch};
use crate::web::{self, Step};
use crate::{ports, tool};

const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);

/// Arguments of `cargo xtask dev`.
#[derive(Args, Debug)]
pub(crate) struct DevArgs {
    /// Port of the local platform; the app takes the next one.
    #[arg(long, default_value_t = 4100)]
    port: u16,
    /// Folder that keeps the data between starts [default: .wixapp in the repository].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Start with empty data.
    #[arg(long)]
    reset: bool,
    /// Open the local platform in the browser.
    #[arg(long)]
    open: bool,
    /// Build with optimisations.
    #[arg(long)]
    release: bool,
}

/// Builds what is missing and runs the product until it ends.
pub(crate) fn run(args: &DevArgs, repo: &Repo, board: &Board) -> Result<ExitCode> {
    tool::check_web_tools()?;
    ports::check_pair(args.port)?;
    build(args.release, repo, board)?;
    let folder = if args.release { "release" } else { "debug" };
    let mut command = Command::new(repo.binary(folder, "autopost"));
    command.current_dir(repo.root()).arg("dev").arg("--port").arg(args.port.to_string());
    command.arg("--data-dir").arg(data_dir(args.data_dir.as_deref())?);
    command.args(args.reset.then_some("--reset")).args(args.open.then_some("--open"));
    serve(command)
}

fn build(release: bool, repo: &Repo, board: &Board) -> Result<()> {
    web::prepare_folders(repo)?;
    let pages_changed = thread::scope(|scope| {
        let pages = scope.spawn(|| build_pages(repo, board));
        let rust = build_app(release, repo, board);
        let pages = pages.join().expect("the web build does not panic");
        rust.and(pages)
    })?;
    // Release binaries carry the pages, and this one was compiled beside their build.
    if release && pages_changed {
        build_app(release, repo, board)?;
    }
    Ok(())
}

/// Installs and builds; tells whether the pages are other than before.
fn build_pages(repo: &Repo, board: &Board) -> Result<bool> {
    let mut row = board.start("npm install");
    let step = web::install(repo, &mut row);
    finish("npm install", row, step, board)?;
    let mut row = board.start("web pages");
    let step = web::build(repo, &mut row);
    let changed = matches!(step, Ok(Step::Ran(_)));
    finish("npm run build", row, step, board)?;
    Ok(changed)
}

fn build_app(release: bool, repo: &Repo, board: &Board) -> Result<()> {
    let mut row = board.start("cargo build");
    let mut cargo = repo.cargo();
    cargo.args(["build", "--package", "autopost"]).args(release.then_some("--release"));
    if board.is_interactive() {
        // Its bar tells how many crates are left, which a pipe would hide.
        cargo.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "80");
    }
    let step = process::run(cargo, &mut row, Echo::Row, BUILD_LIMIT).map(Step::Ran);
    finish("cargo build", row, step, board)
}

fn finish(what: &str, row: Row, step: Result<Step>, board: &Board) -> Result<()> {
    match step {
        Ok(Step::Current) => row.done("unchanged"),
        Ok(Step::Ran(finished)) if finished.success() => row.done(""),
        Ok(Step::Ran(finished)) => {
            row.failed(&finished.reason());
            board.line(&finished.tail(60));
            return Err(Failure::new(format!("{what} failed ({})", finished.reason())).into());
        }
        Err(error) => {
            row.failed("");
            return Err(error);
        }
    }
    Ok(())
}

/// Runs the product on our terminal; its exit code becomes ours.
fn serve(mut command: Command) -> Result<ExitCode> {
    if signals::exit_code().is_some() {
        return Err(Failure::new("interrupted").into());
    }
    let mut child = command.spawn().context("cannot run autopost")?;
    let _watch = Watch::foreground(&child);
    let status = child.wait().context("cannot wait for autopost")?;
    Ok(ExitCode::from(code_of(status)))
}

/// As a shell tells it: the exit code, or 128 and the signal.
fn code_of(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(2)
}

/// A named folder is meant from where the person stands, the default from the repository's root.
fn data_dir(named: Option<&Path>) -> Result<PathBuf> {
    match named {
        Some(named) => std::path::absolute(named).context("--data-dir is empty"),
        None => Ok(PathBuf::from(".wixapp")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn the_exit_code_is_the_childs_or_tells_its_signal() {
        assert_eq!(code_of(ExitStatus::from_raw(3 << 8)), 3);
        assert_eq!(code_of(ExitStatus::from_raw(15)), 143);
    }

    #[test]
    fn a_named_data_folder_is_made_absolute() {
        assert!(data_dir(Some(Path::new("here"))).unwrap().is_absolute());
        assert_eq!(data_dir(None).unwrap(), Path::new(".wixapp"));
    }
}
