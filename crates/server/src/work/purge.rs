//! Deleting by age what nobody needs any more.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use super::unbroken;
use crate::state::App;

const POLL: Duration = Duration::from_secs(60 * 60);
/// Longer than a year: the mail that says that the credits of the free plan run low has one key for ever, and is written
/// again once that is gone.
const NOTICES: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Stripe sends an event again for three days by itself, and for a month when somebody asks for it.
const STRIPE_EVENTS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How many rows go in one transaction: others wait for it.
const BATCH: u32 = 500;

/// Deletes what is old, until `stopping` turns true.
pub(super) async fn run(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let mut wake = app.wake.subscribe();
    loop {
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            done = unbroken("purge", round(&app)) => if let Some(Err(error)) = done {
                tracing::warn!(%error, "what is old could not be deleted");
            },
        }
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            _ = wake.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn round(app: &App) -> Result<(), wixapp_store::Error> {
    let now = app.clock.now();
    let before = |age| now.checked_sub(age).unwrap_or(now);
    let limit = i64::from(BATCH);
    while app.store.purge_notices(before(NOTICES), limit).await? >= u64::from(BATCH) {}
    let kept = SignedDuration::from_hours(24 * i64::from(app.config.jobs.keep_days));
    while app.store.purge_jobs(before(kept), now, limit).await? >= u64::from(BATCH) {}
    while app.store.purge_stripe_events(before(STRIPE_EVENTS), limit).await? >= u64::from(BATCH) {}
    Ok(())
}
