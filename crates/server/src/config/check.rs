//! What makes a configuration unsafe: such a server must not start.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;
use wixapp_platform::{AppSecret, WebhookVerifier};

use super::{Config, LimitsConfig, LogConfig};
use crate::billing_source::StripeSide;

/// Why a configuration cannot be used, and what to do about it.
#[derive(Debug)]
pub struct ConfigError {
    message: String,
    hint: Option<String>,
}

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn of(error: &confique::Error) -> Self {
        let text = error.to_string();
        // "failed to … environment variable `NAME`: reason": the name and the reason are what helps.
        let text = match text.split_once("environment variable `").and_then(|(_, rest)| rest.split_once('`'))
        {
            Some((name, reason)) => format!("{name}{reason}"),
            None => text,
        };
        Self::new(in_plain_words(&text))
            .with_hint("`serve --print-config` lists every field and its variable")
    }

    /// Says in which file it is.
    pub(super) fn at(mut self, path: &Path) -> Self {
        self.message = format!("{}: {}", path.display(), self.message);
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Refuses what is unsafe.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_secrets()?;
        self.check_addresses()?;
        self.log.check()?;
        self.stripe_side()?;
        crate::notice::Post::check(&self.notices)?;
        if self.jobs.concurrency == 0 || self.jobs.concurrency > 1_000 {
            return Err(ConfigError::new("jobs.concurrency must be 1 to 1,000"));
        }
        if self.jobs.lease_s == 0 || self.jobs.lease_s > 3_600 {
            return Err(ConfigError::new("jobs.lease_s must be 1 to 3,600 seconds"));
        }
        if self.jobs.keep_days == 0 || self.jobs.keep_days > 3_650 {
            return Err(ConfigError::new("jobs.keep_days must be 1 to 3,650 days"));
        }
        self.limits.proxies()?;
        if self.server.drain_s > 600 {
            return Err(ConfigError::new("server.drain_s may be 600 seconds at the most"));
        }
        Ok(())
    }

    /// The secrets that are in force, newest first.
    ///
    /// # Errors
    /// [`ConfigError`] when one of them is too short.
    pub fn app_secrets(&self) -> Result<Vec<AppSecret>, ConfigError> {
        let all = [
            ("wix.app_secret (WIXAPP_APP_SECRET)", Some(&self.wix.app_secret)),
            ("wix.app_secret_previous (WIXAPP_APP_SECRET_PREVIOUS)", self.wix.app_secret_previous.as_ref()),
        ];
        let given = all.into_iter().filter_map(|(name, secret)| Some((name, secret?)));
        given
            .map(|(name, secret)| {
                AppSecret::new(secret.expose_secret()).map_err(|error| {
                    ConfigError::new(format!("{name}: {error}")).with_hint(
                        "copy the app secret key from Wix's developer centre as it is: at least 16 characters",
                    )
                })
            })
            .collect()
    }

    /// What verifies webhooks; `None` without a key.
    pub(crate) fn webhook_verifier(&self) -> Result<Option<WebhookVerifier>, ConfigError> {
        let verifier = |pems: &[&str]| WebhookVerifier::from_pems(pems);
        let all = [
            ("wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY)", &self.wix.webhook_public_key),
            (
                "wix.webhook_public_key_previous (WIXAPP_WEBHOOK_PUBLIC_KEY_PREVIOUS)",
                &self.wix.webhook_public_key_previous,
            ),
        ];
        let refused = |name: &str, error: wixapp_platform::Error| {
            ConfigError::new(format!("{name}: {error}")).with_hint(
                "copy the public key from the webhooks page of Wix's developer centre, with its BEGIN and END lines",
            )
        };
        let mut pems = Vec::new();
        for (name, pem) in all {
            let Some(pem) = pem else { continue };
            // Each alone first, so that the error names the right one.
            verifier(&[pem]).map_err(|error| refused(name, error))?;
            pems.push(pem.as_str());
        }
        if pems.is_empty() {
            return Ok(None);
        }
        verifier(&pems).map(Some).map_err(|error| refused("the webhook public keys", error))
    }

    /// What speaks with Stripe; `None` when nothing of it is configured.
    pub(crate) fn stripe_side(&self) -> Result<Option<StripeSide>, ConfigError> {
        const KEY: &str = "stripe.secret_key (WIXAPP_STRIPE_SECRET_KEY)";
        const SECRET: &str = "stripe.webhook_secret (WIXAPP_STRIPE_WEBHOOK_SECRET)";
        const PREVIOUS: &str = "stripe.webhook_secret_previous (WIXAPP_STRIPE_WEBHOOK_SECRET_PREVIOUS)";
        let refused = |name: &str, error: wixapp_stripe::Error| {
            ConfigError::new(format!("{name}: {error}"))
                .with_hint("copy it from the developers' pages of Stripe's dashboard as it is")
        };
        let missing = |name: &str| {
            ConfigError::new(format!("{name} is missing")).with_hint(
                "selling through Stripe needs its secret key and the secret of the webhook endpoint",
            )
        };
        let sells = self.billing.source == wixapp_core::BillingSource::Stripe;
        let (key, secret) = match (&self.stripe.secret_key, &self.stripe.webhook_secret) {
            (None, None) if !sells => return Ok(None),
            (None, _) => return Err(missing(KEY)),
            (_, None) => return Err(missing(SECRET)),
            (Some(key), Some(secret)) => (key, secret),
        };
        let key = wixapp_stripe::ApiKey::new(key.expose_secret()).map_err(|error| refused(KEY, error))?;
        let mut secrets = Vec::new();
        let all = [(SECRET, Some(secret)), (PREVIOUS, self.stripe.webhook_secret_previous.as_ref())];
        for (name, secret) in all.into_iter().filter_map(|(name, secret)| Some((name, secret?))) {
            let secret = wixapp_stripe::WebhookSecret::new(secret.expose_secret());
            secrets.push(secret.map_err(|error| refused(name, error))?);
        }
        let url = "stripe.api_url (WIXAPP_STRIPE_API_URL)";
        let livemode = key.is_live();
        let client = wixapp_stripe::StripeClient::builder(key).base_url(&self.stripe.api_url).build();
        Ok(Some(StripeSide {
            client: client.map_err(|error| refused(url, error))?,
            verifier: wixapp_stripe::WebhookVerifier::new(secrets).map_err(|error| refused(SECRET, error))?,
            livemode,
        }))
    }

    fn check_secrets(&self) -> Result<(), ConfigError> {
        if self.wix.app_id.trim().is_empty() {
            return Err(ConfigError::new("wix.app_id (WIXAPP_APP_ID) is empty")
                .with_hint("copy the app id from Wix's developer centre"));
        }
        self.app_secrets()?;
        self.webhook_verifier().map(|_| ())
    }

    fn check_addresses(&self) -> Result<(), ConfigError> {
        if !is_listen_address(&self.server.bind) {
            return Err(ConfigError::new(format!(
                "server.bind (WIXAPP_BIND) is no address with a port: `{}`",
                self.server.bind
            ))
            .with_hint("for example 127.0.0.1:4101, or 0.0.0.0:4101 to be reached from other machines"));
        }
        let urls = [
            ("wix.api_url (WIXAPP_WIX_API_URL)", Some(&self.wix.api_url)),
            ("wix.dashboard_url (WIXAPP_WIX_DASHBOARD_URL)", Some(&self.wix.dashboard_url)),
            ("wix.install_url (WIXAPP_WIX_INSTALL_URL)", self.wix.install_url.as_ref()),
        ];
        for (name, url) in urls.into_iter().filter_map(|(name, url)| Some((name, url?))) {
            if !is_safe_origin(url) {
                // The address is not repeated: it may hold a password.
                return Err(ConfigError::new(format!("{name} is no https:// address of a host"))
                    .with_hint("http:// is only safe to this machine itself (127.0.0.1, localhost)"));
            }
        }
        for origin in &self.wix.frame_ancestors {
            if origin.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '\'' | '"'))
                || !is_safe_origin(origin)
            {
                return Err(ConfigError::new(format!(
                    "wix.frame_ancestors (WIXAPP_FRAME_ANCESTORS) has an origin that is not safe: `{origin}`"
                ))
                .with_hint(
                    "name origins such as https://manage.wix.com; any page of the others could show yours",
                ));
            }
        }
        Ok(())
    }
}

