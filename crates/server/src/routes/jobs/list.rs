//! `GET jobs`: the newest jobs of an instance.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wixapp_core::input::Whole;

use super::JobView;
use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidQuery};
use crate::reply::Reply;
use crate::state::App;

/// How many jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// 1 to 100, 20 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<Whole<1, 100>>,
}

/// The newest jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Jobs {
    /// Newest first.
    pub jobs: Vec<JobView>,
}

/// The newest jobs of the caller's instance.
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "jobs_list", params(JobsQuery), responses(
    (status = 200, body = Reply<Jobs>),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidQuery(query): ValidQuery<JobsQuery>,
) -> Result<Reply<Jobs>, ApiError> {
    let limit = query.limit.map_or(20, Whole::get);
    let jobs = app.store.list_jobs(&session.instance_id, limit).await?;
    Ok(Reply::new(Jobs { jobs: jobs.iter().map(JobView::new).collect() }))
}
