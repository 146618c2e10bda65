//! `dev`: the app and a whole local Wix platform, in one process, on one virtual clock.

mod folder;
mod ports;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use wixapp_core::clock::{Clock, VirtualClock};
use wixapp_emulator::{Emulator, EmulatorConfig};
use wixapp_platform::AppSecret;
use wixapp_server::config::{LogConfig, LogFormat};
use wixapp_server::serve::{self, Roles};
use wixapp_server::{Config, telemetry};

use super::shutdown;
use crate::app::App;
use crate::failure::Failure;
use crate::output;
use folder::{Folder, Identity};

pub(super) const EXAMPLES: &str = "Examples:
  app dev                       start on http://127.0.0.1:4100
  app dev --port 5000 --open    start on another port and open the browser
  app dev --reset               forget everything and begin anew";

/// How long the two servers may take to answer for the first time.
const FIRST_ANSWER: Duration = Duration::from_secs(20);

#[derive(clap::Args)]
pub(super) struct Args {
    /// Port of the local platform; the app listens on the next one
    #[arg(long, default_value_t = 4100, value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: u16,
    /// Folder that keeps everything between starts
    #[arg(long, value_name = "DIR", default_value = ".wixapp")]
    data_dir: PathBuf,
    /// Forget everything in the data folder first
    #[arg(long)]
    reset: bool,
    /// Open the local platform in the browser
    #[arg(long)]
    open: bool,
    /// Use this database instead of SQLite in the data folder
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// What is logged: error, warn, info, debug, or a filter
    #[arg(long, value_name = "FILTER", default_value = "warn", env = "WIXAPP_LOG")]
    log: String,
}

/// Where the two servers are.
struct Addresses {
    platform: String,
    app: String,
}

pub(super) async fn run(app: App, args: Args) -> Result<ExitCode, Failure> {
    telemetry::install_logs(&LogConfig { level: args.log.clone(), format: LogFormat::Text });
    // Both ports first: nothing else is touched when one is taken.
    let (platform_port, app_port) =
        (ports::listen(args.port, args.port).await?, ports::listen(args.port + 1, args.port).await?);
    let folder = Folder::open(&args.data_dir, args.reset)?;
    let identity = folder.identity()?;
    let at = Addresses {
        platform: format!("http://127.0.0.1:{}", args.port),
        app: format!("http://127.0.0.1:{}", args.port + 1),
    };
    let clock = VirtualClock::new();
    let (name, catalog) = (app.name.clone(), app.catalog.clone());
    let emulator = emulator(&app, &identity, &folder, &at, clock.clone())?;
    let database = args.database_url.unwrap_or_else(|| folder.database_url());
    let config = config(&identity, &at, &database, emulator.public_key_pem())?;
    let parts = app.parts(&config);
    let server = serve::open(config, catalog, Arc::new(clock.clone())).await?;
    let to_wake = Arc::clone(&server);
    clock.subscribe(move |_| to_wake.wake_workers());
    let running = serve::start(server, parts, Roles { api: true, worker: true }, app_port)?;
    // The platform comes second, so that the webhooks it still owes find the app.
    let platform = emulator.start(platform_port).map_err(|error| Failure::ours(error.to_string()))?;
    first_answer(&at).await?;
    greet(&name, &at, &folder, &clock)?;
    if args.open {
        open_browser(&at.platform);
    }
    shutdown::wished().await?;
    output::note("Stopping: what is under way is finished first.");
    running.stop().await;
    platform.stop().await.map_err(|error| Failure::ours(error.to_string()))?;
    output::note("Stopped. The next start finds everything again.");
    Ok(ExitCode::SUCCESS)
}

fn emulator(
    app: &App,
    identity: &Identity,
    folder: &Folder,
    at: &Addresses,
    clock: VirtualClock,
) -> Result<Emulator, Failure> {
    let secret = AppSecret::new(&identity.app_secret).map_err(|error| folder.broken(&error.to_string()))?;
    let config = EmulatorConfig {
        app_name: app.name.clone(),
        tagline: app.tagline.clone(),
        description: app.description.clone(),
        developer: app.developer.clone(),
        catalog: app.catalog.clone(),
        data_file: Some(folder.platform_file()),
        clock,
        ..EmulatorConfig::new(&identity.app_id, secret, &at.app, &at.platform)
    };
    Emulator::new(config).map_err(|error| {
        Failure::user(error.to_string()).hint("stop the other process that uses this data folder, choose another with --data-dir, or begin anew with --reset")
    })
}

fn config(identity: &Identity, at: &Addresses, database: &str, public_key: &str) -> Result<Config, Failure> {
    let text = toml::to_string(&serde_json::json!({
        "database": { "url": database },
        "wix": {
            "app_id": identity.app_id,
            "app_secret": identity.app_secret,
            "webhook_public_key": public_key,
            "api_url": at.platform,
            "dashboard_url": at.platform,
            "frame_ancestors": [at.platform, at.platform.replace("127.0.0.1", "localhost")],
        },
        "server": { "bind": at.app.trim_start_matches("http://"), "drain_s": 5 },
        // A developer who stops the app in mid-job does not want to wait half a minute for its rescue.
        "jobs": { "lease_s": 3 },
    }));
    Ok(Config::from_text(&text.map_err(|error| Failure::ours(error.to_string()))?)?)
}

/// Waits until both servers answer, so that the addresses that are printed work.
async fn first_answer(at: &Addresses) -> Result<(), Failure> {
    let client = reqwest::Client::new();
    for url in [format!("{}/ready", at.app), format!("{}/_emulator/state", at.platform)] {
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

fn greet(name: &str, at: &Addresses, folder: &Folder, clock: &VirtualClock) -> Result<(), Failure> {
    output::line(&format!("\n  {name} is up.\n"))?;
    output::line(&format!("  Local Wix platform   {}", at.platform))?;
    output::line(&format!("  The app              {}", at.app))?;
    output::line(&format!("  Inspector            {}/inspector", at.platform))?;
    output::line(&format!("  Data folder          {}", folder.path().display()))?;
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
