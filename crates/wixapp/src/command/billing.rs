//! `billing`: where instances buy.

use std::process::ExitCode;

use serde_json::json;
use wixapp_core::{BillingSource, InstanceId};
use wixapp_server::operator::billing;

use super::{ConfigArgs, database};
use crate::app::App;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Where an instance buys: Wix, Stripe, or nowhere
    #[command(subcommand)]
    Source(Source),
}

#[derive(clap::Subcommand)]
pub(super) enum Source {
    /// Show where an instance buys
    Show(Show),
    /// Settle where an instance buys from now on
    Set(Set),
}

#[derive(clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    target: Target,
}

#[derive(clap::Args)]
pub(super) struct Set {
    #[command(flatten)]
    target: Target,
    /// wix, stripe or none
    #[arg(value_parser = parse_source)]
    source: BillingSource,
}

#[derive(clap::Args)]
struct Target {
    #[command(flatten)]
    config: ConfigArgs,
    /// The instance
    #[arg(long, value_name = "ID")]
    instance: InstanceId,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn with_examples(command: clap::Command, program: &str) -> clap::Command {
    let show = format!("Examples:\n  {program} billing source show --instance 1f6c2d5e");
    let set = format!(
        "Examples:
  {program} billing source set --instance 1f6c2d5e stripe
  {program} billing source set --instance 1f6c2d5e none --json

Refused while a plan that was bought runs, or a page to pay on is open: only who sells a plan is asked how it goes on."
    );
    command.mut_subcommand("source", |source| {
        source
            .mut_subcommand("show", |command| command.after_help(show))
            .mut_subcommand("set", |command| command.after_help(set))
    })
}

pub(super) async fn run(app: App, command: Command) -> Result<ExitCode, Failure> {
    let Command::Source(command) = command;
    match command {
        Source::Show(Show { target }) => {
            let server = database::open_app(&target.config, &app).await?;
            let found = billing::source(&server, &target.instance).await?;
            server.store.close().await;
            tell(&target, found, None)
        }
        Source::Set(Set { target, source }) => {
            let server = database::open_app(&target.config, &app).await?;
            let before = billing::set_source(&server, &target.instance, source).await?;
            server.store.close().await;
            tell(&target, billing::Source { source, settled: true }, Some(before.source))
        }
    }
}

fn tell(target: &Target, found: billing::Source, before: Option<BillingSource>) -> Result<ExitCode, Failure> {
    let instance = &target.instance;
    if target.json {
        output::json(&json!({
            "instanceId": instance, "billingSource": found.source, "settled": found.settled, "before": before,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let source = found.source.as_str();
    output::line(&match (before, found.settled) {
        (Some(before), _) if before == found.source => format!("{instance}: {source}, as before."),
        (Some(before), _) => format!("{instance}: {source} from now on; it was {}.", before.as_str()),
        (None, true) => format!("{instance}: {source}, settled for it."),
        (None, false) => format!("{instance}: {source}, as billing.source says for all."),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn parse_source(text: &str) -> Result<BillingSource, String> {
    BillingSource::parse(text).ok_or_else(|| "it must be wix, stripe or none".to_owned())
}
