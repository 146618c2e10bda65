//! Settling: the end of an attempt and the end of its hold, in one fenced transaction.

use std::time::Duration;

use jiff::SignedDuration;
use wixapp_core::HoldId;
use wixapp_core::account::LedgerError;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_core::hold::HoldState;
use wixapp_core::job::{JobState, LAST_DEATH, backoff_s};
use wixapp_store::{Job, JobLine, Lease, LeaseLost, Store, Tx, Want};

use crate::error::Failure;
use crate::slot::{Progress, Slot};

/// Waits between tries while the database is away: from the first to the last, doubling.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_secs(2);
/// Tries when the database refuses: the fault may be another's in the same group, but then not again and again.
const REFUSALS: u32 = 8;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The work is done; its result, when there is one to keep.
    Done(Option<String>),
    /// Again after the backoff, or after what the handler says.
    Retry(Failure, Option<Duration>),
    Fail(Failure),
    Snooze(Duration),
    /// The handler called it off.
    Cancel(Failure),
    /// The process stops: another takes over, and the attempt does not count.
    HandBack,
    /// It was to join a group of which a job is tried again: another joins it after that.
    OpenGroup,
    /// The lease ran out: another takes over, and the attempt counts.
    WorkerLost,
}

/// The attempt's end, with what was drawn and measured for it.
#[derive(Debug, Clone)]
pub(crate) struct Settlement {
    pub(crate) ending: Ending,
    pub(crate) progress: Progress,
    /// What was said and is not stored yet.
    pub(crate) lines: Vec<JobLine>,
    /// The backoff is multiplied by this many thousandths.
    pub(crate) jitter: i64,
}

/// What settling made of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) state: JobState,
    /// What stood in the way of ending the hold as it should.
    pub(crate) hold_flaw: Option<LedgerError>,
}

impl Settlement {
    pub(crate) fn new(ending: Ending, progress: Progress, lines: Vec<JobLine>) -> Self {
        Self { ending, progress, lines, jitter: rand::random_range(900..=1100) }
    }

    /// Ends the attempt inside a transaction.
    pub(crate) fn settle(&self, tx: &mut Tx, lease: &Lease) -> Result<Settled, LeaseLost> {
        let now = tx.now;
        tx.settle_job(lease, |job| self.change(job, now))?;
        tx.note_lines(lease, &self.lines);
        if self.ending == Ending::OpenGroup {
            // The group may have ended meanwhile, and then nobody else adds the one that joins it.
            tx.join_group_of(&lease.job_id);
        }
        let job = tx.job(&lease.job_id).ok_or(LeaseLost)?;
        let (state, hold_id) = (job.state, job.hold_id.clone());
        let hold_flaw = hold_id.and_then(|id| end_hold(tx, &id, state).err());
        Ok(Settled { state, hold_flaw })
    }

    fn change(&self, job: &mut Job, now: Timestamp) {
        job.progress_percent = i64::from(self.progress.percent);
        job.progress_step.clone_from(&self.progress.step);
        match &self.ending {
            Ending::Done(result) => {
                job.state = JobState::Completed;
                job.progress_percent = 100;
                // The last step says what was being done, and nothing is any more.
                job.progress_step = None;
                job.result.clone_from(result);
                job.error = None;
            }
            Ending::Retry(failure, after) if job.attempt < job.max_attempts => {
                job.error = Some(failure.to_stored());
                let attempt = u32::try_from(job.attempt).unwrap_or(u32::MAX);
                let backoff = SignedDuration::from_millis(backoff_s(attempt) * self.jitter);
                let asked = |after| SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
                let delay = after.map_or(backoff, asked);
                wait(job, JobState::Retryable, later(now, delay));
            }
            Ending::Retry(failure, _) | Ending::Fail(failure) => discard(job, failure),
            Ending::Cancel(failure) => {
                job.state = JobState::Cancelled;
                job.error = Some(failure.to_stored());
            }
            Ending::Snooze(delay) => {
                job.attempt = (job.attempt - 1).max(0);
                let delay = SignedDuration::try_from(*delay).unwrap_or(SignedDuration::MAX);
                wait(job, JobState::Retryable, later(now, delay));
            }
            Ending::HandBack => {
                job.attempt = (job.attempt - 1).max(0);
                wait(job, JobState::Available, job.run_at);
            }
            Ending::OpenGroup => {
                job.state = JobState::Cancelled;
                let text = "A job of the group is tried again, and the group joined after that.";
                job.error = Some(Failure::new(Failure::CANCELLED, text).to_stored());
            }
            Ending::WorkerLost => self.lose_worker(job, now),
        }
    }

