//! What makes a configuration unsafe: such a server must not start.

use std::fmt;

use secrecy::ExposeSecret;
use wixapp_platform::{AppSecret, WebhookVerifier};

use super::Config;

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
        Self::new(error.to_string())
            .with_hint("every field and its variable is listed by `wixapp serve --print-config`")
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
        if self.jobs.concurrency == 0 || self.jobs.concurrency > 1_000 {
            return Err(ConfigError::new("jobs.concurrency must be 1 to 1,000"));
        }
        if self.jobs.lease_s == 0 || self.jobs.lease_s > 3_600 {
            return Err(ConfigError::new("jobs.lease_s must be 1 to 3,600 seconds"));
        }
        if self.server.drain_s > 600 {
            return Err(ConfigError::new("server.drain_s may be 600 seconds at the most"));
        }
        Ok(())
    }

    /// The secrets that are in force, newest first.
    pub(crate) fn app_secrets(&self) -> Result<Vec<AppSecret>, ConfigError> {
        let all = [
            ("wix.app_secret (WIXAPP_APP_SECRET)", Some(&self.wix.app_secret)),
            ("wix.app_secret_previous (WIXAPP_APP_SECRET_PREVIOUS)", self.wix.app_secret_previous.as_ref()),
        ];
        let given = all.into_iter().filter_map(|(name, secret)| Some((name, secret?)));
        given
            .map(|(name, secret)| {
                AppSecret::new(secret.expose_secret()).map_err(|error| {
                    ConfigError::new(format!("{name}: {error}")).with_hint(
                        "copy the app secret key from Wix's developer centre: it has at least 16 characters",
                    )
                })
            })
            .collect()
    }

    /// What verifies webhooks; `None` without a key.
    pub(crate) fn webhook_verifier(&self) -> Result<Option<WebhookVerifier>, ConfigError> {
        let keys = [&self.wix.webhook_public_key, &self.wix.webhook_public_key_previous];
        let pems: Vec<&str> = keys.into_iter().flatten().map(String::as_str).collect();
        if pems.is_empty() {
            return Ok(None);
        }
        let verifier = WebhookVerifier::from_pems(&pems).map_err(|error| {
            ConfigError::new(format!("wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY): {error}"))
                .with_hint("copy the public key from the webhooks page of Wix's developer centre, with its BEGIN and END lines")
        })?;
        Ok(Some(verifier))
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
        for (name, url) in
            [("wix.api_url", &self.wix.api_url), ("wix.dashboard_url", &self.wix.dashboard_url)]
        {
            if !is_safe_origin(url) {
                return Err(ConfigError::new(format!("{name} is not https: {url}"))
                    .with_hint("http is only safe to this machine itself (127.0.0.1, localhost)"));
            }
        }
        for origin in &self.wix.frame_ancestors {
            if origin.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '\'' | '"'))
                || !is_safe_origin(origin)
            {
                return Err(ConfigError::new(format!(
                    "wix.frame_ancestors has an origin that is not safe: `{origin}`"
                ))
                .with_hint(
                    "name origins such as https://manage.wix.com; any page of the others could show yours",
                ));
            }
        }
        Ok(())
    }
}

/// An https address with a host, or http to this machine itself. A lone `*` as host is everybody.
fn is_safe_origin(url: &str) -> bool {
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
        let cases: [(fn(&mut Config), &str); 13] = [
            (|c| c.wix.app_secret = "".into(), "WIXAPP_APP_SECRET"),
            (|c| c.wix.app_secret = "short".into(), "WIXAPP_APP_SECRET"),
            (|c| c.wix.app_secret_previous = Some("short".into()), "WIXAPP_APP_SECRET_PREVIOUS"),
            (|c| c.wix.app_id = " ".into(), "WIXAPP_APP_ID"),
            (|c| c.wix.webhook_public_key = Some("nonsense".into()), "WIXAPP_WEBHOOK_PUBLIC_KEY"),
            (|c| c.wix.api_url = "http://www.wixapis.com".into(), "wix.api_url"),
            (|c| c.wix.api_url = "ftp://127.0.0.1".into(), "wix.api_url"),
            (|c| c.wix.dashboard_url = "http://127.0.0.1.evil.example".into(), "wix.dashboard_url"),
            (|c| c.wix.frame_ancestors = vec!["*".into()], "frame_ancestors"),
            (|c| c.wix.frame_ancestors = vec!["https://*".into()], "frame_ancestors"),
            (|c| c.wix.frame_ancestors = vec!["https://a.example; script-src *".into()], "frame_ancestors"),
            (|c| c.jobs.concurrency = 0, "jobs.concurrency"),
            (|c| c.jobs.lease_s = 0, "jobs.lease_s"),
        ];
        for (change, name) in cases {
            let error = config(change).unwrap_err();
            assert!(error.contains(name), "{error}");
            assert!(!error.contains("short") || name != "WIXAPP_APP_SECRET", "{error}");
        }
    }

    #[test]
    fn the_local_platform_may_be_reached_without_tls() {
        for url in ["http://127.0.0.1:4100", "http://localhost:4100", "http://[::1]:4100"] {
            assert!(is_safe_origin(url), "{url}");
        }
    }
}
