//! The configuration: a TOML file, then the environment, where `…_FILE` names a file that holds a secret.

mod check;
mod file;
mod secret;

use std::path::Path;

use confique::{Config as _, Layer as _};
use secrecy::SecretString;
use serde::Deserialize;

pub use check::ConfigError;

/// The configuration of a wixapp server. Variables of the environment win over this file.
///
/// Secrets are better kept in files of their own: WIXAPP_APP_SECRET_FILE names one that holds what WIXAPP_APP_SECRET
/// would. The same goes for WIXAPP_APP_SECRET_PREVIOUS, WIXAPP_WEBHOOK_PUBLIC_KEY, WIXAPP_WEBHOOK_PUBLIC_KEY_PREVIOUS,
/// WIXAPP_DATABASE_URL, WIXAPP_STRIPE_SECRET_KEY, WIXAPP_STRIPE_WEBHOOK_SECRET, WIXAPP_STRIPE_WEBHOOK_SECRET_PREVIOUS
/// and WIXAPP_SMTP_PASSWORD.
#[derive(Debug, Clone, confique::Config)]
pub struct Config {
    /// Where the server listens.
    #[config(nested)]
    pub server: ServerConfig,
    /// The database.
    #[config(nested)]
    pub database: DatabaseConfig,
    /// The app as Wix knows it.
    #[config(nested)]
    pub wix: WixConfig,
    /// The plans.
    #[config(nested)]
    pub plans: PlansConfig,
    /// Buying.
    #[config(nested)]
    pub billing: BillingConfig,
    /// Stripe, for apps that sell through it.
    #[config(nested)]
    pub stripe: StripeConfig,
    /// E-mails to the owners of sites.
    #[config(nested)]
    pub notices: NoticesConfig,
    /// Background jobs.
    #[config(nested)]
    pub jobs: JobsConfig,
    /// How often callers may ask.
    #[config(nested)]
    pub limits: LimitsConfig,
    /// Logs.
    #[config(nested)]
    pub log: LogConfig,
}

/// Where the server listens.
#[derive(Debug, Clone, confique::Config)]
pub struct ServerConfig {
    /// Address and port to listen on.
    #[config(default = "127.0.0.1:4101", env = "WIXAPP_BIND")]
    pub bind: String,
    /// How many seconds requests and jobs may take to finish when the server is stopped.
    #[config(default = 20, env = "WIXAPP_DRAIN_S")]
    pub drain_s: u64,
}

/// The database.
#[derive(Debug, Clone, confique::Config)]
pub struct DatabaseConfig {
    /// `sqlite:<path>` or `postgres://user:password@host/name`.
    #[config(default = "sqlite:wixapp.sqlite3", env = "WIXAPP_DATABASE_URL")]
    pub url: String,
}

/// The app as Wix knows it.
#[derive(Debug, Clone, confique::Config)]
pub struct WixConfig {
    /// The app's id, from Wix's developer centre.
    #[config(env = "WIXAPP_APP_ID")]
    pub app_id: String,
    /// The app's secret key, at least 16 bytes.
    #[config(env = "WIXAPP_APP_SECRET")]
    pub app_secret: SecretString,
    /// The secret key before the last change: tokens signed with it are still taken.
    #[config(env = "WIXAPP_APP_SECRET_PREVIOUS")]
    pub app_secret_previous: Option<SecretString>,
    /// The public key of the app's webhooks, as PEM text.
    #[config(env = "WIXAPP_WEBHOOK_PUBLIC_KEY")]
    pub webhook_public_key: Option<String>,
    /// The public key before the last change.
    #[config(env = "WIXAPP_WEBHOOK_PUBLIC_KEY_PREVIOUS")]
    pub webhook_public_key_previous: Option<String>,
    /// Where Wix's API is; the local platform's address in development.
    #[config(default = "https://www.wixapis.com", env = "WIXAPP_WIX_API_URL")]
    pub api_url: String,
    /// How many instances Wix is asked about each second, at the most: after a start all of them are. Processes on one
    /// database share them.
    #[config(default = 20, env = "WIXAPP_WIX_QUESTIONS_PER_S")]
    pub questions_per_s: u32,
    /// Where Wix's dashboard is; payers come back there.
    #[config(default = "https://manage.wix.com", env = "WIXAPP_WIX_DASHBOARD_URL")]
    pub dashboard_url: String,
    /// Where the app is added to a site, usually its page in the App Market: the pricing page leads there whoever opens it
    /// without having the app. It shows no button when left out.
    #[config(env = "WIXAPP_WIX_INSTALL_URL")]
    pub install_url: Option<String>,
    /// The origins that may show the dashboard page in a frame; in the variable with commas between them.
    #[config(
        default = ["https://manage.wix.com", "https://*.manage.wix.com"],
        env = "WIXAPP_FRAME_ANCESTORS",
        parse_env = confique::env::parse::list_by_comma
    )]
    pub frame_ancestors: Vec<String>,
}

