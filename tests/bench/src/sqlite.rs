//! What SQLite itself does with the statements of a spend, in groups as large as ours.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use rusqlite::{Connection, Transaction, params};
use serde::Serialize;

use crate::identity;

/// As the store's driver sets them.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
     PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 8000;";

/// The reads of a spend, as the store's driver sends them.
const READS: [&str; 3] = [
    "SELECT instance_id, promo, plan, purchased, held, spent, expired, debt, seq, head, installed_at, removed_at, \
     origin_instance_id, subscription, due_at, last_webhook_at, reconciled_at FROM instances WHERE instance_id = ?1",
    "SELECT grant_id, business_key, pool, source, amount, remaining, plan_id, catalog_version, effective_at, expires_at \
     FROM grants WHERE instance_id = ?1 AND remaining > 0",
    "SELECT reply_key, request_hash, status, body FROM replies WHERE instance_id = ?1 AND reply_key = 'none'",
];

/// Its writes.
const UPDATE_GRANT: &str =
    "UPDATE grants SET remaining = remaining - 1 WHERE instance_id = ?1 AND remaining > 0";
const INSERT_ENTRY: &str = "INSERT INTO entries (instance_id, seq, entry_id, debit, credit, amount, code, business_key, \
     hold_id, actor, reason, fact_key, available_after, created_at, hash) \
     VALUES (?1, ?2, ?3, 'available:promo', 'spent', 1, 'spend', ?3, NULL, 'user', 'bench: ', NULL, 1000, ?2, ?4)";
const INSERT_REPLY: &str = "INSERT INTO replies (instance_id, reply_key, request_hash, status, body, created_at) \
     VALUES (?1, ?2, ?3, 200, ?4, 0)";
const UPDATE_INSTANCE: &str = "UPDATE instances SET promo = ?2, plan = 0, purchased = 0, held = 0, spent = ?2, expired = 0, \
     debt = 0, seq = ?2, head = ?3, installed_at = installed_at, removed_at = NULL, origin_instance_id = NULL, \
     subscription = subscription, due_at = due_at, last_webhook_at = last_webhook_at, reconciled_at = reconciled_at \
     WHERE instance_id = ?1";

/// Which database, how many in one transaction.
#[derive(Args, Clone, Debug)]
pub(crate) struct SqliteArgs {
    /// A database the server has left, with the instances in it. Afterwards its books are wrong.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// How long.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Spends in one transaction.
    #[arg(long, default_value_t = 64)]
    group: u32,
    /// How many instances take turns.
    #[arg(long, default_value_t = 1_000)]
    instances: usize,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct SqliteFigures {
    spends_per_second: f64,
}

/// Commits groups of spends, each safely on the disk, for as long as told.
pub(crate) fn run(args: &SqliteArgs) -> Result<SqliteFigures> {
    let mut connection =
        Connection::open(&args.file).with_context(|| format!("cannot open {}", args.file.display()))?;
    connection.execute_batch(SETTINGS)?;
    let (time, started, mut count) = (Duration::try_from_secs_f64(args.seconds)?, Instant::now(), 0_u32);
    while started.elapsed() < time {
        let transaction = connection.transaction()?;
        for _ in 0..args.group {
            spend(&transaction, count, args.instances)?;
            count += 1;
        }
        transaction.commit()?;
    }
    Ok(SqliteFigures { spends_per_second: f64::from(count) / started.elapsed().as_secs_f64() })
}

fn spend(transaction: &Transaction<'_>, number: u32, instances: usize) -> Result<()> {
    let instance = identity::instance(number as usize % instances);
    let instance = instance.as_str();
    // Beyond the numbers of the server's own entries.
    let (seq, key) = (1_000_000_000 + i64::from(number), format!("spend:limit-{number:024}:promo"));
    let (hash, body) = (format!("{number:064x}"), format!("{number:0300}"));
    transaction.execute_batch("SAVEPOINT turn")?;
    for read in READS {
        let mut statement = transaction.prepare_cached(read)?;
        let mut rows = statement.query(params![instance])?;
        while rows.next()?.is_some() {}
    }
    transaction.prepare_cached(UPDATE_GRANT)?.execute(params![instance])?;
    transaction.prepare_cached(INSERT_ENTRY)?.execute(params![instance, seq, key, hash])?;
    transaction.prepare_cached(INSERT_REPLY)?.execute(params![instance, key, hash, body])?;
    transaction.prepare_cached(UPDATE_INSTANCE)?.execute(params![instance, seq, hash])?;
    transaction.execute_batch("RELEASE turn")?;
    Ok(())
}
