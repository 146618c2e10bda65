//! Where things are in the repository, and how its cargo is called.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Clippy as a compiler.
const CLIPPY: &str = "clippy-driver";
/// What `cargo clippy -- -D warnings` hands to it.
const DENY_WARNINGS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// The working tree this task runs in.
#[derive(Clone, Debug)]
pub(crate) struct Repo {
    root: PathBuf,
    target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

impl Repo {
    /// Finds the working tree from the manifest that cargo started us for.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask lies below the repository's root")?;
        let output = cargo(root)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cannot run cargo")?;
        if !output.status.success() {
            bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
        Ok(Self { root: root.to_owned(), target: metadata.target_directory })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The npm workspace.
    pub(crate) fn web(&self) -> PathBuf {
        self.join("web")
    }

    pub(crate) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// The folder for what tasks leave behind: reports and logs.
    pub(crate) fn scratch(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }

    /// The path of a built binary; `folder` is the profile's, such as `debug`.
    pub(crate) fn binary(&self, folder: &str, name: &str) -> PathBuf {
        self.target.join(folder).join(name)
    }

    /// A cargo command that runs at the root.
    pub(crate) fn cargo(&self) -> Command {
        cargo(&self.root)
    }

    /// A cargo command of the checks.
    ///
    /// Where nothing was built incrementally so far it builds all in one piece, which takes a third less from nothing, and
    /// with clippy as the compiler, which spares a second pass over every crate; see [`Self::checks_while_building`]. A later
    /// change of either setting would build all of it again.
    pub(crate) fn cargo_of_checks(&self) -> Command {
        let mut command = cargo(&self.root);
        if self.is_new() {
            command.env("CARGO_INCREMENTAL", "0");
        }
        if self.checks_while_building() {
            command.env("RUSTC_WORKSPACE_WRAPPER", CLIPPY).env("CLIPPY_ARGS", DENY_WARNINGS);
        }
        command
    }

    /// Whether [`Self::cargo_of_checks`] has clippy's findings refused by the build itself: clippy's driver is the compiler
    /// with more lints, and gives the same programs, if for `mir-opt-level`, which only the speed depends on.
    pub(crate) fn checks_while_building(&self) -> bool {
        let is_wrapped =
            env::var_os("RUSTC_WORKSPACE_WRAPPER").is_some() || env::var_os("CLIPPY_ARGS").is_some();
        let has_driver =
            || Command::new(CLIPPY).arg("--version").output().is_ok_and(|output| output.status.success());
        self.is_new() && !is_wrapped && has_driver()
    }

    /// Whether nothing was built incrementally so far, and nobody asked for a way of building.
    fn is_new(&self) -> bool {
        let folder = std::fs::read_dir(self.target.join("debug/incremental"));
        let is_incremental = folder.is_ok_and(|mut entries| entries.next().is_some());
        !is_incremental && env::var_os("CARGO_INCREMENTAL").is_none()
    }
}

fn cargo(root: &Path) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root);
    // `cargo run` describes *this* package to us; handed on, build scripts that watch these variables
    // would run again at each change between `cargo xtask …` and a plain `cargo build`.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_about_this_package) {
            command.env_remove(name);
        }
    }
    command
}

fn is_about_this_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|prefix| name.starts_with(prefix))
}
