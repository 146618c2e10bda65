//! `plans`: check a catalogue and see what it gives; and the plans that a flag names, in the place of the app's own.

use std::process::ExitCode;

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::catalog::Catalog;
use wixapp_core::clock::Timestamp;
use wixapp_core::cycle::CyclePolicy;
use wixapp_core::derive::{self, Input, Policy};
use wixapp_core::fact::{BillingCycle, Fact, FactKind, PaidSnapshot, PlanTerms, Snapshot};
use wixapp_core::{Account, Plan};

use crate::app::App;
use crate::failure::Failure;
use crate::output;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Check that a catalogue can be used
    Check(Check),
    /// Show what each plan of a catalogue costs, and what it gives in a year
    Preview(Preview),
}

#[derive(clap::Args)]
pub(super) struct Check {
    /// `standard`, `autopost`, or a plans.toml [default: the app's own]
    plans: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Preview {
    /// `standard`, `autopost`, or a plans.toml [default: the app's own]
    plans: Option<String>,
    /// How long a cycle is
    #[arg(long, default_value = "30d", value_parser = ["30d", "month"])]
    cycle: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn check_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} plans check plans.toml
  {program} plans check standard --json"
    )
}

pub(super) fn preview_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} plans preview plans.toml
  {program} plans preview standard --cycle month

The credits of a year are what a site gets that installs the app, buys the plan the same day and stays."
    )
}

pub(super) fn run(mut app: App, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Check(args) => {
            choose(&mut app, args.plans.as_deref(), "the catalogue")?;
            check(&app.catalog, args.json)
        }
        Command::Preview(args) => {
            choose(&mut app, args.plans.as_deref(), "the catalogue")?;
            let cycle = if args.cycle == "month" { CyclePolicy::Month } else { CyclePolicy::ThirtyDays };
            preview(&app.catalog, cycle, args.json)
        }
    }
}

fn check(catalog: &Catalog, json: bool) -> Result<ExitCode, Failure> {
    let (plans, promos, top_ups) = (catalog.plans().len(), catalog.promos().len(), catalog.top_ups().len());
    if json {
        output::json(&json!({
            "name": catalog.name(), "version": catalog.version(), "plans": plans, "promos": promos, "topUps": top_ups,
        }))?;
    } else {
        output::line(&format!(
            "`{}` version {} can be used: {}, {}, {}.",
            catalog.name(),
            catalog.version(),
            output::count(plans, "plan", "plans"),
            output::count(promos, "promo code", "promo codes"),
            output::count(top_ups, "top-up", "top-ups"),
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn preview(catalog: &Catalog, cycle: CyclePolicy, json: bool) -> Result<ExitCode, Failure> {
    let mut rows = Vec::new();
    for plan in catalog.plans() {
        rows.push((
            plan,
            year(catalog, plan, cycle, BillingCycle::Monthly)?,
            year(catalog, plan, cycle, BillingCycle::Yearly)?,
        ));
    }
    if json {
        let plans: Vec<Value> = rows
            .iter()
            .map(|(plan, monthly, yearly)| {
                json!({
                    "id": plan.id, "name": plan.name, "rank": plan.rank, "creditsPerCycle": plan.credits,
                    "creditsOnce": plan.is_free(), "priceMonthly": plan.shown_price_monthly(),
                    "priceYearly": plan.shown_price_yearly(), "custom": plan.custom,
                    "creditsInAYear": { "paidMonthly": monthly, "paidYearly": yearly },
                })
            })
            .collect();
        output::json(&json!({ "name": catalog.name(), "currency": catalog.currency(), "plans": plans }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let price = |price: Option<&str>| {
        price.map_or_else(|| "on request".to_owned(), |price| format!("{price} {}", catalog.currency()))
    };
    output::line(&format!(
        "{:<14}{:>12}{:>12}{:>14}{:>22}{:>21}",
        "plan", "month", "year", "each cycle", "a year, paid monthly", "a year, paid yearly"
    ))?;
    for (plan, monthly, yearly) in rows {
        output::line(&format!(
            "{:<14}{:>12}{:>12}{:>14}{monthly:>22}{yearly:>21}",
            plan.name,
            price(plan.shown_price_monthly()),
            price(plan.shown_price_yearly()),
            if plan.is_free() { format!("{} once", plan.credits) } else { plan.credits.to_string() },
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The credits of a site that installs the app, buys the plan the same day and stays for a year, decided as a server would.
fn year(catalog: &Catalog, plan: &Plan, cycle: CyclePolicy, billing: BillingCycle) -> Result<i64, Failure> {
    // Any year will do; this one has no leap day.
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time in its one form");
    let days = |days: i64| start + SignedDuration::from_hours(24 * days);
    let terms = PlanTerms {
        vendor_product_id: plan.id.to_string(),
        cycle: billing,
        expires_at: None,
        invoice_id: Some("invoice".to_owned()),
    };
    let fact = |key: &str, at, kind| Fact { key: key.to_owned(), at, kind };
    let mut facts = vec![fact("install", start, FactKind::AppInstalled { origin_instance_id: None })];
    let last = days(365) - SignedDuration::from_secs(1);
    if !plan.is_free() {
        let paid =
            PaidSnapshot { terms: terms.clone(), since: Some(start), auto_renewing: true, in_trial: false };
        facts.push(fact("purchase", start, FactKind::PlanPurchased(terms)));
        let seen = Snapshot { paid: Some(paid), seen_until: last };
        facts.push(fact("answer", days(1), FactKind::Snapshot(seen)));
    }
    let instance_id = "preview".parse().expect("an id in its one form");
    let policy = Policy { cycle, ..Policy::default() };
    let derived =
        derive::derive(Input { instance_id: &instance_id, facts: &facts, catalog, policy, now: last });
    let mut account = Account::new(instance_id);
    derive::apply(&mut account, &derived, last).map_err(|error| Failure::user(error.to_string()))?;
    Ok(account.balances.available())
}

/// Gives `app` the catalogue that `named` is the name or the file of.
pub(super) fn choose(app: &mut App, named: Option<&str>, what: &str) -> Result<(), Failure> {
    app.catalog = match named {
        None => return Ok(()),
        Some("standard") => Catalog::standard(),
        Some("autopost") => Catalog::autopost(),
        Some(path) => from_file(path, what)?,
    };
    Ok(())
}

fn from_file(path: &str, what: &str) -> Result<Catalog, Failure> {
    const HINT: &str = "use `standard`, `autopost`, or the path of a plans.toml";
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::user(format!("{what}: {path} cannot be read")).because(&error).hint(HINT)
    })?;
    Catalog::from_toml(&text).map_err(|error| Failure::user(format!("{what}: {path}: {error}")).hint(HINT))
}
