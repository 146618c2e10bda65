//! Groups: several jobs that are added together, and one that joins what they gave.

use serde::de::DeserializeOwned;
use wixapp_core::clock::Timestamp;
use wixapp_core::job::JobState;
use wixapp_core::{InstanceId, JobGroupId, JobId};
use wixapp_store::{Error, NewGroup, Store};

use crate::enqueue::{JobArgsError, new_job};
use crate::error::JobError;
use crate::job::Job;
use crate::status::{ApiError, api_error};

/// A group of jobs that `join` joins, to be given to [`Tx::enqueue_group`](wixapp_store::Tx::enqueue_group) inside a
/// [`Store::transact`](wixapp_store::Store::transact) decision. Its jobs are pushed to
/// [`members`](wixapp_store::NewGroup::members).
///
/// Once all of them have ended, whether they completed, failed for good or were cancelled, `join` is added in the transaction of
/// the last end, and sees how each of them ended: [`JobContext::members`](crate::JobContext::members). When one of them is tried
/// again by hand, the group is open again, and `join` is added anew when it has ended once more. What `join`'s
/// [`unique`](Job::unique) says is not asked.
///
/// # Errors
/// [`JobArgsError`] when the arguments of `join` cannot be stored.
///
/// # Example
/// ```no_run
/// # use serde::{Deserialize, Serialize};
/// # use wixapp_jobs::{Job, JobContext, JobError, new_group, new_job};
/// # use wixapp_core::{JobGroupId, JobId};
/// # #[derive(Serialize, Deserialize)] struct Publish { network: String }
/// # impl Job for Publish {
/// #     const KIND: &'static str = "publish";
/// #     type Output = ();
/// #     async fn run(self, _: JobContext) -> Result<(), JobError> { Ok(()) }
/// # }
/// #[derive(Serialize, Deserialize)]
/// struct Finish;
///
/// impl Job for Finish {
///     const KIND: &'static str = "finish";
///     type Output = String;
///     async fn run(self, context: JobContext) -> Result<String, JobError> {
///         let done = context.members().iter().filter(|member| member.is_completed()).count();
///         Ok(format!("{done} of {}", context.members().len()))
///     }
/// }
///
/// # async fn example(store: wixapp_store::Store, now: wixapp_core::clock::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
/// let mut group = new_group(&Finish, JobGroupId::new(now, rand::random()), now)?;
/// for network in ["mastodon", "bluesky"] {
///     let id = JobId::new(now, rand::random());
///     group.members.push(new_job(&Publish { network: network.to_owned() }, id, now)?);
/// }
/// let want = group.want(wixapp_store::Want::money());
/// store.transact(&"site-1".parse()?, want, now, move |tx| tx.enqueue_group(group.clone())).await??;
/// # Ok(()) }
/// ```
pub fn new_group<J: Job>(join: &J, group_id: JobGroupId, now: Timestamp) -> Result<NewGroup, JobArgsError> {
    // It gets an id of its own each time the group ends; this one is never stored.
    let unused = JobId::new(now, [0; 10]);
    Ok(NewGroup { group_id, join: new_job(join, unused, now)?, members: Vec::new() })
}

/// How one job of a group ended, for the one that joins it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The job's id.
    pub job_id: JobId,
    /// Which handler ran it.
    pub kind: String,
    /// How it ended: completed, discarded or cancelled.
    pub state: JobState,
    /// What it gave, as JSON text; `None` unless it completed and its result could be kept.
    pub result: Option<String>,
    /// Why it failed or was cancelled, in words for users; `None` when it completed.
    pub error: Option<ApiError>,
    args: String,
}

impl Member {
    /// Whether it completed; else it failed for good or was cancelled.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.state == JobState::Completed
    }

    /// What it gave.
    ///
    /// # Errors
    /// A failure that trying again can help when it is of another type, as in the middle of a deployment.
    pub fn output<J: Job>(&self) -> Result<Option<J::Output>, JobError>
    where
        J::Output: DeserializeOwned,
    {
        let read = self.result.as_deref().map(serde_json::from_str).transpose();
        read.map_err(|error| JobError::retry(format_args!("the result of {}: {error}", self.job_id)))
    }

    /// The job itself, with its arguments.
    ///
    /// # Errors
    /// A failure that trying again can help when they are not those of a `J`: also when it is of another kind.
    pub fn job<J: Job>(&self) -> Result<J, JobError> {
        if self.kind != J::KIND {
            return Err(JobError::retry(format_args!(
                "{} is no `{}` but a `{}`",
                self.job_id,
                J::KIND,
                self.kind
            )));
        }
        serde_json::from_str(&self.args)
            .map_err(|error| JobError::retry(format_args!("the arguments of {}: {error}", self.job_id)))
    }
}

/// How the jobs of a group ended; `None` when not all of them have.
pub(crate) async fn gather(
    store: &Store,
    instance_id: &InstanceId,
    group_id: &JobGroupId,
) -> Result<Option<Vec<Member>>, Error> {
    let jobs = store.list_members(instance_id, group_id).await?;
    if jobs.iter().any(|job| !job.state.is_final()) {
        return Ok(None);
    }
    let member = |job: wixapp_store::Job| Member {
        error: api_error(&job),
        job_id: job.job_id,
        kind: job.kind,
        state: job.state,
        result: job.result,
        args: job.args,
    };
    Ok(Some(jobs.into_iter().map(member).collect()))
}
