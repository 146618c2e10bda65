//! `POST jobs/{jobId}/cancel`: the owner calls a job off.

use std::sync::Arc;

use axum::extract::State;
use wixapp_core::{ErrorCode, JobId};
use wixapp_jobs::{ControlError, control_want};

use super::JobView;
use crate::error::{ApiError, Refusal};
use crate::extract::{NoBody, OwnerSession, ValidPath, ensure_installed};
use crate::reply::Reply;
use crate::state::App;

/// Calls a job off: what was put aside for it comes back at once, and whoever works on it is stopped.
///
/// What the job has done outside by then stays done. Calling it off again changes nothing.
#[utoipa::path(post, path = "/jobs/{jobId}/cancel", tag = "jobs", operation_id = "jobs_cancel",
    params(("jobId" = String, Path, description = "The job's id")),
    responses(
        (status = 200, body = Reply<JobView>),
        (status = 409, description = "`conflict`: the job has completed or failed before", body = Refusal),
    ))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<JobId>,
    _: NoBody,
) -> Result<Reply<JobView>, ApiError> {
    let found = app.store.find_job(&session.instance_id, &id).await?;
    let job =
        found.ok_or_else(|| ApiError::new(ErrorCode::NotFound).with_message("There is no such job."))?;
    let now = app.clock.now();
    let cancelled = app.store.transact(&session.instance_id, control_want(&job), now, move |tx| {
        ensure_installed(&tx.profile)?;
        wixapp_jobs::cancel(tx, &id, "The work was called off.")?;
        Ok::<_, ApiError>(tx.job(&id).cloned().ok_or(ControlError::NoSuchJob)?)
    });
    Ok(Reply::new(JobView::new(&cancelled.await??, now)))
}
