//! The product under torture: many at once, killed at any moment, on disks that fail.
//!
//! Every proof here runs in the tests with a small count and by `cargo xtask torture` with a large one; docs/testing.md
//! says what each one shows and what it found.

mod client;
mod database;
pub mod disk;
mod identity;
mod lab;
pub mod race;
mod server;
pub mod webhooks;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use database::Kind;

/// Proofs that the product loses nothing and does nothing twice.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask torture", bin_name = "cargo xtask torture")]
pub struct Cli {
    #[command(subcommand)]
    proof: Proof,
}

#[derive(Debug, Subcommand)]
enum Proof {
    /// Let 64 requests go at once for fewer credits
    Race(race::Args),
    /// Kill the server again and again while webhooks, spends and jobs go on
    Webhooks(webhooks::Args),
    /// Let the disk under SQLite fail, be full, and lose power
    Disk(disk::Args),
    /// Be the reference app: its own `serve`, with moments at which it can be killed
    #[command(hide = true)]
    Serve {
        /// What the reference app takes.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

impl Cli {
    /// Runs the proof; the exit code says whether it held.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let proof = match self.proof {
            Proof::Serve { .. } => {
                disk::stand_by();
                return autopost::app().run();
            }
            proof => proof,
        };
        match prove(proof) {
            Ok(report) => {
                say(std::io::stdout(), &report);
                ExitCode::SUCCESS
            }
            Err(error) => {
                say(std::io::stderr(), &format!("error: {error:#}"));
                ExitCode::FAILURE
            }
        }
    }
}

fn prove(proof: Proof) -> anyhow::Result<String> {
    let program = std::env::current_exe()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match proof {
            Proof::Race(args) => Ok(race::run(&program, &args).await?.to_string()),
            Proof::Webhooks(args) => Ok(webhooks::run(&program, &args).await?.to_string()),
            Proof::Disk(args) => Ok(disk::run(&program, &args).await?.to_string()),
            Proof::Serve { .. } => unreachable!("it is no proof"),
        }
    })
}

/// Nowhere is left to complain when an output is closed.
fn say(mut out: impl Write, text: &str) {
    let _ = writeln!(out, "{text}");
}
