//! From a webhook to the eyes of a live watcher: how long until new credits are visible.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::task::JoinHandle;

use crate::connection::Connection;
use crate::identity::{self, Event, Secrets};
use crate::request::{self, Requests};
use crate::tally::{Figures, Tally};

/// Beyond this a watcher has seen nothing; it begins to wait long before its own event is sent.
const LIMIT: Duration = Duration::from_secs(60);

/// How many watchers, how often an event.
#[derive(Args, Clone, Debug)]
pub(crate) struct WatchArgs {
    /// The server's address.
    #[arg(long)]
    address: SocketAddr,
    /// Events in a second, each for an instance of its own that is being watched.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// How many events in all.
    #[arg(long, default_value_t = 1_000)]
    events: u32,
    /// The plan that is bought.
    #[arg(long, default_value = "starter")]
    plan: String,
    /// The number of the first instance; it and those after it must be installed.
    #[arg(long, default_value_t = 0)]
    first: usize,
    #[command(flatten)]
    secrets: Secrets,
}

/// A live stream that waits for the plan to appear.
type Watcher = JoinHandle<Result<Instant>>;

/// Buys a plan for each watched instance, at a steady rate, and gives the time until each watcher saw it.
pub(crate) async fn run(args: &WatchArgs) -> Result<Figures> {
    let instances: Vec<_> =
        (0..args.events as usize).map(|number| identity::instance(args.first + number)).collect();
    let buy = |instance: &_| Event::purchased(Clone::clone(instance), &args.plan, "watched");
    let requests = Requests::webhooks(&args.secrets, &instances.iter().map(buy).collect::<Vec<_>>())?;
    let mut watchers = Vec::with_capacity(instances.len());
    for instance in &instances {
        watchers.push(watch(args, &args.secrets.token(instance)?).await?);
    }
    let started = Instant::now();
    let sent = send_steadily(args, &requests).await?;
    let mut tally = Tally::default();
    for (watcher, sent) in watchers.into_iter().zip(sent) {
        match watcher.await.context("a watcher panicked")? {
            Ok(seen) => tally.good(seen.saturating_duration_since(sent)),
            Err(error) => tally.bad(|| format!("{error:#}")),
        }
    }
    Ok(tally.figures(started.elapsed()))
}

/// Opens a stream, and returns once its first event is there.
async fn watch(args: &WatchArgs, token: &str) -> Result<Watcher> {
    let mut connection = Connection::open(args.address).await?;
    connection.send(&request::get("/api/v1/wix/live", Some(token))).await?;
    let wanted = format!(r#""plan":{{"id":"{}""#, args.plan);
    let mut seen = String::new();
    while !seen.contains("event: status") || !seen.contains("\"credits\"") {
        seen.push_str(&String::from_utf8_lossy(connection.next_chunk().await?));
    }
    ensure!(!seen.contains(&wanted), "the instance is on the plan already");
    Ok(tokio::spawn(async move {
        tokio::time::timeout(LIMIT, wait_for(connection, seen, wanted)).await.context("saw no change")?
    }))
}

async fn wait_for(mut connection: Connection, mut seen: String, wanted: String) -> Result<Instant> {
    while !seen.contains(&wanted) {
        seen.push_str(&String::from_utf8_lossy(connection.next_chunk().await?));
    }
    Ok(Instant::now())
}

/// Sends the events on a schedule that does not wait for slow answers; gives when each was answered.
async fn send_steadily(args: &WatchArgs, requests: &Requests) -> Result<Vec<Instant>> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / args.rate);
    let mut sending = Vec::new();
    let mut request = Vec::new();
    while requests.write_next(&mut request) {
        ticks.tick().await;
        sending.push(tokio::spawn(send(args.address, request.clone())));
    }
    let mut answered = Vec::with_capacity(sending.len());
    for task in sending {
        answered.push(task.await.context("a sender panicked")??);
    }
    Ok(answered)
}

/// Gives when it was sent: what the watcher waits for includes the check of the signature.
async fn send(address: SocketAddr, request: Vec<u8>) -> Result<Instant> {
    let mut connection = Connection::open(address).await?;
    let sent = Instant::now();
    let answer = connection.exchange(&request).await?;
    ensure!(answer.status == 200, "{} {}", answer.status, String::from_utf8_lossy(answer.body));
    Ok(sent)
}

/// Which purchase.
#[derive(Args, Clone, Debug)]
pub(crate) struct BuyArgs {
    /// The server's address.
    #[arg(long)]
    address: SocketAddr,
    /// The number of the instance.
    #[arg(long)]
    instance: usize,
    /// The plan that is bought.
    #[arg(long, default_value = "starter")]
    plan: String,
    #[command(flatten)]
    secrets: Secrets,
}

/// Sends the webhook of one purchase, signed before the clock is read.
pub(crate) async fn buy(args: &BuyArgs) -> Result<i64> {
    let event = Event::purchased(identity::instance(args.instance), &args.plan, "bought");
    let requests = Requests::webhooks(&args.secrets, &[event])?;
    let mut request = Vec::new();
    ensure!(requests.write_next(&mut request), "there is one request");
    let paid_at = identity::now().as_millisecond();
    send(args.address, request).await?;
    Ok(paid_at)
}
