//! `emulator snapshot`: the platform, the app's database and its queue, saved and brought back as one.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Examples;
use super::link::{Link, nothing, segment};
use crate::failure::Failure;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Save the present state under a name
    Save(Save),
    /// Go back to a saved state
    Restore(Restore),
    /// List what was saved, by the platform's time
    List(List),
}

#[derive(clap::Args)]
pub(super) struct Save {
    /// Its name: a-z, 0-9, `-` and `_`
    name: String,
    /// Take the place of an older one of that name
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    link: Link,
}

#[derive(clap::Args)]
pub(super) struct Restore {
    /// Its name; `emulator snapshot list` shows them
    name: String,
    #[command(flatten)]
    link: Link,
}

#[derive(clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    link: Link,
}

pub(super) const EXAMPLES: [Examples; 3] =
    [("save", save_examples), ("restore", restore_examples), ("list", list_examples)];

fn save_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} emulator snapshot save before-refund
  {program} emulator snapshot save before-refund --replace

With `dev` it holds the platform, the app's database and its jobs, of one moment. A platform that runs alone knows nothing of
its app's data and saves itself only."
    )
}

fn restore_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} emulator snapshot restore before-refund

The app is stopped, gets its data of that time, and is started again at the same address; reload its page. What happened since
is gone: save it first to compare both with `ledger diff`."
    )
}

fn list_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} emulator snapshot list
  {program} emulator snapshot list --json"
    )
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Save(Save { name, replace, link }) => {
            let saved = link.post("snapshots", &json!({ "name": name, "replace": replace })).await?;
            link.tell(&saved, |saved| format!("Saved \"{name}\": {}.", about(saved)))?;
        }
        Command::Restore(Restore { name, link }) => {
            let path = format!("snapshots/{}/restore", segment(&name));
            let back = link.post(&path, &nothing()).await?;
            link.tell(&back, |back| format!("Back at \"{name}\": {}.", about(back)))?;
        }
        Command::List(List { link }) => {
            let listed = link.get("snapshots").await?;
            link.tell(&listed, list)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(listed: &Value) -> String {
    let rows = listed["snapshots"].as_array().into_iter().flatten();
    let lines: Vec<String> = rows
        .map(|saved| format!("{:<24}  {}", saved["name"].as_str().unwrap_or_default(), about(saved)))
        .collect();
    if lines.is_empty() { "There is no snapshot yet.".to_owned() } else { lines.join("\n") }
}

fn about(saved: &Value) -> String {
    let what = if saved["withApp"] == true { "platform and app" } else { "the platform alone" };
    format!("{what} at {}, {} installs", saved["at"].as_str().unwrap_or_default(), saved["installs"])
}
