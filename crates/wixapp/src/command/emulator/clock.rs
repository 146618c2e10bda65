//! `clock`: the one clock of the platform, the app and its jobs.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Examples;
use super::link::{Link, nothing};
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(in crate::command) enum Command {
    /// Show the time, and what happens next
    Show(Show),
    /// Move forward, doing everything due on the way
    Advance(Advance),
    /// Move forward to a moment, doing everything due on the way
    Set(Set),
    /// Let time pass faster, or at real speed again
    Run(Run),
}

#[derive(clap::Args)]
pub(in crate::command) struct Show {
    #[command(flatten)]
    link: Link,
}

#[derive(clap::Args)]
pub(in crate::command) struct Advance {
    /// How far: 30d, 12h, 90m or 45s, at most ten years
    #[arg(value_name = "DURATION", required_unless_present = "to_next_event")]
    duration: Option<String>,
    /// To the next thing due, on the platform or in the app
    #[arg(long, conflicts_with = "duration")]
    to_next_event: bool,
    #[command(flatten)]
    link: Link,
}

#[derive(clap::Args)]
pub(in crate::command) struct Set {
    /// A moment such as 2028-01-31T08:00:00Z, or a day such as 2028-01-31
    #[arg(value_name = "TIME")]
    to: String,
    #[command(flatten)]
    link: Link,
}

#[derive(clap::Args)]
pub(in crate::command) struct Run {
    /// How much passes in a second: 1d, 12h or 30m, at most 366d
    #[arg(value_name = "DURATION", required_unless_present = "real")]
    per_second: Option<String>,
    /// Return to real speed at this moment
    #[arg(long, value_name = "TIME", conflicts_with = "real")]
    until: Option<String>,
    /// At real speed
    #[arg(long, conflicts_with = "per_second")]
    real: bool,
    #[command(flatten)]
    link: Link,
}

pub(in crate::command) const EXAMPLES: [Examples; 4] =
    [("show", show_examples), ("advance", advance_examples), ("set", set_examples), ("run", run_examples)];

fn show_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} clock show
  {program} clock show --platform http://127.0.0.1:5000 --json"
    )
}

fn advance_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} clock advance 30d
  {program} clock advance --to-next-event --json"
    )
}

fn set_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} clock set 2028-01-31
  {program} clock set 2028-01-31T08:00:00Z

The clock only goes forward; `emulator snapshot restore` brings an earlier time back."
    )
}

fn run_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} clock run 1d                        a day in each second
  {program} clock run 30d --until 2028-01-31
  {program} clock run --real                    at real speed again"
    )
}

pub(in crate::command) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Show(Show { link }) => link.tell(&link.get("clock").await?, shown)?,
        Command::Advance(Advance { duration: Some(duration), link, .. }) => {
            let moved = link.post("clock/advance", &json!({ "duration": duration })).await?;
            link.tell(&moved, told)?;
        }
        Command::Advance(Advance { duration: None, link, .. }) => {
            link.tell(&link.post("clock/next-event", &nothing()).await?, told)?;
        }
        Command::Set(Set { to, link }) => {
            link.tell(&link.post("clock/set", &json!({ "to": to })).await?, told)?;
        }
        Command::Run(Run { per_second, until, link, .. }) => {
            let mut body = json!({ "perSecond": per_second });
            if let Some(until) = until {
                body["until"] = until.into();
            }
            link.tell(&link.post("clock/run", &body).await?, shown)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(clock: &Value) -> String {
    let mut lines = vec![format!("{:<12}{}", "Time", text(&clock["now"]))];
    if let Some(offset_ms) = clock["offsetMs"].as_i64().filter(|ms| ms.abs() >= 1_000) {
        lines.push(format!("{:<12}{} of the machine's", "Ahead", span(offset_ms)));
    }
    lines.push(match clock["nextEventAt"].as_str() {
        Some(at) => format!("{:<12}{at}: {}", "Next", text(&clock["nextEvent"])),
        None => format!("{:<12}nothing is due", "Next"),
    });
    if let Some(per_second_ms) = clock["pace"]["perSecondMs"].as_i64() {
        let until = clock["pace"]["until"].as_str().map_or(String::new(), |until| format!(", until {until}"));
        lines.push(format!("{:<12}{} in each second{until}", "Pace", span(per_second_ms)));
    }
    lines.join("\n")
}

fn told(moved: &Value) -> String {
    let count = |name: &str| moved[name].as_i64().unwrap_or(0);
    format!(
        "It is {}: {} sent, {} renewed, {} in the app.",
        text(&moved["now"]),
        output::count(count("deliveries"), "webhook", "webhooks"),
        output::count(count("renewals"), "plan", "plans"),
        output::count(count("appEvents"), "moment", "moments")
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `1 d 2 h`, with the two largest parts.
fn span(ms: i64) -> String {
    let seconds = ms / 1_000;
    let parts = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut said = Vec::new();
    for (unit_s, name) in parts {
        if rest / unit_s > 0 && said.len() < 2 {
            said.push(format!("{} {name}", rest / unit_s));
            rest %= unit_s;
        }
    }
    if said.is_empty() { "0 s".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_have_their_two_largest_parts() {
        for (ms, said) in
            [(0, "0 s"), (999, "0 s"), (61_000, "1 min 1 s"), (90_061_000, "1 d 1 h"), (86_400_000, "1 d")]
        {
            assert_eq!(span(ms), said);
        }
    }
}
