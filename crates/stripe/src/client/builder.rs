//! Making a client.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Url, redirect};

use super::StripeClient;
use super::transport::Transport;
use crate::error::Error;
use crate::secret::ApiKey;

/// Where Stripe's API is.
pub const DEFAULT_BASE_URL: &str = "https://api.stripe.com";

/// How long one attempt may take, answer included.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);

const USER_AGENT: &str = concat!("wixapp/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Settings of a [`StripeClient`]; made by [`StripeClient::builder`].
#[derive(Debug, Clone)]
pub struct StripeClientBuilder {
    key: ApiKey,
    base_url: String,
    timeout: Duration,
    attempts: u32,
}

impl StripeClient {
    /// A builder for a client that uses this key.
    #[must_use]
    pub fn builder(key: ApiKey) -> StripeClientBuilder {
        StripeClientBuilder {
            key,
            base_url: DEFAULT_BASE_URL.to_owned(),
            timeout: DEFAULT_TIMEOUT,
            attempts: 3,
        }
    }
}

impl StripeClientBuilder {
    /// Where the API is; by default [`DEFAULT_BASE_URL`]. Plain http is accepted for this machine only.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// How long one attempt may take, connecting and reading the answer included; by default [`DEFAULT_TIMEOUT`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a call is tried in all, at least once; by default 3.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Error::is_config`] when the base URL is unusable, or no TLS root certificates are found on this machine.
    pub fn build(self) -> Result<StripeClient, Error> {
        let base = parse_base(&self.base_url)?;
        let (plain, loopback) = (base.scheme() == "http", is_loopback(&base));
        let mut http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .timeout(self.timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            // A redirect would carry the key to a place nobody chose.
            .redirect(redirect::Policy::none());
        if loopback {
            http = http.no_proxy();
        }
        if plain {
            // Reading the machine's root certificates takes time and fails where there are none.
            http = http.tls_certs_only([]);
        }
        let http = http
            .build()
            .map_err(|_| Error::config("the HTTP client", "no TLS root certificates were found"))?;
        Ok(StripeClient { transport: Arc::new(Transport::new(http, base, self.key, self.attempts)) })
    }
}

fn parse_base(text: &str) -> Result<Url, Error> {
    let refuse = |why| Error::config("the base URL of Stripe", why);
    let url = Url::parse(text).map_err(|_| refuse("it is not an absolute URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("it holds credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it has a query or a fragment"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(refuse("it is neither https nor http to this machine")),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("https://api.stripe.com", true)]
    #[case("http://127.0.0.1:4300", true)]
    #[case("http://api.stripe.com", false)]
    #[case("http://127.0.0.1.evil.example", false)]
    #[case("https://user:password@api.stripe.com", false)]
    #[case("https://api.stripe.com/?a=b", false)]
    #[case("ftp://127.0.0.1", false)]
    #[case("api.stripe.com", false)]
    fn the_key_is_sent_over_tls_or_inside_this_machine_only(#[case] url: &str, #[case] good: bool) {
        assert_eq!(parse_base(url).is_ok(), good);
    }
}
