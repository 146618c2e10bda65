//! What happens after the answer: facts are looked at, cycles granted, holds expired, Wix asked.
//!
//! Every piece of work is one call of [`Store::transact`](wixapp_store::Store::transact) and may be repeated, by any
//! number of processes, at any time.

pub mod derive;
mod due;
mod facts;
pub(crate) mod fleet;
mod holds;
mod purge;
pub mod reconcile;
pub mod sweep;
mod trouble;
mod unbroken;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::{broadcast, watch};
use wixapp_core::{ErrorCode, InstanceId};
use wixapp_store::{Change, Topic};

use crate::error::ApiError;
use crate::state::App;
use trouble::Trouble;
pub(crate) use unbroken::unbroken;

/// Polling stands behind every wake-up that could get lost.
const POLL: Duration = Duration::from_secs(2);
/// How many instances are worked on at the same time, by each duty.
const PARALLEL: usize = 8;
/// How many instances are taken from a list at once.
const BATCH: i64 = 256;
/// How many full lists are worked through before the next look at everything else.
const LISTS: usize = 64;

/// What is done in the background. Each duty has a loop of its own: new facts do not wait for a slow Wix.
#[derive(Debug, Clone, Copy)]
enum Duty {
    /// Looking at new facts: in order per instance, parallel between instances.
    Facts,
    /// What the passing of time brings: cycles, and the ends of paid periods.
    Due,
    /// Giving back reservations whose time ran out.
    Holds,
}

/// Does the work that facts and the passing of time bring, until `stopping` turns true.
pub async fn run(app: Arc<App>, stopping: watch::Receiver<bool>) {
    // The catalogue may have learned a plan since: what waits for one is looked at again.
    if let Err(error) = app.store.retry_parked().await {
        tracing::warn!(%error, "parked facts could not be looked at again");
    }
    tokio::join!(
        Duty::Facts.keep(&app, stopping.clone()),
        Duty::Due.keep(&app, stopping.clone()),
        Duty::Holds.keep(&app, stopping.clone()),
        sweep::run(Arc::clone(&app), stopping.clone()),
        purge::run(Arc::clone(&app), stopping.clone()),
        crate::billing_source::keep(&app, stopping.clone()),
        crate::billing_source::ending::end(&app, stopping.clone()),
        crate::notice::keep(&app, stopping.clone()),
    );
}

impl Duty {
    async fn keep(self, app: &Arc<App>, mut stopping: watch::Receiver<bool>) {
        let mut changes = app.store.watch();
        let mut wake = app.wake.subscribe();
        let mut trouble = Trouble::default();
        loop {
            // Dropping a round loses nothing: what it had decided stands, the rest is found again.
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return,
                // A round that breaks down is over; the next one begins as if it had not been.
                _ = unbroken(self.name(), self.round(app, &mut trouble)) => {}
            }
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return,
                () = self.news(&mut changes) => {}
                _ = wake.changed() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Works through everything that is listed, except where there was trouble a moment ago.
    async fn round(self, app: &Arc<App>, trouble: &mut Trouble) {
        for _ in 0..LISTS {
            // Those in trouble stay at the head of the list and must not hide the others.
            let limit = BATCH.saturating_add(trouble.count());
            let listed = match self.list(app, limit).await {
                Ok(listed) => listed,
                Err(error) => {
                    tracing::warn!(error = %error, duty = self.name(), "work could not be listed");
                    return;
                }
            };
            let full = i64::try_from(listed.len()).is_ok_and(|count| count >= limit);
            let work = listed.into_iter().filter(|id| !trouble.is_resting(id)).map(|id| async move {
                // One instance that breaks the work down must not end it for all.
                let done = unbroken(self.name(), self.work(app, &id)).await;
                (id, done.unwrap_or_else(|| Err(ApiError::new(ErrorCode::Internal))))
            });
            let done: Vec<_> = stream::iter(work).buffer_unordered(PARALLEL).collect().await;
            let passing = done
                .into_iter()
                .fold(false, |passing, (id, done)| passing | self.note(trouble, id, done.err().as_ref()));
            if !full || passing {
                return;
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Due => "due",
            Self::Holds => "holds",
        }
    }

    async fn list(self, app: &App, limit: i64) -> Result<Vec<InstanceId>, wixapp_store::Error> {
        match self {
            Self::Facts => app.store.list_unprocessed(limit).await,
            Self::Due => app.store.list_due(app.clock.now(), limit).await,
            Self::Holds => app.store.list_overdue_holds(app.clock.now(), limit).await,
        }
    }

    async fn work(self, app: &Arc<App>, instance_id: &InstanceId) -> Result<(), ApiError> {
        match self {
            Self::Facts => facts::process(app, instance_id).await,
            Self::Due => due::look(app, instance_id).await,
            Self::Holds => holds::expire(app, instance_id).await,
        }
    }

    /// Remembers how the work on an instance went; whether it failed for a reason that concerns all.
    fn note(self, trouble: &mut Trouble, instance_id: InstanceId, failure: Option<&ApiError>) -> bool {
        let Some(failure) = failure else {
            trouble.is_over(&instance_id);
            return false;
        };
        let passing = failure.code() == ErrorCode::Unavailable;
        metrics::counter!("wixapp_work_failures_total", "duty" => self.name()).increment(1);
        tracing::error!(instance.id = %instance_id, duty = self.name(), error = failure.message(), passing, "work on an instance failed");
        if !passing {
            trouble.came(instance_id);
        }
        passing
    }

    /// Waits for a change that may bring work.
    async fn news(self, changes: &mut broadcast::Receiver<Change>) {
        loop {
            match changes.recv().await {
                Ok(change) if self.is_news(&change.topic) => return,
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return,
                // The store is closed; polling ends the loop.
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    fn is_news(self, topic: &Topic) -> bool {
        match (self, topic) {
            (_, Topic::Resync) | (Self::Facts, Topic::Facts) => true,
            // Cycles and holds come with time, which the clock and polling tell.
            (
                _,
                Topic::Facts | Topic::Money | Topic::Job(_) | Topic::Halt(_) | Topic::Checkout | Topic::Work,
            ) => false,
        }
    }
}
