//! `jobs`: look at background work, call it off, have it tried again, and delete what is old.

mod change;
mod prune;
mod show;

use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_core::InstanceId;
use wixapp_core::job::JobState;
use wixapp_store::{Job, JobFilter};

use crate::failure::Failure;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List jobs, the newest first
    List(show::List),
    /// Show one job with its arguments, result and error
    Show(show::Show),
    /// Have jobs tried again now; credits that came back are put aside again
    Retry(change::Change),
    /// Call jobs off; their credits come back, and whoever works on them is stopped
    Cancel(change::Change),
    /// Delete jobs that ended long ago
    Prune(prune::Prune),
}

/// Which jobs.
#[derive(clap::Args, Debug)]
struct Filter {
    /// Only of this instance
    #[arg(long, value_name = "ID")]
    instance: Option<InstanceId>,
    /// Only of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only in this state; may be given several times
    #[arg(long, value_name = "STATE", value_parser = parse_state)]
    state: Vec<JobState>,
    /// Only those that were put away because they lost three workers
    #[arg(long)]
    quarantined: bool,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.instance.is_none() && self.kind.is_none() && self.state.is_empty() && !self.quarantined
    }

    fn to_filter(&self) -> JobFilter {
        JobFilter {
            instance_id: self.instance.clone(),
            kind: self.kind.clone(),
            states: if self.quarantined { vec![JobState::Discarded] } else { self.state.clone() },
            quarantined: self.quarantined,
            created_before: None,
        }
    }
}

fn parse_state(text: &str) -> Result<JobState, String> {
    JobState::parse(text).ok_or_else(|| {
        let names = JobState::ALL.map(JobState::as_str);
        format!("it must be one of {}", names.join(", "))
    })
}

/// A command's name, and its examples in the name of the program.
type Examples = (&'static str, fn(&str) -> String);

pub(super) const EXAMPLES: [Examples; 5] = [
    ("list", |program| {
        format!(
            "Examples:
  {program} jobs list
  {program} jobs list --instance 1f6c2d5e --state discarded --state retryable
  {program} jobs list --quarantined --limit 100 --json"
        )
    }),
    ("show", |program| format!("Examples:\n  {program} jobs show job_0195e0c4a1b2")),
    ("retry", |program| {
        format!(
            "Examples:
  {program} jobs retry job_0195e0c4a1b2
  {program} jobs retry --state discarded --kind publish
  {program} jobs retry --quarantined --json

A job that failed or was cancelled begins anew, with all its attempts. Where its credits came back, they are put aside
again, or it is refused. Without a state, a filter means jobs that failed for good. Ends with 1 when a job was refused."
        )
    }),
    ("cancel", |program| {
        format!(
            "Examples:
  {program} jobs cancel job_0195e0c4a1b2
  {program} jobs cancel --instance 1f6c2d5e
  {program} jobs cancel --kind publish --state scheduled --json

Without a state, a filter means all jobs that have not ended. Ends with 1 when a job was refused."
        )
    }),
    ("prune", |program| {
        format!(
            "Examples:
  {program} jobs prune
  {program} jobs prune --older-than-days 7 --json

Servers and workers do this by themselves, after jobs.keep_days (WIXAPP_JOBS_KEEP_DAYS). The ledger stays."
        )
    }),
];

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List(args) => show::list(args).await,
        Command::Show(args) => show::show(args).await,
        Command::Retry(args) => change::retry(args).await,
        Command::Cancel(args) => change::cancel(args).await,
        Command::Prune(args) => prune::run(args).await,
    }
}

fn describe(job: &Job) -> Value {
    json!({
        "jobId": job.job_id,
        "instanceId": job.instance_id,
        "kind": job.kind,
        "state": job.state,
        "priority": job.priority,
        "attempt": job.attempt,
        "maxAttempts": job.max_attempts,
        "lostWorkers": job.deaths,
        "runAt": job.run_at,
        "worker": job.worker,
        "credits": job.credits,
        "progressPercent": job.progress_percent,
        "currentStep": job.progress_step,
        "uniqueKey": job.unique_key,
        "error": job.error,
        "createdAt": job.created_at,
        "finishedAt": job.finished_at,
    })
}

/// One line for people.
fn row(job: &Job) -> String {
    let why = job.error.as_deref().map(|error| format!("  {error}")).unwrap_or_default();
    format!(
        "{}  {}  {}  {}  {}  attempt {} of {}{why}",
        job.job_id,
        job.created_at,
        job.instance_id,
        job.kind,
        job.state.as_str(),
        job.attempt,
        job.max_attempts
    )
}
