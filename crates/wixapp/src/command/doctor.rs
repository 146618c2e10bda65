//! `doctor`: check the configuration, the database and the way to Wix.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use wixapp_server::Config;
use wixapp_store::Store;

use super::ConfigArgs;
use crate::app::App;
use crate::failure::Failure;
use crate::output;

/// How long one check may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} doctor --config wixapp.toml
  {program} doctor --json

Ends with 0 when all is well, else with 1."
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

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Check {
    fn good(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, ok: true, text: text.into(), hint: None }
    }

    fn bad(name: &'static str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { name, ok: false, text: text.into(), hint: Some(hint.into()) }
    }
}

pub(super) async fn run(app: App, args: Args) -> Result<ExitCode, Failure> {
    let config = args.config.load();
    let mut checks = Vec::new();
    match &config {
        Ok(config) => {
            checks.push(Check::good("configuration", "every field is usable"));
            checks.push(webhook_key(config));
            checks.push(plans(&app, config));
            checks.push(database(config).await);
            checks.push(wix(config).await);
            checks.extend(stripe(&app, config));
            checks.extend(notices(config).await);
        }
        Err(failure) => {
            let hint = failure.advice().unwrap_or("`serve --print-config` lists every field");
            checks.push(Check::bad("configuration", failure.text(), hint));
        }
    }
    let healthy = checks.iter().all(|check| check.ok);
    if args.json {
        output::json(&json!({ "healthy": healthy, "checks": checks }))?;
    } else {
        for check in &checks {
            output::line(&format!(
                "{} {:<14} {}",
                if check.ok { "ok  " } else { "FAIL" },
                check.name,
                check.text
            ))?;
            if let Some(hint) = &check.hint {
                output::line(&format!("     hint: {hint}"))?;
            }
        }
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn webhook_key(config: &Config) -> Check {
    match &config.wix.webhook_public_key {
        Some(_) => Check::good("webhooks", "a public key is set"),
        None => Check::bad(
            "webhooks",
            "no public key: every webhook is refused",
            "set wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY_FILE) to the key of Wix's webhooks page",
        ),
    }
}

fn plans(app: &App, config: &Config) -> Check {
    match wixapp_server::serve::catalog(config, app.catalog.clone()) {
        Ok(catalog) => {
            let plans = output::count(catalog.plans().len(), "plan", "plans");
            Check::good("plans", format!("{plans} of `{}`", catalog.name()))
        }
        Err(error) => Check::bad("plans", error.to_string(), "mend the file that plans.catalog names"),
    }
}

async fn database(config: &Config) -> Check {
    // Opening would make the file: looking must change nothing.
    if let Some(path) = config.database.url.strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        return Check::bad(
            "database",
            format!("there is no file {path} yet"),
            "`migrate` makes it, and so does `serve`",
        );
    }
    let looked = tokio::time::timeout(PATIENCE, async {
        let store = Store::open(&config.database.url).await?;
        let checked = store.check().await;
        store.close().await;
        checked.map(|()| store.kind())
    });
    match looked.await {
        Ok(Ok(kind)) => Check::good("database", format!("{kind} answers, and its schema is this version's")),
        Ok(Err(error)) => Check::bad("database", error.to_string(), "run `migrate`, and check database.url"),
        Err(_) => {
            Check::bad("database", "no answer in 10 seconds", "check database.url and the way to the server")
        }
    }
}

async fn wix(config: &Config) -> Check {
    let client = reqwest::Client::builder().timeout(PATIENCE).build();
    let Ok(client) = client else {
        return Check::bad("wix", "no HTTP client could be made", "check the machine's certificates");
    };
    // Any answer will do: the question is whether the way is open.
    match client.get(format!("{}/apps/v1/instance", config.wix.api_url.trim_end_matches('/'))).send().await {
        Ok(_) => Check::good("wix", format!("{} answers", config.wix.api_url)),
        Err(error) => Check::bad(
            "wix",
            format!("{} does not answer: {}", config.wix.api_url, root_cause(&error)),
            "check the network and wix.api_url (WIXAPP_WIX_API_URL)",
        ),
    }
}

/// Whether every plan that is for sale has a price at Stripe, when that is where they are sold.
fn stripe(app: &App, config: &Config) -> Option<Check> {
    if config.billing.source != wixapp_core::BillingSource::Stripe {
        return None;
    }
    let catalog = wixapp_server::serve::catalog(config, app.catalog.clone()).ok()?;
    let sold: Vec<_> = catalog.plans().iter().filter(|plan| !plan.is_free() && !plan.custom).collect();
    let priced =
        sold.iter().filter(|plan| plan.stripe_price_monthly.is_some() || plan.stripe_price_yearly.is_some());
    let (priced, sold) = (priced.count(), sold.len());
    if priced == 0 && sold > 0 {
        let hint = "name stripe_price_monthly or stripe_price_yearly in plans.toml";
        return Some(Check::bad("stripe", "no plan has a price at Stripe: nothing can be bought", hint));
    }
    Some(Check::good("stripe", format!("{priced} of {sold} plans have a price at Stripe")))
}

/// Whether mails would leave.
async fn notices(config: &Config) -> Option<Check> {
    let hint = "check the fields of [notices], and the way to the server";
    let post = match wixapp_server::notice::Post::new(&config.notices) {
        Ok(post) => post?,
        Err(error) => {
            return Some(Check::bad("notices", error.to_string(), error.hint().unwrap_or(hint)));
        }
    };
    Some(match tokio::time::timeout(PATIENCE, post.probe()).await {
        Ok(Ok(())) => Check::good("notices", post.describe()),
        Ok(Err(why)) => Check::bad("notices", format!("{}: {why}", post.describe()), hint),
        Err(_) => Check::bad("notices", format!("{}: no answer in 10 seconds", post.describe()), hint),
    })
}

/// The innermost cause: the outer ones only say that a request failed.
fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
