//! Jobs that an operator calls off, or has tried again.

use futures_util::{StreamExt, stream};
use wixapp_core::clock::Timestamp;
use wixapp_core::{ErrorCode, JobId};
use wixapp_jobs::{ControlError, control_want};
use wixapp_store::{Job, JobFilter, Store, Tx};

use crate::error::ApiError;

/// How many jobs are read at a time.
const BATCH: i64 = 256;
/// How many are worked on at the same time: those of one instance wait for each other.
const PARALLEL: usize = 8;

/// What is done with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It is called off, and its credits come back.
    Cancel,
    /// It is tried again now; credits that came back are put aside again.
    Retry,
}

/// What became of many jobs.
#[derive(Debug, Clone, Default)]
pub struct Acted {
    /// On how many it was done.
    pub done: u64,
    /// On which it could not be done, and why.
    pub refused: Vec<(JobId, ApiError)>,
}

impl Act {
    fn on(self, tx: &mut Tx, id: &JobId) -> Result<(), ControlError> {
        match self {
            Self::Cancel => wixapp_jobs::cancel(tx, id, "The work was called off by the operator."),
            Self::Retry => wixapp_jobs::retry(tx, id),
        }
    }
}

/// The job with this id, whoever's it is.
///
/// # Errors
/// [`ErrorCode::NotFound`] when there is none.
pub async fn find(store: &Store, id: &JobId) -> Result<Job, ApiError> {
    store.find_any_job(id).await?.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound)
            .with_message(format!("There is no job `{id}`."))
            .with_hint("`jobs list` shows the jobs with their ids.")
    })
}

/// Does it on one job, and gives the job as it is then.
///
/// # Errors
/// [`ErrorCode::Conflict`] when the job is in no state for it; [`ErrorCode::InsufficientCredits`] when it is to be tried again
/// and its credits cannot be put aside.
pub async fn act(store: &Store, act: Act, job: &Job, now: Timestamp) -> Result<Job, ApiError> {
    let id = job.job_id.clone();
    let acted = store.transact(&job.instance_id, control_want(job), now, move |tx| {
        act.on(tx, &id)?;
        tx.job(&id).cloned().ok_or(ControlError::NoSuchJob)
    });
    Ok(acted.await??)
}

/// Does it on every job that passes the filter, the newest first, and tells `progress` of each batch.
///
/// # Errors
/// When the database cannot be used; what was done before stays done.
pub async fn act_on_all(
    store: &Store,
    what: Act,
    filter: &JobFilter,
    now: Timestamp,
    progress: impl Fn(u64),
) -> Result<Acted, ApiError> {
    let (mut all, mut last) = (Acted::default(), None::<JobId>);
    loop {
        let jobs = store.list_jobs_by(filter, last.as_ref(), BATCH).await?;
        let Some(end) = jobs.last().map(|job| job.job_id.clone()) else { return Ok(all) };
        last = Some(end);
        let work = jobs.into_iter().map(|job| async move {
            let acted = act(store, what, &job, now).await;
            (job.job_id, acted)
        });
        let acted: Vec<_> = stream::iter(work).buffer_unordered(PARALLEL).collect().await;
        for (id, acted) in acted {
            match acted {
                Ok(_) => all.done += 1,
                Err(error) if error.code() == ErrorCode::Unavailable => return Err(error),
                Err(error) => all.refused.push((id, error)),
            }
        }
        progress(all.done + all.refused.len() as u64);
    }
}

impl From<ControlError> for ApiError {
    fn from(error: ControlError) -> Self {
        let conflict = |message: String| Self::new(ErrorCode::Conflict).with_message(message);
        match error {
            ControlError::NoSuchJob => Self::new(ErrorCode::NotFound).with_message("There is no such job."),
            ControlError::Ended { state } => {
                conflict(format!("The job has ended before: it is {}.", state.as_str()))
            }
            ControlError::Running => conflict("The job is running.".to_owned())
                .with_hint("Wait until it ends, or cancel it first."),
            ControlError::Erased => {
                conflict("What the job was to do was deleted with the data of its site.".to_owned())
            }
            ControlError::KeyTaken { by } => conflict(format!("The job {by} does the same meanwhile.")),
            ControlError::Credits(error) => error.into(),
        }
    }
}
