//! The load behind `cargo xtask bench`, and the limits it is held against. Prints one line of JSON.

mod balance;
mod books;
mod connection;
mod derive;
mod fanout;
mod identity;
mod install;
mod jobs;
mod limit;
mod load;
mod platform;
mod request;
mod runner;
mod sqlite;
mod start;
mod tally;
mod watch;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};
use serde::Serialize;

/// Measures a running server.
#[derive(Debug, Parser)]
#[command(name = "wixapp-bench")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Write a key pair for the platform's webhooks: FILE, and FILE with the ending `pub`.
    Key {
        /// The private key's file.
        file: PathBuf,
    },
    /// Install the app in instances.
    Install(install::InstallArgs),
    /// Ask one thing again and again.
    Load(load::LoadArgs),
    /// Enqueue jobs and wait for their end.
    Jobs(jobs::JobsArgs),
    /// Give credits straight to the store, and check the books.
    Books(books::BooksArgs),
    /// Fold 10, 100 and 1,000 facts, on one core.
    Derive {
        /// How long each is measured.
        #[arg(long, default_value_t = 1.0)]
        seconds: f64,
    },
    /// Run jobs that do nothing, in this process.
    Runner(runner::RunnerArgs),
    /// Measure the local platform, in this process.
    Platform(platform::PlatformArgs),
    /// Print an owner's token.
    Token(identity::TokenArgs),
    /// Tell the server of one purchase; print when that was, in milliseconds of the epoch.
    Buy(watch::BuyArgs),
    /// Time from a webhook to a live watcher.
    Watch(watch::WatchArgs),
    /// Time from the end of a job to a thousand live watchers of its site.
    Fanout(fanout::FanoutArgs),
    /// Time from the start of a program to its first answer.
    Start(start::StartArgs),
    /// Signature checks in a second on one core.
    Verify {
        /// How long each is measured.
        #[arg(long, default_value_t = 2.0)]
        seconds: f64,
    },
    /// The statements of a spend, a grant or a webhook, straight to SQLite.
    Sqlite(sqlite::SqliteArgs),
    /// Serve with axum and nothing around it.
    Bare {
        /// Where to listen.
        #[arg(long)]
        address: SocketAddr,
    },
}

fn main() -> Result<()> {
    // One thread: the load shares its core with the database, and must not take more than that core.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(Cli::parse().task))
}

async fn run(task: Task) -> Result<()> {
    match task {
        Task::Key { file } => identity::write_key_pair(&file),
        Task::Install(args) => print(&install::run(&args).await?),
        Task::Load(args) => print(&load::run(&args).await?),
        Task::Jobs(args) => print(&jobs::run(&args).await?),
        Task::Books(args) => print(&books::run(&args).await?),
        Task::Derive { seconds } => print(&derive::run(Duration::try_from_secs_f64(seconds)?)?),
        Task::Runner(args) => print(&runner::run(&args).await?),
        Task::Platform(args) => print(&platform::run(&args).await?),
        Task::Token(args) => print(&args.token()?),
        Task::Buy(args) => print(&watch::buy(&args).await?),
        Task::Watch(args) => print(&watch::run(&args).await?),
        Task::Fanout(args) => print(&fanout::run(&args).await?),
        Task::Start(args) => print(&start::run(&args).await?),
        Task::Verify { seconds } => print(&limit::verifications(Duration::try_from_secs_f64(seconds)?)?),
        Task::Sqlite(args) => print(&sqlite::run(&args)?),
        Task::Bare { address } => limit::serve_bare(address).await,
    }
}

fn print(figures: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, figures)?;
    Ok(writeln!(out)?)
}
