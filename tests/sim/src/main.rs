//! `cargo xtask torture sim` runs this.

use std::process::ExitCode;

use clap::Parser;
use wixapp_sim::{SimArgs, command};

/// Live years of many sites in memory, with every fault of the network and every crash.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask torture sim", bin_name = "cargo xtask torture sim")]
struct Cli {
    #[command(flatten)]
    args: SimArgs,
}

fn main() -> anyhow::Result<ExitCode> {
    command(&Cli::parse().args)
}
