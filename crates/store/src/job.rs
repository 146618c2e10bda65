//! Jobs as they are stored and read.

use wixapp_core::clock::Timestamp;
use wixapp_core::job::JobState;
use wixapp_core::{Credits, HoldId, InstanceId, JobId};

use crate::conn::{Statement, row, rows, sql};
use crate::error::Error;
use crate::store::Store;
use crate::tx::Lease;
use crate::value::Row;

/// A job to add.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// The job's id.
    pub job_id: JobId,
    /// Which handler runs it.
    pub kind: String,
    /// The handler's arguments, as JSON text.
    pub args: String,
    /// When it is due.
    pub run_at: Timestamp,
    /// Lower runs first.
    pub priority: i64,
    /// How often it may be tried.
    pub max_attempts: i64,
    /// The credits put aside for it.
    pub hold_id: Option<HoldId>,
}

/// Which jobs of an instance are wanted; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only in one of these states; in any when there are none.
    pub states: Vec<JobState>,
    /// Only what was added before this job.
    pub before: Option<JobId>,
}

/// A job as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Whose.
    pub instance_id: InstanceId,
    /// The job's id.
    pub job_id: JobId,
    /// Which handler runs it.
    pub kind: String,
    /// The handler's arguments, as JSON text.
    pub args: String,
    /// Where it is in its life.
    pub state: JobState,
    /// Lower runs first.
    pub priority: i64,
    /// How often it was tried.
    pub attempt: i64,
    /// How often it may be tried.
    pub max_attempts: i64,
    /// The number of the last claim.
    pub fence: i64,
    /// When it is due.
    pub run_at: Timestamp,
    /// Who has it.
    pub worker: Option<String>,
    /// Until when, by the machines' clock.
    pub lease_until: Option<Timestamp>,
    /// The credits put aside for it.
    pub hold_id: Option<HoldId>,
    /// How many they are; not known of a job that was added in this same transaction.
    pub credits: Option<Credits>,
    /// 0 to 100.
    pub progress_percent: i64,
    /// What it does now.
    pub progress_step: Option<String>,
    /// What it gave, as JSON text.
    pub result: Option<String>,
    /// Why it failed last.
    pub error: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

macro_rules! job_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " instance_id, job_id, kind, args, state, priority, attempt, max_attempts, fence, run_at, worker, lease_until, \
             hold_id, (SELECT holds.amount FROM holds WHERE holds.instance_id = jobs.instance_id AND holds.hold_id = jobs.hold_id), \
             progress_percent, progress_step, result, error, created_at, finished_at ",
            $after
        )
    };
}

pub(crate) use job_columns;

pub(crate) fn select(instance_id: &InstanceId, job_id: &JobId) -> Statement {
    sql!(
        job_columns!("SELECT", "FROM jobs WHERE instance_id = $1 AND job_id = $2 FOR UPDATE"),
        instance_id,
        job_id
    )
}

/// The jobs of one instance that have not ended.
pub(crate) fn select_open(instance_id: &InstanceId) -> Statement {
    sql!(
        job_columns!(
            "SELECT",
            "FROM jobs WHERE instance_id = $1 AND state NOT IN ('completed', 'cancelled', 'discarded') FOR UPDATE"
        ),
        instance_id
    )
}

/// Seven places for seven states: fewer are said more than once.
const PAGE: &str = job_columns!(
    "SELECT",
    "FROM jobs WHERE instance_id = $1 AND job_id < $2 AND state IN ($3, $4, $5, $6, $7, $8, $9) \
     ORDER BY job_id DESC LIMIT $10"
);
/// Sorts behind every id: none has this character.
const BEHIND_ALL: &str = "~";

fn select_page(instance_id: &InstanceId, filter: &JobFilter, limit: i64) -> Statement {
    let wanted: &[JobState] = if filter.states.is_empty() { &JobState::ALL } else { &filter.states };
    let state = |place: usize| wanted[place % wanted.len()].as_str();
    let before = filter.before.as_ref().map_or(BEHIND_ALL, JobId::as_str);
    sql!(
        PAGE,
        instance_id,
        before,
        state(0),
        state(1),
        state(2),
        state(3),
        state(4),
        state(5),
        state(6),
        limit
    )
}

