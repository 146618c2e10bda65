//! `GET live`: server-sent events of one instance.
//!
//! The stream never carries state that is not in the database: a change says what to look at, and what is sent is read
//! then. So nothing can be missed for good, and two servers send the same.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::{broadcast, watch};
use wixapp_core::JobId;
use wixapp_store::Topic;

use crate::error::ApiError;
use crate::extract::OwnerSession;
use crate::routes::billing::checkout::CheckoutView;
use crate::routes::jobs::JobView;
use crate::routes::user::status;
use crate::state::App;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Jobs that a stream looks at again when changes may have been missed.
const RECENT_JOBS: i64 = 10;

struct Watcher {
    app: Arc<App>,
    session: OwnerSession,
    topics: broadcast::Receiver<Topic>,
    stopping: watch::Receiver<bool>,
    /// Events that are ready to be sent, last first.
    ready: Vec<Event>,
    /// The checkout that was open when last looked at: its end is told although it is not open any more.
    checkout: Option<wixapp_core::CheckoutId>,
    over: bool,
}

/// The live events of the caller's instance: `status`, `job`, `checkout`, and `bye` before the server stops.
#[utoipa::path(get, path = "/live", tag = "live", responses(
    (status = 200, description = "Events `status`, `job`, `checkout`, `bye`", content_type = "text/event-stream", body = String),
    (status = 401, body = crate::error::Refusal),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    // Watching begins before the first look, so that nothing falls between them.
    let (topics, stopping) = (app.live.watch(&session.instance_id), app.live.stopping());
    let mut watcher =
        Watcher { app, session, topics, stopping, ready: Vec::new(), checkout: None, over: false };
    watcher.look(Topic::Money).await?;
    let events = futures_util::stream::unfold(watcher, |mut watcher| async move {
        watcher.next().await.map(|event| (Ok(event), watcher))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("keep-alive")))
}

impl Watcher {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            let topic = tokio::select! {
                biased;
                _ = self.stopping.wait_for(|stopping| *stopping) => {
                    self.over = true;
                    return Some(Event::default().event("bye").data("{}"));
                }
                heard = self.topics.recv() => match heard {
                    Ok(topic) => topic,
                    Err(broadcast::error::RecvError::Lagged(_)) => Topic::Resync,
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            };
            if let Err(error) = self.look(topic).await {
                // The stream ends and the page connects again, instead of going on without what it could not read.
                tracing::debug!(error = error.message(), "a live stream ends");
                return None;
            }
        }
    }

    async fn look(&mut self, topic: Topic) -> Result<(), ApiError> {
        match topic {
            Topic::Money => self.status().await?,
            Topic::Checkout => {
                self.checkout().await?;
                self.status().await?;
            }
            Topic::Job(id) => self.job(&id).await?,
            Topic::Resync => {
                for job in self.app.store.list_jobs(&self.session.instance_id, RECENT_JOBS).await? {
                    self.push("job", &JobView::new(&job))?;
                }
                self.checkout().await?;
                self.status().await?;
            }
            Topic::Facts | Topic::Work => {}
        }
        Ok(())
    }

    async fn status(&mut self) -> Result<(), ApiError> {
        let status = status::load(&self.app, &self.session).await?;
        if let Some(open) = &status.open_checkout {
            self.checkout = Some(open.checkout_id.clone());
        }
        self.push("status", &status)
    }

    async fn job(&mut self, id: &JobId) -> Result<(), ApiError> {
        match self.app.store.find_job(&self.session.instance_id, id).await? {
            Some(job) => self.push("job", &JobView::new(&job)),
            None => Ok(()),
        }
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
        self.ready.insert(0, event);
        Ok(())
    }
}
