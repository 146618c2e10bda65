//! `webhook`: what Wix and Stripe have sent, and looking at it again.

pub(super) mod export;
pub(super) mod park;
mod scrub;

use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_core::clock::Timestamp;
use wixapp_core::{DeliveryId, InstanceId};
use wixapp_server::operator::replay;
use wixapp_store::{Arrival, FactRecord, Store, StripeEventRecord};

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
    Park(park::Command),
    /// Write what came as a recording, without people's data, for a local platform to replay
    Export(export::Export),
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
    /// The delivery, or a parked event of Stripe; `webhook list` and `webhook park list` show them
    #[arg(value_name = "DELIVERY")]
    id: String,
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
    format!(
        "Examples:
  {program} webhook show dlv_0195e0c4a1b2
  {program} webhook show evt_1Pabc"
    )
}

pub(super) fn replay_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} webhook replay dlv_0195e0c4a1b2
  {program} webhook replay evt_1Pabc

A running server or worker looks at it within seconds, else the next one that starts. For a parked event of Stripe the command
needs the configuration of the server, since the key says whether test or live events count."
    )
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List(args) => list(args).await,
        Command::Show(args) => show(args).await,
        Command::Replay(args) => look_again(args).await,
        Command::Park(command) => park::run(command).await,
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

/// What an id names.
enum Found {
    Delivery(Arrival),
    /// An event of Stripe that is stored for no instance.
    StripeEvent(StripeEventRecord),
}

async fn find(store: &Store, id: &str) -> Result<Option<Found>, Failure> {
    if let Ok(delivery) = id.parse::<DeliveryId>()
        && let Some(arrival) = store.find_arrival(&delivery).await?
    {
        return Ok(Some(Found::Delivery(arrival)));
    }
    Ok(store.find_stripe_event(id).await?.map(Found::StripeEvent))
}

async fn show(args: One) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let found = find(&store, &args.id).await?;
    store.close().await;
    match found.ok_or_else(|| replay::unheard_of(&args.id))? {
        Found::Delivery(arrival) => show_arrival(&arrival, args.json)?,
        Found::StripeEvent(event) => show_event(&event, args.json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show_arrival(arrival: &Arrival, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&describe(arrival, true));
    }
    output::line(&row(arrival))?;
    output::line(&format!("happened at {}, known as {}", arrival.fact.happened_at, arrival.fact.key))?;
    tell_payload("waits", arrival.fact.reason.as_deref(), &arrival.fact.payload)
}

fn show_event(event: &StripeEventRecord, json: bool) -> Result<(), Failure> {
    if json {
        let event = park::describe(event, true);
        return output::json(&json!({ "receivedAt": event["receivedAt"], "stripeEvent": event }));
    }
    let StripeEventRecord { event_id, event_type, received_at, state, .. } = event;
    output::line(&format!("{event_id}  {received_at}  {}  {event_type}  {state}", park::STRIPE))?;
    let word = if state == "foreign" { "left alone" } else { "waits" };
    tell_payload(word, event.reason.as_deref(), &event.payload)
}

fn tell_payload(word: &str, reason: Option<&str>, payload: &str) -> Result<(), Failure> {
    if let Some(reason) = reason {
        output::line(&format!("{word}: {reason}"))?;
    }
    output::line(if payload.is_empty() { "(no payload is kept)" } else { payload })
}

async fn look_again(args: One) -> Result<ExitCode, Failure> {
    let (store, now) = database::open_to_write(&args.config).await?;
    let done = replay_found(&store, &args, now).await;
    store.close().await;
    let (report, text) = match done? {
        Found::Delivery(arrival) => (
            json!({ "deliveryId": arrival.delivery_id, "instanceId": arrival.instance_id, "replayed": true }),
            format!("The {} of {}", arrival.fact.event_type, arrival.instance_id),
        ),
        Found::StripeEvent(event) => (
            json!({ "stripeEventId": event.event_id, "instanceId": null, "replayed": true }),
            format!("The {} of Stripe, {},", event.event_type, event.event_id),
        ),
    };
    if args.json {
        output::json(&report)?;
    } else {
        output::line(&format!("{text} is looked at again by the next worker."))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn replay_found(store: &Store, args: &One, now: Timestamp) -> Result<Found, Failure> {
    match find(store, &args.id).await?.ok_or_else(|| replay::unheard_of(&args.id))? {
        Found::Delivery(arrival) => Ok(Found::Delivery(replay::replay(store, &arrival.delivery_id).await?)),
        Found::StripeEvent(event) => {
            let config = args.config.load()?;
            let event = replay::replay_stripe_event(store, &config, &event.event_id, now).await?;
            Ok(Found::StripeEvent(event))
        }
    }
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
        "source": park::source(fact),
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
