//! The browser that the browser tests drive.

use std::env;
use std::path::PathBuf;

use anyhow::Result;

use crate::debian;
use crate::failure::Failure;
use crate::progress::Board;
use crate::tool;

/// Names under which distributions install it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome-stable"];

/// Finds Chromium by `CHROMIUM` or on the PATH, or installs Debian's.
pub(crate) fn find_or_install(board: &Board) -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").map(PathBuf::from) {
        let hint = "let CHROMIUM name the browser's program, or leave it out";
        return match named.is_file() {
            true => Ok(named),
            false => Err(Failure::new(format!("{} is not a file", named.display())).hint(hint).into()),
        };
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    debian::install("chromium", "the browser tests", board)?;
    find().ok_or_else(|| Failure::new("chromium is installed, but not on the PATH").into())
}

fn find() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| tool::find(name))
}
