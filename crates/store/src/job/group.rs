//! Groups of jobs: once all of a group have ended, one more job is added that joins what they gave.
//!
//! Whether a group has ended is read off its jobs in the transaction that ends one of them, and those of an instance take
//! turns: so the last of them sees that it is the last, whoever else ends at the same moment.

use wixapp_core::clock::Timestamp;
use wixapp_core::{InstanceId, JobGroupId, JobId};

use super::{Job, NewJob, job_columns};
use crate::conn::{Statement, sql};
use crate::error::Error;
use crate::store::Store;

/// Jobs to add together, and the one that joins them once all have ended, well or not.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// The group's id.
    pub group_id: JobGroupId,
    /// What is added when the last of them ends. Only its kind, arguments, priority, attempts and rate are looked at: it is due at
    /// once, has an id of its own each time the group ends, and no credits are put aside for it.
    pub join: NewJob,
    /// The jobs of the group. A group of none is joined at once.
    pub members: Vec<NewJob>,
}

/// Another job stands for one that was to be in a group, by its [`Unique`](crate::Unique): nothing can be joined of what is
/// not in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the job {by} stands for one of the group")]
pub struct MemberTaken {
    /// The one that stands for it.
    pub by: JobId,
}

impl NewGroup {
    /// What a decision must see to add it.
    #[must_use]
    pub fn want(&self, want: crate::Want) -> crate::Want {
        self.members.iter().fold(want, |want, member| member.want(want))
    }

    pub(crate) fn insert(&self, instance_id: &InstanceId) -> Statement {
        let rate_key = self.join.rate.as_ref().map(|rate| rate.key(instance_id));
        sql!(
            "INSERT INTO job_groups (instance_id, group_id, kind, args, priority, max_attempts, rate_key) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            instance_id,
            &self.group_id,
            self.join.kind.as_str(),
            self.join.args.as_str(),
            self.join.priority,
            self.join.max_attempts,
            rate_key.as_deref()
        )
    }
}

/// Adds the job that joins a group, if all of the group have ended and none waits already: that one will see what they gave.
/// It waits behind one that is at it.
pub(crate) fn join(
    instance_id: &InstanceId,
    group_id: &JobGroupId,
    job_id: &JobId,
    now: Timestamp,
) -> Statement {
    // A kind is never empty, so that no key of another job begins with a colon.
    sql!(
        "INSERT INTO jobs (instance_id, job_id, kind, args, state, priority, max_attempts, run_at, turn_at, created_at, rate_key, \
         group_id, unique_key, unique_place) \
         SELECT instance_id, CAST($3 AS TEXT), kind, args, 'available', priority, max_attempts, CAST($4 AS BIGINT), \
         CAST($4 AS BIGINT), CAST($4 AS BIGINT), rate_key, group_id, ':' || group_id, \
         CASE WHEN EXISTS (SELECT 1 FROM jobs AS first WHERE first.instance_id = $1 AND first.unique_key = ':' || job_groups.group_id \
         AND first.unique_place = 1) THEN 2 ELSE 1 END \
         FROM job_groups WHERE instance_id = $1 AND group_id = $2 \
         AND NOT EXISTS (SELECT 1 FROM jobs AS others WHERE others.instance_id = $1 AND others.group_id = $2 AND ( \
         others.group_number IS NOT NULL AND others.state NOT IN ('completed', 'cancelled', 'discarded') \
         OR others.group_number IS NULL AND others.state IN ('scheduled', 'available', 'retryable')))",
        instance_id,
        group_id,
        job_id,
        now
    )
}

/// Forgets a group of which nothing is left.
pub(crate) fn delete_empty(instance_id: &InstanceId, group_id: &JobGroupId) -> Statement {
    sql!(
        "DELETE FROM job_groups WHERE instance_id = $1 AND group_id = $2 \
         AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.instance_id = $1 AND jobs.group_id = $2)",
        instance_id,
        group_id
    )
}

/// Nobody waits for what has just ended any more: what would be joined is deleted with all the rest.
pub(crate) fn withdraw(instance_id: &InstanceId) -> [Statement; 2] {
    [
        sql!(
            "DELETE FROM jobs WHERE instance_id = $1 AND group_id IS NOT NULL AND group_number IS NULL \
             AND state NOT IN ('completed', 'cancelled', 'discarded')",
            instance_id
        ),
        sql!("DELETE FROM job_groups WHERE instance_id = $1", instance_id),
    ]
}

impl Store {
    /// The jobs of a group, in the order in which they were given; without those that join it.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_members(
        &self,
        instance_id: &InstanceId,
        group_id: &JobGroupId,
    ) -> Result<Vec<Job>, Error> {
        self.jobs(sql!(
            job_columns!(
                "SELECT",
                "FROM jobs WHERE instance_id = $1 AND group_id = $2 AND group_number IS NOT NULL ORDER BY group_number"
            ),
            instance_id,
            group_id
        ))
        .await
    }
}
