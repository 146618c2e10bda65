//! The schema's versions. Applied migrations are never edited: expand, then contract.

use crate::conn::{Conn, Fut, row, sql};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) text: &'static str,
}

/// The version of the schema that this version of wixapp needs.
pub const SCHEMA_VERSION: i64 = 10;

pub(crate) const SQLITE: &[Migration] = &[
    Migration { version: 1, text: include_str!("../migrations/sqlite/0001_start.sql") },
    Migration { version: 2, text: include_str!("../migrations/sqlite/0002_ending.sql") },
    Migration { version: 3, text: include_str!("../migrations/sqlite/0003_job.sql") },
    Migration { version: 4, text: include_str!("../migrations/sqlite/0004_job_step.sql") },
    Migration { version: 5, text: include_str!("../migrations/sqlite/0005_cron.sql") },
    Migration { version: 6, text: include_str!("../migrations/sqlite/0006_job_turn.sql") },
    Migration { version: 7, text: include_str!("../migrations/sqlite/0007_job_group.sql") },
    Migration { version: 8, text: include_str!("../migrations/sqlite/0008_record.sql") },
    Migration { version: 9, text: include_str!("../migrations/sqlite/0009_taken.sql") },
    Migration { version: 10, text: include_str!("../migrations/sqlite/0010_facts_new.sql") },
];

pub(crate) const POSTGRES: &[Migration] = &[
    Migration { version: 1, text: include_str!("../migrations/postgres/0001_start.sql") },
    Migration { version: 2, text: include_str!("../migrations/postgres/0002_ending.sql") },
    Migration { version: 3, text: include_str!("../migrations/postgres/0003_job.sql") },
    Migration { version: 4, text: include_str!("../migrations/postgres/0004_job_step.sql") },
    Migration { version: 5, text: include_str!("../migrations/postgres/0005_cron.sql") },
    Migration { version: 6, text: include_str!("../migrations/postgres/0006_job_turn.sql") },
    Migration { version: 7, text: include_str!("../migrations/postgres/0007_job_group.sql") },
    Migration { version: 8, text: include_str!("../migrations/postgres/0008_record.sql") },
    Migration { version: 9, text: include_str!("../migrations/postgres/0009_taken.sql") },
    Migration { version: 10, text: include_str!("../migrations/postgres/0010_facts_new.sql") },
];

/// The table that says which versions were applied.
pub(crate) const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT NOT NULL PRIMARY KEY)";

/// What [`Store::migrate`](crate::Store::migrate) did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The version before; 0 for a new database.
    pub from: i64,
    /// The version now.
    pub to: i64,
}

/// The version of the schema; 0 when there is none.
pub(crate) fn version(conn: &mut dyn Conn) -> Fut<'_, i64> {
    Box::pin(async move {
        match row(conn, sql!("SELECT max(version) FROM schema_versions")).await? {
            Some(mut row) => Ok(row.maybe_int()?.unwrap_or(0)),
            None => Ok(0),
        }
    })
}

/// Refuses a database that a newer wixapp has written.
pub(crate) fn refuse_newer(found: i64) -> Result<(), crate::Error> {
    if found <= SCHEMA_VERSION {
        return Ok(());
    }
    Err(crate::Error::Inconsistent(format!(
        "the database was written by a newer wixapp (schema {found}, this one knows {SCHEMA_VERSION})"
    )))
}
