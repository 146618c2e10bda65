//! Putting the server together, running it, and stopping it without losing anything.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use wixapp_core::catalog::Catalog;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_core::derive::{EndPolicy, Policy};
use wixapp_jobs::{LeaseError, Registry, Runner, RunnerConfig};
use wixapp_platform::{InstanceTokenVerifier, WixClient};
use wixapp_store::Store;

use crate::config::{Config, ConfigError, OnEnd};
use crate::in_flight::InFlight;
use crate::limit::Limits;
use crate::live::LiveHub;
use crate::notice::Post;
use crate::pace::Pace;
use crate::page::AppName;
use crate::router::{AppRoutes, router};
use crate::state::App;
use crate::{connection, telemetry, work};

/// A database that nobody kept for so long may be a restored copy.
const UNKEPT: SignedDuration = SignedDuration::from_hours(1);
/// What handing jobs back may take beyond the time to drain.
const HAND_BACK: Duration = Duration::from_secs(10);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is not usable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The plan catalogue is not usable.
    #[error(transparent)]
    Catalog(#[from] wixapp_core::catalog::CatalogError),
    /// The database is not usable.
    #[error("{0}")]
    Store(#[from] wixapp_store::Error),
    /// The client for Wix could not be made.
    #[error("{0}")]
    Wix(#[from] wixapp_platform::Error),
    /// The port is taken, or the address is not one of this machine.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// What this process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Whether it answers requests.
    pub api: bool,
    /// Whether it runs jobs and the other background work.
    pub worker: bool,
}

/// What the user's app adds to the server.
pub struct Parts {
    /// The app's name, as its pages say it.
    pub name: String,
    /// The app's own routes.
    pub routes: AppRoutes,
    /// The app's jobs.
    pub jobs: Registry,
    /// What the app's handlers and jobs share.
    pub state: Arc<wixapp_jobs::State>,
    /// The app's plans, where the configuration names no others.
    pub catalog: Catalog,
}

/// Opens the database and puts an [`App`] together.
///
/// # Errors
/// [`StartError`] when the configuration is unsafe, or the database or the catalogue cannot be used.
pub async fn open(config: Config, catalog: Catalog, clock: Arc<dyn Clock>) -> Result<Arc<App>, StartError> {
    config.check()?;
    let catalog = self::catalog(&config, catalog)?;
    let secrets = config.app_secrets()?;
    let webhooks = config.webhook_verifier()?;
    let stripe = config.stripe_side()?;
    let post = Post::new(&config.notices)?;
    let store = Store::open(&config.database.url).await?;
    store.migrate().await?;
    if webhooks.is_none() {
        tracing::warn!(
            "no webhooks are taken: wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY) is not set"
        );
    }
    let secret = secrets.first().cloned().ok_or_else(|| ConfigError::new("wix.app_secret is missing"))?;
    let wix = WixClient::builder()
        .base_url(config.wix.api_url.clone())
        .app_id(config.wix.app_id.clone())
        .app_secret(secret)
        .clock(Arc::clone(&clock))
        .build()?;
    let on_end = match config.plans.on_end {
        OnEnd::Reset => EndPolicy::Reset,
        OnEnd::Keep => EndPolicy::Keep,
    };
    let policy =
        Policy { cycle: config.plans.cycle, on_end, free_for_duplicates: config.plans.free_for_duplicates };
    let started_at = clock.now();
    let doubtful_before = doubt(&store, started_at).await?;
    Ok(Arc::new(App {
        pace: Pace::new(config.wix.questions_per_s),
        started_at,
        doubtful_before,
        store,
        clock,
        catalog: Arc::new(catalog),
        policy,
        wix,
        instance_tokens: InstanceTokenVerifier::new(secrets),
        webhooks,
        limits: Limits::new(&config.limits)?,
        stripe,
        post,
        live: Arc::default(),
        in_flight: InFlight::default(),
        wake: Arc::new(watch::Sender::new(0)),
        config,
    }))
}

/// Since when what is stored may be out of date: a database that nobody kept for a while may be a restored copy, or Wix has
/// told nobody of what happened. Both look the same, and both need the same. A process before this one may have begun to
/// doubt, and have ended before Wix was asked about every instance.
async fn doubt(store: &Store, now: Timestamp) -> Result<Option<Timestamp>, StartError> {
    let kept_at = store.find_kept_at().await?;
    if kept_at.is_none() {
        store.keep(now).await?;
    }
    if kept_at.is_some_and(|at| now.duration_since(at) >= UNKEPT) {
        tracing::warn!(
            "nobody kept this database for a while: Wix is asked before anything is spent or given"
        );
        store.begin_doubt(now).await?;
    }
    let since = store.find_doubt().await?;
    if since.is_some_and(|since| since > now) {
        // The clock was ahead when the doubt began: no answer would ever be late enough.
        store.begin_doubt(now).await?;
        return Ok(Some(now));
    }
    Ok(since)
}

/// The plans in force: those that the configuration names, else the app's `own`.
///
/// # Errors
/// [`StartError`] when the file cannot be read or breaks a rule.
pub fn catalog(config: &Config, own: Catalog) -> Result<Catalog, StartError> {
    match config.plans.catalog.as_deref() {
        None => Ok(own),
        Some("standard") => Ok(Catalog::standard()),
        Some("autopost") => Ok(Catalog::autopost()),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|source| StartError::File { path: path.to_owned(), source })?;
            Ok(Catalog::from_toml(&text)?)
        }
    }
}

