//! `GET jobs`: the jobs of an instance, page by page.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wixapp_core::JobId;
use wixapp_core::input::Whole;
use wixapp_core::job::JobState;

use super::JobView;
use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidQuery};
use crate::reply::Reply;
use crate::state::App;

/// Which jobs, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// 1 to 100, 20 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<Whole<1, 100>>,
    /// The `nextCursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^job_[A-Za-z0-9_.-]{1,124}$")]
    cursor: Option<JobCursor>,
    /// Only jobs that stand like this.
    #[param(inline)]
    state: Option<JobsState>,
}

/// How jobs stand, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobsState {
    /// They wait or are worked on.
    Running,
    /// They are done.
    Done,
    /// They failed for good, or were stopped.
    Failed,
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Jobs {
    /// Newest first.
    pub jobs: Vec<JobView>,
    /// What to send for the next page; absent on the last.
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<JobCursor>,
}

/// A place in the list of jobs: behind the job it names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobCursor(JobId);

impl TryFrom<String> for JobCursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "it must be the `nextCursor` of another page";
        let body = text.strip_prefix("job_").ok_or(WRONG)?;
        if body.is_empty() { Err(WRONG) } else { text.parse().map(Self).map_err(|_| WRONG) }
    }
}

impl From<JobCursor> for String {
    fn from(JobCursor(id): JobCursor) -> Self {
        id.into()
    }
}

impl JobsState {
    fn states(self) -> Vec<JobState> {
        let is_meant = |state: &JobState| match state {
            JobState::Scheduled | JobState::Available | JobState::Running | JobState::Retryable => {
                self == Self::Running
            }
            JobState::Completed => self == Self::Done,
            JobState::Cancelled | JobState::Discarded => self == Self::Failed,
        };
        JobState::ALL.into_iter().filter(is_meant).collect()
    }
}

/// The jobs of the caller's instance, newest first.
///
/// Jobs that are added later never shift a page: `nextCursor` names a place in the list and no number of pages.
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "jobs_list", params(JobsQuery), responses(
    (status = 200, body = Reply<Jobs>),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidQuery(query): ValidQuery<JobsQuery>,
) -> Result<Reply<Jobs>, ApiError> {
    let limit = query.limit.map_or(20, Whole::get);
    let states = query.state.map(JobsState::states).unwrap_or_default();
    let before = query.cursor.map(|JobCursor(id)| id);
    let id = &session.instance_id;
    let mut jobs = app.store.list_jobs_of(id, &states, before.as_ref(), limit + 1).await?;
    let more = jobs.len() as i64 > limit;
    jobs.truncate(usize::try_from(limit).unwrap_or(0));
    let next_cursor = jobs.last().filter(|_| more).map(|job| JobCursor(job.job_id.clone()));
    let now = app.clock.now();
    let jobs = jobs.iter().map(|job| JobView::new(job, now)).collect();
    Ok(Reply::new(Jobs { jobs, next_cursor }))
}
