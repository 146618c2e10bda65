//! `serve` and `worker`: the app in production.

use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use wixapp_core::clock::SystemClock;
use wixapp_server::serve::{self, Roles, StartError};
use wixapp_server::{Config, telemetry};

use super::ConfigArgs;
use super::shutdown::Signals;
use crate::app::App;
use crate::failure::Failure;
use crate::output;

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} serve --print-config > wixapp.toml
  {program} serve --config wixapp.toml
  WIXAPP_APP_ID=my-app WIXAPP_APP_SECRET_FILE=secret.txt {program} serve"
    )
}

pub(super) fn worker_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} serve --config wixapp.toml --api-only    answer requests in one process
  {program} worker --config wixapp.toml              and do the work in others"
    )
}

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Answer requests only, and leave background work to `worker` processes
    #[arg(long)]
    api_only: bool,
    /// Print a configuration file with every field, its default and its variable
    #[arg(long)]
    print_config: bool,
}

#[derive(clap::Args)]
pub(super) struct WorkerArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(app: App, args: Args) -> Result<ExitCode, Failure> {
    if args.print_config {
        output::line(Config::template().trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = args.config.load()?;
    let signals = Signals::listen()?;
    let listener = listen(&config.server.bind).await?;
    start(app, config, Roles { api: true, worker: !args.api_only }, Some(listener), signals).await
}

pub(super) async fn run_worker(app: App, args: WorkerArgs) -> Result<ExitCode, Failure> {
    let config = args.config.load()?;
    let signals = Signals::listen()?;
    start(app, config, Roles { api: false, worker: true }, None, signals).await
}

async fn start(
    app: App,
    config: Config,
    roles: Roles,
    listener: Option<TcpListener>,
    signals: Signals,
) -> Result<ExitCode, Failure> {
    telemetry::install_logs(&config.log);
    let parts = app.parts(&config);
    let file = config.database.url.strip_prefix("sqlite:").map(PathBuf::from);
    let is_new = file.as_ref().is_some_and(|file| !file.exists());
    let mut stop_wished = pin!(signals.stop_wished());
    // It may wait long: for a database that another process is writing to, or migrates.
    let opened = tokio::select! {
        biased;
        () = &mut stop_wished => {
            tracing::info!("stopped before the database was open");
            return Ok(ExitCode::SUCCESS);
        }
        opened = serve::open(config, parts.catalog.clone(), Arc::new(SystemClock)) => opened?,
    };
    let database = opened.store.kind();
    if let Some(file) = file {
        // Its name may be relative, and the folder a process was started in is easily another than was thought.
        let file = file.canonicalize().unwrap_or(file);
        tracing::info!(database.file = %file.display(), database.new = is_new, "the database is open");
    }
    let running = serve::start(opened, parts, roles, listener)?;
    if let Some(address) = running.address() {
        tracing::info!(%address, database, worker = roles.worker, "the app is up");
    } else {
        tracing::info!(database, "the worker is up");
    }
    stop_wished.await;
    tracing::info!("stopping: what is under way is finished first");
    running.stop().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn listen(address: &str) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await;
    Ok(listener.map_err(|source| StartError::Listen { address: address.to_owned(), source })?)
}
