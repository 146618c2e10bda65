//! `reconcile`: ask Wix how instances stand, and bring what is stored in line.

use std::process::ExitCode;

use serde_json::json;
use wixapp_core::InstanceId;
use wixapp_server::operator;
use wixapp_server::work::sweep::{self, Swept};

use super::{ConfigArgs, database};
use crate::app::App;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Only this instance
    #[arg(long, value_name = "ID")]
    instance: Option<InstanceId>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} reconcile
  {program} reconcile --instance 1f6c2d5e --json

Servers do this by themselves when they start and once a day. Nothing is given twice by it. Ends with 1 when Wix could
not be asked about the instance, or when some instances could not be worked on."
    )
}

pub(super) async fn run(app: App, args: Args) -> Result<ExitCode, Failure> {
    let server = database::open_app(&args.config, &app).await?;
    let swept = match &args.instance {
        Some(id) => {
            operator::known(&server.store, id).await?;
            sweep::one(&server, id).await?
        }
        None => {
            let progress = |swept: Swept| {
                output::note(&format!(
                    "asked about: {} …",
                    output::count(swept.asked, "instance", "instances")
                ))
            };
            sweep::all(&server, progress).await?
        }
    };
    server.store.close().await;
    if args.json {
        output::json(
            &json!({ "asked": swept.asked, "unanswered": swept.unanswered, "failed": swept.failed }),
        )?;
    } else {
        output::line(&format!(
            "Wix was asked about {}; {} it did not say; {} could not be worked on.",
            output::count(swept.asked, "instance", "instances"),
            output::count(swept.unanswered, "time", "times"),
            swept.failed
        ))?;
    }
    let missed = swept.failed > 0 || args.instance.is_some() && swept.unanswered > 0;
    Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
