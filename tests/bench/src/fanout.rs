//! One job and many pages: how long until a thousand watchers of its site have seen its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::connection::Connection;
use crate::identity::{self, Secrets};
use crate::request::{self, Requests};
use crate::tally::{Figures, Tally};

/// Beyond this a watcher has seen nothing.
const LIMIT: Duration = Duration::from_secs(60);
/// The owner whose pages are open.
const INSTANCE: usize = 0;
const COMPLETED: &str = r#""status":"completed""#;

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

/// When the network gave its last answer for a job: all that is left to the job is to end.
type Answered = Arc<Mutex<Option<Instant>>>;

/// Runs the jobs; the latencies are from the network's last answer to each watcher's sight of the end.
pub(crate) async fn run(args: &FanoutArgs) -> Result<Figures> {
    let answered = Answered::default();
    // Bound before anything runs: a job that finds nobody there would wait for its next attempt.
    let listener = TcpListener::bind(args.network).await.context("the network cannot listen")?;
    let network = tokio::spawn(serve(listener, Arc::clone(&answered)));
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
    let (mut tally, started) = (Tally::default(), Instant::now());
    while requests.write_next(&mut request) {
        let reply = connection.exchange(&request).await?;
        let text = String::from_utf8_lossy(reply.body).into_owned();
        ensure!(reply.status == 202, "{} {text}", reply.status);
        let job = job_id(&text).context("the answer names no job")?.to_owned();
        let mut seen = Vec::with_capacity(args.watchers);
        while seen.len() < args.watchers {
            let told = tokio::time::timeout(LIMIT, told.recv()).await;
            let (id, at) = told.context("a watcher saw no end")?.context("the watchers have gone")??;
            if id == job {
                seen.push(at);
            }
        }
        let answered = answered.lock().unwrap_or_else(PoisonError::into_inner).take();
        let answered = answered.context("the job asked no network")?;
        seen.into_iter().for_each(|at| tally.good(at.saturating_duration_since(answered)));
    }
    watchers.iter().for_each(tokio::task::JoinHandle::abort);
    network.abort();
    Ok(tally.figures(started.elapsed()))
}

/// Is the network: takes a post, and shows it.
async fn serve(listener: TcpListener, answered: Answered) -> Result<()> {
    let address = listener.local_addr().context("the network has no address")?;
    let taken = Json(json!({"id": "post_1", "url": format!("http://{address}/post")}));
    let shown = |State(answered): State<Answered>| async move {
        *answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    };
    let router = Router::new()
        .route("/_fake-network/posts", post(|| async { taken }))
        .route("/post", get(shown))
        .with_state(answered);
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

/// Which job has ended, and when that was seen.
type Told = Result<(String, Instant)>;

/// Tells of every job whose end this stream says, until the stream ends.
async fn watch(mut connection: Connection, tell: &mpsc::UnboundedSender<Told>) -> Result<Infallible> {
    let mut rest = String::new();
    loop {
        rest.push_str(&String::from_utf8_lossy(connection.next_chunk().await?));
        let at = Instant::now();
        // An event is a line of JSON; what comes after the last end of a line is not whole yet.
        let Some(end) = rest.rfind('\n') else { continue };
        for line in rest[..end].lines().filter(|line| line.contains(COMPLETED)) {
            if let Some(job) = job_id(line) {
                tell.send(Ok((job.to_owned(), at))).context("nobody counts any more")?;
            }
        }
        rest.drain(..=end);
    }
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
