//! What people do with jobs: call them off, and have them tried again.

use wixapp_core::JobId;
use wixapp_core::account::LedgerError;
use wixapp_core::hold::ReserveRequest;
use wixapp_core::job::JobState;
use wixapp_store::{Job, Tx, Want};

use crate::error::Failure;
use crate::settle::end_hold;

/// Why a job cannot be called off or tried again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The instance has no such job.
    #[error("there is no such job")]
    NoSuchJob,
    /// It has come to its end before.
    #[error("the job has ended: it is {}", state.as_str())]
    Ended {
        /// How it ended.
        state: JobState,
    },
    /// A worker is at it.
    #[error("the job is running")]
    Running,
    /// What it was to do was deleted with the personal data of its site.
    #[error("what the job was to do was deleted")]
    Erased,
    /// Another job has the key that only one has at a time.
    #[error("the job {by} stands for it")]
    KeyTaken {
        /// The one that has it.
        by: JobId,
    },
    /// The credits for it cannot be put aside again.
    #[error(transparent)]
    Credits(#[from] LedgerError),
}

/// What [`cancel`] and [`retry`] of this job must see.
#[must_use]
pub fn control_want(job: &Job) -> Want {
    let want = Want::money().job(&job.job_id);
    match &job.unique_key {
        Some(key) => want.job_key(key.as_str()),
        None => want,
    }
}

/// Calls a job off: it ends as `cancelled`, and its credits come back in the same transaction. A worker that is at it is
/// stopped, and whatever it brings is refused. Calling it off again changes nothing.
///
/// `why` is a sentence for whoever looks at the job.
///
/// # Errors
/// [`ControlError::NoSuchJob`]; [`ControlError::Ended`] when it completed or failed before.
pub fn cancel(tx: &mut Tx, id: &JobId, why: &str) -> Result<(), ControlError> {
    let job = tx.job(id).ok_or(ControlError::NoSuchJob)?;
    match job.state {
        JobState::Cancelled => return Ok(()),
        JobState::Completed | JobState::Discarded => return Err(ControlError::Ended { state: job.state }),
        JobState::Scheduled | JobState::Available | JobState::Running | JobState::Retryable => {}
    }
    let hold_id = job.hold_id.clone();
    tx.cancel_job(id, Some(Failure::new(Failure::CANCELLED, why).to_stored()));
    if let Some(hold_id) = hold_id {
        end_hold(tx, &hold_id, JobState::Cancelled)?;
    }
    Ok(())
}

/// Has a job tried again now, as often as when it was new. The credits of one that failed or was cancelled went back, so they
/// are put aside again in the same transaction.
///
/// # Errors
/// [`ControlError::Ended`] for a job that completed; [`ControlError::Running`]; [`ControlError::KeyTaken`] when another does
/// the same meanwhile; [`ControlError::Erased`]; [`ControlError::Credits`] when there are not enough;
/// [`ControlError::NoSuchJob`].
pub fn retry(tx: &mut Tx, id: &JobId) -> Result<(), ControlError> {
    let job = tx.job(id).ok_or(ControlError::NoSuchJob)?.clone();
    if tx.profile.deleted_at.is_some_and(|at| at >= job.created_at) {
        return Err(ControlError::Erased);
    }
    match job.state {
        JobState::Running => return Err(ControlError::Running),
        JobState::Completed => return Err(ControlError::Ended { state: job.state }),
        JobState::Scheduled | JobState::Available | JobState::Retryable => {
            tx.revive_job(id, |_| {});
            return Ok(());
        }
        JobState::Cancelled | JobState::Discarded => {}
    }
    if let Some(other) = tx.key_holder(&job) {
        return Err(ControlError::KeyTaken { by: other.job_id.clone() });
    }
    let hold_id = match &job.hold_id {
        None => None,
        Some(ended) => {
            let ended = tx.account.holds.iter().find(|hold| hold.id == *ended);
            let ended = ended.ok_or(LedgerError::NoSuchHold)?;
            let (amount, action) = (ended.amount, ended.action.clone());
            // Each life of a job has a hold of its own, under a key of its own.
            let key = format!("job:{id}:{}", job.fence + 1);
            Some(tx.account.reserve(ReserveRequest { key, action, amount, expires_at: None }, tx.now)?.id)
        }
    };
    tx.revive_job(id, |job| job.hold_id = hold_id);
    Ok(())
}
