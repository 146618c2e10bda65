//! `GET live`: server-sent events of one instance.
//!
//! The stream never carries state that is not in the database: a change says what to look at, and what is sent is read
//! then. So nothing can be missed for good, and two servers send the same.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use jiff::SignedDuration;
use serde::Serialize;
use tokio::sync::watch;
use wixapp_core::{ErrorCode, JobId, Timestamp};
use wixapp_store::{Job, Topic};

use crate::error::ApiError;
use crate::extract::OwnerSession;
use crate::live::{Heard, LiveStream, Seen};
use crate::routes::billing::checkout::CheckoutView;
use crate::routes::jobs::JobView;
use crate::routes::user::status::{self, UserStatus};
use crate::state::App;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Jobs that a stream looks at again when changes may have been missed: those at work, those that ended since, the newest.
const JOBS: i64 = 50;
const NEWEST_JOBS: i64 = 10;
/// What ended at one moment may be in the database so much later.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);

struct Watcher {
    app: Arc<App>,
    session: OwnerSession,
    changes: LiveStream,
    stopping: watch::Receiver<bool>,
    /// Events that are ready to be sent.
    ready: VecDeque<Event>,
    /// The checkout that was open when last looked at: its end is told although it is not open any more.
    checkout: Option<wixapp_core::CheckoutId>,
    /// When it last looked at all jobs.
    looked_at: Timestamp,
    /// The jobs it saw ended then, by their id and their last claim: their end is not told at every look.
    ended: HashSet<(JobId, i64)>,
    over: bool,
}

/// The live events of the caller's instance: `status`, `job`, `checkout`, and `bye` before the stream ends, with a
/// `reason` where there is one: `token_expired` says that a newer token is needed.
#[utoipa::path(get, path = "/live", tag = "live", operation_id = "live", responses(
    (status = 200, description = "Events `status`, `job`, `checkout`, `bye`", content_type = "text/event-stream", body = String),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    // Watching begins before the first look, so that nothing falls between them.
    let (changes, stopping) = (app.live.watch(&session.instance_id), app.live.stopping());
    if *stopping.borrow() {
        return Err(ApiError::new(ErrorCode::Unavailable).with_retry_after(1));
    }
    let (looked_at, ready, ended) = (app.clock.now(), VecDeque::new(), HashSet::new());
    let mut watcher =
        Watcher { app, session, changes, stopping, ready, checkout: None, looked_at, ended, over: false };
    let status = watcher.status(&Seen::default()).await?;
    status::reconcile_if_unheard(&watcher.app, &status);
    // Who comes back after a break sees where its jobs are without asking for each.
    watcher.running_jobs().await?;
    let events = futures_util::stream::unfold(watcher, |mut watcher| async move {
        watcher.next().await.map(|event| (Ok(event), watcher))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("keep-alive")))
}

/// Until the token has ended by the app's clock, which may be moved.
async fn expired(app: &App, expires_at: Option<Timestamp>) {
    let Some(expires_at) = expires_at else { return std::future::pending().await };
    let mut moved = app.wake.subscribe();
    loop {
        let left = expires_at.duration_since(app.clock.now());
        let Some(left) = Duration::try_from(left).ok().filter(|left| !left.is_zero()) else { return };
        tokio::select! {
            () = tokio::time::sleep(left) => {}
            changed = moved.changed() => if changed.is_err() { return },
        }
    }
}

