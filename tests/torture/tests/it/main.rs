//! Every proof with a small count; `cargo xtask torture` runs them with a large one.
#![allow(clippy::unwrap_used, reason = "clippy knows #[test] functions as tests, not what they share")]

mod disk;
mod hazard;
mod jobs;
mod race;
mod soak;
mod webhooks;

use std::path::Path;

/// This crate's binary, whose `serve` is the server under test.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_wixapp-torture"))
}
