//! How many processes are on the database: they share what Wix gives the app only once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::state::App;

/// How often this process gives a sign of life: several times before it is taken for ended.
const EVERY: Duration = Duration::from_secs(20);

/// Keeps this process counted and its pace at its share, until `stopping` turns true.
pub(crate) async fn keep(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let process = format!("{}-{:08x}", std::process::id(), rand::random::<u32>());
    let mut wake = app.wake.subscribe();
    loop {
        match app.store.count_processes(&process, app.clock.now()).await {
            Ok(processes) => app.pace.share(processes),
            Err(error) => tracing::warn!(%error, "the processes on the database could not be counted"),
        }
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => break,
            _ = wake.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    // Nothing is lost by a sign that stays: it grows old.
    let _ = app.store.forget_process(&process).await;
}
