//! The app's side of a [`Local`](super::Local): a server that the platform waits for, copies and sets back.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::Mutex;
use wixapp_core::clock::{Clock, Timestamp, VirtualClock};
use wixapp_emulator::{Between, Companion, Later};
use wixapp_server::serve::{self, Roles, StartError};
use wixapp_server::{App as Server, Config};
use wixapp_store::Store;

use crate::app::App;

/// The copy of the database in a snapshot.
const COPY: &str = "app.sqlite3";
/// How long the platform waits for the app, which does what is due, to change anything, before the clock goes on all the same.
const PATIENCE: Duration = Duration::from_secs(3);
/// So many times as long it waits for an app that goes on changing something: a busy machine is slow, and not stuck.
const STRETCH: u32 = 5;
/// It is halved each time the app did not get done, down to this: a clock that travels years must not wait at each stop.
const LEAST_PATIENCE: Duration = Duration::from_millis(20);
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How often an address is tried that the stopped server may just have left.
const BIND_TRIES: u32 = 50;

/// The app with what it takes to start it again.
pub(super) struct Side {
    app: App,
    config: Config,
    clock: VirtualClock,
    address: SocketAddr,
    running: Mutex<Option<serve::Running>>,
    server: RwLock<Arc<Server>>,
    /// How often in a row the app did not get done when the platform waited for it.
    misses: AtomicU32,
}

impl Side {
    pub(super) async fn start(
        app: App,
        config: Config,
        clock: VirtualClock,
        listener: TcpListener,
    ) -> Result<Arc<Self>, StartError> {
        let address = listener
            .local_addr()
            .map_err(|source| StartError::Listen { address: config.server.bind.clone(), source })?;
        let (server, running) = start(&app, &config, &clock, listener).await?;
        let side = Arc::new(Self {
            app,
            config,
            address,
            running: Mutex::new(Some(running)),
            server: RwLock::new(server),
            misses: AtomicU32::new(0),
            clock: clock.clone(),
        });
        let to_wake = Arc::downgrade(&side);
        clock.subscribe(move |_| {
            if let Some(side) = to_wake.upgrade() {
                side.server().wake_workers();
            }
        });
        Ok(side)
    }

    /// The server that runs now.
    pub(super) fn server(&self) -> Arc<Server> {
        Arc::clone(&self.server.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) async fn stop(&self) {
        if let Some(running) = self.running.lock().await.take() {
            running.stop().await;
        }
    }

    async fn listen(&self) -> Result<TcpListener, StartError> {
        let mut tries = 0;
        loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => return Ok(listener),
                Err(_) if tries < BIND_TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(source) => return Err(StartError::Listen { address: self.address.to_string(), source }),
            }
        }
    }

    /// Stops the app, does `between`, and starts it again.
    async fn start_anew(
        &self,
        between: impl Future<Output = Result<(), String>> + Send,
    ) -> Result<(), String> {
        let mut running = self.running.lock().await;
        let Some(stopping) = running.take() else { return Err("the app has stopped".to_owned()) };
        stopping.stop().await;
        let done = between.await;
        // Whatever became of it, the app is needed again.
        *running = Some(self.start_again().await.map_err(|error| error.to_string())?);
        done
    }

    async fn start_again(&self) -> Result<serve::Running, StartError> {
        let (server, running) = start(&self.app, &self.config, &self.clock, self.listen().await?).await?;
        *self.server.write().unwrap_or_else(PoisonError::into_inner) = server;
        Ok(running)
    }
}

async fn start(
    app: &App,
    config: &Config,
    clock: &VirtualClock,
    listener: TcpListener,
) -> Result<(Arc<Server>, serve::Running), StartError> {
    let parts = app.parts(config);
    let server = serve::open(config.clone(), app.catalog.clone(), Arc::new(clock.clone())).await?;
    let roles = Roles { api: true, worker: true };
    Ok((Arc::clone(&server), serve::start(server, parts, roles, listener)?))
}

impl Companion for Side {
    fn next_due_after(&self, moment: Timestamp) -> Later<'_, Option<Timestamp>> {
        Box::pin(async move {
            let store = self.server().store.clone();
            store.next_due_after(moment).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "what falls due next could not be read");
                None
            })
        })
    }

    fn settle(&self) -> Later<'_, ()> {
        Box::pin(async move {
            let misses = self.misses.load(Ordering::Relaxed).min(16);
            let patience = (PATIENCE / 2_u32.pow(misses)).max(LEAST_PATIENCE);
            let end = Instant::now() + patience * STRETCH;
            let mut changed_at = Instant::now();
            let mut changes = self.server().store.watch();
            loop {
                let server = self.server();
                match server.store.is_idle(self.clock.now()).await {
                    Ok(true) => return self.misses.store(0, Ordering::Relaxed),
                    Ok(false) if changed_at.elapsed() < patience && Instant::now() < end => {
                        server.wake_workers();
                        if let Ok(Ok(_)) = tokio::time::timeout(LOOK_AGAIN, changes.recv()).await {
                            changed_at = Instant::now();
                        }
                    }
                    Ok(false) | Err(_) => return self.misses.store(misses + 1, Ordering::Relaxed),
                }
            }
        })
    }

    fn save<'a>(&'a self, folder: &'a Path) -> Later<'a, Result<(), String>> {
        Box::pin(async move {
            self.server().store.copy_to(&folder.join(COPY)).await.map_err(|error| error.to_string())
        })
    }

    fn restart<'a>(&'a self, between: Between<'a>) -> Later<'a, Result<(), String>> {
        Box::pin(self.start_anew(async move { between() }))
    }

    fn restore<'a>(&'a self, folder: &'a Path, between: Between<'a>) -> Later<'a, Result<(), String>> {
        Box::pin(self.start_anew(async move {
            let brought = Store::bring_back(&self.config.database.url, &folder.join(COPY)).await;
            brought.map_err(|error| error.to_string()).and_then(|()| between())
        }))
    }
}