impl Watcher {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            let heard = tokio::select! {
                biased;
                _ = self.stopping.wait_for(|stopping| *stopping) => Err("{}"),
                () = expired(&self.app, self.session.expires_at) => Err(r#"{"reason":"token_expired"}"#),
                heard = self.changes.next() => Ok(heard?),
            };
            let changes = match heard {
                Ok(changes) => changes,
                Err(last_word) => {
                    self.over = true;
                    return Some(Event::default().event("bye").data(last_word));
                }
            };
            if let Err(error) = self.look(changes).await {
                // The stream ends and the page connects again, instead of going on without what it could not read.
                tracing::debug!(error = error.message(), "a live stream ends");
                return None;
            }
        }
    }

    /// Gets ready what changed; the status once and last, whatever else it stands behind.
    async fn look(&mut self, changes: Vec<Heard>) -> Result<(), ApiError> {
        let mut money = None;
        for Heard { topic, seen } in changes {
            match topic {
                Topic::Money => money = Some(seen),
                Topic::Checkout => {
                    self.checkout().await?;
                    money = Some(seen);
                }
                Topic::Job(id) => self.job(&id, &seen).await?,
                Topic::Resync => {
                    self.all_jobs().await?;
                    self.checkout().await?;
                    money = Some(seen);
                }
                Topic::Facts | Topic::Work | Topic::Halt(_) => {}
            }
        }
        if let Some(seen) = money {
            self.status(&seen).await?;
        }
        Ok(())
    }

    async fn status(&mut self, seen: &Seen) -> Result<UserStatus, ApiError> {
        let status = seen.status.get_or_try_init(|| status::load(&self.app, &self.session)).await?;
        let status = UserStatus { locale: self.session.locale.clone(), ..status.clone() };
        if let Some(open) = &status.open_checkout {
            self.checkout = Some(open.checkout_id.clone());
        }
        self.push("status", &status)?;
        Ok(status)
    }

    /// Gets ready how the jobs stand that are at work.
    async fn running_jobs(&mut self) -> Result<(), ApiError> {
        let running = self.app.store.list_running_jobs(&self.session.instance_id, JOBS).await?;
        self.jobs(running).await
    }

    /// Gets ready what may have happened to jobs since the last look at them.
    async fn all_jobs(&mut self) -> Result<(), ApiError> {
        let (store, id) = (&self.app.store, &self.session.instance_id);
        let since = self.looked_at.checked_sub(OVERLAP).unwrap_or(self.looked_at);
        self.looked_at = self.app.clock.now();
        let mut jobs = store.list_running_jobs(id, JOBS).await?;
        jobs.extend(store.list_ended_jobs(id, since, JOBS).await?);
        jobs.extend(store.list_jobs(id, NEWEST_JOBS).await?);
        // A job may have ended between the first of these looks and the second: the last word counts.
        let mut last: BTreeMap<_, _> = jobs.into_iter().map(|job| (job.job_id.clone(), job)).collect();
        let ends = last.values().filter(|job| job.state.is_final());
        let ended = ends.map(|job| (job.job_id.clone(), job.fence)).collect();
        let told = std::mem::replace(&mut self.ended, ended);
        last.retain(|id, job| !(job.state.is_final() && told.contains(&(id.clone(), job.fence))));
        self.jobs(last.into_values()).await
    }

    async fn jobs(&mut self, jobs: impl IntoIterator<Item = Job>) -> Result<(), ApiError> {
        for job in jobs {
            self.push("job", &JobView::with_lines(&self.app, &job).await?)?;
        }
        Ok(())
    }

    async fn job(&mut self, id: &JobId, seen: &Seen) -> Result<(), ApiError> {
        let read = async || match self.app.store.find_job(&self.session.instance_id, id).await? {
            Some(job) => {
                let view = JobView::with_lines(&self.app, &job).await?;
                serde_json::to_string(&view).map(Some).map_err(|error| ApiError::internal(&error))
            }
            None => Ok(None),
        };
        if let Some(view) = seen.job.get_or_try_init(read).await? {
            self.ready.push_back(Event::default().event("job").data(view));
        }
        Ok(())
    }

    async fn checkout(&mut self) -> Result<(), ApiError> {
        let Some(id) = &self.checkout else { return Ok(()) };
        match self.app.store.find_checkout(&self.session.instance_id, id).await? {
            Some(found) => self.push("checkout", &CheckoutView::new(&found, self.app.clock.now())),
            None => Ok(()),
        }
    }

    fn push<T: Serialize>(&mut self, name: &str, data: &T) -> Result<(), ApiError> {
        let event =
            Event::default().event(name).json_data(data).map_err(|error| ApiError::internal(&error))?;
        self.ready.push_back(event);
        Ok(())
    }
}
