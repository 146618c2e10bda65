//! `emulator chaos`: the way to the app is bad, in a way that can be had again.

use std::process::ExitCode;

use clap::{ArgAction, ValueEnum};
use serde_json::{Value, json};

use super::link::Link;
use crate::failure::Failure;
use crate::output;

const RATES: [&str; 5] = ["duplicate", "reorder", "delay", "drop", "slow"];

#[derive(clap::Args)]
pub(super) struct Args {
    /// Switch it on or off; without it, and without any other option, show how it stands
    switch: Option<Switch>,
    /// What all decisions are drawn from: the same seed gives the same run
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=9_007_199_254_740_991))]
    seed: Option<u64>,
    /// Percent of webhooks that come a second time
    #[arg(long, value_name = "PERCENT", value_parser = percent, action = ArgAction::Set)]
    duplicate: Option<u8>,
    /// Percent of webhooks that later ones overtake
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    reorder: Option<u8>,
    /// Percent of webhooks that come minutes later
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    delay: Option<u8>,
    /// Percent of attempts that never arrive
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    drop: Option<u8>,
    /// Percent of attempts whose answer comes too late for Wix
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    slow: Option<u8>,
    #[command(flatten)]
    link: Link,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

fn percent(text: &str) -> Result<u8, String> {
    let percent = text.parse().ok().filter(|percent| *percent <= 100);
    percent.ok_or_else(|| "it must be a whole number from 0 to 100".to_owned())
}

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} emulator chaos --seed 7
  {program} emulator chaos --seed 7 --drop 60 --slow 0
  {program} emulator chaos off
  {program} emulator chaos --json

A run begins anew each time it is switched on. What is not named is as usual: duplicate 20, reorder 20, delay 10, drop 15,
slow 10. Wix sends what was lost or too late again, 12 times over 47 hours: move the clock to see it."
    )
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let rates = [args.duplicate, args.reorder, args.delay, args.drop, args.slow];
    let has_rates = args.seed.is_some() || rates.iter().any(Option::is_some);
    let answer = match args.switch {
        Some(Switch::Off) if has_rates => {
            return Err(Failure::user("`off` stands alone: without chaos there is nothing to set")
                .hint("leave `off` away to begin a run with these settings"));
        }
        Some(Switch::Off) => args.link.post("chaos", &json!({ "on": false })).await?,
        None if !has_rates => args.link.get("chaos").await?,
        Some(Switch::On) | None => {
            let mut body = json!({ "on": true });
            if let Some(seed) = args.seed {
                body["seed"] = seed.into();
            }
            for (name, rate) in RATES.iter().zip(rates) {
                if let Some(rate) = rate {
                    body[*name] = rate.into();
                }
            }
            args.link.post("chaos", &body).await?
        }
    };
    args.link.tell(&answer, told)?;
    Ok(ExitCode::SUCCESS)
}

fn told(chaos: &Value) -> String {
    let profile = &chaos["profile"];
    let rates = RATES.map(|name| format!("{name} {} %", profile[name]));
    match profile {
        Value::Null => "Chaos is off: webhooks arrive once and in order.".to_owned(),
        _ => format!(
            "Chaos is on with seed {}: {}. {} so far.",
            profile["seed"],
            rates.join(", "),
            output::count(chaos["seen"].as_i64().unwrap_or_default(), "webhook", "webhooks")
        ),
    }
}
