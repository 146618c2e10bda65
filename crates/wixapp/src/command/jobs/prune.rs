//! `jobs prune`: delete jobs that ended long ago.

use std::process::ExitCode;

use jiff::SignedDuration;
use serde_json::json;

use crate::command::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

/// How many rows go in one transaction: others wait for it.
const BATCH: i64 = 500;

#[derive(clap::Args)]
pub(in crate::command) struct Prune {
    #[command(flatten)]
    config: ConfigArgs,
    /// How many days ago they ended at the least
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(0..=3_650))]
    older_than_days: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Prune) -> Result<ExitCode, Failure> {
    let (store, now) = database::open_to_write(&args.config).await?;
    let before = now.checked_sub(SignedDuration::from_hours(24 * args.older_than_days)).unwrap_or(now);
    let mut deleted = 0;
    loop {
        let more = store.purge_jobs(before, now, BATCH).await?;
        deleted += more;
        if more < BATCH.unsigned_abs() {
            break;
        }
        output::note(&format!("{deleted} jobs deleted …"));
    }
    store.close().await;
    if args.json {
        output::json(&json!({ "deleted": deleted, "before": before }))?;
    } else {
        let jobs = output::count(deleted, "job", "jobs");
        output::line(&format!("Deleted: {jobs} that ended before {before}."))?;
    }
    Ok(ExitCode::SUCCESS)
}
