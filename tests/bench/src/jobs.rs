//! Jobs from their request to their end: enqueued over HTTP, run, and paid.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::balance;
use crate::connection::Connection;
use crate::identity::{self, Secrets};
use crate::load;
use crate::request::Requests;

/// How many jobs.
#[derive(Args, Clone, Debug)]
pub(crate) struct JobsArgs {
    /// The server's address.
    #[arg(long)]
    address: SocketAddr,
    /// How many jobs in all.
    #[arg(long, default_value_t = 10_000)]
    count: usize,
    /// How many instances share them.
    #[arg(long, default_value_t = 1_000)]
    instances: usize,
    /// Sets the idempotency keys of this run apart from those of others.
    #[arg(long, default_value = "a")]
    run: String,
    #[command(flatten)]
    secrets: Secrets,
}

/// What came of them.
#[derive(Debug, Serialize)]
pub(crate) struct JobFigures {
    /// Jobs done per second, from the first request to the last end.
    per_second: f64,
}

/// Enqueues all jobs as fast as the server takes them, and waits until no credit is held any more.
pub(crate) async fn run(args: &JobsArgs) -> Result<JobFigures> {
    let requests = Requests::publications(&args.secrets, &args.run, args.instances, args.count)?;
    let started = Instant::now();
    let figures = load::run_all(args.address, 64, requests).await?;
    ensure!(figures.errors == 0, "a job was refused: {:?}", figures.first_error);
    let mut connection = Connection::open(args.address).await?;
    for number in 0..args.instances {
        let token = args.secrets.token(&identity::instance(number))?;
        balance::wait(&mut connection, &token, |balance| balance.held == 0).await?;
    }
    let count = f64::from(u32::try_from(args.count)?);
    let per_second = count / started.elapsed().as_secs_f64();
    Ok(JobFigures { per_second })
}
