//! The signs of life that processes leave in the database: what nobody kept for a while may be a restored copy, and what many
//! keep at once must share what there is only once.

use jiff::SignedDuration;
use wixapp_core::clock::Timestamp;

use crate::conn::{row, sql};
use crate::error::Error;
use crate::store::Store;

/// After this time without a sign a process is taken for ended.
const GONE: SignedDuration = SignedDuration::from_secs(90);

impl Store {
    /// When somebody last kept this database; `None` for a new one.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_kept_at(&self) -> Result<Option<Timestamp>, Error> {
        self.read(|conn| {
            Box::pin(async move {
                let found = row(conn, sql!("SELECT at FROM signs_of_life WHERE name = 'server'")).await?;
                found.map(|mut row| row.time()).transpose()
            })
        })
        .await
    }

    /// Notes that this database is kept.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn keep(&self, now: Timestamp) -> Result<(), Error> {
        self.write(move |conn| {
            Box::pin(async move {
                let note = sql!(
                    "INSERT INTO signs_of_life (name, at) VALUES ('server', $1) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                    now
                );
                conn.run(vec![note]).await.map(|_| ())
            })
        })
        .await
    }

    /// Notes that what is stored may be out of date: since `now`, nobody's word is good that was not heard after it.
    ///
    /// The note outlives the process: one that is started again must not take a restored copy for the truth.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn begin_doubt(&self, now: Timestamp) -> Result<(), Error> {
        self.write(move |conn| {
            Box::pin(async move {
                let note = sql!(
                    "INSERT INTO signs_of_life (name, at) VALUES ('doubt', $1) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                    now
                );
                conn.run(vec![note]).await.map(|_| ())
            })
        })
        .await
    }

    /// Since when what is stored may be out of date; `None` when nobody said so, or when Wix was asked about every instance
    /// that has the app since then, which ends the doubt.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_doubt(&self) -> Result<Option<Timestamp>, Error> {
        self.write(|conn| {
            Box::pin(async move {
                let end = sql!(
                    "DELETE FROM signs_of_life WHERE name = 'doubt' AND NOT EXISTS (SELECT 1 FROM instances \
                     WHERE coalesce(reconciled_at, created_at) < signs_of_life.at AND instance_id <> '_app' \
                     AND installed_at IS NOT NULL AND removed_at IS NULL)"
                );
                conn.run(vec![end]).await?;
                let found = row(conn, sql!("SELECT at FROM signs_of_life WHERE name = 'doubt'")).await?;
                found.map(|mut row| row.time()).transpose()
            })
        })
        .await
    }

    /// Counts the processes that keep this database, after noting that the one called `process` does.
    ///
    /// One that gave no sign for 90 seconds is counted no more. Processes whose clocks are further apart than that do not
    /// see each other.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn count_processes(&self, process: &str, now: Timestamp) -> Result<u32, Error> {
        let name = format!("process:{process}");
        self.write(move |conn| {
            let note = sql!(
                "INSERT INTO signs_of_life (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                name.as_str(),
                now
            );
            let gone = now.checked_sub(GONE).unwrap_or(now);
            Box::pin(async move {
                conn.run(vec![note, sql!("DELETE FROM signs_of_life WHERE name LIKE 'process:%' AND at < $1", gone)]).await?;
                let count = row(conn, sql!("SELECT count(*) FROM signs_of_life WHERE name LIKE 'process:%'")).await?;
                let count = count.map_or(Ok(1), |mut row| row.int())?;
                Ok(u32::try_from(count).unwrap_or(u32::MAX))
            })
        })
        .await
    }

    /// Forgets a process that ends.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn forget_process(&self, process: &str) -> Result<(), Error> {
        let name = format!("process:{process}");
        self.write(move |conn| {
            let statement = sql!("DELETE FROM signs_of_life WHERE name = $1", name.as_str());
            Box::pin(async move { conn.run(vec![statement]).await.map(|_| ()) })
        })
        .await
    }
}
