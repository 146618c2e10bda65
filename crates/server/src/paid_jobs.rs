//! Several jobs that cost credits: all holds and all jobs in one transaction, and one job that joins them.

use std::fmt;

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::account::LedgerError;
use wixapp_core::clock::Timestamp;
use wixapp_core::crash::{Moment, here};
use wixapp_core::hold::ReserveRequest;
use wixapp_core::{Credits, ErrorCode, JobGroupId, JobId};
use wixapp_jobs::{Job, JobArgsError, NewJobExt, new_group, new_job};
use wixapp_store::{MemberTaken, NewGroup, NewJob, Tx, Want};

use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession};
use crate::idempotency::{Once, OnceReply, decide_once};
use crate::routes::credits::view;
use crate::routes::user::status::CreditsView;
use crate::state::App;

type MakeJob = Box<dyn FnOnce(JobId, Timestamp) -> Result<NewJob, JobArgsError> + Send>;
type MakeGroup = Box<dyn FnOnce(JobGroupId, Timestamp) -> Result<NewGroup, JobArgsError> + Send>;

/// Jobs to start together, each with its price: all of them or none.
///
/// # Example
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use wixapp_core::Credits;
/// # use wixapp_jobs::{Job, JobContext, JobError};
/// # use wixapp_server::{ApiError, App, IdempotencyKey, OwnerSession, idempotency::OnceReply, paid_jobs::PaidJobs};
/// # #[derive(Serialize, Deserialize)] struct Publish { network: String }
/// # impl Job for Publish {
/// #     const KIND: &'static str = "publish";
/// #     type Output = ();
/// #     async fn run(self, _: JobContext) -> Result<(), JobError> { Ok(()) }
/// # }
/// # #[derive(Serialize, Deserialize)] struct Finish;
/// # impl Job for Finish {
/// #     const KIND: &'static str = "finish";
/// #     type Output = ();
/// #     async fn run(self, _: JobContext) -> Result<(), JobError> { Ok(()) }
/// # }
/// # async fn handle(app: App, session: OwnerSession, key: IdempotencyKey, body: Vec<u8>) -> Result<OnceReply, ApiError> {
/// let jobs = PaidJobs::new()
///     .job(Credits::ONE, Publish { network: "mastodon".to_owned() })
///     .job(Credits::ONE, Publish { network: "bluesky".to_owned() })
///     .join(Finish);
/// app.start_paid_jobs(&session, &key, &body, jobs).await
/// # }
/// ```
#[derive(Default)]
#[must_use]
pub struct PaidJobs {
    jobs: Vec<(Credits, MakeJob)>,
    join: Option<MakeGroup>,
    want: Want,
}

impl PaidJobs {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more job. Its `price` is put aside for it alone: spent when it completes, given back when it fails for good or is
    /// called off. A price of zero puts nothing aside.
    pub fn job<J: Job>(mut self, price: Credits, job: J) -> Self {
        self.jobs.push((price, Box::new(move |id, now| new_job(&job, id, now))));
        self
    }

    /// The job that is added once all of them have ended, well or not, and sees how: [`wixapp_jobs::new_group`]. It costs nothing.
    pub fn join<J: Job>(mut self, join: J) -> Self {
        self.join = Some(Box::new(move |id, now| new_group(&join, id, now)));
        self
    }

    /// What the app's own work in the same transaction must see: for [`App::start_paid_jobs_with`].
    pub fn want(mut self, want: Want) -> Self {
        self.want = want;
        self
    }

    /// Gives them their ids. What comes out can be started in any transaction, also without a request: in the handler of
    /// another job, say.
    ///
    /// # Errors
    /// When the arguments of one of them cannot be stored.
    pub fn draw_up(
        self,
        now: Timestamp,
        mut random: impl FnMut() -> [u8; 10],
    ) -> Result<DrawnUp, JobArgsError> {
        let jobs: Result<Vec<_>, JobArgsError> = self
            .jobs
            .into_iter()
            .map(|(price, make)| Ok((price, make(JobId::new(now, random()), now)?)))
            .collect();
        let group = self.join.map(|make| make(JobGroupId::new(now, random()), now)).transpose()?;
        Ok(DrawnUp { jobs: jobs?, group, want: self.want })
    }
}

impl<J: Job> FromIterator<(Credits, J)> for PaidJobs {
    fn from_iter<I: IntoIterator<Item = (Credits, J)>>(jobs: I) -> Self {
        jobs.into_iter().fold(Self::new(), |all, (price, job)| all.job(price, job))
    }
}

impl fmt::Debug for PaidJobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaidJobs").field("jobs", &self.jobs.len()).finish_non_exhaustive()
    }
}

/// Jobs with their ids and prices, ready to be started.
#[derive(Debug, Clone)]
pub struct DrawnUp {
    jobs: Vec<(Credits, NewJob)>,
    /// Still without its jobs.
    group: Option<NewGroup>,
    want: Want,
}

