//! Asking Wix about every instance: all of them after a start, and each once a day.
//!
//! With this, an app whose webhooks are all lost ends in the right state.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use tokio::sync::watch;
use wixapp_core::{ErrorCode, InstanceId};

use super::{reconcile, unbroken};
use crate::error::ApiError;
use crate::state::App;

/// How often the database is looked through for instances that nobody asked about.
const POLL: Duration = Duration::from_secs(20);
/// How long until those are asked about again that could not be worked on after a start.
const AGAIN: Duration = Duration::from_secs(5);
/// Each instance is asked about once in this time.
const DAILY: SignedDuration = SignedDuration::from_hours(24);
/// An app that was removed longer ago than this, and that Wix tells nothing of, is left alone.
const FORGET: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many instances are asked about at the same time. The pace is set elsewhere.
const PARALLEL: usize = 8;
const BATCH: i64 = 256;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many instances Wix was asked about.
    pub asked: u64,
    /// How often Wix did not say how they stand.
    pub unanswered: u64,
    /// How many could not be worked on. They are tried again, after a start within seconds and else within a day.
    pub failed: u64,
}

/// Keeps every instance asked about, and the database kept, until `stopping` turns true.
pub(super) async fn run(app: Arc<App>, stopping: watch::Receiver<bool>) {
    let asking = async {
        let _ = unbroken("sweep", since_start(&app)).await;
        repeat(&app, || daily(&app)).await;
    };
    tokio::join!(until(stopping.clone(), asking), until(stopping, repeat(&app, || keep(&app))));
}

/// Does `work` until `stopping` turns true. Dropping it loses nothing: what was decided stands, the rest is found again.
async fn until(mut stopping: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        biased;
        _ = stopping.wait_for(|stopping| *stopping) => {}
        () = work => {}
    }
}

/// Does `work` again and again, and whenever the clock was moved.
async fn repeat<F: Future<Output = ()>>(app: &App, work: impl Fn() -> F) {
    let mut wake = app.wake.subscribe();
    loop {
        // One that breaks down is over; the next begins as if it had not been.
        let _ = unbroken("sweep", work()).await;
        tokio::select! {
            _ = wake.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Asks about all instances that nobody asked about since this process was started; again and again about those that could not be
/// worked on, because the database was away.
async fn since_start(app: &App) {
    let mut failed = Vec::new();
    while let Err(error) = every(app, |_| {}, &mut failed).await {
        tracing::warn!(error = error.message(), "the instances could not be listed");
        tokio::time::sleep(AGAIN).await;
    }
    tracing::info!(failed = failed.len(), "Wix was asked about every instance");
    while !failed.is_empty() {
        tokio::time::sleep(AGAIN).await;
        let mut left = Vec::new();
        for id in failed {
            if let Err(error) = one(app, &id).await {
                tracing::warn!(instance.id = %id, error = error.message(), "an instance could not be reconciled");
                left.push(id);
            }
        }
        failed = left;
    }
}

/// Asks Wix about every instance once, and tells `progress` of each batch.
///
/// # Errors
/// When the instances cannot be listed.
pub async fn all(app: &App, progress: impl Fn(Swept)) -> Result<Swept, ApiError> {
    every(app, progress, &mut Vec::new()).await
}

/// Like [`all`]; adds those that could not be worked on to `failed`, also when it ends with an error.
async fn every(app: &App, progress: impl Fn(Swept), failed: &mut Vec<InstanceId>) -> Result<Swept, ApiError> {
    let mut swept = Swept::default();
    let mut last: Option<InstanceId> = None;
    loop {
        let ids = app.store.list_instances(last.as_ref(), BATCH).await?;
        let Some(end) = ids.last().cloned() else { return Ok(swept) };
        swept.add(ask_all(app, ids, failed).await);
        last = Some(end);
        progress(swept);
    }
}

/// Asks Wix about one instance, whenever it was asked before.
///
/// # Errors
/// When the database cannot be used.
pub async fn one(app: &App, instance_id: &InstanceId) -> Result<Swept, ApiError> {
    let answered = reconcile::look(app, instance_id).await?;
    Ok(Swept { asked: 1, unanswered: u64::from(!answered), failed: 0 })
}

async fn daily(app: &App) {
    loop {
        let listed = match unasked(app).await {
            Ok(listed) => listed,
            Err(error) => return tracing::warn!(%error, "the instances to ask about could not be listed"),
        };
        let full = i64::try_from(listed.len()).is_ok_and(|count| count == BATCH);
        // Those that failed or got no answer stay on the list and must not make it endless.
        let swept = ask_all(app, listed, &mut Vec::new()).await;
        if swept.failed + swept.unanswered > 0 || !full {
            return;
        }
    }
}

/// Those that nobody asked about for a day, and first those that a clock which was ahead left in the future.
async fn unasked(app: &App) -> Result<Vec<InstanceId>, wixapp_store::Error> {
    let now = app.clock.now();
    let back = |by| now.checked_sub(by).unwrap_or(now);
    let ahead = now.checked_add(reconcile::AHEAD).unwrap_or(now);
    let listed = app.store.list_asked_after(ahead, BATCH).await?;
    if !listed.is_empty() {
        return Ok(listed);
    }
    app.store.list_unasked(back(DAILY), back(FORGET), now, BATCH).await
}

/// Notes that the database is kept: one that is not may be a restored copy.
async fn keep(app: &App) {
    if let Err(error) = app.store.keep(app.clock.now()).await {
        tracing::warn!(%error, "the sign of life could not be stored");
    }
}

async fn ask_all(app: &App, ids: Vec<InstanceId>, failed: &mut Vec<InstanceId>) -> Swept {
    let asked = stream::iter(ids).map(|id| async move {
        // One instance that breaks the work down must not end it for all.
        let done = unbroken("sweep", reconcile::anew(app, &id)).await;
        (done.unwrap_or_else(|| Err(ApiError::new(ErrorCode::Internal))), id)
    });
    let mut swept = Swept::default();
    let mut asked = std::pin::pin!(asked.buffer_unordered(PARALLEL));
    while let Some((done, id)) = asked.next().await {
        match done {
            Ok(None) => {}
            Ok(Some(answered)) => {
                swept.asked += 1;
                swept.unanswered += u64::from(!answered);
            }
            Err(error) => {
                swept.failed += 1;
                tracing::error!(instance.id = %id, error = error.message(), "an instance could not be reconciled");
                failed.push(id);
            }
        }
    }
    swept
}

impl Swept {
    fn add(&mut self, more: Self) {
        self.asked += more.asked;
        self.unanswered += more.unanswered;
        self.failed += more.failed;
    }
}
