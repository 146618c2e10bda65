//! One job and many pages: how long until a thousand watchers of its site have seen its progress, and its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

use crate::connection::Connection;
use crate::identity::{self, Secrets};
use crate::request::{self, Requests};
use crate::tally::{Figures, Tally};

/// Beyond this a watcher has seen nothing.
const LIMIT: Duration = Duration::from_secs(60);
/// The owner whose pages are open.
const INSTANCE: usize = 0;
const COMPLETED: &str = r#""status":"completed""#;
/// What a publication says of itself before it asks the network.
const PUBLISHING: &str = r#""currentStep":"Publishing on"#;

/// How many watchers, how many jobs.
#[derive(Args, Clone, Debug)]
pub(crate) struct FanoutArgs {
    /// The server's address.
    #[arg(long)]
    address: SocketAddr,
    /// Where this program is the network that the server's posts go to.
    #[arg(long)]
    network: SocketAddr,
    /// How many pages of one site are open.
    #[arg(long, default_value_t = 1_000)]
    watchers: usize,
    /// How many jobs, one after the other.
    #[arg(long, default_value_t = 20)]
    jobs: usize,
    /// Sets the idempotency keys of this run apart from those of others.
    #[arg(long, default_value = "a")]
    run: String,
    #[command(flatten)]
    secrets: Secrets,
}

/// The network that the jobs ask.
#[derive(Default)]
struct Network {
    /// When a job asked it: right after it had said that it does.
    asked: Mutex<Option<Instant>>,
    /// It answers that only once all watchers have seen what the job said.
    seen: Notify,
    /// When it gave its last answer: all that is left to the job is to end.
    answered: Mutex<Option<Instant>>,
}

/// The time until each watcher saw it.
#[derive(Debug, Serialize)]
pub(crate) struct Sights {
    /// The end, from the network's last answer.
    #[serde(flatten)]
    end: Figures,
    /// A step, from when the network was asked: the job had just begun it.
    step: Figures,
}

/// Runs the jobs.
pub(crate) async fn run(args: &FanoutArgs) -> Result<Sights> {
    let asked_by = Arc::<Network>::default();
    // Bound before anything runs: a job that finds nobody there would wait for its next attempt.
    let listener = TcpListener::bind(args.network).await.context("the network cannot listen")?;
    let network = tokio::spawn(serve(listener, Arc::clone(&asked_by)));
    let token = args.secrets.token(&identity::instance(INSTANCE))?;
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut watchers = Vec::with_capacity(args.watchers);
    for _ in 0..args.watchers {
        let (connection, tell) = (open(args.address, &token).await?, tell.clone());
        watchers.push(tokio::spawn(async move {
            let Err(error) = watch(connection, &tell).await;
            // Who counts has gone when this cannot be told any more.
            let _ = tell.send(Err(error));
        }));
    }
    let requests = Requests::publications(&args.secrets, &args.run, 1, args.jobs)?;
    let (mut connection, mut request) = (Connection::open(args.address).await?, Vec::new());
    let (mut steps, mut ends, started) = (Tally::default(), Tally::default(), Instant::now());
    while requests.write_next(&mut request) {
        let reply = connection.exchange(&request).await?;
        let text = String::from_utf8_lossy(reply.body).into_owned();
        ensure!(reply.status == 202, "{} {text}", reply.status);
        let job = job_id(&text).context("the answer names no job")?.to_owned();
        let mut sights = Vec::with_capacity(args.watchers);
        for (tally, what) in [(&mut steps, Sight::Step), (&mut ends, Sight::End)] {
            while sights.len() < args.watchers {
                let told = tokio::time::timeout(LIMIT, told.recv()).await;
                let told = told.context("a watcher saw nothing")?.context("the watchers have gone")??;
                if told.job == job && told.what == what {
                    sights.push(told.at);
                }
            }
            let since = if what == Sight::Step { &asked_by.asked } else { &asked_by.answered };
            let since = since.lock().unwrap_or_else(PoisonError::into_inner).take();
            let since = since.context("the job asked no network")?;
            sights.drain(..).for_each(|at| tally.good(at.saturating_duration_since(since)));
            if what == Sight::Step {
                asked_by.seen.notify_one();
            }
        }
    }
    watchers.iter().for_each(tokio::task::JoinHandle::abort);
    network.abort();
    let time = started.elapsed();
    Ok(Sights { end: ends.figures(time), step: steps.figures(time) })
}

/// Is the network: takes a post once its job was seen at it, and shows it.
async fn serve(listener: TcpListener, network: Arc<Network>) -> Result<()> {
    let address = listener.local_addr().context("the network has no address")?;
    let taken = Json(json!({"id": "post_1", "url": format!("http://{address}/post")}));
    let note = |when: &Mutex<Option<Instant>>| {
        *when.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    };
    let take = move |State(network): State<Arc<Network>>| async move {
        note(&network.asked);
        network.seen.notified().await;
        taken
    };
    let shown = move |State(network): State<Arc<Network>>| async move { note(&network.answered) };
    let router = Router::new()
        .route("/_fake-network/posts", post(take))
        .route("/post", get(shown))
        .with_state(network);
    axum::serve(listener, router).await.context("the network ended")
}

/// Opens a stream, and returns once its first event is there.
async fn open(address: SocketAddr, token: &str) -> Result<Connection> {
    let mut connection = Connection::open(address).await?;
    connection.send(&request::get("/api/v1/wix/live", Some(token))).await?;
    let mut seen = String::new();
    while !seen.contains("event: status") {
        seen.push_str(&String::from_utf8_lossy(connection.next_chunk().await?));
    }
    Ok(connection)
}

/// What was seen of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// It publishes.
    Step,
    /// It has ended.
    End,
}

/// What a watcher has seen, and when.
struct Seen {
    job: String,
    what: Sight,
    at: Instant,
}

type Told = Result<Seen>;

/// Tells of every job what this stream says of it first, until the stream ends.
async fn watch(mut connection: Connection, tell: &mpsc::UnboundedSender<Told>) -> Result<Infallible> {
    let (mut rest, mut publishing) = (String::new(), String::new());
    loop {
        rest.push_str(&String::from_utf8_lossy(connection.next_chunk().await?));
        let at = Instant::now();
        // An event is a line of JSON; what comes after the last end of a line is not whole yet.
        let Some(end) = rest.rfind('\n') else { continue };
        for line in rest[..end].lines() {
            let Some((job, what)) = job_id(line).zip(sight(line)) else { continue };
            if what == Sight::Step && publishing == job {
                continue;
            }
            if what == Sight::Step {
                job.clone_into(&mut publishing);
            }
            tell.send(Ok(Seen { job: job.to_owned(), what, at })).context("nobody counts any more")?;
        }
        rest.drain(..=end);
    }
}

fn sight(line: &str) -> Option<Sight> {
    if line.contains(COMPLETED) {
        return Some(Sight::End);
    }
    line.contains(PUBLISHING).then_some(Sight::Step)
}

fn job_id(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(r#""jobId":""#)?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_found_by_its_name() {
        assert_eq!(job_id(r#"data: {"jobId":"job_1","status":"completed"}"#), Some("job_1"));
        assert_eq!(job_id("data: {}"), None);
    }
}
