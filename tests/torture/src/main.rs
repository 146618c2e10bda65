//! `cargo xtask torture` runs this: the proofs, and with `serve` the server that they hurt.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use wixapp_core::clock::Timestamp;
use wixapp_torture::{disk, hazard, jobs, race, soak, webhooks};

/// Proofs that the product loses nothing and does nothing twice.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask torture", bin_name = "cargo xtask torture")]
struct Cli {
    #[command(subcommand)]
    proof: Proof,
}

#[derive(Debug, Subcommand)]
enum Proof {
    /// Let 64 requests go at once for fewer credits
    Race(race::Args),
    /// Kill the server again and again while webhooks, spends and jobs go on
    Webhooks(webhooks::Args),
    /// Kill and freeze the processes that work while they have jobs
    Jobs(jobs::Args),
    /// Let the disk under SQLite fail, be full, and lose power
    Disk(disk::Args),
    /// Let jobs come steadily for minutes: none may wait long, and nothing may grow
    Soak(soak::Args),
    /// Be a server whose clock stands still at this moment
    #[command(hide = true)]
    ServeAt {
        /// The moment.
        moment: Timestamp,
    },
    /// Be the reference app: its own `serve`, with moments at which it can be killed
    #[command(hide = true)]
    Serve {
        /// What the reference app takes.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Be a worker of the app whose `serve` this is
    #[command(hide = true)]
    Worker {
        /// What the app takes.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let proven = match Cli::parse().proof {
        Proof::Race(args) => prove(|program| async move { race::run(&program, &args).await }),
        Proof::Webhooks(args) => prove(|program| async move { webhooks::run(&program, &args).await }),
        Proof::Disk(args) => prove(|program| async move { disk::run(&program, &args).await }),
        Proof::Jobs(args) => prove(|program| async move { jobs::run(&program, &args).await }),
        Proof::Soak(args) => prove(|program| async move {
            let report = soak::run(&program, &args).await?;
            report.hold()?;
            Ok(report)
        }),
        Proof::ServeAt { moment } => {
            prove(|_| async move { hazard::serve_at(moment).await.map(|()| String::new()) })
        }
        Proof::Serve { .. } | Proof::Worker { .. } if jobs::app::is_asked_for() => {
            return jobs::app::app().run();
        }
        Proof::Serve { .. } | Proof::Worker { .. } => {
            disk::stand_by();
            return autopost::app().run();
        }
    };
    match &proven {
        Ok(report) => say(std::io::stdout(), report),
        Err(error) => say(std::io::stderr(), &format!("error: {error:#}")),
    }
    ExitCode::from(u8::from(proven.is_err()))
}

/// Runs a proof on this program's own `serve`; gives what it reports.
fn prove<P, R: ToString>(proof: impl FnOnce(PathBuf) -> P) -> Result<String>
where
    P: Future<Output = Result<R>>,
{
    let program = std::env::current_exe()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(proof(program))?.to_string())
}

/// Nowhere is left to complain when an output is closed.
fn say(mut out: impl Write, text: &str) {
    let _ = writeln!(out, "{text}");
}
