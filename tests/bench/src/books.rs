//! The store by itself: credits given, and books checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use serde::Serialize;
use tokio::task::JoinSet;
use wixapp_core::Credits;
use wixapp_core::clock::{Clock, SystemClock};
use wixapp_core::entry::Cause;
use wixapp_core::grant::{GrantRequest, Pool, Source};
use wixapp_store::{Store, Tx, Want};

use crate::identity;

/// As many callers as the load on the server has connections.
const CALLERS: usize = 64;

/// Which database, and how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct BooksArgs {
    /// The database; it is migrated first.
    #[arg(long, value_name = "URL")]
    database: String,
    /// How long credits are given.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many instances take turns.
    #[arg(long, default_value_t = 1_000)]
    instances: usize,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct BooksFigures {
    /// Grants in a second, each a transaction of its caller.
    grants_per_second: f64,
    /// Entries whose chain, sums and holds were checked in a second.
    verified_per_second: f64,
}

/// Gives credits from many callers at once, then checks the books of every instance.
pub(crate) async fn run(args: &BooksArgs) -> Result<BooksFigures> {
    let store = Store::open(&args.database).await?;
    store.migrate().await?;
    let (next, started) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let until = started + Duration::try_from_secs_f64(args.seconds)?;
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (store, next, instances) = (store.clone(), Arc::clone(&next), args.instances);
        callers.spawn(async move {
            while Instant::now() < until {
                give(&store, next.fetch_add(1, Ordering::Relaxed), instances).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    let given = next.load(Ordering::Relaxed);
    let grants_per_second = per_second(given, started);
    let (started, mut entries) = (Instant::now(), 0);
    for number in 0..args.instances {
        let instance = identity::instance(number);
        let Some(found) = store.find_instance(&instance).await? else { continue };
        ensure!(store.verify_ledger(&instance).await?.is_none(), "the books of {instance} are wrong");
        entries += found.seq.unsigned_abs();
    }
    let verified_per_second = per_second(entries, started);
    store.close().await;
    Ok(BooksFigures { grants_per_second, verified_per_second })
}

async fn give(store: &Store, number: u64, instances: usize) -> Result<()> {
    let instance = identity::instance(usize::try_from(number)? % instances);
    let now = SystemClock.now();
    // The key must be new in a database that earlier runs have used.
    let key = format!("gift-{}-{}-{number}", std::process::id(), now.as_microsecond());
    let gift = GrantRequest {
        business_key: key.clone(),
        pool: Pool::Purchased,
        source: Source::Adjust,
        amount: Credits::new(1).unwrap_or(Credits::ZERO),
        plan_id: None,
        catalog_version: "bench".to_owned(),
        effective_at: now,
        expires_at: None,
        cause: Cause::new("bench", "a gift"),
    };
    let decide = move |tx: &mut Tx| tx.account.grant(gift.clone(), tx.now);
    let is_new = store.transact(&instance, Want::money().business_key(key), now, decide).await??;
    ensure!(is_new, "a gift was there already");
    Ok(())
}

fn per_second(count: u64, since: Instant) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / since.elapsed().as_secs_f64()
}
