//! `GET jobs/{jobId}`: one job.

use std::sync::Arc;

use axum::extract::State;
use wixapp_core::{ErrorCode, JobId};

use super::JobView;
use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidPath};
use crate::reply::Reply;
use crate::state::App;

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
    Ok(Reply::new(JobView::with_lines(&app, &job).await?))
}
