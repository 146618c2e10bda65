//! `migrate`: bring the schema up to this version.

use std::process::ExitCode;

use serde_json::json;
use wixapp_server::Config;
use wixapp_store::Store;

use super::ConfigArgs;
use crate::failure::Failure;
use crate::output;

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} migrate --config wixapp.toml
  WIXAPP_DATABASE_URL=postgres://app@127.0.0.1/app {program} migrate --json

`serve` and `worker` do this by themselves when they start."
    )
}

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let database = Config::load_database(args.config.file())?;
    let store = Store::open(&database.url).await?;
    let done = store.migrate().await?;
    store.close().await;
    if args.json {
        output::json(&json!({ "database": store.kind(), "from": done.from, "to": done.to }))?;
    } else if done.from == done.to {
        output::line(&format!("The {} schema is at version {} already.", store.kind(), done.to))?;
    } else {
        output::line(&format!(
            "The {} schema went from version {} to {}.",
            store.kind(),
            done.from,
            done.to
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
