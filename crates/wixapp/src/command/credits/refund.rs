//! `credits refund`.

use std::process::ExitCode;

use serde_json::json;
use wixapp_server::operator::refund::{self, Refund as Request, Refunded};

use super::{Target, as_json, describe};
use crate::app::App;
use crate::command::database;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Args)]
pub(in crate::command) struct Refund {
    #[command(flatten)]
    target: Target,
    /// The invoice that was paid back
    #[arg(long, value_name = "INVOICE")]
    invoice: String,
    /// Who notes it
    #[arg(long, value_name = "NAME")]
    actor: String,
    /// Why; it stands in the ledger for ever, and the owner sees it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The request's own id: the same id counts once [default: a new one]
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// Only show what it would do
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn refund(app: App, args: Refund) -> Result<ExitCode, Failure> {
    let Refund { target, invoice, actor, reason, request_id, dry_run } = args;
    let request_id = request_id.unwrap_or_else(super::new_request_id);
    let server = database::open_app(&target.config, &app).await?;
    let request = Request { invoice_id: invoice.clone(), request_id: request_id.clone(), actor, reason };
    let refunded = match dry_run {
        true => refund::preview(&server, &target.instance, request).await?,
        false => refund::refund(&server, &target.instance, request).await?,
    };
    server.store.close().await;
    if target.json {
        output::json(&json!({
            "instanceId": target.instance,
            "invoiceId": invoice,
            "requestId": request_id,
            "dryRun": dry_run,
            "counted": refunded.counted,
            "before": as_json(&refunded.before),
            "credits": as_json(&refunded.after),
        }))?;
    } else {
        tell(&invoice, dry_run, &refunded)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(invoice: &str, dry_run: bool, refunded: &Refunded) -> Result<(), Failure> {
    let Refunded { counted, before, after } = refunded;
    output::line(&match (counted, dry_run) {
        (false, _) => format!("Nothing to do: the payment of `{invoice}` was taken back before."),
        (true, true) => format!("Nothing was done. The refund of `{invoice}` would do this:"),
        (true, false) => format!("The refund of `{invoice}` was noted."),
    })?;
    if *counted {
        output::line(&format!("Before: {}", describe(before)))?;
        output::line(&format!("After:  {}", describe(after)))?;
    }
    Ok(())
}
