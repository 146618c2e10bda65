//! `jobs list` and `jobs show`.

use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_core::JobId;
use wixapp_server::operator::jobs;
use wixapp_store::{Job, JobLine, Store};

use super::{Filter, describe, row};
use crate::command::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

/// How many of a job's lines are shown.
const LINES: i64 = 50;

#[derive(clap::Args)]
pub(in crate::command) struct List {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    filter: Filter,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(in crate::command) struct Show {
    #[command(flatten)]
    config: ConfigArgs,
    /// The job; `jobs list` shows them
    job: JobId,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn list(args: List) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let jobs = store.list_jobs_by(&args.filter.to_filter(), None, args.limit).await?;
    store.close().await;
    if args.json {
        output::json(&jobs.iter().map(describe).collect::<Vec<_>>())?;
    } else if jobs.is_empty() {
        output::line("There are no such jobs.")?;
    } else {
        for job in &jobs {
            output::line(&row(job))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show(args: Show) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let found = tell(&store, &args.job).await;
    store.close().await;
    let Told { job, steps, lines } = found?;
    // What is stored as JSON is shown as such; text that is none, as text.
    let read = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    if args.json {
        let mut shown = describe(&job);
        shown["arguments"] = read(&job.args);
        shown["result"] = job.result.as_deref().map_or(Value::Null, read);
        shown["steps"] = steps.iter().map(|(name, result)| (name.clone(), read(result))).collect();
        shown["log"] = lines.iter().map(|line| json!({ "at": line.at, "text": line.text })).collect();
        output::json(&shown)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&row(&job))?;
    output::line(&format!("due at {}, arguments {}", job.run_at, job.args))?;
    if let Some(step) = &job.progress_step {
        output::line(&format!("{} %: {step}", job.progress_percent))?;
    }
    for (name, result) in &steps {
        output::line(&format!("step `{name}` is done: {result}"))?;
    }
    for line in &lines {
        output::line(&format!("{}  {}", line.at, line.text))?;
    }
    if let Some(result) = &job.result {
        output::line(&format!("result {result}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A job, the steps that it has done, and the last that it has said.
struct Told {
    job: Job,
    steps: Vec<(String, String)>,
    lines: Vec<JobLine>,
}

async fn tell(store: &Store, id: &JobId) -> Result<Told, Failure> {
    let job = jobs::find(store, id).await?;
    let steps = store.list_job_steps(&job.instance_id, id).await?;
    let lines = store.list_job_lines(&job.instance_id, id, LINES).await?;
    Ok(Told { job, steps, lines })
}
