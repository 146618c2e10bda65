//! `emulator replay`: tell an app again what Wix once told another, and compare what comes of it.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_emulator::recording::{RecordedWebhook, Recording};

use super::link::Link;
use crate::app::App;
use crate::command::ledger::diff::Comparison;
use crate::command::ledger::diff::side::{self, Side};
use crate::command::plans;
use crate::failure::Failure;
use crate::local::Local;
use crate::output;

/// How many webhooks, or pieces of lives, go into one request, and how many bytes at most.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 48 * 1024;
/// How often the progress is told, in webhooks.
const STEP: usize = 1_000;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The recording that `webhook export` wrote, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replay it with this app on a new platform in memory, and compare the ledgers
    #[arg(long)]
    fresh: bool,
    /// The plans on sale with --fresh: standard, autopost, or a plans.toml [default: the app's own]
    #[arg(long, value_name = "FILE", requires = "fresh")]
    plans: Option<String>,
    #[command(flatten)]
    link: Link,
}

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} emulator replay recording.jsonl --fresh
  {program} emulator replay recording.jsonl --fresh --plans plans.toml --json
  {program} emulator replay recording.jsonl && {program} ledger diff recording.jsonl now
  zcat recording.jsonl.gz | {program} emulator replay - --fresh

Each webhook is signed with the platform's key and sent in its order and at its time on the virtual clock; what Wix answered then
is answered again. A running platform must not be beyond the recording's beginning, unless nothing was installed on it yet.
With --fresh the ledgers are compared, and it ends with 1 when they differ; a webhook that the app did not take also ends with 1."
    )
}

pub(super) async fn run(mut app: App, args: Args) -> Result<ExitCode, Failure> {
    let recording = read(&args)?;
    plans::choose(&mut app, args.plans.as_deref(), "--plans")?;
    if !args.fresh {
        let told = tell_again(&args.link, &recording).await?;
        return finish(&args, &told, None);
    }
    let local = Box::pin(Local::start(app)).await?;
    let link = Link::to(local.platform_url());
    let done = match tell_again(&link, &recording).await {
        Ok(told) => compare(&local, recording).await.map(|comparison| (told, comparison)),
        Err(failure) => Err(failure),
    };
    local.stop().await?;
    let (told, comparison) = done?;
    finish(&args, &told, Some(&comparison))
}

fn read(args: &Args) -> Result<Recording, Failure> {
    if args.file.as_os_str() == "-" {
        return side::read("standard input", std::io::stdin().lock());
    }
    side::recording(&args.file)
}

/// What came of telling it again.
struct Told {
    webhooks: usize,
    delivered: u64,
    open: u64,
    now: Value,
}

async fn tell_again(link: &Link, recording: &Recording) -> Result<Told, Failure> {
    if let Some(from) = recording.begins_at() {
        link.post("replay", &json!({ "from": from })).await?;
    }
    for lives in batches(&recording.lives())? {
        link.post("replay/instances", &json!({ "instances": lives })).await?;
    }
    let mut done = 0;
    for webhooks in batches(&recording.webhooks)? {
        let answer = link.post("replay/webhooks", &json!({ "webhooks": webhooks, "until": null })).await?;
        let before = done;
        done += webhooks.len();
        if before / STEP < done / STEP {
            let at = answer["now"].as_str().unwrap_or_default();
            output::note(&format!("{done} of {} webhooks, {at} …", recording.webhooks.len()));
        }
    }
    let last: [RecordedWebhook; 0] = [];
    let answer = link.post("replay/webhooks", &json!({ "webhooks": last, "until": recording.until })).await?;
    Ok(Told::at_the_end(recording.webhooks.len(), &answer))
}

impl Told {
    /// What the last answer says of all webhooks: one refused at first may have been taken when it came again.
    fn at_the_end(webhooks: usize, answer: &Value) -> Self {
        // Without webhooks nothing began, and the platform still counts those of an earlier replay.
        let count = |name: &str| answer[name].as_u64().filter(|_| webhooks > 0).unwrap_or_default();
        Self { webhooks, delivered: count("delivered"), open: count("open"), now: answer["now"].clone() }
    }
}

/// Stretches that fit into a request each.
fn batches<T: serde::Serialize>(all: &[T]) -> Result<Vec<Vec<Value>>, Failure> {
    let (mut batches, mut bytes): (Vec<Vec<Value>>, usize) = (Vec::new(), 0);
    for one in all {
        let value = serde_json::to_value(one).map_err(|error| Failure::ours(error.to_string()))?;
        let length = value.to_string().len();
        bytes += length;
        match batches.last_mut().filter(|batch| batch.len() < BATCH && bytes <= BATCH_BYTES) {
            Some(batch) => batch.push(value),
            None => {
                bytes = length;
                batches.push(vec![value]);
            }
        }
    }
    Ok(batches)
}

async fn compare(local: &Local, recording: Recording) -> Result<Comparison, Failure> {
    let store = local.server().store.clone();
    let (then, now) = (Side::Recording(Box::new(recording)), Side::Database { store, _copy: None });
    Comparison::of(&then, &now, None).await
}

fn finish(args: &Args, told: &Told, comparison: Option<&Comparison>) -> Result<ExitCode, Failure> {
    let file = args.file.display().to_string();
    if args.link.json {
        output::json(&json!({
            "webhooks": told.webhooks, "delivered": told.delivered, "open": told.open, "now": told.now,
            "ledger": comparison.map(Comparison::json),
        }))?;
    } else {
        output::line(&format!(
            "{} of {} webhooks were taken; it is {} on the platform.",
            told.delivered,
            told.webhooks,
            told.now.as_str().unwrap_or_default()
        ))?;
        match comparison {
            Some(comparison) => comparison.print(&file, "the replay")?,
            None => output::line(&format!("Compare what came of it: ledger diff {file} now"))?,
        }
    }
    if told.open > 0 {
        return Err(Failure::user(format!(
            "the app did not take {}",
            output::count(told.open, "webhook", "webhooks")
        ))
        .hint(
            "the inspector of the platform shows what it answered; they are tried again as its clock moves",
        ));
    }
    Ok(comparison.map_or(ExitCode::SUCCESS, Comparison::exit_code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_answer_counts_for_all_webhooks() {
        let answer = json!({ "delivered": 150, "open": 1, "now": "2028-01-01T00:00:00Z" });
        let told = Told::at_the_end(151, &answer);
        assert_eq!((told.webhooks, told.delivered, told.open), (151, 150, 1));
        let nothing = Told::at_the_end(0, &answer);
        assert_eq!((nothing.delivered, nothing.open, &nothing.now), (0, 0, &answer["now"]));
    }
}
