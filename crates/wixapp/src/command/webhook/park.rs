//! `webhook park`: what waits because it cannot be used, for people to look at.

use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_core::DeliveryId;
use wixapp_store::{FactRecord, ParkedFact, StripeEventRecord};

use super::describe_fact;
use crate::command::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(in crate::command) enum Command {
    /// List what waits, with the reason
    List(List),
}

#[derive(clap::Args)]
pub(in crate::command) struct List {
    #[command(flatten)]
    config: ConfigArgs,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::command) fn with_examples(command: clap::Command, program: &str) -> clap::Command {
    let list = format!(
        "Examples:
  {program} webhook park list --config wixapp.toml
  {program} webhook park list --limit 100 --json

Each row begins with the id that `webhook show` and `webhook replay` take; what did not come by a webhook has none, and a dash.

What names an unknown plan is used by itself once plans.catalog knows the plan and the server was started again. What could not be
read waits for `webhook replay`, after an update that can read it. An event of Stripe that nobody could place, or read, waits for
`webhook replay` with its own id, or for Stripe to send it again."
    );
    command.mut_subcommand("list", |command| command.after_help(list))
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    let Command::List(args) = command;
    list(args).await
}

async fn list(args: List) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let facts = store.list_parked(args.limit).await?;
    let events = store.list_parked_stripe_events(args.limit).await?;
    store.close().await;
    let facts = facts.iter().map(|parked| (parked.fact.received_at, Waits::Fact(parked)));
    let mut all: Vec<_> =
        facts.chain(events.iter().map(|event| (event.received_at, Waits::StripeEvent(event)))).collect();
    all.sort_by_key(|(received_at, _)| *received_at);
    all.truncate(usize::try_from(args.limit).unwrap_or(usize::MAX));
    if args.json {
        output::json(&all.iter().map(|(_, waits)| waits.describe()).collect::<Vec<_>>())?;
    } else if all.is_empty() {
        output::line("Nothing waits.")?;
    } else {
        for (_, waits) in &all {
            output::line(&waits.row())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is parked: a fact of an instance, or an event of Stripe of which it is not known whose it is.
enum Waits<'a> {
    Fact(&'a ParkedFact),
    StripeEvent(&'a StripeEventRecord),
}

impl Waits<'_> {
    /// What `webhook show` and `webhook replay` take.
    fn id(&self) -> Option<&str> {
        match self {
            Self::Fact(it) => it.delivery_id.as_ref().map(DeliveryId::as_str),
            Self::StripeEvent(it) => Some(&it.event_id),
        }
    }

    fn row(&self) -> String {
        let (at, source, whose, event_type, key, reason) = match self {
            Self::Fact(ParkedFact { fact: it, .. }) => {
                let whose = it.instance_id.as_str();
                (it.received_at, source(it), whose, &it.event_type, &it.key, &it.reason)
            }
            Self::StripeEvent(it) => {
                (it.received_at, STRIPE, "(no site)", &it.event_type, &it.event_id, &it.reason)
            }
        };
        let (id, reason) = (self.id().unwrap_or("-"), reason.as_deref().unwrap_or_default());
        format!("{id}  {at}  {source}  {whose}  {event_type}  {key}\n    {reason}")
    }

    fn describe(&self) -> Value {
        let mut described = match self {
            Self::Fact(parked) => describe_fact(&parked.fact, false),
            Self::StripeEvent(event) => describe(event, false),
        };
        described["deliveryId"] = json!(self.id());
        described
    }
}

pub(super) const STRIPE: &str = "stripe";

/// Who told a fact, by its key: Stripe's ids begin so, what an operator noted too, and what Wix sends has neither.
pub(super) fn source(fact: &FactRecord) -> &'static str {
    let sources = [("evt_", STRIPE), ("cs_", STRIPE), ("operator:", "operator")];
    let told = sources.into_iter().find(|(prefix, _)| fact.key.starts_with(prefix));
    told.map_or("wix", |(_, source)| source)
}

/// In the words of a fact, as far as it is one.
pub(super) fn describe(event: &StripeEventRecord, with_payload: bool) -> Value {
    json!({
        "source": STRIPE,
        "instanceId": null,
        "key": event.event_id,
        "eventType": event.event_type,
        "happenedAt": null,
        "receivedAt": event.received_at,
        "state": event.state,
        "reason": event.reason,
        "payload": with_payload.then_some(&event.payload),
    })
}
