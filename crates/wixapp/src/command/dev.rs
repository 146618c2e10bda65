//! `dev`: the app and a whole local Wix platform, in one process, on one virtual clock.

mod folder;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use wixapp_core::clock::Clock;
use wixapp_server::config::{LogConfig, LogFormat};
use wixapp_server::telemetry;

use super::platform_rules::PlatformRules;
use super::shutdown::Signals;
use super::{plans, ports};
use crate::app::App;
use crate::failure::Failure;
use crate::local::{Local, Place};
use crate::output;
use folder::Folder;

/// How long the two servers may take to answer for the first time.
const FIRST_ANSWER: Duration = Duration::from_secs(20);

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} dev                       start on http://127.0.0.1:4100
  {program} dev --port 5000 --open    start on another port and open the browser
  {program} dev --reset               forget everything and begin anew
  {program} dev --data-lag 5 --calls-a-minute 50
                                      a platform that is stricter than most"
    )
}

#[derive(clap::Args)]
pub(super) struct Args {
    /// Port of the local platform; the app listens on the next one. 0 takes any two that are free
    #[arg(long, default_value_t = 4100, value_parser = ports::first_of_two)]
    port: u16,
    /// Folder that keeps everything between starts
    #[arg(long, value_name = "DIR", default_value = ".wixapp")]
    data_dir: PathBuf,
    /// Forget everything in the data folder first
    #[arg(long, conflicts_with = "database_url")]
    reset: bool,
    /// Open the local platform in the browser
    #[arg(long)]
    open: bool,
    /// Use this database instead of SQLite in the data folder
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// The plans on sale: standard, autopost, or a plans.toml [default: the app's own]
    #[arg(long, value_name = "FILE")]
    plans: Option<String>,
    /// What is logged: error, warn, info, debug, or a filter
    #[arg(long, value_name = "FILTER", default_value = "warn", env = "WIXAPP_LOG", hide_env_values = true)]
    log: String,
    #[command(flatten)]
    rules: PlatformRules,
}

pub(super) async fn run(mut app: App, args: Args) -> Result<ExitCode, Failure> {
    let log = LogConfig { level: args.log, format: LogFormat::Text };
    log.check()?;
    telemetry::install_logs(&log);
    plans::choose(&mut app, args.plans.as_deref(), "--plans")?;
    let rules = args.rules.read()?;
    // Both ports first: nothing else is touched when one is taken.
    let (platform, app_port) = ports::listen_pair(args.port).await?;
    let folder = Folder::open(&args.data_dir, args.reset)?;
    let name = app.name.clone();
    let advice = match args.database_url {
        Some(_) => "check --database-url, and that its server is up",
        None => "begin anew with --reset, or choose another folder with --data-dir",
    };
    let place = Place {
        identity: folder.identity()?,
        database_url: args.database_url.unwrap_or_else(|| folder.database_url()),
        platform_file: Some(folder.platform_file()),
        snapshot_folder: folder.snapshot_folder(),
        mail_folder: folder.mail_folder(),
        platform,
        app: app_port,
    };
    let local = Local::start_at(app, place, rules).await.map_err(|failure| failure.hint(advice))?;
    first_answer(&local).await?;
    let signals = Signals::listen()?;
    greet(&name, &local, &folder)?;
    if args.open {
        open_browser(local.platform_url());
    }
    signals.stop_wished().await;
    output::note("Stopping: what is under way is finished first.");
    local.stop().await?;
    output::note("Stopped. The next start finds everything again.");
    Ok(ExitCode::SUCCESS)
}

/// Waits until both servers answer, so that the addresses that are printed work.
async fn first_answer(local: &Local) -> Result<(), Failure> {
    let client = reqwest::Client::new();
    let (app, platform) = (local.app_url(), local.platform_url());
    for url in [format!("{app}/ready"), format!("{platform}/_emulator/state")] {
        let answer = tokio::time::timeout(FIRST_ANSWER, client.get(&url).send()).await;
        let good = matches!(&answer, Ok(Ok(response)) if response.status().is_success());
        if !good {
            return Err(
                Failure::ours(format!("{url} does not answer")).hint("run with --log info to see why")
            );
        }
    }
    Ok(())
}

fn greet(name: &str, local: &Local, folder: &Folder) -> Result<(), Failure> {
    output::line(&format!("\n  {name} is up.\n"))?;
    output::line(&format!("  Local Wix platform   {}", local.platform_url()))?;
    output::line(&format!("  The app              {}", local.app_url()))?;
    output::line(&format!("  Inspector            {}/inspector", local.platform_url()))?;
    output::line(&format!("  Data folder          {}", folder.path().display()))?;
    let clock = local.clock();
    if clock.offset_ms() != 0 {
        output::line(&format!("  Platform's time      {}", clock.now().strftime("%Y-%m-%d %H:%M UTC")))?;
    }
    output::line("\n  Open the platform, choose App Market, install the app. Ctrl-C stops.\n")
}

fn open_browser(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started = std::process::Command::new(opener)
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if started.is_err() {
        output::note(&format!("No browser could be opened; visit {url}"));
    }
}
