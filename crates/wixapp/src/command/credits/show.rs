//! `credits show` and `credits explain`.

use std::process::ExitCode;

use serde_json::json;
use wixapp_core::EntryId;
use wixapp_server::operator;
use wixapp_server::routes::credits::explain::Explanation;
use wixapp_server::routes::credits::history::EntryView;
use wixapp_store::EntryFilter;

use super::{Target, as_json, describe};
use crate::app::App;
use crate::command::database;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Args)]
pub(in crate::command) struct Show {
    #[command(flatten)]
    target: Target,
    /// How many of the newest entries
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(i64).range(0..=10_000))]
    limit: i64,
}

#[derive(clap::Args)]
pub(in crate::command) struct Explain {
    #[command(flatten)]
    target: Target,
    /// The entry; `credits show` lists them
    entry: EntryId,
}

pub(super) async fn show(args: Show) -> Result<ExitCode, Failure> {
    let store = database::open(&args.target.config).await?;
    let instance = operator::known(&store, &args.target.instance).await?;
    let listed = store.list_history(&args.target.instance, &EntryFilter::default(), args.limit).await?;
    store.close().await;
    let entries: Vec<EntryView> = listed.into_iter().map(EntryView::new).collect();
    let plan = instance.profile.subscription.as_ref();
    if args.target.json {
        output::json(&json!({
            "instanceId": instance.instance_id,
            "credits": as_json(&instance.balances),
            "subscription": plan,
            "installedAt": instance.profile.installed_at,
            "removedAt": instance.profile.removed_at,
            "deletedAt": instance.profile.deleted_at,
            "entries": entries,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let on = plan.map_or_else(String::new, |now| format!(", on {} ({})", now.plan_id, now.status.as_str()));
    output::line(&format!("{}{on}", instance.instance_id))?;
    output::line(&describe(&instance.balances))?;
    for entry in entries {
        output::line(&format!(
            "{}  {}  {:>8}  {:>8}  {:<9} {}",
            entry.entry_id,
            entry.at,
            format!("{:+}", entry.amount),
            entry.balance_after,
            entry.kind.as_str(),
            entry.text
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn explain(app: App, args: Explain) -> Result<ExitCode, Failure> {
    let store = database::open(&args.target.config).await?;
    let found = store.find_entry_story(&args.target.instance, &args.entry).await?;
    store.close().await;
    let story = found.ok_or_else(|| {
        Failure::user(format!("the instance has no entry `{}`", args.entry))
            .hint("`credits show` lists the entries of an instance with their ids")
    })?;
    let told = Explanation::new(story, &database::catalog(&args.target.config, &app));
    if args.target.json {
        output::json(&told)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&told.sentence)?;
    let before = output::count(told.balance_before, "credit", "credits");
    output::line(&format!("Before: {before}. After: {}.", told.balance_after))?;
    output::line(&format!("By {}: {}", told.actor, told.reason))?;
    if let Some(fact) = told.fact {
        let (happened, received) = (fact.happened_at, fact.received_at);
        output::line(&format!("Wix said {} for {happened}; it came at {received}.", fact.event_type))?;
    }
    Ok(ExitCode::SUCCESS)
}
