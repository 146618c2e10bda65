//! `migrate`: bring the schema up to this version.

use std::process::ExitCode;

use serde_json::json;
use wixapp_server::serve::StartError;
use wixapp_store::Store;

use super::ConfigArgs;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let config = args.config.load()?;
    let store = Store::open(&config.database.url).await.map_err(StartError::from)?;
    let done = store.migrate().await.map_err(StartError::from)?;
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
