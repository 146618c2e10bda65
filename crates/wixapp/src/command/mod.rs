//! The commands every app has.

mod billing;
mod credits;
mod database;
mod dev;
mod doctor;
mod emulator;
mod instance;
mod jobs;
mod ledger;
mod migrate;
mod new;
mod openapi;
mod plan;
mod plans;
mod platform_rules;
mod ports;
mod reconcile;
mod secret;
mod serve;
mod shutdown;
mod token;
mod trigger;
mod usage;
mod webhook;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::app::App;
use crate::failure::Failure;
use crate::output;

#[derive(Parser)]
#[command(arg_required_else_help = true, subcommand_required = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a folder with a new app that runs and is tested
    New(new::Args),
    /// Start the app and a whole local Wix platform on this machine
    Dev(dev::Args),
    /// Run the server: requests and background work
    Serve(serve::Args),
    /// Run background work only, beside servers that share the database
    Worker(serve::WorkerArgs),
    /// Bring the database's schema up to this version
    Migrate(migrate::Args),
    /// Run the local Wix platform alone, and steer one that runs: clock, chaos, snapshots, scenarios
    Emulator(Box<emulator::Args>),
    /// Look at the clock of a running local platform, and move it
    #[command(subcommand)]
    Clock(emulator::clock::Command),
    /// Lead a running local platform to one of Wix's events
    Trigger(trigger::Args),
    /// Make, check and look into instance tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Check the configuration, the database and the way to Wix
    Doctor(doctor::Args),
    /// Check a plan catalogue, and see what it gives
    #[command(subcommand)]
    Plans(plans::Command),
    /// Give an instance a plan that nobody pays, and end it
    #[command(subcommand)]
    Plan(plan::Command),
    /// Where an instance buys, looked at and settled by hand
    #[command(subcommand)]
    Billing(billing::Command),
    /// Look at the credits of an instance, and change them by hand
    #[command(subcommand)]
    Credits(credits::Command),
    /// Check the books, and compare them
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// What Wix has sent, and looking at it again
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Ask Wix how instances stand, and bring what is stored in line
    Reconcile(reconcile::Args),
    /// Look at background work, call it off, have it tried again
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// What concerns one instance as a whole
    #[command(subcommand)]
    Instance(instance::Command),
    /// Print the OpenAPI document
    Openapi,
}

/// Where the configuration is.
#[derive(clap::Args, Clone)]
struct ConfigArgs {
    /// The configuration file (TOML); WIXAPP_… variables win over it
    #[arg(long, value_name = "FILE", env = "WIXAPP_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    fn file(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    fn load(&self) -> Result<wixapp_server::Config, Failure> {
        Ok(wixapp_server::Config::load(self.file())?)
    }
}

/// Runs the command of this process.
pub(crate) fn run(app: App) -> ExitCode {
    let parsed = cli(&app).try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return usage::print(&error),
    };
    match dispatch(app, cli.command) {
        Ok(code) => code,
        Err(failure) => {
            output::note(&failure.report());
            failure.exit_code()
        }
    }
}

/// The command line, in the name of the program that was started.
fn cli(app: &App) -> clap::Command {
    let program = program(&app.name);
    let with = |name: &'static str, examples: String| {
        move |cli: clap::Command| cli.mut_subcommand(name, |command| command.after_help(examples))
    };
    let add = [
        with("new", new::examples(&program)),
        with("dev", dev::examples(&program)),
        with("serve", serve::examples(&program)),
        with("worker", serve::worker_examples(&program)),
        with("migrate", migrate::examples(&program)),
        with("emulator", emulator::examples(&program)),
        with("trigger", trigger::examples(&program)),
        with("doctor", doctor::examples(&program)),
        with("openapi", openapi::examples(&program)),
        with("reconcile", reconcile::examples(&program)),
    ];
    let groups = [
        (
            "token",
            vec![
                with("sign", token::sign_examples(&program)),
                with("verify", token::verify_examples(&program)),
                with("inspect", token::inspect_examples(&program)),
            ],
        ),
        (
            "plans",
            vec![
                with("check", plans::check_examples(&program)),
                with("preview", plans::preview_examples(&program)),
            ],
        ),
        (
            "plan",
            vec![with("give", plan::give_examples(&program)), with("end", plan::end_examples(&program))],
        ),
        (
            "credits",
            vec![
                with("show", credits::show_examples(&program)),
                with("explain", credits::explain_examples(&program)),
                with("grant", credits::grant_examples(&program)),
                with("take", credits::take_examples(&program)),
                with("undo", credits::undo_examples(&program)),
                with("refund", credits::refund_examples(&program)),
            ],
        ),
        (
            "ledger",
            vec![
                with("verify", ledger::verify_examples(&program)),
                with("diff", ledger::diff::examples(&program)),
            ],
        ),
        ("clock", emulator::clock::EXAMPLES.map(|(name, examples)| with(name, examples(&program))).into()),
        (
            "webhook",
            vec![
                with("list", webhook::list_examples(&program)),
                with("show", webhook::show_examples(&program)),
                with("replay", webhook::replay_examples(&program)),
                with("export", webhook::export::examples(&program)),
            ],
        ),
        ("jobs", jobs::EXAMPLES.map(|(name, examples)| with(name, examples(&program))).into()),
        ("instance", vec![with("delete", instance::delete_examples(&program))]),
    ];
    let cli = Cli::command()
        .about(format!("{}: {}", app.name, app.tagline))
        .version(app.version)
        .display_name(&program)
        .bin_name(&program);
    let cli = add.into_iter().fold(cli, |cli, add| add(cli));
    let cli = cli.mut_subcommand("billing", |command| billing::with_examples(command, &program));
    let cli = cli.mut_subcommand("emulator", |command| emulator::with_examples(command, &program));
    let cli = cli.mut_subcommand("webhook", |command| {
        command.mut_subcommand("park", |command| webhook::park::with_examples(command, &program))
    });
    groups.into_iter().fold(cli, |cli, (name, group)| {
        cli.mut_subcommand(name, |command| group.into_iter().fold(command, |command, add| add(command)))
    })
}

/// The name that this program was started by.
fn program(app: &str) -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| app.to_lowercase().replace(' ', "-"))
}

fn dispatch(app: App, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::New(args) => new::run(&args),
        Command::Dev(args) => wait_for(dev::run(app, args)),
        Command::Serve(args) => wait_for(serve::run(app, args)),
        Command::Worker(args) => wait_for(serve::run_worker(app, args)),
        Command::Migrate(args) => wait_for(migrate::run(args)),
        Command::Emulator(args) => wait_for(emulator::run(app, *args)),
        Command::Clock(command) => wait_for(emulator::clock::run(command)),
        Command::Trigger(args) => wait_for(trigger::run(args)),
        Command::Token(command) => token::run(command),
        Command::Doctor(args) => wait_for(doctor::run(app, args)),
        Command::Plans(command) => plans::run(app, command),
        Command::Plan(command) => wait_for(plan::run(app, command)),
        Command::Billing(command) => wait_for(billing::run(app, command)),
        Command::Credits(command) => wait_for(credits::run(app, command)),
        Command::Ledger(command) => wait_for(ledger::run(command)),
        Command::Webhook(command) => wait_for(webhook::run(command)),
        Command::Reconcile(args) => wait_for(reconcile::run(app, args)),
        Command::Jobs(command) => wait_for(jobs::run(command)),
        Command::Instance(command) => wait_for(instance::run(command)),
        Command::Openapi => openapi::run(&app),
    }
}

fn wait_for(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(work)
}
