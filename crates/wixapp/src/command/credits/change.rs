//! `credits grant`, `take` and `undo`.

use std::process::ExitCode;

use serde_json::json;
use wixapp_core::account::{Adjustment, Change as Movement};
use wixapp_core::clock::Timestamp;
use wixapp_core::grant::Pool;
use wixapp_core::{Credits, EntryId};
use wixapp_server::operator::adjust::{self, Adjusted};

use super::{Target, as_json, describe};
use crate::command::database;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Args)]
pub(in crate::command) struct Change {
    #[command(flatten)]
    target: Target,
    /// How many credits
    #[arg(long, value_name = "N", value_parser = parse_amount)]
    amount: Credits,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    actor: String,
    /// Why; it stands in the ledger for ever, and the owner sees it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Which credits: purchased ones stay when a plan ends
    #[arg(long, value_name = "POOL", default_value = "purchased", value_parser = ["plan", "purchased", "promo"])]
    pool: String,
    /// When given credits expire
    #[arg(long, value_name = "TIME")]
    expires_at: Option<Timestamp>,
    /// The request's own id: the same id counts once [default: a new one]
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
}

#[derive(clap::Args)]
pub(in crate::command) struct Undo {
    #[command(flatten)]
    target: Target,
    /// The entry to take back
    entry: EntryId,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    actor: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) async fn grant(args: Change) -> Result<ExitCode, Failure> {
    let movement = Movement::Give(args.amount);
    change(args, movement, "given").await
}

pub(super) async fn take(args: Change) -> Result<ExitCode, Failure> {
    if args.expires_at.is_some() {
        return Err(Failure::user("--expires-at says nothing of credits that are taken").hint("leave it out"));
    }
    let movement = Movement::Take(args.amount);
    change(args, movement, "taken").await
}

async fn change(args: Change, movement: Movement, done: &str) -> Result<ExitCode, Failure> {
    let adjustment = Adjustment {
        request_id: args.request_id.unwrap_or_else(super::new_request_id),
        pool: Pool::parse(&args.pool).unwrap_or(Pool::Purchased),
        change: movement,
        expires_at: args.expires_at,
        actor: args.actor,
        reason: args.reason,
    };
    let request_id = adjustment.request_id.clone();
    let (store, now) = database::open_to_write(&args.target.config).await?;
    let adjusted = adjust::adjust(&store, &args.target.instance, adjustment, now).await?;
    store.close().await;
    let text = match adjusted.counted {
        true => format!("{} {done}.", output::count(args.amount.get(), "credit was", "credits were")),
        false => format!("Nothing was done: the request `{request_id}` counted before."),
    };
    tell(&args.target, &adjusted, &text, Some(&request_id))
}

pub(super) async fn undo(args: Undo) -> Result<ExitCode, Failure> {
    let (store, now) = database::open_to_write(&args.target.config).await?;
    let undo = wixapp_core::account::Undo { actor: args.actor, reason: args.reason };
    let adjusted = adjust::undo(&store, &args.target.instance, &args.entry, undo, now).await?;
    store.close().await;
    let text = match adjusted.counted {
        true => "It was taken back.",
        false => "Nothing was done: it was taken back before.",
    };
    tell(&args.target, &adjusted, text, None)
}

fn tell(
    target: &Target,
    adjusted: &Adjusted,
    text: &str,
    request_id: Option<&str>,
) -> Result<ExitCode, Failure> {
    if target.json {
        output::json(&json!({
            "instanceId": target.instance,
            "counted": adjusted.counted,
            "requestId": request_id,
            "credits": as_json(&adjusted.balances),
        }))?;
    } else {
        output::line(text)?;
        output::line(&describe(&adjusted.balances))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn parse_amount(text: &str) -> Result<Credits, String> {
    let number = text.parse::<i64>().ok().filter(|number| *number > 0).and_then(Credits::new);
    number.ok_or_else(|| "it must be a whole number from 1 on".to_owned())
}