impl LimitsConfig {
    /// The proxies' addresses.
    pub(crate) fn proxies(&self) -> Result<Vec<IpAddr>, ConfigError> {
        let parse = |text: &String| {
            text.trim().parse().map_err(|_| {
                ConfigError::new(format!(
                    "limits.trusted_proxies (WIXAPP_TRUSTED_PROXIES) has what is no IP address: `{text}`"
                ))
                .with_hint("name each proxy by its address, for example 10.0.0.2")
            })
        };
        self.trusted_proxies.iter().map(parse).collect()
    }
}

impl LogConfig {
    /// Refuses a level that would not be understood: with a misspelt one nothing would be logged.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field.
    pub fn check(&self) -> Result<(), ConfigError> {
        const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
        // A filter takes a lone word that is no level for the name of a module.
        let lone = |part: &str| !part.contains(['=', '[']);
        let is_level = |part: &str| LEVELS.iter().any(|level| part.eq_ignore_ascii_case(level));
        let bad = self.level.split(',').map(str::trim).find(|part| lone(part) && !is_level(part));
        if bad.is_some() || EnvFilter::try_new(&self.level).is_err() {
            return Err(ConfigError::new(format!(
                "log.level (WIXAPP_LOG) is not understood: `{}`",
                self.level
            ))
            .with_hint("use error, warn, info, debug, or a filter such as info,wixapp_jobs=debug"));
        }
        Ok(())
    }
}

