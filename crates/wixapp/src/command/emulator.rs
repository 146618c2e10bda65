//! `emulator`: the local Wix platform alone.

use std::path::PathBuf;
use std::process::ExitCode;

use tokio::net::TcpListener;
use wixapp_core::clock::VirtualClock;
use wixapp_emulator::{Emulator, EmulatorConfig};
use wixapp_platform::AppSecret;
use wixapp_server::config::{LogConfig, LogFormat};
use wixapp_server::serve::StartError;
use wixapp_server::telemetry;

use super::shutdown;
use crate::app::App;
use crate::failure::Failure;
use crate::output;

pub(super) const EXAMPLES: &str = "Examples:
  app emulator --app-url http://127.0.0.1:3000 --app-id my-app --app-secret 0123456789abcdef
  app emulator --app-url http://127.0.0.1:3000 --app-id my-app --public-key-file key.pem --data-file platform.json";

#[derive(clap::Args)]
pub(super) struct Args {
    /// Port of the local platform
    #[arg(long, default_value_t = 4100)]
    port: u16,
    /// Where the app's page is
    #[arg(long, value_name = "URL")]
    app_url: String,
    /// Where webhooks go [default: the app's page + /api/v1/wix/webhook]
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// The app's id
    #[arg(long, env = "WIXAPP_APP_ID")]
    app_id: String,
    /// The app's secret, at least 16 characters
    #[arg(long, env = "WIXAPP_APP_SECRET", hide_env_values = true)]
    app_secret: String,
    /// Keep the platform's state in this file
    #[arg(long, value_name = "FILE")]
    data_file: Option<PathBuf>,
    /// Write the public key of the webhooks to this file
    #[arg(long, value_name = "FILE")]
    public_key_file: Option<PathBuf>,
}

pub(super) async fn run(app: App, args: Args) -> Result<ExitCode, Failure> {
    telemetry::install_logs(&LogConfig { level: "warn".to_owned(), format: LogFormat::Text });
    let address = format!("127.0.0.1:{}", args.port);
    let listener = TcpListener::bind(&address).await;
    let listener = listener.map_err(|source| {
        Failure::from(StartError::Listen { address, source }).hint("choose another port: --port 4200")
    })?;
    let secret = AppSecret::new(&args.app_secret).map_err(|error| {
        Failure::user(format!("--app-secret: {error}")).hint("use at least 16 characters")
    })?;
    let port = listener.local_addr()?.port();
    let public_url = format!("http://127.0.0.1:{port}");
    let mut config = EmulatorConfig {
        app_name: app.name,
        tagline: app.tagline,
        description: app.description,
        developer: app.developer,
        catalog: app.catalog,
        data_file: args.data_file,
        clock: VirtualClock::new(),
        ..EmulatorConfig::new(args.app_id, secret, &args.app_url, &public_url)
    };
    if let Some(url) = args.webhook_url {
        config.webhook_url = url;
    }
    let emulator = Emulator::new(config).map_err(|error| Failure::user(error.to_string()))?;
    if let Some(file) = &args.public_key_file {
        std::fs::write(file, emulator.public_key_pem()).map_err(|error| {
            Failure::user(format!("{} cannot be written", file.display())).because(&error)
        })?;
    }
    let running = emulator.start(listener).map_err(|error| Failure::ours(error.to_string()))?;
    output::line(&format!(
        "Local Wix platform on {public_url}, for the app on {}. Ctrl-C stops.",
        args.app_url
    ))?;
    if args.public_key_file.is_none() {
        output::line(&format!(
            "Webhooks are signed; their public key:\n{}",
            emulator.public_key_pem().trim_end()
        ))?;
    }
    shutdown::wished().await?;
    running.stop().await.map_err(|error| Failure::ours(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