/// Jobs were added, and the credits for each are put aside.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedJobs {
    /// The jobs in the order in which they were given, for `GET jobs/{jobId}`.
    #[schema(value_type = Vec<String>)]
    pub job_ids: Vec<JobId>,
    /// The balances after them.
    pub credits: CreditsView,
}

impl DrawnUp {
    /// What the transaction must see in which they are started.
    #[must_use]
    pub fn want(&self) -> Want {
        self.jobs.iter().fold(self.want.clone(), |want, (_, job)| job.want(want))
    }

    /// Puts the credits aside and adds the jobs. Without a [`join`](PaidJobs::join), one for which another stands by its
    /// [`unique`](Job::unique) is not added, and that one's id stands in its place.
    ///
    /// # Errors
    /// [`InsufficientCredits`](ErrorCode::InsufficientCredits) for all of them together; [`Conflict`](ErrorCode::Conflict) when
    /// another job stands for one that is to be joined. The decision must be refused then: only so is nothing kept.
    pub fn start(&self, tx: &mut Tx) -> Result<StartedJobs, ApiError> {
        let (mut job_ids, mut members, mut reserved) = (Vec::new(), Vec::new(), 0_i64);
        for (price, job) in &self.jobs {
            let same = tx.same_job(job).map(|same| same.job_id.clone());
            if let Some(same) = same.filter(|_| self.group.is_none()) {
                job_ids.push(same);
                continue;
            }
            let mut job = job.clone();
            if !price.is_zero() {
                job = put_aside(tx, job, *price).map_err(|error| self.of_all(error, reserved))?;
                reserved = reserved.saturating_add(price.get());
            }
            job_ids.push(job.job_id.clone());
            if self.group.is_some() {
                members.push(job);
            } else {
                tx.enqueue(job);
            }
        }
        if let Some(group) = &self.group {
            tx.enqueue_group(NewGroup { members, ..group.clone() })?;
        }
        Ok(StartedJobs { job_ids, credits: view(tx) })
    }

    /// The refusal of one job's credits, in terms of all of them.
    fn of_all(&self, error: LedgerError, reserved: i64) -> LedgerError {
        let LedgerError::InsufficientCredits { available, .. } = error else { return error };
        let all = self.jobs.iter().fold(0_i64, |sum, (price, _)| sum.saturating_add(price.get()));
        let credits = |amount| Credits::new(amount).unwrap_or(Credits::MAX);
        let available = credits(available.get().saturating_add(reserved));
        LedgerError::InsufficientCredits { available, requested: credits(all) }
    }
}

fn put_aside(tx: &mut Tx, job: NewJob, price: Credits) -> Result<NewJob, LedgerError> {
    // The hold lives as long as its job: it has no end of its own.
    let reservation = ReserveRequest {
        key: format!("job:{}", job.job_id),
        action: job.kind.clone(),
        amount: price,
        expires_at: None,
    };
    let hold = tx.account.reserve(reservation, tx.now)?;
    here(Moment::HoldTaken);
    Ok(job.hold(&hold.id))
}

impl App {
    /// Puts the price of each job aside and adds all of them, or none, once under the idempotency key.
    ///
    /// # Errors
    /// Those of [`DrawnUp::start`], and the refusals of idempotency keys.
    pub async fn start_paid_jobs(
        &self,
        session: &OwnerSession,
        key: &IdempotencyKey,
        request: &[u8],
        jobs: PaidJobs,
    ) -> Result<OnceReply, ApiError> {
        self.start_paid_jobs_with(session, key, request, jobs, |_, started| Ok(started)).await
    }

    /// The same with work of the app's own in the same transaction: what `work` changes is kept together with the jobs or not at
    /// all, and what it gives is the answer. It may run more than once; what it must see says [`PaidJobs::want`].
    ///
    /// # Errors
    /// Those of [`DrawnUp::start`], the refusals of idempotency keys, and what `work` refuses.
    pub async fn start_paid_jobs_with<T: Serialize + Send + 'static>(
        &self,
        session: &OwnerSession,
        key: &IdempotencyKey,
        request: &[u8],
        jobs: PaidJobs,
        work: impl Fn(&mut Tx, StartedJobs) -> Result<T, ApiError> + Send + Sync + 'static,
    ) -> Result<OnceReply, ApiError> {
        let drawn_up = jobs.draw_up(self.clock.now(), || self.random());
        let drawn_up = drawn_up.map_err(|error| ApiError::internal(&error))?;
        let want = drawn_up.want();
        let decide = move |tx: &mut Tx| {
            let started = drawn_up.start(tx)?;
            work(tx, started)
        };
        let once = Once { instance_id: &session.instance_id, key, request, status: StatusCode::ACCEPTED };
        decide_once(self, once, want, decide).await
    }
}

impl From<MemberTaken> for ApiError {
    fn from(MemberTaken { by }: MemberTaken) -> Self {
        Self::new(ErrorCode::Conflict)
            .with_message(format!("The job {by} does the same meanwhile."))
            .with_hint("Wait until it has ended, or cancel it first.")
    }
}
