//! What time brings: when something falls due, and whether everything that is due was done.

use wixapp_core::clock::Timestamp;

use crate::conn::{row, sql};
use crate::error::Error;
use crate::store::Store;

impl Store {
    /// The first moment after `moment` at which a subscription is looked at, a job falls due, something is done by
    /// the calendar or a reservation runs out.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn next_due_after(&self, moment: Timestamp) -> Result<Option<Timestamp>, Error> {
        let statement = sql!(
            "SELECT min(due) FROM (\
             SELECT min(due_at) AS due FROM instances WHERE due_at > $1 \
             UNION ALL SELECT min(run_at) FROM jobs WHERE state IN ('scheduled', 'retryable') AND unique_place < 2 AND run_at > $2 \
             UNION ALL SELECT min(next_at) FROM crons WHERE next_at > $4 AND next_at < $5 \
             UNION ALL SELECT min(expires_at) FROM holds WHERE state = 'open' AND expires_at > $3) AS dues",
            moment,
            moment,
            moment,
            moment,
            Timestamp::MAX
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

    /// Whether nothing waits to be done: no job that runs, no fact to look at, and no subscription, job or reservation due by
    /// `now`.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn is_idle(&self, now: Timestamp) -> Result<bool, Error> {
        Ok(!self.has_running_job().await?
            && self.list_unprocessed(1).await?.is_empty()
            && self.list_due(now, 1).await?.is_empty()
            && self.list_due_crons(now).await?.is_empty()
            && self.next_job_at().await?.is_none_or(|at| at > now)
            && self.list_overdue_holds(now, 1).await?.is_empty())
    }
    async fn has_running_job(&self) -> Result<bool, Error> {
        let statement = sql!("SELECT job_id FROM jobs WHERE state = 'running' LIMIT 1");
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { Ok(row(conn, statement).await?.is_some()) })
        })
        .await
    }
}