/// The plans.
#[derive(Debug, Clone, confique::Config)]
pub struct PlansConfig {
    /// `standard`, `autopost`, or the path of a plans.toml; the app's own catalogue when left out.
    #[config(env = "WIXAPP_PLANS_CATALOG")]
    pub catalog: Option<String>,
    /// How long a cycle is: `30d` or `month`.
    #[config(default = "30d", env = "WIXAPP_PLANS_CYCLE")]
    pub cycle: wixapp_core::cycle::CyclePolicy,
    /// What happens to the plan's credits when a paid plan ends: `reset` or `keep`.
    #[config(default = "reset", env = "WIXAPP_PLANS_ON_END")]
    pub on_end: OnEnd,
    /// Whether a duplicated site gets free credits of its own.
    #[config(default = false, env = "WIXAPP_PLANS_FREE_FOR_DUPLICATES")]
    pub free_for_duplicates: bool,
}

/// Buying.
#[derive(Debug, Clone, confique::Config)]
pub struct BillingConfig {
    /// Where instances buy for which nothing else is settled: `wix`, `stripe`, or `none` when nothing is sold.
    #[config(default = "wix", env = "WIXAPP_BILLING_SOURCE")]
    pub source: wixapp_core::BillingSource,
    /// Whether checkouts charge nothing: for trying out only.
    #[config(default = false, env = "WIXAPP_TEST_CHECKOUT")]
    pub test_checkout: bool,
}

/// Stripe, for apps that sell through it.
#[derive(Debug, Clone, confique::Config)]
pub struct StripeConfig {
    /// The secret key of Stripe's API, `sk_…` or `rk_…`.
    #[config(env = "WIXAPP_STRIPE_SECRET_KEY")]
    pub secret_key: Option<SecretString>,
    /// The signing secret of the webhook endpoint, `whsec_…`.
    #[config(env = "WIXAPP_STRIPE_WEBHOOK_SECRET")]
    pub webhook_secret: Option<SecretString>,
    /// The signing secret before the last change: events signed with it are still taken.
    #[config(env = "WIXAPP_STRIPE_WEBHOOK_SECRET_PREVIOUS")]
    pub webhook_secret_previous: Option<SecretString>,
    /// Whether a subscription ends with the period that is paid when the app is removed from the site.
    #[config(default = true, env = "WIXAPP_STRIPE_CANCEL_ON_REMOVAL")]
    pub cancel_on_removal: bool,
    /// Where Stripe's API is.
    #[config(default = "https://api.stripe.com", env = "WIXAPP_STRIPE_API_URL")]
    pub api_url: String,
}

/// E-mails to the owners of sites.
#[derive(Debug, Clone, confique::Config)]
pub struct NoticesConfig {
    /// Who writes, for example `My App <hello@my-app.example>`; nobody is written to without it.
    #[config(env = "WIXAPP_NOTICES_FROM")]
    pub from: Option<String>,
    /// Keep mails as files in this folder instead of sending them.
    #[config(env = "WIXAPP_NOTICES_FOLDER")]
    pub folder: Option<String>,
    /// The SMTP server.
    #[config(env = "WIXAPP_SMTP_HOST")]
    pub smtp_host: Option<String>,
    /// Its port: 465 is usual for `tls`, 587 for `starttls`.
    #[config(default = 465, env = "WIXAPP_SMTP_PORT")]
    pub smtp_port: u16,
    /// How the way to it is secured: `tls`, `starttls`, or `none` for a server on this machine.
    #[config(default = "tls", env = "WIXAPP_SMTP_SECURITY")]
    pub smtp_security: SmtpSecurity,
    /// The name to log in with.
    #[config(env = "WIXAPP_SMTP_USER")]
    pub smtp_user: Option<String>,
    /// The password to log in with.
    #[config(env = "WIXAPP_SMTP_PASSWORD")]
    pub smtp_password: Option<SecretString>,
    /// How many mails an instance gets within 24 hours at the most.
    #[config(default = 5, env = "WIXAPP_NOTICES_PER_DAY")]
    pub per_day: u32,
    /// Credits are low below this part of what the plan gives in a cycle, in percent.
    #[config(default = 10, env = "WIXAPP_NOTICES_LOW_PERCENT")]
    pub low_percent: u8,
}

/// How the way to the SMTP server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting; never without.
    Starttls,
    /// Nothing, for a server on this machine.
    None,
}

