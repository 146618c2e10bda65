//! Making a client.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;
use wixapp_core::clock::{Clock, SystemClock};

use super::base_url::BaseUrl;
use super::retry::RetryPolicy;
use super::{FlightCache, Inner, Transport, WixClient};
use crate::error::Error;
use crate::secret::AppSecret;

/// Where Wix's API is.
pub const DEFAULT_BASE_URL: &str = "https://www.wixapis.com";

/// How long one attempt may take, answer included.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("wixapp/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How many instances' tokens are kept at a time: about 20 MB.
const TOKENS: usize = 10_000;
/// How many verdicts on dashboard access tokens are kept at a time.
const VERDICTS: usize = 10_000;

/// Settings of a [`WixClient`]; made by [`WixClient::builder`].
#[derive(Clone)]
pub struct WixClientBuilder {
    base_url: String,
    plain_http: bool,
    app_id: String,
    app_secret: Option<AppSecret>,
    clock: Arc<dyn Clock>,
    timeout: Duration,
    retry: RetryPolicy,
}

impl Default for WixClientBuilder {
    fn default() -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            plain_http: false,
            app_id: String::new(),
            app_secret: None,
            clock: Arc::new(SystemClock),
            timeout: DEFAULT_TIMEOUT,
            retry: RetryPolicy::default(),
        }
    }
}

impl WixClientBuilder {
    /// Where the API is; by default [`DEFAULT_BASE_URL`]. Plain http is accepted for this machine only.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Accepts a plain http base URL on another machine: for a platform on a private network, such as a container's.
    /// The app secret then travels unencrypted.
    #[must_use]
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// The app's id from Wix's developer console. Mandatory.
    #[must_use]
    pub fn app_id(mut self, app_id: impl Into<String>) -> Self {
        self.app_id = app_id.into();
        self
    }

    /// The app's secret from Wix's developer console. Mandatory.
    #[must_use]
    pub fn app_secret(mut self, secret: AppSecret) -> Self {
        self.app_secret = Some(secret);
        self
    }

    /// The clock by which tokens end; by default the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long one attempt may take, connecting and reading the answer included; by default [`DEFAULT_TIMEOUT`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a harmless call is tried in all, at least once; by default 3.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.retry.attempts = attempts.max(1);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Error::is_config`] when app id or app secret is missing, the base URL is unusable, or no TLS root
    /// certificates are found on this machine (Debian's package `ca-certificates`).
    pub fn build(self) -> Result<WixClient, Error> {
        let base = BaseUrl::parse(&self.base_url, self.plain_http)?;
        if self.app_id.trim().is_empty() {
            return Err(Error::config("the app id", "it is empty"));
        }
        let app_secret = self.app_secret.ok_or_else(|| Error::config("the app secret", "it is missing"))?;
        let http = http_client(&base, self.timeout)?;
        let transport = Transport::new(http, base, self.retry, Arc::clone(&self.clock));
        Ok(WixClient {
            inner: Arc::new(Inner {
                transport,
                app_id: self.app_id,
                app_secret,
                clock: self.clock,
                tokens: FlightCache::new(TOKENS),
                verdicts: FlightCache::new(VERDICTS),
            }),
        })
    }
}

fn http_client(base: &BaseUrl, timeout: Duration) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        // A redirect would carry the Authorization header, or a POST turned GET, to a place nobody chose.
        .redirect(redirect::Policy::none());
    if base.is_loopback() {
        builder = builder.no_proxy();
    }
    if base.is_plain_http() {
        // Reading the machine's root certificates takes time and fails where there are none.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|_| Error::config("the HTTP client", "no TLS root certificates were found"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> WixClientBuilder {
        WixClient::builder().app_id("app").app_secret(AppSecret::new("0123456789abcdef").unwrap())
    }

    #[test]
    fn app_id_and_secret_are_mandatory() {
        assert!(complete().base_url("http://127.0.0.1:1").build().is_ok());
        assert!(complete().app_id(" ").build().unwrap_err().is_config());
        assert!(WixClient::builder().app_id("app").build().unwrap_err().is_config());
    }

    #[test]
    fn debug_of_a_client_shows_no_secret() {
        let client = complete().base_url("http://127.0.0.1:1").build().unwrap();
        assert_eq!(format!("{client:?}"), "WixClient { app_id: \"app\", .. }");
    }
}
