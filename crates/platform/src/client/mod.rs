//! The client for Wix's HTTP API.
//!
//! [`WixClient`] holds the connection pool, the app's credentials and the caches of tokens; the calls themselves are
//! methods added by the modules that own them: [`oauth`](crate::oauth), [`access_token`](crate::access_token),
//! [`api`](crate::api). Every call is bounded: a timeout per attempt, at most three attempts (only where repeating is
//! harmless), at most 1 MiB of answer, no redirects.

mod base_url;
mod builder;
mod flight;
mod retry;
mod retry_after;
mod transport;

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_core::id::InstanceId;

pub use self::builder::{DEFAULT_BASE_URL, DEFAULT_TIMEOUT, WixClientBuilder};
pub(crate) use self::flight::{Age, FlightCache};
pub(crate) use self::transport::{Endpoint, Transport};
use crate::access_token::Verdict;
use crate::error::Error;
use crate::oauth::CachedToken;
use crate::secret::AppSecret;

/// A client for Wix's HTTP API, acting as one app on behalf of its instances.
///
/// Cheap to clone: clones share connections and caches. Access tokens are fetched with the app's credentials, kept per
/// instance, renewed before they end, and fetched once however many callers need one at the same moment. When Wix
/// answers 401 the token is dropped and the call repeated once with a new one.
///
/// # Example
/// ```no_run
/// use wixapp_platform::{AppSecret, WixClient};
/// # async fn example() -> Result<(), wixapp_platform::Error> {
/// let client = WixClient::builder()
///     .app_id("0c1d2e3f-0000-4000-8000-000000000000")
///     .app_secret(AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?)
///     .build()?;
/// let answer = client.app_instance(&"b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap()).await?;
/// println!("free: {}", answer.instance.is_free);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WixClient {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) app_id: String,
    pub(crate) app_secret: AppSecret,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: FlightCache<InstanceId, CachedToken>,
    pub(crate) verdicts: FlightCache<[u8; 32], Verdict>,
}

impl WixClient {
    /// A builder; app id and app secret are mandatory.
    #[must_use]
    pub fn builder() -> WixClientBuilder {
        WixClientBuilder::default()
    }

    /// The app's id, as given to the builder.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.inner.app_id
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Calls `endpoint` as `instance`, once more with a new token if Wix does not know the first one any longer.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        instance: &InstanceId,
        endpoint: &'static Endpoint,
        body: Option<&Value>,
    ) -> Result<T, Error> {
        let token = self.access_token(instance).await?;
        let outcome = self.inner.transport.send(endpoint, Some(&token), body).await;
        if !matches!(&outcome, Err(error) if error.status() == Some(401)) {
            return outcome;
        }
        tracing::info!(instance.id = %instance, endpoint = endpoint.name, "Wix no longer accepts the access token");
        self.forget_token(instance, &token);
        let token = self.access_token(instance).await?;
        self.inner.transport.send(endpoint, Some(&token), body).await
    }
}

impl fmt::Debug for WixClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WixClient").field("app_id", &self.inner.app_id).finish_non_exhaustive()
    }
}
