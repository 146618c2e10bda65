//! Reading jobs: one instance's, those an operator asks for, and those that are old.

use wixapp_core::clock::Timestamp;
use wixapp_core::job::{JobState, LAST_DEATH};
use wixapp_core::{InstanceId, JobGroupId, JobId};

use super::{Job, group, job_columns};
use crate::conn::{Statement, row, rows, sql};
use crate::error::Error;
use crate::store::Store;
use crate::tx::Lease;

/// Sorts behind every id.
const BEYOND_ALL_IDS: &str = "~";

/// Which jobs an operator means; an empty one means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only of this instance.
    pub instance_id: Option<InstanceId>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only in one of these states; in any when empty.
    pub states: Vec<JobState>,
    /// Only those that were put away because they lost worker after worker.
    pub quarantined: bool,
    /// Only those added before this moment.
    pub created_before: Option<Timestamp>,
}

impl Store {
    /// The jobs of an instance, newest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_jobs(&self, instance_id: &InstanceId, limit: i64) -> Result<Vec<Job>, Error> {
        self.list_jobs_of(instance_id, &[], None, limit).await
    }

    /// The jobs of an instance in one of these states, or in any when there are none; newest first, from the one `before` on.
    ///
    /// New jobs stand before all that were listed, so that pages read one after the other neither skip nor repeat any.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_jobs_of(
        &self,
        instance_id: &InstanceId,
        states: &[JobState],
        before: Option<&JobId>,
        limit: i64,
    ) -> Result<Vec<Job>, Error> {
        self.jobs(sql!(
            job_columns!(
                "SELECT",
                "FROM jobs WHERE instance_id = $1 AND job_id < $2 AND ($3 = '' OR strpos($3, '|' || state || '|') > 0) \
                 ORDER BY job_id DESC LIMIT $4"
            ),
            instance_id,
            before.map_or(BEYOND_ALL_IDS, JobId::as_str),
            in_bars(states),
            limit
        ))
        .await
    }

    /// The jobs of an instance that workers are at, oldest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_running_jobs(&self, instance_id: &InstanceId, limit: i64) -> Result<Vec<Job>, Error> {
        self.jobs(sql!(
            job_columns!(
                "SELECT",
                "FROM jobs WHERE instance_id = $1 AND state = 'running' ORDER BY job_id LIMIT $2"
            ),
            instance_id,
            limit
        ))
        .await
    }

    /// The jobs of an instance that ended after a moment of the app's clock, the last one first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_ended_jobs(
        &self,
        instance_id: &InstanceId,
        after: Timestamp,
        limit: i64,
    ) -> Result<Vec<Job>, Error> {
        self.jobs(sql!(
            job_columns!(
                "SELECT",
                "FROM jobs WHERE state IN ('completed', 'cancelled', 'discarded') AND finished_at > $2 AND instance_id = $1 \
                 ORDER BY finished_at DESC LIMIT $3"
            ),
            instance_id,
            after,
            limit
        ))
        .await
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
        let statement = sql!(
            "SELECT min(due) FROM (SELECT min(run_at) AS due FROM jobs WHERE state IN ('scheduled', 'retryable') AND unique_place < 2 \
                 UNION ALL SELECT min(run_at) FROM jobs WHERE state = 'available' AND unique_place < 2) AS dues"
        );
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

    /// The job with this id, whoever's it is; for operators.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_any_job(&self, job_id: &JobId) -> Result<Option<Job>, Error> {
        let statement =
            sql!(job_columns!("SELECT", "FROM jobs WHERE job_id = $1 ORDER BY instance_id LIMIT 1"), job_id);
        Ok(self.jobs(statement).await?.into_iter().next())
    }

    /// The jobs of all instances that pass the filter, newest first, from the one `before` on; for operators.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_jobs_by(
        &self,
        filter: &JobFilter,
        before: Option<&JobId>,
        limit: i64,
    ) -> Result<Vec<Job>, Error> {
        self.jobs(sql!(
            job_columns!(
                "SELECT",
                "FROM jobs WHERE job_id < $1 AND ($2 = '' OR instance_id = $2) AND ($3 = '' OR kind = $3) \
                 AND ($4 = '' OR strpos($4, '|' || state || '|') > 0) AND deaths >= $5 AND created_at < $6 \
                 ORDER BY job_id DESC, instance_id LIMIT $7"
            ),
            before.map_or(BEYOND_ALL_IDS, JobId::as_str),
            filter.instance_id.as_ref().map_or("", InstanceId::as_str),
            filter.kind.as_deref().unwrap_or_default(),
            in_bars(&filter.states),
            if filter.quarantined { LAST_DEATH } else { 0 },
            filter.created_before.unwrap_or(Timestamp::MAX),
            limit
        ))
        .await
    }

    /// Which of these claims do not hold any more.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_lost(&self, claims: &[(InstanceId, Lease)]) -> Result<Vec<Lease>, Error> {
        let select = |(instance_id, lease): &(InstanceId, Lease)| {
            sql!(
                "SELECT job_id FROM jobs WHERE instance_id = $1 AND job_id = $2 AND fence = $3 AND state = 'running'",
                instance_id,
                &lease.job_id,
                lease.fence
            )
        };
        let statements: Vec<Statement> = claims.iter().map(select).collect();
        let found = self
            .read(move |conn| {
                let statements = statements.clone();
                Box::pin(async move {
                    Ok(conn.run(statements).await?.iter().map(|o| !o.rows.is_empty()).collect::<Vec<_>>())
                })
            })
            .await?;
        Ok(claims
            .iter()
            .zip(found)
            .filter(|(_, holds)| !holds)
            .map(|((_, lease), _)| lease.clone())
            .collect())
    }

    /// Deletes jobs that ended before this moment, `limit` at most, and returns how many; those of a group once all of it have. Of a job that is one in a period, the
    /// row stays until `now` is beyond that period: it is what keeps a second one away.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn purge_jobs(&self, before: Timestamp, now: Timestamp, limit: i64) -> Result<u64, Error> {
        let old = sql!(
            "SELECT instance_id, job_id, group_id FROM jobs \
             WHERE state IN ('completed', 'cancelled', 'discarded') AND finished_at < $1 \
             AND (unique_place = 0 OR unique_until <= $2) \
             AND NOT EXISTS (SELECT 1 FROM jobs AS others WHERE others.instance_id = jobs.instance_id AND others.group_id = jobs.group_id \
             AND (others.finished_at IS NULL OR others.finished_at >= $1)) ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED",
            before,
            now,
            limit
        );
        self.write(move |conn| {
            let old = old.clone();
            Box::pin(async move {
                let (mut statements, mut count) = (Vec::new(), 0);
                for mut row in rows(conn, old).await? {
                    let (instance_id, job_id): (InstanceId, JobId) = (row.parse()?, row.parse()?);
                    let of = |text| sql!(text, &instance_id, &job_id);
                    statements.push(of("DELETE FROM job_steps WHERE instance_id = $1 AND job_id = $2"));
                    statements.push(of("DELETE FROM job_lines WHERE instance_id = $1 AND job_id = $2"));
                    statements.push(of("DELETE FROM jobs WHERE instance_id = $1 AND job_id = $2"));
                    let group_id: Option<JobGroupId> = row.maybe_parse()?;
                    statements.extend(group_id.map(|group_id| group::delete_empty(&instance_id, &group_id)));
                    count += 1;
                }
                conn.run(statements).await?;
                Ok(count)
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

/// The names of the states between bars; nothing for none.
fn in_bars(states: &[JobState]) -> String {
    let names: Vec<_> = states.iter().map(|state| state.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("|{}|", names.join("|")) }
}
