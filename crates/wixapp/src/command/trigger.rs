//! `trigger`: lead a running platform to one of Wix's events, or through a scenario.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use wixapp_emulator::EVENTS;

use super::emulator::link::Link;
use super::emulator::scenario;
use crate::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The event, or a scenario: the name of one that comes with wixapp, or a file
    #[arg(value_name = "EVENT|SCENARIO")]
    event: String,
    /// The site: its number from 1, its name or its id [default: the first]
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Replace a field of the event's payload, or add one; the value is JSON, else text
    #[arg(long = "override", value_name = "FIELD=VALUE", value_parser = field)]
    overrides: Vec<(String, Value)>,
    #[command(flatten)]
    link: Link,
}

fn field(text: &str) -> Result<(String, Value), String> {
    let (name, value) =
        text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write field=value")?;
    // What reads as JSON is meant as such; everything else is text.
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into())))
}

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} trigger PaidPlanPurchased
  {program} trigger PaidPlanPurchased --override vendorProductId=mystery
  {program} trigger InvoiceStatusUpdated --override status=REFUNDED --site 2 --json
  {program} trigger trial-to-refund
  {program} trigger refund.scenario

What is missing on the way (an install, a plan) is done first, and the app hears of that too. A scenario is played as by
`emulator run`. Events: {events}.",
        events = EVENTS.join(", ")
    )
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    if !EVENTS.contains(&args.event.as_str()) {
        return play(&args).await;
    }
    let mut body = json!({ "event": args.event });
    if let Some(site) = &args.site {
        body["siteId"] = site_id(&args.link, site).await?.into();
    }
    body["override"] = Value::Object(args.overrides.into_iter().collect::<Map<_, _>>());
    let sent = args.link.post("trigger", &body).await?;
    args.link.tell(&sent, |sent| {
        let said = |field: &str| sent[field].as_str().unwrap_or_default().to_owned();
        format!("{} of {} is on its way: {}", said("eventType"), said("siteName"), said("deliveryId"))
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn play(args: &Args) -> Result<ExitCode, Failure> {
    let unknown = || {
        Failure::user(format!("there is no event, no scenario and no file `{}`", args.event))
            .hint(format!("the events are {}; `emulator run --list` shows the scenarios", EVENTS.join(", ")))
    };
    let text = scenario::find(&args.event).ok_or_else(unknown)??;
    if args.site.is_some() || !args.overrides.is_empty() {
        return Err(Failure::user("--site and --override are for events")
            .hint("a scenario names its sites and fields itself: `site 2`, `trigger EVENT field=value`"));
    }
    scenario::play(&args.link, &args.event, &text).await
}

async fn site_id(link: &Link, wanted: &str) -> Result<String, Failure> {
    let state = link.get("state").await?;
    let sites = state["sites"].as_array().cloned().unwrap_or_default();
    let number = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let by_name = || sites.iter().find(|site| site["name"] == wanted || site["siteId"] == wanted);
    let site = number.and_then(|number| sites.get(number)).or_else(by_name);
    let names: Vec<_> = sites.iter().filter_map(|site| site["name"].as_str()).collect();
    let unknown = || {
        Failure::user(format!("there is no site `{wanted}` on the local platform"))
            .hint(format!("there are {}", names.join(", ")))
    };
    site.and_then(|site| site["siteId"].as_str()).map(str::to_owned).ok_or_else(unknown)
}
