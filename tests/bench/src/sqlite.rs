//! What SQLite itself does with the statements of a spend, a grant or a webhook, in groups as large as ours.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use rusqlite::{Connection, ToSql, Transaction, params};
use serde::Serialize;

use crate::identity;

/// As the store's driver sets them.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
     PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 8000;";

/// The reads of a change to the money of an instance, as the store's driver sends them.
const READS: [&str; 2] = [
    "SELECT instance_id, promo, plan, purchased, held, spent, expired, debt, seq, head, installed_at, removed_at, \
     origin_instance_id, subscription, due_at, last_webhook_at, reconciled_at FROM instances WHERE instance_id = ?1",
    "SELECT grant_id, business_key, pool, source, amount, remaining, plan_id, catalog_version, effective_at, expires_at \
     FROM grants WHERE instance_id = ?1 AND remaining > 0",
];
/// What a spend looks for besides, and a grant.
const SELECT_REPLY: &str =
    "SELECT reply_key, request_hash, status, body FROM replies WHERE instance_id = ?1 AND reply_key = ?2";
const SELECT_KEY: &str =
    "SELECT business_key FROM business_keys WHERE instance_id = ?1 AND business_key = ?2";

/// The writes.
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
const INSERT_KEY: &str =
    "INSERT INTO business_keys (instance_id, business_key, created_at) VALUES (?1, ?2, ?3)";
const INSERT_GRANT: &str = "INSERT INTO grants (instance_id, grant_id, business_key, pool, source, amount, remaining, plan_id, \
     catalog_version, effective_at, expires_at, closed, taken_back, rules) \
     VALUES (?1, ?2, ?2, 'purchased', 'adjust', 1, 1, NULL, 'bench', ?3, NULL, 0, 0, '')";
const INSERT_FACT: &str = "INSERT INTO facts (instance_id, fact_key, event_type, happened_at, received_at, kind, payload, state, \
     reason) VALUES (?1, ?2, 'InvoiceStatusUpdated', ?3, ?3, ?4, ?4, 'done', NULL) \
     ON CONFLICT (instance_id, fact_key) DO NOTHING";
const INSERT_DELIVERY: &str = "INSERT INTO deliveries (instance_id, delivery_id, fact_key, event_type, received_at, duplicate) \
     VALUES (?1, ?2, ?2, 'InvoiceStatusUpdated', ?3, 0)";

/// Whose statements.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Work {
    Spend,
    Grant,
    Webhook,
}

/// Which database, how many in one transaction.
#[derive(Args, Clone, Debug)]
pub(crate) struct SqliteArgs {
    /// A database the server has left, with the instances in it. Afterwards its books are wrong.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// What is done again and again.
    #[arg(long)]
    work: Work,
    /// How long.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many of them in one transaction.
    #[arg(long, default_value_t = 64)]
    group: u32,
    /// How many instances take turns.
    #[arg(long, default_value_t = 1_000)]
    instances: usize,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct SqliteFigures {
    per_second: f64,
}

/// Commits groups of them, each safely on the disk, for as long as told.
pub(crate) fn run(args: &SqliteArgs) -> Result<SqliteFigures> {
    let mut connection =
        Connection::open(&args.file).with_context(|| format!("cannot open {}", args.file.display()))?;
    connection.execute_batch(SETTINGS)?;
    let (time, started, mut count) = (Duration::try_from_secs_f64(args.seconds)?, Instant::now(), 0_u32);
    while started.elapsed() < time {
        let transaction = connection.transaction()?;
        for _ in 0..args.group {
            transaction.execute_batch("SAVEPOINT turn")?;
            let instance = identity::instance(count as usize % args.instances);
            args.work.run(&transaction, instance.as_str(), count)?;
            transaction.execute_batch("RELEASE turn")?;
            count += 1;
        }
        transaction.commit()?;
    }
    Ok(SqliteFigures { per_second: f64::from(count) / started.elapsed().as_secs_f64() })
}

impl Work {
    fn run(self, transaction: &Transaction<'_>, instance: &str, number: u32) -> Result<()> {
        // Beyond the numbers of the server's own entries, and those of other work on the same database.
        let seq = (self as i64 + 1) * 1_000_000_000 + i64::from(number);
        let (key, hash, body) =
            (format!("limit-{seq:024}"), format!("{number:064x}"), format!("{number:0300}"));
        let write = |statement: &str, values: &[&dyn ToSql]| -> Result<()> {
            transaction.prepare_cached(statement)?.execute(values)?;
            Ok(())
        };
        match self {
            Self::Spend => {
                READS.iter().try_for_each(|read| fetch(transaction, read, params![instance]))?;
                fetch(transaction, SELECT_REPLY, params![instance, key])?;
                write(UPDATE_GRANT, params![instance])?;
                write(INSERT_ENTRY, params![instance, seq, key, hash])?;
                write(INSERT_REPLY, params![instance, key, hash, body])?;
                write(UPDATE_INSTANCE, params![instance, seq, hash])
            }
            Self::Grant => {
                READS.iter().try_for_each(|read| fetch(transaction, read, params![instance]))?;
                fetch(transaction, SELECT_KEY, params![instance, key])?;
                write(INSERT_KEY, params![instance, key, seq])?;
                write(INSERT_GRANT, params![instance, key, seq])?;
                write(INSERT_ENTRY, params![instance, seq, key, hash])?;
                write(UPDATE_INSTANCE, params![instance, seq, hash])
            }
            Self::Webhook => {
                write(INSERT_FACT, params![instance, key, seq, body])?;
                write(INSERT_DELIVERY, params![instance, key, seq])
            }
        }
    }
}

fn fetch(transaction: &Transaction<'_>, statement: &str, values: &[&dyn ToSql]) -> Result<()> {
    let mut statement = transaction.prepare_cached(statement)?;
    let mut rows = statement.query(values)?;
    while rows.next()?.is_some() {}
    Ok(())
}
