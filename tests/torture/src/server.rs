//! The server under test: the reference app, in a process of its own that may be killed.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

/// Below 32,768: a client that asks a closed port of the ephemeral range can connect to itself and hold it.
const PORTS: Range<u16> = 12_000..32_000;
/// What a loaded machine needs, and far more.
const START_LIMIT: Duration = Duration::from_secs(60);
/// What the server says once it answers.
pub(crate) const UP: &str = "the app is up";
/// What a worker says once it works.
const WORKER_UP: &str = "the worker is up";
/// How much of what it says is kept for people.
const LINES: usize = 40;

type Said = Arc<Mutex<VecDeque<String>>>;

/// A running server, killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    said: Said,
}

impl Server {
    /// Starts `command` on `address` and waits until it answers.
    pub(crate) async fn start(mut command: Command, address: SocketAddr) -> Result<Self> {
        match Self::start_doomed(&mut command, address).await? {
            Ok(server) => Ok(server),
            Err((status, said)) => bail!("the server did not start: {status}\n{said}"),
        }
    }

    /// Starts a server that may end before it answers; then how it ended, and what it said.
    pub(crate) async fn start_doomed(
        command: &mut Command,
        address: SocketAddr,
    ) -> Result<Result<Self, (ExitStatus, String)>> {
        command.env("WIXAPP_BIND", address.to_string()).env("WIXAPP_LOG", "warn,wixapp=info");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cannot run the server")?;
        let mut lines = BufReader::new(child.stderr.take().context("standard error was piped")?).lines();
        let said = Said::default();
        match tokio::time::timeout(START_LIMIT, wait_until_up(&mut lines, &said)).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Ok(Err((child.wait().await?, text(&said)))),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => bail!("the server was not up in {} s:\n{}", START_LIMIT.as_secs(), text(&said)),
        }
        tokio::spawn(keep_reading(lines, Arc::clone(&said)));
        Ok(Ok(Self { child, address, said }))
    }

    /// Where clients reach it.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it as a power cut would: nothing of it runs any more.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("cannot kill the server")
    }

    /// The number of its process, as long as it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        self.child.wait().await.context("cannot wait for the server")
    }

    /// The last things it said.
    pub(crate) fn said(&self) -> String {
        text(&self.said)
    }
}

/// Reads until the server is up; `false` when it ended before.
async fn wait_until_up(
    lines: &mut Lines<BufReader<ChildStderr>>,
    said: &Mutex<VecDeque<String>>,
) -> std::io::Result<bool> {
    while let Some(line) = lines.next_line().await? {
        let up = line.contains(UP) || line.contains(WORKER_UP);
        keep(said, line);
        if up {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads on: a server that nobody listens to would stand still once the pipe is full.
async fn keep_reading(mut lines: Lines<BufReader<ChildStderr>>, said: Said) {
    while let Ok(Some(line)) = lines.next_line().await {
        keep(&said, line);
    }
}

fn keep(said: &Mutex<VecDeque<String>>, line: String) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() == LINES {
        said.pop_front();
    }
    said.push_back(line);
}

fn text(said: &Mutex<VecDeque<String>>) -> String {
    let said = said.lock().unwrap_or_else(PoisonError::into_inner);
    said.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// A loopback address that is free; the server under test may be started on it again and again.
pub(crate) fn free_address() -> Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let span = PORTS.end - PORTS.start;
    // Proofs that start together search in different places.
    let own = u16::try_from(std::process::id() % u32::from(span)).unwrap_or(0);
    for _ in 0..span {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = PORTS.start + (own.wrapping_mul(31).wrapping_add(step)) % span;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("no free port on the loopback address")
}