impl NewJob {
    pub(crate) fn into_job(self, instance_id: InstanceId, now: Timestamp) -> Job {
        let state = if self.run_at > now { JobState::Scheduled } else { JobState::Available };
        Job {
            instance_id,
            job_id: self.job_id,
            kind: self.kind,
            args: self.args,
            state,
            priority: self.priority,
            attempt: 0,
            max_attempts: self.max_attempts,
            fence: 0,
            run_at: self.run_at,
            worker: None,
            lease_until: None,
            hold_id: self.hold_id,
            credits: None,
            progress_percent: 0,
            progress_step: None,
            result: None,
            error: None,
            created_at: now,
            finished_at: None,
        }
    }
}

impl Job {
    pub(crate) fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            instance_id: row.parse()?,
            job_id: row.parse()?,
            kind: row.text()?,
            args: row.text()?,
            state: row.named(JobState::parse)?,
            priority: row.int()?,
            attempt: row.int()?,
            max_attempts: row.int()?,
            fence: row.int()?,
            run_at: row.time()?,
            worker: row.maybe_text()?,
            lease_until: row.maybe_time()?,
            hold_id: row.maybe_parse()?,
            credits: row.maybe_int()?.and_then(Credits::new),
            progress_percent: row.int()?,
            progress_step: row.maybe_text()?,
            result: row.maybe_text()?,
            error: row.maybe_text()?,
            created_at: row.time()?,
            finished_at: row.maybe_time()?,
        })
    }

    /// The claim under which this job runs.
    #[must_use]
    pub fn lease(&self) -> Lease {
        Lease { job_id: self.job_id.clone(), fence: self.fence }
    }

    pub(crate) fn insert(&self) -> Statement {
        sql!(
            "INSERT INTO jobs (instance_id, job_id, kind, args, state, priority, max_attempts, run_at, hold_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &self.instance_id,
            &self.job_id,
            self.kind.as_str(),
            self.args.as_str(),
            self.state.as_str(),
            self.priority,
            self.max_attempts,
            self.run_at,
            self.hold_id.as_ref(),
            self.created_at
        )
    }

    pub(crate) fn update(&self) -> Statement {
        sql!(
            "UPDATE jobs SET state = $3, attempt = $4, run_at = $5, worker = NULL, lease_until = NULL, progress_percent = $6, \
             progress_step = $7, result = $8, error = $9, finished_at = $10 WHERE instance_id = $1 AND job_id = $2",
            &self.instance_id,
            &self.job_id,
            self.state.as_str(),
            self.attempt,
            self.run_at,
            self.progress_percent,
            self.progress_step.as_deref(),
            self.result.as_deref(),
            self.error.as_deref(),
            self.finished_at
        )
    }
}

impl Store {
    /// The jobs of an instance, newest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_jobs(&self, instance_id: &InstanceId, limit: i64) -> Result<Vec<Job>, Error> {
        self.list_jobs_by(instance_id, &JobFilter::default(), limit).await
    }

    /// The jobs of an instance that the filter names, newest first.
    ///
    /// New jobs stand before all that were listed, so that pages read one after the other with [`JobFilter::before`]
    /// neither skip nor repeat any.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_jobs_by(
        &self,
        instance_id: &InstanceId,
        filter: &JobFilter,
        limit: i64,
    ) -> Result<Vec<Job>, Error> {
        self.jobs(select_page(instance_id, filter, limit)).await
    }

    /// The job with this id, if it belongs to the instance.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_job(&self, instance_id: &InstanceId, job_id: &JobId) -> Result<Option<Job>, Error> {
        let statement = sql!(
            job_columns!("SELECT", "FROM jobs WHERE instance_id = $1 AND job_id = $2"),
            instance_id,
            job_id
        );
        Ok(self.jobs(statement).await?.into_iter().next())
    }

    /// When the next job of these kinds falls due; `None` when none is waiting.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn next_job_at(&self) -> Result<Option<Timestamp>, Error> {
        let statement =
            sql!("SELECT min(run_at) FROM jobs WHERE state IN ('scheduled', 'available', 'retryable')");
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                match row(conn, statement).await? {
                    Some(mut row) => row.maybe_time(),
                    None => Ok(None),
                }
            })
        })
        .await
    }

    pub(crate) async fn jobs(&self, statement: Statement) -> Result<Vec<Job>, Error> {
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(Job::read).collect() })
        })
        .await
    }
}
