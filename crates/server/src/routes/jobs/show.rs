//! `GET jobs/{jobId}`: one job.

use std::sync::Arc;

use axum::extract::State;
use wixapp_core::{ErrorCode, JobId};

use super::JobView;
use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidPath};
use crate::reply::Reply;
use crate::state::App;

/// How many lines are shown, the last ones.
const LINES: i64 = 100;

/// One job of the caller's instance, with its progress.
#[utoipa::path(get, path = "/jobs/{jobId}", tag = "jobs", operation_id = "jobs_show",
    params(("jobId" = String, Path, description = "The job's id")),
    responses((status = 200, body = Reply<JobView>)))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<JobId>,
) -> Result<Reply<JobView>, ApiError> {
    let found = app.store.find_job(&session.instance_id, &id).await?;
    let job =
        found.ok_or_else(|| ApiError::new(ErrorCode::NotFound).with_message("There is no such job."))?;
    let lines = app.store.list_job_lines(&session.instance_id, &job.job_id, LINES).await?;
    Ok(Reply::new(JobView::new(&job, app.clock.now()).with_log(lines)))
}
