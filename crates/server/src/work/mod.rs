//! What happens after the answer: facts are looked at, cycles granted, holds expired, Wix asked.
//!
//! Every piece of work is one call of [`Store::transact`](wixapp_store::Store::transact) and may be repeated, by any
//! number of processes, at any time.

pub mod derive;
pub mod due;
pub mod facts;
pub mod holds;
pub mod reconcile;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use wixapp_store::Topic;

use crate::state::App;

/// Polling stands behind every wake-up that could get lost.
const POLL: Duration = Duration::from_secs(2);
/// How many instances are worked on at the same time.
pub(crate) const PARALLEL: usize = 8;
/// How many instances are taken from a list at once.
pub(crate) const BATCH: i64 = 256;

/// Does the work that facts and the passing of time bring, until `stopping` turns true.
pub async fn run(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let mut changes = app.store.watch();
    let mut wake = app.wake.subscribe();
    loop {
        facts::process_all(&app).await;
        due::sweep(&app).await;
        holds::expire(&app).await;
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            () = news(&mut changes) => {}
            _ = wake.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Waits for a change that may bring work.
async fn news(changes: &mut broadcast::Receiver<wixapp_store::Change>) {
    loop {
        match changes.recv().await {
            Ok(change) if matches!(change.topic, Topic::Facts | Topic::Resync) => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            // The store is closed; polling ends the loop.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
