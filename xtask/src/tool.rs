//! The programs a task needs: found, and new enough.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::failure::Failure;

/// What Vite 8 and our scripts need.
const NODE_AT_LEAST: (u32, u32) = (20, 19);

/// Checks Node and npm; cargo is there, for it started us.
pub(crate) fn check_web_tools() -> Result<()> {
    let printed = version_of("node").map_err(|error| error.context(missing_node()))?;
    let version = parse_version(&printed).with_context(|| format!("node printed `{}`", printed.trim()))?;
    if version < NODE_AT_LEAST {
        return Err(missing_node().into());
    }
    version_of("npm").map(drop).map_err(|error| {
        error.context(Failure::new("npm does not run").hint("npm comes with Node.js: https://nodejs.org"))
    })
}

fn missing_node() -> Failure {
    let (major, minor) = NODE_AT_LEAST;
    Failure::new(format!("Node.js {major}.{minor} or newer is needed"))
        .hint("install it from https://nodejs.org or with your package manager")
}

fn version_of(program: &str) -> Result<String> {
    let output =
        Command::new(program).arg("--version").output().with_context(|| format!("cannot run {program}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The first program of this name on the PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_compare_by_number() {
        assert_eq!(parse_version("v20.20.2\n"), Some((20, 20)));
        assert!(parse_version("v20.9.0") < Some(NODE_AT_LEAST));
        assert!(parse_version("v100.0.0") > Some(NODE_AT_LEAST));
        assert_eq!(parse_version("twenty"), None);
    }
}
