//! The npm workspace: its packages installed and its pages built, when something changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::{self, Echo, Finished};
use crate::progress::Row;
use crate::repo::Repo;
use crate::stamp::Stamp;

/// The pages that are embedded into binaries.
const PAGES: [&str; 2] = ["dashboard", "emulator"];

const INSTALL_LIMIT: Duration = Duration::from_secs(15 * 60);
const BUILD_LIMIT: Duration = Duration::from_secs(10 * 60);

/// What a step did.
#[derive(Debug)]
pub(crate) enum Step {
    /// Nothing had changed since it last ran.
    Current,
    /// It ran; see how it ended.
    Ran(Finished),
}

/// Installs the packages when a manifest, the lock file or the Node version changed.
pub(crate) fn install(repo: &Repo, row: &mut Row) -> Result<Step> {
    install_in(&repo.web(), &manifests(repo)?, row)
}

/// Installs Wix's own packages for the tests that run them. They are no part of the workspace: nothing of ours may need
/// them, and nothing of theirs may change what our pages are built from.
pub(crate) fn install_sdk(repo: &Repo, row: &mut Row) -> Result<Step> {
    let folder = repo.join("tests/sdk-conformance");
    let manifests = ["package.json", "package-lock.json", ".npmrc"].map(|name| folder.join(name));
    install_in(&folder, &manifests, row)
}

fn install_in(folder: &Path, manifests: &[PathBuf], row: &mut Row) -> Result<Step> {
    if install_stamp(folder, manifests)?.is_current() {
        return Ok(Step::Current);
    }
    // `ci` takes the lock file as it is, but removes what is installed: minutes where seconds do.
    let fresh = !folder.join("node_modules").exists() && folder.join("package-lock.json").exists();
    let mut npm = Command::new("npm");
    npm.current_dir(folder);
    npm.args(if fresh { ["ci"] } else { ["install"] }).args(["--no-audit", "--no-fund"]);
    let finished = process::run(npm, row, Echo::Row, INSTALL_LIMIT)?;
    if finished.success() {
        // npm may have completed the lock file: what counts is its state after the install.
        install_stamp(folder, manifests)?.keep()?;
    }
    Ok(Step::Ran(finished))
}

/// Builds the pages when an input changed or a result is missing.
pub(crate) fn build(repo: &Repo, row: &mut Row) -> Result<Step> {
    let web = repo.web();
    let stamp = Stamp::of(web.join("node_modules/.xtask/build"), std::slice::from_ref(&web), &[])?;
    let built = PAGES.iter().all(|page| web.join(page).join("dist/index.html").is_file());
    if built && stamp.is_current() {
        return Ok(Step::Current);
    }
    let mut npm = npm(repo);
    npm.args(["run", "build"]);
    for page in PAGES {
        npm.args(["--workspace", page]);
    }
    let finished = process::run(npm, row, Echo::Row, BUILD_LIMIT)?;
    if finished.success() {
        stamp.keep()?;
    }
    Ok(Step::Ran(finished))
}

/// Makes the folders of the pages, empty: code that embeds them compiles before they are built.
pub(crate) fn prepare_folders(repo: &Repo) -> Result<()> {
    PAGES.iter().map(|page| repo.web().join(page).join("dist")).try_for_each(|folder| {
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))
    })
}

/// Whether the workspace's package.json has a script of this name.
pub(crate) fn has_script(repo: &Repo, name: &str) -> Result<bool> {
    let text = fs::read_to_string(repo.web().join("package.json")).context("cannot read web/package.json")?;
    let manifest: serde_json::Value = serde_json::from_str(&text).context("web/package.json is not JSON")?;
    Ok(manifest["scripts"][name].is_string())
}

/// npm, run in the workspace.
pub(crate) fn npm(repo: &Repo) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(repo.web());
    command
}

/// A program that the workspace's packages brought, run in the workspace.
pub(crate) fn program(repo: &Repo, name: &str) -> Command {
    let mut command = Command::new(repo.web().join("node_modules/.bin").join(name));
    command.current_dir(repo.web());
    command
}

fn install_stamp(folder: &Path, manifests: &[PathBuf]) -> Result<Stamp> {
    let node = Command::new("node").arg("--version").output().context("cannot run node")?;
    let version = String::from_utf8_lossy(&node.stdout).into_owned();
    Stamp::of(folder.join("node_modules/.xtask/install"), manifests, &[&version])
}

fn manifests(repo: &Repo) -> Result<Vec<PathBuf>> {
    let web = repo.web();
    let packages = fs::read_dir(web.join("packages")).context("cannot list web/packages")?;
    let mut folders: Vec<_> =
        packages.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    folders.extend([web.clone()]);
    folders.extend(PAGES.map(|page| web.join(page)));
    let mut files: Vec<_> = folders.into_iter().map(|folder| folder.join("package.json")).collect();
    files.extend(["package-lock.json", ".npmrc"].map(|name| web.join(name)));
    Ok(files)
}