/// A server that runs. Dropping it ends it without waiting for what is under way.
pub struct Running {
    app: Arc<App>,
    address: Option<std::net::SocketAddr>,
    stop: watch::Sender<bool>,
    http: Option<JoinHandle<()>>,
    workers: Vec<JoinHandle<()>>,
    helpers: [JoinHandle<()>; 3],
}

/// Begins to do what `roles` says; requests are answered on `listener`, which a mere worker does not need.
///
/// # Errors
/// [`StartError::Listen`] when the listener has no address; [`StartError::Config`] when requests are to be answered and
/// there is none, or when the jobs do not fit their leases.
pub fn start(
    app: Arc<App>,
    parts: Parts,
    roles: Roles,
    listener: impl Into<Option<TcpListener>>,
) -> Result<Running, StartError> {
    telemetry::install_metrics();
    let listener = listener.into().filter(|_| roles.api);
    if roles.api && listener.is_none() {
        return Err(ConfigError::new("a server that answers requests needs an address to listen on").into());
    }
    let address = listener
        .as_ref()
        .map(TcpListener::local_addr)
        .transpose()
        .map_err(|source| StartError::Listen { address: app.config.server.bind.clone(), source })?;
    if roles.worker {
        check_lease(&app.config, &parts.jobs)?;
    }
    let stop = watch::Sender::new(false);
    let hub = tokio::spawn(LiveHub::run(Arc::clone(&app.live), app.store.clone()));
    // Jobs decide on records and credits by the same doors as handlers.
    let state = Arc::new(wixapp_jobs::State::clone(&parts.state).with_shared(Arc::clone(&app)));
    let mut workers =
        if roles.worker { start_workers(&app, parts.jobs, Arc::clone(&state), &stop) } else { Vec::new() };
    workers.push(tokio::spawn(work::fleet::keep(Arc::clone(&app), stop.subscribe())));
    let http = listener.map(|listener| {
        let name = AppName(parts.name.into());
        let service =
            router(Arc::clone(&app), parts.routes).layer(axum::Extension(state)).layer(axum::Extension(name));
        tokio::spawn(connection::serve(listener, service, drain(&app.config), stop.subscribe()))
    });
    let counting = tokio::spawn(telemetry::keep());
    let forgetting = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.limits.keep().await }
    });
    Ok(Running { app, address, stop, http, workers, helpers: [hub, counting, forgetting] })
}

/// Refuses a lease that does not fit the app's jobs.
fn check_lease(config: &Config, jobs: &Registry) -> Result<(), ConfigError> {
    jobs.check_lease(Duration::from_secs(config.jobs.lease_s)).map_err(|error| match error {
        LeaseError::Timeout { .. } => ConfigError::new(error.to_string())
            .with_hint("Job::TIMEOUT is how long one attempt may take, and not the whole work"),
        LeaseError::Lease { timeout, .. } => {
            let hint = format!(
                "so long the jobs of a worker that dies would wait: {} s or less are enough, as leases are renewed",
                timeout.as_secs().max(30)
            );
            ConfigError::new(format!("jobs.lease_s (WIXAPP_JOBS_LEASE_S): {error}")).with_hint(hint)
        }
    })
}

fn start_workers(
    app: &Arc<App>,
    jobs: Registry,
    state: Arc<wixapp_jobs::State>,
    stop: &watch::Sender<bool>,
) -> Vec<JoinHandle<()>> {
    let config = RunnerConfig {
        concurrency: app.config.jobs.concurrency,
        lease: Duration::from_secs(app.config.jobs.lease_s),
        per_instance: app.config.jobs.per_instance,
        drain: drain(&app.config),
        ..RunnerConfig::default()
    };
    let runner = Runner::new(app.store.clone(), jobs, Arc::clone(&app.clock), config, state);
    let (handle, mut wake, stopping) = (runner.handle(), app.wake.subscribe(), stop.subscribe());
    // The virtual clock wakes everything that waits for the time.
    let waker = tokio::spawn({
        let mut stopping = stop.subscribe();
        async move {
            loop {
                tokio::select! {
                    _ = stopping.wait_for(|stopping| *stopping) => return,
                    changed = wake.changed() => match changed {
                        Ok(()) => handle.wake(),
                        Err(_) => return,
                    },
                }
            }
        }
    });
    let runner = tokio::spawn(async move {
        let drained = runner.run(stopping).await;
        tracing::info!(?drained, "the job runner has stopped");
    });
    vec![runner, waker, tokio::spawn(work::run(Arc::clone(app), stop.subscribe()))]
}

impl Running {
    /// Where requests are answered; `None` in a mere worker.
    #[must_use]
    pub fn address(&self) -> Option<std::net::SocketAddr> {
        self.address
    }

    /// The app behind it.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Stops: no new requests and jobs, streams say good-bye, what is under way is finished or handed back, and the
    /// database is closed.
    pub async fn stop(mut self) {
        self.wish_to_stop();
        // Requests and jobs end by themselves when their time to drain is over.
        let deadline = Instant::now() + drain(&self.app.config) + HAND_BACK;
        let requests = self.http.take().into_iter().map(|task| ("requests", task));
        let work = std::mem::take(&mut self.workers).into_iter().map(|task| ("work", task));
        for (name, mut task) in requests.chain(work) {
            if tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                tracing::warn!("{name} did not finish in time");
                task.abort();
            }
        }
        self.app.store.close().await;
    }

    fn wish_to_stop(&self) {
        self.stop.send_replace(true);
        self.app.live.stop();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.wish_to_stop();
        self.helpers.iter().for_each(JoinHandle::abort);
    }
}

/// How long what is under way may take to finish.
fn drain(config: &Config) -> Duration {
    Duration::from_secs(config.server.drain_s)
}
