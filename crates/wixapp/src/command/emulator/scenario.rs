//! `emulator run`: play a scenario on a running platform, or on one of its own.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_emulator::Scenario;

use super::link::Link;
use crate::app::App;
use crate::failure::{Failure, from_sentence};
use crate::local::Local;
use crate::output;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The file with the steps, or - for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["shipped", "list"], conflicts_with_all = ["shipped", "list"])]
    file: Option<PathBuf>,
    /// One of the scenarios that come with wixapp
    #[arg(long, value_name = "NAME", conflicts_with = "list")]
    shipped: Option<String>,
    /// List the scenarios that come with wixapp
    #[arg(long)]
    list: bool,
    /// Play it with this app on a new platform in memory, which is gone afterwards
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    link: Link,
}

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} emulator run refund.scenario
  {program} emulator run refund.scenario --fresh --json
  {program} emulator run --shipped first-payment
  {program} emulator run --list
  printf 'install\\nbuy pro yearly\\nadvance 60d\\n' | {program} emulator run -

Ends with 0 when every step was done and every expectation met, else with 1 and the line. Steps: site, install, uninstall,
duplicate, buy, trial, cancel, reactivate, card, pay, refund, chargeback, end, advance, next, until, chaos, snapshot, restore,
trigger, expect."
    )
}

pub(super) async fn run(app: App, args: Args) -> Result<ExitCode, Failure> {
    if args.list {
        return list(args.link.json);
    }
    let (name, text) = text(&args)?;
    if !args.fresh {
        return play(&args.link, &name, &text).await;
    }
    let scenario = parsed(&name, &text)?;
    let local = Box::pin(Local::start(app)).await?;
    let played = local.emulator().play(&scenario).await;
    local.stop().await?;
    tell(&name, &json!(played.map_err(|error| Failure::user(error.to_string()))?), args.link.json)
}

/// Plays a scenario on a running platform.
pub(in crate::command) async fn play(link: &Link, name: &str, text: &str) -> Result<ExitCode, Failure> {
    parsed(name, text)?;
    let played = link.post("scenarios", &json!({ "text": text })).await?;
    tell(name, &played, link.json)
}

/// What is wrong with the file is said before anything is touched.
fn parsed(name: &str, text: &str) -> Result<Scenario, Failure> {
    text.parse().map_err(|error: wixapp_emulator::Error| mistake(name, &error))
}

/// The scenario of this name that comes with wixapp, or the one in the file of this name, if there is either.
pub(in crate::command) fn find(named: &str) -> Option<Result<String, Failure>> {
    let shipped = Scenario::shipped().iter().find(|(known, _)| *known == named);
    if let Some((_, text)) = shipped {
        return Some(Ok((*text).to_owned()));
    }
    let file = Path::new(named);
    file.is_file().then(|| std::fs::read_to_string(file).map_err(|error| unreadable(named, &error)))
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::user(format!("{name} cannot be read"))
        .because(error)
        .hint("name a text file with one step a line")
}

fn text(args: &Args) -> Result<(String, String), Failure> {
    if let Some(name) = &args.shipped {
        let found = Scenario::shipped().iter().find(|(known, _)| known == name);
        let unknown = || {
            Failure::user(format!("no scenario `{name}` comes with wixapp"))
                .hint("`emulator run --list` shows those that do")
        };
        return found.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).ok_or_else(unknown);
    }
    let file = args.file.clone().unwrap_or_else(|| PathBuf::from("-"));
    let name = file.display().to_string();
    let read = if name == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(&file)
    };
    read.map(|text| (name.clone(), text)).map_err(|error| unreadable(&name, &error))
}

fn list(json: bool) -> Result<ExitCode, Failure> {
    let about = |text: &str| text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
    let all = Scenario::shipped();
    if json {
        let all: Vec<_> = all
            .iter()
            .map(|(name, text)| json!({ "name": name, "about": about(text), "text": text }))
            .collect();
        output::json(&all)?;
    } else {
        for (name, text) in all {
            output::line(&format!("{name:<18}{}", about(text)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn mistake(name: &str, error: &wixapp_emulator::Error) -> Failure {
    Failure::user(format!("{name}: {}", from_sentence(&error.to_string())))
        .hint("one step a line; `emulator run --help` names them all")
}

fn tell(name: &str, played: &Value, json: bool) -> Result<ExitCode, Failure> {
    let failed = &played["failed"];
    if json {
        output::json(played)?;
    } else {
        for step in played["steps"].as_array().into_iter().flatten() {
            let said = |field: &str| step[field].as_str().unwrap_or_default().to_owned();
            output::line(&format!("{:>4}  {:<44}  {}", step["line"], said("step"), said("said")))?;
        }
    }
    if failed.is_null() {
        return Ok(ExitCode::SUCCESS);
    }
    let said = |field: &str| failed[field].as_str().unwrap_or_default();
    Err(Failure::user(format!(
        "{name}, line {}: {}: {}",
        failed["line"],
        said("step"),
        said("message").trim_end_matches('.')
    ))
    .hint("the steps before it were done; the inspector shows what happened"))
}
