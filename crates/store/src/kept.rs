//! The sign of life that processes leave in the database: what nobody kept for a while may be a restored copy.

use wixapp_core::clock::Timestamp;

use crate::conn::{row, sql};
use crate::error::Error;
use crate::store::Store;

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
}
