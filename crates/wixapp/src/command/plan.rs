//! `plan`: give an instance a plan that nobody pays, and end it.

use std::process::ExitCode;

use serde_json::json;
use wixapp_core::clock::Timestamp;
use wixapp_core::subscription::Subscription;
use wixapp_core::{InstanceId, PlanId};
use wixapp_server::operator::plan::{self, Gift};

use super::{ConfigArgs, database};
use crate::app::App;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Give a plan by hand, with a reason
    Give(Give),
    /// End a plan that was given by hand
    End(End),
}

#[derive(clap::Args)]
pub(super) struct Target {
    #[command(flatten)]
    config: ConfigArgs,
    /// The instance
    #[arg(long, value_name = "ID")]
    instance: InstanceId,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    actor: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Give {
    #[command(flatten)]
    target: Target,
    /// The plan, also one that is not on sale
    #[arg(long, value_name = "PLAN")]
    plan: PlanId,
    /// Until when [default: until it is ended]
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

#[derive(clap::Args)]
pub(super) struct End {
    #[command(flatten)]
    target: Target,
}

pub(super) fn give_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} plan give --instance 1f6c2d5e --plan pro --until 2027-12-31T00:00:00Z --actor kim --reason partner
  {program} plan give --instance 1f6c2d5e --plan enterprise --actor kim --reason \"contract 4711\""
    )
}

pub(super) fn end_examples(program: &str) -> String {
    format!("Examples:\n  {program} plan end --instance 1f6c2d5e --actor kim --reason \"contract ended\"")
}

pub(super) async fn run(app: App, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Give(Give { target, plan: plan_id, until }) => {
            let server = database::open_app(&target.config, &app).await?;
            let gift = Gift { plan_id, until, actor: target.actor.clone(), reason: target.reason.clone() };
            let now_on = plan::give(&server, &target.instance, gift).await?;
            server.store.close().await;
            tell(&target, &now_on)
        }
        Command::End(End { target }) => {
            let server = database::open_app(&target.config, &app).await?;
            let now_on = plan::end(&server, &target.instance, &target.actor, &target.reason).await?;
            server.store.close().await;
            tell(&target, &now_on)
        }
    }
}

fn tell(target: &Target, now_on: &Subscription) -> Result<ExitCode, Failure> {
    if target.json {
        output::json(&json!({ "instanceId": target.instance, "subscription": now_on }))?;
    } else {
        let (plan, status) = (&now_on.plan_id, now_on.status.as_str());
        output::line(&format!("{} is on {plan} ({status}) now.", target.instance))?;
    }
    Ok(ExitCode::SUCCESS)
}
