//! What workers do with the job table: claim, show signs of life, find what others have dropped.

mod limited;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;
use wixapp_core::crash::{Moment, here};

use crate::conn::{Statement, sql};
use crate::error::Error;
use crate::job::{Job, JobLine, TURN_US, job_columns};
use crate::live::{Change, Topic};
use crate::store::Store;
use crate::tx::Lease;
use crate::value::Value;

/// Which jobs a worker wants, and on which terms.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who claims.
    pub worker: String,
    /// The kinds it can run.
    pub kinds: Vec<String>,
    /// How many at most.
    pub limit: i64,
    /// The time by which jobs are due.
    pub now: Timestamp,
    /// Until when the claim holds, by the machines' clock.
    pub lease_until: Timestamp,
    /// What holds jobs back although they are due.
    pub limits: Limits,
}

/// What holds jobs back although they are due; by default nothing does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// How many jobs of one instance run at the same time, in the whole fleet.
    pub per_instance: Option<i64>,
    /// How far apart the jobs under a [`Rate`](crate::Rate) of this name begin.
    pub apart: BTreeMap<String, SignedDuration>,
}

impl Limits {
    fn is_empty(&self) -> bool {
        self.per_instance.is_none() && self.apart.is_empty()
    }
}

/// A sign of life of a running job.
#[derive(Debug, Clone)]
pub struct Beat {
    /// Whose job.
    pub instance_id: InstanceId,
    /// The claim.
    pub lease: Lease,
    /// Until when the claim holds now, by the machines' clock.
    pub lease_until: Timestamp,
    /// 0 to 100.
    pub percent: i64,
    /// What it does now.
    pub step: Option<String>,
    /// What it said since the last one.
    pub lines: Vec<JobLine>,
    /// Whether watchers should be told.
    pub tell: bool,
}

impl Store {
    /// Takes due jobs: lowest priority number first, then whose turn it is. No two workers get the same job.
    ///
    /// Each further job that an instance adds at once has its turn a second later, so that those of others come between.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn claim_jobs(&self, claim: Claim) -> Result<Vec<Job>, Error> {
        let mut jobs = if claim.limits.is_empty() {
            let (due, pick) = (due_statement(claim.now), pick_statement(&claim));
            self.write(move |conn| {
                let statements = vec![due.clone(), pick.clone()];
                Box::pin(async move {
                    let found = conn.run(statements).await?.pop().map(|picked| picked.rows);
                    found.unwrap_or_default().into_iter().map(Job::read).collect::<Result<Vec<_>, _>>()
                })
            })
            .await?
        } else {
            self.claim_limited(claim).await?
        };
        if !jobs.is_empty() {
            here(Moment::JobsClaimed);
        }
        jobs.sort_by(|a, b| (a.priority, a.turn_at, &a.job_id).cmp(&(b.priority, b.turn_at, &b.job_id)));
        Ok(jobs)
    }

    /// Records signs of life; returns the claims that do not hold any more.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn beat_jobs(&self, beats: Vec<Beat>) -> Result<Vec<Lease>, Error> {
        let told: Vec<Change> = beats
            .iter()
            .filter(|beat| beat.tell)
            .map(|beat| Change {
                instance_id: Some(beat.instance_id.clone()),
                topic: Topic::Job(beat.lease.job_id.clone()),
            })
            .collect();
        let lines = beats
            .iter()
            .flat_map(|beat| beat.lines.iter().map(|line| line.insert(&beat.instance_id, &beat.lease)));
        let statements: Vec<Statement> = beats.iter().map(beat_statement).chain(lines).collect();
        let affected = self
            .write(move |conn| {
                let statements = statements.clone();
                Box::pin(async move {
                    Ok(conn.run(statements).await?.iter().map(|o| o.affected).collect::<Vec<_>>())
                })
            })
            .await?;
        self.tell(told);
        Ok(beats.into_iter().zip(affected).filter(|(_, n)| *n == 0).map(|(beat, _)| beat.lease).collect())
    }

    /// The running jobs whose lease ran out by `machine_now`.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_stalled_jobs(&self, machine_now: Timestamp, limit: i64) -> Result<Vec<Job>, Error> {
        self.jobs(sql!(
            job_columns!(
                "SELECT",
                "FROM jobs WHERE state = 'running' AND lease_until < $1 ORDER BY lease_until LIMIT $2"
            ),
            machine_now,
            limit
        ))
        .await
    }
}

/// Whatever has become due waits for its turn from now on; a worker takes it from there.
fn due_statement(now: Timestamp) -> Statement {
    sql!(
        "WITH due AS MATERIALIZED (SELECT instance_id, job_id, run_at FROM jobs \
         WHERE state IN ('scheduled', 'retryable') AND unique_place < 2 AND run_at <= $1 \
         ORDER BY run_at LIMIT 1000 FOR UPDATE SKIP LOCKED \
         ), ranked AS (SELECT instance_id, job_id, \
         run_at + CAST($2 AS BIGINT) * (row_number() OVER (PARTITION BY instance_id ORDER BY run_at, job_id) - 1) AS turn FROM due) \
         UPDATE jobs SET state = 'available', turn_at = ranked.turn FROM ranked \
         WHERE jobs.instance_id = ranked.instance_id AND jobs.job_id = ranked.job_id",
        now,
        TURN_US
    )
}

fn pick_statement(claim: &Claim) -> Statement {
    let kinds = format!("|{}|", claim.kinds.join("|"));
    sql!(
        job_columns!(
            // MATERIALIZED: else PostgreSQL may run the inner query again and take more jobs than the limit.
            "WITH picked AS MATERIALIZED (SELECT instance_id, job_id FROM jobs \
             WHERE state = 'available' AND unique_place < 2 AND strpos($4, '|' || kind || '|') > 0 \
             ORDER BY priority, turn_at, job_id LIMIT $5 FOR UPDATE SKIP LOCKED) \
             UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = $1, lease_until = $2, started_at = $3 \
             WHERE (instance_id, job_id) IN (SELECT instance_id, job_id FROM picked) RETURNING",
            ""
        ),
        claim.worker.as_str(),
        claim.lease_until,
        claim.now,
        kinds,
        claim.limit
    )
}

fn beat_statement(beat: &Beat) -> Statement {
    sql!(
        "UPDATE jobs SET lease_until = $4, progress_percent = $5, progress_step = $6 \
         WHERE instance_id = $1 AND job_id = $2 AND fence = $3 AND state = 'running'",
        &beat.instance_id,
        &beat.lease.job_id,
        beat.lease.fence,
        beat.lease_until,
        beat.percent,
        Value::from(beat.step.as_deref())
    )
}
