//! Many connections at once, each asking again as soon as it is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;

use crate::connection::Connection;
use crate::request::{Plan, Requests};
use crate::tally::{Figures, Tally};

/// How hard and how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct LoadArgs {
    /// The server's address.
    #[arg(long)]
    address: SocketAddr,
    /// How many connections.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How long answers are counted.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How long they are not counted yet.
    #[arg(long, default_value_t = 1.0)]
    warmup: f64,
    #[command(flatten)]
    plan: Plan,
}

/// When answers count.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: Instant,
    until: Instant,
}

/// Runs the plan and gives its figures.
pub(crate) async fn run(args: &LoadArgs) -> Result<Figures> {
    let requests = Arc::new(Requests::prepare(&args.plan)?);
    let from = Instant::now() + Duration::try_from_secs_f64(args.warmup)?;
    let until = from + Duration::try_from_secs_f64(args.seconds)?;
    drive_all(args.address, args.connections, &requests, Window { from, until }).await
}

/// Sends each request once, all counted.
pub(crate) async fn run_all(address: SocketAddr, connections: usize, requests: Requests) -> Result<Figures> {
    let from = Instant::now();
    let until = from + Duration::from_secs(300);
    drive_all(address, connections, &Arc::new(requests), Window { from, until }).await
}

/// Sends requests for so long, after a warm-up of a tenth of it.
pub(crate) async fn run_for(
    address: SocketAddr,
    connections: usize,
    requests: &Arc<Requests>,
    seconds: f64,
) -> Result<Figures> {
    let from = Instant::now() + Duration::try_from_secs_f64(seconds / 10.0)?;
    let until = from + Duration::try_from_secs_f64(seconds)?;
    drive_all(address, connections, requests, Window { from, until }).await
}

async fn drive_all(
    address: SocketAddr,
    connections: usize,
    requests: &Arc<Requests>,
    window: Window,
) -> Result<Figures> {
    let tasks: Vec<_> =
        (0..connections).map(|_| tokio::spawn(drive(address, Arc::clone(requests), window))).collect();
    let mut all = Tally::default();
    for task in tasks {
        all.add(task.await.context("a connection's task panicked")??);
    }
    // Requests may run out before the time does.
    let end = Instant::now().min(window.until);
    Ok(all.figures(end.saturating_duration_since(window.from)))
}

async fn drive(address: SocketAddr, requests: Arc<Requests>, window: Window) -> Result<Tally> {
    let (mut connection, mut tally) = (Connection::open(address).await?, Tally::default());
    let mut request = Vec::with_capacity(2048);
    let mut asked = Instant::now();
    while asked < window.until && requests.write_next(&mut request) {
        let answer = connection.exchange(&request).await?;
        let answered = Instant::now();
        // The answers after the end do not count: a slow server would gain by them.
        let counts = answered >= window.from && answered <= window.until;
        match answer.status {
            200..300 if counts => tally.good(answered - asked),
            200..300 => {}
            status => {
                tally.bad(|| format!("{status} {}", String::from_utf8_lossy(answer.body)));
            }
        }
        asked = answered;
    }
    Ok(tally)
}
