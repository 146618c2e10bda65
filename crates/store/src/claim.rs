//! What workers do with the job table: claim, show signs of life, find what others have dropped.

use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;
use wixapp_core::crash::{Moment, here};

use crate::conn::{Statement, rows, sql};
use crate::error::Error;
use crate::job::{Job, job_columns};
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
    /// Whether watchers should be told.
    pub tell: bool,
}

impl Store {
    /// Takes due jobs: lowest priority number first, then longest due. No two workers get the same job.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn claim_jobs(&self, claim: Claim) -> Result<Vec<Job>, Error> {
        let kinds = format!("|{}|", claim.kinds.join("|"));
        let statement = sql!(
            job_columns!(
                // MATERIALIZED: else PostgreSQL may run the inner query again and take more jobs than the limit.
                "WITH picked AS MATERIALIZED (SELECT instance_id, job_id FROM jobs \
                 WHERE state IN ('scheduled', 'available', 'retryable') AND run_at <= $3 AND strpos($4, '|' || kind || '|') > 0 \
                 ORDER BY priority, run_at, job_id LIMIT $5 FOR UPDATE SKIP LOCKED) \
                 UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = $1, lease_until = $2 \
                 WHERE (instance_id, job_id) IN (SELECT instance_id, job_id FROM picked) RETURNING",
                ""
            ),
            claim.worker.as_str(),
            claim.lease_until,
            claim.now,
            kinds,
            claim.limit
        );
        let mut jobs = self
            .write(move |conn| {
                let statement = statement.clone();
                Box::pin(async move {
                    let found = rows(conn, statement).await?;
                    found.into_iter().map(Job::read).collect::<Result<Vec<_>, _>>()
                })
            })
            .await?;
        if !jobs.is_empty() {
            here(Moment::JobsClaimed);
        }
        jobs.sort_by(|a, b| (a.priority, a.run_at, &a.job_id).cmp(&(b.priority, b.run_at, &b.job_id)));
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
        let statements: Vec<Statement> = beats.iter().map(beat_statement).collect();
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
