//! The public documentation, with what rustdoc finds wrong in it refused.
//!
//! `cargo doc` would compile every dependency once more. `cargo test --doc` calls rustdoc with the libraries that the tests were
//! built from: this program stands in for rustdoc there, and has the documentation written where examples were to be tested.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::{self, Echo};
use crate::progress::Row;
use crate::repo::Repo;
use crate::web::Step;

/// Names the folder for the documentation to the program that stands in for rustdoc.
const FOLDER: &str = "XTASK_DOCUMENTATION";

/// Writes the documentation of every library here.
pub(super) fn write(repo: &Repo, row: &mut Row, limit: Duration) -> Result<Step> {
    let folder = repo.scratch()?.join("documentation");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let stand_in = repo.scratch()?.join("rustdoc");
    std::fs::copy(own_program()?, &stand_in).context("cannot copy this program")?;
    let mut cargo = repo.cargo_of_checks();
    cargo.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
    cargo.env("RUSTDOC", &stand_in).env(FOLDER, &folder);
    let finished = process::run(cargo, row, Echo::Row, limit)?;
    let is_written = folder.join("wixapp/index.html").is_file();
    ensure!(is_written || !finished.success(), "rustdoc was not asked for the documentation");
    Ok(Step::Ran(finished))
}

/// Where this program can be read. The build of everything has put a new one in its place, and Linux keeps the one that runs.
fn own_program() -> Result<PathBuf> {
    let path = env::current_exe()?;
    Ok(if path.is_file() { path } else { PathBuf::from("/proc/self/exe") })
}

/// What rustdoc came to, where cargo took this program for it.
pub(crate) fn as_rustdoc() -> Option<Result<ExitCode>> {
    let folder = env::var_os(FOLDER)?;
    let arguments = documenting(env::args_os().skip(1), Path::new(&folder));
    let status = Command::new("rustdoc").args(arguments).status().context("cannot run rustdoc");
    Some(status.map(|status| if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

/// The arguments with which examples are tested, turned into those that write the documentation.
fn documenting(arguments: impl Iterator<Item = OsString>, folder: &Path) -> Vec<OsString> {
    let (tests, mut others): (Vec<_>, Vec<_>) = arguments.partition(|argument| argument == "--test");
    if !tests.is_empty() {
        others.extend(["-D", "warnings", "--out-dir"].map(OsString::from));
        others.push(folder.into());
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documenting_of(arguments: &str) -> String {
        let given = arguments.split(' ').map(OsString::from);
        let turned = documenting(given, Path::new("docs"));
        turned.iter().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_what_was_to_be_tested_is_documented() {
        let of_test = documenting_of("--crate-name a --test a.rs --test-run-directory b");
        assert_eq!(of_test, "--crate-name a a.rs --test-run-directory b -D warnings --out-dir docs");
        assert_eq!(documenting_of("-vV"), "-vV");
    }
}
