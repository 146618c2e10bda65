//! Installing what is missing from Debian's packages.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::failure::Failure;
use crate::process::{self, Echo};
use crate::progress::Board;
use crate::tool;

const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Installs a package with apt-get as root; anyone else is told what to install.
pub(crate) fn install(package: &str, needed_for: &str, board: &Board) -> Result<()> {
    let missing = Failure::new(format!("{package} is needed for {needed_for}, and is not installed"));
    if tool::find("apt-get").is_none() {
        return Err(missing.hint(format!("install {package} with your package manager")).into());
    }
    if !rustix::process::geteuid().is_root() {
        return Err(missing.hint(format!("sudo apt-get install --yes {package}")).into());
    }
    let mut row = board.start(&format!("apt-get install {package}"));
    // A stale package list is worth a try: the install says what is wrong if it matters.
    process::run(apt_get(&["update"]), &mut row, Echo::Row, LIMIT)?;
    let install = apt_get(&["install", "--yes", "--no-install-recommends", package]);
    let finished = process::run(install, &mut row, Echo::Row, LIMIT)?;
    if !finished.success() {
        row.failed(&finished.reason());
        board.line(&finished.tail(20));
        return Err(missing.hint(format!("apt-get install {package}")).into());
    }
    row.done("installed");
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
    command
}
