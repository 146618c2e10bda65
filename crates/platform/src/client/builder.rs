//! Making a client.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;
use wixapp_core::clock::{Clock, SystemClock};

use super::base_url::BaseUrl;
use super::breaker::Breaker;
use super::limiter::{Limiter, Pace};
use super::retry::RetryPolicy;
use super::{App, FlightCache, Inner, Transport, WixClient};
use crate::error::Error;
use crate::secret::AppSecret;

/// Where Wix's API is.
///
/// # Example
/// ```
/// assert!(wixapp_platform::client::DEFAULT_BASE_URL.starts_with("https://"));
/// ```
pub const DEFAULT_BASE_URL: &str = "https://www.wixapis.com";

/// Where the pages of Wix are that an app sends browsers to.
const SITE: &str = "https://www.wix.com";

/// How long one attempt may take, answer included.
///
/// # Example
/// ```
/// assert_eq!(wixapp_platform::client::DEFAULT_TIMEOUT.as_secs(), 10);
/// ```
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("wixapp/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How many instances' tokens are kept at a time: about 20 MB.
const TOKENS: usize = 10_000;
/// How many verdicts on dashboard access tokens are kept at a time.
const VERDICTS: usize = 10_000;

/// What Wix allows each instance in a minute.
const REQUESTS_A_MINUTE: u32 = 200;
/// How long a request beyond that is held back before it is refused.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// After how many failures in a row a part of Wix is left alone.
const FAILURES_IN_A_ROW: u32 = 10;

/// Settings of a [`WixClient`]; made by [`WixClient::builder`].
///
/// # Example
/// ```
/// use std::time::Duration;
/// use wixapp_platform::{AppSecret, WixClient};
/// let client = WixClient::builder()
///     .base_url("http://127.0.0.1:4100")
///     .app_id("0c1d2e3f-0000-4000-8000-000000000000")
///     .app_secret(AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?)
///     .timeout(Duration::from_secs(5))
///     .attempts(2)
///     .requests_per_minute(100)
///     .longest_wait(Duration::ZERO)
///     .failures_in_a_row(0)
///     .build()?;
/// assert!(WixClient::builder().app_id("x").build().unwrap_err().is_config());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct WixClientBuilder {
    base_url: String,
    plain_http: bool,
    app_id: String,
    app_secret: Option<AppSecret>,
    without_app: bool,
    clock: Arc<dyn Clock>,
    timeout: Duration,
    retry: RetryPolicy,
    pace: Pace,
    failures_in_a_row: u32,
}

impl Default for WixClientBuilder {
    fn default() -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            plain_http: false,
            app_id: String::new(),
            app_secret: None,
            without_app: false,
            clock: Arc::new(SystemClock),
            timeout: DEFAULT_TIMEOUT,
            retry: RetryPolicy::default(),
            pace: Pace { per_minute: REQUESTS_A_MINUTE, longest_wait: LONGEST_WAIT },
            failures_in_a_row: FAILURES_IN_A_ROW,
        }
    }
}

impl WixClientBuilder {
    /// Where the API is; by default [`DEFAULT_BASE_URL`]. Plain http is accepted for this machine only. Another place
    /// is taken to serve Wix's installer too, as the local platform does.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let client = WixClient::builder().base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Accepts a plain http base URL on another machine: for a platform on a private network, such as a container's.
    /// The app secret then travels unencrypted.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().allow_plain_http();
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// The app's id from Wix's developer console. Mandatory, unless the client is [without an app](Self::without_app).
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().app_id("0c1d2e3f-0000-4000-8000-000000000000");
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn app_id(mut self, app_id: impl Into<String>) -> Self {
        self.app_id = app_id.into();
        self
    }

    /// The app's secret from Wix's developer console. Mandatory, unless the client is
    /// [without an app](Self::without_app).
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().app_secret(wixapp_platform::AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?);
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn app_secret(mut self, secret: AppSecret) -> Self {
        self.app_secret = Some(secret);
        self
    }

    /// Makes a client without an app's credentials, for API keys and tokens that come from elsewhere. Calls that need an
    /// app, as those in the name of an instance, are then [`Error::is_config`].
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let client = WixClient::builder().base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn without_app(mut self) -> Self {
        self.without_app = true;
        self
    }

    /// The clock by which tokens end; by default the machine's.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().clock(std::sync::Arc::new(wixapp_platform::SystemClock));
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long one attempt may take, connecting and reading the answer included; by default [`DEFAULT_TIMEOUT`].
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().timeout(std::time::Duration::from_secs(5));
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a harmless call is tried in all, at least once; by default 3.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().attempts(2);
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.retry.attempts = attempts.max(1);
        self
    }

    /// How many requests an instance (or another [`Credential`](crate::Credential)) may make in any 60 seconds; by
    /// default Wix's own 200. Several processes have to share them.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().requests_per_minute(100);
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn requests_per_minute(mut self, requests: u32) -> Self {
        self.pace.per_minute = requests.max(1);
        self
    }

    /// How long a request beyond the allowance of its minute is held back, by default 10 seconds. One that would have to
    /// wait longer fails at once with [`Error::is_rate_limited`]. Other instances never wait for it.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().longest_wait(std::time::Duration::ZERO);
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.pace.longest_wait = wait;
        self
    }

    /// After how many failures in a row (timeouts, broken connections, 5xx) a part of Wix is left alone for a second,
    /// doubling up to half a minute, before one call tries it again; by default 10, never with 0. Meanwhile calls fail
    /// at once with [`Error::is_circuit_open`].
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let builder = WixClient::builder().failures_in_a_row(5);
    /// let client = builder.base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn failures_in_a_row(mut self, failures: u32) -> Self {
        self.failures_in_a_row = failures;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Error::is_config`] when app id or app secret is missing, the base URL is unusable, or no TLS root
    /// certificates are found on this machine (Debian's package `ca-certificates`).
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::WixClient;
    /// let client = WixClient::builder().base_url("http://127.0.0.1:4100").without_app().build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn build(self) -> Result<WixClient, Error> {
        let base = BaseUrl::parse(&self.base_url, self.plain_http)?;
        let app = if self.without_app { None } else { Some(app(self.app_id, self.app_secret)?) };
        let http = http_client(&base, self.timeout)?;
        let site = if base.is_default() { SITE.to_owned() } else { base.origin() };
        let guards = (Limiter::new(self.pace), Breaker::new(self.failures_in_a_row));
        let transport = Transport::new(http, base, self.retry, Arc::clone(&self.clock), guards);
        Ok(WixClient {
            inner: Arc::new(Inner {
                transport,
                app,
                site,
                clock: self.clock,
                tokens: FlightCache::new(TOKENS),
                refreshed: FlightCache::new(TOKENS),
                verdicts: FlightCache::new(VERDICTS),
            }),
        })
    }
}

fn app(id: String, secret: Option<AppSecret>) -> Result<App, Error> {
    if id.trim().is_empty() {
        return Err(Error::config("the app id", "it is empty"));
    }
    let secret = secret.ok_or_else(|| Error::config("the app secret", "it is missing"))?;
    Ok(App { id, secret })
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
