//! The commands every app has.

mod dev;
mod doctor;
mod emulator;
mod migrate;
mod openapi;
mod serve;
mod shutdown;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::app::App;
use crate::failure::Failure;
use crate::output;

#[derive(Parser)]
#[command(arg_required_else_help = true, subcommand_required = true, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the app and a whole local Wix platform on this machine
    #[command(after_help = dev::EXAMPLES)]
    Dev(dev::Args),
    /// Run the server: requests and background work
    #[command(after_help = serve::EXAMPLES)]
    Serve(serve::Args),
    /// Run background work only, beside servers that share the database
    Worker(serve::WorkerArgs),
    /// Bring the database's schema up to this version
    Migrate(migrate::Args),
    /// Run the local Wix platform alone, for an app in any language
    #[command(after_help = emulator::EXAMPLES)]
    Emulator(emulator::Args),
    /// Make, check and look into instance tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Check the configuration, the database and the way to Wix
    Doctor(doctor::Args),
    /// Print the OpenAPI document
    Openapi,
}

/// Where the configuration is.
#[derive(clap::Args, Clone)]
struct ConfigArgs {
    /// The configuration file (TOML); WIXAPP_… variables win over it
    #[arg(long, value_name = "FILE", env = "WIXAPP_CONFIG")]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    fn load(&self) -> Result<wixapp_server::Config, Failure> {
        Ok(wixapp_server::Config::load(self.config.as_deref())?)
    }
}

/// Runs the command of this process.
pub(crate) fn run(app: App) -> ExitCode {
    let about = format!("{}: {}", app.name, app.tagline);
    let matches = Cli::command().about(about).version(env!("CARGO_PKG_VERSION")).get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match dispatch(app, cli.command) {
        Ok(code) => code,
        Err(failure) => {
            output::note(&failure.to_string());
            failure.exit_code()
        }
    }
}

fn dispatch(app: App, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Dev(args) => wait_for(dev::run(app, args)),
        Command::Serve(args) => wait_for(serve::run(app, args)),
        Command::Worker(args) => wait_for(serve::run_worker(app, args)),
        Command::Migrate(args) => wait_for(migrate::run(args)),
        Command::Emulator(args) => wait_for(emulator::run(app, args)),
        Command::Token(command) => token::run(command),
        Command::Doctor(args) => wait_for(doctor::run(app, args)),
        Command::Openapi => openapi::run(&app),
    }
}

fn wait_for(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(work)
}
