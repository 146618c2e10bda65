//! `emulator` without a command: the local Wix platform alone.

use std::path::PathBuf;
use std::process::ExitCode;

use wixapp_emulator::{Emulator, EmulatorConfig};
use wixapp_server::config::{LogConfig, LogFormat};
use wixapp_server::telemetry;

use crate::app::App;
use crate::command::platform_rules::PlatformRules;
use crate::command::shutdown::Signals;
use crate::command::{plans, ports, secret};
use crate::failure::Failure;
use crate::output;

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} emulator --app-url http://127.0.0.1:3000 --app-id my-app \\
      --app-secret-file secret.txt --public-key-file webhook.pem
  {program} emulator --app-url http://127.0.0.1:3000 --app-id my-app \\
      --app-secret 0123456789abcdef --plans plans.toml --data-file platform.json"
    )
}

// Flattened beside another `Args`: two groups of one name are an error of clap's.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Port of the local platform; 0 takes any that is free
    #[arg(long, default_value_t = 4100, value_parser = ports::one)]
    port: u16,
    /// Where the app's page is
    #[arg(long, value_name = "URL", required = true)]
    app_url: Option<String>,
    /// Where webhooks go [default: the app's page + /api/v1/wix/webhook]
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Where the app's own pricing page is [default: the app's page + /plans]
    #[arg(long, value_name = "URL")]
    pricing_url: Option<String>,
    /// The app's id
    #[arg(long, value_name = "ID", env = "WIXAPP_APP_ID", hide_env_values = true, required = true)]
    app_id: Option<String>,
    /// The app's secret, at least 16 characters [env: WIXAPP_APP_SECRET]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "app_secret_file")]
    app_secret: Option<String>,
    /// A file that holds it [env: WIXAPP_APP_SECRET_FILE]
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
    /// The app's name in the App Market
    #[arg(long, value_name = "NAME")]
    app_name: Option<String>,
    /// The plans on sale: standard, autopost, or a plans.toml
    #[arg(long, value_name = "FILE", default_value = "standard")]
    plans: String,
    /// Keep the platform's state in this file
    #[arg(long, value_name = "FILE")]
    data_file: Option<PathBuf>,
    /// Write the public key of the webhooks to this file
    #[arg(long, value_name = "FILE")]
    public_key_file: Option<PathBuf>,
    #[command(flatten)]
    rules: PlatformRules,
}

pub(super) async fn run(mut app: App, args: Args) -> Result<ExitCode, Failure> {
    let (Some(app_url), Some(app_id)) = (&args.app_url, args.app_id) else {
        return Err(Failure::user("--app-url and --app-id are needed").hint("--help shows examples"));
    };
    telemetry::install_logs(&LogConfig { level: "warn".to_owned(), format: LogFormat::Text });
    let secret = secret::read("app-secret", args.app_secret, args.app_secret_file.as_deref())?;
    plans::choose(&mut app, Some(&args.plans), "--plans")?;
    app.name = args.app_name.unwrap_or(app.name);
    let rules = args.rules.read()?;
    let listener = ports::listen(args.port, args.port).await?;
    let public_url = format!("http://{}", listener.local_addr()?);
    let mut config = EmulatorConfig {
        data_file: args.data_file,
        ..app.listing(EmulatorConfig::new(app_id, secret, app_url, &public_url))
    };
    rules(&mut config);
    if let Some(url) = args.webhook_url {
        config.webhook_url = url;
    }
    if let Some(url) = args.pricing_url {
        config.pricing_url = url;
    }
    let emulator = Emulator::new(config).map_err(|error| refused(&error))?;
    if let Some(file) = &args.public_key_file {
        std::fs::write(file, emulator.public_key_pem()).map_err(|error| {
            Failure::user(format!("{} cannot be written", file.display()))
                .because(&error)
                .hint("choose another file with --public-key-file")
        })?;
    }
    let running = emulator.start(listener).map_err(|error| Failure::ours(error.to_string()))?;
    let signals = Signals::listen()?;
    output::line(&format!("Local Wix platform on {public_url}, for the app on {app_url}."))?;
    match &args.public_key_file {
        Some(file) => output::line(&format!("The webhooks' public key is in {}.", file.display()))?,
        None => {
            output::line(&format!("The webhooks' public key:\n{}", emulator.public_key_pem().trim_end()))?
        }
    }
    output::line("Ctrl-C stops.")?;
    signals.stop_wished().await;
    running.stop().await.map_err(|error| Failure::ours(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

fn refused(error: &wixapp_emulator::Error) -> Failure {
    let hint = if error.is_data() {
        "choose another file with --data-file, or remove this one to begin anew"
    } else {
        "check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget"
    };
    Failure::user(error.to_string()).hint(hint)
}