/// Background jobs.
#[derive(Debug, Clone, confique::Config)]
pub struct JobsConfig {
    /// How many jobs run at the same time in this process.
    #[config(default = 8, env = "WIXAPP_JOBS_CONCURRENCY")]
    pub concurrency: usize,
    /// After how many seconds without a sign of life another worker takes a job over.
    #[config(default = 30, env = "WIXAPP_JOBS_LEASE_S")]
    pub lease_s: u64,
    /// How many jobs of one instance run at the same time, in all processes together; 0 is without a limit.
    #[config(default = 0, env = "WIXAPP_JOBS_PER_INSTANCE")]
    pub per_instance: u32,
    /// How many days jobs that ended are kept with their results.
    #[config(default = 30, env = "WIXAPP_JOBS_KEEP_DAYS")]
    pub keep_days: u32,
}

/// How often callers may ask. Ten seconds' worth may come at once; what is more is answered with 429 and `Retry-After`.
/// Webhooks of Wix, health, metrics and the pages are never counted.
#[derive(Debug, Clone, confique::Config)]
pub struct LimitsConfig {
    /// Requests a second with the tokens of one instance; 0 is without a limit.
    #[config(default = 1000, env = "WIXAPP_LIMITS_INSTANCE_PER_S")]
    pub instance_per_s: u32,
    /// Requests a second without a valid token from one address; 0 is without a limit.
    #[config(default = 100, env = "WIXAPP_LIMITS_ADDRESS_PER_S")]
    pub address_per_s: u32,
    /// Addresses of the proxies in front of the server, whose `X-Forwarded-For` says where a request comes from; in the
    /// variable with commas between them.
    #[config(
        default = [],
        env = "WIXAPP_TRUSTED_PROXIES",
        parse_env = confique::env::parse::list_by_comma
    )]
    pub trusted_proxies: Vec<String>,
}

/// Logs.
#[derive(Debug, Clone, confique::Config)]
pub struct LogConfig {
    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,wixapp_jobs=debug`.
    #[config(default = "info", env = "WIXAPP_LOG")]
    pub level: String,
    /// `text` for people, `json` for machines.
    #[config(default = "text", env = "WIXAPP_LOG_FORMAT")]
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// What happens to the plan's credits when a paid plan ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnEnd {
    /// They are cut to what the free plan gives.
    Reset,
    /// They stay.
    Keep,
}

impl Config {
    /// Reads `file` when one is named, then the environment, which wins; and refuses what is unsafe.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field or variable and says what to do.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let layer = layers(file)?;
        let missing = [
            ("wix.app_id (WIXAPP_APP_ID)", layer.wix.app_id.is_none()),
            ("wix.app_secret (WIXAPP_APP_SECRET_FILE or WIXAPP_APP_SECRET)", layer.wix.app_secret.is_none()),
        ];
        if let Some((name, _)) = missing.iter().find(|(_, missing)| *missing) {
            return Err(ConfigError::new(format!("{name} is missing"))
                .with_hint("copy it from Wix's developer centre; `serve --print-config` lists every field"));
        }
        let config = Self::from_layer(layer).map_err(|error| ConfigError::of(&error))?;
        config.check()?;
        Ok(config)
    }

    /// Reads what [`Config::load`] would, and gives the database alone: who brings up its schema needs no secret of the
    /// app's.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field or variable and says what to do.
    pub fn load_database(file: Option<&Path>) -> Result<DatabaseConfig, ConfigError> {
        DatabaseConfig::from_layer(layers(file)?.database).map_err(|error| ConfigError::of(&error))
    }

    /// Reads what [`Config::load`] would, and gives the address of Wix's APIs alone.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field or variable and says what to do.
    pub fn load_api_url(file: Option<&Path>) -> Result<String, ConfigError> {
        Ok(layers(file)?.wix.api_url.unwrap_or_default())
    }

    /// Reads a configuration from TOML text alone, without the environment.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field and says what to do.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        let config =
            Self::builder().preloaded(file::parse(text)?).load().map_err(|error| ConfigError::of(&error))?;
        config.check()?;
        Ok(config)
    }

    /// The configuration file with every field, its default and what it means.
    #[must_use]
    pub fn template() -> String {
        confique::toml::template::<Self>(confique::toml::FormatOptions::default())
    }
}

/// Everything that was set, and the defaults below it.
fn layers(file: Option<&Path>) -> Result<<Config as confique::Config>::Layer, ConfigError> {
    type Layer = <Config as confique::Config>::Layer;
    let set = Layer::from_env()
        .map_err(|error| ConfigError::of(&error))?
        .with_fallback(secret::from_files(&|name| std::env::var_os(name))?);
    let file = file.map(file::read).transpose()?.unwrap_or_else(Layer::empty);
    Ok(set.with_fallback(file).with_fallback(Layer::default_values()))
}
