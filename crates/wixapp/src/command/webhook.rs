//! `webhook`: what Wix has sent, and looking at it again.

pub(super) mod export;
mod scrub;

use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_core::{DeliveryId, InstanceId};
use wixapp_server::operator::replay;
use wixapp_store::{Arrival, FactRecord};

use super::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List the newest webhooks
    List(List),
    /// Show one webhook with its payload
    Show(One),
    /// Read a stored webhook again and look at it anew; nothing is given twice
    Replay(One),
    /// What waits because it cannot be used
    #[command(subcommand)]
    Park(Park),
    /// Write what came as a recording, without people's data, for a local platform to replay
    Export(export::Export),
}

#[derive(clap::Subcommand)]
pub(super) enum Park {
    /// List what waits, with the reason
    List(Parked),
}

#[derive(clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    config: ConfigArgs,
    /// Only of this instance
    #[arg(long, value_name = "ID")]
    instance: Option<InstanceId>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct One {
    #[command(flatten)]
    config: ConfigArgs,
    /// The delivery; `webhook list` shows them
    delivery: DeliveryId,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Parked {
    #[command(flatten)]
    config: ConfigArgs,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn list_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} webhook list
  {program} webhook list --instance 1f6c2d5e --limit 100 --json"
    )
}

pub(super) fn show_examples(program: &str) -> String {
    format!("Examples:\n  {program} webhook show dlv_0195e0c4a1b2")
}

pub(super) fn replay_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} webhook replay dlv_0195e0c4a1b2

A running server or worker looks at it within seconds, else the next one that starts."
    )
}

pub(super) fn park_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} webhook park list

What names an unknown plan is used by itself once plans.catalog knows the plan and the server was started again."
    )
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List(args) => list(args).await,
        Command::Show(args) => show(args).await,
        Command::Replay(args) => look_again(args).await,
        Command::Park(Park::List(args)) => parked(args).await,
        Command::Export(args) => export::run(args).await,
    }
}

async fn list(args: List) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let arrivals = store.list_arrivals(args.instance.as_ref(), args.limit).await?;
    store.close().await;
    if args.json {
        output::json(&arrivals.iter().map(|arrival| describe(arrival, false)).collect::<Vec<_>>())?;
    } else if arrivals.is_empty() {
        output::line("No webhook has come yet.")?;
    } else {
        for arrival in &arrivals {
            output::line(&row(arrival))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(args: One) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let found = store.find_arrival(&args.delivery).await?;
    store.close().await;
    let arrival = found.ok_or_else(|| {
        Failure::user(format!("there is no delivery `{}`", args.delivery))
            .hint("`webhook list` shows the deliveries with their ids")
    })?;
    if args.json {
        output::json(&describe(&arrival, true))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&row(&arrival))?;
    output::line(&format!("happened at {}, known as {}", arrival.fact.happened_at, arrival.fact.key))?;
    if let Some(reason) = &arrival.fact.reason {
        output::line(&format!("waits: {reason}"))?;
    }
    let payload =
        if arrival.fact.payload.is_empty() { "(no payload is kept)" } else { &arrival.fact.payload };
    output::line(payload)?;
    Ok(ExitCode::SUCCESS)
}

async fn look_again(args: One) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let arrival = replay::replay(&store, &args.delivery).await?;
    store.close().await;
    if args.json {
        output::json(
            &json!({ "deliveryId": arrival.delivery_id, "instanceId": arrival.instance_id, "replayed": true }),
        )?;
    } else {
        output::line(&format!(
            "The {} of {} is looked at again by the next worker.",
            arrival.fact.event_type, arrival.instance_id
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn parked(args: Parked) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let facts = store.list_parked(args.limit).await?;
    store.close().await;
    if args.json {
        output::json(&facts.iter().map(|fact| describe_fact(fact, false)).collect::<Vec<_>>())?;
    } else if facts.is_empty() {
        output::line("Nothing waits.")?;
    } else {
        for fact in &facts {
            let reason = fact.reason.as_deref().unwrap_or_default();
            output::line(&format!(
                "{}  {}  {}  {}\n    {reason}",
                fact.received_at, fact.instance_id, fact.event_type, fact.key
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(arrival: &Arrival) -> String {
    let again = if arrival.duplicate { "  again" } else { "" };
    format!(
        "{}  {}  {}  {}  {}{again}",
        arrival.delivery_id,
        arrival.received_at,
        arrival.instance_id,
        arrival.fact.event_type,
        arrival.fact.state
    )
}

fn describe(arrival: &Arrival, with_payload: bool) -> Value {
    json!({
        "deliveryId": arrival.delivery_id,
        "receivedAt": arrival.received_at,
        "duplicate": arrival.duplicate,
        "fact": describe_fact(&arrival.fact, with_payload),
    })
}

fn describe_fact(fact: &FactRecord, with_payload: bool) -> Value {
    json!({
        "instanceId": fact.instance_id,
        "key": fact.key,
        "eventType": fact.event_type,
        "happenedAt": fact.happened_at,
        "receivedAt": fact.received_at,
        "state": fact.state,
        "reason": fact.reason,
        "payload": with_payload.then_some(&fact.payload),
    })
}
