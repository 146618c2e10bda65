//! `credits`: look at the credits of one instance, and change them by hand.

mod change;
mod refund;
mod show;

use std::process::ExitCode;

use wixapp_core::InstanceId;
use wixapp_core::account::Balances;

use super::ConfigArgs;
use crate::app::App;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Show an instance's balances, plan and newest entries
    Show(show::Show),
    /// Explain one ledger entry in words
    Explain(show::Explain),
    /// Give credits by hand, with a reason
    Grant(change::Change),
    /// Take credits away by hand, with a reason
    Take(change::Change),
    /// Take back what was given or taken by hand
    Undo(change::Undo),
    /// Note that a payment was given back, and take back what it gave
    Refund(refund::Refund),
}

/// Whose credits.
#[derive(clap::Args)]
struct Target {
    #[command(flatten)]
    config: ConfigArgs,
    /// The instance
    #[arg(long, value_name = "ID")]
    instance: InstanceId,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn show_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} credits show --instance 1f6c2d5e
  {program} credits show --instance 1f6c2d5e --limit 100 --json"
    )
}

pub(super) fn explain_examples(program: &str) -> String {
    format!("Examples:\n  {program} credits explain --instance 1f6c2d5e ent_0195e0c4a1b2")
}

pub(super) fn grant_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} credits grant --instance 1f6c2d5e --amount 100 --actor kim --reason \"sorry for Tuesday\"
  {program} credits grant --instance 1f6c2d5e --amount 50 --pool promo --expires-at 2027-12-31T00:00:00Z \\
      --actor kim --reason \"beta tester\" --request-id ticket-4711

The same --request-id counts once, however often the command is run."
    )
}

pub(super) fn take_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} credits take --instance 1f6c2d5e --amount 100 --actor kim --reason \"granted by mistake\"

Never takes more than the pool has."
    )
}

pub(super) fn undo_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} credits undo --instance 1f6c2d5e ent_0195e0c4a1b2 --actor kim --reason \"wrong site\"

Writes a reverse entry; of given credits that were spent since, the rest is booked as debt."
    )
}

pub(super) fn refund_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} credits refund --instance 1f6c2d5e --invoice inv-1 --actor kim --reason \"paid twice\" --dry-run
  {program} credits refund --instance 1f6c2d5e --invoice inv-1 --actor kim --reason \"paid twice\" --request-id ticket-4711

Moves no money and ends no plan: both are done where the plan was bought. When Wix or Stripe tells of the refund too, nothing
more is taken."
    )
}

/// An id for a request that came without one.
fn new_request_id() -> String {
    format!("cmd-{:016x}", rand::random::<u64>())
}

pub(super) async fn run(app: App, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Show(args) => show::show(args).await,
        Command::Explain(args) => show::explain(app, args).await,
        Command::Grant(args) => change::grant(args).await,
        Command::Take(args) => change::take(args).await,
        Command::Undo(args) => change::undo(args).await,
        Command::Refund(args) => refund::refund(app, args).await,
    }
}

fn describe(balances: &Balances) -> String {
    format!(
        "{}: {} of the plan, {} bought, {} promotional; {} put aside, {} owed",
        output::count(balances.available(), "credit", "credits"),
        balances.plan,
        balances.purchased,
        balances.promo,
        balances.held,
        balances.debt
    )
}

fn as_json(balances: &Balances) -> serde_json::Value {
    serde_json::json!({
        "available": balances.available(),
        "byPool": { "plan": balances.plan, "purchased": balances.purchased, "promo": balances.promo },
        "held": balances.held,
        "spent": balances.spent,
        "expired": balances.expired,
        "debt": balances.debt,
    })
}
