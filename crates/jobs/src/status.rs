//! A job in the words of the API.

use jiff::SignedDuration;
use wixapp_core::clock::Timestamp;
use wixapp_core::job::JobState;
use wixapp_store::Job;

use crate::error::Failure;

/// A job's status in the words of the API: `queued`, `processing`, `optimizing`, `publishing`, `completed`, `failed` or
/// `cancelled`.
///
/// # Example
/// ```
/// # fn show(job: &wixapp_store::Job) {
/// let words = ["queued", "processing", "optimizing", "publishing", "completed", "failed", "cancelled"];
/// assert!(words.contains(&wixapp_jobs::api_status(job)));
/// # }
/// ```
#[must_use]
pub fn api_status(job: &Job) -> &'static str {
    match job.state {
        JobState::Scheduled | JobState::Available | JobState::Retryable => "queued",
        JobState::Running => running_status(job.progress_step.as_deref().unwrap_or_default()),
        JobState::Completed => "completed",
        JobState::Discarded => "failed",
        JobState::Cancelled => "cancelled",
    }
}

fn running_status(step: &str) -> &'static str {
    let begins = |word: &str| step.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if begins("optimizing") {
        "optimizing"
    } else if begins("publishing") {
        "publishing"
    } else {
        "processing"
    }
}

/// How long a running job will take, should it go on as it did since its attempt began; `None` when that cannot be said.
#[must_use]
pub fn time_left(job: &Job, now: Timestamp) -> Option<SignedDuration> {
    let (percent, started_at) = (job.progress_percent, job.started_at?);
    if job.state != JobState::Running || !(1..100).contains(&percent) {
        return None;
    }
    let elapsed_ms = i64::try_from(now.duration_since(started_at).as_millis()).ok()?.max(0);
    Some(SignedDuration::from_millis(elapsed_ms.checked_mul(100 - percent)? / percent))
}

/// Why a job failed, for users of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// A stable code: the handler's own, or `job_failed`, `job_timeout`, `job_panicked`, `worker_lost`,
    /// `job_quarantined`, `job_cancelled`, `bad_arguments`.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// Why the job failed for good or was cancelled, for users; `None` for every other job.
///
/// The text of [`JobError::fail_with`](crate::JobError::fail_with) and [`JobError::cancel`](crate::JobError::cancel) is shown as it is. Other errors may name internals,
/// so users get a fixed sentence; the text itself is in [`Job::error`] and the log.
#[must_use]
pub fn api_error(job: &Job) -> Option<ApiError> {
    if !matches!(job.state, JobState::Discarded | JobState::Cancelled) {
        return None;
    }
    let (code, message) = match (&job.error, job.state) {
        (Some(text), _) => Failure::split_stored(text),
        // What was said was deleted with the personal data of the site.
        (None, JobState::Cancelled) => (Failure::CANCELLED, "The work was called off."),
        (None, _) => (Failure::FAILED, ""),
    };
    let message = match code {
        Failure::FAILED => "The work could not be done.",
        Failure::TIMEOUT => "The work took too long and was stopped.",
        Failure::PANICKED => "The work broke down.",
        Failure::WORKER_LOST | Failure::QUARANTINED => "The work was interrupted too often.",
        Failure::BAD_ARGUMENTS => "The work could not be read.",
        _ => message,
    };
    Some(ApiError { code: code.to_owned(), message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_word_of_the_step_is_the_status() {
        let steps =
            ["", "Uploading", "OPTIMIZING images", "Publishing", "publish", "Öptimizing", "optimizin"];
        let words = steps.map(running_status);
        let p = "processing";
        assert_eq!(words, [p, p, "optimizing", "publishing", p, p, p]);
    }
}