    /// A lost worker counts as an attempt. What loses one after the other may be what ends them: it is put away.
    ///
    /// The first time it goes on at once. After that it waits, so that what merely shared a worker with the job that ends
    /// it does not share the next one, too.
    fn lose_worker(&self, job: &mut Job, now: Timestamp) {
        job.deaths += 1;
        if job.deaths >= LAST_DEATH {
            let (deaths, last) = (job.deaths, job.worker.as_deref().unwrap_or("unknown"));
            let text = format!("{deaths} workers were lost while they had the job, the last of them {last}");
            discard(job, &Failure::new(Failure::QUARANTINED, text));
        } else if job.attempt >= job.max_attempts {
            let text = format!("worker lost in attempt {} of {}", job.attempt, job.max_attempts);
            discard(job, &Failure::new(Failure::WORKER_LOST, text));
        } else if job.deaths == 1 {
            wait(job, JobState::Available, job.run_at);
        } else {
            let deaths = u32::try_from(job.deaths).unwrap_or(u32::MAX);
            let delay = SignedDuration::from_millis(backoff_s(deaths) * self.jitter);
            wait(job, JobState::Retryable, later(now, delay));
        }
    }
}

fn discard(job: &mut Job, failure: &Failure) {
    job.state = JobState::Discarded;
    job.error = Some(failure.to_stored());
}

/// The job starts over: so does its progress.
fn wait(job: &mut Job, state: JobState, run_at: Timestamp) {
    job.state = state;
    job.run_at = run_at;
    job.progress_percent = 0;
    job.progress_step = None;
}

fn later(now: Timestamp, delay: SignedDuration) -> Timestamp {
    now.checked_add(delay).unwrap_or(Timestamp::MAX)
}

/// Ends the hold with its job. A job that ended stays ended, whatever its hold says.
pub(crate) fn end_hold(tx: &mut Tx, id: &HoldId, state: JobState) -> Result<(), LedgerError> {
    let now = tx.now;
    match state {
        JobState::Completed => match tx.account.post(id, None, now) {
            // Posted before by hand is what a completed job wants.
            Ok(_) | Err(LedgerError::HoldEnded { state: HoldState::Posted }) => Ok(()),
            Err(late @ LedgerError::HoldEnded { state: HoldState::Expired }) => {
                // Its time ran out and nobody has given the credits back yet.
                let _ = tx.account.void(id, now);
                Err(late)
            }
            Err(error) => Err(error),
        },
        JobState::Discarded | JobState::Cancelled => match tx.account.void(id, now) {
            Ok(_) | Err(LedgerError::HoldEnded { state: HoldState::Voided | HoldState::Expired }) => Ok(()),
            Err(error) => Err(error),
        },
        JobState::Scheduled | JobState::Available | JobState::Running | JobState::Retryable => Ok(()),
    }
}

/// Settles an attempt, trying again while the database is away: finished work is not thrown away.
///
/// `None` when it could not be settled: the lease is lost, or the database keeps refusing.
pub(crate) async fn settle(
    store: &Store,
    clock: &dyn Clock,
    slot: &Slot,
    settlement: &Settlement,
) -> Option<Settled> {
    let (mut pause, mut refusals, mut told) = (FIRST_WAIT, 0, false);
    loop {
        let error = match once(store, clock.now(), slot, settlement.clone()).await {
            Ok(Ok(settled)) => return Some(settled),
            Ok(Err(LeaseLost)) => {
                tracing::warn!("a job's result came after its lease was lost and does not count");
                return None;
            }
            Err(error) => error,
        };
        refusals += u32::from(!error.is_unavailable());
        if refusals > REFUSALS {
            tracing::error!(error = %error, "a job's end could not be stored; its lease will run out");
            return None;
        }
        // Once per outage.
        if !std::mem::replace(&mut told, true) {
            tracing::warn!(error = %error, "a job's end could not be stored yet");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LAST_WAIT);
    }
}

async fn once(
    store: &Store,
    now: Timestamp,
    slot: &Slot,
    settlement: Settlement,
) -> Result<Result<Settled, LeaseLost>, wixapp_store::Error> {
    let (want, lease) = (Want::money().job(&slot.lease.job_id), slot.lease.clone());
    store.transact(&slot.instance_id, want, now, move |tx| settlement.settle(tx, &lease)).await
}
