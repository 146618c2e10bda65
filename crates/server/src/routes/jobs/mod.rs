//! Jobs as API users see them.

pub mod list;
pub mod show;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wixapp_core::JobId;
use wixapp_core::clock::Timestamp;
use wixapp_store::Job;

/// A job.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// The job's id.
    #[schema(value_type = String)]
    pub job_id: JobId,
    /// What kind of work.
    pub kind: String,
    /// `queued`, `processing`, `optimizing`, `publishing`, `completed`, `failed` or `cancelled`.
    #[schema(example = "processing")]
    pub status: &'static str,
    /// 0 to 100.
    pub progress_percent: i64,
    /// What it does now.
    pub current_step: Option<String>,
    /// What it gave, once completed.
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    /// Why it failed.
    pub error: Option<JobErrorView>,
    /// How often it was tried.
    pub attempt: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// Why a job failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JobErrorView {
    /// A stable code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl JobView {
    /// The job as API users see it.
    #[must_use]
    pub fn new(job: &Job) -> Self {
        let result = job.result.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let failure = wixapp_jobs::api_error(job);
        Self {
            job_id: job.job_id.clone(),
            kind: job.kind.clone(),
            status: wixapp_jobs::api_status(job),
            progress_percent: job.progress_percent,
            current_step: job.progress_step.clone(),
            result,
            error: failure.map(|error| JobErrorView { code: error.code, message: error.message }),
            attempt: job.attempt,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}
