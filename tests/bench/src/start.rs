//! How long a program takes from its start to its first answer.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use tokio::process::{Child, Command};

use crate::connection::Connection;
use crate::request;

const LIMIT: Duration = Duration::from_secs(30);

/// What to start and where it answers.
#[derive(Args, Clone, Debug)]
pub(crate) struct StartArgs {
    /// Where it answers.
    #[arg(long)]
    address: SocketAddr,
    /// What it is asked for.
    #[arg(long, default_value = "/health")]
    path: String,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

/// Starts the program, waits for its first good answer, ends it, and gives the milliseconds.
pub(crate) async fn run(args: &StartArgs) -> Result<f64> {
    let (program, arguments) = args.program.split_first().context("no program is named")?;
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    first_answer(args, &mut child, started).await?;
    let time = started.elapsed();
    child.kill().await.context("cannot end the program")?;
    Ok(time.as_secs_f64() * 1000.0)
}

async fn first_answer(args: &StartArgs, child: &mut Child, started: Instant) -> Result<()> {
    let request = request::get(&args.path, None);
    loop {
        if let Ok(mut connection) = Connection::open(args.address).await
            && connection.exchange(&request).await.is_ok_and(|answer| answer.status == 200)
        {
            return Ok(());
        }
        if let Some(status) = child.try_wait()? {
            bail!("the program ended: {status}");
        }
        if started.elapsed() > LIMIT {
            bail!("no answer within {} s", LIMIT.as_secs());
        }
        // A refused connection costs microseconds: without a pause we would slow down what we wait for.
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
}
