//! A server whose clock stands still.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use tokio::net::TcpListener;
use wixapp_core::Catalog;
use wixapp_core::clock::{Timestamp, VirtualClock};
use wixapp_jobs::{Registry, State};
use wixapp_server::router::AppRoutes;
use wixapp_server::serve::{self, Parts, Roles};
use wixapp_server::{Config, telemetry};

use crate::server::UP;

/// Serves until the process is ended, configured by the environment.
///
/// # Errors
/// When the server does not start.
pub async fn serve_at(moment: Timestamp) -> Result<()> {
    let config = Config::load(None)?;
    telemetry::install_logs(&config.log);
    let listener = TcpListener::bind(&config.server.bind).await?;
    let clock = Arc::new(VirtualClock::frozen_at(moment));
    let app = serve::open(config, Catalog::standard(), clock).await?;
    let parts = Parts {
        name: "Torture".to_owned(),
        routes: AppRoutes::new(),
        jobs: Registry::new(),
        state: Arc::new(State::new()),
        catalog: Catalog::standard(),
    };
    let _running = serve::start(app, parts, Roles { api: true, worker: true }, listener)?;
    writeln!(std::io::stderr(), "{UP}")?;
    std::future::pending().await
}
