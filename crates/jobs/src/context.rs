//! [`JobContext`]: what a running job knows and can say.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_core::{InstanceId, JobId};

use crate::error::{ErrorKind, Failure, JobError};
use crate::group::Member;
use crate::slot::{Halt, Slot};
use crate::state::State;
use crate::step::Steps;

/// What a running job knows and can say. Clones speak for the same attempt.
#[derive(Clone)]
pub struct JobContext {
    pub(crate) slot: Arc<Slot>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) state: Arc<State>,
    pub(crate) steps: Steps,
    pub(crate) members: Arc<[Member]>,
}

impl JobContext {
    /// The job's id: the same in every attempt, so a good key for services that do things once per key.
    #[must_use]
    pub fn job_id(&self) -> &JobId {
        &self.slot.lease.job_id
    }

    /// Whose job it is.
    #[must_use]
    pub fn instance_id(&self) -> &InstanceId {
        &self.slot.instance_id
    }

    /// The number of this attempt, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.slot.attempt
    }

    /// Whether the job fails for good when this attempt fails.
    #[must_use]
    pub fn is_last_attempt(&self) -> bool {
        self.slot.attempt >= self.slot.max_attempts
    }

    /// The time by the app's clock, which is virtual in development and tests.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Says how far the job is: 0 to 100, and what it does now.
    ///
    /// Cheap and never fails: what is said in quick succession is written at once, four times a second at most, and the
    /// last word always. A step that begins with `Optimizing` or `Publishing` becomes the job's status.
    #[expect(clippy::unused_async, reason = "a place to wait, should a store ever push back on progress")]
    pub async fn progress(&self, percent: u8, step: impl Into<String>) {
        self.slot.set_progress(percent, step.into());
    }

    /// Says something that is kept with the job, for whoever looks at it: at most 500 bytes a line, and 200 lines an attempt.
    ///
    /// Cheap and never fails: lines are written with the progress.
    pub fn log(&self, line: impl Into<String>) {
        self.slot.say(self.clock.now(), line.into());
    }

    /// Does `work` once in the life of the job: its result is stored, and an attempt after it gets the result and does not do it
    /// again. Steps are told apart by their names.
    ///
    /// A worker that dies after the work was done and before its result was stored does it again: give other services a key
    /// made from [`job_id`](Self::job_id) and the step's name. What fails is not stored.
    ///
    /// # Errors
    /// What `work` gives; a failure that trying again can help when the database cannot be used, or when the stored result is
    /// of another type; one that it cannot when the result is longer than 64 KiB, or the name not 1 to 200 bytes long.
    ///
    /// # Example
    /// ```
    /// # use wixapp_jobs::{JobContext, JobError};
    /// # async fn upload() -> Result<String, JobError> { Ok("media-1".to_owned()) }
    /// # async fn publish(media: &str) -> Result<String, JobError> { Ok(format!("/posts/{media}")) }
    /// # async fn run(context: JobContext) -> Result<String, JobError> {
    /// let media = context.step("upload", || upload()).await?;
    /// let url = context.step("publish", || publish(&media)).await?;
    /// # Ok(url) }
    /// ```
    pub async fn step<T, F>(&self, name: &str, work: impl FnOnce() -> F) -> Result<T, JobError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, JobError>>,
    {
        if let Some(done) = self.steps.find(&self.slot, name).await? {
            return Ok(done);
        }
        let result = work().await?;
        self.steps.save(&self.slot, name, &result, self.clock.now()).await?;
        Ok(result)
    }

    /// How the jobs of the group ended that this job joins, in the order in which they were given; nothing for a job that joins
    /// none. See [`new_group`](crate::new_group).
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The shared value of this type.
    ///
    /// # Errors
    /// When the app was built without one: a failure that trying again cannot help.
    pub fn state<T: Send + Sync + 'static>(&self) -> Result<Arc<T>, JobError> {
        self.state.get().ok_or_else(|| {
            let missing =
                format_args!("the app has no state of type `{}`", std::any::type_name::<T>()).to_string();
            JobError { kind: ErrorKind::Fail(Failure::new(Failure::FAILED, missing)) }
        })
    }

    /// Waits until the job should stop: the process is stopping, and what is not done when its time to drain is over is
    /// handed to another; or the attempt is over or its lease was lost, and nothing it gives counts any more.
    ///
    /// A handler may ignore it. One that can stop early returns `JobError::snooze(Duration::ZERO)` to be run again
    /// elsewhere.
    pub async fn cancelled(&self) {
        self.slot.halted(Halt::Wanted).await;
    }
}

impl std::fmt::Debug for JobContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobContext")
            .field("job_id", self.job_id())
            .field("instance_id", self.instance_id())
            .field("attempt", &self.attempt())
            .finish_non_exhaustive()
    }
}
