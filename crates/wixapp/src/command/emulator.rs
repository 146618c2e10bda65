//! `emulator`: the local Wix platform alone, and everything that moves one that runs.

mod chaos;
pub(super) mod clock;
pub(super) mod link;
mod replay;
pub(super) mod scenario;
mod snapshot;
mod start;

use std::process::ExitCode;

use crate::app::App;
use crate::failure::Failure;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    start: start::Args,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Look at the clock of a running platform, and move it
    #[command(subcommand)]
    Clock(clock::Command),
    /// Let webhooks come twice, late, out of order or not at all
    Chaos(chaos::Args),
    /// Save a running platform with its app, go back, and list what was saved
    #[command(subcommand)]
    Snapshot(snapshot::Command),
    /// Play a scenario, line by line
    Run(scenario::Args),
    /// Tell the app again what Wix told it, from a recording of `webhook export`
    Replay(replay::Args),
}

/// The name of a command, and its examples in the name of the program.
pub(super) type Examples = (&'static str, fn(&str) -> String);

/// Gives the commands below `emulator` their examples.
pub(super) fn with_examples(command: clap::Command, program: &str) -> clap::Command {
    let add = |command: clap::Command, all: &[Examples]| {
        all.iter().fold(command, |command, (name, examples)| {
            command.mut_subcommand(*name, |command| command.after_help(examples(program)))
        })
    };
    add(command, &[("chaos", chaos::examples), ("run", scenario::examples), ("replay", replay::examples)])
        .mut_subcommand("clock", |command| add(command, &clock::EXAMPLES))
        .mut_subcommand("snapshot", |command| add(command, &snapshot::EXAMPLES))
}

pub(super) fn examples(program: &str) -> String {
    start::examples(program)
}

pub(super) async fn run(app: App, args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        None => start::run(app, args.start).await,
        Some(Command::Clock(command)) => clock::run(command).await,
        Some(Command::Chaos(args)) => chaos::run(args).await,
        Some(Command::Snapshot(command)) => snapshot::run(command).await,
        Some(Command::Run(args)) => scenario::run(app, args).await,
        Some(Command::Replay(args)) => replay::run(app, args).await,
    }
}