/// Without the names of Rust's types and traits.
fn in_plain_words(text: &str) -> String {
    if let Some((name, rest)) = text.split_once(": unknown variant `")
        && let Some((_, choices)) = rest.split_once("`, expected ")
    {
        return format!("{name} must be {choices}");
    }
    let mut text = text.to_owned();
    for kind in ["u64", "usize", "u32", "u16", "u8"] {
        if let Some(value) = text.strip_suffix(&format!(" for type {kind}: invalid digit found in string")) {
            text = format!("{} is no whole number", value.replace("invalid value ", ""));
        }
    }
    text.replace("invalid value for bool:", "neither true nor false:")
}

/// A host or address, a colon, and a port.
fn is_listen_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// An https address with a host, or http to this machine itself. A lone `*` as host is everybody.
fn is_safe_origin(url: &str) -> bool {
    // A name and password before the host could make it look like another.
    if url.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '\\')) {
        return false;
    }
    let host = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    if let Some(rest) = url.strip_prefix("https://") {
        let host = host(rest);
        let without_star = host.strip_prefix("*.").unwrap_or(&host);
        return without_star.contains('.') && !without_star.contains('*') || host.starts_with("localhost");
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = host(rest);
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use confique::Config as _;

    fn config(change: impl FnOnce(&mut Config)) -> Result<(), String> {
        let text = "[wix]\napp_id = 'app'\napp_secret = '0123456789abcdef'";
        let layer = toml::from_str(text).unwrap();
        let mut config = Config::builder().preloaded(layer).load().unwrap();
        change(&mut config);
        config.check().map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults_are_safe() {
        assert_eq!(config(|_| ()), Ok(()));
    }

    #[test]
    fn unsafe_configurations_are_refused_with_the_name_of_the_field() {
        type Case = (fn(&mut Config), &'static str);
        let cases: &[Case] = &[
            (|c| c.wix.app_secret = "".into(), "WIXAPP_APP_SECRET"),
            (|c| c.wix.app_secret = "tiny-key".into(), "WIXAPP_APP_SECRET"),
            (|c| c.wix.app_secret_previous = Some("tiny-key".into()), "WIXAPP_APP_SECRET_PREVIOUS"),
            (|c| c.wix.app_id = " ".into(), "WIXAPP_APP_ID"),
            (|c| c.wix.webhook_public_key = Some("nonsense".into()), "WIXAPP_WEBHOOK_PUBLIC_KEY"),
            (|c| c.wix.api_url = "http://www.wixapis.com".into(), "wix.api_url"),
            (|c| c.wix.api_url = "ftp://127.0.0.1".into(), "wix.api_url"),
            (|c| c.wix.dashboard_url = "http://127.0.0.1.evil.example".into(), "wix.dashboard_url"),
            (|c| c.wix.install_url = Some("javascript:alert(1)".into()), "wix.install_url"),
            (|c| c.wix.install_url = Some("http://www.wix.com/app-market/x".into()), "wix.install_url"),
            (|c| c.wix.install_url = Some("".into()), "wix.install_url"),
            (|c| c.wix.frame_ancestors = vec!["*".into()], "frame_ancestors"),
            (|c| c.wix.frame_ancestors = vec!["https://*".into()], "frame_ancestors"),
            (|c| c.wix.frame_ancestors = vec!["https://a.example; script-src *".into()], "frame_ancestors"),
            (|c| c.jobs.concurrency = 0, "jobs.concurrency"),
            (|c| c.jobs.lease_s = 0, "jobs.lease_s"),
            (|c| c.jobs.keep_days = 0, "jobs.keep_days"),
            (|c| c.jobs.keep_days = 3_651, "jobs.keep_days"),
            (|c| c.limits.trusted_proxies = vec!["10.0.0.0/8".into()], "limits.trusted_proxies"),
            (|c| c.wix.api_url = "http://127.0.0.1:80@evil.example".into(), "wix.api_url"),
            (|c| c.server.bind = "127.0.0.1".into(), "server.bind"),
            (|c| c.server.bind = ":65536".into(), "server.bind"),
            (|c| c.log.level = "inof".into(), "log.level"),
            (|c| c.log.level = "".into(), "log.level"),
            (|c| c.log.level = "wixapp=loud".into(), "log.level"),
            (|c| c.notices.from = Some("no address".into()), "WIXAPP_NOTICES_FROM"),
            (|c| c.notices.folder = Some("mail".into()), "WIXAPP_NOTICES_FROM"),
            (|c| c.notices.from = Some("a@b.example".into()), "WIXAPP_SMTP_HOST"),
            (|c| c.notices.per_day = 0, "WIXAPP_NOTICES_PER_DAY"),
            (|c| c.notices.low_percent = 101, "WIXAPP_NOTICES_LOW_PERCENT"),
            (
                |c| {
                    c.notices.from = Some("a@b.example".into());
                    c.notices.smtp_host = Some("smtp.example.com".into());
                    c.notices.smtp_security = crate::config::SmtpSecurity::None;
                },
                "WIXAPP_SMTP_SECURITY",
            ),
            (
                |c| {
                    c.notices.from = Some("a@b.example".into());
                    c.notices.smtp_host = Some("smtp.example.com".into());
                    c.notices.smtp_password = Some("tiny-key".into());
                },
                "WIXAPP_SMTP_PASSWORD",
            ),
            (
                |c| {
                    c.notices.from = Some("a@b.example".into());
                    c.notices.smtp_host = Some("smtp.example.com".into());
                    c.notices.folder = Some("mail".into());
                },
                "notices.folder",
            ),
            (|c| c.billing.source = wixapp_core::BillingSource::Stripe, "WIXAPP_STRIPE_SECRET_KEY"),
            (|c| c.stripe.webhook_secret = Some("whsec_0123456789abcdef".into()), "WIXAPP_STRIPE_SECRET_KEY"),
            (
                |c| c.stripe.secret_key = Some("sk_test_0123456789abcdef".into()),
                "WIXAPP_STRIPE_WEBHOOK_SECRET",
            ),
            (
                |c| {
                    c.stripe.secret_key = Some("tiny-key".into());
                    c.stripe.webhook_secret = Some("whsec_0123456789abcdef".into());
                },
                "WIXAPP_STRIPE_SECRET_KEY",
            ),
            (
                |c| {
                    c.stripe.secret_key = Some("sk_test_0123456789abcdef".into());
                    c.stripe.webhook_secret = Some("whsec_0123456789abcdef".into());
                    c.stripe.webhook_secret_previous = Some("tiny-key".into());
                },
                "WIXAPP_STRIPE_WEBHOOK_SECRET_PREVIOUS",
            ),
            (
                |c| {
                    c.stripe.secret_key = Some("sk_live_0123456789abcdef".into());
                    c.stripe.webhook_secret = Some("whsec_0123456789abcdef".into());
                    c.stripe.api_url = "http://api.stripe.com".into();
                },
                "WIXAPP_STRIPE_API_URL",
            ),
        ];
        for (change, name) in cases.iter().copied() {
            let error = config(change).unwrap_err();
            assert!(error.contains(name), "{error}");
            assert!(!error.contains("tiny-key"), "{error}");
        }
    }

    #[test]
    fn the_local_platform_may_be_reached_without_tls() {
        for url in ["http://127.0.0.1:4100", "http://localhost:4100", "http://[::1]:4100"] {
            assert!(is_safe_origin(url), "{url}");
        }
    }
}
