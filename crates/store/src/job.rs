//! Jobs as they are stored and read.

pub(crate) mod group;
mod list;
mod rate;
pub(crate) mod step;
pub(crate) mod unique;

use wixapp_core::clock::Timestamp;
use wixapp_core::job::JobState;
use wixapp_core::{Credits, HoldId, InstanceId, JobGroupId, JobId};

use crate::conn::{Statement, sql};
use crate::error::Error;
use crate::tx::Lease;
use crate::value::Row;

use crate::want::Want;
pub use group::{MemberTaken, NewGroup};
pub use list::JobFilter;
pub use rate::Rate;
pub use step::JobLine;
pub use unique::Unique;
use unique::UniqueKey;

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
    /// Which other jobs it is the same as.
    pub unique: Option<Unique>,
    /// The rate at which it and others like it may begin.
    pub rate: Option<Rate>,
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
    /// The key that only one job has at a time, with its kind before it.
    pub unique_key: Option<String>,
    /// Whether it has that key (1), waits for the one that has it (2), or neither (0).
    pub unique_place: i64,
    /// Until when it keeps the key once completed.
    pub unique_until: Option<Timestamp>,
    /// How many workers were lost while they had it, since it was added or last retried by hand.
    pub deaths: i64,
    /// When its last attempt began, by the app's clock.
    pub started_at: Option<Timestamp>,
    /// By this and its priority it waits for its turn among the due ones.
    pub turn_at: Timestamp,
    /// The rate at which it may begin.
    pub rate_key: Option<String>,
    /// The group it belongs to.
    pub group_id: Option<JobGroupId>,
    /// Its number in the group, from 0; the job that joins the group has none.
    pub group_number: Option<i64>,
}

/// How much later each further job of an instance has its turn: as if it took that long.
pub(crate) const TURN_US: i64 = 1_000_000;
/// Jobs that are due later get their turn when they are.
const NO_TURN_US: i64 = -1_000_000_000_000_000;

macro_rules! job_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " instance_id, job_id, kind, args, state, priority, attempt, max_attempts, fence, run_at, worker, lease_until, \
             hold_id, (SELECT holds.amount FROM holds WHERE holds.instance_id = jobs.instance_id AND holds.hold_id = jobs.hold_id), \
             progress_percent, progress_step, result, error, created_at, finished_at, unique_key, unique_place, unique_until, deaths, started_at, turn_at, rate_key, group_id, group_number ",
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

impl NewJob {
    /// What a decision must see to add it: other jobs that it may be the same as.
    #[must_use]
    pub fn want(&self, want: Want) -> Want {
        match self.unique_key() {
            Some(unique) => want.job_key(unique.key),
            None => want,
        }
    }

    pub(crate) fn unique_key(&self) -> Option<UniqueKey> {
        self.unique.as_ref().map(|unique| unique.key(&self.kind, self.run_at))
    }

    pub(crate) fn into_job(self, instance_id: InstanceId, now: Timestamp) -> Job {
        let state = if self.run_at > now { JobState::Scheduled } else { JobState::Available };
        let unique = self.unique_key();
        let rate_key = self.rate.as_ref().map(|rate| rate.key(&instance_id));
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
            unique_until: unique.as_ref().and_then(|unique| unique.until),
            unique_place: i64::from(unique.is_some()),
            unique_key: unique.map(|unique| unique.key),
            deaths: 0,
            started_at: None,
            turn_at: self.run_at,
            rate_key,
            group_id: None,
            group_number: None,
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
            unique_key: row.maybe_text()?,
            unique_place: row.int()?,
            unique_until: row.maybe_time()?,
            deaths: row.int()?,
            started_at: row.maybe_time()?,
            turn_at: row.time()?,
            rate_key: row.maybe_text()?,
            group_id: row.maybe_parse()?,
            group_number: row.maybe_int()?,
        })
    }

    /// The claim under which this job runs.
    #[must_use]
    pub fn lease(&self) -> Lease {
        Lease { job_id: self.job_id.clone(), fence: self.fence }
    }

    pub(crate) fn insert(&self) -> Statement {
        sql!(
            "INSERT INTO jobs (instance_id, job_id, kind, args, state, priority, max_attempts, run_at, hold_id, created_at, \
             unique_key, unique_place, unique_until, rate_key, group_id, group_number, turn_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $17, $18, \
             (SELECT max(turn_at) FROM (SELECT CAST($15 AS BIGINT) AS turn_at \
             UNION ALL SELECT max(turn_at) + CAST($16 AS BIGINT) FROM jobs WHERE instance_id = $1 AND state = 'available') AS turns))",
            &self.instance_id,
            &self.job_id,
            self.kind.as_str(),
            self.args.as_str(),
            self.state.as_str(),
            self.priority,
            self.max_attempts,
            self.run_at,
            self.hold_id.as_ref(),
            self.created_at,
            self.unique_key.as_deref(),
            self.unique_place,
            self.unique_until,
            self.rate_key.as_deref(),
            self.turn_at,
            if self.state == JobState::Available { TURN_US } else { NO_TURN_US },
            self.group_id.as_ref(),
            self.group_number
        )
    }

    pub(crate) fn update(&self) -> Statement {
        sql!(
            "UPDATE jobs SET state = $3, attempt = $4, run_at = $5, worker = NULL, lease_until = NULL, progress_percent = $6, \
             progress_step = $7, result = $8, error = $9, finished_at = $10, fence = $11, hold_id = $12, unique_place = $13, \
             deaths = $14, turn_at = $15, rate_passed = 0 WHERE instance_id = $1 AND job_id = $2",
            &self.instance_id,
            &self.job_id,
            self.state.as_str(),
            self.attempt,
            self.run_at,
            self.progress_percent,
            self.progress_step.as_deref(),
            self.result.as_deref(),
            self.error.as_deref(),
            self.finished_at,
            self.fence,
            self.hold_id.as_ref(),
            self.unique_place,
            self.deaths,
            self.turn_at
        )
    }
}
