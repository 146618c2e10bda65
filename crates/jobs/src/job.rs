//! [`Job`]: what a user of the framework writes.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wixapp_store::{Rate, Unique};

use crate::context::JobContext;
use crate::error::JobError;

/// A kind of background work: its fields are the arguments, stored as JSON; `run` does it.
///
/// See the [crate's documentation](crate) for an example and for what a handler can rely on.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of the kind, unique in the app: 1 to 64 characters of `[a-z0-9_.-]`. It is stored: renaming the type is
    /// free, changing this leaves the jobs already waiting without a handler.
    const KIND: &'static str;

    /// How often a job of this kind is tried before it fails for good.
    const MAX_ATTEMPTS: u32 = 5;

    /// How long one attempt may take, a day at the most. An attempt that takes longer is stopped, and the job tried again. It may
    /// be longer than a lease, which is renewed meanwhile.
    const TIMEOUT: Duration = Duration::from_secs(300);

    /// Which of the due jobs go first: those with the lower number. [`NewJobExt::priority`](crate::NewJobExt::priority) says
    /// otherwise for one job.
    const PRIORITY: i64 = 0;

    /// Which other jobs of its instance this one is the same as; of those there is one. See [`Unique`].
    fn unique(&self) -> Option<Unique> {
        None
    }

    /// Under which limit of how often something may begin this job falls: see [`Registry::rate`](crate::Registry::rate).
    fn rate(&self) -> Option<Rate> {
        None
    }

    /// What the work gives: stored as JSON, at most 64 KiB.
    type Output: Serialize + Send;

    /// Does the work.
    ///
    /// It must give way at `.await` points: code that blocks its thread can neither be timed out nor stopped, and loses
    /// its job to another worker once its time is over.
    fn run(self, context: JobContext) -> impl Future<Output = Result<Self::Output, JobError>> + Send;
}
