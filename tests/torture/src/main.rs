//! `cargo xtask torture` runs this: the proofs, and with `serve` the server that they hurt.

use std::process::ExitCode;

use clap::Parser;
use wixapp_torture::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
