//! Jobs as API users see them.

pub mod cancel;
pub mod list;
pub mod show;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wixapp_core::JobId;
use wixapp_core::clock::Timestamp;
use wixapp_store::Job;

use crate::error::ApiError;
use crate::state::App;

/// A job.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// The job's id.
    #[schema(value_type = String)]
    pub job_id: JobId,
    /// What kind of work.
    pub kind: String,
    /// Where it stands.
    pub status: JobStatus,
    /// 0 to 100.
    pub progress_percent: i64,
    /// What it does now.
    pub current_step: Option<String>,
    /// What it gave, once completed.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it failed, or why it was called off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<JobErrorView>,
    /// The credits that are put aside for it, were spent on it, or came back.
    pub credits: Option<i64>,
    /// How often it was tried.
    pub attempt: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// How many seconds it will take, should it go on as it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<i64>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it said, oldest first, the last 100 lines; where one job is asked for, and in live events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<JobLineView>,
}

/// Something that a job said.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JobLineView {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// Why a job failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JobErrorView {
    /// A stable code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waits for its turn.
    Queued,
    /// Is worked on.
    Processing,
    /// Is worked on, and its step begins with `Optimizing`.
    Optimizing,
    /// Is worked on, and its step begins with `Publishing`.
    Publishing,
    /// Done.
    Completed,
    /// Failed for good.
    Failed,
    /// Stopped on request.
    Cancelled,
}

impl JobStatus {
    fn of(job: &Job) -> Self {
        match wixapp_jobs::api_status(job) {
            "queued" => Self::Queued,
            "optimizing" => Self::Optimizing,
            "publishing" => Self::Publishing,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "cancelled" => Self::Cancelled,
            // `processing`, and whatever finer word for work under way may come.
            _ => Self::Processing,
        }
    }
}

/// How many lines are shown, the last ones.
const LINES: i64 = 100;

impl JobView {
    /// The job with what it said.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn with_lines(app: &App, job: &Job) -> Result<Self, ApiError> {
        let lines = app.store.list_job_lines(&job.instance_id, &job.job_id, LINES).await?;
        let mut view = Self::new(job, app.clock.now());
        view.log = lines.into_iter().map(|line| JobLineView { at: line.at, text: line.text }).collect();
        Ok(view)
    }

    /// The job as API users see it.
    #[must_use]
    pub fn new(job: &Job, now: Timestamp) -> Self {
        let result = job.result.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let failure = wixapp_jobs::api_error(job);
        Self {
            job_id: job.job_id.clone(),
            kind: job.kind.clone(),
            status: JobStatus::of(job),
            progress_percent: job.progress_percent,
            current_step: job.progress_step.clone(),
            result,
            error: failure.map(|error| JobErrorView { code: error.code, message: error.message }),
            credits: job.credits.map(wixapp_core::Credits::get),
            attempt: job.attempt,
            created_at: job.created_at,
            seconds_left: wixapp_jobs::time_left(job, now).map(|left| left.as_secs()),
            finished_at: job.finished_at,
            log: Vec::new(),
        }
    }
}
