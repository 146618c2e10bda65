//! What a job leaves behind while it runs: the results of its steps, and its lines.

use wixapp_core::clock::Timestamp;
use wixapp_core::{InstanceId, JobId};

use crate::conn::{Statement, rows, sql};
use crate::error::Error;
use crate::store::Store;
use crate::tx::Lease;

/// Something that a running job said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Its number in the attempt, from 0.
    pub number: i64,
    /// When it was said, by the app's clock.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

impl JobLine {
    /// Written once, and only as long as the claim holds.
    pub(crate) fn insert(&self, instance_id: &InstanceId, lease: &Lease) -> Statement {
        sql!(
            "INSERT INTO job_lines (instance_id, job_id, fence, number, at, text) \
             SELECT instance_id, job_id, fence, CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS TEXT) FROM jobs \
             WHERE instance_id = $1 AND job_id = $2 AND fence = $3 \
             ON CONFLICT (instance_id, job_id, fence, number) DO NOTHING",
            instance_id,
            &lease.job_id,
            lease.fence,
            self.number,
            self.at,
            self.text.as_str()
        )
    }
}

impl Store {
    /// The names and results of the steps of a job that are done.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_job_steps(
        &self,
        instance_id: &InstanceId,
        job_id: &JobId,
    ) -> Result<Vec<(String, String)>, Error> {
        let statement = sql!(
            "SELECT name, result FROM job_steps WHERE instance_id = $1 AND job_id = $2",
            instance_id,
            job_id
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                let found = rows(conn, statement).await?;
                found.into_iter().map(|mut row| Ok((row.text()?, row.text()?))).collect()
            })
        })
        .await
    }

    /// Stores the result of a step, for ever; `false` when the worker does not hold the job any more, and nothing is stored.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn save_job_step(
        &self,
        instance_id: &InstanceId,
        lease: &Lease,
        name: &str,
        result: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        // The update holds the row until the commit: a lease that is taken away meanwhile waits for it.
        let hold = sql!(
            "UPDATE jobs SET fence = fence WHERE instance_id = $1 AND job_id = $2 AND fence = $3 AND state = 'running'",
            instance_id,
            &lease.job_id,
            lease.fence
        );
        let insert = sql!(
            "INSERT INTO job_steps (instance_id, job_id, name, result, created_at) \
             SELECT instance_id, job_id, CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT) FROM jobs \
             WHERE instance_id = $1 AND job_id = $2 AND fence = $3 AND state = 'running' \
             ON CONFLICT (instance_id, job_id, name) DO NOTHING",
            instance_id,
            &lease.job_id,
            lease.fence,
            name,
            result,
            now
        );
        let statements = vec![hold, insert];
        let held = self
            .write(move |conn| {
                let statements = statements.clone();
                Box::pin(async move {
                    Ok(conn.run(statements).await?.first().is_some_and(|held| held.affected > 0))
                })
            })
            .await?;
        Ok(held)
    }

    /// What a job has said, oldest first; the last `limit` lines.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_job_lines(
        &self,
        instance_id: &InstanceId,
        job_id: &JobId,
        limit: i64,
    ) -> Result<Vec<JobLine>, Error> {
        let statement = sql!(
            "SELECT number, at, text FROM job_lines WHERE instance_id = $1 AND job_id = $2 ORDER BY fence DESC, number DESC LIMIT $3",
            instance_id,
            job_id,
            limit
        );
        let mut lines: Vec<JobLine> = self
            .read(move |conn| {
                let statement = statement.clone();
                Box::pin(async move {
                    let found = rows(conn, statement).await?;
                    let read = |mut row: crate::value::Row| {
                        Ok(JobLine { number: row.int()?, at: row.time()?, text: row.text()? })
                    };
                    found.into_iter().map(read).collect()
                })
            })
            .await?;
        lines.reverse();
        Ok(lines)
    }
}
