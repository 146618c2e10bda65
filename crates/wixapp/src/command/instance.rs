//! `instance`: what concerns one instance as a whole.

use std::process::ExitCode;

use serde_json::json;
use wixapp_core::InstanceId;
use wixapp_server::operator::delete;

use super::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Delete the personal data of an instance; the pseudonymous ledger stays
    Delete(Delete),
}

#[derive(clap::Args)]
pub(super) struct Delete {
    #[command(flatten)]
    config: ConfigArgs,
    /// The instance
    #[arg(long, value_name = "ID")]
    instance: InstanceId,
    /// Really do it: there is no way back
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn delete_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} instance delete --instance 1f6c2d5e --yes

Work under way is cancelled and its credits go back. Payloads, arguments, results and stored answers are gone. The
ledger stays under the instance's id, and free credits are never given again."
    )
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    let Command::Delete(args) = command;
    if !args.yes {
        return Err(Failure::user(format!(
            "the personal data of {} would be deleted for good",
            args.instance
        ))
        .hint("say --yes to do it"));
    }
    let (store, now) = database::open_to_write(&args.config).await?;
    let deleted = delete::delete(&store, &args.instance, now).await?;
    store.close().await;
    if args.json {
        output::json(&json!({
            "instanceId": args.instance,
            "cancelledJobs": deleted.jobs,
            "voidedReservations": deleted.holds,
        }))?;
    } else {
        output::line(&format!(
            "The personal data of {} is gone; {} cancelled and {} given back.",
            args.instance,
            output::count(deleted.jobs, "job was", "jobs were"),
            output::count(deleted.holds, "reservation was", "reservations were")
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
