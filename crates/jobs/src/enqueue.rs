//! [`new_job`]: from a [`Job`] to what a transaction stores.

use wixapp_core::clock::Timestamp;
use wixapp_core::{HoldId, JobId};
use wixapp_store::{NewJob, Unique};

use crate::job::Job;

/// The longest stored arguments, in bytes.
const ARGS_LIMIT: usize = 64 * 1024;
/// The longest key of a [`Unique`], in bytes.
const KEY_LIMIT: usize = 200;

/// The job's arguments cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum JobArgsError {
    /// They do not serialise.
    #[error("the arguments of a `{kind}` job do not serialise: {cause}")]
    Serialise {
        /// The job's kind.
        kind: &'static str,
        /// What serde says.
        cause: serde_json::Error,
    },
    /// They are too long: large things belong in a storage, and their address into the job.
    #[error("the arguments of a `{kind}` job are {len} bytes long; at most {ARGS_LIMIT} are stored")]
    TooLong {
        /// The job's kind.
        kind: &'static str,
        /// Their length in bytes.
        len: usize,
    },
    /// Its [`Rate`](wixapp_store::Rate) cannot be stored: a part is empty, longer than 200 bytes, or has a NUL in it.
    #[error(
        "the parts of the rate of a `{kind}` job have 1 to {KEY_LIMIT} bytes and no NUL, and its name no colon"
    )]
    BadRate {
        /// The job's kind.
        kind: &'static str,
    },
    /// The key of its [`Unique`] cannot be stored: it is empty, longer than 200 bytes, or has a NUL in it.
    #[error("the unique key of a `{kind}` job has 1 to {KEY_LIMIT} bytes and no NUL")]
    BadKey {
        /// The job's kind.
        kind: &'static str,
    },
}

/// What to add for `job`, due at `now`: to be given to [`Tx::enqueue`](wixapp_store::Tx::enqueue) inside a
/// [`Store::transact`](wixapp_store::Store::transact) decision. [`NewJobExt`] refines it.
///
/// A decision may run more than once and adds a clone; the id makes the job one and the same. Of a job with a [`Unique`] the
/// decision must want what [`NewJob::want`](wixapp_store::NewJob::want) names.
///
/// # Errors
/// [`JobArgsError`] when the arguments cannot be stored.
///
/// # Example
/// ```no_run
/// # use serde::{Deserialize, Serialize};
/// # use wixapp_jobs::{Job, JobContext, JobError, NewJobExt, new_job};
/// # use wixapp_core::{Credits, JobId, account::LedgerError, hold::ReserveRequest};
/// # #[derive(Serialize, Deserialize)] struct Publish { text: String }
/// # impl Job for Publish {
/// #     const KIND: &'static str = "publish";
/// #     type Output = ();
/// #     async fn run(self, _: JobContext) -> Result<(), JobError> { Ok(()) }
/// # }
/// # async fn example(store: wixapp_store::Store, now: wixapp_core::clock::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
/// let job_id = JobId::new(now, rand::random());
/// let job = new_job(&Publish { text: "Hello".to_owned() }, job_id.clone(), now)?;
/// let one = Credits::new(1).expect("not negative");
/// store.transact(&"site-1".parse()?, wixapp_store::Want::money(), now, move |tx| {
///     let (key, action) = (job.job_id.to_string(), "publish".to_owned());
///     let hold = tx.account.reserve(ReserveRequest { key, action, amount: one, expires_at: None }, now)?;
///     tx.enqueue(job.clone().hold(&hold.id));
///     Ok::<_, LedgerError>(())
/// }).await??;
/// # Ok(()) }
/// ```
pub fn new_job<J: Job>(job: &J, job_id: JobId, now: Timestamp) -> Result<NewJob, JobArgsError> {
    let kind = J::KIND;
    let args = serde_json::to_string(job).map_err(|cause| JobArgsError::Serialise { kind, cause })?;
    if args.len() > ARGS_LIMIT {
        return Err(JobArgsError::TooLong { kind, len: args.len() });
    }
    let unique = job.unique();
    if unique.as_ref().is_some_and(|unique| !is_key(unique.name())) {
        return Err(JobArgsError::BadKey { kind });
    }
    let rate = job.rate();
    if rate.as_ref().is_some_and(|rate| !rate.can_be_stored()) {
        return Err(JobArgsError::BadRate { kind });
    }
    Ok(NewJob {
        job_id,
        kind: kind.to_owned(),
        args,
        run_at: now,
        priority: J::PRIORITY,
        max_attempts: i64::from(J::MAX_ATTEMPTS),
        hold_id: None,
        unique,
        rate,
    })
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= KEY_LIMIT && !key.contains('\0')
}

/// What can be said about a new job besides its arguments.
pub trait NewJobExt {
    /// When the job is due, by the app's clock.
    #[must_use]
    fn run_at(self, at: Timestamp) -> Self;

    /// Which of the due jobs goes first: the one with the lower number; 0 is usual.
    #[must_use]
    fn priority(self, priority: i64) -> Self;

    /// Which other jobs it is the same as: for once, and not for the kind as [`Job::unique`] says.
    ///
    /// The key is stored as it is: 1 to 200 bytes without a NUL.
    #[must_use]
    fn unique(self, unique: Unique) -> Self;

    /// The credits put aside for it: posted when the job completes, voided when it fails.
    #[must_use]
    fn hold(self, hold_id: &HoldId) -> Self;
}

impl NewJobExt for NewJob {
    fn run_at(mut self, at: Timestamp) -> Self {
        self.run_at = at;
        self
    }

    fn priority(mut self, priority: i64) -> Self {
        self.priority = priority;
        self
    }

    fn unique(mut self, unique: Unique) -> Self {
        self.unique = Some(unique);
        self
    }

    fn hold(mut self, hold_id: &HoldId) -> Self {
        self.hold_id = Some(hold_id.clone());
        self
    }
}
