//! `jobs retry` and `jobs cancel`: one by one, or all that pass a filter.

use std::process::ExitCode;

use serde_json::json;
use wixapp_core::JobId;
use wixapp_core::clock::Timestamp;
use wixapp_core::job::JobState;
use wixapp_server::operator::jobs::{self, Act, Acted};
use wixapp_store::{JobFilter, Store};

use super::Filter;
use crate::command::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

#[derive(clap::Args)]
pub(in crate::command) struct Change {
    #[command(flatten)]
    config: ConfigArgs,
    /// The jobs; or say by a filter which
    #[arg(conflicts_with_all = ["instance", "kind", "state", "quarantined"])]
    job: Vec<JobId>,
    #[command(flatten)]
    filter: Filter,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn retry(args: Change) -> Result<ExitCode, Failure> {
    change(args, Act::Retry, "tried again", &[JobState::Discarded]).await
}

pub(super) async fn cancel(args: Change) -> Result<ExitCode, Failure> {
    let open = [JobState::Scheduled, JobState::Available, JobState::Running, JobState::Retryable];
    change(args, Act::Cancel, "cancelled", &open).await
}

async fn change(args: Change, act: Act, done: &str, usual: &[JobState]) -> Result<ExitCode, Failure> {
    if args.job.is_empty() && args.filter.is_empty() {
        return Err(Failure::user("no jobs were named").hint(
            "name them by their ids, or by --instance, --kind, --state or --quarantined; `jobs list` shows them",
        ));
    }
    let (store, now) = database::open_to_write(&args.config).await?;
    let acted = if args.job.is_empty() {
        let mut filter = args.filter.to_filter();
        if filter.states.is_empty() {
            filter.states = usual.to_vec();
        }
        by_filter(&store, act, filter, now).await
    } else {
        one_by_one(&store, act, &args.job, now).await
    };
    store.close().await;
    report(&acted?, done, args.json)
}

async fn by_filter(store: &Store, act: Act, filter: JobFilter, now: Timestamp) -> Result<Acted, Failure> {
    let progress = |count| output::note(&format!("{count} jobs looked at …"));
    Ok(jobs::act_on_all(store, act, &filter, now, progress).await?)
}

async fn one_by_one(store: &Store, act: Act, ids: &[JobId], now: Timestamp) -> Result<Acted, Failure> {
    let mut all = Acted::default();
    for id in ids {
        let job = jobs::find(store, id).await?;
        match jobs::act(store, act, &job, now).await {
            Ok(_) => all.done += 1,
            Err(error) => all.refused.push((id.clone(), error)),
        }
    }
    Ok(all)
}

fn report(acted: &Acted, done: &str, as_json: bool) -> Result<ExitCode, Failure> {
    if as_json {
        let refused =
            acted.refused.iter().map(|(id, error)| json!({ "jobId": id, "reason": error.message() }));
        output::json(&json!({ "done": acted.done, "refused": refused.collect::<Vec<_>>() }))?;
    } else {
        for (id, error) in &acted.refused {
            output::line(&format!("refused {id}: {}", error.message()))?;
        }
        let jobs = output::count(acted.done, "job was", "jobs were");
        let refused = output::count(acted.refused.len(), "was", "were");
        output::line(&format!("{jobs} {done}; {refused} refused."))?;
    }
    Ok(if acted.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
